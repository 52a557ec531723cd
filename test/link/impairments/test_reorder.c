/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reordering: the share of packets, and that it overrides an order that jitter keeps. */
#include "link/impairments/reorder.h"

#include "base/units.h"
#include "support/check.h"
#include "support/impair.h"

#include <math.h>

enum {
    PKTS = 20000
};

static void test_share(void)
{
    const struct iptfs_impairments_config config = {.reorder = {.probability = 0.1}};
    struct impaired impaired = impair_packets(&config, 1, PKTS, 0, NULL);
    CHECK_NEAR((double)impaired.no_delay, PKTS * 0.1, 5 * sqrt(PKTS * 0.09));
    CHECK_U64(impaired.lost, 0);
}

static void test_overrides_order(void)
{
    const struct iptfs_impairments_config config = {
        .jitter = {.spread_ps = IPTFS_PS_PER_MS, .keeps_order = true},
        .reorder = {.probability = 0.5},
    };
    static struct iptfs_impair_effect effects[PKTS];
    impair_packets(&config, 1, PKTS, 0, effects);
    for (size_t i = 0; i < PKTS; i++)
        if (effects[i].no_delay == effects[i].in_order)
            CHECK_FAIL("packet %zu", i + 1);
}

const CU_TestInfo iptfs_tests_impair_reorder[] = {
    {"share", test_share},
    {"overrides the order of jitter", test_overrides_order},
    CU_TEST_INFO_NULL,
};
