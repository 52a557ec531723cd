/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of a series are those of the rows that have one, for what the run has. */
#include "run/columns.h"

#include "run/run.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>

/* A packet of 100 octets each 10 ms, 136 on the wire; and none back. */
static const char text[] =
    "[scenario]\nduration = 100ms\n"
    "[tunnel]\ncipher = null\n"
    "[link]\nrate = 0\nqueue = 0\ndelay = 1ms\nframing = none\n"
    "[traffic.a]\ntype = cbr\nphase = 0\nsize = 100\nrate = 80kbps\n"
    "[traffic.b]\ntype = cbr\nphase = 0\nsize = 100\nrate = 80kbps\ndirection = reverse\n"
    "start = 90ms\n";

static struct iptfs_column *find(struct iptfs_column *columns, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
    CHECK_FAIL("no column %s", name);
    return &columns[0];
}

static void values_are_those_of_an_interval(void)
{
    static struct iptfs_run run;
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    struct iptfs_column *columns = NULL;
    size_t count = 0;
    CHECK_INT(iptfs_scenario_parse_text(&scenario, text, "t.ini", NULL, 0, &error), 0);
    CHECK_INT(iptfs_run_init(&run, &scenario, 1, 0, &error), 0);
    struct iptfs_summary_view view = iptfs_run_view_whole(&run, 0);
    CHECK_INT(iptfs_columns_new(&view, &columns, &count), 0);
    CHECK_U64(count, 2 * 4 + 2); /* four of each direction, one of each flow */
    struct iptfs_column *outer = find(columns, count, "forward.outer_bps");
    struct iptfs_column *flow = find(columns, count, "flows.a.goodput_bps");
    struct iptfs_column *back = find(columns, count, "reverse.outer_bps");
    for (int64_t at_ps = 50 * IPTFS_PS_PER_MS; at_ps <= 100 * IPTFS_PS_PER_MS;
         at_ps += 50 * IPTFS_PS_PER_MS) {
        CHECK_INT(iptfs_run_until(&run, at_ps, &error), 0);
        view = iptfs_run_view_whole(&run, at_ps);
        CHECK_NEAR(iptfs_column_value(outer, &view, 0.05), 108800, 1e-6);
        CHECK_NEAR(iptfs_column_value(flow, &view, 0.05), 80000, 1e-6);
        CHECK_NEAR(iptfs_column_value(back, &view, 0.05), at_ps > 50 * IPTFS_PS_PER_MS ? 21760 : 0,
                   1e-6);
    }
    free(columns);
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
}

const CU_TestInfo iptfs_tests_columns[] = {
    {"values are those of an interval", values_are_those_of_an_interval},
    CU_TEST_INFO_NULL,
};
