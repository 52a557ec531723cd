/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/units.h"
#include "support/check.h"
#include "support/traffic_section.h"

static void offer_space(struct iptfs_source *source, int64_t now_ps, int64_t idle_ps,
                        int64_t lead_ps, uint32_t octets)
{
    const struct iptfs_free_space free_space = {idle_ps, lead_ps, octets};
    source->ops->free_space(source, now_ps, &free_space);
}

static struct iptfs_source *merge(struct iptfs_source **sources, size_t count)
{
    struct iptfs_source *merged = NULL;
    CHECK_INT(iptfs_traffic_merge(&merged, sources, count, NULL), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(merged);
    return merged;
}

static void test_merge_of_none_and_one(void)
{
    struct iptfs_source *source = merge(NULL, 0);
    CHECK_INT(test_next_ps(source), IPTFS_NEVER);
    CHECK_TRUE(source->ops->free_space == NULL);
    iptfs_traffic_free(source);
    struct iptfs_traffic_options options = test_sized("cbr", test_fixed(100), 1000);
    struct iptfs_source *one = test_source(&options, 1, 0, 0);
    CHECK_TRUE(merge(&one, 1) == one);
    iptfs_traffic_free(one);
    iptfs_traffic_free(NULL);
}

/* Sections of the same rate but for a factor, so that many packets come at the same time. */
static void test_merge_keeps_order_and_ties(void)
{
    enum {
        FLOWS = 37,
        PACKETS = 20000
    };
    struct iptfs_source *sources[FLOWS];
    uint32_t ids[FLOWS] = {0};
    for (uint16_t i = 0; i < FLOWS; i++) {
        struct iptfs_traffic_options options =
            test_sized("cbr", test_fixed(100), 8000 * (uint64_t)(1 + i % 5));
        sources[i] = test_source(&options, 1, i, 0);
    }
    struct iptfs_source *merged = merge(sources, FLOWS);
    struct iptfs_arrival before = {.at_ps = -1};
    unsigned bad = 0, ties = 0;
    for (int n = 0; n < PACKETS; n++) {
        struct iptfs_arrival arrival = test_take(merged);
        bad += arrival.at_ps < before.at_ps;
        bad += arrival.at_ps == before.at_ps && arrival.flow <= before.flow;
        bad += arrival.id != ++ids[arrival.flow];
        ties += arrival.at_ps == before.at_ps;
        before = arrival;
    }
    CHECK_U64(bad, 0);
    CHECK_TRUE(ties > PACKETS / 2);
    /* No flow was skipped: a second of 100-octet packets at 8 kb/s is 10 packets. */
    for (unsigned i = 0; i < FLOWS; i++)
        CHECK_NEAR(ids[i], (double)before.at_ps / 1e12 * 10 * (1 + i % 5), 1.01);
    iptfs_traffic_free(merged);
}

static void test_merge_ends_with_its_last_source(void)
{
    struct iptfs_source *sources[3];
    for (uint16_t i = 0; i < 3; i++) {
        struct iptfs_traffic_options options = test_sized("cbr", test_fixed(100), 1000);
        options.count = 1u + i;
        sources[i] = test_source(&options, 1, i, 0);
    }
    struct iptfs_source *merged = merge(sources, 3);
    const unsigned flows[] = {0, 1, 2, 1, 2, 2};
    for (int i = 0; i < 6; i++)
        CHECK_U64(test_take(merged).flow, flows[i]);
    CHECK_INT(test_next_ps(merged), IPTFS_NEVER);
    iptfs_traffic_free(merged);
}

static void test_merge_divides_the_free_space(void)
{
    struct iptfs_source *sources[4];
    struct iptfs_traffic_options options = test_sized("saturate", test_fixed(100), 0);
    sources[0] = test_source(&options, 1, 0, 100);
    options.stop_ps = 5000;
    sources[1] = test_source(&options, 1, 1, 100);
    options.stop_ps = IPTFS_TIME_MAX_PS;
    options.start_ps = 7000;
    sources[2] = test_source(&options, 1, 2, 100);
    options = test_sized("cbr", test_fixed(100), 800000000000); /* one a nanosecond */
    options.count = 4;
    sources[3] = test_source(&options, 1, 3, 0);
    struct iptfs_source *merged = merge(sources, 4);
    for (unsigned flow = 0; flow <= 3; flow++)
        if (flow != 2)
            CHECK_U64(test_take(merged).flow, flow);
    CHECK_INT(test_next_ps(merged), 1000);
    offer_space(merged, 500, 900, 100, 400); /* both running ones: two packets each */
    const unsigned flows[] = {0, 0, 1, 1, 3, 3, 3};
    for (int i = 0; i < 7; i++) {
        CHECK_INT(test_next_ps(merged), i < 4 ? 800 : 1000 * (i - 3));
        CHECK_U64(test_take(merged).flow, flows[i]);
    }
    CHECK_INT(test_next_ps(merged), 7000);
    offer_space(merged, 6000, 6000, 0, 400); /* the first alone: the second has stopped */
    for (int i = 0; i < 4; i++)
        CHECK_U64(test_take(merged).flow, 0);
    CHECK_U64(test_take(merged).flow, 2);
    CHECK_INT(test_next_ps(merged), IPTFS_NEVER);
    offer_space(merged, IPTFS_TIME_MAX_PS, IPTFS_TIME_MAX_PS, 0, 400); /* all have stopped */
    CHECK_INT(test_next_ps(merged), IPTFS_NEVER);
    iptfs_traffic_free(merged);
}

/* Sources with many users each send in the order of time. */
static void test_merge_of_many_users(void)
{
    struct iptfs_traffic_options options[] = {test_section("voice"), test_section("games"),
                                              test_section("games"),
                                              test_sized("on-off", test_fixed(125), 10000000)};
    struct iptfs_source *sources[4], *merged;
    test_set(&options[0], "calls", "30");
    test_set(&options[0], "vad", "on");
    test_set(&options[1], "players", "20");
    test_set(&options[2], "side", "server");
    test_set(&options[2], "players", "20");
    test_set(&options[3], "on", "20ms");
    test_set(&options[3], "off", "30ms");
    for (size_t i = 0; i < 4; i++)
        sources[i] = test_source(&options[i], 1, 0, 0);
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

const CU_TestInfo iptfs_tests_merge[] = {
    {"none and one", test_merge_of_none_and_one},
    {"order and ties", test_merge_keeps_order_and_ties},
    {"ends with its last source", test_merge_ends_with_its_last_source},
    {"what the sender accepts is shared", test_merge_divides_the_free_space},
    {"many users", test_merge_of_many_users},
    CU_TEST_INFO_NULL,
};
