/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compared points share the latest warm-up. */
#include "sweep/compared.h"

#include "support/check.h"
#include "support/folder.h"
#include "sweep/grid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first flow ends after 200, 300, 400 or 150 ms: so long is the warm-up. */
#define STEP                                                                                       \
    "[scenario]\nname = t\nduration = 1s\nwarm-up = auto\nwarm-up-interval = 5ms\n"                \
    "[tunnel]\ncipher = null\n"                                                                    \
    "[link]\nrate = 0\nqueue = 0\ndelay = 1ms\nframing = none\n"                                   \
    "[traffic.first]\ntype = cbr\nphase = 0\nsize = 1000\nrate = 8Mbps\n"                          \
    "[traffic.rest]\ntype = cbr\nphase = 0\nsize = 1000\nrate = 800kbps\n"                         \
    "[sweep]\ncase.a = traffic.first.stop=200ms\ncase.b = traffic.first.stop=300ms\n"              \
    "case.c = traffic.first.stop=400ms\ncase.d = traffic.first.stop=150ms\n"                       \
    "link.delay = 1ms, 2ms\nseed = 1 .. 2\n"

static void sweep_of(struct iptfs_sweep *sweep, const char *compare)
{
    struct iptfs_error error = {0};
    char text[2000];
    snprintf(text, sizeof text, STEP "%s", compare);
    folder_write("s.ini", text);
    CHECK_INT(iptfs_sweep_load(sweep, folder_file("s.ini"), &error), 0);
}

static size_t compared_with(const struct iptfs_sweep *sweep, size_t index, size_t *last)
{
    size_t *points, count;
    CHECK_INT(iptfs_sweep_compared(sweep, index, &points, &count), 0);
    CHECK_U64(points[0], index);
    *last = points[count - 1];
    free(points);
    return count;
}

/* Points 1 to 4 are of case a, with two delays of two seeds. */
static void comparisons_join_points(void)
{
    struct iptfs_sweep sweep;
    size_t last;
    folder_make();
    sweep_of(&sweep, "");
    CHECK_U64(compared_with(&sweep, 1, &last), 1);
    iptfs_sweep_free(&sweep);
    sweep_of(&sweep, "compare = case.a, case.b\ncompare = case.b, case.c\n");
    CHECK_U64(compared_with(&sweep, 2, &last), 3);
    CHECK_U64(last, 10); /* case c by way of b, with the same seed and delay */
    CHECK_U64(compared_with(&sweep, 13, &last), 1); /* case d */
    iptfs_sweep_free(&sweep);
    sweep_of(&sweep, "compare = case.a, case.b\ncompare = link.delay: 1ms, 2ms\n");
    CHECK_U64(compared_with(&sweep, 1, &last), 4);
    CHECK_U64(last, 7);
    iptfs_sweep_free(&sweep);
    folder_remove();
}

/* The id of a point changes with what it is compared with, where its warm-up depends on that. */
static void ids_know_the_compared_points(void)
{
    struct iptfs_sweep alone, joined;
    struct iptfs_scenario scenario;
    struct iptfs_sweep_identity before, after;
    struct iptfs_error error = {0};
    folder_make();
    sweep_of(&alone, "");
    sweep_of(&joined, "compare = case.a, case.b\n");
    CHECK_INT(iptfs_sweep_scenario(&alone, 1, &scenario, &error), 0);
    CHECK_INT(iptfs_sweep_identify_point(&alone, 1, &scenario, &before, &error), 0);
    CHECK_INT(iptfs_sweep_identify_point(&joined, 1, &scenario, &after, &error), 0);
    CHECK_TRUE(before.hash != after.hash);
    CHECK_INT(iptfs_sweep_identify_point(&joined, 13, &scenario, &after, &error), 0);
    CHECK_TRUE(before.hash == after.hash); /* a point that is not compared */
    scenario.warm_up_ps = 1000;
    CHECK_INT(iptfs_sweep_identify_point(&alone, 1, &scenario, &before, &error), 0);
    CHECK_INT(iptfs_sweep_identify_point(&joined, 1, &scenario, &after, &error), 0);
    CHECK_TRUE(before.hash == after.hash);
    iptfs_scenario_free(&scenario);
    iptfs_sweep_free(&alone);
    iptfs_sweep_free(&joined);
    folder_remove();
}

/* As a user sees it: the cases a, b and c have one cut, d its own; a resumed sweep runs those
 * points again whose cut is another one now. */
static void compared_cases_take_the_latest_cut(void)
{
    struct iptfs_sweep sweep;
    folder_make();
    sweep_of(&sweep, "compare = case.a, case.b\ncompare = case.b, case.c\n");
    iptfs_sweep_free(&sweep);
    CHECK_INT(folder_run("sweep s.ini --out o --jobs 2"), 0);
    CHECK_INT(folder_run("show o --csv --by case,link.delay --columns warm_up_s"), 0);
    CHECK_HAS("stdout", "a,0.001,2,0.4\na,0.002,2,0.4\nb,0.001,2,0.4\nb,0.002,2,0.4\n"
                        "c,0.001,2,0.4\nc,0.002,2,0.4\nd,0.001,2,0.15\nd,0.002,2,0.15\n");
    sweep_of(&sweep, "compare = case.a, case.b\n");
    iptfs_sweep_free(&sweep);
    CHECK_INT(folder_run("sweep s.ini --out o --jobs 2 --resume"), 0);
    CHECK_INT(folder_run("show o --csv --by case,link.delay --columns warm_up_s"), 0);
    CHECK_HAS("stdout", "a,0.001,2,0.3\na,0.002,2,0.3\nb,0.001,2,0.3\nb,0.002,2,0.3\n"
                        "c,0.001,2,0.4\nc,0.002,2,0.4\nd,0.001,2,0.15\nd,0.002,2,0.15\n");
    folder_remove();
}

const CU_TestInfo iptfs_tests_compared[] = {
    {"comparisons join points", comparisons_join_points},
    {"ids know the compared points", ids_know_the_compared_points},
    {"compared cases take the latest cut", compared_cases_take_the_latest_cut},
    CU_TEST_INFO_NULL,
};
