/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of sweep engines, and the shards they are given. */
#include "sweep/engine.h"

#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void engines_are_chosen_by_name(void)
{
    const struct iptfs_sweep_engine *engine = NULL;
    struct iptfs_error error;
    CHECK_STR(iptfs_sweep_engine_at(0)->name, "parallel");
    CHECK_INT(iptfs_sweep_engine_find("slurm", &engine, &error), 0);
    CHECK_STR(engine->name, "slurm");
    CHECK_INT(iptfs_sweep_engine_find("slrum", &engine, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, "found 'slrum', allowed: parallel, slurm; did you mean 'slurm'?");
}

static void options_need_an_engine_that_uses_them(void)
{
    const struct iptfs_sweep_engine *parallel = iptfs_sweep_engine_at(0), *slurm = NULL;
    struct iptfs_engine_options options = {.jobs = 2};
    struct iptfs_error error;
    iptfs_sweep_engine_find("slurm", &slurm, &error);
    CHECK_INT(iptfs_sweep_engine_check(parallel, &options, &error), 0);
    CHECK_INT(iptfs_sweep_engine_check(slurm, &options, &error), 0);
    options.n_sshlogins = 1;
    CHECK_INT(iptfs_sweep_engine_check(parallel, &options, &error), 0);
    CHECK_INT(iptfs_sweep_engine_check(slurm, &options, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, "found --sshlogin, allowed: with --engine parallel");
    options = (struct iptfs_engine_options){.no_wait = true};
    CHECK_INT(iptfs_sweep_engine_check(slurm, &options, &error), 0);
    CHECK_INT(iptfs_sweep_engine_check(parallel, &options, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, "found --no-wait, allowed: with --engine slurm");
}

static void shards_hold_at_most_the_given_number(void)
{
    static const struct iptfs_planned_point points[] = {
        {1, "aa"}, {3, "cc"}, {4, "dd"}, {7, "gg"}, {9, "ii"}};
    const struct iptfs_engine_work work = {.points = points, .n_points = 5};
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < work.n_points; fputc('\n', out))
        i = iptfs_engine_write_shard(&work, i, 2, out);
    fclose(out);
    CHECK_STR(text, "1:aa,3:cc\n4:dd,7:gg\n9:ii\n");
    free(text);
}

extern const CU_TestInfo iptfs_tests_sweep_engine[];
const CU_TestInfo iptfs_tests_sweep_engine[] = {
    {"engines are chosen by name", engines_are_chosen_by_name},
    {"options need an engine that uses them", options_need_an_engine_that_uses_them},
    {"shards hold at most the given number of points", shards_hold_at_most_the_given_number},
    CU_TEST_INFO_NULL,
};
