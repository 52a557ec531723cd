/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exit statuses: scripts rely on these numbers. */
#include "base/error.h"
#include "cli/exit_status.h"
#include "support/check.h"

static void test_codes_become_statuses(void)
{
    CHECK_INT(iptfs_exit_of(IPTFS_OK), 0);
    CHECK_INT(iptfs_exit_of(IPTFS_E_ENGINE), 1);
    CHECK_INT(iptfs_exit_of(IPTFS_E_NO_MEMORY), 1);
    CHECK_INT(iptfs_exit_of(IPTFS_E_UNBALANCED), 1);
    CHECK_INT(iptfs_exit_of(IPTFS_E_INVALID), 2);
    CHECK_INT(iptfs_exit_of(IPTFS_E_IO), 2);
    CHECK_INT(iptfs_exit_of(IPTFS_E_STOPPED), 3);
}

static void test_each_status_has_a_meaning(void)
{
    for (int status = 0; status < IPTFS_EXITS; status++)
        CHECK_TRUE(iptfs_exit_meaning((enum iptfs_exit)status) != NULL);
}

const CU_TestInfo iptfs_tests_exit_status[] = {
    {"codes become statuses", test_codes_become_statuses},
    {"each status has a meaning", test_each_status_has_a_meaning},
    CU_TEST_INFO_NULL,
};
