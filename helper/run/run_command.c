/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/run_command.h"

#include "base/units.h"
#include "files/interrupt.h"
#include "files/outfile.h"
#include "files/textfile.h"
#include "files/wall_clock.h"
#include "ns3/sim.h"
#include "run/drive.h"
#include "run/output.h"
#include "run/run.h"
#include "run/warm_up.h"
#include "summary/summary.h"
#include "text/quantity.h"
#include "traffic/traffic_source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int print_summary(const struct iptfs_run_request *request, const char *directory,
                         const struct iptfs_summary_view *view, const json_t *summary,
                         const struct iptfs_run_cost *cost, FILE *out)
{
    int code = IPTFS_OK;
    if (request->quiet)
        return IPTFS_OK;
    if (request->output == IPTFS_OUTPUT_JSON) {
        code = iptfs_summary_write_json(summary, out);
    } else if (request->output == IPTFS_OUTPUT_CSV) {
        iptfs_summary_write_csv(summary, out);
    } else {
        iptfs_summary_write_text(view, cost, out);
        fprintf(out, "%-20s %s/summary.json, %s/summary.csv\n", "Written", directory, directory);
        if (request->trace_path != NULL)
            fprintf(out, "%-20s %s\n", "Trace", request->trace_path);
        if (request->pcap_prefix != NULL)
            fprintf(out, "%-20s %s-*.pcap\n", "Captures", request->pcap_prefix);
        if (request->series_ps > 0)
            fprintf(out, "%-20s %s/series.csv, and plots of it: series-*.svg, .png\n", "Series",
                    directory);
    }
    return code == IPTFS_E_NO_MEMORY ? code : IPTFS_OK; /* the owner of `out` checks it */
}

static int report(const struct iptfs_run_request *request, const char *directory,
                  struct iptfs_run *run, const struct iptfs_run_cost *cost,
                  struct iptfs_run_output *output, FILE *out, struct iptfs_error *error)
{
    struct iptfs_summary_view view = iptfs_run_view(run, run->end_ps);
    json_t *summary = iptfs_summary_json(&view);
    if (summary == NULL)
        return iptfs_fail_no_memory(error);
    int code = iptfs_run_output_commit(output, request, run, summary, error);
    if (code == IPTFS_OK &&
        print_summary(request, directory, &view, summary, cost, out) != IPTFS_OK)
        code = iptfs_fail_no_memory(error);
    for (int i = 0; i < IPTFS_DIRECTIONS && code == IPTFS_OK; i++)
        iptfs_traffic_note(run->direction[i].source, request->progress);
    json_decref(summary);
    if (code == IPTFS_OK && request->series_ps > 0 && request->series_written != NULL)
        code = request->series_written(&output->series, directory, error);
    return code;
}

/* Runs the scenario, with the open files attached. */
static int simulate(const struct iptfs_run_request *request, struct iptfs_run *run,
                    const struct iptfs_scenario *scenario, struct iptfs_run_output *output,
                    struct iptfs_error *error)
{
    uint64_t seed = request->seed_given ? request->seed : scenario->seed;
    struct iptfs_warm_up warm_up;
    int code =
        iptfs_warm_up_find(run, scenario, seed, request->run, request->progress, &warm_up, error);
    if (code == IPTFS_OK)
        code = iptfs_run_open(run, scenario, seed, request->run, &warm_up, error);
    if (code != IPTFS_OK)
        return code;
    for (int i = 0; request->trace_path != NULL && i < IPTFS_DIRECTIONS; i++)
        iptfs_run_trace(run, (enum iptfs_direction)i,
                        iptfs_trace_file_trace(&output->trace, (enum iptfs_direction)i));
    if (request->pcap_prefix != NULL)
        code = iptfs_run_captures_attach(&output->captures, run);
    if (code == IPTFS_E_NO_MEMORY)
        return iptfs_fail_no_memory(error);
    if (code != IPTFS_OK)
        return iptfs_fail(error, code, "ns-3: %s", iptfs_ns3_strerror(IPTFS_NS3_EENGINE));
    struct iptfs_run_drive drive = {.run = run,
                                    .output = output,
                                    .progress = request->progress,
                                    .quiet = request->quiet,
                                    .series_ps = request->series_ps};
    code = iptfs_run_drive(&drive, error);
    if (code == IPTFS_OK)
        code = iptfs_run_finish(run, error);
    return code;
}

/* Refuses an interval that gives too many lines: it is a typing error. */
static int check_series(const struct iptfs_run_request *request,
                        const struct iptfs_scenario *scenario, struct iptfs_error *error)
{
    enum {
        LINES_MAX = 1000000
    };
    if (request->series_ps == 0 || scenario->duration_ps / LINES_MAX < request->series_ps)
        return IPTFS_OK;
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "--series: found '%s', allowed: above %s (%d lines in the duration of %s)",
                      iptfs_exact_time(request->series_ps).text,
                      iptfs_exact_time(scenario->duration_ps / LINES_MAX).text, LINES_MAX,
                      iptfs_exact_time(scenario->duration_ps).text);
}

static int report_interruption(const struct iptfs_run *run, struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_INTERRUPTED,
                      "interrupted at %s of %s; what is written is the run until then",
                      iptfs_show_time(run->end_ps).text,
                      iptfs_show_time(run->scenario->duration_ps).text);
}

static int run_scenario(const struct iptfs_run_request *request,
                        const struct iptfs_scenario *scenario, const char *directory, FILE *out,
                        struct iptfs_error *error)
{
    static struct iptfs_run run;           /* large, and ns-3 allows one at a time */
    static struct iptfs_run_output output; /* must not move */
    int code = check_series(request, scenario, error);
    iptfs_interrupt_catch();
    if (code == IPTFS_OK)
        code = iptfs_run_output_open(&output, request, scenario, directory, error);
    if (code == IPTFS_OK) {
        double start_s = iptfs_wall_s();
        code = simulate(request, &run, scenario, &output, error);
        struct iptfs_run_cost cost = {iptfs_wall_s() - start_s, run.events};
        if (code == IPTFS_OK)
            code = report(request, directory, &run, &cost, &output, out, error);
        if (code == IPTFS_OK)
            code = run.interrupted ? report_interruption(&run, error)
                                   : iptfs_run_check_breakers(&run, error);
        iptfs_run_free(&run);
    }
    iptfs_run_output_discard(&output);
    return code;
}

int iptfs_run_command(const struct iptfs_run_request *request, FILE *out, struct iptfs_error *error)
{
    struct iptfs_scenario scenario;
    int code = iptfs_scenario_load(&scenario, request->scenario_path, request->sets,
                                   request->n_sets, error);
    if (code != IPTFS_OK)
        return code;
    char *directory =
        request->out_dir != NULL ? strdup(request->out_dir) : iptfs_path_join("out", scenario.name);
    if (directory == NULL)
        code = iptfs_fail_no_memory(error);
    else
        code = run_scenario(request, &scenario, directory, out, error);
    free(directory);
    iptfs_scenario_free(&scenario);
    return code;
}
