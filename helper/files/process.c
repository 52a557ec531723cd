/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/process.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What SIGXFSZ did before; other programs start with it. */
static struct sigaction size_action = {.sa_handler = SIG_DFL};

void iptfs_process_ignore_file_limit(void)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGXFSZ, &ignore, &size_action);
}

/* POSIX declares execvp without const for old programs only; it changes nothing. */
void iptfs_process_exec(const char *const *argv)
{
    sigaction(SIGXFSZ, &size_action, NULL);
    execvp(argv[0], (char **)(uintptr_t)argv);
    _exit(IPTFS_PROCESS_NOT_STARTED);
}

/* The parent may end between fork and prctl. */
void iptfs_process_end_with(pid_t parent, int signal)
{
    prctl(PR_SET_PDEATHSIG, signal);
    if (getppid() != parent)
        _exit(IPTFS_PROCESS_NOT_STARTED);
}

bool iptfs_process_forget(const char *prefix)
{
    bool removed = true;
    for (char **at = environ; removed && *at != NULL;) {
        char *entry = *at;
        if (strncmp(entry, prefix, strlen(prefix)) == 0) {
            char *name = strndup(entry, strcspn(entry, "="));
            removed = name != NULL && unsetenv(name) == 0; /* moves the next variable here */
            free(name);
        }
        at += *at == entry;
    }
    return removed;
}

int iptfs_process_wait(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static void read_answer(int from, struct iptfs_process_answer *answer)
{
    size_t length = 0, most = sizeof answer->text - 1;
    ssize_t got;
    while ((got = read(from, answer->text + length, most - length)) > 0 ||
           (got < 0 && errno == EINTR))
        length += got > 0 ? (size_t)got : 0;
    while (length > 0 && isspace((unsigned char)answer->text[length - 1]))
        length--;
    answer->text[length] = '\0';
}

void iptfs_process_ask(const char *const *argv, struct iptfs_process_answer *answer)
{
    int ends[2];
    *answer = (struct iptfs_process_answer){.status = 126, .text = "no process"};
    if (pipe(ends) != 0)
        return;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        iptfs_process_exec(argv);
    }
    close(ends[1]);
    if (child > 0) {
        read_answer(ends[0], answer);
        int status = iptfs_process_wait(child);
        answer->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    }
    close(ends[0]);
}
