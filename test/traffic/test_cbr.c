/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/units.h"
#include "run/run.h"
#include "scenario/scenario.h"
#include "support/check.h"
#include "support/traffic_section.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef unsigned __int128 uint128;

static void check_cbr_times(uint64_t rate_bps, uint32_t octets, unsigned packets)
{
    struct iptfs_traffic_options options = test_sized("cbr", test_fixed(octets), rate_bps);
    options.start_ps = 12345;
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    unsigned bad = 0;
    for (uint64_t n = 0; n < packets; n++) {
        struct iptfs_arrival arrival;
        uint128 due_ps = (uint128)n * octets * 8 * (uint128)IPTFS_PS_PER_S / rate_bps + 12345;
        source->ops->take(source, &arrival);
        bad += (uint128)arrival.at_ps != due_ps || arrival.octets != octets ||
               arrival.id != (uint32_t)(n + 1);
    }
    CHECK_U64(bad, 0);
    iptfs_traffic_free(source);
}

static void test_cbr_never_drifts(void)
{
    check_cbr_times(7000000, 1500, 1000000);
    check_cbr_times(1234567, 200, 1000000);
    check_cbr_times(UINT64_C(10000000000), 64, 10000);
    check_cbr_times(UINT64_C(999999999999999989), 40, 10000); /* many packets a picosecond */
    check_cbr_times(1, 65535, 6);
}

static void test_cbr_with_random_sizes_keeps_its_rate(void)
{
    struct iptfs_traffic_options options = test_sized("cbr", test_imix(), 1234567);
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    uint64_t octets = 0;
    unsigned bad = 0;
    for (int n = 0; n < 100000; n++) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
        /* All octets before this packet have had their time, to the picosecond. */
        bad += (uint128)arrival.at_ps != (uint128)octets * 8 * (uint128)IPTFS_PS_PER_S / 1234567;
        octets += arrival.octets;
    }
    CHECK_U64(bad, 0);
    iptfs_traffic_free(source);
}

static int64_t first_ps(const struct iptfs_traffic_options *options, uint64_t seed, uint16_t flow)
{
    struct iptfs_source *source = test_source(options, seed, flow, 0);
    int64_t at_ps = test_next_ps(source);
    iptfs_traffic_free(source);
    return at_ps;
}

/* A call sends 50 packets a second. The phases of 1000 calls are spread evenly over 20 ms. */
static void phases_are_random(const char *type)
{
    enum {
        CALLS = 1000,
        PARTS = 10
    };
    struct iptfs_traffic_options options = test_sized(type, test_fixed(200), 80000);
    const int64_t gap_ps = 20 * IPTFS_PS_PER_MS;
    unsigned in_part[PARTS] = {0};
    if (strcmp(type, "on-off") == 0) {
        test_set(&options, "on", "1000s");
        test_set(&options, "off", "1us");
    }
    test_set(&options, "phase", "random");
    for (uint16_t call = 0; call < CALLS; call++) {
        int64_t at_ps = first_ps(&options, 1, call);
        CHECK_TRUE(at_ps >= 0 && at_ps < gap_ps);
        in_part[at_ps * PARTS / gap_ps]++;
    }
    for (size_t i = 0; i < PARTS; i++)
        CHECK_TRUE(in_part[i] > 60 && in_part[i] < 140);
    CHECK_TRUE(first_ps(&options, 1, 0) != first_ps(&options, 2, 0));
    CHECK_INT(first_ps(&options, 1, 0), first_ps(&options, 1, 0));
    test_set(&options, "phase", "3ms");
    CHECK_INT(first_ps(&options, 1, 0), 3 * IPTFS_PS_PER_MS);
    test_set(&options, "phase", "0");
    CHECK_INT(first_ps(&options, 1, 0), 0);
}

static void test_cbr_has_a_random_phase(void)
{
    phases_are_random("cbr");
}

static void test_on_off_has_a_random_phase(void)
{
    phases_are_random("on-off");
}

/* Overhead of seven calls of 50 packets a second of 200 octets through a tunnel on demand: the
 * packets of one instant share an outer packet, 4.3 %, and packets apart have one each, 30 %. */
static double overhead_of_calls(uint64_t seed, const char *phase)
{
    static char text[2048];
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    json_t *summary = NULL;
    size_t length = (size_t)snprintf(text, sizeof text, "[scenario]\nduration = 5s\nseed = %u\n",
                                     (unsigned)seed);
    for (int i = 0; i < 7; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "[traffic.call%d]\ntype = cbr\nsize = 200\nrate = 80kbps\n"
                                   "phase = %s\n",
                                   i, phase);
    CHECK_INT(iptfs_scenario_parse_text(&scenario, text, "calls.ini", NULL, 0, &error), IPTFS_OK);
    CHECK_INT(iptfs_run_summary(&scenario, &summary, &error), IPTFS_OK);
    CHECK_STR(error.text, "");
    double overhead =
        json_number_value(json_object_get(json_object_get(summary, "outer"), "overhead"));
    json_decref(summary);
    iptfs_scenario_free(&scenario);
    return overhead;
}

static void test_seven_calls_do_not_coincide(void)
{
    CHECK_TRUE(fabs(overhead_of_calls(1, "0") - 0.043) < 0.002);
    CHECK_TRUE(overhead_of_calls(1, "random") > 0.25);
    CHECK_TRUE(overhead_of_calls(2, "random") > 0.25);
}

/* Slots of a tunnel have a random phase too: a packet at the start waits for another time. */
static double delay_of_one(uint64_t seed, const char *phase)
{
    static char text[512];
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    json_t *summary = NULL;
    snprintf(text, sizeof text,
             "[scenario]\nduration = 1s\nseed = %u\n[tunnel]\nmode = fixed-rate\npps = 10\n"
             "phase = %s\n[link]\nrate = 0\nqueue = 0\ndelay = 0\n"
             "[traffic.one]\ntype = cbr\nsize = 200\nrate = 8kbps\nphase = 0\ncount = 1\n",
             (unsigned)seed, phase);
    CHECK_INT(iptfs_scenario_parse_text(&scenario, text, "slots.ini", NULL, 0, &error), IPTFS_OK);
    CHECK_INT(iptfs_run_summary(&scenario, &summary, &error), IPTFS_OK);
    CHECK_STR(error.text, "");
    double delay_s =
        json_number_value(json_object_get(json_object_get(summary, "delay_s"), "mean"));
    json_decref(summary);
    iptfs_scenario_free(&scenario);
    return delay_s;
}

static void test_slots_have_a_random_phase(void)
{
    double first = delay_of_one(1, "random"), second = delay_of_one(2, "random");
    CHECK_TRUE(first > 0 && first < 0.1);
    CHECK_TRUE(second > 0 && second < 0.1);
    CHECK_TRUE(first != second);
    CHECK_TRUE(delay_of_one(1, "0") == 0);
    CHECK_TRUE(fabs(delay_of_one(1, "25ms") - 0.025) < 1e-9);
}

const CU_TestInfo iptfs_tests_cbr[] = {
    {"times never drift", test_cbr_never_drifts},
    {"cbr has a random phase", test_cbr_has_a_random_phase},
    {"on-off has a random phase", test_on_off_has_a_random_phase},
    {"seven calls do not coincide", test_seven_calls_do_not_coincide},
    {"slots have a random phase", test_slots_have_a_random_phase},
    {"random sizes keep the rate", test_cbr_with_random_sizes_keeps_its_rate},
    CU_TEST_INFO_NULL,
};
