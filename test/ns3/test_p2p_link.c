/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link of ns-3 gives the same run as the model's own link. */
#include "ns3/p2p_link.h"

#include "base/error.h"
#include "base/units.h"
#include "ns3/engine_run.h"
#include "ns3/refusing_scheduler.h"
#include "ns3/sim.h"
#include "support/check.h"

#define MS IPTFS_PS_PER_MS

static void idle_on_both(struct engine_plan *plan)
{
    engine_fill(plan, 60, 3000, 10 * engine_packet_ps(plan));
    engine_compare(plan, ENGINE_P2P, ENGINE_DIRECT);
}

static void saturated_on_both(struct engine_plan *plan)
{
    engine_fill(plan, ENGINE_PKTS_MAX, 3000, engine_packet_ps(plan) / 2);
    engine_compare(plan, ENGINE_P2P, ENGINE_DIRECT);
}

static void overflow_packets_on_both(struct engine_plan *plan)
{
    engine_fill(plan, ENGINE_PKTS_MAX, 3000, engine_packet_ps(plan) / 2);
    plan->link.queue_pkts = 5;
    engine_compare(plan, ENGINE_P2P, ENGINE_DIRECT);
}

static void overflow_octets_on_both(struct engine_plan *plan)
{
    engine_fill(plan, ENGINE_PKTS_MAX, 3000, engine_packet_ps(plan) / 2);
    plan->link.queue_pkts = 0;
    plan->link.queue_octets = 6000;
    engine_compare(plan, ENGINE_P2P, ENGINE_DIRECT);
}

static void impaired_on_both(struct engine_plan *plan)
{
    engine_fill(plan, ENGINE_PKTS_MAX, 3000, engine_packet_ps(plan));
    engine_add_impairments(plan);
    plan->link.mtu_octets = 1400;
    engine_compare(plan, ENGINE_P2P, ENGINE_DIRECT);
}

static void test_idle_on_both(void)
{
    engine_for_all_links("idle", idle_on_both);
}

static void test_saturated_on_both(void)
{
    engine_for_all_links("saturated", saturated_on_both);
}

static void test_overflow_packets_on_both(void)
{
    engine_for_all_links("overflow in packets", overflow_packets_on_both);
}

static void test_overflow_octets_on_both(void)
{
    engine_for_all_links("overflow in octets", overflow_octets_on_both);
}

static void test_trouble_on_both(void)
{
    engine_for_all_links("impaired", impaired_on_both);
}

/* Arrivals meet ends of transmissions. */
static void test_coincidence_on_both(void)
{
    for (int framing = IPTFS_FRAMING_ETHERNET; framing <= IPTFS_FRAMING_PPP; framing++) {
        for (uint64_t queue = 1; queue <= 3; queue++) {
            struct engine_plan plan =
                engine_plain_plan("coincidence", 1000, (enum iptfs_framing)framing);
            engine_make_grid(&plan, queue, 0);
            engine_compare(&plan, ENGINE_P2P, ENGINE_DIRECT);
            engine_make_grid(&plan, 0, queue * 1000);
            engine_compare(&plan, ENGINE_P2P, ENGINE_DIRECT);
        }
    }
}

/* Stopped in the middle, both have the same packets in flight. */
static void test_stopped_on_both(void)
{
    struct engine_plan plan = engine_plain_plan("stopped", 7000000, IPTFS_FRAMING_ETHERNET);
    engine_fill(&plan, ENGINE_PKTS_MAX, 3000, engine_packet_ps(&plan) / 2);
    engine_add_impairments(&plan);
    for (int64_t end_ps = 0; end_ps < 300 * MS; end_ps += 17 * MS) {
        plan.end_ps = end_ps + 1;
        engine_compare(&plan, ENGINE_P2P, ENGINE_DIRECT);
    }
}

/* What ns-3's link cannot do is refused, not ignored. */
static void test_p2p_refuses(void)
{
    static const struct {
        uint64_t rate_bps;
        enum iptfs_framing framing;
        uint64_t queue_pkts, queue_octets;
    } rows[] = {
        {0, IPTFS_FRAMING_PPP, 10, 0},
        {1000000, IPTFS_FRAMING_NONE, 10, 0},
        {1000000, IPTFS_FRAMING_PPP, 0, 0},
        {1000000, IPTFS_FRAMING_PPP, 10, 1000},
    };
    CHECK_INT(iptfs_ns3_open(), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct engine_plan plan = engine_plain_plan("refused", rows[i].rate_bps, rows[i].framing);
        plan.link.queue_pkts = rows[i].queue_pkts;
        plan.link.queue_octets = rows[i].queue_octets;
        struct iptfs_store store;
        struct iptfs_link *link = NULL;
        iptfs_store_init(&store);
        CHECK_INT(iptfs_p2p_link_new(&link, &plan.link, &store, iptfs_engine_wake, NULL),
                  IPTFS_E_INVALID);
        iptfs_store_free(&store);
    }
    CHECK_INT(iptfs_ns3_close(), 0);
}

static void ignore(void *ctx)
{
    (void)ctx;
}

/* When ns-3 cannot take a packet, it is lost and the store has the error. */
static void test_ns3_fails(void)
{
    struct engine_plan plan = engine_plain_plan("fails", 1000000, IPTFS_FRAMING_PPP);
    struct iptfs_store store;
    struct iptfs_link *link = NULL;
    CHECK_INT(iptfs_ns3_open(), 0);
    iptfs_store_init(&store);
    CHECK_INT(iptfs_p2p_link_new(&link, &plan.link, &store, ignore, NULL), IPTFS_OK);
    struct iptfs_outer *outer = iptfs_outer_new(&store);
    outer->ip_octets = 1000;
    refuse_events(REFUSE_OTHERWISE);
    link->ops->submit(link, 0, outer);
    refuse_events(REFUSE_NOTHING);
    CHECK_INT(store.error, IPTFS_E_ENGINE);
    CHECK_U64(link->stats.lost[IPTFS_DROP_LINK_QUEUE].pkts, 1);
    CHECK_U64(store.live_outer, 0);
    link->ops->clear(link);
    link->ops->free(link);
    iptfs_store_free(&store);
    CHECK_INT(iptfs_ns3_close(), 0);
}

/* The link is idle once all that was submitted has been transmitted; an MTU beyond ns-3's own is
 * cut to it. */
static void test_idle_after_what_was_sent(void)
{
    struct engine_plan plan = engine_plain_plan("idle", 8000000, IPTFS_FRAMING_PPP);
    struct iptfs_store store;
    struct iptfs_link *link = NULL;
    plan.link.mtu_octets = 65575;
    CHECK_INT(iptfs_ns3_open(), 0);
    iptfs_store_init(&store);
    CHECK_INT(iptfs_p2p_link_new(&link, &plan.link, &store, ignore, NULL), IPTFS_OK);
    CHECK_INT(link->ops->idle_ps(link, 5), 5);
    for (int i = 1; i <= 3; i++) {
        struct iptfs_outer *outer = iptfs_outer_new(&store);
        outer->ip_octets = 1000;
        link->ops->submit(link, 0, outer);
        CHECK_INT(link->ops->idle_ps(link, 0),
                  i * (int64_t)iptfs_framed_octets(IPTFS_FRAMING_PPP, 1000) * IPTFS_PS_PER_US);
    }
    CHECK_INT(store.error, IPTFS_OK);
    link->ops->clear(link);
    CHECK_U64(store.live_outer, 0);
    link->ops->free(link);
    iptfs_store_free(&store);
    CHECK_INT(iptfs_ns3_close(), 0);
}

const CU_TestInfo iptfs_tests_p2p_link[] = {
    {"idle", test_idle_on_both},
    {"saturated", test_saturated_on_both},
    {"queue overflows in packets", test_overflow_packets_on_both},
    {"queue overflows in octets", test_overflow_octets_on_both},
    {"loss, list and MTU", test_trouble_on_both},
    {"arrivals meet ends of transmissions", test_coincidence_on_both},
    {"stopped in between", test_stopped_on_both},
    {"what ns-3 cannot do is refused", test_p2p_refuses},
    {"ns-3 fails", test_ns3_fails},
    {"idle after what was sent", test_idle_after_what_was_sent},
    CU_TEST_INFO_NULL,
};
