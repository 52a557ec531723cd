/* SPDX-License-Identifier: GPL-2.0-or-later */
/* warm-up = auto finds when a series has settled, in a run of its own; and what a user sees. */
#include "run/warm_up.h"

#include "files/interrupt.h"
#include "run/run_command.h"
#include "support/check.h"
#include "support/folder.h"
#include "support/run_summary.h"

#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* 8 Mb/s for 300 ms, then 800 kb/s: a packet of 1000 octets each 10 ms, which is two of the
 * observations of 5 ms. */
static const char step[] =
    "[scenario]\nname = step\nduration = 1s\nwarm-up = auto\nwarm-up-interval = 5ms\n"
    "[tunnel]\ncipher = null\n"
    "[link]\nrate = 0\nqueue = 0\ndelay = 1ms\nframing = none\n"
    "[traffic.first]\ntype = cbr\nphase = 0\nsize = 1000\nrate = 8Mbps\nstop = 300ms\n"
    "[traffic.rest]\ntype = cbr\nphase = 0\nsize = 1000\nrate = 800kbps\n";

/* Batches have 25 ms: the cut is at the first one that is of the rest alone. It is the same for the
 * rate of inner packets, and none for that of the second flow. */
static void a_step_is_cut(void)
{
    static const struct {
        const char *sets[2];
        size_t count;
        double cut_s;
    } rows[] = {
        {{NULL}, 0, 0.3},
        {{"scenario.warm-up-series=forward.inner_bps"}, 1, 0.325}, /* 1 ms of delay */
        {{"scenario.warm-up-series=flows.first.goodput_bps"}, 1, 0.325},
        {{"scenario.warm-up-interval=10ms", "scenario.warm-up-series=flows.rest.goodput_bps"},
         2,
         0},
        {{"traffic.first.stop=501ms", "scenario.warm-up-interval=10ms"}, 2, 0.5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *summary = summary_of(step, rows[i].sets, rows[i].count);
        CHECK_NEAR(summary_number(summary, "warm_up_s"), rows[i].cut_s, 1e-12);
        CHECK_INT(json_is_true(summary_at(summary, "warm_up_too_short")), i == 4);
        json_decref(summary);
    }
}

/* The run is the same, so that a fixed time of the same length gives the same values. */
static void auto_measures_what_a_fixed_time_does(void)
{
    static const char *const fixed[] = {"scenario.warm-up=300ms"};
    json_t *found = summary_of(step, NULL, 0), *given = summary_of(step, fixed, 1);
    CHECK_STR(json_string_value(summary_at(found, "warm_up_series")), "forward.outer_bps");
    json_object_del(found, "warm_up_series");
    json_object_del(found, "warm_up_too_short");
    CHECK_TRUE(json_equal(found, given));
    CHECK_NEAR(summary_number(found, "inner.offered.pkts"), 70, 0);
    CHECK_NEAR(summary_number(found, "goodput_bps"), 8e5 * 70 / 70, 2e4);
    json_decref(found);
    json_decref(given);
}

/* An unknown series is named with the ones there are. */
static void the_series_must_be_there(void)
{
    static struct iptfs_run run;
    static const char *const sets[] = {"scenario.warm-up-series=forward.outer_bp"};
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_scenario_parse_text(&scenario, step, "t.ini", sets, 1, &error), 0);
    CHECK_INT(iptfs_run_init(&run, &scenario, 1, 0, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text,
              "t.ini: [scenario] warm-up-series: found 'forward.outer_bp', allowed: "
              "forward.outer_bps, forward.inner_bps, forward.queue_octets, forward.link_wait_s, "
              "flows.first.goodput_bps, flows.rest.goodput_bps; did you mean 'forward.outer_bps'?");
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
}

/* The rate falls at a loss of slow start and rises for 25 s: 200 s show that, 40 s do not. */
static void congestion_control_has_to_settle(void)
{
    static const char text[] =
        "[scenario]\nduration = 200s\nwarm-up = auto\n"
        "[tunnel]\nmode = congestion-controlled\n"
        "[link]\nrate = 10Mbps\ndelay = 50ms\nqueue = 50p\n"
        "[traffic.a]\ntype = saturate\nsize = 1400\n"
        "[traffic.b]\ntype = cbr\nsize = 100\nrate = 10kbps\ndirection = reverse\n";
    static const char *const sets[] = {"scenario.duration=40s"};
    json_t *summary = summary_of(text, NULL, 0), *too_short = summary_of(text, sets, 1);
    double cut_s = summary_number(summary, "warm_up_s");
    CHECK_TRUE(cut_s > 20 && cut_s < 60);
    CHECK_TRUE(!json_is_true(summary_at(summary, "warm_up_too_short")));
    CHECK_TRUE(json_is_true(summary_at(too_short, "warm_up_too_short")));
    CHECK_NEAR(summary_number(too_short, "warm_up_s"), 20, 1e-12);
    json_decref(summary);
    json_decref(too_short);
}

/* ------------------------------------------------------------------------------- what is written
 */

/* Series, trace and captures are of the whole run; the summary says what was cut. */
static void files_are_those_of_the_whole_run(void)
{
    folder_make();
    folder_write("s.ini", step);
    CHECK_INT(folder_run("run s.ini --series 10ms --trace auto.csv --pcap auto --out auto"), 0);
    CHECK_HAS("stdout", "Warm-up              the first 300 ms are left out of all measures "
                        "(MSER-5 on forward.outer_bps)\n");
    CHECK_INT(folder_run("run s.ini --set scenario.warm-up=0 --series 10ms --trace none.csv "
                         "--pcap none --out none"),
              0);
    CHECK_INT(folder_shell("! grep -q Warm-up stdout && ! grep -q -e warm_up -e _before "
                           "none/summary.json"),
              0);
    CHECK_SAME("auto/series.csv", "none/series.csv");
    CHECK_SAME("auto.csv", "none.csv");
    CHECK_SAME("auto-outer-tx.pcap", "none-outer-tx.pcap");
    CHECK_HAS("auto/summary.json", "\"warm_up_s\": 0.3");
    CHECK_HAS("auto/summary.csv", ",warm_up_s,warm_up_too_short,warm_up_series,");
    CHECK_INT(folder_run("run s.ini --set traffic.first.stop=700ms --out o"), 0);
    CHECK_HAS("stdout", "RUN TOO SHORT: MSER-5 would cut more than half of it");
    CHECK_HAS("o/summary.json", "\"warm_up_too_short\": true");
    CHECK_HAS("o/summary.json", "\"warm_up_s\": 0.5");
    folder_remove();
}

/* In a sweep each point has its own cut. */
static void points_of_a_sweep_say_what_was_cut(void)
{
    folder_make();
    folder_write("s.ini", step);
    CHECK_INT(folder_shell("cp s.ini w.ini && printf '[sweep]\\ntraffic.first.stop = 200ms, 400ms, "
                           "800ms\\n' >> w.ini"),
              0);
    CHECK_INT(folder_run("sweep w.ini --out w --quiet"), 0);
    CHECK_INT(folder_run("show w --csv --columns warm_up_s,warm_up_too_short,warm_up_series"), 0);
    CHECK_HAS("stdout", "1,0.2,0,forward.outer_bps\n2,0.4,0,forward.outer_bps\n"
                        "3,0.5,1,forward.outer_bps\n");
    CHECK_INT(folder_run("show w --list"), 0);
    CHECK_HAS("stdout", "warm_up_s");
    folder_remove();
}

/* --------------------------------------------------------------------------------- interruption */

static void press_ctrl_c(void *ctx, double done, double all, const char *unit)
{
    (void)all, (void)unit;
    if (iptfs_interrupt_signal() == 0 && done > *(const double *)ctx)
        raise(SIGINT);
}

static int run_interrupted(const char *set, double at_s, struct iptfs_error *error)
{
    const struct iptfs_progress progress = {.update = press_ctrl_c, .ctx = &at_s};
    char *scenario = strdup(folder_file("s.ini")), *out = strdup(folder_file("cut"));
    const struct iptfs_run_request request = {.scenario_path = scenario,
                                              .sets = &set,
                                              .n_sets = 1,
                                              .out_dir = out,
                                              .quiet = true,
                                              .progress = &progress};
    int code = iptfs_run_command(&request, stdout, error);
    iptfs_interrupt_release();
    free(scenario);
    free(out);
    return code;
}

/* Within the warm-up nothing is measured yet. */
static void an_interrupted_warm_up_writes_nothing(void)
{
    struct iptfs_error error = {0};
    folder_make();
    folder_write("s.ini", step);
    CHECK_INT(run_interrupted("scenario.warm-up=auto", 0.1, &error), IPTFS_E_INTERRUPTED);
    CHECK_TRUE(strstr(error.text, "in the first run, which finds the warm-up; nothing is written"));
    CHECK_INT(folder_shell("test ! -e cut/summary.json"), 0);
    CHECK_INT(run_interrupted("scenario.warm-up=900ms", 0.0005, &error), IPTFS_E_INTERRUPTED);
    CHECK_STR(error.text, "interrupted at 1 ms, within the warm-up of 900 ms; nothing is written");
    CHECK_INT(folder_shell("test ! -e cut/summary.json"), 0);
    CHECK_INT(run_interrupted("scenario.warm-up=500us", 0.0005, &error), IPTFS_E_INTERRUPTED);
    json_t *summary = json_load_file(folder_file("cut/summary.json"), 0, NULL);
    CHECK_NEAR(json_real_value(json_object_get(summary, "simulated_s")), 0.001, 1e-12);
    CHECK_NEAR(json_real_value(json_object_get(summary, "warm_up_s")), 0.0005, 1e-12);
    json_decref(summary);
    folder_remove();
}

const CU_TestInfo iptfs_tests_warm_up[] = {
    {"a step is cut", a_step_is_cut},
    {"auto measures what a fixed time does", auto_measures_what_a_fixed_time_does},
    {"the series must be there", the_series_must_be_there},
    {"congestion control has to settle", congestion_control_has_to_settle},
    {"files are those of the whole run", files_are_those_of_the_whole_run},
    {"points of a sweep say what was cut", points_of_a_sweep_say_what_was_cut},
    {"an interrupted warm-up writes nothing", an_interrupted_warm_up_writes_nothing},
    CU_TEST_INFO_NULL,
};
