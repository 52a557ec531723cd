/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock of on and off periods: in equilibrium from the start. */
#include "traffic/on_time.h"

#include "base/units.h"
#include "support/check.h"

#include <math.h>

enum {
    CLOCKS = 20000
};

static struct iptfs_on_time clock_of(enum iptfs_periods_distribution distribution, uint64_t index)
{
    return (struct iptfs_on_time){
        .periods = {100 * IPTFS_PS_PER_MS, 300 * IPTFS_PS_PER_MS, distribution, 1.4},
        .equilibrium = true,
        .on = iptfs_random_new(1, 0, IPTFS_RANDOM_ON, index),
        .off = iptfs_random_new(1, 0, IPTFS_RANDOM_OFF, index),
    };
}

/* A quarter of the clocks runs at any time, at the start as 10 s later. A start at the beginning of
 * Pareto periods has far fewer of them on soon afterwards. */
static void check_part_that_runs(enum iptfs_periods_distribution distribution)
{
    const int64_t times_ps[] = {0, 50, 100, 400, 2000, 10000};
    unsigned on[6] = {0};
    struct iptfs_random *phase = iptfs_random_new(1, 0, IPTFS_RANDOM_PHASE, 0);
    for (uint64_t i = 0; i < CLOCKS; i++) {
        struct iptfs_on_time clock = clock_of(distribution, i);
        int64_t start_ps = iptfs_on_time_start(&clock, phase);
        for (unsigned t = 0; t < 6; t++) {
            /* The period that goes on at this time, or the next one. */
            int64_t at_ps = times_ps[t] * IPTFS_PS_PER_MS;
            while (start_ps + clock.on_left_ps <= at_ps) {
                int64_t rest_ps = clock.on_left_ps;
                start_ps = iptfs_on_time_after(&clock, start_ps, rest_ps, INT64_MAX);
            }
            on[t] += start_ps <= at_ps;
        }
        iptfs_on_time_release(&clock);
    }
    for (unsigned t = 0; t < 6; t++)
        CHECK_NEAR(on[t], CLOCKS / 4.0, 4.5 * sqrt(CLOCKS * 0.25 * 0.75));
    iptfs_random_free(phase);
}

static void test_the_same_part_runs_at_any_time(void)
{
    check_part_that_runs(IPTFS_PERIODS_EXPONENTIAL);
    check_part_that_runs(IPTFS_PERIODS_PARETO);
}

/* 2 ms of on time after a clock with 1 ms left lie behind an off period. */
static void test_off_periods_do_not_count(void)
{
    struct iptfs_on_time clock = clock_of(IPTFS_PERIODS_PARETO, 1);
    clock.on_left_ps = IPTFS_PS_PER_MS;
    int64_t least_off_ps = 85 * IPTFS_PS_PER_MS; /* 300 ms * 0.4 / 1.4 */
    int64_t at_ps = iptfs_on_time_after(&clock, 0, 2 * IPTFS_PS_PER_MS, INT64_MAX);
    CHECK_TRUE(at_ps > 2 * IPTFS_PS_PER_MS + least_off_ps);
    CHECK_TRUE(clock.on_left_ps > 0);
    iptfs_on_time_release(&clock);
}

const CU_TestInfo iptfs_tests_on_time[] = {
    {"the same part runs at any time", test_the_same_part_runs_at_any_time},
    {"off periods do not count", test_off_periods_do_not_count},
    CU_TEST_INFO_NULL,
};
