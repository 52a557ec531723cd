/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The set of impairments: those that are on act in the order of the table, each on a stream of its
 * own. */
#include "base/error.h"
#include "link/impairments.h"
#include "support/check.h"
#include "support/impair.h"

#include <string.h>

enum {
    PKTS = 2000
};

static void test_all_off(void)
{
    const struct iptfs_impairments_config config = {.loss = {0}};
    const struct iptfs_random_streams streams = {1, 1, 0};
    const struct iptfs_impair_effect none = {.lost_by = NULL};
    struct iptfs_impairments impairments;
    struct iptfs_impair_effect effects[3];
    CHECK_INT(iptfs_impairments_init(&impairments, &config, &streams), IPTFS_OK);
    CHECK_U64(impairments.count, 0);
    CHECK_TRUE(!iptfs_impairments_shorten_delay(&impairments));
    iptfs_impairments_free(&impairments);
    impair_packets(&config, 1, 3, 2, effects);
    for (int i = 0; i < 3; i++)
        CHECK_TRUE(effects[i].lost_by == NULL && effects[i].extra_ps == none.extra_ps &&
                   !effects[i].duplicate && !effects[i].ce && !effects[i].no_delay);
}

static void test_those_that_are_on(void)
{
    static const struct iptfs_timed periods[] = {{0, 1}};
    const struct iptfs_impairments_config config = {
        .loss = {.probability = 1},
        .reorder = {.probability = 1},
        .blackouts = {periods, 1},
    };
    const struct iptfs_random_streams streams = {1, 1, 0};
    struct iptfs_impairments impairments;
    CHECK_INT(iptfs_impairments_init(&impairments, &config, &streams), IPTFS_OK);
    CHECK_U64(impairments.count, 3);
    CHECK_TRUE(impairments.active[0]->kind == &iptfs_impair_loss);
    CHECK_TRUE(impairments.active[1]->kind == &iptfs_impair_reorder);
    CHECK_TRUE(impairments.active[2]->kind == &iptfs_impair_blackouts);
    CHECK_TRUE(impairments.active[2]->stream == NULL);
    CHECK_TRUE(iptfs_impairments_shorten_delay(&impairments));
    const struct iptfs_outer outer = {.number = 1};
    struct iptfs_impair_effect effect;
    iptfs_impairments_apply(&impairments, &outer, 10, &effect);
    CHECK_U64(iptfs_impairments_lost_pkts(&impairments, &iptfs_impair_loss), 1);
    CHECK_U64(iptfs_impairments_lost_pkts(&impairments, &iptfs_impair_blackouts), 0);
    CHECK_U64(iptfs_impairments_lost_pkts(&impairments, &iptfs_impair_gemodel), 0); /* off */
    iptfs_impairments_free(&impairments);
}

/* Two kinds with one stream would be lost, marked or duplicated together. */
static void test_streams_differ(void)
{
#define KIND(name) &iptfs_impair_##name,
    static const struct iptfs_impair_kind *const kinds[] = {IPTFS_IMPAIR_KINDS(KIND)};
#undef KIND
    for (size_t i = 0; i < IPTFS_IMPAIR_KINDS_COUNT; i++)
        for (size_t k = 0; k < i; k++)
            CHECK_TRUE(kinds[i]->stream == 0 || kinds[i]->stream != kinds[k]->stream);
}

/* Which packets are lost, whatever else is on. */
static void test_no_kind_shifts_another(void)
{
    static struct iptfs_impair_effect alone[PKTS], together[PKTS];
    struct iptfs_impairments_config config = {.loss = {.probability = 0.3}};
    impair_packets(&config, 7, PKTS, 2, alone);
    config.duplicate.probability = 0.5;
    config.jitter.spread_ps = 1000;
    config.reorder.probability = 0.5;
    config.ce.probability = 0.5;
    struct impaired impaired = impair_packets(&config, 7, PKTS, 2, together);
    for (size_t i = 0; i < PKTS; i++)
        if ((alone[i].lost_by == NULL) != (together[i].lost_by == NULL))
            CHECK_FAIL("packet %zu", i + 1);
    CHECK_TRUE(impaired.duplicated > 0 && impaired.no_delay > 0 && impaired.marked > 0);
}

const CU_TestInfo iptfs_tests_impairments[] = {
    {"all off", test_all_off},
    {"those that are on", test_those_that_are_on},
    {"each kind has a stream of its own", test_streams_differ},
    {"no kind shifts another's draws", test_no_kind_shifts_another},
    CU_TEST_INFO_NULL,
};
