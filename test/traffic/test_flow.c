/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/units.h"
#include "support/check.h"
#include "support/traffic_section.h"

#include <math.h>

static void test_stop_is_exclusive(void)
{
    /* 1250 octets at 10 Mb/s: one packet a millisecond. */
    struct iptfs_traffic_options options = test_sized("cbr", test_fixed(1250), UINT64_C(10000000));
    options.start_ps = IPTFS_PS_PER_S;
    options.stop_ps = IPTFS_PS_PER_S + 3 * IPTFS_PS_PER_MS;
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    for (int n = 0; n < 3; n++)
        CHECK_INT(test_take(source).at_ps, IPTFS_PS_PER_S + n * IPTFS_PS_PER_MS);
    CHECK_INT(test_next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);

    options.stop_ps++;
    source = test_source(&options, 1, 0, 0);
    for (int n = 0; n < 4; n++)
        test_take(source);
    CHECK_INT(test_next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);

    options.stop_ps = options.start_ps;
    source = test_source(&options, 1, 0, 0);
    CHECK_INT(test_next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);
}

static void test_count_ends_every_type(void)
{
    const char *const types[] = {"cbr", "poisson", "saturate"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct iptfs_traffic_options options = test_sized(types[i], test_fixed(100), 1000000);
        options.count = 3;
        struct iptfs_source *source = test_source(&options, 1, 0, 100000);
        for (uint32_t n = 1; n <= 3; n++)
            CHECK_U64(test_take(source).id, n);
        CHECK_INT(test_next_ps(source), IPTFS_NEVER);
        iptfs_traffic_free(source);
    }
}

static void test_packets_follow_the_section(void)
{
    struct iptfs_traffic_options options = test_sized("cbr", test_fixed(100), 1000000);
    options.ip_version = 6;
    options.tos = 0xb8;
    options.local = true;
    struct iptfs_source *source = test_source(&options, 1, 513, 0);
    struct iptfs_arrival arrival = test_take(source);
    CHECK_U64(arrival.octets, 100);
    CHECK_U64(arrival.flow, 513);
    CHECK_U64(arrival.ip_version, 6);
    CHECK_U64(arrival.tos, 0xb8);
    CHECK_TRUE(arrival.local);
    CHECK_TRUE(arrival.handle == NULL && arrival.bytes == NULL);
    iptfs_traffic_free(source);
}

static void test_imix_proportions(void)
{
    enum {
        DRAWS = 120000
    };
    struct iptfs_traffic_options options = test_sized("cbr", test_imix(), 1000000000);
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    const uint32_t sizes[] = {40, 576, 1500};
    const double parts[] = {7 / 12.0, 4 / 12.0, 1 / 12.0};
    unsigned seen[3] = {0};
    double octets = 0;
    for (int n = 0; n < DRAWS; n++) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
        octets += arrival.octets;
        for (int i = 0; i < 3; i++)
            seen[i] += arrival.octets == sizes[i];
    }
    CHECK_U64(seen[0] + seen[1] + seen[2], DRAWS);
    for (int i = 0; i < 3; i++)
        CHECK_NEAR(seen[i], DRAWS * parts[i], 5 * sqrt(DRAWS * parts[i] * (1 - parts[i])));
    /* Mean 340.33 octets; one draw has a deviation of 422.4. */
    CHECK_NEAR(octets / DRAWS, 340.333, 5 * 422.4 / sqrt(DRAWS));
    iptfs_traffic_free(source);
}

static void test_uniform_sizes_reach_both_ends(void)
{
    struct iptfs_traffic_options options = test_sized("cbr", test_uniform(60, 67), 1000000);
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    unsigned seen[8] = {0};
    for (int n = 0; n < 8000; n++) {
        uint32_t octets = test_take(source).octets;
        CU_ASSERT_FATAL(octets >= 60 && octets <= 67);
        seen[octets - 60]++;
    }
    for (int i = 0; i < 8; i++)
        CHECK_NEAR(seen[i], 1000, 5 * sqrt(1000 * 7 / 8.0));
    iptfs_traffic_free(source);
}

static int64_t sum_of_times(uint64_t seed, uint16_t flow, struct iptfs_sizes size, uint64_t rate)
{
    struct iptfs_traffic_options options = test_sized("poisson", size, rate);
    struct iptfs_source *source = test_source(&options, seed, flow, 0);
    int64_t sum_ps = 0;
    for (int n = 0; n < 100; n++)
        sum_ps += test_take(source).at_ps;
    iptfs_traffic_free(source);
    return sum_ps;
}

static void test_seed_and_flow_choose_the_draws(void)
{
    struct iptfs_sizes same_mean = {IPTFS_SIZES_UNIFORM, 400, 600};
    int64_t sum_ps = sum_of_times(1, 0, test_fixed(500), 1000000);
    CHECK_INT(sum_of_times(1, 0, test_fixed(500), 1000000), sum_ps);
    CHECK_TRUE(sum_of_times(2, 0, test_fixed(500), 1000000) != sum_ps);
    CHECK_TRUE(sum_of_times(1, 1, test_fixed(500), 1000000) != sum_ps);
    /* Sizes come from another stream than gaps. */
    CHECK_INT(sum_of_times(1, 0, same_mean, 1000000), sum_ps);
}

const CU_TestInfo iptfs_tests_flow[] = {
    {"stop is exclusive", test_stop_is_exclusive},
    {"count ends every type", test_count_ends_every_type},
    {"packets follow the section", test_packets_follow_the_section},
    {"imix proportions", test_imix_proportions},
    {"uniform sizes reach both ends", test_uniform_sizes_reach_both_ends},
    {"seed and flow choose the draws", test_seed_and_flow_choose_the_draws},
    CU_TEST_INFO_NULL,
};
