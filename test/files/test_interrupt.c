/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that end work early. */
#include "files/interrupt.h"

#include "support/check.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void the_first_signal_is_kept(void)
{
    iptfs_interrupt_catch();
    iptfs_interrupt_catch();
    CHECK_INT(iptfs_interrupt_signal(), 0);
    raise(SIGTERM);
    CHECK_INT(iptfs_interrupt_signal(), SIGTERM);
    raise(SIGINT);
    CHECK_INT(iptfs_interrupt_signal(), SIGTERM);
    iptfs_interrupt_release();
    CHECK_INT(iptfs_interrupt_signal(), 0);
}

static void a_later_signal_ends_the_program(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        iptfs_interrupt_catch();
        raise(SIGINT);
        raise(SIGINT); /* as of timeout(1) */
        usleep(250000);
        if (iptfs_interrupt_signal() == SIGINT)
            raise(SIGINT);
        _exit(0);
    }
    waitpid(child, &status, 0);
    CHECK_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

static void ignored_signals_stay_ignored(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, old, found;
    sigaction(SIGHUP, &ignore, &old);
    iptfs_interrupt_catch();
    CHECK_TRUE(iptfs_interrupt_ignored());
    raise(SIGHUP);
    CHECK_INT(iptfs_interrupt_signal(), 0);
    iptfs_interrupt_release();
    sigaction(SIGHUP, &old, &found);
    CHECK_TRUE(found.sa_handler == SIG_IGN);
}

extern const CU_TestInfo iptfs_tests_interrupt[];
const CU_TestInfo iptfs_tests_interrupt[] = {
    {"the first signal is kept", the_first_signal_is_kept},
    {"a later signal ends the program", a_later_signal_ends_the_program},
    {"ignored signals stay ignored", ignored_signals_stay_ignored},
    CU_TEST_INFO_NULL,
};
