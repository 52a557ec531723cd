/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list: items act on the packets that they name, in the order given. */
#include "link/impairments/list.h"

#include "base/units.h"
#include "support/check.h"
#include "support/impair.h"

static void test_actions(void)
{
    static const struct iptfs_impair_item items[] = {
        {4, IPTFS_IMPAIR_CE, 0},        {2, IPTFS_IMPAIR_DELAY, 5}, {1, IPTFS_IMPAIR_DROP, 0},
        {3, IPTFS_IMPAIR_DUPLICATE, 7}, {9, IPTFS_IMPAIR_DROP, 0},
    };
    const struct iptfs_impairments_config config = {.list = {items, 5}};
    struct iptfs_impair_effect effects[5];
    struct impaired impaired = impair_packets(&config, 1, 5, 0, effects);
    CHECK_TRUE(effects[0].lost_by != NULL);
    CHECK_INT(effects[1].extra_ps, 5);
    CHECK_TRUE(effects[2].duplicate && effects[2].extra_ps == 0);
    CHECK_INT(effects[2].duplicate_extra_ps, 7);
    CHECK_TRUE(effects[3].ce); /* also without ECN */
    CHECK_U64(impaired.lost + impaired.duplicated + impaired.marked, 3);
}

/* The last delay of a packet is the one that counts, wherever in the list its items are. */
static void test_several_items(void)
{
    static const struct iptfs_impair_item items[] = {
        {2, IPTFS_IMPAIR_DELAY, 1}, {1, IPTFS_IMPAIR_DELAY, 9}, {2, IPTFS_IMPAIR_DELAY, 2},
        {1, IPTFS_IMPAIR_DROP, 0},  {2, IPTFS_IMPAIR_DELAY, 3}, {1, IPTFS_IMPAIR_DELAY, 0},
    };
    const struct iptfs_impairments_config config = {.list = {items, 6}};
    struct iptfs_impair_effect effects[2];
    impair_packets(&config, 1, 2, 0, effects);
    CHECK_INT(effects[0].extra_ps, 0);
    CHECK_TRUE(effects[0].lost_by != NULL);
    CHECK_INT(effects[1].extra_ps, 3);
}

const CU_TestInfo iptfs_tests_impair_list[] = {
    {"actions", test_actions},
    {"several items for one packet", test_several_items},
    CU_TEST_INFO_NULL,
};
