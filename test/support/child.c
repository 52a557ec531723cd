/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/child.h"

#include <CUnit/TestRun.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void read_all(int from, char *text, size_t size)
{
    char rest[512];
    size_t length = 0;
    ssize_t got;
    while ((got = read(from, rest, sizeof rest)) > 0)
        for (ssize_t i = 0; i < got && length + 1 < size; i++)
            text[length++] = rest[i];
    text[length] = '\0';
}

/* The checks that failed since there were `before`, for the parent to show. */
static unsigned report_failures(unsigned before)
{
    unsigned count = 0;
    for (CU_pFailureRecord record = CU_get_failure_list(); record != NULL; record = record->pNext)
        if (count++ >= before)
            fprintf(stderr, "%s:%u: %s\n", record->strFileName, record->uiLineNumber,
                    record->strCondition);
    return count - before;
}

void child_run(void (*body)(void), struct child *child)
{
    int ends[2], how = 0;
    child->status = -1;
    child->err[0] = '\0';
    fflush(NULL);
    if (pipe(ends) != 0)
        return;
    unsigned failures = CU_get_number_of_failure_records();
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        body();
        exit(report_failures(failures) > 0);
    }
    close(ends[1]);
    read_all(ends[0], child->err, sizeof child->err);
    close(ends[0]);
    if (pid > 0 && waitpid(pid, &how, 0) == pid && WIFEXITED(how))
        child->status = WEXITSTATUS(how);
}
