/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gilbert-Elliott loss: its rate, and its bursts. */
#include "link/impairments/gemodel.h"

#include "base/units.h"
#include "support/check.h"
#include "support/impair.h"

#include <math.h>

enum {
    PKTS = 20000
};

/* The bad state loses all, the good one nothing: bursts of 1 / r packets, p / (p + r) lost. */
static void test_bursts(void)
{
    static struct iptfs_impair_effect effects[PKTS];
    const struct iptfs_impairments_config config = {.gemodel = {.p = 0.02, .r = 0.25, .bad = 1}};
    struct impaired impaired = impair_packets(&config, 1, PKTS, 0, effects);
    uint64_t bursts = 0;
    for (size_t i = 1; i < PKTS; i++)
        bursts += effects[i].lost_by != NULL && effects[i - 1].lost_by == NULL;
    CHECK_NEAR((double)impaired.lost / PKTS, 0.02 / 0.27, 0.01);
    CHECK_NEAR((double)impaired.lost / (double)bursts, 4, 0.4);
}

/* On by only the loss of the good state. */
static void test_good_state(void)
{
    const struct iptfs_impairments_config off = {.gemodel = {.r = 1, .bad = 1}};
    const struct iptfs_impairments_config on = {.gemodel = {.r = 1, .bad = 1, .good = 0.1}};
    CHECK_U64(impair_packets(&off, 1, PKTS, 0, NULL).lost, 0);
    CHECK_NEAR((double)impair_packets(&on, 1, PKTS, 0, NULL).lost, PKTS * 0.1,
               5 * sqrt(PKTS * 0.09));
}

const CU_TestInfo iptfs_tests_impair_gemodel[] = {
    {"bursts", test_bursts},
    {"loss in the good state", test_good_state},
    CU_TEST_INFO_NULL,
};
