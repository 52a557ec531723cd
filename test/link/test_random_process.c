/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random processes with a memory against theory. Seeds are fixed; bounds are five standard
 * deviations. */
#include "link/random_process.h"
#include "support/check.h"

#include <math.h>
#include <stdlib.h>

enum {
    DRAWS = 100000
};

/* A chain that stays with correlation c makes the variance of a mean (1 + c) / (1 - c) times as
 * large as independent draws do. */
static double bound(double share, double c)
{
    return 5 * sqrt(share * (1 - share) / DRAWS * (1 + c) / (1 - c));
}

static void test_gemodel(void)
{
    static const struct iptfs_gemodel models[] = {
        {.p = 0.01, .r = 0.25, .bad = 1, .good = 0},
        {.p = 0.02, .r = 0.1, .bad = 0.5, .good = 0.01},
        {.p = 0.3, .r = 0.7, .bad = 1, .good = 0}, /* without memory */
    };
    for (size_t i = 0; i < 3; i++) {
        struct iptfs_random *stream = iptfs_random_new(1 + i, 1, IPTFS_RANDOM_GEMODEL, 0);
        struct iptfs_gemodel model = models[i];
        unsigned lost = 0, bad = 0, bursts = 0;
        for (int k = 0; k < DRAWS; k++) {
            bool was_bad = model.is_bad;
            bad += was_bad;
            lost += iptfs_gemodel_lose(&model, stream);
            bursts += was_bad && !model.is_bad;
        }
        double share = model.p / (model.p + model.r), c = fabs(1 - model.p - model.r);
        double loss = share * model.bad + (1 - share) * model.good;
        CHECK_NEAR((double)bad / DRAWS, share, bound(share, c));
        CHECK_NEAR((double)lost / DRAWS, loss, bound(loss, c));
        /* Bursts are geometric: mean 1/r, deviation sqrt(1 - r)/r. */
        CHECK_NEAR((double)bad / bursts, 1 / model.r,
                   5 * sqrt(1 - model.r) / model.r / sqrt(bursts) + 1.0 / bursts);
        iptfs_random_free(stream);
    }
}

static void test_coin(void)
{
    static const double correlations[] = {0, 0.3, 0.9};
    for (size_t i = 0; i < 3; i++) {
        struct iptfs_random *stream = iptfs_random_new(1 + i, 1, IPTFS_RANDOM_REORDER, 0);
        double c = correlations[i], share = 0.25;
        struct iptfs_bernoulli trials = {share, c, false, false};
        unsigned heads = 0, both = 0;
        bool before = false;
        for (int k = 0; k < DRAWS; k++) {
            bool now = iptfs_bernoulli_draw(&trials, stream);
            heads += now;
            both += now && before;
            before = now;
        }
        CHECK_NEAR((double)heads / DRAWS, share, bound(share, c));
        /* After heads: again by repeating, or by a new draw. */
        double again = c + (1 - c) * share;
        CHECK_NEAR((double)both / heads, again,
                   5 * sqrt(again * (1 - again) / heads) + 1.0 / heads);
        iptfs_random_free(stream);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A quantile of the distributions, in units of the spread; phi: 0.1, 0.5, 0.9 of normal. */
static double theory(enum iptfs_jitter_kind kind, double p)
{
    if (kind == IPTFS_JITTER_UNIFORM)
        return 2 * p - 1;
    if (kind == IPTFS_JITTER_PARETO)
        return (pow(1 - p, -1.0 / 3) - 1.5) / sqrt(0.75);
    return p < 0.4 ? -1.2815515655 : p > 0.6 ? 1.2815515655 : 0;
}

static void test_jitter(void)
{
    static const double quantiles[] = {0.1, 0.5, 0.9}, correlations[] = {0, 0.5};
    static double x[DRAWS];
    for (unsigned i = 0; i < 6; i++) {
        struct iptfs_random *stream = iptfs_random_new(1 + i, 1, IPTFS_RANDOM_JITTER, 0);
        double c = correlations[i / 3], sum = 0, squares = 0, product = 0, before = 0;
        struct iptfs_jitter jitter = {
            .spread_ps = 1000000000,
            .correlation = c,
            .kind = (enum iptfs_jitter_kind)(i % 3),
        };
        for (int k = 0; k < DRAWS; k++) {
            x[k] = (double)iptfs_jitter_draw_ps(&jitter, stream) / 1e9;
            double normal = jitter.last;
            sum += normal;
            squares += normal * normal;
            product += k > 0 ? normal * before : 0;
            before = normal;
        }
        CHECK_NEAR(product / squares, c, 5 / sqrt(DRAWS));
        CHECK_NEAR(sum / DRAWS, 0, 5 * sqrt((1 + c) / (1 - c) / DRAWS));
        qsort(x, DRAWS, sizeof x[0], by_value);
        for (size_t q = 0; q < 3; q++) {
            /* A rank is off by at most bound(): the result lies between these quantiles. */
            double p = quantiles[q], off = bound(p, c);
            double found = x[(size_t)(p * DRAWS)];
            if (jitter.kind == IPTFS_JITTER_NORMAL)
                CHECK_NEAR(found, theory(jitter.kind, p), off / 0.17);
            else
                CHECK_TRUE(found > theory(jitter.kind, p - off) &&
                           found < theory(jitter.kind, p + off));
        }
        iptfs_random_free(stream);
    }
}

const CU_TestInfo iptfs_tests_random_process[] = {
    {"Gilbert-Elliott", test_gemodel},
    {"coin with a memory", test_coin},
    {"jitter", test_jitter},
    CU_TEST_INFO_NULL,
};
