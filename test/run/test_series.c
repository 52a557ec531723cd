/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The series of a run: its columns come from the rows of the summary, its values from intervals. */
#include "run/run.h"
#include "run/series.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Ten packets of 100 octets, 10 ms apart: 136 octets each on the wire. */
static const char scenario_text[] = "[scenario]\nduration = 100ms\nseed = 7\n"
                                    "[tunnel]\ncipher = null\n"
                                    "[link]\nrate = 0\nqueue = 0\ndelay = 1ms\nframing = none\n"
                                    "[traffic.a]\ntype = cbr\nsize = 100\nrate = 80kbps\n";

/* Takes samples of a run at 50 and 100 ms into `series`. */
static int sample_run(struct iptfs_run *run, struct iptfs_series *series, struct iptfs_error *error)
{
    struct iptfs_summary_view view = iptfs_run_view(run, 0);
    int code = iptfs_series_begin(series, &view);
    for (int64_t at_ps = 50 * IPTFS_PS_PER_MS; at_ps <= 100 * IPTFS_PS_PER_MS && code == IPTFS_OK;
         at_ps += 50 * IPTFS_PS_PER_MS) {
        code = iptfs_run_until(run, at_ps, error);
        view = iptfs_run_view(run, at_ps);
        iptfs_series_sample(series, &view);
        iptfs_series_sample(series, &view); /* no interval, so no row */
    }
    return code == IPTFS_OK ? iptfs_series_commit(series, error) : code;
}

static void columns_and_values(void)
{
    static struct iptfs_run run;
    struct iptfs_scenario scenario;
    struct iptfs_series series = {0};
    struct iptfs_error error = {0};
    char folder[] = "/tmp/iptfs-series-XXXXXX", path[64], text[1024] = "";
    CHECK_TRUE(mkdtemp(folder) != NULL);
    CHECK_INT(iptfs_scenario_parse_text(&scenario, scenario_text, "t.ini", NULL, 0, &error), 0);
    CHECK_INT(iptfs_run_init(&run, &scenario, 7, 0, &error), 0);
    CHECK_INT(iptfs_series_open(&series, folder, &error), 0);
    CHECK_INT(sample_run(&run, &series, &error), 0);
    iptfs_series_free(&series);
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
    snprintf(path, sizeof path, "%s/series.csv", folder);
    FILE *file = fopen(path, "r");
    CHECK_TRUE(file != NULL && fread(text, 1, sizeof text - 1, file) > 0);
    if (file != NULL)
        fclose(file);
    /* sent at 0, 10 ... 40 ms; then at 50 ... 90 ms */
    CHECK_STR(text, "time_s,forward.outer_bps,forward.inner_bps,forward.queue_octets,"
                    "forward.link_wait_s,flows.a.goodput_bps\n"
                    "0.05,108800,80000,0,0,80000\n"
                    "0.1,108800,80000,0,0,80000\n");
    unlink(path);
    rmdir(folder);
}

const CU_TestInfo iptfs_tests_series[] = {
    {"columns and values", columns_and_values},
    CU_TEST_INFO_NULL,
};
