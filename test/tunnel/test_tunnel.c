/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole tunnel, driven by hand: invariants are checked in each step of thousands of random runs
 * (see whole_tunnel.h). */
#include "base/error.h"
#include "base/units.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/whole_tunnel.h"
#include "tunnel/tunnel.h"

#include <inttypes.h>
#include <string.h>

#define US IPTFS_PS_PER_US
#define MS IPTFS_PS_PER_MS

/* ------------------------------------------------------------------------------- random plans */

static void random_packets(struct plan *plan, struct dice *dice)
{
    static const uint32_t largest[] = {60, 200, 1500, 4000, 30000};
    uint32_t max_octets = largest[dice_between(dice, 0, 4)];
    uint64_t gap_us = dice_between(dice, 0, 2000);
    int64_t at_ps = 0;
    plan->count = dice_between(dice, 1, 60);
    for (size_t i = 0; i < plan->count; i++) {
        at_ps += dice_percent(dice, 30) ? 0 : (int64_t)dice_between(dice, 0, gap_us) * US;
        uint32_t octets = (uint32_t)dice_between(dice, 20, max_octets);
        plan->arrivals[i] = arrival_of(at_ps, octets, (uint32_t)i);
        plan->arrivals[i].ip_version = dice_percent(dice, 50) ? 4 : 6;
        plan->arrivals[i].local = dice_percent(dice, 20);
        plan->arrivals[i].tos = (uint8_t)dice_between(dice, 0, 3);
    }
}

static void random_sa(struct plan *plan, struct dice *dice)
{
    plan->sender = plain_sender();
    iptfs_esp_init(&plan->sender.esp, iptfs_cipher_at(dice_percent(dice, 50) ? 0 : 1),
                   dice_percent(dice, 50) ? 4 : 6);
    plan->sender.mtu_octets = (uint32_t)dice_between(dice, 200, 2000);
    plan->sender.pkt_size_octets =
        dice_percent(dice, 50) ? 0 : (uint32_t)dice_between(dice, 100, 1500);
    plan->sender.init_delay_ps =
        dice_percent(dice, 50) ? 0 : (int64_t)dice_between(dice, 0, 3) * MS;
    plan->receiver = (struct iptfs_receiver_config){
        .reorder_window = dice_percent(dice, 30) ? 0 : (uint32_t)dice_between(dice, 1, 20),
        .drop_time_ps = (int64_t)dice_between(dice, 0, 20) * MS,
    };
}

static void random_trouble(struct plan *plan, struct dice *dice)
{
    uint64_t last_seq = plan->count * 4;
    plan->sender.dont_frag = dice_percent(dice, 20);
    plan->sender.ip_fragment = plan->count % 2 == 0;
    plan->sender.max_queue_size_octets = dice_between(dice, 2000, 100000);
    plan->receiver.replay_window = dice_percent(dice, 30) ? (uint32_t)dice_between(dice, 1, 64) : 0;
    plan->receiver.immediate = dice_percent(dice, 30);
    plan->link.mtu_octets = dice_percent(dice, 20) ? (uint32_t)dice_between(dice, 100, 1500) : 2100;
    plan->link.queue_pkts = dice_percent(dice, 30) ? dice_between(dice, 1, 10) : 0;
    plan->link.queue_octets = dice_percent(dice, 30) ? dice_between(dice, 1000, 9000) : 0;
    plan->loss = dice_percent(dice, 50) ? 0 : (double)dice_between(dice, 0, 60) / 100;
    plan->item_count = dice_percent(dice, 30) ? 0 : dice_between(dice, 1, ITEMS_MAX);
    for (size_t i = 0; i < plan->item_count; i++)
        plan->items[i] = (struct iptfs_impair_item){
            dice_between(dice, 1, last_seq),
            (enum iptfs_impair_action)dice_between(dice, IPTFS_IMPAIR_DROP, IPTFS_IMPAIR_CE),
            (int64_t)dice_between(dice, 0, 9) * MS,
        };
}

/* Random packets, SAs and link; with `trouble` all impairments are on. */
static void make_plan(struct plan *plan, uint64_t seed, bool trouble)
{
    struct dice dice = {seed};
    *plan = (struct plan){.seed = seed};
    random_packets(plan, &dice);
    random_sa(plan, &dice);
    plan->sender.max_queue_size_octets = 10000000;
    plan->link = (struct iptfs_link_config){
        .rate_bps = dice_percent(&dice, 20) ? 0 : dice_between(&dice, 1000000, 100000000),
        .delay_ps = (int64_t)dice_between(&dice, 0, 10) * MS,
        .mtu_octets = 2100,
        .framing = (enum iptfs_framing)dice_between(&dice, 0, 2),
    };
    if (trouble)
        random_trouble(plan, &dice);
    else
        plan->receiver.drop_time_ps = 1000 * IPTFS_PS_PER_S;
    int64_t last_ps = plan->arrivals[plan->count - 1].at_ps;
    plan->stop_ps = (int64_t)dice_between(&dice, 0, (uint64_t)last_ps + 30 * (uint64_t)MS);
}

/* --------------------------------------------------------------------------------------- tests */

static bool start(struct bench *bench, struct plan *plan)
{
    return CHECK_TRUE(bench_start(bench, plan));
}

static void stop(struct bench *bench, int64_t at_ps)
{
    bench_close(bench, at_ps);
    if (bench->wrong != NULL)
        CHECK_FAIL("seed %" PRIu64 ", step %" PRIu64 ", at %" PRId64 " ps: %s", bench->plan->seed,
                   bench->steps, bench->now_ps, bench->wrong);
    else
        CHECK_TRUE(true);
}

static void play(struct plan *plan, int64_t stop_ps)
{
    static struct bench bench;
    if (!start(&bench, plan))
        return;
    bench_run_until(&bench, stop_ps < IPTFS_NEVER ? stop_ps : IPTFS_TIME_MAX_PS);
    stop(&bench, stop_ps);
}

static void test_trouble(void)
{
    static struct plan plan;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        make_plan(&plan, seed, true);
        play(&plan, IPTFS_NEVER);
    }
}

/* Whenever the run ends, all packets are accounted for. */
static void test_stopped_at_any_time(void)
{
    static struct plan plan;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        make_plan(&plan, seed, true);
        play(&plan, plan.stop_ps);
    }
}

/* Without loss every packet comes out once, whole and in order, whatever the window. */
static void test_lossless(void)
{
    static struct plan plan;
    static struct bench bench;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        make_plan(&plan, seed, false);
        if (!start(&bench, &plan))
            return;
        bench_run_until(&bench, IPTFS_TIME_MAX_PS);
        bench_expect(&bench, bench.distinct == plan.count, "not all were delivered");
        bench_expect(&bench, bench.in_order, "delivered out of order");
        bench_expect(&bench, bench.tunnel.delivered_again == 0, "delivered twice");
        const uint64_t *counters = bench.tunnel.counters.value;
        bench_expect(
            &bench,
            counters[IPTFS_XFRM_IN_IPTFS_ERROR] == 0 && counters[IPTFS_XFRM_IN_HDR_ERROR] == 0 &&
                counters[IPTFS_XFRM_IN_BUFFER_ERROR] == 0 && counters[IPTFS_XFRM_OUT_ERROR] == 0 &&
                counters[IPTFS_XFRM_OUT_NO_QUEUE_SPACE] == 0,
            "an error was counted");
        bench_expect(&bench, bench.tunnel.store.live_inner == 0, "packets are left");
        stop(&bench, IPTFS_NEVER);
    }
}

/* One full outer packet each millisecond, each delayed by less than three more: a window of three
 * puts all in order again; without one they are delivered as they arrive. */
static void test_reordered_within_the_window(void)
{
    static struct plan plan;
    static struct bench bench;
    for (uint32_t window = 0; window <= 3; window += 3) {
        struct dice dice = {window};
        plan = (struct plan){.sender = plain_sender(), .seed = window};
        plan.receiver = (struct iptfs_receiver_config){
            .reorder_window = window, .drop_time_ps = IPTFS_PS_PER_S, .replay_window = 0};
        plan.link = (struct iptfs_link_config){.delay_ps = MS, .mtu_octets = 1500};
        plan.count = 300;
        plan.item_count = ITEMS_MAX;
        for (size_t i = 0; i < plan.count; i++)
            plan.arrivals[i] = arrival_of((int64_t)i * MS, 1466, (uint32_t)i);
        for (size_t i = 0; i < ITEMS_MAX; i++)
            plan.items[i] =
                (struct iptfs_impair_item){dice_between(&dice, 2, 300), IPTFS_IMPAIR_DELAY,
                                           (int64_t)dice_between(&dice, 0, 2999) * US};
        if (!start(&bench, &plan))
            return;
        bench_run_until(&bench, IPTFS_TIME_MAX_PS);
        CHECK_U64(bench.distinct, 300);
        CHECK_TRUE(bench.in_order == (window == 3));
        stop(&bench, IPTFS_NEVER);
    }
}

/* Two packets of 2000 octets in three outer packets; the second is lost, and with it both. */
static void test_one_fragment_lost(void)
{
    static struct plan plan;
    static struct bench bench;
    plan = (struct plan){.sender = plain_sender(), .item_count = 1, .count = 3};
    plan.receiver = (struct iptfs_receiver_config){
        .reorder_window = 3, .drop_time_ps = 10 * MS, .replay_window = 0};
    plan.link = (struct iptfs_link_config){.mtu_octets = 1500};
    plan.items[0] = (struct iptfs_impair_item){2, IPTFS_IMPAIR_DROP, 0};
    plan.arrivals[0] = arrival_of(0, 2000, 0);
    plan.arrivals[1] = arrival_of(0, 900, 1); /* goes with the end of the first */
    plan.arrivals[2] = arrival_of(MS, 100, 2);
    if (!start(&bench, &plan))
        return;
    bench_run_until(&bench, IPTFS_TIME_MAX_PS);
    CHECK_INT(bench.delivered[0], 0);
    CHECK_INT(bench.delivered[1], 0);
    CHECK_INT(bench.delivered[2], 1);
    /* 3 waits for 2 until the timer of the partial packet, which began at 0, finds it too young. */
    CHECK_INT(bench.now_ps, 11 * MS);
    CHECK_U64(bench.tunnel.store.ledger.dropped[IPTFS_DROP_LINK_LOSS].pkts, 2);
    iptfs_tunnel_sum(&bench.tunnel);
    CHECK_U64(bench.tunnel.delivered.delays.count, 1);
    CHECK_INT(bench.tunnel.delivered.delays.max_ps, 10 * MS);
    stop(&bench, IPTFS_NEVER);
}

/* A packet of two pieces in an otherwise idle tunnel, whose second piece is delayed. */
static bool play_late_piece(struct bench *bench, struct plan *plan, int64_t extra_ps)
{
    *plan = (struct plan){.sender = plain_sender(), .item_count = 1, .count = 1};
    plan->receiver = (struct iptfs_receiver_config){
        .reorder_window = 3, .drop_time_ps = 10 * MS, .replay_window = 0};
    plan->link = (struct iptfs_link_config){.mtu_octets = 1500};
    plan->items[0] = (struct iptfs_impair_item){2, IPTFS_IMPAIR_DELAY, extra_ps};
    plan->arrivals[0] = arrival_of(0, 2000, 0);
    if (!start(bench, plan))
        return false;
    bench_run_until(bench, IPTFS_TIME_MAX_PS);
    return true;
}

/* The drop timer runs while a packet is partial, and no longer. What comes at the instant at which
 * it would fire is in time. */
static void test_drop_time_of_partial(void)
{
    static struct plan plan;
    static struct bench bench;
    if (!play_late_piece(&bench, &plan, 5 * MS))
        return;
    CHECK_U64(bench.distinct, 1);
    CHECK_INT(bench.now_ps, 5 * MS); /* the timer was stopped: nothing came after it */
    stop(&bench, IPTFS_NEVER);
    if (!play_late_piece(&bench, &plan, 10 * MS))
        return;
    CHECK_U64(bench.distinct, 1);
    CHECK_INT(bench.now_ps, 10 * MS);
    CHECK_INT(iptfs_tunnel_next_ps(&bench.tunnel), IPTFS_NEVER);
    stop(&bench, IPTFS_NEVER);
    if (!play_late_piece(&bench, &plan, 10 * MS + 1))
        return;
    CHECK_U64(bench.distinct, 0);
    CHECK_U64(bench.tunnel.store.ledger.dropped[IPTFS_DROP_DROP_TIME].pkts, 1);
    CHECK_U64(bench.tunnel.counters.value[IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS], 1);
    CHECK_U64(bench.tunnel.counters.value[IPTFS_XFRM_IN_IPTFS_ERROR], 0);
    stop(&bench, IPTFS_NEVER);
}

/* The link lost the packet; that its copy then came too late does not change it. */
static void test_first_cause_stands(void)
{
    static struct plan plan;
    static struct bench bench;
    plan = (struct plan){.sender = plain_sender(), .item_count = 2, .count = 3};
    plan.receiver = (struct iptfs_receiver_config){
        .reorder_window = 3, .drop_time_ps = 10 * MS, .replay_window = 0};
    plan.link = (struct iptfs_link_config){.mtu_octets = 1500};
    plan.items[0] = (struct iptfs_impair_item){2, IPTFS_IMPAIR_DROP, 0};
    plan.items[1] = (struct iptfs_impair_item){2, IPTFS_IMPAIR_DUPLICATE, 50 * MS};
    for (uint32_t id = 0; id < 3; id++)
        plan.arrivals[id] = arrival_of(id * MS, 100, id);
    if (!start(&bench, &plan))
        return;
    bench_run_until(&bench, IPTFS_TIME_MAX_PS);
    CHECK_U64(bench.distinct, 2);
    CHECK_U64(bench.tunnel.receiver.reorder.late_pkts, 1);
    CHECK_U64(bench.tunnel.store.ledger.dropped[IPTFS_DROP_LINK_LOSS].pkts, 1);
    CHECK_U64(bench.tunnel.store.ledger.dropped[IPTFS_DROP_LATE].pkts, 0);
    stop(&bench, IPTFS_NEVER);
}

/* Delay of a packet: its wait for the timer, its transmission, its propagation. */
static void test_delay(void)
{
    static struct plan plan;
    static struct bench bench;
    plan = (struct plan){.sender = plain_sender(), .count = 2};
    plan.sender.init_delay_ps = 2 * MS;
    plan.receiver = (struct iptfs_receiver_config){
        .reorder_window = 3, .drop_time_ps = 10 * MS, .replay_window = 0};
    plan.link = (struct iptfs_link_config){
        .rate_bps = 8000000, .delay_ps = 5 * MS, .mtu_octets = 1500, .framing = IPTFS_FRAMING_NONE};
    plan.arrivals[0] = arrival_of(0, 466, 0);
    plan.arrivals[1] = arrival_of(MS, 496, 1);
    if (!start(&bench, &plan))
        return;
    bench_run_until(&bench, IPTFS_TIME_MAX_PS);
    /* 20 + 8 + 4 + 962 + 2 are 996 octets: 996 us. */
    iptfs_tunnel_sum(&bench.tunnel);
    CHECK_INT(bench.tunnel.delivered.delays.max_ps, 7996 * US);
    CHECK_INT(bench.tunnel.delivered.delays.min_ps, 6996 * US);
    CHECK_U64(bench.tunnel.delivered.octets, 962);
    CHECK_U64(bench.tunnel.data_octets, 962);
    CHECK_U64(bench.tunnel.payload_octets, 1466);
    CHECK_U64(bench.tunnel.link->stats.received.octets, 996);
    stop(&bench, IPTFS_NEVER);
}

/* The second copy of an outer packet: without a window its packets come out again, and are neither
 * measured nor counted again; a window or a replay check keeps it out. */
static void test_duplicates(void)
{
    static const struct {
        uint32_t reorder_window, replay_window;
        uint64_t again;
    } rows[] = {{0, 0, 1}, {3, 0, 0}, {0, 32, 0}};
    static struct plan plan;
    static struct bench bench;
    for (size_t i = 0; i < 3; i++) {
        plan = (struct plan){.sender = plain_sender(), .item_count = 1, .count = 2};
        plan.receiver = (struct iptfs_receiver_config){.reorder_window = rows[i].reorder_window,
                                                       .drop_time_ps = 10 * MS,
                                                       .replay_window = rows[i].replay_window};
        plan.link = (struct iptfs_link_config){.mtu_octets = 1500};
        plan.items[0] = (struct iptfs_impair_item){1, IPTFS_IMPAIR_DUPLICATE, 5 * MS};
        plan.arrivals[0] = arrival_of(0, 500, 0);
        plan.arrivals[1] = arrival_of(MS, 500, 1);
        if (!start(&bench, &plan))
            return;
        bench_run_until(&bench, IPTFS_TIME_MAX_PS);
        CHECK_U64(bench.tunnel.delivered_again, rows[i].again);
        CHECK_U64(bench.delivered[0], 1 + rows[i].again);
        CHECK_U64(bench.distinct, 2);
        iptfs_tunnel_sum(&bench.tunnel);
        CHECK_U64(bench.tunnel.delivered.octets, 1000);
        stop(&bench, IPTFS_NEVER);
    }
}

/* A saturating source may have no more waiting than the link's queue takes without loss. */
static void test_window_of_sources(void)
{
    static const struct {
        uint64_t queue_pkts, queue_octets, max_queue_size;
    } rows[] = {{100, 0, 10000000}, {0, 30000, 10000000}, {0, 0, 5000}, {1000, 0, 5000}};
    static struct plan plan;
    static struct bench bench;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (uint32_t octets = 20; octets <= 1466; octets += 241) {
            plan = (struct plan){.sender = plain_sender(), .seed = octets};
            plan.sender.max_queue_size_octets = rows[i].max_queue_size;
            plan.receiver = (struct iptfs_receiver_config){
                .reorder_window = 3, .drop_time_ps = 10 * MS, .replay_window = 0};
            plan.link = (struct iptfs_link_config){
                .rate_bps = 1000000,
                .mtu_octets = 1500,
                .queue_pkts = rows[i].queue_pkts,
                .queue_octets = rows[i].queue_octets,
            };
            if (!start(&bench, &plan))
                return;
            uint32_t window = bench.tunnel.sender.window_octets;
            CHECK_TRUE(window >= 1466);
            for (plan.count = 0; plan.count < PKTS_MAX; plan.count++) {
                if ((plan.count + 1) * octets > window)
                    break;
                plan.arrivals[plan.count] = arrival_of(0, octets, (uint32_t)plan.count);
                plan.arrivals[plan.count].tos = 2; /* ECN-capable: may be marked */
            }
            feed_init(&bench.feed, plan.arrivals, plan.count);
            for (size_t n = 0; n < plan.count; n++)
                plan.arrivals[n].handle = &bench.released[n];
            bench_run_until(&bench, IPTFS_TIME_MAX_PS);
            CHECK_U64(bench.distinct, plan.count);
            CHECK_U64(bench.tunnel.sender.queue.marked_pkts, 0);
            stop(&bench, IPTFS_NEVER);
        }
    }
}

/* Freed without being closed, at any time, nothing leaks. */
static void test_freed_at_any_time(void)
{
    static struct plan plan;
    static struct bench bench;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        make_plan(&plan, seed, true);
        if (!start(&bench, &plan))
            return;
        bench_run_until(&bench, plan.stop_ps);
        iptfs_tunnel_free(&bench.tunnel);
        for (size_t i = 0; i < plan.count; i++)
            if (bench.arrived[i] && bench.released[i] != (bench.delivered[i] > 0 ? 0 : 1))
                bench_expect(&bench, false, "a handle was not let go just once");
        if (bench.wrong != NULL)
            CHECK_FAIL("seed %" PRIu64 ": %s", seed, bench.wrong);
    }
    CHECK_TRUE(true);
}

const CU_TestInfo iptfs_tests_tunnel[] = {
    {"nothing is lost without loss", test_lossless},
    {"trouble of all kinds", test_trouble},
    {"stopped at any time it balances", test_stopped_at_any_time},
    {"freed at any time", test_freed_at_any_time},
    {"reordered within the window", test_reordered_within_the_window},
    {"one fragment lost", test_one_fragment_lost},
    {"drop time of a partial packet", test_drop_time_of_partial},
    {"the first cause stands", test_first_cause_stands},
    {"delay of a packet", test_delay},
    {"duplicates", test_duplicates},
    {"what sources may keep waiting", test_window_of_sources},
    CU_TEST_INFO_NULL,
};
