/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine on many cores, and by ssh on many machines: GNU parallel. GNU parallel ends with
 * this process. */
#include "sweep/engine.h"

#include "files/process.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Replaces this process by GNU parallel, which starts a process for each line it reads. */
static void exec_parallel(const struct iptfs_engine_work *work, int in, int out)
{
    char jobs[32];
    const struct iptfs_point_call *call = &work->call;
    const struct iptfs_engine_options *options = &work->options;
    const char **argv = calloc(32 + 2 * options->n_sshlogins, sizeof *argv);
    size_t n = 0;
    if (argv == NULL)
        _exit(126);
    snprintf(jobs, sizeof jobs, "%" PRIu64, options->jobs);
    const char *const head[] = {"parallel", "--will-cite", "--ungroup", "-q"};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        argv[n++] = head[i];
    if (options->jobs > 0) {
        argv[n++] = "--jobs";
        argv[n++] = jobs;
    }
    for (size_t i = 0; i < options->n_sshlogins; i++) {
        argv[n++] = "--sshlogin";
        argv[n++] = options->sshlogins[i];
    }
    const char *const tail[] = {call->program,   "point",   call->file, "--out",
                                call->directory, "--index", "{}"};
    for (size_t i = 0; i < sizeof tail / sizeof tail[0]; i++)
        argv[n++] = tail[i];
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    iptfs_process_exec(argv);
}

/* Reads what the points write until the last of them has ended. */
static int follow(const struct iptfs_engine_work *work, int from, pid_t engine,
                  struct iptfs_error *error)
{
    char line[2048];
    bool stopped = false; /* a second signal would kill the points that run */
    FILE *in = fdopen(from, "r");
    if (in == NULL)
        return iptfs_fail_no_memory(error);
    while (fgets(line, sizeof line, in) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (work->listener(work->ctx, line) != IPTFS_POINTS_STOP || stopped)
            continue;
        kill(engine, SIGTERM);
        stopped = true;
    }
    fclose(in);
    int status = iptfs_process_wait(engine);
    if (WIFEXITED(status) && WEXITSTATUS(status) == IPTFS_PROCESS_NOT_STARTED)
        return iptfs_fail(error, IPTFS_E_IO,
                          "GNU parallel cannot be started: is the package 'parallel' installed?");
    return 0;
}

static int start(const struct iptfs_engine_work *work, FILE *shards, struct iptfs_error *error)
{
    int ends[2];
    if (pipe(ends) != 0)
        return iptfs_fail(error, IPTFS_E_IO, "no pipe for GNU parallel: %s", strerror(errno));
    fflush(NULL);
    pid_t engine = fork();
    if (engine == 0) {
        close(ends[0]);
        exec_parallel(work, fileno(shards), ends[1]);
    }
    close(ends[1]);
    if (engine > 0)
        return follow(work, ends[0], engine, error);
    close(ends[0]);
    return iptfs_fail(error, IPTFS_E_IO, "no process for GNU parallel: %s", strerror(errno));
}

/* Few processes cost little to start, but all cores should have work to the end. A login on another
 * machine costs more than a start here. */
static size_t points_in_process(const struct iptfs_engine_work *work)
{
    enum {
        STARTS_HERE = 16,
        STARTS_THERE = 4,
        MOST = 64
    };
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = work->options.jobs > 0 ? (size_t)work->options.jobs
                  : cores > 0            ? (size_t)cores
                                         : 1;
    size_t hosts = work->options.n_sshlogins;
    size_t starts = jobs * (hosts > 0 ? hosts * STARTS_THERE : STARTS_HERE);
    size_t share = work->n_points / starts;
    return share < 1 ? 1 : share > MOST ? MOST : share;
}

static int run(const struct iptfs_engine_work *work, struct iptfs_error *error)
{
    FILE *shards = tmpfile();
    int code = 0;
    if (shards != NULL)
        iptfs_engine_write_shards(work, points_in_process(work), shards);
    if (shards == NULL || fflush(shards) != 0 || ferror(shards))
        code = iptfs_fail(error, IPTFS_E_IO, "the list of points cannot be written: %s",
                          strerror(errno));
    if (code == 0) {
        rewind(shards);
        code = start(work, shards, error);
    }
    if (shards != NULL)
        fclose(shards);
    return code;
}

const struct iptfs_sweep_engine iptfs_engine_parallel = {
    .name = "parallel",
    .meaning = "GNU parallel, on the cores of this machine and of others by ssh",
    .uses = IPTFS_ENGINE_SSHLOGIN,
    .run = run,
};
