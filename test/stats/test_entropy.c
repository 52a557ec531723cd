/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The estimators of entropy and mutual information on distributions whose values are known. */
#include "stats/entropy.h"

#include "support/check.h"
#include "support/fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void entropies_of_known_distributions(void)
{
    double uniform[8], one[8] = {0, 0, 0, 77}, none[8] = {0}, half[3] = {500000, 0, 500000};
    for (int i = 0; i < 8; i++)
        uniform[i] = 125000;
    CHECK_NEAR(iptfs_entropy_bits(uniform, 8), 3, 1e-5);
    CHECK_NEAR(iptfs_entropy_bits(half, 3), 1, 1e-5);
    CHECK_NEAR(iptfs_entropy_bits(one, 8), 0, 0);
    CHECK_NEAR(iptfs_entropy_bits(none, 8), 0, 0);
    /* 1, 1/2, ... : 1/2 * 1 + 1/4 * 2 + 1/8 * 3 * 2 */
    double falling[4] = {4e6, 2e6, 1e6, 1e6};
    CHECK_NEAR(iptfs_entropy_bits(falling, 4), 1.75, 1e-6);
}

/* The correction by hand: two cells of 5: 1 bit, and 1 / (2 * 10) nats. */
static void few_samples_are_corrected(void)
{
    double counts[2] = {5, 5};
    CHECK_NEAR(iptfs_entropy_bits(counts, 2), 1 + 0.05 / log(2), 1e-12);
    /* 30 samples of 8 values: what is found without correction is 0.17 bits short on the mean. */
    struct dice dice = {9};
    double mean = 0;
    for (int round = 0; round < 400; round++) {
        double found[8] = {0};
        for (int i = 0; i < 30; i++)
            found[dice_between(&dice, 0, 7)]++;
        mean += iptfs_entropy_bits(found, 8) / 400;
    }
    CHECK_NEAR(mean, 3, 0.02);
}

enum {
    PAIRS = 4000
};

struct mutual {
    double bits;
    double x_bits;
    double y_bits;
};

static struct mutual mutual_of(const double *x, const double *y, size_t count)
{
    static double scratch[PAIRS];
    static uint8_t x_bin[PAIRS], y_bin[PAIRS];
    struct iptfs_binned x_binned = iptfs_bin_series(x, count, x_bin, scratch);
    struct iptfs_binned y_binned = iptfs_bin_series(y, count, y_bin, scratch);
    return (struct mutual){
        .bits = iptfs_mutual_bits(&x_binned, 0, &y_binned, 0, count),
        .x_bits = iptfs_binned_bits(&x_binned),
        .y_bits = iptfs_binned_bits(&y_binned),
    };
}

/* The correction makes the mean of the estimate 0. */
static void independent_series_share_nothing(void)
{
    static double x[PAIRS], y[PAIRS];
    struct dice dice = {4};
    double mean = 0;
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 500; i++) {
            x[i] = (double)dice_between(&dice, 0, 100000);
            y[i] = (double)dice_between(&dice, 0, 6);
        }
        mean += mutual_of(x, y, 500).bits / 200;
    }
    CHECK_NEAR(mean, 0, 0.005);
}

/* Pairs that begin elsewhere in each series. */
static void a_part_is_compared(void)
{
    static const double x[] = {9, 9, 0, 1, 0, 1, 0, 0, 1, 1}, y[] = {5, 0, 1, 0, 1, 0, 0, 1, 1, 5};
    uint8_t x_bin[10], y_bin[10];
    double scratch[10];
    struct iptfs_binned x_binned = iptfs_bin_series(x, 10, x_bin, scratch);
    struct iptfs_binned y_binned = iptfs_bin_series(y, 10, y_bin, scratch);
    /* 0 and 1 alike often, equal at this place: 1 bit, and 1 / 16 nats of correction. */
    CHECK_NEAR(iptfs_mutual_bits(&x_binned, 2, &y_binned, 1, 8), 1 + 1 / (16 * log(2)), 1e-9);
}

static void a_function_shares_all_it_has(void)
{
    static double x[PAIRS], y[PAIRS];
    struct dice dice = {5};
    for (int i = 0; i < PAIRS; i++) {
        x[i] = (double)dice_between(&dice, 0, 7);
        y[i] = fmod(x[i], 4) * 1e6;
    }
    struct mutual mutual = mutual_of(x, y, PAIRS);
    CHECK_NEAR(mutual.x_bits, 3, 0.01);
    CHECK_NEAR(mutual.y_bits, 2, 0.01);
    CHECK_NEAR(mutual.bits, mutual.y_bits, 0.01);
    struct mutual same = mutual_of(x, x, PAIRS);
    CHECK_NEAR(same.bits, same.x_bits, 0.01);
    struct mutual swapped = mutual_of(y, x, PAIRS);
    CHECK_NEAR(swapped.bits, mutual.bits, 1e-9);
}

/* A channel that flips one bit of four: 1 - H(1/4) bits. */
static void a_noisy_channel_shares_its_capacity(void)
{
    static double x[PAIRS], y[PAIRS];
    struct dice dice = {6};
    for (int i = 0; i < PAIRS; i++) {
        x[i] = (double)dice_between(&dice, 0, 1);
        y[i] = dice_percent(&dice, 25) ? 1 - x[i] : x[i];
    }
    CHECK_NEAR(mutual_of(x, y, PAIRS).bits, 1 - 0.811278, 0.02);
}

/* A rare value keeps a bin of its own, however few there are, and the rest is cut evenly. */
static void bins_follow_the_values(void)
{
    static double x[PAIRS];
    for (int i = 0; i < PAIRS; i++)
        x[i] = i < 20 ? 0 : 1500;
    CHECK_NEAR(mutual_of(x, x, PAIRS).bits, 0.0454, 0.001);
    for (int i = 0; i < PAIRS; i++)
        x[i] = i < PAIRS / 2 ? 0 : i;
    /* 15 bins: half the values in one, the others in 14 that are alike */
    CHECK_NEAR(mutual_of(x, x, PAIRS).x_bits, 1 + log2(14) / 2, 0.01);
    for (int i = 0; i < PAIRS; i++)
        x[i] = exp(i / 10.0);
    CHECK_NEAR(mutual_of(x, x, PAIRS).x_bits, log2(15), 0.01);
    for (int i = 0; i < PAIRS; i++)
        x[i] = 3;
    CHECK_NEAR(mutual_of(x, x, PAIRS).bits, 0, 0);
    CHECK_NEAR(mutual_of(x, x, 0).bits, 0, 0);
    CHECK_NEAR(mutual_of(x, x, 1).bits, 0, 0);
}

const CU_TestInfo iptfs_tests_entropy[] = {
    {"entropies of known distributions", entropies_of_known_distributions},
    {"few samples are corrected", few_samples_are_corrected},
    {"independent series share nothing", independent_series_share_nothing},
    {"a part is compared", a_part_is_compared},
    {"a function shares all it has", a_function_shares_all_it_has},
    {"a noisy channel shares its capacity", a_noisy_channel_shares_its_capacity},
    {"bins follow the values", bins_follow_the_values},
    CU_TEST_INFO_NULL,
};
