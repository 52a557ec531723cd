/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/slurm.h"

#include "files/outfile.h"
#include "files/textfile.h"
#include "files/wall_clock.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Programs are told apart by their arguments, not by names in the scripts: so no quoting. */
static const char task_script[] =
    "#!/bin/sh\n"
    "# One task of the array: PROGRAM FILE DIR\n"
    "exec \"$1\" point \"$2\" --out \"$3\" "
    "--index \"$(sed -n \"${SLURM_ARRAY_TASK_ID}p\" \"$3/slurm/shards\")\"\n";
static const char collect_script[] = "#!/bin/sh\n"
                                     "# When the array has ended: PROGRAM FILE DIR\n"
                                     "exec \"$1\" sweep \"$2\" --out \"$3\" --collect\n";

/* What a job of ours is doing. */
struct array {
    const char *directory;
    char id[32];
    size_t n_tasks;
    long *heard; /* octets of each task's output that were taken */
};

static int out_of_memory(struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
}

/* -------------------------------------------------------------------------------------- signals */

static volatile sig_atomic_t interrupted;

static void note_signal(int number)
{
    interrupted = number;
}

static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
enum {
    ENDS = sizeof ends / sizeof ends[0]
};

/* One that is ignored, as by nohup, stays so. */
static void catch_signals(struct sigaction old[ENDS])
{
    struct sigaction action = {.sa_handler = note_signal};
    interrupted = 0;
    for (size_t i = 0; i < ENDS; i++) {
        sigaction(ends[i], NULL, &old[i]);
        if (old[i].sa_handler != SIG_IGN)
            sigaction(ends[i], &action, NULL);
    }
}

static void restore_signals(const struct sigaction old[ENDS])
{
    for (size_t i = 0; i < ENDS; i++)
        sigaction(ends[i], &old[i], NULL);
}

static void pause_s(double time_s)
{
    const struct timespec pause = {(time_t)time_s, (long)((time_s - (double)(time_t)time_s) * 1e9)};
    nanosleep(&pause, NULL);
}

/* ------------------------------------------------------------------------------------- commands */

/* What a command has printed, on one line. */
struct answer {
    int status; /* 127: there is no such command */
    char text[65536];
};

static void read_answer(int from, struct answer *answer)
{
    size_t length = 0, room = sizeof answer->text - 1;
    ssize_t got;
    while ((got = read(from, answer->text + length, room - length)) > 0 ||
           (got < 0 && errno == EINTR))
        length += got > 0 ? (size_t)got : 0;
    while (length > 0 && isspace((unsigned char)answer->text[length - 1]))
        length--;
    answer->text[length] = '\0';
}

static void ask(const char *const *argv, struct answer *answer)
{
    int ends_of_pipe[2], status = 0;
    *answer = (struct answer){.status = 126, .text = "no process"};
    if (pipe(ends_of_pipe) != 0)
        return;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends_of_pipe[1], STDOUT_FILENO);
        dup2(ends_of_pipe[1], STDERR_FILENO);
        close(ends_of_pipe[0]);
        close(ends_of_pipe[1]);
        execvp(argv[0], (char **)(uintptr_t)argv);
        _exit(127);
    }
    close(ends_of_pipe[1]);
    if (child > 0) {
        read_answer(ends_of_pipe[0], answer);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        answer->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    }
    close(ends_of_pipe[0]);
}

static int refuse_answer(const char *command, struct answer *answer, struct iptfs_error *error)
{
    for (char *at = answer->text; *at != '\0'; at++)
        *at = *at == '\n' ? ';' : *at;
    if (answer->status == 127)
        return iptfs_fail(error, IPTFS_E_IO,
                          "Slurm's %s cannot be started: is the package 'slurm-client' installed?",
                          command);
    return iptfs_fail(error, IPTFS_E_IO, "Slurm does not take the sweep: %.600s", answer->text);
}

int iptfs_slurm_limit(size_t *tasks, struct iptfs_error *error)
{
    enum {
        SANE = 1000
    };
    static const char *const argv[] = {"scontrol", "show", "config", NULL};
    struct answer answer;
    size_t size = 0;
    ask(argv, &answer);
    if (answer.status != 0)
        return refuse_answer(argv[0], &answer, error);
    const char *line = strstr(answer.text, "\nMaxArraySize");
    if (line == NULL || sscanf(line, "\nMaxArraySize = %zu", &size) != 1 || size > SANE)
        size = SANE + 1;
    *tasks = size > 2 ? size - 1 : 1; /* tasks are counted from 1, and the size is no task */
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
    int code = path != NULL ? iptfs_outfile_open(&file, path, error) : out_of_memory(error);
    if (code == 0) {
        fputs(text, file.file);
        code = iptfs_outfile_commit(&file, error);
    }
    free(path);
    return code;
}

/* Removes what is in DIR/slurm, `jobs` first: without it nobody looks for them. */
static void remove_files(const char *directory)
{
    char *path = file_in(directory, ".");
    DIR *folder = path != NULL ? opendir(path) : NULL;
    struct dirent *entry;
    if (folder != NULL)
        unlinkat(dirfd(folder), "jobs", 0);
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        unlinkat(dirfd(folder), entry->d_name, 0); /* not those of "." and ".." */
    if (folder != NULL)
        closedir(folder);
    free(path);
}

void iptfs_slurm_clean(const char *directory)
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

/* Of all jobs of this user, since squeue calls one that it does not know any more an error. */
static enum in_queue look_for(const char *id)
{
    char user[32];
    struct answer answer;
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

/* Takes a job out of the queue and waits until it has gone; false when Slurm does not do it. */
static bool cancel(const char *id)
{
    enum {
        TRIES = 100
    };
    const char *const argv[] = {"scancel", id, NULL};
    struct answer answer;
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

int iptfs_slurm_prepare(const char *directory, struct iptfs_error *error)
{
    char *path = file_in(directory, "jobs"), *text = NULL, *rest;
    const char *id;
    int code = path != NULL ? 0 : out_of_memory(error);
    if (code == 0 && access(path, F_OK) == 0)
        code = iptfs_textfile_read(path, &text, error);
    rest = text;
    while (code == 0 && (id = strsep(&rest, " \n")) != NULL)
        if (*id != '\0' && !cancel(id))
            code = iptfs_fail(error, IPTFS_E_IO,
                              "%s: job %.20s of an earlier sweep may still be at work, and Slurm "
                              "does not cancel it; if you know that it has ended, remove %s",
                              iptfs_quoted_path(directory).text, id, iptfs_quoted_path(path).text);
    if (code == 0)
        remove_files(directory);
    free(text);
    free(path);
    return code;
}

/* --------------------------------------------------------------------------------------- submit */

/* Runs sbatch with the user's options, ours and a script; the number of the job in `id`. */
static int submit(const struct iptfs_slurm_request *request, const char *ours, const char *output,
                  const char *script, char id[32], struct iptfs_error *error)
{
    struct answer answer;
    const char **argv = calloc(16 + request->n_options, sizeof *argv);
    char *out = NULL, *path = file_in(request->call.directory, script);
    size_t n = 0;
    if (argv == NULL || path == NULL ||
        asprintf(&out, "--output=%s/slurm/%s", request->call.directory, output) < 0) {
        free(argv);
        free(path);
        return out_of_memory(error);
    }
    argv[n++] = "sbatch";
    for (size_t i = 0; i < request->n_options; i++)
        argv[n++] = request->options[i];
    const char *const tail[] = {
        "--parsable",       "--job-name=iptfs-sim", ours, out, path, request->call.program,
        request->call.file, request->call.directory};
    for (size_t i = 0; i < sizeof tail / sizeof tail[0]; i++)
        argv[n++] = tail[i];
    ask(argv, &answer);
    free(argv);
    free(out);
    free(path);
    /* Warnings may stand before the number, and a cluster's name behind it. */
    const char *line = strrchr(answer.text, '\n');
    line = line != NULL ? line + 1 : answer.text;
    if (answer.status != 0 || sscanf(line, "%31[0-9]", id) != 1)
        return refuse_answer("sbatch", &answer, error);
    return 0;
}

static int submit_array(const struct iptfs_slurm_request *request, char id[32],
                        struct iptfs_error *error)
{
    char array[96], at_once[32] = "";
    if (request->jobs > 0)
        snprintf(at_once, sizeof at_once, "%%%" PRIu64, request->jobs);
    snprintf(array, sizeof array, "--array=1-%zu%s", request->n_shards, at_once);
    int code = write_text(request->call.directory, "task.sh", task_script, error);
    if (code == 0)
        code = submit(request, array, "%a.out", "task.sh", id, error);
    if (code != 0)
        return code;
    code = write_text(request->call.directory, "jobs", id, error);
    if (code != 0)
        cancel(id); /* nobody would know of it */
    return code;
}

int iptfs_slurm_submit(const struct iptfs_slurm_request *request, struct iptfs_slurm_jobs *jobs,
                       struct iptfs_error *error)
{
    char id[32], collector[32], after[64];
    int code = submit_array(request, id, error);
    if (code == 0)
        code = write_text(request->call.directory, "collect.sh", collect_script, error);
    if (code != 0)
        return code;
    snprintf(after, sizeof after, "--dependency=afterany:%s", id);
    code = submit(request, after, "collect.log", "collect.sh", collector, error);
    if (code != 0) {
        cancel(id);
        return code;
    }
    snprintf(jobs->text, sizeof jobs->text, "%.31s %.31s", id, collector);
    return write_text(request->call.directory, "jobs", jobs->text, error);
}

/* --------------------------------------------------------------------------------------- follow */

/* Takes the lines of a task's output from an octet on that are whole; gives where the rest begins.
 * A task that Slurm starts again begins its output again. */
static long hear_task(const char *directory, size_t task, long from, iptfs_point_listener *listener,
                      void *ctx, enum iptfs_point_next *next)
{
    char name[32], line[2048];
    snprintf(name, sizeof name, "%zu.out", task);
    char *path = file_in(directory, name);
    FILE *file = path != NULL ? fopen(path, "r") : NULL;
    free(path);
    if (file == NULL)
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

static enum iptfs_point_next hear_all(struct array *array, iptfs_point_listener *listener,
                                      void *ctx)
{
    enum iptfs_point_next next = listener(ctx, NULL);
    for (size_t i = 0; i < array->n_tasks; i++)
        array->heard[i] = hear_task(array->directory, i + 1, array->heard[i], listener, ctx, &next);
    return next;
}

void iptfs_slurm_hear(const char *directory, iptfs_point_listener *listener, void *ctx)
{
    enum iptfs_point_next next;
    char *path = file_in(directory, ".");
    DIR *folder = path != NULL ? opendir(path) : NULL;
    struct dirent *entry;
    size_t task;
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (sscanf(entry->d_name, "%zu.out", &task) == 1)
            hear_task(directory, task, 0, listener, ctx, &next);
    if (folder != NULL)
        closedir(folder);
    free(path);
}

static int give_up(struct array *array, struct iptfs_error *error)
{
    bool gone = cancel(array->id);
    if (gone)
        remove_files(array->directory);
    return iptfs_fail(error, IPTFS_E_ENGINE,
                      "interrupted: job %s %s; finished points stay, --resume goes on", array->id,
                      gone ? "is cancelled" : "could not be cancelled, --resume tries it again");
}

/* Looks into the queue seldom, for all users of the cluster wait for the same daemon. */
static int follow(struct array *array, iptfs_point_listener *listener, void *ctx,
                  struct iptfs_error *error)
{
    enum in_queue state = IN_QUEUE;
    double look_s = iptfs_wall_s() + 1.0, interval_s = 1.0;
    enum iptfs_point_next next = IPTFS_POINTS_GO_ON;
    while (state != GONE && next == IPTFS_POINTS_GO_ON && !interrupted) {
        pause_s(0.2);
        if (iptfs_wall_s() >= look_s && !interrupted) {
            state = look_for(array->id);
            interval_s = interval_s < 3.0 ? 1.5 * interval_s : interval_s;
            look_s = iptfs_wall_s() + interval_s;
        }
        next = hear_all(array, listener, ctx);
    }
    if (next == IPTFS_POINTS_ALL_TOLD || state == GONE)
        return 0;
    return give_up(array, error);
}

int iptfs_slurm_run(const struct iptfs_slurm_request *request, iptfs_point_listener *listener,
                    void *ctx, struct iptfs_error *error)
{
    struct sigaction old[ENDS];
    struct array array = {.directory = request->call.directory,
                          .n_tasks = request->n_shards,
                          .heard = calloc(request->n_shards, sizeof *array.heard)};
    if (array.heard == NULL)
        return out_of_memory(error);
    catch_signals(old);
    int code = submit_array(request, array.id, error);
    if (code == 0)
        code = follow(&array, listener, ctx, error);
    restore_signals(old);
    free(array.heard);
    return code;
}
