/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run that a signal ends early: its files are those of a run that ends then, and say so. */
#include "files/interrupt.h"
#include "run/run_command.h"
#include "support/check.h"
#include "support/folder.h"

#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "[scenario]\nname = long\nduration = 1000s\n"
#define REST                                                                                       \
    "[link]\nrate = 10Mbps\n"                                                                      \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 8Mbps\n"
#define LONG HEAD REST

static void press_ctrl_c(void *ctx, double done, double all, const char *unit)
{
    (void)ctx, (void)done, (void)all, (void)unit;
    if (iptfs_interrupt_signal() == 0)
        raise(SIGINT);
}

/* Runs the scenario, interrupted at the end of the first slice. */
static int run_interrupted(struct iptfs_error *error)
{
    const struct iptfs_progress progress = {.update = press_ctrl_c};
    char *scenario = strdup(folder_file("s.ini")), *out = strdup(folder_file("cut"));
    char *trace = strdup(folder_file("cut.csv")), *prefix = strdup(folder_file("cut"));
    const struct iptfs_run_request request = {.scenario_path = scenario,
                                              .out_dir = out,
                                              .trace_path = trace,
                                              .pcap_prefix = prefix,
                                              .quiet = true,
                                              .progress = &progress};
    int code = iptfs_run_command(&request, stdout, error);
    iptfs_interrupt_release();
    free(scenario);
    free(out);
    free(trace);
    free(prefix);
    return code;
}

static void files_hold_the_run_until_then(void)
{
    struct iptfs_error error = {0};
    double end_s = 0;
    folder_make();
    folder_write("s.ini", LONG);
    CHECK_INT(run_interrupted(&error), IPTFS_E_INTERRUPTED);
    if (strstr(error.text, "interrupted at ") != error.text ||
        strstr(error.text, " of 1000 s; what is written is the run until then") == NULL)
        CHECK_FAIL("the message is \"%s\"", error.text);
    json_t *summary = json_load_file(folder_file("cut/summary.json"), 0, NULL);
    CHECK_TRUE(json_is_true(json_object_get(summary, "interrupted")));
    end_s = json_real_value(json_object_get(summary, "simulated_s"));
    CHECK_NEAR(end_s, 0.001, 1e-9); /* the first slice */
    json_decref(summary);
    CHECK_INT(folder_run("run s.ini --set scenario.duration=%.0fns --out whole --trace whole.csv "
                         "--pcap whole --quiet",
                         1e9 * end_s),
              0);
    CHECK_SAME("cut.csv", "whole.csv");
    CHECK_SAME("cut-outer-tx.pcap", "whole-outer-tx.pcap");
    CHECK_SAME("cut-inner-out.pcap", "whole-inner-out.pcap");
    CHECK_INT(folder_shell("sed '/\"interrupted\": true,/d' cut/summary.json | "
                           "cmp - whole/summary.json"),
              0);
    folder_remove();
}

/* Before the first interval of the leak figures has ended. */
static void leak_figures_may_be_unknown(void)
{
    struct iptfs_error error = {0};
    folder_make();
    folder_write("s.ini", HEAD "leak = on\nleak-interval = 10ms\n" REST);
    CHECK_INT(run_interrupted(&error), IPTFS_E_INTERRUPTED);
    json_t *summary = json_load_file(folder_file("cut/summary.json"), 0, NULL);
    CHECK_TRUE(json_is_object(json_object_get(summary, "leak")));
    json_decref(summary);
    folder_remove();
}

static void the_status_is_that_of_the_signal(void)
{
    folder_make();
    folder_write("s.ini", LONG);
    CHECK_INT(
        folder_script("\"$SIM\" run s.ini --series 10ms --out o & run=$!\n"
                      "i=0; until [ -d o ] || [ $i = 200 ]; do sleep 0.05; i=$((i + 1)); done\n"
                      "sleep 0.5; kill -TERM $run; wait $run"),
        143);
    CHECK_HAS("stderr", "iptfs-sim: interrupted at ");
    CHECK_HAS("stdout", "INTERRUPTED: the run was to take 1000 s\n");
    CHECK_HAS("o/summary.json", "\"interrupted\": true,\n");
    CHECK_HAS("o/series.csv", ",");
    folder_remove();
}

static void a_whole_run_does_not_mention_it(void)
{
    folder_make();
    folder_write("s.ini", LONG);
    CHECK_INT(folder_run("run s.ini --set scenario.duration=1ms --quiet --out o"), 0);
    CHECK_INT(folder_shell("grep interrupted o/summary.json"), 1);
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_interruption[];
const CU_TestInfo iptfs_tests_interruption[] = {
    {"files hold the run until then", files_hold_the_run_until_then},
    {"leak figures may be unknown", leak_figures_may_be_unknown},
    {"the status is that of the signal", the_status_is_that_of_the_signal},
    {"a whole run does not mention it", a_whole_run_does_not_mention_it},
    CU_TEST_INFO_NULL,
};
