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

/* Takes the batch due at at_ps; returns how many packets it had. */
static unsigned take_batch(struct iptfs_source *source, int64_t at_ps)
{
    unsigned taken = 0;
    for (; test_next_ps(source) != IPTFS_NEVER; taken++)
        CHECK_INT(test_take(source).at_ps, at_ps);
    return taken;
}

static void test_saturate_fills_the_free_space(void)
{
    struct iptfs_traffic_options options = test_sized("saturate", test_fixed(1000), 0);
    options.start_ps = 500;
    struct iptfs_source *source = test_source(&options, 1, 0, 10999);
    offer_space(source, 100, 100, 0, 50000); /* too early: changes nothing */
    CHECK_INT(test_next_ps(source), 500);
    CHECK_U64(take_batch(source, 500), 10);
    offer_space(source, 600, 5000, 700, 3000);
    CHECK_INT(test_next_ps(source), 4300);
    CHECK_U64(take_batch(source, 4300), 3);
    offer_space(source, 5000, 5100, 700, 2999); /* late: at once */
    CHECK_U64(take_batch(source, 5000), 2);
    offer_space(source, 6000, 6500, 0, 10); /* one packet at least */
    CHECK_U64(take_batch(source, 6500), 1);
    offer_space(source, 7000, 7000, 0, 0);
    CHECK_U64(take_batch(source, 7000), 1);
    iptfs_traffic_free(source);
}

static void test_later_free_space_replaces_earlier(void)
{
    struct iptfs_traffic_options options = test_sized("saturate", test_fixed(1000), 0);
    struct iptfs_source *source = test_source(&options, 1, 0, 1000);
    CHECK_U64(take_batch(source, 0), 1);
    offer_space(source, 100, 1000, 0, 5000);
    offer_space(source, 200, 2000, 0, 2000);
    CHECK_U64(take_batch(source, 2000), 2);
    iptfs_traffic_free(source);
}

static void test_saturate_batches_of_random_sizes(void)
{
    struct iptfs_traffic_options options = test_sized("saturate", test_imix(), 0);
    struct iptfs_source *source = test_source(&options, 1, 0, 20000);
    unsigned bad = 0;
    for (int64_t at_ps = 0; at_ps < 1000; at_ps++) {
        uint32_t octets = 0;
        while (test_next_ps(source) != IPTFS_NEVER)
            octets += test_take(source).octets;
        bad += octets > 20000 || octets <= 20000 - 1500;
        offer_space(source, at_ps, at_ps + 1, 0, 20000);
    }
    CHECK_U64(bad, 0);
    iptfs_traffic_free(source);
}

static void test_saturate_stops(void)
{
    struct iptfs_traffic_options options = test_sized("saturate", test_fixed(1000), 0);
    options.stop_ps = 1000;
    struct iptfs_source *source = test_source(&options, 1, 0, 1000);
    CHECK_U64(take_batch(source, 0), 1);
    offer_space(source, 10, 999, 0, 1000);
    CHECK_U64(take_batch(source, 999), 1);
    offer_space(source, 999, 1000, 0, 1000);
    CHECK_INT(test_next_ps(source), IPTFS_NEVER);
    offer_space(source, 1000, 1000, 0, 1000);
    CHECK_INT(test_next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);

    options.stop_ps = IPTFS_TIME_MAX_PS;
    options.count = 5;
    source = test_source(&options, 1, 0, 3000);
    CHECK_U64(take_batch(source, 0), 3);
    offer_space(source, 10, 10, 0, 100000);
    CHECK_U64(take_batch(source, 10), 2);
    offer_space(source, 20, 20, 0, 100000);
    CHECK_INT(test_next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);
}

const CU_TestInfo iptfs_tests_saturate[] = {
    {"a batch fills what is accepted", test_saturate_fills_the_free_space},
    {"a later batch replaces an earlier one", test_later_free_space_replaces_earlier},
    {"batches of random sizes", test_saturate_batches_of_random_sizes},
    {"stop and count", test_saturate_stops},
    CU_TEST_INFO_NULL,
};
