/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CE marks: only on packets that are ECN-capable. */
#include "link/impairments/ce.h"

#include "base/units.h"
#include "support/check.h"
#include "support/impair.h"

#include <math.h>

enum {
    PKTS = 20000
};

static void test_marks(void)
{
    const struct iptfs_impairments_config config = {.ce = {0.25}};
    for (uint8_t ecn = 0; ecn <= 3; ecn++) {
        struct impaired impaired = impair_packets(&config, 1, PKTS, ecn, NULL);
        double expected = ecn == 0 ? 0 : PKTS * 0.25;
        CHECK_NEAR((double)impaired.marked, expected, 5 * sqrt(expected * 0.75));
        CHECK_U64(impaired.lost, 0);
    }
}

const CU_TestInfo iptfs_tests_impair_ce[] = {
    {"marks", test_marks},
    CU_TEST_INFO_NULL,
};
