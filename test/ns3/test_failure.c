/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"
#include "ns3/error.h"
#include "ns3/failure.h"
#include "support/check.h"

static void failure_codes(void)
{
    CHECK_INT(iptfs_ns3_failure(0), IPTFS_OK);
    CHECK_INT(iptfs_ns3_failure(IPTFS_NS3_EINVAL), IPTFS_E_INVALID);
    CHECK_INT(iptfs_ns3_failure(IPTFS_NS3_ENOMEM), IPTFS_E_NO_MEMORY);
    CHECK_INT(iptfs_ns3_failure(IPTFS_NS3_ESTATE), IPTFS_E_ENGINE);
    CHECK_INT(iptfs_ns3_failure(IPTFS_NS3_EENGINE), IPTFS_E_ENGINE);
}

const CU_TestInfo iptfs_tests_failure[] = {
    {"codes of ns-3 and of the model", failure_codes},
    CU_TEST_INFO_NULL,
};
