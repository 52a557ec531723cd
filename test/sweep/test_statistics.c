/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mean, confidence interval and quartiles, against values by hand. */
#include "sweep/statistics.h"

#include "support/check.h"

#include <math.h>

/* By hand: mean 3, s^2 = 10/4, t(0.975; 4) = 2.776445, half = 2.776445 * sqrt(2.5 / 5). And for
 * two: t(0.975; 1) = 12.706205, s = sqrt(2), half = 12.706205. */
static void intervals_are_students(void)
{
    static const double five[] = {1, 2, 3, 4, 5}, two[] = {4, 6};
    double half;
    CHECK_NEAR(iptfs_statistics_mean(five, 5, &half), 3.0, 1e-12);
    CHECK_NEAR(half, 2.776445 * 0.70710678, 1e-6);
    CHECK_NEAR(iptfs_statistics_mean(two, 2, &half), 5.0, 1e-12);
    CHECK_NEAR(half, 12.706205, 1e-5);
    CHECK_NEAR(iptfs_statistics_mean(two, 1, &half), 4.0, 1e-12);
    CHECK_TRUE(isnan(half));
}

static void quartiles_are_interpolated(void)
{
    double numbers[] = {4, 1, 3, 2}, quartiles[5];
    static const double expected[] = {1.0, 1.75, 2.5, 3.25, 4.0};
    iptfs_statistics_quartiles(numbers, 4, quartiles);
    for (int i = 0; i < 5; i++)
        CHECK_NEAR(quartiles[i], expected[i], 1e-12);
}

extern const CU_TestInfo iptfs_tests_statistics[];
const CU_TestInfo iptfs_tests_statistics[] = {
    {"intervals are Student's", intervals_are_students},
    {"quartiles are interpolated", quartiles_are_interpolated},
    CU_TEST_INFO_NULL,
};
