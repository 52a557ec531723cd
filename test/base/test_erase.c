/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/erase.h"

#include "support/check.h"

#include <stdint.h>
#include <string.h>

static void test_only_what_is_named(void)
{
    for (size_t octets = 0; octets <= 32; octets++) {
        uint8_t bytes[34], zeros[32] = {0};
        memset(bytes, 0xA5, sizeof bytes);
        iptfs_erase(bytes + 1, octets);
        CHECK_U64(bytes[0], 0xA5);
        CHECK_BYTES(bytes + 1, zeros, octets);
        CHECK_U64(bytes[1 + octets], 0xA5);
    }
}

const CU_TestInfo iptfs_tests_erase[] = {
    {"only what is named", test_only_what_is_named},
    CU_TEST_INFO_NULL,
};
