/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/engine_run.h"

#include "base/error.h"
#include "base/units.h"
#include "ns3/events.h"
#include "ns3/sim.h"
#include "support/check.h"

#include <inttypes.h>
#include <string.h>

#define MS IPTFS_PS_PER_MS

/* An arrival that is an event of its own. */
struct event {
    struct engine_bench *bench;
    const struct iptfs_arrival *arrival;
};

static void record(struct engine_bench *bench, char what, uint64_t number, uint32_t octets,
                   int64_t at_ps)
{
    struct engine_result *result = bench->result;
    if (result->count < ENGINE_RECORDS_MAX)
        result->records[result->count++] = (struct engine_record){what, octets, number, at_ps};
}

static void on_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    struct engine_bench *bench = ctx;
    bench->result->sent++;
    record(bench, 's', outer->seq, outer->data_octets, now_ps);
}

static void on_far_end(void *ctx, int64_t now_ps, struct iptfs_outer *outer)
{
    struct engine_bench *bench = ctx;
    record(bench, 'a', outer->seq, outer->ip_octets, now_ps);
    bench->deliver(bench->deliver_ctx, now_ps, outer);
}

static void on_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    record(ctx, 'd', inner->id, inner->octets, now_ps);
}

static void on_arrival(void *ctx)
{
    const struct event *event = ctx;
    struct engine_bench *bench = event->bench;
    CHECK_INT(iptfs_ns3_now_ps(), event->arrival->at_ps);
    iptfs_sender_offer(&bench->tunnel.sender, event->arrival);
    iptfs_engine_arm(&bench->engine);
}

static bool add_link(struct engine_bench *bench, const struct engine_plan *plan, bool p2p)
{
    struct iptfs_link_config config = plan->link;
    struct iptfs_link *link;
    int error;
    config.streams = (struct iptfs_random_streams){1, 1, 0};
    config.impairments.loss.probability = plan->loss;
    config.impairments.list = (struct iptfs_impair_list_config){plan->items, plan->item_count};
    if (p2p) {
        error = iptfs_engine_p2p_link(&bench->engine, &config);
    } else {
        error = iptfs_direct_link_new(&link, &config, &bench->tunnel.store, NULL);
        if (error == IPTFS_OK)
            iptfs_tunnel_set_link(&bench->tunnel, link);
    }
    if (!CHECK_INT(error, IPTFS_OK))
        return false;
    link = bench->tunnel.link;
    bench->deliver = link->deliver;
    bench->deliver_ctx = link->deliver_ctx;
    link->deliver = on_far_end;
    link->deliver_ctx = bench;
    return true;
}

bool engine_open(struct engine_bench *bench, const struct engine_plan *plan, enum engine_kind kind,
                 struct engine_result *result)
{
    memset(bench, 0, sizeof *bench);
    memset(result, 0, sizeof *result);
    bench->result = result;
    if (!CHECK_INT(iptfs_ns3_open(), 0))
        return false;
    CHECK_INT(iptfs_tunnel_init(&bench->tunnel, &plan->sender, &plan->receiver), IPTFS_OK);
    CHECK_INT(iptfs_engine_init(&bench->engine, &bench->tunnel), IPTFS_OK);
    bench->observer =
        (struct iptfs_observer){.sent = on_sent, .delivered = on_delivered, .ctx = bench};
    iptfs_tunnel_observe(&bench->tunnel, &bench->observer);
    feed_init(&bench->feed, plan->arrivals, plan->count);
    if (kind == ENGINE_DIRECT || kind == ENGINE_P2P)
        bench->tunnel.sender.source = &bench->feed.source;
    return add_link(bench, plan, kind == ENGINE_P2P || kind == ENGINE_P2P_EVENTS);
}

void engine_close(struct engine_bench *bench, const struct engine_plan *plan)
{
    struct engine_result *result = bench->result;
    CHECK_INT(bench->engine.error, IPTFS_OK);
    result->events = iptfs_ns3_event_count();
    CHECK_INT(iptfs_tunnel_close(&bench->tunnel, plan->end_ps), IPTFS_OK);
    result->counters = bench->tunnel.counters;
    result->ledger = bench->tunnel.store.ledger;
    result->link = bench->tunnel.link->stats;
    result->marked_pkts = bench->tunnel.sender.queue.marked_pkts;
    iptfs_tunnel_free(&bench->tunnel);
    iptfs_engine_free(&bench->engine);
    CHECK_INT(iptfs_ns3_close(), 0);
}

void engine_play(const struct engine_plan *plan, enum engine_kind kind,
                 struct engine_result *result)
{
    static struct engine_bench bench;
    static struct event events[ENGINE_PKTS_MAX];
    if (!engine_open(&bench, plan, kind, result))
        return;
    for (size_t i = 0;
         i < plan->count && (kind == ENGINE_DIRECT_EVENTS || kind == ENGINE_P2P_EVENTS); i++) {
        events[i] = (struct event){&bench, &plan->arrivals[i]};
        CHECK_INT(iptfs_ns3_at(plan->arrivals[i].at_ps, on_arrival, NULL, &events[i]), 0);
    }
    iptfs_engine_wake(&bench.engine);
    CHECK_INT(iptfs_ns3_run_until(plan->end_ps), 0);
    engine_close(&bench, plan);
}

bool engine_same_records(const struct engine_result *found, const struct engine_result *expected,
                         char only)
{
    size_t f = 0, e = 0;
    for (;; f++, e++) {
        while (only != '*' && f < found->count && found->records[f].what != only)
            f++;
        while (only != '*' && e < expected->count && expected->records[e].what != only)
            e++;
        if (f == found->count || e == expected->count)
            break;
        const struct engine_record *a = &found->records[f], *b = &expected->records[e];
        if (a->what == b->what && a->number == b->number && a->at_ps == b->at_ps &&
            a->octets == b->octets)
            continue;
        CHECK_FAIL("record %zu: %c %" PRIu64 ", %u octets, at %" PRId64 "; expected %c %" PRIu64
                   ", %u octets, at %" PRId64,
                   f, a->what, a->number, a->octets, a->at_ps, b->what, b->number, b->octets,
                   b->at_ps);
        return false;
    }
    return CHECK_U64(found->count - f, expected->count - e);
}

bool engine_same_numbers(const struct engine_result *found, const struct engine_result *expected)
{
    bool same = CHECK_U64(found->marked_pkts, expected->marked_pkts);
    for (int i = 0; i < IPTFS_COUNTER_COUNT; i++) {
        uint64_t value = found->counters.value[i], wanted = expected->counters.value[i];
        if (value == wanted)
            continue;
        CHECK_FAIL("%s: found %" PRIu64 ", expected %" PRIu64,
                   iptfs_counter_name((enum iptfs_counter)i)->name, value, wanted);
        same = false;
    }
    same = CHECK_U64(found->link.received.pkts, expected->link.received.pkts) && same;
    same = CHECK_U64(found->link.lost[IPTFS_DROP_LINK_QUEUE].octets,
                     expected->link.lost[IPTFS_DROP_LINK_QUEUE].octets) &&
           same;
    same = CHECK_TRUE(memcmp(&found->link, &expected->link, sizeof found->link) == 0) && same;
    same = CHECK_TRUE(memcmp(&found->ledger, &expected->ledger, sizeof found->ledger) == 0) && same;
    return same;
}

void engine_compare(const struct engine_plan *plan, enum engine_kind kind,
                    enum engine_kind reference)
{
    static struct engine_result found, expected;
    engine_play(plan, kind, &found);
    engine_play(plan, reference, &expected);
    /* Records beyond the array were not compared. */
    CHECK_TRUE(expected.count > 0 && expected.count < ENGINE_RECORDS_MAX);
    bool same = engine_same_records(&found, &expected, 's');
    same = engine_same_records(&found, &expected, 'a') && same;
    same = engine_same_records(&found, &expected, 'd') && same;
    same = engine_same_records(&found, &expected, '*') && same;
    same = engine_same_numbers(&found, &expected) && same;
    if (!same)
        CHECK_FAIL("%s: %" PRIu64 " b/s, framing %d, queue %" PRIu64 " packets or %" PRIu64
                   " octets, init-delay %" PRId64,
                   plan->name, plan->link.rate_bps, plan->link.framing, plan->link.queue_pkts,
                   plan->link.queue_octets, plan->sender.init_delay_ps);
}

static const uint64_t rates[] = {UINT64_C(10000000000), 7000000, 1234567};

struct engine_plan engine_plain_plan(const char *name, uint64_t rate_bps,
                                     enum iptfs_framing framing)
{
    struct engine_plan plan = {.name = name, .sender = plain_sender()};
    plan.receiver = (struct iptfs_receiver_config){
        .reorder_window = 3, .drop_time_ps = 20 * MS, .replay_window = 0};
    plan.link = (struct iptfs_link_config){
        .rate_bps = rate_bps,
        .delay_ps = 3 * MS + 1,
        .mtu_octets = 1500,
        .framing = framing,
        .queue_pkts = 1000,
    };
    return plan;
}

void engine_fill(struct engine_plan *plan, size_t count, uint32_t max_octets, int64_t max_gap_ps)
{
    struct dice dice = {plan->link.rate_bps + count};
    int64_t at_ps = 0;
    for (plan->count = 0; plan->count < count; plan->count++) {
        uint32_t octets = (uint32_t)dice_between(&dice, 20, max_octets);
        plan->arrivals[plan->count] = arrival_of(at_ps, octets, (uint32_t)plan->count);
        plan->arrivals[plan->count].tos = (uint8_t)dice_between(&dice, 0, 3);
        at_ps +=
            dice_percent(&dice, 30) ? 0 : (int64_t)dice_between(&dice, 0, (uint64_t)max_gap_ps);
    }
    plan->end_ps = at_ps + 10 * IPTFS_PS_PER_S;
}

int64_t engine_packet_ps(const struct engine_plan *plan)
{
    return iptfs_tx_time_ps(1538, plan->link.rate_bps);
}

void engine_for_all_links(const char *name, void (*test)(struct engine_plan *plan))
{
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        for (int framing = IPTFS_FRAMING_ETHERNET; framing <= IPTFS_FRAMING_PPP; framing++) {
            struct engine_plan plan =
                engine_plain_plan(name, rates[i], (enum iptfs_framing)framing);
            test(&plan);
        }
    }
}

void engine_add_impairments(struct engine_plan *plan)
{
    struct dice dice = {99};
    plan->loss = 0.1;
    plan->item_count = ENGINE_ITEMS;
    for (size_t i = 0; i < ENGINE_ITEMS; i++)
        plan->items[i] = (struct iptfs_impair_item){
            dice_between(&dice, 1, 60),
            (enum iptfs_impair_action)dice_between(&dice, IPTFS_IMPAIR_DROP, IPTFS_IMPAIR_CE),
            (int64_t)dice_between(&dice, 0, 4) * engine_packet_ps(plan),
        };
}

void engine_make_grid(struct engine_plan *plan, uint64_t queue_pkts, uint64_t queue_octets)
{
    struct dice dice = {queue_pkts * 7 + queue_octets};
    plan->link.rate_bps = 8000000;
    plan->link.queue_pkts = queue_pkts;
    plan->link.queue_octets = queue_octets;
    plan->link.delay_ps = 2 * MS;
    plan->sender.mtu_octets = 1000 - (plan->link.framing == IPTFS_FRAMING_PPP ? 2 : 38);
    /* 998 and 962 less 32 of headers leave 966 and 930, less 2 in multiples of 4. */
    plan->sender.mtu_octets -= plan->sender.mtu_octets % 4;
    plan->link.rate_bps =
        UINT64_C(8000) * iptfs_framed_octets(plan->link.framing, plan->sender.mtu_octets);
    int64_t at_ps = 0;
    for (plan->count = 0; plan->count < 200; plan->count++) {
        at_ps += dice_percent(&dice, 40) ? 0 : (int64_t)dice_between(&dice, 1, 2) * MS;
        plan->arrivals[plan->count] =
            arrival_of(at_ps, plan->sender.mtu_octets - 34, (uint32_t)plan->count);
    }
    plan->end_ps = at_ps + IPTFS_PS_PER_S;
}
