/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No exception of C++ passes the border to C: each becomes a code. */
#include "ns3/guard.h"

extern "C" {
#include "support/check.h"

extern const CU_TestInfo iptfs_tests_guard[];
}

#include <stdexcept>

namespace
{

void test_results_pass()
{
    CHECK_INT(iptfs::guarded([]() { return 0; }), 0);
    CHECK_INT(iptfs::guarded([]() { return int{IPTFS_NS3_EDROP}; }), IPTFS_NS3_EDROP);
}

void test_exceptions_are_codes()
{
    CHECK_INT(iptfs::guarded([]() -> int { throw std::bad_alloc(); }), IPTFS_NS3_ENOMEM);
    CHECK_INT(iptfs::guarded([]() -> int { throw std::bad_array_new_length(); }), IPTFS_NS3_ENOMEM);
    CHECK_INT(iptfs::guarded([]() -> int { throw std::runtime_error("x"); }), IPTFS_NS3_EENGINE);
    CHECK_INT(iptfs::guarded([]() -> int { throw 7; }), IPTFS_NS3_EENGINE);
}

} // namespace

const CU_TestInfo iptfs_tests_guard[] = {
    {"results pass", test_results_pass},
    {"exceptions are codes", test_exceptions_are_codes},
    CU_TEST_INFO_NULL,
};
