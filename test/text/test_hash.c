/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/hash.h"

#include "support/check.h"

/* Values of the authors: http://www.isthe.com/chongo/tech/comp/fnv/. */
static void known_values(void)
{
    CHECK_U64(iptfs_hash_text(IPTFS_HASH_START, ""), UINT64_C(0xcbf29ce484222325));
    CHECK_U64(iptfs_hash_text(IPTFS_HASH_START, "a"), UINT64_C(0xaf63dc4c8601ec8c));
    CHECK_U64(iptfs_hash_text(IPTFS_HASH_START, "foobar"), UINT64_C(0x85944171f73967e8));
    CHECK_U64(iptfs_hash(iptfs_hash(IPTFS_HASH_START, "foo", 3), "bar", 3),
              UINT64_C(0x85944171f73967e8));
}

extern const CU_TestInfo iptfs_tests_hash[];
const CU_TestInfo iptfs_tests_hash[] = {
    {"known values", known_values},
    CU_TEST_INFO_NULL,
};
