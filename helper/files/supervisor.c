/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/supervisor.h"

#include "files/interrupt.h"
#include "files/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---------------------------------------------------------------------------------- supervisor */

/* What the program starts becomes our child when the program ends: no process is missed. */
static void kill_children(void)
{
    char path[64], line[4096];
    snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
    for (int i = 0; i < 100; i++) {
        FILE *file = fopen(path, "r");
        long child, count = 0;
        if (file != NULL)
            setvbuf(file, line, _IOFBF, sizeof line);
        for (; file != NULL && fscanf(file, "%ld", &child) == 1; count++)
            kill((pid_t)child, SIGKILL);
        if (file != NULL)
            fclose(file);
        if (count == 0)
            return;
        while (waitpid(-1, NULL, 0) < 0 && errno == EINTR)
            ;
    }
}

/* Takes the status of the program when it has ended, and of processes that it has left. */
static bool has_ended(pid_t program, int *status)
{
    pid_t child;
    int other;
    while ((child = waitpid(-1, &other, WNOHANG)) > 0)
        if (child == program) {
            *status = other;
            return true;
        }
    return child < 0 && errno == ECHILD;
}

/* Waits until the program has ended, or ends it when `life` is closed. Returns its status. */
static int watch(pid_t program, int life)
{
    enum {
        TICK_MS = 50,
        KILL_TICKS = 10
    };
    int status = 0, ticks = 0;
    int process = (int)syscall(SYS_pidfd_open, program, 0); /* -1 before Linux 5.3: by ticks */
    while (!has_ended(program, &status)) {
        struct pollfd fds[] = {{.fd = process, .events = POLLIN},
                               {.fd = ticks == 0 ? life : -1, .events = POLLIN}};
        poll(fds, 2, process >= 0 && ticks == 0 ? -1 : TICK_MS);
        if (ticks > 0 || fds[1].revents != 0)
            ticks++;
        if (ticks == 1 || ticks == KILL_TICKS)
            kill(program, ticks == 1 ? SIGTERM : SIGKILL);
    }
    if (ticks > 0)
        kill_children();
    return status;
}

/* The program handles signals of the terminal by itself. One that we ignore it may handle none the
 * less: so they must not reach it then. */
static _Noreturn void run_program(const struct iptfs_supervision *supervision, pid_t parent)
{
    iptfs_process_end_with(parent, SIGTERM);
    if (iptfs_interrupt_ignored())
        setpgid(0, 0);
    supervision->become(supervision->ctx);
    _exit(IPTFS_PROCESS_NOT_STARTED);
}

static _Noreturn void supervise(const struct iptfs_supervision *supervision, int life)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t own = getpid(), program = fork();
    if (program == 0)
        run_program(supervision, own);
    if (program < 0)
        _exit(126);
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        signal(ignored[i], SIG_IGN);
    for (size_t i = 0; i < supervision->n_unused; i++)
        close(supervision->unused[i]);
    int status = watch(program, life);
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

/* ----------------------------------------------------------------------------------- its parent */

bool iptfs_supervisor_start(struct iptfs_supervisor *supervisor,
                            const struct iptfs_supervision *supervision)
{
    int ends[2];
    *supervisor = (struct iptfs_supervisor){.life = -1};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    fflush(NULL);
    pid_t child = fork();
    int failure = errno;
    if (child == 0) {
        close(ends[1]);
        supervise(supervision, ends[0]);
    }
    close(ends[0]);
    if (child < 0) {
        close(ends[1]);
        errno = failure;
        return false;
    }
    *supervisor = (struct iptfs_supervisor){.process = child, .life = ends[1]};
    return true;
}

void iptfs_supervisor_stop(struct iptfs_supervisor *supervisor)
{
    if (supervisor->life >= 0)
        close(supervisor->life);
    supervisor->life = -1;
}

int iptfs_supervisor_wait(struct iptfs_supervisor *supervisor)
{
    int status = iptfs_process_wait(supervisor->process);
    iptfs_supervisor_stop(supervisor);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
