/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The information rate, compared with Gaussian channels whose coherence is known. */
#include "stats/information_rate.h"

#include "base/random.h"
#include "support/check.h"

#include <math.h>

enum {
    PAIRS = 20000
};

static double x[PAIRS], y[PAIRS];

/* The input is white, or a process of first order with coefficient `color`; the channel is a filter
 * of first order with coefficient `echo`, and adds white noise. */
static void fill(uint64_t seed, double color, double echo, double noise)
{
    struct iptfs_random *stream = iptfs_random_new(seed, 1, IPTFS_RANDOM_ARRIVAL, 0);
    double input = 0, output = 0;
    for (int i = -1000; i < PAIRS; i++) {
        input = color * input + iptfs_random_normal(stream);
        output = echo * output + input;
        if (i >= 0) {
            x[i] = input;
            y[i] = output + noise * iptfs_random_normal(stream);
        }
    }
    iptfs_random_free(stream);
}

static double power(double coefficient, double frequency)
{
    double turn = 2 * 3.14159265358979323846 * frequency;
    return 1 / (1 + coefficient * coefficient - 2 * coefficient * cos(turn));
}

/* -log2(1 - C) = log2(1 + signal / noise), integrated up to half a sample. */
static double exact_bits(double color, double echo, double noise)
{
    double bits = 0;
    for (int i = 0; i < 10000; i++) {
        double f = (i + 0.5) / 20000;
        bits += log2(1 + power(color, f) * power(echo, f) / (noise * noise)) / 20000;
    }
    return bits;
}

static double rate(size_t count)
{
    double bits = 0;
    CHECK_INT(iptfs_information_rate(x, y, count, &bits), 0);
    return bits;
}

static void gaussian_channels_have_their_rate(void)
{
    static const struct {
        double color, echo, noise;
    } channels[] = {{0, 0, 1}, {0, 0, 4}, {0.5, 0, 1}, {0, 0.7, 2}, {0.9, 0.5, 3}, {0, 0, 0.1}};
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++) {
        double color = channels[i].color, echo = channels[i].echo, noise = channels[i].noise;
        double exact = exact_bits(color, echo, noise);
        fill(i + 1, color, echo, noise);
        CHECK_NEAR(rate(PAIRS), exact, 0.02 + 0.03 * exact);
        CHECK_NEAR(rate(2000), exact, 0.06 + 0.08 * exact);
    }
}

/* The correction leaves a mean of 0 for series that have nothing in common, short or long. */
static void unrelated_series_have_none(void)
{
    double mean = 0, mean_short = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        fill(seed, 0.5, 0, 1e9);
        mean += rate(2000) / 40;
        mean_short += rate(100) / 40;
    }
    CHECK_NEAR(mean, 0, 0.005);
    CHECK_NEAR(mean_short, 0, 0.03);
}

/* Only the order of values counts. */
static void scale_does_not_matter(void)
{
    fill(3, 0, 0, 1);
    double bits = rate(4000);
    for (int i = 0; i < 4000; i++)
        x[i] = exp(3 * x[i]);
    CHECK_NEAR(rate(4000), bits, 1e-9);
}

static void nothing_is_said_without_values(void)
{
    fill(4, 0, 0, 1);
    CHECK_TRUE(isnan(rate(0)));
    CHECK_TRUE(isnan(rate(IPTFS_INFORMATION_RATE_MIN - 1)));
    CHECK_TRUE(!isnan(rate(IPTFS_INFORMATION_RATE_MIN)));
    for (int i = 0; i < 1000; i++)
        y[i] = 7;
    CHECK_TRUE(isnan(rate(1000)));
}

const CU_TestInfo iptfs_tests_information_rate[] = {
    {"Gaussian channels have their rate", gaussian_channels_have_their_rate},
    {"unrelated series have none", unrelated_series_have_none},
    {"scale does not matter", scale_does_not_matter},
    {"nothing is said without values", nothing_is_said_without_values},
    CU_TEST_INFO_NULL,
};
