/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telephone calls against what RFC 3551 and their distributions promise. */
#include "base/units.h"
#include "support/check.h"
#include "support/traffic_section.h"

#include <math.h>
#include <stdio.h>

#define FRAME_PS (20 * IPTFS_PS_PER_MS)

static struct iptfs_traffic_options voice(const char *codec, unsigned calls)
{
    struct iptfs_traffic_options options = test_section("voice");
    char text[16];
    snprintf(text, sizeof text, "%u", calls);
    test_set(&options, "codec", codec);
    test_set(&options, "calls", text);
    options.start_ps = 777;
    options.tos = 0xb8;
    return options;
}

static void check_call(const char *codec, uint32_t ip_version, uint32_t octets)
{
    struct iptfs_traffic_options options = voice(codec, 1);
    options.ip_version = ip_version;
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    int64_t first_ps = test_next_ps(source);
    CHECK_TRUE(first_ps >= 777 && first_ps < 777 + FRAME_PS);
    unsigned bad = 0;
    for (uint32_t n = 0; n < 1000; n++) {
        struct iptfs_arrival arrival = test_take(source);
        bad += arrival.octets != octets || arrival.at_ps != first_ps + n * FRAME_PS ||
               arrival.id != n + 1 || arrival.ip_version != ip_version || arrival.tos != 0xb8;
    }
    CHECK_U64(bad, 0);
    iptfs_traffic_free(source);
}

static void test_voice_sizes_and_intervals(void)
{
    check_call("g711", 4, 200);
    check_call("g729", 4, 60);
    check_call("g711", 6, 220);
    check_call("g729", 6, 80);
}

/* Calls have different phases, are in order, and one more does not change the others. */
static void test_calls_have_phases_of_their_own(void)
{
    enum {
        CALLS = 100
    };
    int64_t phase_ps[CALLS + 1];
    struct iptfs_traffic_options options = voice("g711", CALLS);
    struct iptfs_source *source = test_source(&options, 3, 0, 0);
    double mean_ps = 0;
    unsigned bad = 0;
    for (unsigned i = 0; i < CALLS; i++) {
        phase_ps[i] = test_take(source).at_ps;
        mean_ps += (double)(phase_ps[i] - 777) / CALLS;
        bad += i > 0 && phase_ps[i] <= phase_ps[i - 1];
    }
    for (unsigned i = 0; i < 50 * CALLS; i++)
        bad += test_take(source).at_ps != phase_ps[i % CALLS] + (1 + i / CALLS) * FRAME_PS;
    iptfs_traffic_free(source);
    CHECK_U64(bad, 0);
    CHECK_NEAR(mean_ps, FRAME_PS / 2.0, 5 * (double)FRAME_PS / sqrt(12.0 * CALLS));

    options = voice("g711", CALLS + 1);
    source = test_source(&options, 3, 0, 0);
    unsigned same = 0;
    for (unsigned i = 0, old = 0; i <= CALLS; i++) {
        int64_t at_ps = test_take(source).at_ps;
        if (old < CALLS && at_ps == phase_ps[old]) {
            same++;
            old++;
        }
    }
    CHECK_U64(same, CALLS);
    iptfs_traffic_free(source);
}

/* With pauses a packet is sent at a tick of the clock when the call talks then. So the mean rate is
 * exactly 50/s * talk / (talk + pause), and the next tick has a packet too with the probability
 * that a call that talks still or again talks 20 ms later. */
static void test_vad_mean_and_spurts(void)
{
    const double seconds = 1000, talk = 1.004, pause = 1.587, calls = 40;
    struct iptfs_traffic_options options = voice("g729", (unsigned)calls);
    test_set(&options, "vad", "on");
    options.stop_ps = (int64_t)(seconds * 1e12) + 777;
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    double talking = talk / (talk + pause);
    double cube = (talk + pause) * (talk + pause) * (talk + pause);
    double deviation_s = sqrt(calls * seconds * 2 * talk * talk * pause * pause / cube);
    CHECK_NEAR((double)test_count_packets(source) / 50, calls * seconds * talking, 5 * deviation_s);
    iptfs_traffic_free(source);

    test_set(&options, "calls", "1");
    options.stop_ps = IPTFS_TIME_MAX_PS;
    source = test_source(&options, 5, 0, 0);
    int64_t before_ps = test_take(source).at_ps;
    unsigned next = 0, bad = 0;
    const unsigned gaps = 200000;
    for (unsigned i = 0; i < gaps; i++) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
        bad += (arrival.at_ps - before_ps) % FRAME_PS != 0 || arrival.at_ps == before_ps;
        next += arrival.at_ps - before_ps == FRAME_PS;
        before_ps = arrival.at_ps;
    }
    double goes_on = talking + (1 - talking) * exp(-0.02 * (1 / talk + 1 / pause));
    CHECK_U64(bad, 0);
    CHECK_NEAR(next, gaps * goes_on, 5 * sqrt(gaps * goes_on * (1 - goes_on)));
    iptfs_traffic_free(source);
}

static void test_calls_start_in_either_state(void)
{
    struct iptfs_traffic_options options = voice("g711", 1000);
    test_set(&options, "vad", "on");
    options.stop_ps = 777 + FRAME_PS;
    struct iptfs_source *source = test_source(&options, 9, 0, 0);
    double talking = 1 / 2.35;
    CHECK_NEAR((double)test_count_packets(source), 1000 * talking,
               5 * sqrt(1000 * talking * (1 - talking)));
    iptfs_traffic_free(source);
    options.stop_ps = IPTFS_TIME_MAX_PS;
    options.count = 1234;
    source = test_source(&options, 9, 0, 0);
    CHECK_U64(test_count_packets(source), 1234);
    iptfs_traffic_free(source);
    options.count = 0;
    test_set(&options, "calls", "3");
    test_set(&options, "pause", "1000h"); /* and nothing overflows */
    test_set(&options, "talk", "1000h");
    options.stop_ps = IPTFS_PS_PER_S;
    source = test_source(&options, 9, 0, 0);
    CHECK_U64(test_count_packets(source) % 50, 0);
    iptfs_traffic_free(source);
}

const CU_TestInfo iptfs_tests_voice[] = {
    {"sizes and intervals", test_voice_sizes_and_intervals},
    {"calls have phases of their own", test_calls_have_phases_of_their_own},
    {"VAD mean and spurts", test_vad_mean_and_spurts},
    {"calls start in either state", test_calls_start_in_either_state},
    CU_TEST_INFO_NULL,
};
