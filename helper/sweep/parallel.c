/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/parallel.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Becomes GNU parallel. */
static void exec_parallel(const struct iptfs_parallel_request *request, int in, int out)
{
    char jobs[32];
    const struct iptfs_point_call *call = &request->call;
    const char **argv = calloc(32 + 2 * request->n_sshlogins, sizeof *argv);
    size_t n = 0;
    if (argv == NULL)
        _exit(126);
    snprintf(jobs, sizeof jobs, "%" PRIu64, request->jobs);
    const char *const head[] = {"parallel", "--will-cite", "--ungroup", "-q"};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        argv[n++] = head[i];
    if (request->jobs > 0) {
        argv[n++] = "--jobs";
        argv[n++] = jobs;
    }
    for (size_t i = 0; i < request->n_sshlogins; i++) {
        argv[n++] = "--sshlogin";
        argv[n++] = request->sshlogins[i];
    }
    const char *const tail[] = {call->program,   "point",   call->file, "--out",
                                call->directory, "--index", "{}"};
    for (size_t i = 0; i < sizeof tail / sizeof tail[0]; i++)
        argv[n++] = tail[i];
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    execvp(argv[0], (char **)(uintptr_t)argv);
    _exit(127);
}

/* Reads what the points say until the last of them has ended. */
static int follow(int from, pid_t engine, iptfs_point_listener *listener, void *ctx,
                  struct iptfs_error *error)
{
    char line[2048];
    int status = 0;
    bool stopped = false; /* asked twice, GNU parallel would kill what runs */
    FILE *in = fdopen(from, "r");
    if (in == NULL)
        return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
    while (fgets(line, sizeof line, in) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (listener(ctx, line) != IPTFS_POINTS_STOP || stopped)
            continue;
        kill(engine, SIGTERM);
        stopped = true;
    }
    fclose(in);
    while (waitpid(engine, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return iptfs_fail(error, IPTFS_E_IO,
                          "GNU parallel cannot be started: is the package 'parallel' installed?");
    return 0;
}

int iptfs_parallel_run(const struct iptfs_parallel_request *request, iptfs_point_listener *listener,
                       void *ctx, struct iptfs_error *error)
{
    int ends[2];
    if (pipe(ends) != 0)
        return iptfs_fail(error, IPTFS_E_IO, "no pipe for GNU parallel: %s", strerror(errno));
    fflush(NULL);
    pid_t engine = fork();
    if (engine == 0) {
        close(ends[0]);
        exec_parallel(request, fileno(request->shards), ends[1]);
    }
    close(ends[1]);
    if (engine > 0)
        return follow(ends[0], engine, listener, ctx, error);
    close(ends[0]);
    return iptfs_fail(error, IPTFS_E_IO, "no process for GNU parallel: %s", strerror(errno));
}
