/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all links share: framing, drops, impairments, the balance of a link's packets. */
#include "base/error.h"
#include "base/units.h"
#include "link/link.h"
#include "support/check.h"

#include <stddef.h>
#include <string.h>

static void test_framing(void)
{
    static const struct {
        enum iptfs_framing framing;
        uint32_t ip_octets, framed_octets;
    } rows[] = {
        {IPTFS_FRAMING_ETHERNET, 1, 84},      {IPTFS_FRAMING_ETHERNET, 45, 84},
        {IPTFS_FRAMING_ETHERNET, 46, 84},     {IPTFS_FRAMING_ETHERNET, 47, 85},
        {IPTFS_FRAMING_ETHERNET, 1500, 1538}, {IPTFS_FRAMING_PPP, 20, 22},
        {IPTFS_FRAMING_PPP, 1500, 1502},      {IPTFS_FRAMING_NONE, 20, 20},
        {IPTFS_FRAMING_NONE, 65535, 65535},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_U64(iptfs_framed_octets(rows[i].framing, rows[i].ip_octets), rows[i].framed_octets);
}

/* A link without a transmitter: the tests call its parts. */
static void open_link(struct iptfs_link *link, struct iptfs_store *store,
                      const struct iptfs_link_config *config)
{
    static const struct iptfs_link_ops ops = {.clear = iptfs_link_clear};
    iptfs_store_init(store);
    CHECK_INT(iptfs_link_init(link, &ops, config, store), IPTFS_OK);
}

static struct iptfs_outer *packet(struct iptfs_store *store, uint64_t number, uint32_t ip_octets)
{
    struct iptfs_outer *outer = iptfs_outer_new(store);
    outer->number = number;
    outer->ip_octets = ip_octets;
    return outer;
}

static void close_link(struct iptfs_link *link, struct iptfs_store *store)
{
    iptfs_link_clear(link);
    CHECK_TRUE(iptfs_link_balanced(&link->stats));
    CHECK_U64(store->live_outer, 0);
    iptfs_link_deinit(link);
    iptfs_store_free(store);
}

static void test_admission(void)
{
    const struct iptfs_link_config config = {.mtu_octets = 1500};
    struct iptfs_store store;
    struct iptfs_link link;
    open_link(&link, &store, &config);
    CHECK_TRUE(!iptfs_link_admit(&link, packet(&store, 1, 1501)));
    struct iptfs_outer *outer = packet(&store, 2, 1500);
    CHECK_TRUE(iptfs_link_admit(&link, outer));
    iptfs_link_drop(&link, outer, IPTFS_DROP_LINK_QUEUE);
    CHECK_U64(link.stats.sent.octets, 3001);
    CHECK_U64(link.stats.lost[IPTFS_DROP_LINK_MTU].octets, 1501);
    CHECK_U64(link.stats.lost[IPTFS_DROP_LINK_QUEUE].octets, 1500);
    CHECK_U64(iptfs_link_lost(&link.stats).pkts, 2);
    close_link(&link, &store);
}

/* The packet is marked, lost and duplicated; its copy is in flight at the end. */
static void test_impairing(void)
{
    static const struct iptfs_impair_item items[] = {
        {1, IPTFS_IMPAIR_CE, 0}, {1, IPTFS_IMPAIR_DROP, 0}, {1, IPTFS_IMPAIR_DUPLICATE, 7}};
    const struct iptfs_link_config config = {
        .mtu_octets = 1500, .delay_ps = 100, .impairments.list = {items, 3}};
    struct iptfs_store store;
    struct iptfs_link link;
    struct iptfs_impair_effect effect;
    open_link(&link, &store, &config);
    struct iptfs_outer *outer = packet(&store, 1, 1000);
    CHECK_TRUE(iptfs_link_admit(&link, outer));
    CHECK_TRUE(iptfs_link_impair(&link, outer, 10, &effect));
    CHECK_INT(outer->ecn, 3);
    CHECK_U64(link.stats.ce_marked_pkts, 1);
    CHECK_U64(link.stats.lost[IPTFS_DROP_LINK_LOSS].pkts, 1);
    iptfs_link_propagate(&link, outer, 110, &effect);
    CHECK_INT(iptfs_link_next_ps(&link), 117);
    close_link(&link, &store);
    CHECK_U64(link.stats.in_flight.octets, 1000);
    CHECK_U64(link.stats.duplicated.octets, 1000);
}

static void test_balance_finds_faults(void)
{
    const struct iptfs_link_stats good = {
        .sent = {10, 1000},
        .received = {4, 400},
        .lost = {[IPTFS_DROP_LINK_MTU] = {1, 100},
                 [IPTFS_DROP_LINK_QUEUE] = {2, 200},
                 [IPTFS_DROP_LINK_LOSS] = {3, 300},
                 [IPTFS_DROP_BLACKOUT] = {1, 100}},
        .duplicated = {2, 200},
        .in_flight = {1, 100},
    };
    CHECK_TRUE(iptfs_link_balanced(&good));
    CHECK_U64(iptfs_link_lost(&good).pkts, 7);
    CHECK_U64(iptfs_link_lost(&good).octets, 700);
    for (size_t i = 0; i < offsetof(struct iptfs_link_stats, reordered_pkts) / sizeof(uint64_t);
         i++) {
        struct iptfs_link_stats bad = good;
        uint64_t value;
        memcpy(&value, (char *)&bad + i * sizeof value, sizeof value);
        value++;
        memcpy((char *)&bad + i * sizeof value, &value, sizeof value);
        if (iptfs_link_balanced(&bad))
            CHECK_FAIL("number %zu is one too many, and it balances", i);
    }
}

const CU_TestInfo iptfs_tests_link[] = {
    {"framing", test_framing},
    {"admission and drops", test_admission},
    {"a packet marked, lost and duplicated", test_impairing},
    {"balance finds faults", test_balance_finds_faults},
    CU_TEST_INFO_NULL,
};
