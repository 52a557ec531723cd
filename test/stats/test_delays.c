/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"
#include "base/random.h"
#include "base/units.h"
#include "stats/burstiness.h"
#include "stats/delays.h"
#include "support/check.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

enum {
    SAMPLES = 20011
};

static const double quantiles[] = {0.0001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999};
enum {
    QUANTILES = sizeof quantiles / sizeof quantiles[0]
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void test_nothing_measured(void)
{
    struct iptfs_delays delays;
    CHECK_INT(iptfs_delays_init(&delays), 0);
    CHECK_U64(delays.count, 0);
    CHECK_INT(delays.min_ps, IPTFS_NEVER);
    CHECK_INT(delays.max_ps, -1);
    CHECK_NEAR(iptfs_delays_mean_ps(&delays), 0, 0);
    CHECK_INT(iptfs_delays_quantile_ps(&delays, 0.5), 0);
    iptfs_delays_free(&delays);
}

static void test_one_delay_is_every_quantile(void)
{
    const int64_t values[] = {0, 1, 1023, 1024, 1025, 51200, 123456789012345, IPTFS_TIME_MAX_PS};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct iptfs_delays delays;
        CHECK_INT(iptfs_delays_init(&delays), 0);
        iptfs_delays_add(&delays, values[i]);
        CHECK_INT(iptfs_delays_quantile_ps(&delays, 0), values[i]);
        CHECK_INT(iptfs_delays_quantile_ps(&delays, 0.5), values[i]);
        CHECK_INT(iptfs_delays_quantile_ps(&delays, 1), values[i]);
        CHECK_NEAR(iptfs_delays_mean_ps(&delays), (double)values[i], 0);
        iptfs_delays_free(&delays);
    }
}

/* Delays below 1024 ps have a bin each: the result must be the exact sample. */
static void test_small_sets_are_exact(void)
{
    struct iptfs_delays delays;
    CHECK_INT(iptfs_delays_init(&delays), 0);
    for (int64_t value = 100; value >= 1; value--)
        iptfs_delays_add(&delays, value);
    for (int percent = 1; percent <= 100; percent++)
        CHECK_INT(iptfs_delays_quantile_ps(&delays, percent / 100.0), percent);
    CHECK_INT(iptfs_delays_quantile_ps(&delays, 0.011), 2);
    CHECK_INT(iptfs_delays_quantile_ps(&delays, -1), 1);
    CHECK_INT(iptfs_delays_quantile_ps(&delays, 2), 100);
    CHECK_INT(iptfs_delays_quantile_ps(&delays, (double)NAN), 1);
    CHECK_NEAR(iptfs_delays_mean_ps(&delays), 50.5, 0);
    iptfs_delays_free(&delays);
}

/* Around every power of two, a value between two others comes back within 1/1024. */
static void test_error_is_bounded_everywhere(void)
{
    unsigned bad = 0;
    for (unsigned bit = 1; bit < 62; bit++) {
        for (int64_t off = -2; off <= 2; off++) {
            int64_t value = (INT64_C(1) << bit) + off * ((INT64_C(1) << bit) / 700 + 1);
            if (value < 0 || value > IPTFS_TIME_MAX_PS)
                continue;
            struct iptfs_delays delays;
            CHECK_INT(iptfs_delays_init(&delays), 0);
            iptfs_delays_add(&delays, 0);
            iptfs_delays_add(&delays, value);
            iptfs_delays_add(&delays, IPTFS_TIME_MAX_PS);
            int64_t found = iptfs_delays_quantile_ps(&delays, 0.5);
            bad += llabs(found - value) > value / 1024;
            iptfs_delays_free(&delays);
        }
    }
    CHECK_U64(bad, 0);
}

static void test_impossible_delays_only_count_as_such(void)
{
    struct iptfs_delays delays;
    CHECK_INT(iptfs_delays_init(&delays), 0);
    iptfs_delays_add(&delays, -1);
    iptfs_delays_add(&delays, IPTFS_TIME_MAX_PS + 1);
    iptfs_delays_add(&delays, IPTFS_NEVER);
    CHECK_U64(delays.count, 0);
    CHECK_U64(delays.out_of_range, 3);
    CHECK_INT(delays.max_ps, -1);
    iptfs_delays_free(&delays);
}

/* The sum of many of the longest delays is far beyond 64 bits. */
static void test_mean_does_not_overflow(void)
{
    struct iptfs_delays delays;
    CHECK_INT(iptfs_delays_init(&delays), 0);
    for (int i = 0; i < 100000; i++)
        iptfs_delays_add(&delays, IPTFS_TIME_MAX_PS - (i & 1) * INT64_C(2048));
    CHECK_NEAR(iptfs_delays_mean_ps(&delays), (double)(IPTFS_TIME_MAX_PS - 1024), 512);
    CHECK_INT(delays.max_ps, IPTFS_TIME_MAX_PS);
    CHECK_INT(delays.min_ps, IPTFS_TIME_MAX_PS - 2048);
    iptfs_delays_free(&delays);
}

static double draw_exponential(struct iptfs_random *stream)
{
    return floor(iptfs_random_exponential(stream, 3e9));
}

static double draw_uniform(struct iptfs_random *stream)
{
    return (double)iptfs_random_between(stream, 1000000, 3000000000);
}

static double draw_constant(struct iptfs_random *stream)
{
    (void)stream;
    return 2345678901.0;
}

static double draw_bimodal(struct iptfs_random *stream)
{
    double base = iptfs_random_uniform(stream) < 0.7 ? 51200 : 8e10;
    return base + floor(iptfs_random_uniform(stream) * base / 10);
}

/* GSL interpolates between the two neighbours of which we report one; so our answer lies between
 * those neighbours, give or take 1/1024, and is our own rank within 1/1024. */
static void check_quantile(const struct iptfs_delays *delays, const double *sorted, double p)
{
    double found = (double)iptfs_delays_quantile_ps(delays, p);
    size_t below = (size_t)floor(p * (SAMPLES - 1));
    double low = sorted[below];
    double high = sorted[below + 1 < SAMPLES ? below + 1 : below];
    double gsl = gsl_stats_quantile_from_sorted_data(sorted, 1, SAMPLES, p);
    CHECK_NEAR(found, gsl, high - low + gsl / 1024);
    double exact = sorted[(size_t)ceil(p * SAMPLES) - 1];
    CHECK_NEAR(found, exact, exact / 1024);
}

static void check_set(double (*draw)(struct iptfs_random *), uint64_t seed)
{
    struct iptfs_random *stream = iptfs_random_new(seed, 1, IPTFS_RANDOM_LOSS, 0);
    double *samples = malloc(SAMPLES * sizeof *samples);
    struct iptfs_delays delays;
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    CU_ASSERT_PTR_NOT_NULL_FATAL(samples);
    CHECK_INT(iptfs_delays_init(&delays), 0);
    for (int i = 0; i < SAMPLES; i++) {
        samples[i] = draw(stream);
        iptfs_delays_add(&delays, (int64_t)samples[i]);
    }
    double mean = gsl_stats_mean(samples, 1, SAMPLES);
    CHECK_NEAR(iptfs_delays_mean_ps(&delays), mean, mean * 1e-12);
    qsort(samples, SAMPLES, sizeof *samples, by_value);
    CHECK_NEAR((double)delays.min_ps, samples[0], 0);
    CHECK_NEAR((double)delays.max_ps, samples[SAMPLES - 1], 0);
    for (int i = 0; i < QUANTILES; i++)
        check_quantile(&delays, samples, quantiles[i]);
    iptfs_delays_free(&delays);
    free(samples);
    iptfs_random_free(stream);
}

static void test_quantiles_agree_with_gsl(void)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        check_set(draw_exponential, seed);
        check_set(draw_uniform, seed);
        check_set(draw_constant, seed);
        check_set(draw_bimodal, seed);
    }
}

static void test_quantiles_never_decrease(void)
{
    struct iptfs_random *stream = iptfs_random_new(5, 1, IPTFS_RANDOM_LOSS, 0);
    struct iptfs_delays delays;
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    CHECK_INT(iptfs_delays_init(&delays), 0);
    for (int i = 0; i < 50; i++)
        iptfs_delays_add(&delays, (int64_t)draw_bimodal(stream));
    int64_t before = iptfs_delays_quantile_ps(&delays, 0);
    unsigned bad = 0;
    for (int i = 1; i <= 1000; i++) {
        int64_t now = iptfs_delays_quantile_ps(&delays, i / 1000.0);
        bad += now < before;
        before = now;
    }
    CHECK_U64(bad, 0);
    CHECK_INT(before, delays.max_ps);
    iptfs_delays_free(&delays);
    iptfs_random_free(stream);
}

static void test_merge_is_as_if_added_here(void)
{
    struct iptfs_random *stream = iptfs_random_new(6, 1, IPTFS_RANDOM_LOSS, 0);
    struct iptfs_delays part[2], whole, empty;
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    CHECK_INT(iptfs_delays_init(&part[0]), 0);
    CHECK_INT(iptfs_delays_init(&part[1]), 0);
    CHECK_INT(iptfs_delays_init(&whole), 0);
    CHECK_INT(iptfs_delays_init(&empty), 0);
    for (int i = 0; i < 5000; i++) {
        int64_t delay_ps = (int64_t)draw_exponential(stream);
        iptfs_delays_add(&whole, delay_ps);
        iptfs_delays_add(&part[i % 3 == 0], delay_ps);
    }
    iptfs_delays_add(&whole, -1);
    iptfs_delays_add(&part[1], -1);
    iptfs_delays_merge(&part[0], &empty);
    iptfs_delays_merge(&empty, &part[0]);
    iptfs_delays_merge(&empty, &part[1]);
    CHECK_U64(empty.count, whole.count);
    CHECK_U64(empty.out_of_range, 1);
    CHECK_INT(empty.min_ps, whole.min_ps);
    CHECK_INT(empty.max_ps, whole.max_ps);
    CHECK_TRUE(empty.sum_ps == whole.sum_ps);
    for (int i = 0; i < QUANTILES; i++)
        CHECK_INT(iptfs_delays_quantile_ps(&empty, quantiles[i]),
                  iptfs_delays_quantile_ps(&whole, quantiles[i]));
    iptfs_delays_free(&part[0]);
    iptfs_delays_free(&part[1]);
    iptfs_delays_free(&whole);
    iptfs_delays_free(&empty);
    iptfs_random_free(stream);
}

static void test_measure_counts_packets_and_octets(void)
{
    struct iptfs_measure measure;
    CHECK_INT(iptfs_measure_init(&measure), 0);
    iptfs_measure_add(&measure, 1500, 2000);
    iptfs_measure_add(&measure, 40, 1000);
    CHECK_U64(measure.octets, 1540);
    CHECK_U64(measure.delays.count, 2);
    CHECK_NEAR(iptfs_delays_mean_ps(&measure.delays), 1500, 0);
    iptfs_measure_free(&measure);
}

/* 90 of 100 did not wait: the last ten quantiles are the ten that did. */
static void test_cleared_delays_are_as_new(void)
{
    struct iptfs_delays delays, fresh;
    CHECK_INT(iptfs_delays_init(&delays), IPTFS_OK);
    CHECK_INT(iptfs_delays_init(&fresh), IPTFS_OK);
    for (int64_t delay_ps = 1; delay_ps < IPTFS_PS_PER_S; delay_ps = 3 * delay_ps + 7)
        iptfs_delays_add(&delays, delay_ps);
    iptfs_delays_add(&delays, -1);
    iptfs_delays_clear(&delays);
    CHECK_U64(delays.count + delays.out_of_range, 0);
    CHECK_NEAR(iptfs_delays_mean_ps(&delays), 0, 0);
    for (int64_t delay_ps = 10; delay_ps < IPTFS_PS_PER_S; delay_ps *= 10) {
        iptfs_delays_add(&delays, delay_ps);
        iptfs_delays_add(&fresh, delay_ps);
    }
    for (double p = 0; p <= 1; p += 0.125)
        CHECK_INT(iptfs_delays_quantile_ps(&delays, p), iptfs_delays_quantile_ps(&fresh, p));
    iptfs_delays_free(&delays);
    iptfs_delays_free(&fresh);
}

static void test_waits_among_all(void)
{
    struct iptfs_waits waits;
    CHECK_INT(iptfs_waits_init(&waits), 0);
    CHECK_INT(iptfs_delays_quantile_among_ps(&waits.stall, 0, 0.5), 0);
    CHECK_NEAR(iptfs_delays_mean_among_ps(&waits.stall, 0), 0, 0);
    CHECK_INT(iptfs_delays_quantile_among_ps(&waits.stall, 7, 1), 0);
    for (int64_t wait = 1; wait <= 10; wait++)
        iptfs_waits_add(&waits, 1000 + wait, 1000, 1000);
    iptfs_waits_add(&waits, 500, 100, 500);
    iptfs_waits_add(&waits, 500, 500, 500);
    CHECK_U64(waits.stall.count, 10);
    CHECK_U64(waits.gather.count, 1);
    CHECK_INT(waits.gather.max_ps, 400);
    CHECK_INT(iptfs_delays_quantile_among_ps(&waits.stall, 100, 0), 0);
    CHECK_INT(iptfs_delays_quantile_among_ps(&waits.stall, 100, 0.9), 0);
    for (int wait = 1; wait <= 10; wait++)
        CHECK_INT(iptfs_delays_quantile_among_ps(&waits.stall, 100, 0.9 + wait / 100.0), wait);
    CHECK_INT(iptfs_delays_quantile_among_ps(&waits.stall, 10, 0), 1);
    CHECK_NEAR(iptfs_delays_mean_among_ps(&waits.stall, 100), 0.55, 1e-15);
    iptfs_waits_free(&waits);
}

static void test_neighbours_differ(void)
{
    struct iptfs_measure measure, sum;
    CHECK_INT(iptfs_measure_init(&measure), 0);
    CHECK_INT(iptfs_measure_init(&sum), 0);
    static const int64_t delays_ps[] = {500, 700, 100, 100, 900};
    for (size_t i = 0; i < 5; i++)
        iptfs_measure_add(&measure, 1, delays_ps[i]);
    CHECK_U64(measure.difference_ps, 200 + 600 + 0 + 800);
    iptfs_measure_merge(&sum, &measure);
    iptfs_measure_merge(&sum, &measure);
    CHECK_U64(sum.difference_ps, 3200);
    CHECK_U64(sum.octets, 10);
    CHECK_U64(sum.delays.count, 10);
    iptfs_measure_clear(&sum);
    CHECK_U64(sum.delays.count, 0);
    iptfs_measure_add(&sum, 1, 300);
    CHECK_INT(iptfs_delays_quantile_ps(&sum.delays, 0.5), 300);
    CHECK_U64(sum.difference_ps, 0);
    iptfs_measure_free(&measure);
    iptfs_measure_free(&sum);
}

static void test_even_stream_is_not_bursty(void)
{
    struct iptfs_burstiness burst;
    iptfs_burstiness_init(&burst, 0);
    CHECK_TRUE(isnan(iptfs_burstiness_gap_cv(&burst)));
    CHECK_TRUE(isnan(iptfs_burstiness_dispersion(&burst)));
    for (int i = 0; i < 1000; i++)
        iptfs_burstiness_add(&burst, i * IPTFS_BURSTINESS_INTERVAL_PS / 10);
    iptfs_burstiness_close(&burst, 100 * IPTFS_BURSTINESS_INTERVAL_PS);
    CHECK_U64(burst.intervals, 100);
    CHECK_NEAR(iptfs_burstiness_gap_cv(&burst), 0, 0);
    CHECK_NEAR(iptfs_burstiness_dispersion(&burst), 0, 0);
}

/* Gaps of 1 and 3 in turn: mean 2, deviation 1. Ten packets in every second interval. */
static void test_burstiness_by_hand(void)
{
    struct iptfs_burstiness burst;
    int64_t now_ps = 0;
    iptfs_burstiness_init(&burst, 0);
    for (int i = 0; i <= 1000; i++, now_ps += i % 2 == 1 ? 1000 : 3000)
        iptfs_burstiness_add(&burst, now_ps);
    CHECK_NEAR(iptfs_burstiness_gap_cv(&burst), 0.5, 1e-12);
    iptfs_burstiness_init(&burst, 0);
    for (int i = 0; i < 20; i += 2)
        for (int k = 0; k < 10; k++)
            iptfs_burstiness_add(&burst, i * IPTFS_BURSTINESS_INTERVAL_PS + k);
    /* The interval that has not ended does not count. */
    iptfs_burstiness_add(&burst, 20 * IPTFS_BURSTINESS_INTERVAL_PS + 5);
    iptfs_burstiness_close(&burst, 21 * IPTFS_BURSTINESS_INTERVAL_PS - 1);
    CHECK_U64(burst.intervals, 20);
    CHECK_NEAR(iptfs_burstiness_dispersion(&burst), 25.0 / 5.0, 1e-12);
}

/* Both figures are 1 for Poisson. Bounds: five deviations, 1/sqrt(n) and sqrt(2/intervals). */
static void test_poisson_stream_is_one(void)
{
    struct iptfs_random *stream = iptfs_random_new(9, 1, IPTFS_RANDOM_ARRIVAL, 0);
    struct iptfs_burstiness burst;
    double now_ps = 0;
    iptfs_burstiness_init(&burst, 0);
    for (int i = 0; i < 40000; i++) {
        now_ps += iptfs_random_exponential(stream, (double)IPTFS_BURSTINESS_INTERVAL_PS / 10);
        iptfs_burstiness_add(&burst, (int64_t)now_ps);
    }
    CHECK_NEAR(iptfs_burstiness_gap_cv(&burst), 1, 5 / sqrt(40000));
    CHECK_NEAR(iptfs_burstiness_dispersion(&burst), 1, 5 * sqrt(2.0 / 4000));
    iptfs_random_free(stream);
}

const CU_TestInfo iptfs_tests_delays[] = {
    {"nothing measured", test_nothing_measured},
    {"one delay is every quantile", test_one_delay_is_every_quantile},
    {"small sets are exact", test_small_sets_are_exact},
    {"error is bounded everywhere", test_error_is_bounded_everywhere},
    {"impossible delays only count as such", test_impossible_delays_only_count_as_such},
    {"mean does not overflow", test_mean_does_not_overflow},
    {"quantiles agree with GSL", test_quantiles_agree_with_gsl},
    {"quantiles never decrease", test_quantiles_never_decrease},
    {"merge is as if added here", test_merge_is_as_if_added_here},
    {"packets and octets", test_measure_counts_packets_and_octets},
    {"cleared delays are as new", test_cleared_delays_are_as_new},
    {"waits among all", test_waits_among_all},
    {"neighbours differ", test_neighbours_differ},
    {"an even stream is not bursty", test_even_stream_is_not_bursty},
    {"burstiness by hand", test_burstiness_by_hand},
    {"a Poisson stream is one", test_poisson_stream_is_one},
    CU_TEST_INFO_NULL,
};
