/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On-off traffic against what its distributions promise. */
#include "base/units.h"
#include "support/check.h"
#include "support/traffic_section.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 125 octets at 10 Mb/s: a packet each 100 us of on time. */
#define GAP_PS (100 * IPTFS_PS_PER_US)

static struct iptfs_traffic_options on_off(const char *on, const char *off)
{
    struct iptfs_traffic_options options = test_sized("on-off", test_fixed(125), 10000000);
    test_set(&options, "on", on);
    test_set(&options, "off", off);
    return options;
}

/* For alternating renewal processes on time in a long time T has a variance of
 * T (var_on off^2 + var_off on^2) / (on + off)^3; `spread` is variance over squared mean. */
static void check_on_off_mean(struct iptfs_traffic_options options, double on, double off,
                              double spread)
{
    const double seconds = 400;
    options.stop_ps = (int64_t)(seconds * 1e12);
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    double on_s = (double)test_count_packets(source) * (double)GAP_PS / 1e12;
    double deviation =
        sqrt(seconds * spread * 2 * on * on * off * off / ((on + off) * (on + off) * (on + off)));
    /* The first period is not an average one: one of each more. */
    CHECK_NEAR(on_s, seconds * on / (on + off), 5 * deviation + on + off);
    iptfs_traffic_free(source);
}

static void test_on_off_mean_rate(void)
{
    check_on_off_mean(on_off("20ms", "30ms"), 0.02, 0.03, 1);
    check_on_off_mean(on_off("1ms", "500ms"), 0.001, 0.5, 1);
    check_on_off_mean(on_off("30ms", "1ms"), 0.03, 0.001, 1);
    struct iptfs_traffic_options options = on_off("20ms", "30ms");
    test_set(&options, "periods", "pareto");
    test_set(&options, "shape", "3"); /* variance: mean^2 / (shape (shape - 2)) */
    check_on_off_mean(options, 0.02, 0.03, 1.0 / 3);
}

/* Periods shorter than the time of a packet add up: most have no packet, and the rate is still
 * right. */
static void test_on_off_with_short_periods(void)
{
    check_on_off_mean(on_off("10us", "10us"), 1e-5, 1e-5, 1);
}

/* A gap is that of cbr, or that and the off period in it. */
struct runs {
    uint32_t pkts[4000]; /* in each on period */
    int64_t off_ps[4000];
};

static void read_runs(const struct iptfs_traffic_options *options, uint64_t seed, struct runs *runs)
{
    struct iptfs_source *source = test_source(options, seed, 0, 0);
    struct iptfs_arrival before = test_take(source);
    unsigned bad = 0;
    memset(runs, 0, sizeof *runs);
    for (size_t i = 0; i < 4000;) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
        int64_t gap_ps = arrival.at_ps - before.at_ps;
        bad += gap_ps < GAP_PS || arrival.id != before.id + 1 || arrival.octets != 125;
        runs->pkts[i]++;
        if (gap_ps > GAP_PS)
            runs->off_ps[i++] = gap_ps - GAP_PS;
        before = arrival;
    }
    CHECK_U64(bad, 0);
    iptfs_traffic_free(source);
}

/* The part of Pareto lengths above x is (least / x)^shape: the likeliest shape is
 * n / sum(ln(x / least)), which has a deviation of shape / sqrt(n). */
static void test_pareto_tail_index(void)
{
    enum {
        RUNS = 4000
    };
    const double shapes[] = {1.2, 1.5, 2.5};
    const char *const texts[] = {"1.2", "1.5", "2.5"};
    struct runs *runs = malloc(sizeof *runs);
    CU_ASSERT_PTR_NOT_NULL_FATAL(runs);
    for (size_t s = 0; s < 3; s++) {
        struct iptfs_traffic_options options = on_off("20ms", "30ms");
        double shape = shapes[s];
        test_set(&options, "periods", "pareto");
        test_set(&options, "shape", texts[s]);
        read_runs(&options, 1, runs);
        double least_ps = 30e9 * (shape - 1) / shape, least_on_ps = 20e9 * (shape - 1) / shape;
        double sum = 0, on_sum = 0;
        unsigned beyond = 0, bad = 0;
        for (size_t i = 0; i < RUNS; i++) {
            bad += (double)runs->off_ps[i] < least_ps - 1;
            sum += log((double)runs->off_ps[i] / least_ps);
            beyond += (double)runs->off_ps[i] > 10 * least_ps;
            on_sum += log(runs->pkts[i] * (double)GAP_PS / least_on_ps);
        }
        double part = pow(10, -shape);
        CHECK_U64(bad, 0);
        CHECK_NEAR(RUNS / sum, shape, 5 * shape / sqrt(RUNS));
        CHECK_NEAR(beyond, RUNS * part, 5 * sqrt(RUNS * part * (1 - part)));
        /* On periods are known to a packet: 3 % of the least. */
        CHECK_NEAR(RUNS / on_sum, shape, 5 * shape / sqrt(RUNS) + 0.03 * shape);
    }
    free(runs);
}

static void test_exponential_periods(void)
{
    enum {
        RUNS = 4000
    };
    struct runs *runs = malloc(sizeof *runs);
    CU_ASSERT_PTR_NOT_NULL_FATAL(runs);
    struct iptfs_traffic_options options = on_off("20ms", "30ms");
    read_runs(&options, 1, runs);
    double mean = 0;
    unsigned longer = 0;
    for (size_t i = 0; i < RUNS; i++) {
        mean += (double)runs->off_ps[i] / 30e9 / RUNS;
        longer += runs->off_ps[i] > 60 * IPTFS_PS_PER_MS;
    }
    /* An on period has no packet with a probability of GAP / on = 1/200 at most, and then two off
     * periods look like one. */
    CHECK_NEAR(mean, 1 + 1.0 / 400, 5 / sqrt(RUNS) + 1.0 / 400);
    CHECK_NEAR(longer, RUNS * exp(-2), 5 * sqrt(RUNS * exp(-2)) + RUNS / 400.0);
    free(runs);
}

static void test_on_and_off_have_streams_of_their_own(void)
{
    struct runs *runs = malloc(2 * sizeof *runs);
    CU_ASSERT_PTR_NOT_NULL_FATAL(runs);
    struct iptfs_traffic_options options = on_off("20ms", "30ms"), longer = on_off("20ms", "300ms");
    read_runs(&options, 7, &runs[0]);
    read_runs(&longer, 7, &runs[1]);
    CHECK_TRUE(memcmp(runs[0].pkts, runs[1].pkts, sizeof runs->pkts) == 0);
    read_runs(&options, 7, &runs[1]);
    CHECK_TRUE(memcmp(&runs[0], &runs[1], sizeof *runs) == 0);
    read_runs(&options, 8, &runs[1]);
    CHECK_TRUE(memcmp(runs[0].pkts, runs[1].pkts, sizeof runs->pkts) != 0);
    free(runs);
}

static void test_on_off_starts_in_either_state(void)
{
    struct iptfs_traffic_options options = on_off("20ms", "30ms");
    unsigned on = 0;
    options.start_ps = 5;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct iptfs_source *source = test_source(&options, seed, 0, 0);
        on += test_next_ps(source) == 5;
        iptfs_traffic_free(source);
    }
    CHECK_NEAR(on, 2000 * 0.4, 5 * sqrt(2000 * 0.4 * 0.6));
}

static void test_on_off_ends(void)
{
    struct iptfs_traffic_options options = on_off("20ms", "30ms");
    options.count = 5;
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    CHECK_U64(test_count_packets(source), 5);
    iptfs_traffic_free(source);
    options = on_off("1ms", "1000h"); /* longer than any run, and nothing overflows */
    for (uint64_t seed = 1; seed < 50; seed++) {
        source = test_source(&options, seed, 0, 0);
        test_count_packets(source);
        iptfs_traffic_free(source);
    }
}

static void test_refused_periods(void)
{
    struct iptfs_traffic_options options = on_off("20ms", "30ms");
    options.rate_bps = 10;
    test_check_refused(&options, "on",
                       "100ms (a thousandth of the time of a packet at this rate) or more");
    options = on_off("20ms", "30ms");
    test_set(&options, "periods", "pareto");
    test_set(&options, "shape", "1.001");
    test_check_refused(&options, "shape", "1.01 to 100");
}

const CU_TestInfo iptfs_tests_on_off[] = {
    {"mean rate", test_on_off_mean_rate},
    {"short periods", test_on_off_with_short_periods},
    {"Pareto tail index", test_pareto_tail_index},
    {"exponential periods", test_exponential_periods},
    {"on and off have streams of their own", test_on_and_off_have_streams_of_their_own},
    {"starts in either state", test_on_off_starts_in_either_state},
    {"stop and count", test_on_off_ends},
    {"refused periods", test_refused_periods},
    CU_TEST_INFO_NULL,
};
