/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/sweep_run.h"

#include "files/folder_lock.h"
#include "files/outfile.h"
#include "files/program.h"
#include "files/textfile.h"
#include "files/wall_clock.h"
#include "summary/results.h"
#include "sweep/collect.h"
#include "sweep/parallel.h"
#include "sweep/point.h"
#include "sweep/slurm.h"
#include "sweep/sweep.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int out_of_memory(struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
}

/* ------------------------------------------------------------------------------------ the work */

/* A sweep at work. */
struct work {
    const struct iptfs_sweep_request *request;
    struct iptfs_sweep sweep;
    struct iptfs_sweep_outcome *outcomes;
    char *directory;
    json_t *manifest;
    size_t pending; /* to be run in this call */
    size_t ran;     /* of them: ended well or not */
    size_t failed;
    double start_s;               /* when the points began to run */
    struct iptfs_slurm_jobs jobs; /* that go on without us */
    char fatal[900];              /* why nothing more could be written; "" while it can */
};

/* Checks all points before any runs, and finds out which have a result. */
static int identify_points(struct work *work, struct iptfs_error *error)
{
    int code = 0;
    for (size_t i = 0; i < work->sweep.n_points && code == 0; i++) {
        struct iptfs_scenario scenario;
        code = iptfs_sweep_scenario(&work->sweep, i + 1, &scenario, error);
        if (code != 0)
            return code;
        code = iptfs_sweep_id(&scenario, &work->outcomes[i].id, error);
        if (work->directory == NULL && code == 0)
            work->directory = work->request->out_dir != NULL
                                  ? strdup(work->request->out_dir)
                                  : iptfs_path_join("out", scenario.name);
        iptfs_scenario_free(&scenario);
        if (code == 0 && work->directory == NULL)
            code = out_of_memory(error);
    }
    return code;
}

/* A file that is no result, of a system that crashed say, is none. */
static bool has_result(const struct work *work, size_t index)
{
    char *path = iptfs_point_path(work->directory, &work->outcomes[index].id);
    json_t *summary = path != NULL ? json_load_file(path, 0, NULL) : NULL;
    bool done = json_is_object(summary);
    json_decref(summary);
    free(path);
    return done;
}

static void find_results(struct work *work)
{
    work->pending = 0;
    for (size_t i = 0; i < work->sweep.n_points; i++) {
        work->outcomes[i].done = has_result(work, i);
        work->pending += !work->outcomes[i].done;
    }
}

/* ------------------------------------------------------------------------------------- manifest */

static int write_manifest(struct work *work, struct iptfs_error *error)
{
    struct iptfs_outfile file;
    char *path = iptfs_path_join(work->directory, "manifest.json");
    int code = path != NULL ? iptfs_outfile_open(&file, path, error) : out_of_memory(error);
    if (code == 0) {
        iptfs_results_write_json(work->manifest, file.file);
        code = iptfs_outfile_commit(&file, error);
    }
    free(path);
    return code;
}

/* The sweep's file as it is now, so that its plots can be drawn again from the folder alone. */
static int copy_file(struct work *work, struct iptfs_error *error)
{
    struct iptfs_outfile file;
    char *path = iptfs_path_join(work->directory, "sweep.ini");
    int code = path != NULL ? iptfs_outfile_open(&file, path, error) : out_of_memory(error);
    if (code == 0) {
        fputs(work->sweep.text, file.file);
        code = iptfs_outfile_commit(&file, error);
    }
    free(path);
    return code;
}

static json_t *seeds_of(const struct iptfs_sweep *sweep)
{
    json_t *seeds = json_array();
    for (size_t i = 0; i < sweep->n_axes; i++)
        for (size_t j = 0; j < sweep->axes[i].n_columns; j++)
            for (size_t k = 0; k < sweep->axes[i].n_steps; k++)
                if (strcmp(sweep->axes[i].columns[j], "seed") == 0)
                    json_array_append_new(seeds, json_string(sweep->axes[i].steps[k].labels[j]));
    return seeds;
}

static json_t *new_manifest(const struct work *work)
{
    char host[256] = "", start[64];
    time_t now = time(NULL);
    struct tm utc;
    gethostname(host, sizeof host - 1);
    strftime(start, sizeof start, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    char *file = realpath(work->request->path, NULL);
    json_t *manifest =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:o}", "version", IPTFS_VERSION,
                  "commit", iptfs_program_commit(), "sources", iptfs_program_sources(), "command",
                  work->request->command, "file", file != NULL ? file : work->request->path, "host",
                  host, "start", start, "points", (json_int_t)work->sweep.n_points, "seeds",
                  seeds_of(&work->sweep), "base", iptfs_sweep_base(&work->sweep));
    free(file);
    return manifest;
}

static int refuse_change(const struct work *work, const char *what, const char *was, const char *is,
                         struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: holds results of another sweep: %s was '%s' and is '%s'; --force runs "
                      "all points again, --out DIR puts them elsewhere",
                      iptfs_quoted_path(work->directory).text, what, iptfs_quoted(was).text,
                      iptfs_quoted(is).text);
}

/* What must be the same for old results to stand beside new ones. */
static int compare_base(const struct work *work, json_t *old, struct iptfs_error *error)
{
    const json_t *new = json_object_get(work->manifest, "base");
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t) new, key, value)
    {
        const char *was = json_string_value(json_object_get(old, key));
        if (was == NULL || strcmp(was, json_string_value(value)) != 0)
            return refuse_change(work, key, was != NULL ? was : "(nothing)",
                                 json_string_value(value), error);
    }
    json_object_foreach(old, key, value)
    {
        if (json_object_get(new, key) == NULL)
            return refuse_change(work, key, json_string_value(value), "(nothing)", error);
    }
    return 0;
}

/* The version alone does not tell a program that was changed and built again. */
static int compare_program(const struct work *work, json_t *old, struct iptfs_error *error)
{
    const char *version = json_string_value(json_object_get(old, "version"));
    const char *sources = json_string_value(json_object_get(old, "sources"));
    if (version == NULL || strcmp(version, IPTFS_VERSION) != 0)
        return refuse_change(work, "the program's version", version != NULL ? version : "unknown",
                             IPTFS_VERSION, error);
    if (sources == NULL || strcmp(sources, iptfs_program_sources()) != 0)
        return refuse_change(work, "the hash of the program's sources",
                             sources != NULL ? sources : "unknown", iptfs_program_sources(), error);
    return 0;
}

/* Without a manifest nobody knows which program made the results. */
static int refuse_unknown(const struct work *work, struct iptfs_error *error)
{
    for (size_t i = 0; i < work->sweep.n_points; i++)
        if (work->outcomes[i].done)
            return iptfs_fail(error, IPTFS_E_INVALID,
                              "%s: holds results, but no manifest.json that tells what made them; "
                              "--force runs all points again, --out DIR puts them elsewhere",
                              iptfs_quoted_path(work->directory).text);
    return 0;
}

/* A manifest tells of the sweep, not of the step that collects it. */
static void keep_beginning(const struct work *work, json_t *old)
{
    static const char *const names[] = {"command", "host", "start"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (json_object_get(old, names[i]) != NULL)
            json_object_set(work->manifest, names[i], json_object_get(old, names[i]));
}

static int check_manifest(const struct work *work, struct iptfs_error *error)
{
    char *path = iptfs_path_join(work->directory, "manifest.json");
    json_t *old = path != NULL ? json_load_file(path, 0, NULL) : NULL;
    free(path);
    if (old == NULL)
        return refuse_unknown(work, error);
    int code = compare_program(work, old, error);
    if (code == 0)
        code = compare_base(work, json_object_get(old, "base"), error);
    if (code == 0 && work->request->collect)
        keep_beginning(work, old);
    else if (code == 0 && !work->request->resume)
        code = iptfs_fail(error, IPTFS_E_INVALID,
                          "%s: holds a sweep already; --resume runs what it lacks, --out DIR puts "
                          "results elsewhere",
                          iptfs_quoted_path(work->directory).text);
    json_decref(old);
    return code;
}

/* All of them, also of points that this sweep has not: they may come back when it grows. */
static int remove_points(struct work *work, struct iptfs_error *error)
{
    int code = 0;
    struct dirent *entry;
    char *path = iptfs_path_join(work->directory, "points");
    DIR *points = path != NULL ? opendir(path) : NULL;
    while (points != NULL && code == 0 && (entry = readdir(points)) != NULL)
        if (strstr(entry->d_name, ".json") != NULL &&
            unlinkat(dirfd(points), entry->d_name, 0) != 0)
            code = iptfs_fail(error, IPTFS_E_IO, "%s: old results cannot be removed: %s",
                              iptfs_quoted_path(path).text, strerror(errno));
    if (points != NULL)
        closedir(points);
    free(path);
    return code;
}

/* ------------------------------------------------------------------------------------- engines */

/* Points in one process, so that starting it costs little, but all cores have work to the end. A
 * login on another machine costs more than a start here. */
static size_t points_at_once(const struct work *work)
{
    enum {
        STARTS_HERE = 16,
        STARTS_THERE = 4
    };
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = work->request->jobs > 0 ? (size_t)work->request->jobs
                  : cores > 0             ? (size_t)cores
                                          : 1;
    size_t hosts = work->request->n_sshlogins;
    size_t starts = jobs * (hosts > 0 ? hosts * STARTS_THERE : STARTS_HERE);
    size_t share = work->pending / starts;
    return share < 1 ? 1 : share > 64 ? 64 : share;
}

/* Writes the numbers of the points to be run, a line for each process of at most so many. */
static void write_shards(const struct work *work, size_t most, FILE *file)
{
    size_t count = 0;
    for (size_t i = 0; i < work->sweep.n_points; i++) {
        if (work->outcomes[i].done)
            continue;
        fprintf(file, "%s%zu", count == 0 ? "" : count % most == 0 ? "\n" : ",", i + 1);
        count++;
    }
    fputc('\n', file);
}

static enum iptfs_point_next next_for(const struct work *work)
{
    return work->fatal[0] != '\0'       ? IPTFS_POINTS_STOP
           : work->ran >= work->pending ? IPTFS_POINTS_ALL_TOLD
                                        : IPTFS_POINTS_GO_ON;
}

/* "+ POINT" or "- POINT STATUS MESSAGE"; false for another line. */
static bool take_outcome(struct work *work, const char *line)
{
    size_t index = 0;
    int status = 0, at = 0;
    if (sscanf(line, "+ %zu", &index) != 1 &&
        sscanf(line, "- %zu %d %n", &index, &status, &at) != 2)
        return false;
    if (index < 1 || index > work->sweep.n_points)
        return true;
    struct iptfs_sweep_outcome *outcome = &work->outcomes[index - 1];
    work->ran += !outcome->told;
    outcome->told = true;
    if (line[0] == '-') {
        free(outcome->message);
        outcome->status = status;
        outcome->message = strdup(line + at);
    }
    return true;
}

/* One line of a point's process. */
static enum iptfs_point_next take_line(void *ctx, const char *line)
{
    struct work *work = ctx;
    if (line != NULL && line[0] == '!') {
        if (work->fatal[0] == '\0')
            snprintf(work->fatal, sizeof work->fatal, "%.880s", line + 2);
    } else if (line != NULL && !take_outcome(work, line)) {
        iptfs_progress_message(work->request->progress, "%s", line); /* of the engine itself */
    }
    iptfs_progress_update(work->request->progress, (double)work->ran, (double)work->pending,
                          "points");
    return next_for(work);
}

static int run_parallel(struct work *work, const struct iptfs_point_call *call,
                        struct iptfs_error *error)
{
    struct iptfs_parallel_request request = {.call = *call,
                                             .shards = tmpfile(),
                                             .jobs = work->request->jobs,
                                             .sshlogins = work->request->sshlogins,
                                             .n_sshlogins = work->request->n_sshlogins};
    if (request.shards != NULL)
        write_shards(work, points_at_once(work), request.shards);
    if (request.shards == NULL || fflush(request.shards) != 0 || ferror(request.shards)) {
        int code = iptfs_fail(error, IPTFS_E_IO, "the list of points cannot be written: %s",
                              strerror(errno));
        if (request.shards != NULL)
            fclose(request.shards);
        return code;
    }
    rewind(request.shards);
    int code = iptfs_parallel_run(&request, take_line, work, error);
    fclose(request.shards);
    return code;
}

/* Starting a task costs Slurm about as much as some points take, and its queue has a limit. */
static size_t points_in_task(const struct work *work, size_t tasks)
{
    enum {
        FEW = 8
    };
    size_t wanted = work->request->shard > 0 ? (size_t)work->request->shard : FEW;
    size_t least = (work->pending + tasks - 1) / tasks;
    return wanted > least ? wanted : least;
}

static int write_slurm_shards(struct work *work, const char *directory, size_t *n_shards,
                              struct iptfs_error *error)
{
    struct iptfs_outfile file;
    size_t tasks = 1;
    char *folder = iptfs_path_join(directory, "slurm");
    char *path = folder != NULL ? iptfs_path_join(folder, "shards") : NULL;
    int code = path != NULL ? iptfs_slurm_limit(&tasks, error) : out_of_memory(error);
    size_t most = points_in_task(work, tasks);
    if (code == 0)
        code = iptfs_make_directory(folder, error);
    if (code == 0)
        code = iptfs_outfile_open(&file, path, error);
    if (code == 0) {
        write_shards(work, most, file.file);
        code = iptfs_outfile_commit(&file, error);
    }
    *n_shards = (work->pending + most - 1) / most;
    free(folder);
    free(path);
    return code;
}

static int run_slurm(struct work *work, const struct iptfs_point_call *call,
                     struct iptfs_error *error)
{
    struct iptfs_slurm_request request = {.call = *call,
                                          .jobs = work->request->jobs,
                                          .options = work->request->sbatch,
                                          .n_options = work->request->n_sbatch};
    int code = write_slurm_shards(work, call->directory, &request.n_shards, error);
    if (code == 0 && work->request->no_wait)
        code = iptfs_slurm_submit(&request, &work->jobs, error);
    else if (code == 0)
        code = iptfs_slurm_run(&request, take_line, work, error);
    if (code == 0 && !work->request->no_wait)
        iptfs_slurm_clean(call->directory);
    return code;
}

static int run_points(struct work *work, struct iptfs_error *error)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    struct iptfs_point_call call = {program, realpath(work->request->path, NULL),
                                    realpath(work->directory, NULL)};
    int code = 0;
    if (length <= 0 || call.file == NULL || call.directory == NULL)
        code = iptfs_fail(error, IPTFS_E_IO, "%s: cannot be found again: %s",
                          iptfs_quoted_path(work->directory).text, strerror(errno));
    if (code == 0)
        code = work->request->engine == IPTFS_SWEEP_SLURM ? run_slurm(work, &call, error)
                                                          : run_parallel(work, &call, error);
    iptfs_progress_end(work->request->progress);
    free(call.file);
    free(call.directory);
    if (work->fatal[0] != '\0')
        code = iptfs_fail(error, IPTFS_E_IO, "%s; finished points stay, --resume goes on",
                          work->fatal);
    return code;
}

/* ------------------------------------------------------------------------------------- the end */

static void list_failures(struct work *work)
{
    for (size_t i = 0; i < work->sweep.n_points; i++) {
        struct iptfs_sweep_outcome *outcome = &work->outcomes[i];
        if (outcome->done)
            continue;
        struct iptfs_sweep_point point = iptfs_sweep_point(&work->sweep, i + 1);
        char *text = iptfs_sweep_point_text(&point);
        if (outcome->message == NULL)
            outcome->status = 1;
        iptfs_progress_message(work->request->progress, "failed: point %zu (%s), status %d: %s",
                               i + 1, text != NULL ? text : "", outcome->status,
                               outcome->message != NULL ? outcome->message : "it was not run");
        free(text);
        work->failed++;
    }
}

static int finish(struct work *work, size_t had, FILE *out, struct iptfs_error *error)
{
    double spent_s = iptfs_wall_s() - work->start_s;
    size_t asked = work->pending;
    find_results(work);
    list_failures(work);
    int code = iptfs_collect(&work->sweep, work->outcomes, work->directory, work->request->progress,
                             error);
    json_object_set_new(work->manifest, "time_s", json_real(spent_s));
    json_object_set_new(work->manifest, "failed", json_integer((json_int_t)work->failed));
    if (code == 0)
        code = write_manifest(work, error);
    if (code != 0)
        return code;
    if (!work->request->quiet)
        fprintf(out,
                "Points               %zu: %zu there before, %zu run, %zu failed; %.1f s, %.1f "
                "points/s\nWritten              %s/results.db, %s/results.csv\n",
                work->sweep.n_points, had, asked, work->failed, spent_s,
                spent_s > 0 ? (double)asked / spent_s : 0.0, work->directory, work->directory);
    const struct iptfs_sweep_hooks *hooks = &work->request->hooks;
    if (work->failed < work->sweep.n_points && hooks->finish != NULL)
        code = hooks->finish(hooks->context, work->directory, error);
    if (code != 0)
        return code;
    if (work->failed > 0)
        return iptfs_fail(error, IPTFS_E_ENGINE,
                          "%zu of %zu points failed; --resume tries them again", work->failed,
                          work->sweep.n_points);
    return 0;
}

/* Only now, with the folder to itself, is it known what has to be run. */
static int prepare(struct work *work, struct iptfs_error *error)
{
    char *points = iptfs_path_join(work->directory, "points");
    int code = points != NULL ? 0 : out_of_memory(error);
    find_results(work);
    if (code == 0 && !work->request->force)
        code = check_manifest(work, error);
    if (code == 0 && !work->request->collect)
        code = iptfs_slurm_prepare(work->directory, error);
    if (code == 0)
        code = iptfs_make_directory(points, error);
    if (code == 0 && work->request->force)
        code = remove_points(work, error);
    free(points);
    find_results(work);
    return code != 0 ? code : write_manifest(work, error);
}

static void tell_jobs(const struct work *work, FILE *out)
{
    const char *last = strchr(work->jobs.text, ' ');
    if (!work->request->quiet)
        fprintf(out, "Submitted            job %.*s runs %zu points, then job%s collects them\n",
                (int)(last - work->jobs.text), work->jobs.text, work->pending, last);
}

static int run_sweep(struct work *work, FILE *out, struct iptfs_error *error)
{
    const struct iptfs_sweep_hooks *hooks = &work->request->hooks;
    struct iptfs_folder_lock lock = {-1};
    work->start_s = iptfs_wall_s();
    work->manifest = new_manifest(work);
    int code = work->manifest != NULL ? iptfs_make_directory(work->directory, error)
                                      : out_of_memory(error);
    if (code == 0)
        code = iptfs_folder_lock_take(&lock, work->directory, error);
    if (code == 0)
        code = prepare(work, error);
    if (code == 0 && hooks->prepare != NULL)
        code = hooks->prepare(hooks->context, &work->sweep, work->directory, error);
    if (code == 0)
        code = copy_file(work, error);
    size_t had = work->sweep.n_points - work->pending;
    if (code == 0 && work->request->collect)
        iptfs_slurm_hear(work->directory, take_line, work);
    else if (code == 0 && work->pending > 0)
        code = run_points(work, error);
    if (code == 0 && work->jobs.text[0] != '\0')
        tell_jobs(work, out);
    else if (code == 0)
        code = finish(work, had, out, error);
    if (code == 0 && work->request->collect)
        iptfs_slurm_clean(work->directory);
    iptfs_folder_lock_release(&lock);
    return code;
}

int iptfs_sweep_command(const struct iptfs_sweep_request *request, FILE *out,
                        struct iptfs_error *error)
{
    struct work work = {.request = request};
    int code = iptfs_sweep_load(&work.sweep, request->path, error);
    if (code != 0)
        return code;
    work.outcomes = calloc(work.sweep.n_points, sizeof *work.outcomes);
    code = work.outcomes != NULL ? identify_points(&work, error) : out_of_memory(error);
    if (code == 0 && request->hooks.check != NULL)
        code = request->hooks.check(request->hooks.context, &work.sweep, error);
    if (code == 0 && request->dry_run)
        iptfs_sweep_list(&work.sweep, out);
    else if (code == 0)
        code = run_sweep(&work, out, error);
    for (size_t i = 0; work.outcomes != NULL && i < work.sweep.n_points; i++)
        free(work.outcomes[i].message);
    free(work.outcomes);
    free(work.directory);
    json_decref(work.manifest);
    iptfs_sweep_free(&work.sweep);
    return code;
}
