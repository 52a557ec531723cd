/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/random.h"
#include "support/check.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>

/* Draws enough numbers from two streams to exclude a coincidence. */
static bool same_draws(struct iptfs_random *a, struct iptfs_random *b)
{
    bool same = true;
    CU_ASSERT_PTR_NOT_NULL_FATAL(a);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    for (int i = 0; i < 100; i++)
        same = iptfs_random_between(a, 0, 1000000) == iptfs_random_between(b, 0, 1000000) && same;
    iptfs_random_free(a);
    iptfs_random_free(b);
    return same;
}

static struct iptfs_random *new (uint64_t seed, uint64_t run, enum iptfs_random_use use,
                                 uint64_t index)
{
    return iptfs_random_new(seed, run, use, index);
}

static void test_four_numbers_make_the_stream(void)
{
    const uint64_t far = UINT64_C(1) << 32;
    CHECK_TRUE(same_draws(new (7, 3, IPTFS_RANDOM_SIZE, 2), new (7, 3, IPTFS_RANDOM_SIZE, 2)));
    CHECK_TRUE(!same_draws(new (7, 3, IPTFS_RANDOM_SIZE, 2), new (8, 3, IPTFS_RANDOM_SIZE, 2)));
    CHECK_TRUE(!same_draws(new (7, 3, IPTFS_RANDOM_SIZE, 2), new (7, 4, IPTFS_RANDOM_SIZE, 2)));
    CHECK_TRUE(!same_draws(new (7, 3, IPTFS_RANDOM_SIZE, 2), new (7, 3, IPTFS_RANDOM_LOSS, 2)));
    CHECK_TRUE(!same_draws(new (7, 3, IPTFS_RANDOM_SIZE, 2), new (7, 3, IPTFS_RANDOM_SIZE, 3)));
    /* The upper halves count, and numbers do not stand in for each other. */
    CHECK_TRUE(
        !same_draws(new (7, 3, IPTFS_RANDOM_SIZE, 2), new (7 + far, 3, IPTFS_RANDOM_SIZE, 2)));
    CHECK_TRUE(
        !same_draws(new (7, 3, IPTFS_RANDOM_SIZE, 2), new (7, 3 + far, IPTFS_RANDOM_SIZE, 2)));
    CHECK_TRUE(
        !same_draws(new (7, 3, IPTFS_RANDOM_SIZE, 2), new (7, 3, IPTFS_RANDOM_SIZE, 2 + far)));
    CHECK_TRUE(!same_draws(new (7, 3, IPTFS_RANDOM_SIZE, 2), new (3, 7, IPTFS_RANDOM_SIZE, 2)));
    CHECK_TRUE(!same_draws(new (0, 0, IPTFS_RANDOM_LOSS, 0), new (0, 0, IPTFS_RANDOM_LOSS, 1)));
}

/* Published results depend on these numbers: a change invalidates old seeds. */
static void test_first_draws_are_pinned(void)
{
    const uint64_t expected[] = {3400422937, 496979879, 1975038763, 840600898, 4239605763};
    struct iptfs_random *stream = new (1, 1, IPTFS_RANDOM_ARRIVAL, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        CHECK_U64(iptfs_random_between(stream, 0, 4294967294), expected[i]);
    CHECK_NEAR(iptfs_random_uniform(stream), 0.22973560751415789, 0);
    CHECK_NEAR(iptfs_random_exponential(stream, 1e6), 40700.290958928643, 1e-6);
    iptfs_random_free(stream);
}

static void test_one_stream_does_not_disturb_another(void)
{
    struct iptfs_random *a = new (2, 1, IPTFS_RANDOM_LOSS, 0);
    struct iptfs_random *b = new (2, 1, IPTFS_RANDOM_LOSS, 0);
    struct iptfs_random *other = new (2, 1, IPTFS_RANDOM_SIZE, 0);
    unsigned bad = 0;
    for (int i = 0; i < 1000; i++) {
        bad += iptfs_random_uniform(a) < iptfs_random_uniform(b);
        iptfs_random_uniform(other);
    }
    CHECK_U64(bad, 0);
    iptfs_random_free(a);
    iptfs_random_free(b);
    iptfs_random_free(other);
    iptfs_random_free(NULL);
}

static void test_between_holds_its_bounds(void)
{
    struct iptfs_random *stream = new (3, 1, IPTFS_RANDOM_SIZE, 0);
    unsigned seen[4] = {0};
    unsigned bad = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    for (int i = 0; i < 1000; i++) {
        uint64_t drawn = iptfs_random_between(stream, 64, 67);
        bad += drawn < 64 || drawn > 67;
        seen[drawn & 3]++;
    }
    CHECK_U64(bad, 0);
    for (int i = 0; i < 4; i++)
        CHECK_NEAR(seen[i], 250, 6 * sqrt(1000 * 0.25 * 0.75));
    CHECK_U64(iptfs_random_between(stream, 9, 9), 9);
    CHECK_TRUE(iptfs_random_between(stream, UINT64_C(1) << 40, (UINT64_C(1) << 40) + 9) >> 40 == 1);
    iptfs_random_free(stream);
}

/* Seeds are fixed, so this cannot fail at random; the bounds are those that a good generator
 * misses once in a million. */
static void check_uniform(uint64_t seed)
{
    enum {
        BINS = 64,
        DRAWS = 1 << 15
    };
    struct iptfs_random *stream = new (seed, 1, IPTFS_RANDOM_LOSS, 0);
    double bins[BINS] = {0};
    double sum = 0, chi2 = 0;
    unsigned bad = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    for (int i = 0; i < DRAWS; i++) {
        double drawn = iptfs_random_uniform(stream);
        bad += !(drawn >= 0 && drawn < 1);
        sum += drawn;
        bins[(int)(drawn * BINS)]++;
    }
    CHECK_U64(bad, 0);
    CHECK_NEAR(sum / DRAWS, 0.5, 5 * sqrt(1.0 / 12 / DRAWS));
    for (int i = 0; i < BINS; i++)
        chi2 += pow(bins[i] - DRAWS / BINS, 2) / (DRAWS / BINS);
    double p = gsl_cdf_chisq_Q(chi2, BINS - 1);
    CHECK_TRUE(p > 1e-6 && p < 1 - 1e-6);
    iptfs_random_free(stream);
}

static void test_uniform_is_uniform(void)
{
    for (uint64_t seed = 0; seed < 10; seed++)
        check_uniform(seed);
}

/* The first draws of streams with neighbouring numbers must look independent, too. */
static void test_neighbouring_streams_are_independent(void)
{
    enum {
        STREAMS = 4000
    };
    double sum = 0, product = 0, before = 0.5;
    for (uint64_t index = 0; index < STREAMS; index++) {
        struct iptfs_random *stream = new (1, 1, IPTFS_RANDOM_LOSS, index);
        CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
        double drawn = iptfs_random_uniform(stream);
        sum += drawn;
        product += (drawn - 0.5) * (before - 0.5);
        before = drawn;
        iptfs_random_free(stream);
    }
    CHECK_NEAR(sum / STREAMS, 0.5, 5 * sqrt(1.0 / 12 / STREAMS));
    CHECK_NEAR(product / STREAMS, 0, 5 * sqrt(1.0 / 144 / STREAMS));
}

static void test_exponential_has_its_mean_and_variance(void)
{
    enum {
        DRAWS = 50000
    };
    struct iptfs_random *stream = new (4, 1, IPTFS_RANDOM_ARRIVAL, 0);
    double sum = 0, squares = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    for (int i = 0; i < DRAWS; i++) {
        double drawn = iptfs_random_exponential(stream, 250);
        sum += drawn;
        squares += drawn * drawn;
    }
    double mean = sum / DRAWS;
    CHECK_NEAR(mean, 250, 5 * 250 / sqrt(DRAWS));
    /* The fourth central moment is 9 mean^4, so the variance has a deviation of sqrt(8) mean^2. */
    CHECK_NEAR(squares / DRAWS - mean * mean, 62500, 5 * 62500 * sqrt(8.0 / DRAWS));
    iptfs_random_free(stream);
}

const CU_TestInfo iptfs_tests_random[] = {
    {"four numbers make the stream", test_four_numbers_make_the_stream},
    {"first draws are pinned", test_first_draws_are_pinned},
    {"streams do not disturb each other", test_one_stream_does_not_disturb_another},
    {"between holds its bounds", test_between_holds_its_bounds},
    {"uniform is uniform", test_uniform_is_uniform},
    {"neighbouring streams are independent", test_neighbouring_streams_are_independent},
    {"exponential mean and variance", test_exponential_has_its_mean_and_variance},
    CU_TEST_INFO_NULL,
};
