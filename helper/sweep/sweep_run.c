/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/sweep_run.h"

#include "files/folder_lock.h"
#include "files/interrupt.h"
#include "files/outfile.h"
#include "files/program.h"
#include "files/textfile.h"
#include "files/wall_clock.h"
#include "sweep/collect.h"
#include "sweep/copy.h"
#include "sweep/grid.h"
#include "sweep/manifest.h"
#include "sweep/outcomes.h"
#include "sweep/point_file.h"
#include "sweep/results_sync.h"
#include "sweep/rounds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A sweep that runs. */
struct run {
    const struct iptfs_sweep_request *request;
    struct iptfs_sweep sweep;
    struct iptfs_sweep_outcomes outcomes;
    struct iptfs_sweep_rounds rounds; /* of the outcomes */
    char *directory;
    json_t *manifest;
    struct iptfs_folder_lock lock;
    struct iptfs_results_sync sync;
    size_t n_pending; /* points run in this call, in this round and those before */
    double start_s;
    bool submitted;  /* the points are left to jobs of a cluster */
    char fatal[900]; /* why no more results can be written; "" while they can */
};

/* -------------------------------------------------------------------------------------- folder */

/* Without a manifest it is unknown which program made the results. */
static int refuse_unknown(const struct run *run, struct iptfs_error *error)
{
    if (run->outcomes.n_done == 0)
        return 0;
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: holds results, but no manifest.json that says what made them; --force "
                      "runs all points again, --out DIR puts them elsewhere",
                      iptfs_quoted_path(run->directory).text);
}

static int check_manifest(struct run *run, struct iptfs_error *error)
{
    json_t *old;
    int code = iptfs_manifest_load(run->directory, &old, error);
    if (code == 0 && old == NULL && (old = iptfs_manifest_recover(run->directory)) != NULL)
        iptfs_progress_message(run->request->progress,
                               "%s/manifest.json is damaged: recovered from " IPTFS_SWEEP_COPY,
                               iptfs_quoted_path(run->directory).text);
    if (code != 0 || old == NULL)
        return code != 0 ? code : refuse_unknown(run, error);
    code = iptfs_manifest_compare(run->manifest, old, run->directory, error);
    if (code == 0 && run->request->collect)
        iptfs_manifest_keep_start(run->manifest, old);
    else if (code == 0 && !run->request->resume)
        code = iptfs_fail(error, IPTFS_E_INVALID,
                          "%s: holds a sweep already; --resume runs what it lacks, --out DIR puts "
                          "results elsewhere",
                          iptfs_quoted_path(run->directory).text);
    json_decref(old);
    return code;
}

/* Finds what is done, and with `until` what is wanted. */
static int find_results(struct run *run, struct iptfs_error *error)
{
    int code =
        iptfs_outcomes_find_results(&run->outcomes, run->directory, run->request->progress, error);
    return code == 0 ? iptfs_sweep_rounds_plan(&run->rounds, run->directory, error) : code;
}

/* An earlier sweep may have left jobs of any engine. */
static int prepare_engines(const struct run *run, struct iptfs_error *error)
{
    const struct iptfs_sweep_engine *engine;
    int code = 0;
    for (size_t i = 0; code == 0 && (engine = iptfs_sweep_engine_at(i)) != NULL; i++)
        if (engine->prepare != NULL)
            code = engine->prepare(run->directory, error);
    return code;
}

/* With the folder locked: checks what is there and finds out what has to be run. */
static int prepare_folder(struct run *run, struct iptfs_error *error)
{
    const struct iptfs_sweep_hooks *hooks = &run->request->hooks;
    char *points = iptfs_path_join(run->directory, "points");
    int code = points != NULL ? 0 : iptfs_fail_no_memory(error);
    if (code == 0)
        code = find_results(run, error);
    if (code == 0 && !run->request->force)
        code = check_manifest(run, error);
    if (code == 0 && !run->request->collect)
        code = prepare_engines(run, error);
    if (code == 0)
        code = iptfs_make_directory(points, error);
    free(points);
    if (code == 0 && run->request->force) /* also of points that only a larger sweep has */
        code = iptfs_point_files_remove(run->directory, error);
    if (code == 0 && run->request->force)
        code = find_results(run, error);
    if (code == 0)
        code = iptfs_manifest_write(run->manifest, run->directory, error);
    if (code == 0 && hooks->prepare != NULL)
        code = hooks->prepare(hooks->context, &run->sweep, run->directory, error);
    return code != 0 ? code : iptfs_sweep_copy_write(&run->sweep, run->directory, error);
}

/* -------------------------------------------------------------------------------------- points */

static enum iptfs_point_next next_step(const struct run *run)
{
    return run->fatal[0] != '\0'                     ? IPTFS_POINTS_STOP
           : run->outcomes.n_ended >= run->n_pending ? IPTFS_POINTS_ALL_ENDED
                                                     : IPTFS_POINTS_GO_ON;
}

/* Takes one line of a process of points. */
static enum iptfs_point_next take_line(void *ctx, const char *line)
{
    struct run *run = ctx;
    if (line != NULL && line[0] == '!') {
        if (run->fatal[0] == '\0')
            snprintf(run->fatal, sizeof run->fatal, "%.880s", line + 2);
    } else if (line != NULL && !iptfs_outcomes_take_line(&run->outcomes, line) &&
               run->fatal[0] == '\0') {
        iptfs_progress_message(run->request->progress, "%s", line); /* of the engine itself */
    }
    iptfs_results_sync_when_due(&run->sync);
    iptfs_progress_update(run->request->progress, (double)run->outcomes.n_ended,
                          (double)run->n_pending, "points");
    return next_step(run);
}

static int run_engine(struct run *run, const struct iptfs_engine_work *work, FILE *out,
                      struct iptfs_error *error)
{
    const struct iptfs_sweep_request *request = run->request;
    const struct iptfs_sweep_engine *engine =
        request->engine != NULL ? request->engine : iptfs_sweep_engine_at(0);
    if (!request->options.no_wait || engine->submit == NULL)
        return engine->run(work, error);
    int code = engine->submit(work, request->quiet ? NULL : out, error);
    run->submitted = code == 0;
    return code;
}

/* Runs the points that are wanted now; their number in *count, 0 when nothing is left to run. */
static int run_round(struct run *run, const struct iptfs_point_call *call, size_t *count, FILE *out,
                     struct iptfs_error *error)
{
    struct iptfs_planned_point *points = iptfs_outcomes_pending(&run->outcomes, count);
    const struct iptfs_engine_work work = {.call = *call,
                                           .options = run->request->options,
                                           .points = points,
                                           .n_points = *count,
                                           .lock = run->lock.fd,
                                           .listener = take_line,
                                           .ctx = run};
    int code = points != NULL ? 0 : iptfs_fail_no_memory(error);
    run->n_pending += *count;
    if (code == 0 && *count > 0)
        code = run_engine(run, &work, out, error);
    free(points);
    return code;
}

/* Rounds of points: one, or with `until` as many as there are combinations that need more
 * replications. An engine that has not run all of its points is not asked again. */
static int run_rounds(struct run *run, const struct iptfs_point_call *call, FILE *out,
                      struct iptfs_error *error)
{
    size_t count = 0;
    int code;
    do {
        code = run_round(run, call, &count, out, error);
        if (code != 0 || run->rounds.all == NULL || run->fatal[0] != '\0' ||
            run->outcomes.n_ended < run->n_pending || iptfs_interrupt_signal() != 0)
            return code;
        code = find_results(run, error);
    } while (code == 0 && count > 0);
    return code;
}

/* The file of the sweep may be gone by now: points need its name only. */
static char *absolute_path(const char *path)
{
    char *real = realpath(path, NULL), *absolute = NULL;
    if (real != NULL || errno != ENOENT)
        return real;
    char *folder = path[0] == '/' ? strdup("") : getcwd(NULL, 0);
    if (folder != NULL && asprintf(&absolute, "%s/%s", folder, path) < 0)
        absolute = NULL;
    free(folder);
    return absolute;
}

static int run_points(struct run *run, FILE *out, struct iptfs_error *error)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *file = absolute_path(run->request->path), *directory = realpath(run->directory, NULL);
    const char *collector = run->request->collector != NULL ? run->request->collector : "sweep";
    const struct iptfs_point_call call = {program, file, directory, iptfs_program_sources(),
                                          collector};
    int code = 0;
    if (length <= 0 || file == NULL || directory == NULL)
        code = iptfs_fail(error, IPTFS_E_IO, "%s: cannot be found again: %s",
                          iptfs_quoted_path(run->directory).text, strerror(errno));
    iptfs_results_sync_begin(&run->sync, run->directory);
    if (code == 0)
        code = run_rounds(run, &call, out, error);
    int synced = iptfs_results_sync_end(&run->sync, run->directory, code == 0 ? error : NULL);
    code = code == 0 ? synced : code;
    iptfs_progress_end(run->request->progress);
    free(file);
    free(directory);
    if (run->fatal[0] != '\0')
        code =
            iptfs_fail(error, IPTFS_E_IO, "%s; finished points stay, --resume goes on", run->fatal);
    return code;
}

static void read_output(struct run *run)
{
    const struct iptfs_sweep_engine *engine;
    for (size_t i = 0; (engine = iptfs_sweep_engine_at(i)) != NULL; i++)
        if (engine->read_output != NULL)
            engine->read_output(run->directory, take_line, run);
}

static void clean_engines(const struct run *run)
{
    const struct iptfs_sweep_engine *engine;
    for (size_t i = 0; (engine = iptfs_sweep_engine_at(i)) != NULL; i++)
        if (engine->clean != NULL)
            engine->clean(run->directory);
}

/* ------------------------------------------------------------------------------------- results */

static int write_results(struct run *run, size_t failed, struct iptfs_error *error)
{
    double spent_s = iptfs_wall_s() - run->start_s;
    const struct iptfs_sweep_hooks *hooks = &run->request->hooks;
    size_t wanted = iptfs_outcomes_count_wanted(&run->outcomes);
    int code = hooks->collect != NULL
                   ? hooks->collect(hooks->context, &run->outcomes, run->directory, error)
                   : iptfs_collect(&run->rounds, run->directory, run->request->progress, error);
    if (code != 0)
        return code;
    if (json_object_set_new(run->manifest, "time_s", json_real(spent_s)) != 0 ||
        json_object_set_new(run->manifest, "points", json_integer((json_int_t)wanted)) != 0 ||
        json_object_set_new(run->manifest, "failed", json_integer((json_int_t)failed)) != 0)
        return iptfs_fail_no_memory(error);
    return iptfs_manifest_write(run->manifest, run->directory, error);
}

static void print_summary(const struct run *run, size_t failed, FILE *out)
{
    size_t n_points = iptfs_outcomes_count_wanted(&run->outcomes);
    double spent_s = json_real_value(json_object_get(run->manifest, "time_s"));
    fprintf(out,
            "Points               %zu: %zu there before, %zu run, %zu failed; %.1f s, %.1f "
            "points/s\nWritten              %s/results.db, %s/results.csv\n",
            n_points, n_points - run->n_pending, run->n_pending, failed, spent_s,
            spent_s > 0 ? (double)run->n_pending / spent_s : 0.0, run->directory, run->directory);
    iptfs_sweep_rounds_print(&run->rounds, out);
    if (run->rounds.all != NULL)
        fputs("                     'iptfs-sim show DIR --until' lists them\n", out);
    if (run->sweep.n_comparisons > 0)
        fputs("Compared             'iptfs-sim show DIR --compare' lists the differences\n", out);
}

static int finish(struct run *run, FILE *out, struct iptfs_error *error)
{
    const struct iptfs_sweep_hooks *hooks = &run->request->hooks;
    int code = find_results(run, error);
    if (code != 0)
        return code;
    size_t failed = iptfs_outcomes_report_failures(&run->outcomes, run->request->progress);
    iptfs_sweep_rounds_report(&run->rounds, run->request->progress);
    code = write_results(run, failed, error);
    if (code == 0 && !run->request->quiet)
        print_summary(run, failed, out);
    size_t wanted = iptfs_outcomes_count_wanted(&run->outcomes);
    if (code == 0 && failed < wanted && hooks->finish != NULL && iptfs_interrupt_signal() == 0)
        code = hooks->finish(hooks->context, run->directory, error);
    if (code == 0 && failed > 0)
        code = iptfs_fail(error, IPTFS_E_ENGINE,
                          "%zu of %zu points failed; --resume tries them again", failed, wanted);
    return code;
}

/* ------------------------------------------------------------------------------------- command */

/* One line for an interrupted sweep, with what the engine says about it. */
static int report_interruption(const struct run *run, int code, struct iptfs_error *error)
{
    char engine[sizeof error->text] = "";
    if (code == IPTFS_E_INTERRUPTED)
        snprintf(engine, sizeof engine, "%s", error->text);
    return iptfs_fail(
        error, IPTFS_E_INTERRUPTED,
        "interrupted: %zu of %s%zu points are done%s%s; --resume goes on",
        iptfs_outcomes_count_done(&run->outcomes), run->rounds.all != NULL ? "at least " : "",
        iptfs_outcomes_count_wanted(&run->outcomes), engine[0] != '\0' ? ", " : "", engine);
}

static bool is_pending(const struct run *run)
{
    const struct iptfs_sweep_outcomes *outcomes = &run->outcomes;
    return iptfs_outcomes_count_done(outcomes) < iptfs_outcomes_count_wanted(outcomes);
}

static int run_sweep(struct run *run, FILE *out, struct iptfs_error *error)
{
    iptfs_interrupt_catch();
    run->start_s = iptfs_wall_s();
    run->manifest = iptfs_manifest_new(&run->sweep, run->request->command);
    int code = run->manifest != NULL ? iptfs_make_directory(run->directory, error)
                                     : iptfs_fail_no_memory(error);
    if (code == 0)
        code = iptfs_folder_lock_take(&run->lock, run->directory, error);
    if (code == 0)
        code = prepare_folder(run, error);
    if (code == 0 && run->request->collect)
        read_output(run);
    else if (code == 0 && is_pending(run) && iptfs_interrupt_signal() == 0)
        code = run_points(run, out, error);
    if (code == 0 && !run->submitted && iptfs_interrupt_signal() == 0)
        code = finish(run, out, error);
    if (code == 0 && run->request->collect)
        clean_engines(run);
    iptfs_folder_lock_release(&run->lock);
    return iptfs_interrupt_signal() != 0 ? report_interruption(run, code, error) : code;
}

/* Which replications follow is known when those before have ended, and so not when jobs are
 * submitted. */
static int check_engine(const struct run *run, struct iptfs_error *error)
{
    if (run->sweep.until.line == 0 || !run->request->options.no_wait)
        return 0;
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s:%u: [sweep] until: found --no-wait, allowed: a sweep that waits, since "
                      "the results of a round decide which points the next one has",
                      iptfs_quoted_path(run->sweep.path).text, run->sweep.until.line);
}

static int check_points(struct run *run, struct iptfs_error *error)
{
    const struct iptfs_sweep_hooks *hooks = &run->request->hooks;
    char *name;
    int code = iptfs_outcomes_init(&run->outcomes, &run->sweep, &name, error);
    if (code == 0)
        run->directory = run->request->out_dir != NULL ? strdup(run->request->out_dir)
                                                       : iptfs_path_join("out", name);
    free(name);
    if (code == 0 && run->directory == NULL)
        code = iptfs_fail_no_memory(error);
    if (code == 0)
        code = iptfs_sweep_rounds_init(&run->rounds, &run->outcomes, error);
    if (code == 0 && hooks->check != NULL)
        code = hooks->check(hooks->context, &run->sweep, error);
    return code;
}

/* Reads the sweep's file, and what the caller makes of it. */
static int load(const struct iptfs_sweep_request *request, struct iptfs_sweep *sweep,
                struct iptfs_error *error)
{
    const struct iptfs_sweep_hooks *hooks = &request->hooks;
    char *text = NULL;
    if (request->planned)
        return iptfs_sweep_load_copy(sweep, request->out_dir, request->path, error);
    int code = iptfs_sweep_load(sweep, request->path, error);
    if (code != 0 || hooks->extend == NULL)
        return code;
    code = hooks->extend(hooks->context, sweep, &text, error);
    if (code != 0 || text != NULL)
        iptfs_sweep_free(sweep);
    if (code == 0 && text != NULL)
        code = iptfs_sweep_parse_text(sweep, text, request->path, error);
    free(text);
    return code;
}

int iptfs_sweep_command(const struct iptfs_sweep_request *request, FILE *out,
                        struct iptfs_error *error)
{
    struct run run = {.request = request, .lock = {-1}, .sync = {.fd = -1}};
    int code = load(request, &run.sweep, error);
    if (code != 0)
        return code;
    code = check_engine(&run, error);
    if (code == 0)
        code = check_points(&run, error);
    if (code == 0 && request->dry_run)
        iptfs_sweep_list(&run.sweep, out);
    else if (code == 0)
        code = run_sweep(&run, out, error);
    iptfs_sweep_rounds_free(&run.rounds);
    iptfs_outcomes_free(&run.outcomes);
    free(run.directory);
    json_decref(run.manifest);
    iptfs_sweep_free(&run.sweep);
    return code;
}
