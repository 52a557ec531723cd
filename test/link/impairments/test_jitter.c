/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Jitter: delays within the spread, and the order kept where that is asked for. */
#include "link/impairments/jitter.h"

#include "base/units.h"
#include "support/check.h"
#include "support/impair.h"

#include <math.h>

enum {
    PKTS = 20000
};

static void test_spread(void)
{
    static struct iptfs_impair_effect effects[PKTS];
    struct iptfs_impairments_config config = {.jitter = {.spread_ps = IPTFS_PS_PER_MS}};
    double sum = 0;
    impair_packets(&config, 1, PKTS, 0, effects);
    for (size_t i = 0; i < PKTS; i++) {
        sum += (double)effects[i].extra_ps;
        if (effects[i].extra_ps > IPTFS_PS_PER_MS || effects[i].extra_ps < -IPTFS_PS_PER_MS ||
            effects[i].in_order)
            CHECK_FAIL("packet %zu", i + 1);
    }
    CHECK_NEAR(sum / PKTS / (double)IPTFS_PS_PER_MS, 0, 5 / sqrt(3.0 * PKTS));
    config.jitter.keeps_order = true;
    impair_packets(&config, 1, 1, 0, effects);
    CHECK_TRUE(effects[0].in_order);
}

/* The delay of the list and that of the jitter add up. */
static void test_with_the_list(void)
{
    static const struct iptfs_impair_item item = {1, IPTFS_IMPAIR_DELAY, 10 * IPTFS_PS_PER_MS};
    const struct iptfs_impairments_config config = {
        .list = {&item, 1},
        .jitter = {.spread_ps = IPTFS_PS_PER_MS, .kind = IPTFS_JITTER_UNIFORM},
    };
    struct iptfs_impair_effect effects[2];
    impair_packets(&config, 1, 2, 0, effects);
    CHECK_TRUE(effects[0].extra_ps >= 9 * IPTFS_PS_PER_MS);
    CHECK_TRUE(effects[0].extra_ps <= 11 * IPTFS_PS_PER_MS);
    CHECK_TRUE(effects[1].extra_ps <= IPTFS_PS_PER_MS);
}

const CU_TestInfo iptfs_tests_impair_jitter[] = {
    {"spread and order", test_spread},
    {"with the list", test_with_the_list},
    CU_TEST_INFO_NULL,
};
