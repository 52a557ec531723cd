/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other programs: how they start and end with this one. */
#include "files/process.h"

#include "support/check.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child of a process that has ended before it asks to end with it. */
static void run_orphan(pid_t parent, int out)
{
    while (getppid() == parent)
        usleep(1000);
    iptfs_process_end_with(parent, SIGKILL);
    _exit(write(out, "survived", 8) == 8);
}

static void the_child_of_an_ended_process_ends(void)
{
    int ends[2];
    char text[16];
    CHECK_INT(pipe(ends), 0);
    pid_t middle = fork();
    if (middle == 0) {
        pid_t own = getpid();
        close(ends[0]);
        if (fork() == 0)
            run_orphan(own, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    waitpid(middle, NULL, 0);
    CHECK_INT(read(ends[0], text, sizeof text), 0); /* the orphan has ended and written nothing */
    close(ends[0]);
}

static void variables_are_forgotten_by_their_beginning(void)
{
    setenv("IPTFS_TEST_A", "1", 1);
    setenv("IPTFS_TEST_B", "2", 1);
    setenv("IPTFS_TOAST", "3", 1);
    CHECK_TRUE(iptfs_process_forget("IPTFS_TEST"));
    CHECK_TRUE(getenv("IPTFS_TEST_A") == NULL && getenv("IPTFS_TEST_B") == NULL);
    CHECK_STR(getenv("IPTFS_TOAST"), "3");
    unsetenv("IPTFS_TOAST");
}

static void answers_are_read(void)
{
    static struct iptfs_process_answer answer;
    const char *const argv[] = {"sh", "-c", "echo out; echo err >&2; exit 3", NULL};
    const char *const group[] = {"sh", "-c", "kill -TERM 0", NULL}; /* not this group */
    iptfs_process_ask(argv, &answer);
    CHECK_INT(answer.status, 3);
    CHECK_STR(answer.text, "out\nerr");
    iptfs_process_ask(group, &answer);
    CHECK_INT(answer.status, 128);
}

extern const CU_TestInfo iptfs_tests_process[];
const CU_TestInfo iptfs_tests_process[] = {
    {"the child of an ended process ends", the_child_of_an_ended_process_ends},
    {"variables are forgotten by their beginning", variables_are_forgotten_by_their_beginning},
    {"answers are read", answers_are_read},
    CU_TEST_INFO_NULL,
};
