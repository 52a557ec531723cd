/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/run_command.h"

#include "base/units.h"
#include "files/outfile.h"
#include "files/textfile.h"
#include "files/wall_clock.h"
#include "ns3/sim.h"
#include "run/captures.h"
#include "run/run.h"
#include "run/trace_file.h"
#include "summary/summary.h"
#include "text/quantity.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Runs to the end in slices of `slice_ps`, which do not change the run. After each slice the
 * progress is reported, and `series` (if not NULL) takes a sample. */
static int run_sliced(struct iptfs_run *run, int64_t slice_ps,
                      const struct iptfs_progress *progress, struct iptfs_series *series,
                      struct iptfs_error *error)
{
    int64_t duration_ps = run->scenario->duration_ps, until_ps = 0;
    int code = IPTFS_OK;
    while (until_ps < duration_ps && code == IPTFS_OK) {
        until_ps = duration_ps - until_ps > slice_ps ? until_ps + slice_ps : duration_ps;
        code = iptfs_run_until(run, until_ps, error);
        if (series != NULL && code == IPTFS_OK) {
            struct iptfs_summary_view view = iptfs_run_view(run, until_ps);
            iptfs_series_sample(series, &view);
        }
        iptfs_progress_update(progress, iptfs_seconds(until_ps), iptfs_seconds(duration_ps), NULL);
    }
    iptfs_progress_end(progress);
    return code;
}

static int run_to_end(struct iptfs_run *run, const struct iptfs_run_request *request,
                      struct iptfs_series *series, struct iptfs_error *error)
{
    enum {
        SLICES = 1000
    };
    const struct iptfs_progress *progress = request->progress;
    int64_t duration_ps = run->scenario->duration_ps;
    if (request->series_ps > 0) {
        struct iptfs_summary_view view = iptfs_run_view(run, 0);
        int code = iptfs_series_begin(series, &view);
        return code == IPTFS_OK ? run_sliced(run, request->series_ps, progress, series, error)
                                : iptfs_fail_no_memory(error);
    }
    int64_t slice_ps = iptfs_progress_watched(progress) ? duration_ps / SLICES + 1 : duration_ps;
    return run_sliced(run, slice_ps, progress, NULL, error);
}

/* The files of a run. They are opened before it starts, so that a path that cannot be written is
 * reported at once. */
struct run_files {
    struct iptfs_outfile json;
    struct iptfs_outfile csv;
    struct iptfs_trace_file trace;
    struct iptfs_run_captures captures;
    struct iptfs_series series;
};

static int open_files(struct run_files *files, const struct iptfs_run_request *request,
                      const struct iptfs_scenario *scenario, const char *directory,
                      struct iptfs_error *error)
{
    bool existed = access(directory, F_OK) == 0;
    int code = iptfs_make_directory(directory, error);
    if (code == IPTFS_OK)
        code = iptfs_outfile_open_in(&files->json, directory, "summary.json", error);
    if (code == IPTFS_OK)
        code = iptfs_outfile_open_in(&files->csv, directory, "summary.csv", error);
    if (code == IPTFS_OK && request->trace_path != NULL)
        code = iptfs_trace_file_open(&files->trace, request->trace_path, error);
    if (code == IPTFS_OK && request->pcap_prefix != NULL)
        code = iptfs_run_captures_open(&files->captures, request->pcap_prefix, scenario, error);
    if (code == IPTFS_OK && request->series_ps > 0)
        code = iptfs_series_open(&files->series, directory, error);
    if (code != IPTFS_OK && !existed)
        rmdir(directory); /* leave no empty folder */
    return code;
}

static void discard_files(struct run_files *files)
{
    iptfs_outfile_discard(&files->json);
    iptfs_outfile_discard(&files->csv);
    iptfs_trace_file_free(&files->trace);
    iptfs_run_captures_free(&files->captures);
    iptfs_series_free(&files->series);
}

/* Writes all files, then renames them to their names. */
static int commit_files(struct run_files *files, const struct iptfs_run_request *request,
                        const struct iptfs_run *run, const json_t *summary,
                        struct iptfs_error *error)
{
    int code = iptfs_summary_write_json(summary, files->json.file);
    if (code == IPTFS_OK)
        code = iptfs_summary_write_csv(summary, files->csv.file);
    if (code == IPTFS_E_NO_MEMORY)
        return iptfs_fail_no_memory(error);
    if (code != IPTFS_OK)
        return iptfs_fail(error, code, "%s: cannot write the file", files->json.path);
    if (request->pcap_prefix != NULL)
        code = iptfs_run_captures_commit(&files->captures, run, error);
    if (code == IPTFS_OK && request->trace_path != NULL)
        code = iptfs_trace_file_commit(&files->trace, error);
    if (code == IPTFS_OK && request->series_ps > 0)
        code = iptfs_series_commit(&files->series, error);
    if (code == IPTFS_OK)
        code = iptfs_outfile_commit(&files->csv, error);
    return code == IPTFS_OK ? iptfs_outfile_commit(&files->json, error) : code;
}

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
                  struct iptfs_run *run, const struct iptfs_run_cost *cost, struct run_files *files,
                  FILE *out, struct iptfs_error *error)
{
    struct iptfs_summary_view view = iptfs_run_view(run, run->scenario->duration_ps);
    json_t *summary = iptfs_summary_json(&view);
    if (summary == NULL)
        return iptfs_fail_no_memory(error);
    int code = commit_files(files, request, run, summary, error);
    if (code == IPTFS_OK &&
        print_summary(request, directory, &view, summary, cost, out) != IPTFS_OK)
        code = iptfs_fail_no_memory(error);
    json_decref(summary);
    if (code == IPTFS_OK && request->series_ps > 0 && request->series_written != NULL)
        code = request->series_written(&files->series, directory, error);
    return code;
}

/* Runs the scenario, with the open files attached. */
static int simulate(const struct iptfs_run_request *request, struct iptfs_run *run,
                    const struct iptfs_scenario *scenario, struct run_files *files,
                    struct iptfs_error *error)
{
    uint64_t seed = request->seed_given ? request->seed : scenario->seed;
    int code = iptfs_run_init(run, scenario, seed, request->run, error);
    if (code != IPTFS_OK)
        return code;
    for (int i = 0; request->trace_path != NULL && i < IPTFS_DIRECTIONS; i++)
        iptfs_run_trace(run, (enum iptfs_direction)i,
                        iptfs_trace_file_trace(&files->trace, (enum iptfs_direction)i));
    if (request->pcap_prefix != NULL &&
        iptfs_run_captures_attach(&files->captures, run) != IPTFS_OK)
        return iptfs_fail(error, IPTFS_E_ENGINE, "ns-3: %s", iptfs_ns3_strerror(IPTFS_NS3_EENGINE));
    code = run_to_end(run, request, &files->series, error);
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

static int run_scenario(const struct iptfs_run_request *request,
                        const struct iptfs_scenario *scenario, const char *directory, FILE *out,
                        struct iptfs_error *error)
{
    static struct iptfs_run run; /* large, and ns-3 allows one at a time */
    struct run_files files = {0};
    int code = check_series(request, scenario, error);
    if (code == IPTFS_OK)
        code = open_files(&files, request, scenario, directory, error);
    if (code == IPTFS_OK) {
        double start_s = iptfs_wall_s();
        code = simulate(request, &run, scenario, &files, error);
        struct iptfs_run_cost cost = {iptfs_wall_s() - start_s, run.events};
        if (code == IPTFS_OK)
            code = report(request, directory, &run, &cost, &files, out, error);
        if (code == IPTFS_OK)
            code = iptfs_run_check_breakers(&run, error);
        iptfs_run_free(&run);
    }
    discard_files(&files);
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
