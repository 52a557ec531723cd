/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Independent loss: its rate, and that a seed always loses the same packets. */
#include "link/impairments/loss.h"

#include "base/units.h"
#include "support/check.h"
#include "support/impair.h"

#include <math.h>

enum {
    PKTS = 20000
};

static void test_rate(void)
{
    static const double probabilities[] = {0, 0.001, 0.1, 0.5, 1};
    for (size_t i = 0; i < sizeof probabilities / sizeof probabilities[0]; i++) {
        const double p = probabilities[i];
        const struct iptfs_impairments_config config = {.loss = {p}};
        struct impaired impaired = impair_packets(&config, 1 + i, PKTS, 0, NULL);
        CHECK_NEAR((double)impaired.lost, PKTS * p, 5 * sqrt(PKTS * p * (1 - p)));
        CHECK_U64(impaired.duplicated + impaired.marked + impaired.no_delay, 0);
    }
}

static void test_repeatable(void)
{
    static struct iptfs_impair_effect first[PKTS], again[PKTS], other[PKTS];
    const struct iptfs_impairments_config config = {.loss = {0.2}};
    uint64_t differ = 0;
    impair_packets(&config, 1, PKTS, 0, first);
    impair_packets(&config, 1, PKTS, 0, again);
    impair_packets(&config, 2, PKTS, 0, other);
    for (size_t i = 0; i < PKTS; i++) {
        if ((first[i].lost_by == NULL) != (again[i].lost_by == NULL))
            CHECK_FAIL("packet %zu", i + 1);
        differ += (first[i].lost_by == NULL) != (other[i].lost_by == NULL);
    }
    CHECK_TRUE(differ > 1000);
}

const CU_TestInfo iptfs_tests_impair_loss[] = {
    {"loss rate", test_rate},
    {"a seed loses the same packets", test_repeatable},
    CU_TEST_INFO_NULL,
};
