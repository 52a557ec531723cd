/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters and their names. */
#include "stats/counters.h"

#include "support/check.h"

#include <string.h>

static void test_every_counter_has_a_place_and_a_name(void)
{
    for (int i = 0; i < IPTFS_COUNTER_COUNT; i++) {
        const struct iptfs_counter_name *name = iptfs_counter_name((enum iptfs_counter)i);
        bool is_linux = strcmp(name->family, "linux") == 0;
        CHECK_TRUE(is_linux || strcmp(name->family, "yang") == 0);
        CHECK_TRUE(is_linux == (name->group[0] == '\0'));
        CHECK_INT(strncmp(name->name, "Xfrm", 4) == 0, is_linux);
        CHECK_INT(strstr(name->name, is_linux ? "XfrmIn" : "rx-") == name->name, name->receiver);
        for (int other = 0; other < i; other++) {
            const struct iptfs_counter_name *before = iptfs_counter_name((enum iptfs_counter)other);
            CHECK_TRUE(strcmp(name->group, before->group) != 0 ||
                       strcmp(name->name, before->name) != 0);
        }
    }
}

static void test_counting(void)
{
    struct iptfs_counters counters = {{0}};
    iptfs_count(&counters, IPTFS_YANG_TX_OCTETS, 1500);
    iptfs_count(&counters, IPTFS_YANG_TX_OCTETS, 40);
    CHECK_U64(counters.value[IPTFS_YANG_TX_OCTETS], 1540);
    CHECK_U64(counters.value[IPTFS_YANG_TX_PKTS], 0);
}

const CU_TestInfo iptfs_tests_counters[] = {
    {"every counter has a place and a name", test_every_counter_has_a_place_and_a_name},
    {"counting", test_counting},
    CU_TEST_INFO_NULL,
};
