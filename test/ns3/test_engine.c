/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels on ns-3's events: our link against ns-3's own, and arrivals that are pulled against
 * arrivals that are events. Whole runs are recorded and compared record by record. */
#include "base/error.h"
#include "base/units.h"
#include "link/direct_link.h"
#include "ns3/engine.h"
#include "ns3/events.h"
#include "ns3/p2p_link.h"
#include "ns3/sim.h"
#include "support/check.h"
#include "support/fixture.h"

#include <inttypes.h>
#include <malloc.h>
#include <string.h>

#define US IPTFS_PS_PER_US
#define MS IPTFS_PS_PER_MS

enum {
    PKTS_MAX = 300,
    RECORDS_MAX = 8000,
    ITEMS = 24
};

/* One run, complete. */
struct plan {
    const char *name;
    struct iptfs_sender_config sender;
    struct iptfs_receiver_config receiver;
    struct iptfs_link_config link;
    double loss;
    struct iptfs_impair_item items[ITEMS];
    size_t item_count;
    struct iptfs_arrival arrivals[PKTS_MAX];
    size_t count;
    int64_t end_ps;
};

enum way {
    DIRECT,        /* our link, arrivals pulled */
    P2P,           /* ns-3's link, arrivals pulled */
    DIRECT_EVENTS, /* our link, each arrival an event */
    P2P_EVENTS
};

struct record {
    char what; /* 's'ent, 'a'rrived at the far end, 'd'elivered */
    uint32_t octets;
    uint64_t number;
    int64_t at_ps;
};

/* What a run did. */
struct result {
    struct record records[RECORDS_MAX];
    size_t count;
    struct iptfs_counters counters;
    struct iptfs_ledger ledger;
    struct iptfs_link_stats link;
    uint64_t marked_pkts;
    uint64_t events;
    uint64_t sent;
};

struct bench {
    struct iptfs_tunnel tunnel;
    struct iptfs_observer observer;
    struct iptfs_engine engine;
    struct feed feed;
    struct result *result;
    void (*deliver)(void *ctx, int64_t now_ps, struct iptfs_outer *outer);
    void *deliver_ctx;
};

/* An arrival that is an event of its own. */
struct event {
    struct bench *bench;
    const struct iptfs_arrival *arrival;
};

static void record(struct bench *bench, char what, uint64_t number, uint32_t octets, int64_t at_ps)
{
    struct result *result = bench->result;
    if (result->count < RECORDS_MAX)
        result->records[result->count++] = (struct record){what, octets, number, at_ps};
}

static void on_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    struct bench *bench = ctx;
    bench->result->sent++;
    record(bench, 's', outer->seq, outer->data_octets, now_ps);
}

static void on_far_end(void *ctx, int64_t now_ps, struct iptfs_outer *outer)
{
    struct bench *bench = ctx;
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
    struct bench *bench = event->bench;
    CHECK_INT(iptfs_ns3_now_ps(), event->arrival->at_ps);
    iptfs_sender_offer(&bench->tunnel.sender, event->arrival);
    iptfs_engine_arm(&bench->engine);
}

static bool add_link(struct bench *bench, const struct plan *plan, bool p2p)
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

static bool open_bench(struct bench *bench, const struct plan *plan, enum way way,
                       struct result *result)
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
    iptfs_observers_add(&bench->tunnel.observers, &bench->observer);
    feed_init(&bench->feed, plan->arrivals, plan->count);
    if (way == DIRECT || way == P2P)
        bench->tunnel.sender.source = &bench->feed.source;
    return add_link(bench, plan, way == P2P || way == P2P_EVENTS);
}

static void close_bench(struct bench *bench, const struct plan *plan)
{
    struct result *result = bench->result;
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

static void play(const struct plan *plan, enum way way, struct result *result)
{
    static struct bench bench;
    static struct event events[PKTS_MAX];
    if (!open_bench(&bench, plan, way, result))
        return;
    for (size_t i = 0; i < plan->count && (way == DIRECT_EVENTS || way == P2P_EVENTS); i++) {
        events[i] = (struct event){&bench, &plan->arrivals[i]};
        CHECK_INT(iptfs_ns3_at(plan->arrivals[i].at_ps, on_arrival, NULL, &events[i]), 0);
    }
    iptfs_engine_wake(&bench.engine);
    CHECK_INT(iptfs_ns3_run_until(plan->end_ps), 0);
    close_bench(&bench, plan);
}

/* ----------------------------------------------------------------------------------- comparing */

static bool same_records(const struct result *found, const struct result *expected, char only)
{
    size_t f = 0, e = 0;
    for (;; f++, e++) {
        while (only != '*' && f < found->count && found->records[f].what != only)
            f++;
        while (only != '*' && e < expected->count && expected->records[e].what != only)
            e++;
        if (f == found->count || e == expected->count)
            break;
        const struct record *a = &found->records[f], *b = &expected->records[e];
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

static bool same_numbers(const struct result *found, const struct result *expected)
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

static void compare(const struct plan *plan, enum way way, enum way reference)
{
    static struct result found, expected;
    play(plan, way, &found);
    play(plan, reference, &expected);
    /* What was not told apart was not compared. */
    CHECK_TRUE(expected.count > 0 && expected.count < RECORDS_MAX);
    bool same = same_records(&found, &expected, 's');
    same = same_records(&found, &expected, 'a') && same;
    same = same_records(&found, &expected, 'd') && same;
    same = same_records(&found, &expected, '*') && same;
    same = same_numbers(&found, &expected) && same;
    if (!same)
        CHECK_FAIL("%s: %" PRIu64 " b/s, framing %d, queue %" PRIu64 " packets or %" PRIu64
                   " octets, init-delay %" PRId64,
                   plan->name, plan->link.rate_bps, plan->link.framing, plan->link.queue_pkts,
                   plan->link.queue_octets, plan->sender.init_delay_ps);
}

/* --------------------------------------------------------------------------------------- plans */

static const uint64_t rates[] = {UINT64_C(10000000000), 7000000, 1234567};

static struct plan plain_plan(const char *name, uint64_t rate_bps, enum iptfs_framing framing)
{
    struct plan plan = {.name = name, .sender = plain_sender()};
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

/* Packets of all sizes, with random gaps; the run goes on until all is done. */
static void fill(struct plan *plan, size_t count, uint32_t max_octets, int64_t max_gap_ps)
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

/* About as long as one packet of 1500 octets takes. */
static int64_t packet_ps(const struct plan *plan)
{
    return iptfs_tx_time_ps(1538, plan->link.rate_bps);
}

static void for_all_links(const char *name, void (*test)(struct plan *plan))
{
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        for (int framing = IPTFS_FRAMING_ETHERNET; framing <= IPTFS_FRAMING_PPP; framing++) {
            struct plan plan = plain_plan(name, rates[i], (enum iptfs_framing)framing);
            test(&plan);
        }
    }
}

/* Everything that may happen on the way. */
static void add_trouble(struct plan *plan)
{
    struct dice dice = {99};
    plan->loss = 0.1;
    plan->item_count = ITEMS;
    for (size_t i = 0; i < ITEMS; i++)
        plan->items[i] = (struct iptfs_impair_item){
            dice_between(&dice, 1, 60),
            (enum iptfs_impair_action)dice_between(&dice, IPTFS_IMPAIR_DROP, IPTFS_IMPAIR_CE),
            (int64_t)dice_between(&dice, 0, 4) * packet_ps(plan),
        };
}

/* Arrivals on a grid of 1 ms, over a link that transmits a full outer packet in just that time:
 * packets leave the queue at the instant at which others come. */
static void make_grid(struct plan *plan, uint64_t queue_pkts, uint64_t queue_octets)
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

/* ---------------------------------------------------------------------------- direct and p2p */

static void idle_on_both(struct plan *plan)
{
    fill(plan, 60, 3000, 10 * packet_ps(plan));
    compare(plan, P2P, DIRECT);
}

static void saturated_on_both(struct plan *plan)
{
    fill(plan, PKTS_MAX, 3000, packet_ps(plan) / 2);
    compare(plan, P2P, DIRECT);
}

static void overflow_packets_on_both(struct plan *plan)
{
    fill(plan, PKTS_MAX, 3000, packet_ps(plan) / 2);
    plan->link.queue_pkts = 5;
    compare(plan, P2P, DIRECT);
}

static void overflow_octets_on_both(struct plan *plan)
{
    fill(plan, PKTS_MAX, 3000, packet_ps(plan) / 2);
    plan->link.queue_pkts = 0;
    plan->link.queue_octets = 6000;
    compare(plan, P2P, DIRECT);
}

static void trouble_on_both(struct plan *plan)
{
    fill(plan, PKTS_MAX, 3000, packet_ps(plan));
    add_trouble(plan);
    plan->link.mtu_octets = 1400;
    compare(plan, P2P, DIRECT);
}

static void test_idle_on_both(void)
{
    for_all_links("idle", idle_on_both);
}

static void test_saturated_on_both(void)
{
    for_all_links("saturated", saturated_on_both);
}

static void test_overflow_packets_on_both(void)
{
    for_all_links("overflow in packets", overflow_packets_on_both);
}

static void test_overflow_octets_on_both(void)
{
    for_all_links("overflow in octets", overflow_octets_on_both);
}

static void test_trouble_on_both(void)
{
    for_all_links("trouble", trouble_on_both);
}

/* Arrivals meet ends of transmissions. */
static void test_coincidence_on_both(void)
{
    for (int framing = IPTFS_FRAMING_ETHERNET; framing <= IPTFS_FRAMING_PPP; framing++) {
        for (uint64_t queue = 1; queue <= 3; queue++) {
            struct plan plan = plain_plan("coincidence", 1000, (enum iptfs_framing)framing);
            make_grid(&plan, queue, 0);
            compare(&plan, P2P, DIRECT);
            make_grid(&plan, 0, queue * 1000);
            compare(&plan, P2P, DIRECT);
        }
    }
}

/* Stopped in the middle, both have the same packets under way. */
static void test_stopped_on_both(void)
{
    struct plan plan = plain_plan("stopped", 7000000, IPTFS_FRAMING_ETHERNET);
    fill(&plan, PKTS_MAX, 3000, packet_ps(&plan) / 2);
    add_trouble(&plan);
    for (int64_t end_ps = 0; end_ps < 300 * MS; end_ps += 17 * MS) {
        plan.end_ps = end_ps + 1;
        compare(&plan, P2P, DIRECT);
    }
}

/* What ns-3's link lacks is refused, not ignored. */
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
        struct plan plan = plain_plan("refused", rows[i].rate_bps, rows[i].framing);
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

/* --------------------------------------------------------------------------- pulled or events */

static void pulled_or_events(struct plan *plan)
{
    static const int64_t init_delays_ps[] = {0, 500 * US, 7 * MS};
    fill(plan, PKTS_MAX, 3000, packet_ps(plan) / 2);
    plan->sender.max_queue_size_octets = 8000;
    plan->link.queue_pkts = 20;
    plan->loss = 0.05;
    for (size_t i = 0; i < 3; i++) {
        plan->sender.init_delay_ps = init_delays_ps[i];
        for (int dont_frag = 0; dont_frag <= 1; dont_frag++) {
            plan->sender.dont_frag = dont_frag != 0;
            compare(plan, DIRECT, DIRECT_EVENTS);
            compare(plan, P2P, P2P_EVENTS);
        }
    }
}

static void test_pulled_or_events(void)
{
    for_all_links("pulled or events", pulled_or_events);
}

/* Arrivals of one instant, timers that fire as others arrive, deliveries at the same time. */
static void test_coincidence_pulled_or_events(void)
{
    for (int64_t init_delay_ps = 0; init_delay_ps <= 3 * MS; init_delay_ps += MS) {
        for (uint64_t queue = 1; queue <= 3; queue++) {
            struct plan plan = plain_plan("coincidence", 1000, IPTFS_FRAMING_PPP);
            make_grid(&plan, queue, 0);
            plan.sender.init_delay_ps = init_delay_ps;
            plan.sender.max_queue_size_octets = 4000;
            compare(&plan, DIRECT, DIRECT_EVENTS);
            compare(&plan, P2P, P2P_EVENTS);
            compare(&plan, P2P_EVENTS, DIRECT);
        }
    }
}

/* At the end, what came in since the last event is offered all the same. */
static void test_stopped_pulled_or_events(void)
{
    struct plan plan = plain_plan("stopped", 7000000, IPTFS_FRAMING_ETHERNET);
    fill(&plan, PKTS_MAX, 3000, packet_ps(&plan) / 2);
    plan.sender.init_delay_ps = 10 * MS;
    add_trouble(&plan);
    for (int64_t end_ps = 15 * MS; end_ps < 200 * MS; end_ps += 13 * MS) {
        plan.end_ps = end_ps;
        compare(&plan, DIRECT, DIRECT_EVENTS);
    }
}

static void test_eager_is_the_same(void)
{
    static struct result lazy, eager;
    static struct bench bench;
    struct plan plan = plain_plan("eager", 7000000, IPTFS_FRAMING_ETHERNET);
    fill(&plan, PKTS_MAX, 3000, packet_ps(&plan) / 2);
    plan.sender.init_delay_ps = 3 * MS;
    play(&plan, DIRECT, &lazy);
    if (!open_bench(&bench, &plan, DIRECT, &eager))
        return;
    bench.tunnel.sender.eager = true;
    iptfs_engine_wake(&bench.engine);
    CHECK_INT(iptfs_ns3_run_until(plan.end_ps), 0);
    close_bench(&bench, &plan);
    same_records(&eager, &lazy, '*');
    same_numbers(&eager, &lazy);
    CHECK_TRUE(eager.events > lazy.events);
}

/* A run in pieces is the same run. */
static void test_in_pieces(void)
{
    static struct result whole, pieces;
    static struct bench bench;
    struct plan plan = plain_plan("pieces", 7000000, IPTFS_FRAMING_ETHERNET);
    fill(&plan, PKTS_MAX, 3000, packet_ps(&plan) / 2);
    plan.sender.init_delay_ps = 3 * MS;
    add_trouble(&plan);
    play(&plan, P2P, &whole);
    if (!open_bench(&bench, &plan, P2P, &pieces))
        return;
    for (int64_t until_ps = 0; until_ps <= plan.end_ps; until_ps += plan.end_ps / 1000) {
        iptfs_engine_wake(&bench.engine);
        CHECK_INT(iptfs_ns3_run_until(until_ps), 0);
    }
    CHECK_INT(iptfs_ns3_run_until(plan.end_ps), 0);
    close_bench(&bench, &plan);
    same_records(&pieces, &whole, '*');
    same_numbers(&pieces, &whole);
    CHECK_U64(pieces.events, whole.events);
}

/* ---------------------------------------------------------------------------------------- cost */

/* Fills whatever room there is with packets of one size. */
struct filler {
    struct iptfs_source source;
    struct iptfs_arrival next;
    uint32_t left;
};

static int64_t filler_next_ps(const struct iptfs_source *source)
{
    return ((const struct filler *)source)->next.at_ps;
}

static void filler_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct filler *filler = (struct filler *)source;
    *arrival = filler->next;
    filler->next.id++;
    filler->left -= filler->next.octets;
    if (filler->left < filler->next.octets)
        filler->next.at_ps = IPTFS_NEVER;
}

static void filler_free_space(struct iptfs_source *source, int64_t now_ps,
                              const struct iptfs_free_space *free_space)
{
    struct filler *filler = (struct filler *)source;
    filler->left = free_space->octets;
    filler->next.at_ps = iptfs_later(now_ps, free_space->idle_ps - free_space->lead_ps);
}

/* A saturated direct link is never idle, loses nothing and needs at most two events a packet. */
static void saturate(uint32_t octets, int64_t init_delay_ps)
{
    static const struct iptfs_source_ops ops = {filler_next_ps, filler_take, filler_free_space};
    static struct result result;
    static struct bench bench;
    struct filler filler = {.source = {&ops}, .next = arrival_of(0, octets, 0)};
    struct plan plan = plain_plan("saturate", UINT64_C(1000000000), IPTFS_FRAMING_ETHERNET);
    plan.sender.init_delay_ps = init_delay_ps;
    plan.end_ps = 50 * MS;
    if (!open_bench(&bench, &plan, DIRECT, &result))
        return;
    filler.left = bench.tunnel.sender.window_octets;
    bench.tunnel.sender.source = &filler.source;
    iptfs_engine_wake(&bench.engine);
    CHECK_INT(iptfs_ns3_run_until(plan.end_ps), 0);
    double wire_octets = (double)bench.tunnel.link->stats.sent.octets + 38 * (double)result.sent;
    CHECK_TRUE(wire_octets * 8 / 1e9 >= 0.05 - 0.003); /* busy but for the first init-delay */
    close_bench(&bench, &plan);
    CHECK_U64(result.link.lost[IPTFS_DROP_LINK_QUEUE].pkts, 0);
    CHECK_U64(result.counters.value[IPTFS_XFRM_OUT_NO_QUEUE_SPACE], 0);
    CHECK_U64(result.marked_pkts, 0);
    if (!CHECK_TRUE(result.events <= 2 * result.sent))
        CHECK_FAIL("%" PRIu64 " events for %" PRIu64 " outer packets of %u octets inside",
                   result.events, result.sent, octets);
}

static void test_events_of_saturated_link(void)
{
    static const uint32_t sizes[] = {40, 576, 734, 1466, 1500, 9000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int64_t init_delay_ps = 0; init_delay_ps <= 2 * MS; init_delay_ps += 2 * MS)
            saturate(sizes[i], init_delay_ps);
}

/* Pulled arrivals cost no events: many small packets that wait for one timer take two, the timer's
 * and the delivery's. */
static void test_arrivals_are_no_events(void)
{
    static struct result result;
    struct plan plan = plain_plan("no events", 0, IPTFS_FRAMING_ETHERNET);
    plan.link.queue_pkts = 0;
    plan.sender.init_delay_ps = 10 * MS;
    plan.end_ps = 30 * MS;
    for (plan.count = 0; plan.count < 30; plan.count++)
        plan.arrivals[plan.count] = arrival_of((int64_t)plan.count * US, 40, (uint32_t)plan.count);
    play(&plan, DIRECT, &result);
    CHECK_U64(result.sent, 1);
    CHECK_U64(result.ledger.delivered.pkts, 30);
    CHECK_TRUE(result.events <= 2);
}

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static uint64_t allocated_octets(void)
{
    if (__sanitizer_get_current_allocated_bytes != NULL)
        return __sanitizer_get_current_allocated_bytes();
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static void test_many_runs_do_not_grow(void)
{
    static struct result result;
    struct plan plan = plain_plan("growth", 7000000, IPTFS_FRAMING_ETHERNET);
    fill(&plan, 30, 3000, packet_ps(&plan) / 2);
    add_trouble(&plan);
    uint64_t after_10 = 0;
    for (int run = 1; run <= 200; run++) {
        plan.end_ps = run % 3 == 0 ? 20 * MS : IPTFS_PS_PER_S;
        play(&plan, run % 2 == 0 ? P2P_EVENTS : DIRECT, &result);
        if (run == 10)
            after_10 = allocated_octets();
    }
    uint64_t after_200 = allocated_octets();
    if (!CHECK_TRUE(after_200 <= after_10 + 4096))
        CHECK_FAIL("%" PRIu64 " octets after 10 runs, %" PRIu64 " after 200", after_10, after_200);
}

const CU_TestInfo iptfs_tests_engine[] = {
    {"direct and p2p: idle", test_idle_on_both},
    {"direct and p2p: saturated", test_saturated_on_both},
    {"direct and p2p: queue overflows in packets", test_overflow_packets_on_both},
    {"direct and p2p: queue overflows in octets", test_overflow_octets_on_both},
    {"direct and p2p: loss, list and MTU", test_trouble_on_both},
    {"direct and p2p: arrivals meet ends of transmissions", test_coincidence_on_both},
    {"direct and p2p: stopped in between", test_stopped_on_both},
    {"p2p refuses what ns-3 lacks", test_p2p_refuses},
    {"pulled or events", test_pulled_or_events},
    {"pulled or events: coincidences", test_coincidence_pulled_or_events},
    {"pulled or events: stopped in between", test_stopped_pulled_or_events},
    {"eager is the same", test_eager_is_the_same},
    {"in pieces is the same", test_in_pieces},
    {"saturated link: at most two events a packet", test_events_of_saturated_link},
    {"arrivals are no events", test_arrivals_are_no_events},
    {"200 runs do not grow", test_many_runs_do_not_grow},
    CU_TEST_INFO_NULL,
};
