/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Features of outer packets, by hand. */
#include "run/features.h"

#include "base/units.h"
#include "support/check.h"

/* Ten packets of 100 octets a millisecond apart, every fifth in the reverse direction. */
static void test_features_of_ten_packets(void)
{
    static double features[IPTFS_FEATURES];
    struct iptfs_seen_packets seen = {.count = 0};
    for (int i = 0; i < 10; i++)
        iptfs_seen_add(&seen, i * IPTFS_PS_PER_MS, 100, i % 5 == 4);
    CHECK_U64(seen.count, 10);
    CHECK_TRUE(!seen.failed);
    CHECK_U64(iptfs_features(&seen, 10 * IPTFS_PS_PER_MS, features), 0);
    CHECK_NEAR(features[0], 8, 0);
    CHECK_NEAR(features[1], 2, 0);
    CHECK_NEAR(features[2], 800, 0);
    CHECK_NEAR(features[3], 200, 0);
    const double *cumul = features + 4; /* a point each 10 octets */
    CHECK_NEAR(cumul[0], 10, 1e-9);
    CHECK_NEAR(cumul[39], 400, 1e-9);
    CHECK_NEAR(cumul[44], 350, 1e-9);
    CHECK_NEAR(cumul[49], 300, 1e-9);
    CHECK_NEAR(cumul[99], 600, 1e-9);
    const double *forward = cumul + IPTFS_FEATURE_STEPS; /* each 100 us */
    CHECK_NEAR(forward[0], 100, 0);
    CHECK_NEAR(forward[9], 200, 0);
    CHECK_NEAR(forward[48], 400, 0);
    CHECK_NEAR(forward[99], 800, 0);
    CHECK_NEAR(forward[IPTFS_FEATURE_STEPS + 38], 0, 0);
    CHECK_NEAR(forward[IPTFS_FEATURE_STEPS + 39], 100, 0);
    const double *gaps = forward + 2 * IPTFS_FEATURE_STEPS;
    CHECK_NEAR(gaps[3], 3.0004, 1e-3);                          /* median: 1 ms */
    CHECK_NEAR(gaps[IPTFS_FEATURE_QUANTILES + 3], 3.699, 1e-3); /* the only one: 5 ms */
    iptfs_seen_free(&seen);
}

/* Two tunnels that send at the same times, with another order of the simulator's events. */
static void test_order_at_the_same_time(void)
{
    struct iptfs_seen_packets a = {.count = 0}, b = {.count = 0};
    static double features[2][IPTFS_FEATURES];
    for (int i = 0; i < 10; i++) {
        iptfs_seen_add(&a, i * IPTFS_PS_PER_MS, 100, false);
        iptfs_seen_add(&a, i * IPTFS_PS_PER_MS, 100, true);
        iptfs_seen_add(&b, i * IPTFS_PS_PER_MS, 100, true);
        iptfs_seen_add(&b, i * IPTFS_PS_PER_MS, 100, false);
    }
    CHECK_U64(iptfs_features(&a, 10 * IPTFS_PS_PER_MS, features[0]), 0);
    CHECK_U64(iptfs_features(&b, 10 * IPTFS_PS_PER_MS, features[1]), 0);
    for (int i = 0; i < IPTFS_FEATURES; i++)
        CHECK_NEAR(features[0][i], features[1][i], 0);
    iptfs_seen_free(&a);
    iptfs_seen_free(&b);
}

static void test_features_of_no_packet(void)
{
    static double features[IPTFS_FEATURES];
    struct iptfs_seen_packets seen = {.count = 0};
    CHECK_U64(iptfs_features(&seen, IPTFS_PS_PER_S, features), 0);
    for (int i = 0; i < 4 + 3 * IPTFS_FEATURE_STEPS; i++)
        CHECK_NEAR(features[i], 0, 0);
    CHECK_NEAR(features[IPTFS_FEATURES - 1], 6, 1e-3); /* the length of the run: 1 s */
}

/* Packets from 4 ms on are those of a run that starts there. */
static void test_packets_from_a_time(void)
{
    static double features[IPTFS_FEATURES], expected[IPTFS_FEATURES];
    struct iptfs_seen_packets seen = {.count = 0}, later = {.count = 0};
    for (int i = 0; i < 10; i++) {
        iptfs_seen_add(&seen, i * IPTFS_PS_PER_MS, 100 + (uint32_t)i, i % 5 == 4);
        if (i >= 4)
            iptfs_seen_add(&later, (i - 4) * IPTFS_PS_PER_MS, 100 + (uint32_t)i, i % 5 == 4);
    }
    iptfs_seen_from(&seen, 4 * IPTFS_PS_PER_MS);
    CHECK_U64(seen.count, 6);
    CHECK_U64(iptfs_features(&seen, 6 * IPTFS_PS_PER_MS, features), 0);
    CHECK_U64(iptfs_features(&later, 6 * IPTFS_PS_PER_MS, expected), 0);
    for (int i = 0; i < IPTFS_FEATURES; i++)
        CHECK_NEAR(features[i], expected[i], 0);
    iptfs_seen_free(&seen);
    iptfs_seen_free(&later);
}

const CU_TestInfo iptfs_tests_features[] = {
    {"ten packets", test_features_of_ten_packets},
    {"order at the same time", test_order_at_the_same_time},
    {"no packet", test_features_of_no_packet},
    {"packets from a time", test_packets_from_a_time},
    CU_TEST_INFO_NULL,
};
