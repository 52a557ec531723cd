/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mean, confidence interval and quartiles, against values by hand. */
#include "sweep/statistics.h"

#include "base/random.h"
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

/* By hand: differences 1, 2, 2, 0 with mean 1.25 and s^2 = 2.75 / 3; t(0.975; 3) = 3.182446;
 * variances 5/3 and 4.75/3, covariance 3.5/3. */
static void differences_are_of_pairs(void)
{
    static const double a[] = {1, 2, 3, 4}, b[] = {2, 4, 5, 4}, same[] = {3, 4, 5, 6};
    struct iptfs_statistics_pairs pairs = iptfs_statistics_pairs(a, b, 4);
    CHECK_NEAR(pairs.mean_a, 2.5, 1e-12);
    CHECK_NEAR(pairs.mean_b, 3.75, 1e-12);
    CHECK_NEAR(pairs.difference, 1.25, 1e-12);
    CHECK_NEAR(pairs.half_interval, 3.182446 * sqrt(2.75 / 3) / 2, 1e-6);
    CHECK_NEAR(pairs.correlation, 3.5 / sqrt(5 * 4.75), 1e-12);
    CHECK_NEAR(pairs.gain, 9.75 / 2.75, 1e-12);
    pairs = iptfs_statistics_pairs(a, same, 4); /* always 2 more */
    CHECK_NEAR(pairs.difference, 2.0, 1e-12);
    CHECK_NEAR(pairs.half_interval, 0.0, 1e-12);
    CHECK_NEAR(pairs.correlation, 1.0, 1e-12);
    CHECK_TRUE(isnan(pairs.gain));
    pairs = iptfs_statistics_pairs(a, b, 1);
    CHECK_NEAR(pairs.difference, 1.0, 1e-12);
    CHECK_TRUE(isnan(pairs.half_interval) && isnan(pairs.correlation) && isnan(pairs.gain));
    CHECK_TRUE(isnan(iptfs_statistics_pairs(a, b, 0).difference));
}

/* 20000 comparisons of eight pairs whose halves share most of their noise: the interval covers the
 * true difference in 95 %, within three deviations of the estimate, and is a third as long as that
 * of independent runs. */
static void intervals_of_pairs_cover(void)
{
    enum {
        REPETITIONS = 20000,
        PAIRS = 8
    };
    const double truth = 0.3;
    struct iptfs_random *random = iptfs_random_new(1, 0, IPTFS_RANDOM_ARRIVAL, 0);
    int covered = 0;
    double paired = 0.0, independent = 0.0;
    for (int i = 0; i < REPETITIONS; i++) {
        double a[PAIRS], b[PAIRS], half_a, half_b;
        for (int j = 0; j < PAIRS; j++) {
            double common = iptfs_random_normal(random);
            a[j] = common + 0.25 * iptfs_random_normal(random);
            b[j] = truth + common + 0.25 * iptfs_random_normal(random);
        }
        struct iptfs_statistics_pairs pairs = iptfs_statistics_pairs(a, b, PAIRS);
        covered += fabs(pairs.difference - truth) <= pairs.half_interval;
        paired += pairs.half_interval;
        iptfs_statistics_mean(a, PAIRS, &half_a);
        iptfs_statistics_mean(b, PAIRS, &half_b);
        independent += hypot(half_a, half_b);
    }
    iptfs_random_free(random);
    CHECK_NEAR((double)covered / REPETITIONS, 0.95, 3 * sqrt(0.95 * 0.05 / REPETITIONS));
    CHECK_TRUE(paired < independent / 3);
}

extern const CU_TestInfo iptfs_tests_statistics[];
const CU_TestInfo iptfs_tests_statistics[] = {
    {"intervals are Student's", intervals_are_students},
    {"quartiles are interpolated", quartiles_are_interpolated},
    {"differences are of pairs", differences_are_of_pairs},
    {"intervals of pairs cover", intervals_of_pairs_cover},
    CU_TEST_INFO_NULL,
};
