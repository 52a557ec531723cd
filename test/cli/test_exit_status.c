/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exit statuses: scripts rely on these numbers. */
#include "base/error.h"
#include "cli/exit_status.h"
#include "files/interrupt.h"
#include "support/check.h"

#include <signal.h>
#include <stdio.h>

static void test_codes_become_statuses(void)
{
    CHECK_INT(iptfs_exit_of(IPTFS_OK), 0);
    CHECK_INT(iptfs_exit_of(IPTFS_E_ENGINE), 1);
    CHECK_INT(iptfs_exit_of(IPTFS_E_NO_MEMORY), 1);
    CHECK_INT(iptfs_exit_of(IPTFS_E_UNBALANCED), 1);
    CHECK_INT(iptfs_exit_of(IPTFS_E_INVALID), 2);
    CHECK_INT(iptfs_exit_of(IPTFS_E_IO), 2);
    CHECK_INT(iptfs_exit_of(IPTFS_E_STOPPED), 3);
    iptfs_interrupt_catch();
    raise(SIGINT);
    CHECK_INT(iptfs_exit_of(IPTFS_E_INTERRUPTED), 130);
    iptfs_interrupt_release();
}

static void test_each_status_has_a_meaning(void)
{
    for (int status = 0; status <= IPTFS_EXIT_STOPPED; status++) {
        char number[16];
        snprintf(number, sizeof number, "%d", status);
        CHECK_STR(iptfs_exit_row((size_t)status)->status, number);
        CHECK_TRUE(*iptfs_exit_row((size_t)status)->meaning != '\0');
    }
    CHECK_STR(iptfs_exit_row(IPTFS_EXIT_STOPPED + 1)->status, "128+N");
    CHECK_TRUE(iptfs_exit_row(IPTFS_EXIT_STOPPED + 2) == NULL);
}

const CU_TestInfo iptfs_tests_exit_status[] = {
    {"codes become statuses", test_codes_become_statuses},
    {"each status has a meaning", test_each_status_has_a_meaning},
    CU_TEST_INFO_NULL,
};
