/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine on a cluster: job arrays of Slurm, by its commands sbatch, squeue and scancel. A task
 * of the array runs a shard of points. Its files are in DIR/slurm:
 *   shards     a line of point numbers for each task
 *   task.sh    what a task does; collect.sh: the job that follows the array
 *   jobs       the numbers of the jobs, as long as they may be in the queue
 *   N.out      the output of task N */
#include "sweep/engine.h"

#include "files/folder.h"
#include "files/infile.h"
#include "files/interrupt.h"
#include "files/outfile.h"
#include "files/process.h"
#include "files/textfile.h"
#include "files/wall_clock.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Paths reach the scripts as arguments, so that no name has to be quoted in them. The scripts open
 * their output themselves: Slurm would replace %j and the like in its name. */
static const char task_script[] =
    "#!/bin/sh\n"
    "# One task of the array: PROGRAM FILE DIR SOURCES\n"
    "exec >\"$3/slurm/$SLURM_ARRAY_TASK_ID.out\" 2>&1\n"
    "sed -n \"${SLURM_ARRAY_TASK_ID}p\" \"$3/slurm/shards\" |\n"
    "    \"$1\" point \"$2\" --out \"$3\" --sources \"$4\" --shard -\n";
static const char collect_script[] =
    "#!/bin/sh\n"
    "# When the array has ended: PROGRAM FILE DIR SOURCES COMMAND\n"
    "exec >\"$3/slurm/collect.log\" 2>&1\n"
    "exec \"$1\" \"$5\" \"$2\" --out \"$3\" --collect --planned\n";

/* A submitted job array. */
struct array {
    const struct iptfs_engine_work *work;
    const char *directory;
    char id[32];
    size_t n_tasks;
    long *read_octets; /* of each task's output */
};

/* ----------------------------------------------------------------------------------------- time */

static void pause_s(double time_s)
{
    const struct timespec pause = {(time_t)time_s, (long)((time_s - (double)(time_t)time_s) * 1e9)};
    nanosleep(&pause, NULL);
}

/* ------------------------------------------------------------------------------------- commands */

/* Runs a command of Slurm. Settings of the user that choose what it lists, where output goes or
 * that it asks or waits must not change a sweep; those that choose where jobs run may. */
static void ask(const char *const *argv, struct iptfs_process_answer *answer)
{
    static const char *const ours[] = {
        "SQUEUE_", "SCANCEL_", "SBATCH_OUTPUT=", "SBATCH_ERROR=", "SBATCH_INPUT=", "SBATCH_WAIT="};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        iptfs_process_forget(ours[i]);
    iptfs_process_ask(argv, answer);
}

static int refuse_answer(const char *command, struct iptfs_process_answer *answer,
                         struct iptfs_error *error)
{
    for (char *at = answer->text; *at != '\0'; at++)
        *at = *at == '\n' ? ';' : *at;
    if (answer->status == IPTFS_PROCESS_NOT_STARTED)
        return iptfs_fail(error, IPTFS_E_IO,
                          "Slurm's %s cannot be started: is the package 'slurm-client' installed?",
                          command);
    return iptfs_fail(error, IPTFS_E_IO, "Slurm refuses the sweep: %.600s", answer->text);
}

/* The most tasks that an array may have on this cluster, at most 1000. */
static int find_limit(size_t *tasks, struct iptfs_error *error)
{
    enum {
        TASKS_MAX = 1000
    };
    static const char *const argv[] = {"scontrol", "show", "config", NULL};
    struct iptfs_process_answer answer;
    size_t size = 0;
    ask(argv, &answer);
    if (answer.status != 0)
        return refuse_answer(argv[0], &answer, error);
    const char *line = strstr(answer.text, "\nMaxArraySize");
    if (line == NULL || sscanf(line, "\nMaxArraySize = %zu", &size) != 1 || size > TASKS_MAX)
        size = TASKS_MAX + 1;
    *tasks = size > 2 ? size - 1 : 1; /* tasks count from 1, and stay below the size */
    return 0;
}

/* ---------------------------------------------------------------------------------------- files */

static char *file_in(const char *directory, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/slurm/%s", directory, name) < 0 ? NULL : path;
}

static int write_text(const char *directory, const char *name, const char *text,
                      struct iptfs_error *error)
{
    struct iptfs_outfile file;
    char *path = file_in(directory, name);
    int code = path != NULL ? iptfs_outfile_open(&file, path, error) : iptfs_fail_no_memory(error);
    if (code == 0) {
        fputs(text, file.file);
        code = iptfs_outfile_commit(&file, error);
    }
    free(path);
    return code;
}

static bool is_jobs(const char *name, void *ctx)
{
    (void)ctx;
    return strcmp(name, "jobs") == 0;
}

/* Whether a file in DIR/slurm is one of those that are written here or by a task. */
static bool is_ours(const char *name, void *ctx)
{
    static const char *const names[] = {"jobs", "shards", "task.sh", "collect.sh", "collect.log"};
    size_t digits = strspn(name, "0123456789");
    (void)ctx;
    if (digits > 0 && strcmp(name + digits, ".out") == 0)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t length = strlen(names[i]);
        if (strncmp(name, names[i], length) == 0 &&
            (name[length] == '\0' || iptfs_outfile_is_temporary(name + length)))
            return true;
    }
    return false;
}

/* Removes the files in DIR/slurm, `jobs` first: without it no job is looked for. */
static void remove_files(const char *directory)
{
    struct iptfs_error unused;
    char *path = iptfs_path_join(directory, "slurm");
    if (path != NULL && iptfs_folder_remove_files(path, is_jobs, NULL, &unused) == 0)
        iptfs_folder_remove_files(path, is_ours, NULL, &unused);
    free(path);
}

static void clean(const char *directory)
{
    char *path = iptfs_path_join(directory, "slurm");
    remove_files(directory);
    if (path != NULL)
        rmdir(path);
    free(path);
}

/* ---------------------------------------------------------------------------------------- queue */

enum in_queue {
    GONE,
    IN_QUEUE,
    NO_ANSWER
};

/* Asks for all jobs of this user, since squeue fails for a job that it no longer lists. */
static enum in_queue look_for(const char *id)
{
    char user[32];
    struct iptfs_process_answer answer;
    snprintf(user, sizeof user, "%ld", (long)getuid());
    const char *const argv[] = {"squeue", "--all",       "--noheader", "--user",
                                user,     "--format=%F", NULL};
    ask(argv, &answer);
    if (answer.status != 0)
        return NO_ANSWER;
    char *rest = answer.text, *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        line[strcspn(line, " ")] = '\0';
        if (strcmp(line, id) == 0)
            return IN_QUEUE;
    }
    return GONE;
}

/* Cancels a job and waits until it has left the queue; false when that fails. */
static bool cancel(const char *id)
{
    enum {
        TRIES = 100
    };
    const char *const argv[] = {"scancel", id, NULL};
    struct iptfs_process_answer answer;
    for (int i = 0; i < TRIES; i++) {
        enum in_queue state = look_for(id);
        if (state == GONE)
            return true;
        if (state == NO_ANSWER && i > 2)
            return false;
        if (i % 10 == 0)
            ask(argv, &answer);
        pause_s(0.3);
    }
    return false;
}

static int prepare(const char *directory, struct iptfs_error *error)
{
    char *path = file_in(directory, "jobs"), *text = NULL, *rest;
    const char *id;
    int code = path != NULL ? 0 : iptfs_fail_no_memory(error);
    if (code == 0 && access(path, F_OK) == 0)
        code = iptfs_textfile_read(path, &text, error);
    rest = text;
    while (code == 0 && (id = strsep(&rest, " \n")) != NULL)
        if (*id != '\0' && !cancel(id))
            code = iptfs_fail(error, IPTFS_E_IO,
                              "%s: job %.20s of an earlier sweep may still run, and Slurm does not "
                              "cancel it; if you know that it has ended, remove %s",
                              iptfs_quoted_path(directory).text, id, iptfs_quoted_path(path).text);
    if (code == 0)
        remove_files(directory);
    free(text);
    free(path);
    return code;
}

/* --------------------------------------------------------------------------------------- submit */

/* Runs sbatch with the user's options, ours and a script; the number of the job in `id`. */
static int submit_job(const struct iptfs_engine_work *work, const char *ours, const char *script,
                      char id[32], struct iptfs_error *error)
{
    struct iptfs_process_answer answer;
    const char **argv = calloc(16 + work->options.n_sbatch, sizeof *argv);
    char *path = file_in(work->call.directory, script);
    size_t n = 0;
    if (argv == NULL || path == NULL) {
        free(argv);
        free(path);
        return iptfs_fail_no_memory(error);
    }
    argv[n++] = "sbatch";
    for (size_t i = 0; i < work->options.n_sbatch; i++)
        argv[n++] = work->options.sbatch[i];
    const char *const tail[] = {"--parsable",
                                "--job-name=iptfs-sim",
                                ours,
                                "--output=/dev/null",
                                path,
                                work->call.program,
                                work->call.file,
                                work->call.directory,
                                work->call.sources,
                                work->call.collector};
    for (size_t i = 0; i < sizeof tail / sizeof tail[0]; i++)
        argv[n++] = tail[i];
    ask(argv, &answer);
    free(argv);
    free(path);
    /* Warnings may stand before the number, and a cluster's name behind it. */
    const char *line = strrchr(answer.text, '\n');
    line = line != NULL ? line + 1 : answer.text;
    if (answer.status != 0 || sscanf(line, "%31[0-9]", id) != 1)
        return refuse_answer("sbatch", &answer, error);
    return 0;
}

static int submit_array(const struct iptfs_engine_work *work, size_t n_shards, char id[32],
                        struct iptfs_error *error)
{
    char array[96], limit[32] = "";
    if (work->options.jobs > 0)
        snprintf(limit, sizeof limit, "%%%" PRIu64, work->options.jobs);
    snprintf(array, sizeof array, "--array=1-%zu%s", n_shards, limit);
    int code = write_text(work->call.directory, "task.sh", task_script, error);
    if (code == 0)
        code = submit_job(work, array, "task.sh", id, error);
    if (code != 0)
        return code;
    code = write_text(work->call.directory, "jobs", id, error);
    if (code != 0)
        cancel(id); /* no later sweep would find it */
    return code;
}

/* Starting a task costs Slurm about as much as some points take, and its queue has a limit. */
static size_t points_in_task(const struct iptfs_engine_work *work, size_t tasks)
{
    enum {
        FEW = 8
    };
    size_t wanted = work->options.shard > 0 ? (size_t)work->options.shard : FEW;
    size_t least = (work->n_points + tasks - 1) / tasks;
    return wanted > least ? wanted : least;
}

static int write_shards(const struct iptfs_engine_work *work, size_t *n_shards,
                        struct iptfs_error *error)
{
    struct iptfs_outfile file;
    size_t tasks = 1;
    char *folder = iptfs_path_join(work->call.directory, "slurm");
    int code = folder != NULL ? find_limit(&tasks, error) : iptfs_fail_no_memory(error);
    size_t most = points_in_task(work, tasks);
    if (code == 0)
        code = iptfs_make_directory(folder, error);
    if (code == 0)
        code = iptfs_outfile_open_in(&file, folder, "shards", error);
    if (code == 0) {
        for (size_t i = 0; i < work->n_points; fputc('\n', file.file))
            i = iptfs_engine_write_shard(work, i, most, file.file);
        code = iptfs_outfile_commit(&file, error);
    }
    *n_shards = (work->n_points + most - 1) / most;
    free(folder);
    return code;
}

/* The array, and a job that starts when all its tasks have ended and collects the results. */
static int submit_both(const struct iptfs_engine_work *work, char id[32], char collector[32],
                       struct iptfs_error *error)
{
    char after[64], jobs[72];
    size_t n_shards;
    int code = write_shards(work, &n_shards, error);
    if (code == 0)
        code = submit_array(work, n_shards, id, error);
    if (code == 0)
        code = write_text(work->call.directory, "collect.sh", collect_script, error);
    if (code != 0)
        return code;
    snprintf(after, sizeof after, "--dependency=afterany:%s", id);
    code = submit_job(work, after, "collect.sh", collector, error);
    if (code != 0) {
        cancel(id);
        return code;
    }
    snprintf(jobs, sizeof jobs, "%.31s %.31s", id, collector);
    return write_text(work->call.directory, "jobs", jobs, error);
}

static int submit(const struct iptfs_engine_work *work, FILE *out, struct iptfs_error *error)
{
    char id[32], collector[32];
    int code = submit_both(work, id, collector, error);
    if (code == 0 && out != NULL)
        fprintf(out, "Submitted            job %s runs %zu points, then job %s collects them\n", id,
                work->n_points, collector);
    return code;
}

/* --------------------------------------------------------------------------------------- follow */

/* Reads the complete lines of a task's output behind `from` octets; returns where the rest begins.
 * A task that Slurm starts again starts its output again. */
static long read_task(const char *directory, size_t task, long from, iptfs_point_listener *listener,
                      void *ctx, enum iptfs_point_next *next)
{
    char name[32], line[2048];
    snprintf(name, sizeof name, "%zu.out", task);
    char *path = file_in(directory, name);
    FILE *file = NULL;
    bool opened = path != NULL && iptfs_infile_open_own(path, &file, NULL) == IPTFS_OK;
    free(path);
    if (!opened)
        return from;
    fseek(file, 0, SEEK_END);
    if (ftell(file) < from)
        from = 0;
    fseek(file, from, SEEK_SET);
    while (fgets(line, sizeof line, file) != NULL) {
        size_t length = strlen(line);
        if (line[length - 1] != '\n' && length < sizeof line - 1)
            break;
        line[strcspn(line, "\n")] = '\0';
        from = ftell(file);
        *next = listener(ctx, line);
    }
    fclose(file);
    return from;
}

static enum iptfs_point_next read_all(struct array *array)
{
    const struct iptfs_engine_work *work = array->work;
    enum iptfs_point_next next = work->listener(work->ctx, NULL);
    for (size_t i = 0; i < array->n_tasks; i++)
        array->read_octets[i] = read_task(array->directory, i + 1, array->read_octets[i],
                                          work->listener, work->ctx, &next);
    return next;
}

static void read_output(const char *directory, iptfs_point_listener *listener, void *ctx)
{
    enum iptfs_point_next next;
    char *path = file_in(directory, ".");
    DIR *folder = path != NULL ? opendir(path) : NULL;
    struct dirent *entry;
    size_t task;
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (sscanf(entry->d_name, "%zu.out", &task) == 1)
            read_task(directory, task, 0, listener, ctx, &next);
    if (folder != NULL)
        closedir(folder);
    free(path);
}

static int cancel_array(const struct array *array, struct iptfs_error *error)
{
    bool cancelled = cancel(array->id);
    if (cancelled)
        remove_files(array->directory);
    return iptfs_fail(error, IPTFS_E_INTERRUPTED, "job %s %s", array->id,
                      cancelled ? "is cancelled"
                                : "could not be cancelled, which --resume tries again");
}

/* Polls the queue seldom, since all users of the cluster share the daemon. */
static int follow(struct array *array, struct iptfs_error *error)
{
    enum in_queue state = IN_QUEUE;
    double look_s = iptfs_wall_s() + 1.0, interval_s = 1.0;
    enum iptfs_point_next next = IPTFS_POINTS_GO_ON;
    while (state != GONE && next == IPTFS_POINTS_GO_ON && iptfs_interrupt_signal() == 0) {
        pause_s(0.2);
        if (iptfs_wall_s() >= look_s && iptfs_interrupt_signal() == 0) {
            state = look_for(array->id);
            interval_s = interval_s < 3.0 ? 1.5 * interval_s : interval_s;
            look_s = iptfs_wall_s() + interval_s;
        }
        next = read_all(array);
    }
    if (next == IPTFS_POINTS_ALL_ENDED || state == GONE)
        return 0;
    return cancel_array(array, error);
}

static int run_array(const struct iptfs_engine_work *work, size_t n_tasks,
                     struct iptfs_error *error)
{
    struct array array = {.work = work,
                          .directory = work->call.directory,
                          .n_tasks = n_tasks,
                          .read_octets = calloc(n_tasks, sizeof *array.read_octets)};
    if (array.read_octets == NULL)
        return iptfs_fail_no_memory(error);
    int code = submit_array(work, n_tasks, array.id, error);
    if (code == 0)
        code = follow(&array, error);
    free(array.read_octets);
    return code;
}

static int run(const struct iptfs_engine_work *work, struct iptfs_error *error)
{
    size_t n_shards;
    int code = write_shards(work, &n_shards, error);
    if (code == 0)
        code = run_array(work, n_shards, error);
    if (code == 0)
        clean(work->call.directory);
    return code;
}

const struct iptfs_sweep_engine iptfs_engine_slurm = {
    .name = "slurm",
    .meaning = "a job array of Slurm, on a cluster",
    .uses = IPTFS_ENGINE_SBATCH | IPTFS_ENGINE_SHARD | IPTFS_ENGINE_NO_WAIT,
    .prepare = prepare,
    .run = run,
    .submit = submit,
    .read_output = read_output,
    .clean = clean,
};
