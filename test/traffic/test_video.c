/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Video against the figures of 3GPP TR 38.838. */
#include "base/units.h"
#include "support/check.h"
#include "support/traffic_section.h"

#include <math.h>

enum {
    FRAMES = 24000
};

static struct iptfs_traffic_options video(uint64_t rate_bps)
{
    struct iptfs_traffic_options options = test_section("video");
    options.rate_bps = rate_bps;
    return options;
}

/* 30 Mb/s at 60 frames a second: frames of 62,500 octets on average. */
static void read_frames(double *octets, struct iptfs_source *source)
{
    for (unsigned i = 0; i < FRAMES; i++) {
        octets[i] = 0;
        for (;;) {
            struct iptfs_arrival arrival = test_take(source);
            octets[i] += arrival.octets;
            CHECK_TRUE(arrival.octets <= 1500);
            if (test_next_ps(source) - arrival.at_ps > IPTFS_PS_PER_MS)
                break;
        }
    }
}

static void test_frames_of_a_group(void)
{
    static double octets[FRAMES];
    struct iptfs_traffic_options options = video(30000000);
    test_set(&options, "frame-jitter", "0");
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    read_frames(octets, source);
    iptfs_traffic_free(source);
    double sum[8] = {0}, squares[8] = {0}, largest = 0, all = 0;
    unsigned intra = 0;
    for (unsigned i = 0; i < FRAMES; i++) {
        sum[i % 8] += octets[i];
        squares[i % 8] += octets[i] * octets[i];
        all += octets[i];
    }
    for (unsigned k = 0; k < 8; k++)
        if (sum[k] > largest) {
            largest = sum[k];
            intra = k;
        }
    CHECK_NEAR(all / FRAMES, 62500, 62500 * 0.003);
    const double n = FRAMES / 8.0, p = 62500 * 8 / 8.5;
    for (unsigned k = 0; k < 8; k++) {
        double mean = sum[k] / n, expected = k == intra ? 1.5 * p : p;
        CHECK_NEAR(mean, expected, 5 * 0.105 * expected / sqrt(n));
        CHECK_NEAR(sqrt(squares[k] / n - mean * mean) / mean, 0.105, 0.008);
    }
}

/* The first packets of frames are 1/60 s apart, with jitter within 4 ms of that time. */
static void test_times_of_frames(void)
{
    struct iptfs_traffic_options options = video(30000000);
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    const double frame_ps = 1e12 / 60;
    double mean = 0, square = 0, first_ps = 0;
    for (unsigned i = 0; i < 6000; i++) {
        struct iptfs_arrival arrival = test_take(source);
        double at_ps = (double)arrival.at_ps;
        if (i == 0)
            first_ps = at_ps;
        double offset_ms = (at_ps - first_ps - i * frame_ps) / 1e9;
        mean += offset_ms / 6000;
        square += offset_ms * offset_ms / 6000;
        while (test_next_ps(source) - arrival.at_ps < IPTFS_PS_PER_MS)
            arrival = test_take(source);
    }
    /* A Gaussian that is cut at two deviations has 0.8796 of its deviation. */
    CHECK_NEAR(sqrt(square - mean * mean), 2 * 0.8796, 0.1);
    iptfs_traffic_free(source);
}

static void test_two_seeds_have_other_phases(void)
{
    struct iptfs_traffic_options options = video(1000000);
    struct iptfs_source *one = test_source(&options, 1, 0, 0);
    struct iptfs_source *two = test_source(&options, 2, 0, 0);
    CHECK_TRUE(test_next_ps(one) != test_next_ps(two));
    iptfs_traffic_free(one);
    iptfs_traffic_free(two);
}

static void test_refused_values(void)
{
    struct iptfs_traffic_options options = video(2000000);
    test_set(&options, "burst", "1Mbps");
    test_check_refused(&options, "rate", "up to 1Mbps, the key burst");
    options = video(2000000);
    test_set(&options, "i-ratio", "0.01");
    test_check_refused(&options, "i-ratio", "0.1 to 100");
}

const CU_TestInfo iptfs_tests_video[] = {
    {"frames of a group", test_frames_of_a_group},
    {"times of frames", test_times_of_frames},
    {"two seeds have other phases", test_two_seeds_have_other_phases},
    {"refused values", test_refused_values},
    CU_TEST_INFO_NULL,
};
