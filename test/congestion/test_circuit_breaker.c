/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The circuit breaker: its arithmetic by hand and against a naive count, and the tunnel it stops.
 */
#include "base/error.h"
#include "base/units.h"
#include "congestion/circuit_breaker.h"
#include "link/direct_link.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/samples.h"
#include "tunnel/tunnel.h"

#include <inttypes.h>
#include <string.h>

#define MS IPTFS_PS_PER_MS

/* An interval is 100 ps long. */
enum {
    TIME_PS = 500,
    INTERVAL_PS = 100
};

static void open(struct iptfs_circuit_breaker *breaker, double loss, bool constant_rate)
{
    struct iptfs_circuit_breaker_config config = {loss, TIME_PS, constant_rate};
    iptfs_circuit_breaker_init(breaker, &config);
}

/* Intervals in a row begin behind each other: the i-th with this time. */
static int64_t begin_ps(int64_t i)
{
    return i * (INTERVAL_PS + 1);
}

/* In interval `i` the numbers of one round of ten arrive, without `lost` (up to 8) after its
 * first. */
static void give_round(struct iptfs_circuit_breaker *breaker, int64_t i, uint64_t lost)
{
    for (uint64_t k = 0; k < 10; k++)
        if (k == 0 || k > lost)
            iptfs_circuit_breaker_input(breaker, begin_ps(i) + (int64_t)k,
                                        (uint64_t)i * 10 + k + 1);
    iptfs_circuit_breaker_wake(breaker, begin_ps(i + 1) - 2);
}

static void test_trips_at_the_end_of_the_fifth(void)
{
    struct iptfs_circuit_breaker breaker;
    open(&breaker, 0.2, false);
    CHECK_INT(iptfs_circuit_breaker_next_ps(&breaker), IPTFS_NEVER);
    for (int64_t i = 0; i < 5; i++) {
        give_round(&breaker, i, 2);
        CHECK_INT(iptfs_circuit_breaker_next_ps(&breaker), begin_ps(i) + INTERVAL_PS);
        CHECK_TRUE(!breaker.tripped);
    }
    iptfs_circuit_breaker_wake(&breaker, begin_ps(4) + INTERVAL_PS);
    CHECK_TRUE(breaker.tripped);
    CHECK_INT(breaker.tripped_ps, begin_ps(4) + INTERVAL_PS);
    CHECK_NEAR(breaker.tripped_loss, 0.2, 1e-12);
    CHECK_INT(iptfs_circuit_breaker_next_ps(&breaker), IPTFS_NEVER);
    /* Once and for all. */
    give_round(&breaker, 7, 8);
    CHECK_INT(iptfs_circuit_breaker_next_ps(&breaker), IPTFS_NEVER);
    CHECK_INT(breaker.tripped_ps, begin_ps(4) + INTERVAL_PS);
}

static void test_one_good_interval_ends_the_row(void)
{
    struct iptfs_circuit_breaker breaker;
    open(&breaker, 0.2, false);
    for (int64_t i = 0; i < 40; i++)
        give_round(&breaker, i, i % 5 == 4 ? 1 : 8);
    CHECK_TRUE(!breaker.tripped);
    for (int64_t i = 40; i < 45; i++)
        give_round(&breaker, i, 4);
    iptfs_circuit_breaker_wake(&breaker, begin_ps(45));
    CHECK_TRUE(breaker.tripped);
    CHECK_NEAR(breaker.tripped_loss, 0.4, 1e-12);
}

static void test_below_the_limit_never_trips(void)
{
    struct iptfs_circuit_breaker breaker;
    open(&breaker, 0.2001, false);
    for (int64_t i = 0; i < 1000; i++)
        give_round(&breaker, i, 2);
    CHECK_TRUE(!breaker.tripped);
    open(&breaker, 0, false);
    for (int64_t i = 0; i < 100; i++)
        give_round(&breaker, i, 8);
    CHECK_TRUE(!breaker.tripped);
    CHECK_INT(iptfs_circuit_breaker_next_ps(&breaker), IPTFS_NEVER);
}

static void test_what_comes_late_is_not_missed(void)
{
    struct iptfs_circuit_breaker breaker;
    open(&breaker, 0.2, false);
    static const uint64_t row[] = {10, 9, 8, 12, 12, 14, 11, 7, 14, 8};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        iptfs_circuit_breaker_input(&breaker, (int64_t)i, row[i]);
    /* 7, 8, 9, 10, 11, 12 and 14 arrived, 13 is missing; those before 10 were never missed. */
    CHECK_U64(breaker.received, 7);
    CHECK_U64(breaker.missed, 1);
    CHECK_U64(breaker.first, 7);
    CHECK_U64(breaker.top, 14);
}

/* A packet of the very end belongs to the interval; the next begins with the next packet. */
static void test_ends_of_intervals(void)
{
    struct iptfs_circuit_breaker breaker;
    open(&breaker, 0.5, false);
    iptfs_circuit_breaker_input(&breaker, 1000, 1);
    CHECK_INT(iptfs_circuit_breaker_next_ps(&breaker), 1100);
    iptfs_circuit_breaker_input(&breaker, 1100, 4);
    CHECK_U64(breaker.missed, 2);
    iptfs_circuit_breaker_wake(&breaker, 1100);
    CHECK_U64(breaker.row, 1);
    CHECK_INT(iptfs_circuit_breaker_next_ps(&breaker), IPTFS_NEVER);
    iptfs_circuit_breaker_input(&breaker, 5000, 5);
    CHECK_INT(iptfs_circuit_breaker_next_ps(&breaker), 5100);
    CHECK_U64(breaker.missed, 0);
    CHECK_U64(breaker.row, 1);
    iptfs_circuit_breaker_wake(&breaker, 5100);
    CHECK_U64(breaker.row, 0);
}

static void test_no_arrivals(void)
{
    struct iptfs_circuit_breaker breaker;
    open(&breaker, 0.9, true);
    CHECK_INT(iptfs_circuit_breaker_next_ps(&breaker), IPTFS_NEVER);
    iptfs_circuit_breaker_input(&breaker, 1000, 1);
    iptfs_circuit_breaker_input(&breaker, 1010, 2);
    iptfs_circuit_breaker_wake(&breaker, 1100);
    CHECK_INT(iptfs_circuit_breaker_next_ps(&breaker), 1010 + TIME_PS);
    iptfs_circuit_breaker_wake(&breaker, 1010 + TIME_PS - 1);
    CHECK_TRUE(!breaker.tripped);
    iptfs_circuit_breaker_wake(&breaker, 1010 + TIME_PS);
    CHECK_TRUE(breaker.tripped);
    CHECK_INT(breaker.tripped_ps, 1010 + TIME_PS);
    CHECK_NEAR(breaker.tripped_loss, 1, 0);
    open(&breaker, 0.9, false);
    iptfs_circuit_breaker_input(&breaker, 1000, 1);
    iptfs_circuit_breaker_wake(&breaker, 1100);
    CHECK_INT(iptfs_circuit_breaker_next_ps(&breaker), IPTFS_NEVER);
}

/* A sequence number per picosecond, each lost at random: the naive count keeps all of them. */
static void test_against_a_naive_count(void)
{
    enum {
        NUMBERS = 3000
    };
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct dice dice = {seed};
        struct iptfs_circuit_breaker breaker;
        double limit = (double)dice_between(&dice, 5, 40) / 100;
        uint64_t percent = dice_between(&dice, 0, 45);
        int64_t end = -1, expected = -1, row = 0;
        uint64_t came = 0, first = 0, last = 0;
        open(&breaker, limit, false);
        for (int64_t at = 1; at <= NUMBERS && expected < 0; at++) {
            if (end >= 0 && at > end) {
                /* All numbers above the previous last one that did not arrive are missed. */
                double lost = (double)(last - first - came) / (double)(last - first);
                row = lost >= limit ? row + 1 : 0;
                if (row == 5)
                    expected = end;
                end = -1;
                first = last;
                came = 0;
            }
            if (expected >= 0 || dice_percent(&dice, percent))
                continue;
            if (end < 0)
                end = at + INTERVAL_PS;
            if (last == 0)
                first = (uint64_t)at - 1;
            last = (uint64_t)at;
            came++;
            iptfs_circuit_breaker_input(&breaker, at, (uint64_t)at);
        }
        if (expected >= 0)
            iptfs_circuit_breaker_wake(&breaker, expected);
        if (!CHECK_INT(breaker.tripped ? breaker.tripped_ps : -1, expected))
            CHECK_FAIL("... seed %" PRIu64, seed);
    }
}

/* --------------------------------------------------------------------------------- in a tunnel */

enum {
    PKTS = 3000
};

struct bench {
    struct iptfs_tunnel tunnel;
    struct iptfs_observer observer;
    struct feed feed;
    struct iptfs_arrival arrivals[PKTS];
    uint64_t sent;
    int64_t last_sent_ps;
    uint64_t released, delivered;
};

static void on_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    struct bench *bench = ctx;
    (void)outer;
    bench->sent++;
    bench->last_sent_ps = now_ps;
}

static void on_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    struct bench *bench = ctx;
    (void)now_ps;
    inner->handle = NULL;
    bench->delivered++;
}

static void on_release(void *ctx, void *handle)
{
    (void)handle;
    ((struct bench *)ctx)->released++;
}

/* A packet of 4000 octets each millisecond, three outer packets. */
static bool start(struct bench *bench, const char *mode, double loss, double limit)
{
    static const struct iptfs_receiver_config receiver = {.reorder_window = 3,
                                                          .drop_time_ps = 100 * MS};
    struct iptfs_sender_config sender = plain_sender();
    struct iptfs_link_config config = {
        .mtu_octets = 1500,
        .delay_ps = 7 * MS,
        .impairments.loss.probability = loss,
        .streams = {1, 1, 0},
    };
    struct iptfs_link *link;
    *bench = (struct bench){.last_sent_ps = -1};
    sender.mode = iptfs_mode_named(mode);
    sender.slot_numerator = (uint64_t)MS;
    sender.slot_denominator = 2;
    struct iptfs_circuit_breaker_config breaker = {limit, 100 * MS, sender.mode->rated};
    if (!CHECK_INT(iptfs_tunnel_init(&bench->tunnel, &sender, &receiver), IPTFS_OK))
        return false;
    iptfs_direct_link_new(&link, &config, &bench->tunnel.store, NULL);
    iptfs_tunnel_set_link(&bench->tunnel, link);
    iptfs_tunnel_set_breaker(&bench->tunnel, &breaker);
    bench->observer =
        (struct iptfs_observer){.sent = on_sent, .delivered = on_delivered, .ctx = bench};
    iptfs_tunnel_observe(&bench->tunnel, &bench->observer);
    bench->tunnel.store.release = on_release;
    bench->tunnel.store.release_ctx = bench;
    for (uint32_t i = 0; i < PKTS; i++) {
        bench->arrivals[i] = arrival_of(i * MS + 1, 4000, i);
        bench->arrivals[i].handle = bench;
    }
    feed_init(&bench->feed, bench->arrivals, PKTS);
    bench->tunnel.sender.source = &bench->feed.source;
    return true;
}

static void run_until(struct bench *bench, int64_t until_ps)
{
    int64_t next_ps;
    while ((next_ps = iptfs_tunnel_next_ps(&bench->tunnel)) <= until_ps)
        iptfs_tunnel_wake(&bench->tunnel, next_ps);
}

static uint64_t dropped(const struct bench *bench, enum iptfs_drop_cause drop_cause)
{
    return bench->tunnel.store.ledger.dropped[drop_cause].pkts;
}

static void stop_at(struct bench *bench, int64_t at_ps)
{
    CHECK_INT(iptfs_tunnel_close(&bench->tunnel, at_ps), IPTFS_OK);
    CHECK_U64(bench->released + bench->delivered, bench->tunnel.store.ledger.offered.pkts);
    CHECK_U64(bench->tunnel.store.ledger.delivered.pkts, bench->delivered);
    iptfs_tunnel_free(&bench->tunnel);
}

/* The rate carries two thirds of what comes: when the tunnel stops, there is a queue and a partly
 * sent packet. */
static void test_the_tunnel_stops(void)
{
    static struct bench bench;
    static const char *const modes[] = {"fixed-rate", "min-rate", "on-demand", "esp"};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (!start(&bench, modes[i], 0.3, 0.1))
            return;
        run_until(&bench, PKTS * MS / 2);
        const struct iptfs_circuit_breaker *breaker = &bench.tunnel.breaker;
        if (!CHECK_TRUE(breaker->tripped))
            return;
        /* The first packet arrives after a few ms of delay; there are five intervals of 20 ms. */
        CHECK_TRUE(breaker->tripped_ps >= 107 * MS && breaker->tripped_ps < 115 * MS);
        CHECK_TRUE(breaker->tripped_loss > 0.15 && breaker->tripped_loss < 0.45);
        CHECK_TRUE(bench.last_sent_ps < breaker->tripped_ps + 7 * MS);
        CHECK_TRUE(bench.last_sent_ps >= breaker->tripped_ps + 6 * MS);
        CHECK_TRUE(bench.tunnel.sender.stopped);
        CHECK_INT(iptfs_tunnel_next_ps(&bench.tunnel), IPTFS_NEVER);
        uint64_t sent = bench.sent;
        run_until(&bench, IPTFS_TIME_MAX_PS);
        iptfs_tunnel_wake(&bench.tunnel, PKTS * MS);
        CHECK_U64(bench.sent, sent);
        CHECK_U64(bench.tunnel.sender.queue.octets, 0);
        CHECK_TRUE(bench.tunnel.sender.packer.partial == NULL);
        uint64_t stopped = dropped(&bench, IPTFS_DROP_TUNNEL_STOPPED);
        CHECK_TRUE(stopped > PKTS - 130 && stopped < PKTS);
        CHECK_U64(bench.tunnel.counters.value[IPTFS_YANG_TX_DROP_PKTS],
                  stopped - (i == 0 ? 1 : 0)); /* the partial packet had been taken */
        stop_at(&bench, PKTS * MS);
    }
}

static void test_offers_to_a_stopped_tunnel(void)
{
    static struct bench bench;
    if (!start(&bench, "on-demand", 0, 0.5))
        return;
    bench.tunnel.sender.source = NULL;
    CHECK_INT(iptfs_sender_offer(&bench.tunnel.sender, &bench.arrivals[0]), IPTFS_OK);
    iptfs_sender_stop(&bench.tunnel.sender, 1);
    CHECK_U64(dropped(&bench, IPTFS_DROP_TUNNEL_STOPPED), 1);
    CHECK_INT(iptfs_sender_offer(&bench.tunnel.sender, &bench.arrivals[1]), IPTFS_E_STOPPED);
    CHECK_U64(dropped(&bench, IPTFS_DROP_TUNNEL_STOPPED), 2);
    CHECK_U64(bench.released, 2);
    CHECK_INT(iptfs_tunnel_next_ps(&bench.tunnel), IPTFS_NEVER);
    stop_at(&bench, 5);
}

/* No packet arrives any more, at a constant rate. */
static void test_a_link_that_fails(void)
{
    static struct bench bench;
    if (!start(&bench, "fixed-rate", 0, 0.9))
        return;
    run_until(&bench, 50 * MS);
    CHECK_TRUE(!bench.tunnel.breaker.tripped);
    bench.tunnel.link->config.mtu_octets = 100;
    run_until(&bench, 1000 * MS);
    CHECK_TRUE(bench.tunnel.breaker.tripped);
    CHECK_INT(bench.tunnel.breaker.tripped_ps, 157 * MS);
    CHECK_NEAR(bench.tunnel.breaker.tripped_loss, 1, 0);
    CHECK_TRUE(bench.last_sent_ps < 164 * MS && bench.last_sent_ps >= 163 * MS);
    stop_at(&bench, 1000 * MS);
}

static void test_no_loss_no_trip(void)
{
    static struct bench bench;
    if (!start(&bench, "fixed-rate", 0, 0.001))
        return;
    run_until(&bench, 2000 * MS);
    CHECK_TRUE(!bench.tunnel.breaker.tripped);
    CHECK_U64(dropped(&bench, IPTFS_DROP_TUNNEL_STOPPED), 0);
    CHECK_U64(bench.sent, 4001);
    stop_at(&bench, 2000 * MS);
}

const CU_TestInfo iptfs_tests_circuit_breaker[] = {
    {"trips at the end of the fifth", test_trips_at_the_end_of_the_fifth},
    {"one good interval ends the row", test_one_good_interval_ends_the_row},
    {"below the limit never trips", test_below_the_limit_never_trips},
    {"what comes late is not missed", test_what_comes_late_is_not_missed},
    {"ends of intervals", test_ends_of_intervals},
    {"no arrivals", test_no_arrivals},
    {"against a naive count", test_against_a_naive_count},
    {"the tunnel stops", test_the_tunnel_stops},
    {"offers to a stopped tunnel", test_offers_to_a_stopped_tunnel},
    {"a link that fails", test_a_link_that_fails},
    {"no loss, no trip", test_no_loss_no_trip},
    CU_TEST_INFO_NULL,
};
