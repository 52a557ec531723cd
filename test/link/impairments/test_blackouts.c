/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blackouts: which packets are lost, and that nothing else happens to them. */
#include "link/impairments/blackouts.h"

#include "base/units.h"
#include "support/check.h"
#include "support/impair.h"

enum {
    PKTS = 20000
};

/* Packet n is sent at n ms. */
static void test_periods(void)
{
    static const struct iptfs_timed periods[] = {
        {1 * IPTFS_PS_PER_MS, 1},
        {3 * IPTFS_PS_PER_MS, 2 * IPTFS_PS_PER_MS},
        {6 * IPTFS_PS_PER_MS + 1, IPTFS_PS_PER_MS - 1},
    };
    static const bool lost[] = {true, false, true, true, false, false, false, false};
    const struct iptfs_impairments_config config = {
        .duplicate = {.probability = 1},
        .blackouts = {periods, 3},
    };
    struct iptfs_impair_effect effects[8];
    impair_packets(&config, 1, 8, 0, effects);
    for (int i = 0; i < 8; i++) {
        CHECK_TRUE((effects[i].lost_by != NULL) == lost[i]);
        CHECK_TRUE(effects[i].duplicate == !lost[i]);
    }
}

/* A packet that is lost anyway is lost by the blackout, and those after it draw as without. */
static void test_other_losses(void)
{
    static const struct iptfs_timed periods[] = {{0, 100 * IPTFS_PS_PER_MS}};
    static struct iptfs_impair_effect without[PKTS], with[PKTS];
    struct iptfs_impairments_config config = {.loss = {0.5}};
    impair_packets(&config, 3, PKTS, 0, without);
    config.blackouts = (struct iptfs_impair_blackouts_config){periods, 1};
    impair_packets(&config, 3, PKTS, 0, with);
    for (size_t i = 0; i < PKTS; i++) {
        bool expected = i + 1 < 100 || without[i].lost_by != NULL;
        if ((with[i].lost_by != NULL) != expected)
            CHECK_FAIL("packet %zu", i + 1);
    }
}

const CU_TestInfo iptfs_tests_impair_blackouts[] = {
    {"periods", test_periods},
    {"with other losses", test_other_losses},
    CU_TEST_INFO_NULL,
};
