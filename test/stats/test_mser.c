/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MSER-5 against examples by hand, and against the formula as it is written. */
#include "stats/mser.h"

#include "support/check.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

enum {
    COUNT_MAX = 2000
};

/* Batches of these means: observations differ within a batch, and add up to five times it. */
static size_t batches_of(const double *means, size_t count, double *observations)
{
    static const double around[IPTFS_MSER_BATCH] = {-2, 1, 0, 3, -2};
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < IPTFS_MSER_BATCH; j++)
            observations[i * IPTFS_MSER_BATCH + j] = means[i] + around[j];
    return count * IPTFS_MSER_BATCH;
}

/* 100, 50, then 2, 0, 2, 0, ...: of n = 12 batches the rest has the mean 1 and deviations of 1.
 * d = 0: the mean is 13.33, the squares add up to 10377.3: / 144 = 72.1
 * d = 1: 5.4545, 2192.7 / 121 = 18.1;   d = 2: 1, 10 / 100 = 0.1
 * d = 3: 8.889 / 81 = 0.1097;   d = 4: 8 / 64 = 0.125; and so on: 1 / left + something. */
static void the_transient_is_cut(void)
{
    static const double means[12] = {100, 50, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0};
    double observations[60];
    size_t count = batches_of(means, 12, observations);
    struct iptfs_mser mser = iptfs_mser5(observations, count);
    CHECK_U64(mser.batches, 12);
    CHECK_U64(mser.cut, 2);
    CHECK_TRUE(!mser.too_short);
}

/* The mean of five counts, not single observations: the first batch holds 0 and 10, but has the
 * mean of the others. */
static void batches_have_five_observations(void)
{
    double observations[54];
    for (size_t i = 0; i < 54; i++)
        observations[i] = i < 5 ? (i % 2 == 0 ? 10.0 / 3 : 0) : 2;
    struct iptfs_mser mser = iptfs_mser5(observations, 54);
    CHECK_U64(mser.batches, 10); /* four observations are left over */
    CHECK_U64(mser.cut, 0);
    CHECK_TRUE(!mser.too_short);
    /* Six lower observations: the second batch has the mean 1. */
    for (size_t i = 0; i < 54; i++)
        observations[i] = i < 6 ? -3 : 2;
    CHECK_U64(iptfs_mser5(observations, 54).cut, 2);
}

static void a_constant_series_is_not_cut(void)
{
    double observations[1000];
    for (size_t i = 0; i < 1000; i++)
        observations[i] = 0.1 * 1e9 / 3;
    CHECK_U64(iptfs_mser5(observations, 1000).cut, 0);
    CHECK_TRUE(!iptfs_mser5(observations, 1000).too_short);
}

/* Twelve batches, the last five of which are settled: the cut is 7, and half is 6. With fourteen it
 * is exactly half. */
static void a_cut_beyond_half_is_too_short(void)
{
    static const double means[14] = {70, 60, 50, 40, 30, 20, 10, 1, 1, 1, 1, 1, 1, 1};
    double observations[70];
    batches_of(means, 14, observations);
    struct iptfs_mser mser = iptfs_mser5(observations, 60);
    CHECK_U64(mser.cut, 7);
    CHECK_TRUE(mser.too_short);
    mser = iptfs_mser5(observations, 70);
    CHECK_U64(mser.cut, 7);
    CHECK_TRUE(!mser.too_short);
}

/* A line never settles. */
static void a_trend_is_too_short(void)
{
    double observations[1000];
    for (size_t i = 0; i < 1000; i++)
        observations[i] = (double)i;
    struct iptfs_mser mser = iptfs_mser5(observations, 1000);
    CHECK_U64(mser.cut, 195); /* five batches are left */
    CHECK_TRUE(mser.too_short);
}

static void few_observations_are_too_short(void)
{
    double observations[IPTFS_MSER_OBSERVATIONS_MIN] = {0};
    for (size_t count = 0; count < IPTFS_MSER_OBSERVATIONS_MIN; count++)
        CHECK_TRUE(iptfs_mser5(observations, count).too_short);
    CHECK_TRUE(!iptfs_mser5(observations, IPTFS_MSER_OBSERVATIONS_MIN).too_short);
}

/* The formula as it is written, for each cut anew. */
static double statistic_of(const double *means, size_t count, size_t cut)
{
    double sum = 0, squares = 0, left = (double)(count - cut);
    for (size_t i = cut; i < count; i++)
        sum += means[i];
    for (size_t i = cut; i < count; i++)
        squares += (means[i] - sum / left) * (means[i] - sum / left);
    return squares / (left * left);
}

static size_t best_cut(const double *observations, size_t count)
{
    double means[COUNT_MAX / 5], least = INFINITY;
    size_t batches = count / 5, best = 0;
    for (size_t i = 0; i < batches; i++)
        means[i] = (observations[5 * i] + observations[5 * i + 1] + observations[5 * i + 2] +
                    observations[5 * i + 3] + observations[5 * i + 4]) /
                   5;
    for (size_t cut = 0; cut + 5 <= batches; cut++)
        if (statistic_of(means, batches, cut) < least) {
            least = statistic_of(means, batches, cut);
            best = cut;
        }
    return best;
}

/* AR(1) noise behind a transient of random length and height. */
static void fill_series(gsl_rng *rng, double *observations, size_t count)
{
    double noise = 0, height = gsl_ran_flat(rng, -20, 20), coherence = gsl_ran_flat(rng, 0, 0.95);
    double settles = gsl_ran_flat(rng, 1, (double)count / 2);
    for (size_t i = 0; i < count; i++) {
        noise = coherence * noise + gsl_ran_gaussian(rng, 1);
        observations[i] = 100 + noise + height * exp(-(double)i / settles);
    }
}

static void any_series_has_the_least_statistic(void)
{
    static double observations[COUNT_MAX];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    unsigned too_short = 0;
    for (unsigned series = 0; series < 300; series++) {
        size_t count = 50 + gsl_rng_uniform_int(rng, COUNT_MAX - 50);
        fill_series(rng, observations, count);
        struct iptfs_mser mser = iptfs_mser5(observations, count);
        size_t best = best_cut(observations, count);
        CHECK_U64(mser.cut, best);
        CHECK_TRUE(mser.too_short == (2 * best > count / 5));
        too_short += mser.too_short;
    }
    CHECK_TRUE(too_short > 5 && too_short < 295); /* both were met */
    gsl_rng_free(rng);
}

const CU_TestInfo iptfs_tests_mser[] = {
    {"the transient is cut", the_transient_is_cut},
    {"batches have five observations", batches_have_five_observations},
    {"a constant series is not cut", a_constant_series_is_not_cut},
    {"a cut beyond half is too short", a_cut_beyond_half_is_too_short},
    {"a trend is too short", a_trend_is_too_short},
    {"few observations are too short", few_observations_are_too_short},
    {"any series has the least statistic", any_series_has_the_least_statistic},
    CU_TEST_INFO_NULL,
};
