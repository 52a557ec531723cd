/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Duplication: the share of packets, and the delay of the copy. */
#include "link/impairments/duplicate.h"

#include "base/units.h"
#include "support/check.h"
#include "support/impair.h"

#include <math.h>

enum {
    PKTS = 20000
};

static void test_share(void)
{
    const struct iptfs_impairments_config config = {.duplicate = {.probability = 0.1}};
    struct impaired impaired = impair_packets(&config, 1, PKTS, 0, NULL);
    CHECK_NEAR((double)impaired.duplicated, PKTS * 0.1, 5 * sqrt(PKTS * 0.09));
}

/* The copy has the delay of its original, unless the list gives it another. */
static void test_delay_of_the_copy(void)
{
    static const struct iptfs_impair_item item = {2, IPTFS_IMPAIR_DUPLICATE, 5};
    const struct iptfs_impairments_config config = {
        .list = {&item, 1},
        .jitter = {.spread_ps = IPTFS_PS_PER_MS},
        .duplicate = {.probability = 1},
    };
    struct iptfs_impair_effect effects[3];
    impair_packets(&config, 1, 3, 0, effects);
    for (int i = 0; i < 3; i++) {
        CHECK_TRUE(effects[i].duplicate);
        CHECK_INT(effects[i].duplicate_extra_ps, i == 1 ? 5 : effects[i].extra_ps);
    }
}

const CU_TestInfo iptfs_tests_impair_duplicate[] = {
    {"share", test_share},
    {"delay of the copy", test_delay_of_the_copy},
    CU_TEST_INFO_NULL,
};
