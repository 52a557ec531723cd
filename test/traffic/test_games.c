/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Game traffic against its extreme value distributions. */
#include "base/units.h"
#include "support/check.h"
#include "support/traffic_section.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define EULER_GAMMA 0.57721566490153286
#define PI 3.14159265358979324

enum {
    DRAWS = 50000
};

static struct iptfs_traffic_options games(const char *side, unsigned players)
{
    struct iptfs_traffic_options options = test_section("games");
    char text[16];
    snprintf(text, sizeof text, "%u", players);
    test_set(&options, "side", side);
    test_set(&options, "players", text);
    return options;
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

static void test_game_client(void)
{
    double *values = malloc(2 * DRAWS * sizeof *values);
    CU_ASSERT_PTR_NOT_NULL_FATAL(values);
    struct iptfs_traffic_options options = games("client", 1);
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    int64_t before_ps = test_next_ps(source);
    CHECK_TRUE(before_ps >= 0 && before_ps < 40 * IPTFS_PS_PER_MS);
    for (unsigned i = 0; i < DRAWS; i++) {
        struct iptfs_arrival arrival = test_take(source);
        values[i] = arrival.octets - 28;
        values[DRAWS + i] = (double)(test_next_ps(source) - arrival.at_ps) / 1e9;
    }
    check_extreme(values, DRAWS, 45, 5.7);
    check_extreme(values + DRAWS, DRAWS, 40, 6);
    iptfs_traffic_free(source);
    free(values);
}

static void test_game_server_sends_to_all_at_the_same_time(void)
{
    enum {
        PLAYERS = 10
    };
    double *values = malloc(2 * DRAWS * sizeof *values);
    CU_ASSERT_PTR_NOT_NULL_FATAL(values);
    struct iptfs_traffic_options options = games("server", PLAYERS);
    options.ip_version = 6;
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    unsigned bad = 0;
    for (unsigned i = 0; i < DRAWS; i++) {
        struct iptfs_arrival arrival = test_take(source);
        values[i] = arrival.octets - 48;
        bad += (test_next_ps(source) == arrival.at_ps) != (i % PLAYERS != PLAYERS - 1);
        if (i % PLAYERS == PLAYERS - 1)
            values[DRAWS + i / PLAYERS] = (double)(test_next_ps(source) - arrival.at_ps) / 1e9;
    }
    CHECK_U64(bad, 0);
    check_extreme(values, DRAWS, 120, 36);
    check_extreme(values + DRAWS, DRAWS / PLAYERS, 55, 6);
    iptfs_traffic_free(source);
    free(values);
}

static void test_many_players_have_the_rate_of_one_each(void)
{
    struct iptfs_traffic_options options = games("client", 64);
    options.stop_ps = 100 * IPTFS_PS_PER_S;
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    double gap_s = (40 + 6 * EULER_GAMMA) / 1e3, gap_deviation_s = 6e-3 * PI / sqrt(6);
    /* A renewal process counts with a variance of T var / mean^3; the first packet is early. */
    double deviation = sqrt(64 * 100 * gap_deviation_s * gap_deviation_s / pow(gap_s, 3));
    CHECK_NEAR((double)test_count_packets(source), 64 * 100 / gap_s, 5 * deviation + 64);
    iptfs_traffic_free(source);
}

const CU_TestInfo iptfs_tests_games[] = {
    {"client", test_game_client},
    {"the server sends to all at the same time", test_game_server_sends_to_all_at_the_same_time},
    {"many players", test_many_players_have_the_rate_of_one_each},
    CU_TEST_INFO_NULL,
};
