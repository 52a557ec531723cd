/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/help_text.h"

#include "cli/command.h"
#include "cli/exit_status.h"
#include "text/text_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int own_stderr; /* while standard error is closed to argp */

/* argp asserts that its allocations succeed. */
static void end_without_memory(int number)
{
    static const char line[] = IPTFS_PROGRAM ": out of memory\n";
    (void)number;
    if (write(own_stderr, line, sizeof line - 1) < 0)
        _exit(IPTFS_EXIT_FAILED);
    _exit(IPTFS_EXIT_FAILED);
}

/* True when nothing of the text is missing. */
static bool write_help(const struct argp *argp, unsigned flags, const char *name, FILE *out)
{
    char copy[128];
    snprintf(copy, sizeof copy, "%s", name);
    errno = 0;
    argp_help(argp, out, flags, copy);
    return errno != ENOMEM;
}

static bool write_guarded(const struct argp *argp, unsigned flags, const char *name, FILE *out)
{
    struct sigaction guard = {.sa_handler = end_without_memory}, before;
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    own_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    if (nowhere >= 0 && own_stderr >= 0)
        dup2(nowhere, STDERR_FILENO); /* where an assert of argp writes */
    sigaction(SIGABRT, &guard, &before);
    bool complete = write_help(argp, flags, name, out);
    sigaction(SIGABRT, &before, NULL);
    if (nowhere >= 0 && own_stderr >= 0)
        dup2(own_stderr, STDERR_FILENO);
    if (nowhere >= 0)
        close(nowhere);
    if (own_stderr >= 0)
        close(own_stderr);
    return complete;
}

char *iptfs_help_text(const struct argp *argp, unsigned flags, const char *name)
{
    struct iptfs_text_stream stream;
    FILE *out = iptfs_text_stream_open(&stream);
    if (out == NULL)
        return NULL;
    bool complete = write_guarded(argp, flags, name, out);
    char *text = iptfs_text_stream_close(&stream);
    if (complete)
        return text;
    free(text);
    return NULL;
}
