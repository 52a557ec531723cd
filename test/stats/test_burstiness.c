/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Burstiness of streams whose figures are known. */
#include "stats/burstiness.h"

#include "base/random.h"
#include "base/units.h"
#include "support/check.h"

#include <math.h>

static void test_a_constant_rate_has_none(void)
{
    struct iptfs_burstiness burst;
    iptfs_burstiness_init(&burst, 0);
    for (int64_t i = 0; i < 1000; i++)
        iptfs_burstiness_add(&burst, i * IPTFS_PS_PER_MS);
    iptfs_burstiness_close(&burst, 1000 * IPTFS_PS_PER_MS);
    CHECK_NEAR(iptfs_burstiness_gap_cv(&burst), 0, 0);
    CHECK_NEAR(iptfs_burstiness_dispersion(&burst), 0, 1e-12);
    CHECK_U64(burst.intervals, 100);
}

static void test_a_poisson_process_has_one(void)
{
    struct iptfs_random *stream = iptfs_random_new(1, 1, IPTFS_RANDOM_ARRIVAL, 0);
    struct iptfs_burstiness burst;
    double now_ps = 0;
    iptfs_burstiness_init(&burst, 0);
    for (int i = 0; i < 200000; i++) {
        now_ps += iptfs_random_exponential(stream, (double)IPTFS_PS_PER_MS);
        iptfs_burstiness_add(&burst, (int64_t)now_ps);
    }
    CHECK_NEAR(iptfs_burstiness_gap_cv(&burst), 1, 0.01);
    CHECK_NEAR(iptfs_burstiness_dispersion(&burst), 1, 0.05);
    iptfs_random_free(stream);
}

/* Ten packets at once every 100 ms: of 10 intervals one holds 10 packets, so the mean is 1 and the
 * variance 9. Of the gaps, 9 of 10 are 0. */
static void test_bursts(void)
{
    struct iptfs_burstiness burst;
    iptfs_burstiness_init(&burst, 0);
    for (int64_t i = 0; i < 10000; i++)
        iptfs_burstiness_add(&burst, i / 10 * 100 * IPTFS_PS_PER_MS);
    iptfs_burstiness_close(&burst, 1000 * 100 * IPTFS_PS_PER_MS);
    CHECK_NEAR(iptfs_burstiness_dispersion(&burst), 9, 1e-9);
    CHECK_NEAR(iptfs_burstiness_gap_cv(&burst), 3, 0.01);
}

/* Observed from 3 ms on, the intervals are 3 to 13 ms, 13 to 23 ms and so on: 1, 0, 2 packets. The
 * gaps are 20 and 4 ms. */
static void test_it_starts_at_any_time(void)
{
    struct iptfs_burstiness burst;
    iptfs_burstiness_init(&burst, 3 * IPTFS_PS_PER_MS);
    iptfs_burstiness_add(&burst, 4 * IPTFS_PS_PER_MS);
    iptfs_burstiness_add(&burst, 24 * IPTFS_PS_PER_MS);
    iptfs_burstiness_add(&burst, 28 * IPTFS_PS_PER_MS);
    iptfs_burstiness_close(&burst, 33 * IPTFS_PS_PER_MS);
    CHECK_U64(burst.intervals, 3);
    CHECK_NEAR(iptfs_burstiness_dispersion(&burst), 2.0 / 3, 1e-12);
    CHECK_NEAR(iptfs_burstiness_gap_cv(&burst), 8.0 / 12, 1e-12);
}

static void test_too_few_packets_have_no_figures(void)
{
    struct iptfs_burstiness burst;
    iptfs_burstiness_init(&burst, 0);
    CHECK_TRUE(isnan(iptfs_burstiness_gap_cv(&burst)));
    iptfs_burstiness_add(&burst, 5);
    CHECK_TRUE(isnan(iptfs_burstiness_gap_cv(&burst)));
    iptfs_burstiness_close(&burst, 6); /* no whole interval */
    CHECK_TRUE(isnan(iptfs_burstiness_dispersion(&burst)));
    iptfs_burstiness_add(&burst, 5);
    CHECK_TRUE(isnan(iptfs_burstiness_gap_cv(&burst))); /* no gap above 0 */
}

const CU_TestInfo iptfs_tests_burstiness[] = {
    {"a constant rate has none", test_a_constant_rate_has_none},
    {"a Poisson process has one", test_a_poisson_process_has_one},
    {"bursts", test_bursts},
    {"it starts at any time", test_it_starts_at_any_time},
    {"too few packets have no figures", test_too_few_packets_have_no_figures},
    CU_TEST_INFO_NULL,
};
