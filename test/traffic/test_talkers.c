/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On-off traffic, voice calls and games against what their distributions promise. */
#include "base/units.h"
#include "scenario/scenario.h"
#include "support/check.h"
#include "traffic/traffic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EULER_GAMMA 0.57721566490153286
#define PI 3.14159265358979324
#define FRAME_PS (20 * IPTFS_PS_PER_MS)

static struct iptfs_source *make(const struct iptfs_traffic_options *options, uint64_t seed)
{
    const struct iptfs_traffic_setup setup = {.options = options, .seed = seed, .run = 1};
    struct iptfs_source *source = NULL;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_traffic_new(&source, &setup, &error), 0);
    CHECK_STR(error.text, "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(source);
    return source;
}

static int64_t next_ps(const struct iptfs_source *source)
{
    return source->ops->next_ps(source);
}

static struct iptfs_arrival take(struct iptfs_source *source)
{
    struct iptfs_arrival arrival = {.at_ps = -1};
    if (CHECK_TRUE(next_ps(source) != IPTFS_NEVER))
        source->ops->take(source, &arrival);
    return arrival;
}

/* How many packets a source sends in all. */
static uint64_t count_packets(struct iptfs_source *source)
{
    struct iptfs_arrival arrival;
    uint64_t count = 0;
    for (; next_ps(source) != IPTFS_NEVER; count++)
        source->ops->take(source, &arrival);
    return count;
}

static char no_text[] = "", test_name[] = "test";

/* --- on-off --- */

/* 125 octets at 10 Mb/s: a packet each 100 us of on time. */
#define GAP_PS (100 * IPTFS_PS_PER_US)

static struct iptfs_traffic_options on_off(int64_t on_ms, int64_t off_ms)
{
    return (struct iptfs_traffic_options){.name = test_name,
                                          .type = IPTFS_TRAFFIC_ON_OFF,
                                          .size = {IPTFS_SIZES_FIXED, 125, 125},
                                          .rate_bps = 10000000,
                                          .on_ps = on_ms * IPTFS_PS_PER_MS,
                                          .off_ps = off_ms * IPTFS_PS_PER_MS,
                                          .shape = 1.5,
                                          .stop_ps = IPTFS_TIME_MAX_PS,
                                          .ip_version = 4,
                                          .file_path = no_text};
}

/* For alternating renewal processes on time in a long time T has a variance of
 * T (var_on off^2 + var_off on^2) / (on + off)^3; `spread` is variance over squared mean. */
static void check_on_off_mean(struct iptfs_traffic_options options, double spread)
{
    const double seconds = 400;
    double on = (double)options.on_ps / 1e12, off = (double)options.off_ps / 1e12;
    options.stop_ps = (int64_t)(seconds * 1e12);
    struct iptfs_source *source = make(&options, 1);
    double on_s = (double)count_packets(source) * (double)GAP_PS / 1e12;
    double deviation =
        sqrt(seconds * spread * 2 * on * on * off * off / ((on + off) * (on + off) * (on + off)));
    /* The first period is no average one: one of each more. */
    CHECK_NEAR(on_s, seconds * on / (on + off), 5 * deviation + on + off);
    iptfs_traffic_free(source);
}

static void test_on_off_mean_rate(void)
{
    check_on_off_mean(on_off(20, 30), 1);
    check_on_off_mean(on_off(1, 500), 1);
    check_on_off_mean(on_off(30, 1), 1);
    struct iptfs_traffic_options options = on_off(20, 30);
    options.periods = IPTFS_PERIODS_PARETO;
    options.shape = 3; /* variance: mean^2 / (shape (shape - 2)) */
    check_on_off_mean(options, 1.0 / 3);
}

/* Periods shorter than a packet's time add up: most stay empty, and the rate is right all the
 * same. */
static void test_on_off_with_short_periods(void)
{
    struct iptfs_traffic_options options = on_off(20, 20);
    options.on_ps = options.off_ps = 10 * IPTFS_PS_PER_US;
    check_on_off_mean(options, 1);
}

/* Any gap is that of cbr, or that and what was off in between. */
struct runs {
    uint32_t pkts[4000]; /* in each on period */
    int64_t off_ps[4000];
};

static void read_runs(const struct iptfs_traffic_options *options, uint64_t seed, struct runs *runs)
{
    struct iptfs_source *source = make(options, seed);
    struct iptfs_arrival before = take(source);
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
    struct runs *runs = malloc(sizeof *runs);
    CU_ASSERT_PTR_NOT_NULL_FATAL(runs);
    for (size_t s = 0; s < 3; s++) {
        struct iptfs_traffic_options options = on_off(20, 30);
        double shape = options.shape = shapes[s];
        options.periods = IPTFS_PERIODS_PARETO;
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
    struct iptfs_traffic_options options = on_off(20, 30);
    read_runs(&options, 1, runs);
    double mean = 0;
    unsigned longer = 0;
    for (size_t i = 0; i < RUNS; i++) {
        mean += (double)runs->off_ps[i] / 30e9 / RUNS;
        longer += runs->off_ps[i] > 60 * IPTFS_PS_PER_MS;
    }
    /* An on period stays empty with probability GAP / on = 1/200 at most, and two off periods seem
     * one then. */
    CHECK_NEAR(mean, 1 + 1.0 / 400, 5 / sqrt(RUNS) + 1.0 / 400);
    CHECK_NEAR(longer, RUNS * exp(-2), 5 * sqrt(RUNS * exp(-2)) + RUNS / 400.0);
    free(runs);
}

static void test_on_and_off_have_streams_of_their_own(void)
{
    struct runs *runs = malloc(2 * sizeof *runs);
    CU_ASSERT_PTR_NOT_NULL_FATAL(runs);
    struct iptfs_traffic_options options = on_off(20, 30), longer = on_off(20, 300);
    read_runs(&options, 7, &runs[0]);
    read_runs(&longer, 7, &runs[1]);
    CHECK_TRUE(memcmp(runs[0].pkts, runs[1].pkts, sizeof runs->pkts) == 0);
    read_runs(&options, 7, &runs[1]);
    CHECK_TRUE(memcmp(&runs[0], &runs[1], sizeof *runs) == 0);
    read_runs(&options, 8, &runs[1]);
    CHECK_TRUE(memcmp(runs[0].pkts, runs[1].pkts, sizeof runs->pkts) != 0);
    free(runs);
}

static void test_on_off_begins_in_either_state(void)
{
    struct iptfs_traffic_options options = on_off(20, 30);
    unsigned on = 0;
    options.start_ps = 5;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct iptfs_source *source = make(&options, seed);
        on += next_ps(source) == 5;
        iptfs_traffic_free(source);
    }
    CHECK_NEAR(on, 2000 * 0.4, 5 * sqrt(2000 * 0.4 * 0.6));
}

static void test_on_off_ends(void)
{
    struct iptfs_traffic_options options = on_off(20, 30);
    options.count = 5;
    struct iptfs_source *source = make(&options, 1);
    CHECK_U64(count_packets(source), 5);
    iptfs_traffic_free(source);
    options = on_off(1, 1);
    options.off_ps = IPTFS_TIME_MAX_PS; /* longer than any run, and nothing overflows */
    for (uint64_t seed = 1; seed < 50; seed++) {
        source = make(&options, seed);
        count_packets(source);
        iptfs_traffic_free(source);
    }
}

static void check_refused(const struct iptfs_traffic_options *options, const char *text)
{
    const struct iptfs_traffic_setup setup = {.options = options};
    struct iptfs_source *source = NULL;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_traffic_new(&source, &setup, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, text);
}

static void test_impossible_periods_are_refused(void)
{
    struct iptfs_traffic_options options = on_off(20, 30);
    options.rate_bps = 10;
    check_refused(&options, "[traffic.test] on: found '20ms', allowed: a thousandth or more of the "
                            "time that a packet takes at the rate");
    options = on_off(20, 30);
    options.periods = IPTFS_PERIODS_PARETO;
    options.shape = 1.001;
    check_refused(&options, "[traffic.test] shape: found '1.001', allowed: 1.01 or more");
}

/* --- voice --- */

static struct iptfs_traffic_options voice(enum iptfs_codec codec, uint32_t calls)
{
    return (struct iptfs_traffic_options){.name = test_name,
                                          .type = IPTFS_TRAFFIC_VOICE,
                                          .codec = codec,
                                          .calls = calls,
                                          .talk_ps = IPTFS_PS_PER_S,
                                          .pause_ps = 1350 * IPTFS_PS_PER_MS,
                                          .start_ps = 777,
                                          .stop_ps = IPTFS_TIME_MAX_PS,
                                          .ip_version = 4,
                                          .tos = 0xb8,
                                          .file_path = no_text};
}

static void check_call(enum iptfs_codec codec, uint32_t ip_version, uint32_t octets)
{
    struct iptfs_traffic_options options = voice(codec, 1);
    options.ip_version = ip_version;
    struct iptfs_source *source = make(&options, 1);
    int64_t first_ps = next_ps(source);
    CHECK_TRUE(first_ps >= 777 && first_ps < 777 + FRAME_PS);
    unsigned bad = 0;
    for (uint32_t n = 0; n < 1000; n++) {
        struct iptfs_arrival arrival = take(source);
        bad += arrival.octets != octets || arrival.at_ps != first_ps + n * FRAME_PS ||
               arrival.id != n + 1 || arrival.ip_version != ip_version || arrival.tos != 0xb8;
    }
    CHECK_U64(bad, 0);
    iptfs_traffic_free(source);
}

static void test_voice_sizes_and_intervals(void)
{
    check_call(IPTFS_CODEC_G711, 4, 200);
    check_call(IPTFS_CODEC_G729, 4, 60);
    check_call(IPTFS_CODEC_G711, 6, 220);
    check_call(IPTFS_CODEC_G729, 6, 80);
}

/* Calls are out of step, in order, and one more leaves the others where they are. */
static void test_calls_have_phases_of_their_own(void)
{
    enum {
        CALLS = 100
    };
    int64_t phase_ps[CALLS + 1];
    struct iptfs_traffic_options options = voice(IPTFS_CODEC_G711, CALLS);
    struct iptfs_source *source = make(&options, 3);
    double mean_ps = 0;
    unsigned bad = 0;
    for (unsigned i = 0; i < CALLS; i++) {
        phase_ps[i] = take(source).at_ps;
        mean_ps += (double)(phase_ps[i] - 777) / CALLS;
        bad += i > 0 && phase_ps[i] <= phase_ps[i - 1];
    }
    for (unsigned i = 0; i < 50 * CALLS; i++)
        bad += take(source).at_ps != phase_ps[i % CALLS] + (1 + i / CALLS) * FRAME_PS;
    iptfs_traffic_free(source);
    CHECK_U64(bad, 0);
    CHECK_NEAR(mean_ps, FRAME_PS / 2.0, 5 * (double)FRAME_PS / sqrt(12.0 * CALLS));

    options.calls = CALLS + 1;
    source = make(&options, 3);
    unsigned same = 0;
    for (unsigned i = 0, old = 0; i <= CALLS; i++) {
        int64_t at_ps = take(source).at_ps;
        if (old < CALLS && at_ps == phase_ps[old]) {
            same++;
            old++;
        }
    }
    CHECK_U64(same, CALLS);
    iptfs_traffic_free(source);
}

/* With pauses a packet is sent at a tick of the clock when the call talks then. So the mean rate is
 * exactly 50/s * talk / (talk + pause), and a packet is followed by the next tick's with the
 * probability that a call that talks does so 20 ms later. */
static void test_vad_mean_and_spurts(void)
{
    const double seconds = 1000, talk = 1, pause = 1.35, calls = 40;
    struct iptfs_traffic_options options = voice(IPTFS_CODEC_G729, (uint32_t)calls);
    options.vad = true;
    options.stop_ps = (int64_t)(seconds * 1e12) + 777;
    struct iptfs_source *source = make(&options, 1);
    double talking = talk / (talk + pause);
    double cube = (talk + pause) * (talk + pause) * (talk + pause);
    double deviation_s = sqrt(calls * seconds * 2 * talk * talk * pause * pause / cube);
    CHECK_NEAR((double)count_packets(source) / 50, calls * seconds * talking, 5 * deviation_s);
    iptfs_traffic_free(source);

    options.calls = 1;
    options.stop_ps = IPTFS_TIME_MAX_PS;
    source = make(&options, 5);
    int64_t before_ps = take(source).at_ps;
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

static void test_calls_begin_in_either_state(void)
{
    struct iptfs_traffic_options options = voice(IPTFS_CODEC_G711, 1000);
    options.vad = true;
    options.stop_ps = 777 + FRAME_PS;
    struct iptfs_source *source = make(&options, 9);
    double talking = 1 / 2.35;
    CHECK_NEAR((double)count_packets(source), 1000 * talking,
               5 * sqrt(1000 * talking * (1 - talking)));
    iptfs_traffic_free(source);
    options.stop_ps = IPTFS_TIME_MAX_PS;
    options.count = 1234;
    source = make(&options, 9);
    CHECK_U64(count_packets(source), 1234);
    iptfs_traffic_free(source);
    options.count = 0;
    options.calls = 3;
    options.pause_ps = options.talk_ps = IPTFS_TIME_MAX_PS; /* and nothing overflows */
    options.stop_ps = IPTFS_PS_PER_S;
    source = make(&options, 9);
    CHECK_U64(count_packets(source) % 50, 0);
    iptfs_traffic_free(source);
}

/* --- games --- */

static struct iptfs_traffic_options games(enum iptfs_games_side side, uint32_t players)
{
    return (struct iptfs_traffic_options){.name = test_name,
                                          .type = IPTFS_TRAFFIC_GAMES,
                                          .side = side,
                                          .players = players,
                                          .stop_ps = IPTFS_TIME_MAX_PS,
                                          .ip_version = 4,
                                          .file_path = no_text};
}

/* Mean and variance of an extreme value distribution, and its e-th part below its location. */
static void check_extreme(const double *values, unsigned count, double location, double scale)
{
    double mean = 0, squares = 0, below = 0;
    double expected = location + scale * EULER_GAMMA, variance = PI * PI * scale * scale / 6;
    for (unsigned i = 0; i < count; i++) {
        mean += values[i] / count;
        squares += (values[i] - expected) * (values[i] - expected) / count;
        below += values[i] < location;
    }
    CHECK_NEAR(mean, expected, 5 * sqrt(variance / count));
    /* The fourth moment is 5.4 times the variance squared; rounding sizes adds 1/12. */
    CHECK_NEAR(squares, variance, 5 * variance * sqrt(4.4 / count) + 1.0 / 12);
    CHECK_NEAR(below, count / exp(1),
               5 * sqrt(count * exp(-1) * (1 - exp(-1))) + 0.5 / scale * exp(-1) * count);
}

enum {
    DRAWS = 50000
};

static void test_game_client(void)
{
    double *values = malloc(2 * DRAWS * sizeof *values);
    CU_ASSERT_PTR_NOT_NULL_FATAL(values);
    struct iptfs_traffic_options options = games(IPTFS_GAMES_CLIENT, 1);
    struct iptfs_source *source = make(&options, 1);
    int64_t before_ps = next_ps(source);
    CHECK_TRUE(before_ps >= 0 && before_ps < 40 * IPTFS_PS_PER_MS);
    for (unsigned i = 0; i < DRAWS; i++) {
        struct iptfs_arrival arrival = take(source);
        values[i] = arrival.octets - 28;
        values[DRAWS + i] = (double)(next_ps(source) - arrival.at_ps) / 1e9;
    }
    check_extreme(values, DRAWS, 45, 5.7);
    check_extreme(values + DRAWS, DRAWS, 40, 6);
    iptfs_traffic_free(source);
    free(values);
}

static void test_game_server_sends_to_all_at_once(void)
{
    enum {
        PLAYERS = 10
    };
    double *values = malloc(2 * DRAWS * sizeof *values);
    CU_ASSERT_PTR_NOT_NULL_FATAL(values);
    struct iptfs_traffic_options options = games(IPTFS_GAMES_SERVER, PLAYERS);
    options.ip_version = 6;
    struct iptfs_source *source = make(&options, 1);
    unsigned bad = 0;
    for (unsigned i = 0; i < DRAWS; i++) {
        struct iptfs_arrival arrival = take(source);
        values[i] = arrival.octets - 48;
        bad += (next_ps(source) == arrival.at_ps) != (i % PLAYERS != PLAYERS - 1);
        if (i % PLAYERS == PLAYERS - 1)
            values[DRAWS + i / PLAYERS] = (double)(next_ps(source) - arrival.at_ps) / 1e9;
    }
    CHECK_U64(bad, 0);
    check_extreme(values, DRAWS, 120, 36);
    check_extreme(values + DRAWS, DRAWS / PLAYERS, 55, 6);
    iptfs_traffic_free(source);
    free(values);
}

static void test_many_players_have_the_rate_of_one_each(void)
{
    struct iptfs_traffic_options options = games(IPTFS_GAMES_CLIENT, 64);
    options.stop_ps = 100 * IPTFS_PS_PER_S;
    struct iptfs_source *source = make(&options, 1);
    double gap_s = (40 + 6 * EULER_GAMMA) / 1e3, gap_deviation_s = 6e-3 * PI / sqrt(6);
    /* A renewal process counts with a variance of T var / mean^3; the first packet is early. */
    double deviation = sqrt(64 * 100 * gap_deviation_s * gap_deviation_s / pow(gap_s, 3));
    CHECK_NEAR((double)count_packets(source), 64 * 100 / gap_s, 5 * deviation + 64);
    iptfs_traffic_free(source);
}

/* Their packets come in the order of time, and merge with others. */
static void test_talkers_merge(void)
{
    struct iptfs_traffic_options options[] = {voice(IPTFS_CODEC_G711, 30),
                                              games(IPTFS_GAMES_CLIENT, 20),
                                              games(IPTFS_GAMES_SERVER, 20), on_off(20, 30)};
    struct iptfs_source *sources[4], *merged;
    options[0].vad = true;
    for (size_t i = 0; i < 4; i++)
        sources[i] = make(&options[i], 1);
    CHECK_INT(iptfs_traffic_merge(&merged, sources, 4, NULL), 0);
    int64_t before_ps = 0;
    unsigned bad = 0;
    for (int n = 0; n < 50000; n++) {
        struct iptfs_arrival arrival;
        merged->ops->take(merged, &arrival);
        bad += arrival.at_ps < before_ps;
        before_ps = arrival.at_ps;
    }
    CHECK_U64(bad, 0);
    iptfs_traffic_free(merged);
}

const CU_TestInfo iptfs_tests_talkers[] = {
    {"on-off mean rate", test_on_off_mean_rate},
    {"on-off with short periods", test_on_off_with_short_periods},
    {"Pareto tail index", test_pareto_tail_index},
    {"exponential periods", test_exponential_periods},
    {"on and off have streams of their own", test_on_and_off_have_streams_of_their_own},
    {"on-off begins in either state", test_on_off_begins_in_either_state},
    {"on-off ends", test_on_off_ends},
    {"impossible periods are refused", test_impossible_periods_are_refused},
    {"voice sizes and intervals", test_voice_sizes_and_intervals},
    {"calls have phases of their own", test_calls_have_phases_of_their_own},
    {"VAD mean and spurts", test_vad_mean_and_spurts},
    {"calls begin in either state", test_calls_begin_in_either_state},
    {"game client", test_game_client},
    {"game server sends to all at once", test_game_server_sends_to_all_at_once},
    {"many players", test_many_players_have_the_rate_of_one_each},
    {"talkers merge", test_talkers_merge},
    CU_TEST_INFO_NULL,
};
