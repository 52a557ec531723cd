/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The direct link: its rate, its queue and its impairments together. */
#include "base/error.h"
#include "base/units.h"
#include "link/direct_link.h"
#include "support/check.h"
#include "support/fixture.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define US IPTFS_PS_PER_US
#define MS IPTFS_PS_PER_MS

enum {
    ARRIVALS_MAX = 30000
};

/* A packet as it came out at the far end. */
struct came {
    int64_t at_ps;
    uint64_t seq;
    uint8_t ecn;
};

struct bench {
    struct iptfs_store store;
    struct iptfs_link *link;
    struct came came[ARRIVALS_MAX];
    size_t came_count;
    uint64_t last_seq;
};

/* 1000 octets take 1 ms, nothing is added to them, and the far end is 10 ms away. */
static const struct iptfs_link_config plain_link = {
    .rate_bps = 8000000,
    .delay_ps = 10 * MS,
    .mtu_octets = 9000,
    .framing = IPTFS_FRAMING_NONE,
};

static void on_deliver(void *ctx, int64_t now_ps, struct iptfs_outer *outer)
{
    struct bench *bench = ctx;
    if (bench->came_count < ARRIVALS_MAX)
        bench->came[bench->came_count++] = (struct came){now_ps, outer->seq, outer->ecn};
    iptfs_inner_deliver(&bench->store, outer->first);
    iptfs_outer_processed(&bench->store, outer);
}

static void start(struct bench *bench, const struct iptfs_link_config *config)
{
    bench->came_count = 0;
    bench->last_seq = 0;
    iptfs_store_init(&bench->store);
    CHECK_INT(iptfs_direct_link_new(&bench->link, config, &bench->store, NULL), IPTFS_OK);
    bench->link->deliver = on_deliver;
    bench->link->deliver_ctx = bench;
}

static void start_listed(struct bench *bench, const struct iptfs_impair_item *items, size_t count)
{
    struct iptfs_link_config config = plain_link;
    config.impairments.list = (struct iptfs_impair_list_config){items, count};
    start(bench, &config);
}

static void start_lossy(struct bench *bench, double loss, uint64_t seed,
                        const struct iptfs_impair_item *items, size_t count)
{
    struct iptfs_link_config config = plain_link;
    config.rate_bps = 0;
    config.streams = (struct iptfs_random_streams){seed, 1, 0};
    config.impairments.loss.probability = loss;
    config.impairments.list = (struct iptfs_impair_list_config){items, count};
    start(bench, &config);
}

static uint64_t lost_by(const struct bench *bench, const struct iptfs_impair_kind *kind)
{
    return iptfs_impairments_lost_pkts(&bench->link->impairments, kind);
}

/* After any use, the link must balance and release everything. */
static void stop(struct bench *bench, uint64_t in_flight)
{
    struct iptfs_link *link = bench->link;
    iptfs_store_close(&bench->store);
    link->ops->clear(link);
    CHECK_TRUE(iptfs_link_balanced(&link->stats));
    CHECK_U64(link->stats.in_flight.pkts, in_flight);
    CHECK_INT(iptfs_link_next_ps(link), IPTFS_NEVER);
    CHECK_U64(bench->store.live_outer, 0);
    CHECK_U64(bench->store.live_inner, 0);
    CHECK_U64(bench->store.found_in_flight, iptfs_ledger_in_flight(&bench->store.ledger));
    link->ops->free(link);
    iptfs_store_free(&bench->store);
}

/* Sends one outer packet with one inner packet in it; returns its number. */
static uint64_t send(struct bench *bench, int64_t now_ps, uint32_t ip_octets)
{
    struct iptfs_outer *outer = iptfs_outer_new(&bench->store);
    struct iptfs_inner *inner = iptfs_inner_new(&bench->store, ip_octets);
    iptfs_outer_add(outer, inner, 0, ip_octets);
    iptfs_inner_unref(&bench->store, inner);
    outer->seq = ++bench->last_seq;
    outer->number = outer->seq;
    outer->ip_octets = ip_octets;
    outer->sent_ps = now_ps;
    bench->link->ops->submit(bench->link, now_ps, outer);
    return bench->last_seq;
}

/* Wakes the link whenever it asks. */
static void run_until(struct bench *bench, int64_t until_ps)
{
    int64_t now_ps;
    while ((now_ps = iptfs_link_next_ps(bench->link)) <= until_ps) {
        iptfs_link_wake(bench->link, now_ps);
        if (iptfs_link_next_ps(bench->link) <= now_ps) {
            CHECK_FAIL("not delivered though due at %" PRId64, now_ps);
            return;
        }
    }
}

static void run(struct bench *bench)
{
    run_until(bench, IPTFS_TIME_MAX_PS);
}

static void check_came(const struct bench *bench, const struct came *expected, size_t count)
{
    CHECK_U64(bench->came_count, count);
    for (size_t i = 0; i < count && i < bench->came_count; i++) {
        const struct came *came = &bench->came[i];
        if (came->seq != expected[i].seq || came->at_ps != expected[i].at_ps ||
            came->ecn != expected[i].ecn)
            CHECK_FAIL("arrival %zu: packet %" PRIu64 " at %" PRId64 " ECN %d, expected %" PRIu64
                       " at %" PRId64 " ECN %d",
                       i, came->seq, came->at_ps, came->ecn, expected[i].seq, expected[i].at_ps,
                       expected[i].ecn);
    }
}

static uint64_t dropped(const struct bench *bench, enum iptfs_drop_cause drop_cause)
{
    return bench->store.ledger.dropped[drop_cause].pkts;
}

/* ------------------------------------------------------------------------- times */

static int64_t time_of_one(uint64_t rate_bps, int64_t delay_ps, enum iptfs_framing framing,
                           uint32_t ip_octets)
{
    struct iptfs_link_config config = plain_link;
    static struct bench bench;
    config.rate_bps = rate_bps;
    config.delay_ps = delay_ps;
    config.framing = framing;
    start(&bench, &config);
    send(&bench, 5, ip_octets);
    run(&bench);
    CHECK_U64(bench.came_count, 1);
    stop(&bench, 0);
    return bench.came[0].at_ps - 5;
}

static void test_time_of_one_packet(void)
{
    static const struct {
        uint64_t rate_bps;
        int64_t delay_ps;
        enum iptfs_framing framing;
        uint32_t ip_octets;
        int64_t took_ps;
    } rows[] = {
        {10000000000, 0, IPTFS_FRAMING_NONE, 64, 51200},
        {10000000000, 0, IPTFS_FRAMING_ETHERNET, 46, 67200},
        {1000000000, 0, IPTFS_FRAMING_ETHERNET, 1500, 12304000},
        {1000000000, 3 * MS, IPTFS_FRAMING_PPP, 1498, 12000000 + 3 * MS},
        {7000000, 0, IPTFS_FRAMING_NONE, 7, 8000000},
        {7000000, 1, IPTFS_FRAMING_NONE, 1, 1142858}, /* 1142857.14 and 1 */
        {1234567, 0, IPTFS_FRAMING_NONE, 1000, 6480004730},
        {3, 0, IPTFS_FRAMING_NONE, 1, INT64_C(2666666666667)},
        {0, 7 * US, IPTFS_FRAMING_ETHERNET, 1500, 7 * US},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_INT(
            time_of_one(rows[i].rate_bps, rows[i].delay_ps, rows[i].framing, rows[i].ip_octets),
            rows[i].took_ps);
}

/* The time found is the nearest whole picosecond: off by half a picosecond at most. */
static void test_nearest_picosecond(void)
{
    struct dice dice = {1};
    for (int i = 0; i < 20000; i++) {
        uint64_t rate = dice_between(&dice, 1, UINT64_C(1) << dice_between(&dice, 1, 40));
        uint64_t octets = dice_between(&dice, 1, 9000);
        __extension__ typedef __int128 wide;
        wide off =
            (wide)iptfs_tx_time_ps(octets, rate) * (wide)rate - (wide)octets * 8 * IPTFS_PS_PER_S;
        wide limit = (wide)rate;
        if (2 * off > limit || -2 * off > limit) {
            CHECK_FAIL("%" PRIu64 " octets at %" PRIu64 " b/s: %" PRId64 " ps", octets, rate,
                       iptfs_tx_time_ps(octets, rate));
            return;
        }
    }
    CHECK_TRUE(true);
}

/* Transmissions follow each other; each takes its whole rounded time, as in ns-3. */
static void test_back_to_back(void)
{
    struct iptfs_link_config config = plain_link;
    static struct bench bench;
    config.rate_bps = 7000000; /* 1000 octets: 1142857142.86 ps */
    start(&bench, &config);
    int64_t idle_ps = 0;
    CHECK_INT(bench.link->ops->idle_ps(bench.link, 4), 4);
    for (int i = 1; i <= 3; i++) {
        send(&bench, 0, 1000);
        idle_ps += 1142857143;
        CHECK_INT(bench.link->ops->idle_ps(bench.link, 0), idle_ps);
    }
    CHECK_INT(bench.link->ops->idle_ps(bench.link, idle_ps + 1), idle_ps + 1);
    send(&bench, idle_ps + 100, 1000);
    run(&bench);
    const struct came expected[] = {
        {10 * MS + 1142857143, 1, 0},
        {10 * MS + INT64_C(2) * 1142857143, 2, 0},
        {10 * MS + INT64_C(3) * 1142857143, 3, 0},
        {10 * MS + INT64_C(4) * 1142857143 + 100, 4, 0},
    };
    check_came(&bench, expected, 4);
    stop(&bench, 0);
}

static void test_unlimited_rate(void)
{
    struct iptfs_link_config config = plain_link;
    static struct bench bench;
    config.rate_bps = 0;
    config.queue_pkts = 1;
    start(&bench, &config);
    for (int i = 0; i < 100; i++)
        send(&bench, 3, 1000);
    CHECK_INT(bench.link->ops->idle_ps(bench.link, 3), 3);
    CHECK_INT(iptfs_link_next_ps(bench.link), 3 + 10 * MS);
    iptfs_link_wake(bench.link, 2 + 10 * MS);
    CHECK_U64(bench.came_count, 0);
    iptfs_link_wake(bench.link, 3 + 10 * MS);
    CHECK_U64(bench.came_count, 100);
    for (size_t i = 0; i < bench.came_count; i++)
        CHECK_U64(bench.came[i].seq, i + 1);
    stop(&bench, 0);
}

/* At 1 b/s a thousand packets take longer than IPTFS_TIME_MAX_PS: they are still inside, and
 * nothing arrives before it was sent. */
static void test_slower_than_time(void)
{
    struct iptfs_link_config config = plain_link;
    static struct bench bench;
    config.rate_bps = 1;
    start(&bench, &config);
    for (int i = 0; i < 1000; i++)
        send(&bench, 0, 1500);
    CHECK_INT(iptfs_link_next_ps(bench.link), 12000 * IPTFS_PS_PER_S + 10 * MS);
    run(&bench);
    CHECK_U64(bench.came_count, 299); /* the 300th comes 10 ms after the end of time */
    CHECK_TRUE(bench.link->ops->idle_ps(bench.link, 0) >= IPTFS_TIME_MAX_PS);
    stop(&bench, 701);
}

/* ---------------------------------------------------------------------------- changes of rate */

/* A change of the rate counts for a packet that starts at that instant, and for the rest of one
 * under transmission. Packets of 1 ms at first: the third begins at 2 ms, when the rate is halved,
 * the fourth at 4; half way through it the rate is four times as high: the rest takes 0.25 ms, the
 * others 0.5 ms. */
static void test_rate_changes(void)
{
    static const struct iptfs_timed changes[] = {
        {2 * MS, 4000000}, {5 * MS, 16000000}, {7 * MS, 1}, {7 * MS + 1, 8000000}};
    static struct bench bench;
    struct iptfs_link_config config = plain_link;
    config.rate_changes = changes;
    config.rate_change_count = 4;
    start(&bench, &config);
    for (int i = 0; i < 6; i++)
        send(&bench, 0, 1000);
    CHECK_INT(bench.link->ops->idle_ps(bench.link, 0), 6 * MS + MS / 4);
    send(&bench, 7 * MS + 1, 1000); /* no packet started at the rate between */
    CHECK_INT(bench.link->ops->idle_ps(bench.link, 7 * MS + 1), 8 * MS + 1);
    run(&bench);
    const struct came expected[] = {
        {11 * MS, 1, 0},
        {12 * MS, 2, 0},
        {14 * MS, 3, 0},
        {15 * MS + MS / 4, 4, 0},
        {15 * MS + 3 * MS / 4, 5, 0},
        {16 * MS + MS / 4, 6, 0},
        {18 * MS + 1, 7, 0},
    };
    check_came(&bench, expected, 7);
    stop(&bench, 0);
}

/* Which packets wait is known when the one before is accepted; at a slower rate more wait. */
static void test_rate_changes_fill_the_queue(void)
{
    static const struct iptfs_timed changes[] = {{1 * MS, 1000000}};
    static struct bench bench;
    struct iptfs_link_config config = plain_link;
    config.queue_pkts = 2;
    config.rate_changes = changes;
    config.rate_change_count = 1;
    start(&bench, &config);
    for (int i = 0; i < 6; i++)
        send(&bench, i * MS, 1000); /* begin at 0, 1, 9, 17 ms; 5 and 6 find 3 and 4 waiting */
    run(&bench);
    const struct came expected[] = {
        {11 * MS, 1, 0}, {19 * MS, 2, 0}, {27 * MS, 3, 0}, {35 * MS, 4, 0}};
    check_came(&bench, expected, 4);
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_QUEUE].pkts, 2);
    stop(&bench, 0);
}

/* ------------------------------------------------------------------------------------- queue */

/* One packet under transmission is not counted; the place is free when the next one starts. */
static void test_queue_in_packets(void)
{
    struct iptfs_link_config config = plain_link;
    static struct bench bench;
    config.queue_pkts = 2;
    start(&bench, &config);
    for (int i = 1; i <= 4; i++)
        send(&bench, 0, 1000);      /* 4 is lost */
    send(&bench, MS - 1, 1000);     /* 5 is lost */
    send(&bench, MS, 1000);         /* 6 takes the place of 2 */
    send(&bench, 2 * MS - 1, 100);  /* 7 is lost, small as it is */
    send(&bench, 4 * MS + 5, 1000); /* 8 finds the link idle */
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_QUEUE].pkts, 3);
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_QUEUE].octets, 2100);
    CHECK_U64(dropped(&bench, IPTFS_DROP_LINK_QUEUE), 3);
    run(&bench);
    const struct came expected[] = {
        {11 * MS, 1, 0}, {12 * MS, 2, 0}, {13 * MS, 3, 0}, {14 * MS, 6, 0}, {15 * MS + 5, 8, 0},
    };
    check_came(&bench, expected, 5);
    stop(&bench, 0);
}

/* Octets are those on the wire: with Ethernet's 38, two of 962 fill 2000. */
static void test_queue_in_octets(void)
{
    struct iptfs_link_config config = plain_link;
    static struct bench bench;
    config.framing = IPTFS_FRAMING_ETHERNET;
    config.queue_octets = 2000;
    start(&bench, &config);
    send(&bench, 0, 962);  /* 1 is transmitted */
    send(&bench, 0, 962);  /* 2 waits */
    send(&bench, 0, 963);  /* 3 is one octet too long */
    send(&bench, 0, 962);  /* 4 just fits */
    send(&bench, 0, 1);    /* 5 does not */
    send(&bench, MS, 915); /* 6 has the place of 2, with 47 octets left */
    send(&bench, MS, 9);   /* 7 takes 84 on the wire */
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_QUEUE].pkts, 3);
    run(&bench);
    const struct came expected[] = {
        {11 * MS, 1, 0}, {12 * MS, 2, 0}, {13 * MS, 4, 0}, {13 * MS + 953 * US, 6, 0}};
    check_came(&bench, expected, 4);
    stop(&bench, 0);
}

/* Every packet passes through the queue, also when the link is idle. */
static void test_longer_than_the_queue(void)
{
    struct iptfs_link_config config = plain_link;
    static struct bench bench;
    config.queue_octets = 999;
    start(&bench, &config);
    send(&bench, 0, 1000);
    send(&bench, 0, 999);
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_QUEUE].pkts, 1);
    CHECK_INT(bench.link->ops->idle_ps(bench.link, 0), 999 * US);
    run(&bench);
    const struct came expected[] = {{10 * MS + 999 * US, 2, 0}};
    check_came(&bench, expected, 1);
    stop(&bench, 0);
}

static void test_both_limits(void)
{
    struct iptfs_link_config config = plain_link;
    static struct bench bench;
    config.queue_octets = 1000;
    config.queue_pkts = 2;
    start(&bench, &config);
    send(&bench, 0, 1000); /* under transmission */
    send(&bench, 0, 400);
    send(&bench, 0, 601); /* too many octets */
    send(&bench, 0, 400);
    send(&bench, 0, 100); /* too many packets */
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_QUEUE].octets, 701);
    stop(&bench, 3);
}

/* What is too long for the link takes no time on it. */
static void test_mtu(void)
{
    struct iptfs_link_config config = plain_link;
    static struct bench bench;
    config.mtu_octets = 1500;
    config.framing = IPTFS_FRAMING_ETHERNET;
    start(&bench, &config);
    send(&bench, 0, 1501);
    CHECK_INT(bench.link->ops->idle_ps(bench.link, 0), 0);
    send(&bench, 0, 1500);
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_MTU].pkts, 1);
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_MTU].octets, 1501);
    CHECK_U64(bench.link->stats.sent.pkts, 2);
    CHECK_U64(dropped(&bench, IPTFS_DROP_LINK_MTU), 1);
    run(&bench);
    const struct came expected[] = {{10 * MS + 1538 * US, 2, 0}};
    check_came(&bench, expected, 1);
    stop(&bench, 0);
}

/* --------------------------------------------------------------------------------------- list */

static void test_list(void)
{
    static const struct iptfs_impair_item items[] = {
        {5, IPTFS_IMPAIR_CE, 0},
        {3, IPTFS_IMPAIR_DELAY, 5 * MS}, /* not the last word on 3 */
        {2, IPTFS_IMPAIR_DROP, 0},
        {3, IPTFS_IMPAIR_DELAY, 3 * MS},
        {4, IPTFS_IMPAIR_DUPLICATE, 2 * MS},
        {9, IPTFS_IMPAIR_DROP, 0}, /* no such packet */
    };
    static struct bench bench;
    start_listed(&bench, items, 6);
    for (int i = 1; i <= 6; i++)
        send(&bench, 0, 1000);
    run(&bench);
    /* 2 is lost, but took its time; 3 ties with 6, the copy of 4 too, and the one sent first is
     * delivered first. */
    const struct came expected[] = {
        {11 * MS, 1, 0}, {14 * MS, 4, 0}, {15 * MS, 5, 3},
        {16 * MS, 3, 0}, {16 * MS, 4, 0}, {16 * MS, 6, 0},
    };
    check_came(&bench, expected, 6);
    CHECK_U64(lost_by(&bench, &iptfs_impair_list), 1);
    CHECK_U64(lost_by(&bench, &iptfs_impair_loss), 0);
    CHECK_U64(bench.link->stats.ce_marked_pkts, 1);
    CHECK_U64(bench.link->stats.duplicated.pkts, 1);
    CHECK_U64(bench.link->stats.duplicated.octets, 1000);
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_LOSS].octets, 1000);
    CHECK_U64(bench.link->stats.received.pkts, 6);
    CHECK_U64(dropped(&bench, IPTFS_DROP_LINK_LOSS), 1);
    stop(&bench, 0);
}

/* The packet is lost, its copy is not; whichever of the two the list names first. */
static void test_drop_and_duplicate(void)
{
    static const struct iptfs_impair_item items[] = {
        {1, IPTFS_IMPAIR_DROP, 0},        {1, IPTFS_IMPAIR_DUPLICATE, 4 * MS},
        {2, IPTFS_IMPAIR_DUPLICATE, 0},   {2, IPTFS_IMPAIR_DROP, 0},
        {3, IPTFS_IMPAIR_DELAY, 50 * MS}, {3, IPTFS_IMPAIR_DUPLICATE, 1 * MS},
        {3, IPTFS_IMPAIR_DROP, 0},
    };
    static struct bench bench;
    start_listed(&bench, items, 7);
    for (int i = 1; i <= 3; i++)
        send(&bench, 0, 1000);
    run(&bench);
    const struct came expected[] = {{12 * MS, 2, 0}, {14 * MS, 3, 0}, {15 * MS, 1, 0}};
    check_came(&bench, expected, 3);
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_LOSS].pkts, 3);
    CHECK_U64(bench.link->stats.duplicated.pkts, 3);
    CHECK_U64(dropped(&bench, IPTFS_DROP_LINK_LOSS), 0);
    CHECK_U64(bench.store.ledger.delivered.pkts, 3);
    stop(&bench, 0);
}

/* The extra delay of a packet is not that of its copy; a delay of 0 takes an earlier one back. */
static void test_delay_and_duplicate(void)
{
    static const struct iptfs_impair_item items[] = {
        {1, IPTFS_IMPAIR_DELAY, 7 * MS},     {1, IPTFS_IMPAIR_DUPLICATE, 2 * MS},
        {2, IPTFS_IMPAIR_DUPLICATE, 9 * MS}, {2, IPTFS_IMPAIR_DUPLICATE, 1 * MS},
        {3, IPTFS_IMPAIR_DELAY, 9 * MS},     {3, IPTFS_IMPAIR_DELAY, 0},
    };
    static struct bench bench;
    start_listed(&bench, items, 6);
    for (int i = 1; i <= 3; i++)
        send(&bench, 0, 1000);
    run(&bench);
    const struct came expected[] = {
        {12 * MS, 2, 0}, {13 * MS, 1, 0}, {13 * MS, 2, 0}, {13 * MS, 3, 0}, {18 * MS, 1, 0}};
    check_came(&bench, expected, 5);
    stop(&bench, 0);
}

/* --------------------------------------------------------------------------------------- loss */

static void test_loss_rate(void)
{
    static const double losses[] = {0.001, 0.01, 0.1, 0.5, 0.9};
    enum {
        PACKETS = 20000
    };
    static struct bench bench;
    for (size_t i = 0; i < sizeof losses / sizeof losses[0]; i++) {
        double mean = PACKETS * losses[i];
        start_lossy(&bench, losses[i], 7 + i, NULL, 0);
        for (int n = 0; n < PACKETS; n++)
            send(&bench, n, 100);
        CHECK_NEAR((double)bench.link->stats.lost[IPTFS_DROP_LINK_LOSS].pkts, mean,
                   5 * sqrt(mean * (1 - losses[i])));
        CHECK_U64(lost_by(&bench, &iptfs_impair_loss),
                  bench.link->stats.lost[IPTFS_DROP_LINK_LOSS].pkts);
        CHECK_U64(lost_by(&bench, &iptfs_impair_list), 0);
        run(&bench);
        stop(&bench, 0);
    }
}

static void test_no_loss_and_all_loss(void)
{
    static struct bench bench;
    for (int loss = 0; loss <= 1; loss++) {
        start_lossy(&bench, loss, 1, NULL, 0);
        for (int n = 0; n < 1000; n++)
            send(&bench, n, 100);
        CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_LOSS].pkts, 1000 * loss);
        run(&bench);
        CHECK_U64(bench.came_count, 1000 - 1000 * loss);
        stop(&bench, 0);
    }
}

/* Which packets come through, of 2000. */
static void survivors(uint64_t seed, const struct iptfs_impair_item *items, size_t count,
                      bool came[2001])
{
    static struct bench bench;
    start_lossy(&bench, 0.2, seed, items, count);
    for (int n = 0; n < 2000; n++)
        send(&bench, n, 100);
    run(&bench);
    memset(came, 0, 2001);
    for (size_t i = 0; i < bench.came_count; i++)
        came[bench.came[i].seq] = true;
    stop(&bench, 0);
}

/* The same seed loses the same packets, another one others; what the list does to some packets
 * does not change which others are lost. */
static void test_loss_is_repeatable(void)
{
    static const struct iptfs_impair_item items[] = {
        {10, IPTFS_IMPAIR_DELAY, 500},
        {20, IPTFS_IMPAIR_CE, 0},
        {30, IPTFS_IMPAIR_DROP, 0},
        {40, IPTFS_IMPAIR_DROP, 0},
    };
    bool first[2001], again[2001], other[2001], listed[2001];
    survivors(1, NULL, 0, first);
    survivors(1, NULL, 0, again);
    survivors(2, NULL, 0, other);
    survivors(1, items, 4, listed);
    CHECK_TRUE(memcmp(first, again, sizeof first) == 0);
    CHECK_TRUE(memcmp(first, other, sizeof first) != 0);
    CHECK_TRUE(!listed[30] && !listed[40]);
    first[30] = first[40] = false;
    CHECK_TRUE(memcmp(first, listed, sizeof first) == 0);
}

/* Each packet that enters the link asks the stream once; what the queue refuses does not enter. */
static void test_refused_packets_ask_no_stream(void)
{
    struct iptfs_link_config config = plain_link;
    static struct bench bench;
    bool free_run[2001];
    survivors(3, NULL, 0, free_run);
    config.queue_pkts = 1;
    config.mtu_octets = 1000;
    config.impairments.loss.probability = 0.2;
    config.streams = (struct iptfs_random_streams){3, 1, 0};
    start(&bench, &config);
    for (int n = 0; n < 200; n++) {
        send(&bench, n * 2 * MS, 1000); /* enters, and the next one waits */
        send(&bench, n * 2 * MS, 1000);
        send(&bench, n * 2 * MS, 1000); /* refused by the queue */
        send(&bench, n * 2 * MS, 1001); /* refused by the MTU */
    }
    run(&bench);
    bool came[401] = {false};
    for (size_t i = 0; i < bench.came_count; i++) {
        uint64_t group = (bench.came[i].seq - 1) / 4, member = (bench.came[i].seq - 1) % 4;
        if (CHECK_TRUE(member < 2))
            came[group * 2 + member + 1] = true;
    }
    CHECK_TRUE(memcmp(came, free_run, sizeof came) == 0);
    stop(&bench, 0);
}

/* ------------------------------------------------------------------------------ random links */

enum {
    RANDOM_PKTS = 250,
    ITEMS = 60
};

struct accepted {
    int64_t start_ps;
    uint64_t octets;
};

/* What the link should do, computed again for each packet from all before it. */
struct model {
    struct accepted accepted[RANDOM_PKTS];
    size_t accepted_count;
    int64_t busy_until_ps;
    struct came came[2 * RANDOM_PKTS];
    size_t came_count;
    uint64_t lost_queue, lost_mtu, lost_listed;
};

/* Keeps the arrivals sorted, each behind those of the same time. */
static void model_arrival(struct model *model, int64_t at_ps, uint64_t seq)
{
    size_t at = model->came_count++;
    for (; at > 0 && model->came[at - 1].at_ps > at_ps; at--)
        model->came[at] = model->came[at - 1];
    model->came[at] = (struct came){at_ps, seq, 0};
}

static bool model_has_space(const struct model *model, const struct iptfs_link_config *config,
                            int64_t now_ps, uint64_t octets)
{
    uint64_t pkts = 1;
    for (size_t i = 0; i < model->accepted_count; i++) {
        if (model->accepted[i].start_ps <= now_ps)
            continue;
        pkts++;
        octets += model->accepted[i].octets;
    }
    return (config->queue_pkts == 0 || pkts <= config->queue_pkts) &&
           (config->queue_octets == 0 || octets <= config->queue_octets);
}

static void model_propagate(struct model *model, const struct iptfs_impair_item *items,
                            uint64_t seq, int64_t arrival_ps)
{
    int64_t extra_ps = 0, copy_ps = -1;
    bool lost = false;
    for (size_t i = 0; i < ITEMS; i++) {
        if (items[i].seq != seq)
            continue;
        if (items[i].action == IPTFS_IMPAIR_DROP)
            lost = true;
        else if (items[i].action == IPTFS_IMPAIR_DELAY)
            extra_ps = items[i].extra_ps;
        else
            copy_ps = items[i].extra_ps;
    }
    model->lost_listed += lost;
    if (!lost)
        model_arrival(model, arrival_ps + extra_ps, seq);
    if (copy_ps >= 0)
        model_arrival(model, arrival_ps + copy_ps, seq);
}

static void model_send(struct model *model, const struct iptfs_link_config *config,
                       const struct iptfs_impair_item *items, int64_t now_ps, uint64_t seq,
                       uint32_t ip_octets)
{
    uint32_t octets = iptfs_framed_octets(config->framing, ip_octets);
    if (ip_octets > config->mtu_octets) {
        model->lost_mtu++;
        return;
    }
    if (!model_has_space(model, config, now_ps, octets)) {
        model->lost_queue++;
        return;
    }
    int64_t start_ps = now_ps > model->busy_until_ps ? now_ps : model->busy_until_ps;
    model->accepted[model->accepted_count++] = (struct accepted){start_ps, octets};
    model->busy_until_ps = start_ps + iptfs_tx_time_ps(octets, config->rate_bps);
    model_propagate(model, items, seq, model->busy_until_ps + config->delay_ps);
}

static void random_link(struct dice *dice, struct iptfs_link_config *config,
                        struct iptfs_impair_item *items)
{
    bool deep = dice_percent(dice, 30); /* a queue that has to grow */
    *config = (struct iptfs_link_config){
        .rate_bps = dice_percent(dice, 10) ? 0 : dice_between(dice, 1, 30) * 1000000,
        .delay_ps = (int64_t)dice_between(dice, 0, 5) * MS,
        .mtu_octets = 1400,
        .framing = (enum iptfs_framing)dice_between(dice, 0, 2),
        .queue_pkts = dice_percent(dice, 50) ? dice_between(dice, 1, deep ? 200 : 20) : 0,
        .queue_octets = dice_percent(dice, 50) ? dice_between(dice, 500, deep ? 200000 : 20000) : 0,
    };
    for (size_t i = 0; i < ITEMS; i++)
        items[i] = (struct iptfs_impair_item){
            dice_between(dice, 1, RANDOM_PKTS),
            (enum iptfs_impair_action)dice_between(dice, IPTFS_IMPAIR_DROP, IPTFS_IMPAIR_DUPLICATE),
            (int64_t)dice_between(dice, 0, 6) * MS,
        };
}

static void compare_link(uint64_t seed)
{
    struct dice dice = {seed};
    struct iptfs_link_config config;
    struct iptfs_impair_item items[ITEMS];
    static struct model model;
    static struct bench bench;
    memset(&model, 0, sizeof model);
    random_link(&dice, &config, items);
    config.impairments.list = (struct iptfs_impair_list_config){items, ITEMS};
    start(&bench, &config);
    int64_t now_ps = 0;
    for (uint64_t seq = 1; seq <= RANDOM_PKTS; seq++) {
        now_ps += dice_percent(&dice, 60) ? 0 : (int64_t)dice_between(&dice, 0, 20) * 100 * US;
        uint32_t octets = (uint32_t)dice_between(&dice, 20, 1450);
        run_until(&bench, now_ps);
        send(&bench, now_ps, octets);
        model_send(&model, &config, items, now_ps, seq, octets);
    }
    run(&bench);
    check_came(&bench, model.came, model.came_count);
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_QUEUE].pkts, model.lost_queue);
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_MTU].pkts, model.lost_mtu);
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_LOSS].pkts, model.lost_listed);
    stop(&bench, 0);
}

static void test_random_links(void)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        unsigned failures = CU_get_number_of_failures();
        compare_link(seed);
        if (CU_get_number_of_failures() == failures)
            continue;
        CHECK_FAIL("with seed %" PRIu64, seed);
        return;
    }
}

/* ---------------------------------------------------------------------------------- blackouts */

/* The end of the transmission counts: a blackout holds its first instant and not the one after its
 * last. */
static void test_blackouts(void)
{
    static const struct iptfs_timed periods[] = {
        {1 * MS, 1}, {3 * MS, 2 * MS}, {5 * MS, 1 * MS}, {6 * MS + 1, 1 * MS - 1}};
    static const struct iptfs_impair_item items[] = {{3, IPTFS_IMPAIR_DUPLICATE, 0},
                                                     {4, IPTFS_IMPAIR_DROP, 0},
                                                     {5, IPTFS_IMPAIR_CE, 0},
                                                     {6, IPTFS_IMPAIR_DROP, 0}};
    static struct bench bench;
    struct iptfs_link_config config = plain_link;
    config.impairments.list = (struct iptfs_impair_list_config){items, 4};
    config.impairments.blackouts = (struct iptfs_impair_blackouts_config){periods, 4};
    start(&bench, &config);
    for (int i = 1; i <= 8; i++)
        send(&bench, 0, 1000); /* ends at i ms */
    send(&bench, 9 * MS, 1000);
    run(&bench);
    const struct came expected[] = {
        {12 * MS, 2, 0}, {17 * MS, 7, 0}, {18 * MS, 8, 0}, {20 * MS, 9, 0}};
    check_came(&bench, expected, 4);
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_BLACKOUT].pkts, 4); /* 1, 3, 4, 5 */
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_BLACKOUT].octets, 4000);
    CHECK_U64(bench.link->stats.lost[IPTFS_DROP_LINK_LOSS].pkts, 1);
    CHECK_U64(bench.link->stats.duplicated.pkts, 0);
    CHECK_U64(lost_by(&bench, &iptfs_impair_list), 1);
    CHECK_U64(bench.link->stats.ce_marked_pkts, 0);
    CHECK_U64(dropped(&bench, IPTFS_DROP_BLACKOUT), 4);
    CHECK_U64(dropped(&bench, IPTFS_DROP_LINK_LOSS), 1);
    stop(&bench, 0);
}

/* The packets outside the blackouts arrive exactly when they do without. */
static void test_blackouts_shift_no_draws(void)
{
    enum {
        PKTS = 5000
    };
    static const struct iptfs_timed periods[] = {{100 * MS, 300 * MS}, {3000 * MS, 1000 * MS}};
    static struct bench bench;
    static bool without[PKTS + 1];
    uint64_t missing = 0;
    memset(without, 0, sizeof without);
    for (size_t with = 0; with <= 1; with++) {
        struct iptfs_link_config config = plain_link;
        config.streams = (struct iptfs_random_streams){1, 1, 0};
        config.impairments.loss.probability = 0.1;
        config.impairments.gemodel =
            (struct iptfs_impair_gemodel_config){.p = 0.05, .r = 0.2, .bad = 0.8};
        config.impairments.blackouts = (struct iptfs_impair_blackouts_config){periods, with * 2};
        start(&bench, &config);
        for (int i = 1; i <= PKTS; i++)
            send(&bench, 0, 1000);
        run(&bench);
        for (size_t i = 0; i < bench.came_count; i++) {
            uint64_t seq = bench.came[i].seq;
            bool in_blackout = (seq >= 100 && seq < 400) || (seq >= 3000 && seq < 4000);
            if (with == 0)
                without[seq] = true;
            else if (in_blackout || !without[seq])
                CHECK_FAIL("packet %" PRIu64 " came", seq);
            missing += with == 0 && in_blackout;
        }
        if (with == 0)
            missing = bench.came_count - missing;
        else
            CHECK_U64(bench.came_count, missing);
        CHECK_U64(lost_by(&bench, &iptfs_impair_loss) + lost_by(&bench, &iptfs_impair_gemodel),
                  bench.link->stats.lost[IPTFS_DROP_LINK_LOSS].pkts);
        CHECK_U64(bench.link->stats.lost[IPTFS_DROP_BLACKOUT].pkts, with * 1300);
        stop(&bench, 0);
    }
}

/* ------------------------------------------------------------------------------------ balance */

/* Stopped at any time, the rest is in flight, copies of lost packets included. */
static void test_stopped_in_between(void)
{
    static const struct iptfs_impair_item items[] = {
        {1, IPTFS_IMPAIR_DROP, 0},
        {2, IPTFS_IMPAIR_DUPLICATE, 8 * MS},
        {3, IPTFS_IMPAIR_DROP, 0},
        {3, IPTFS_IMPAIR_DUPLICATE, 1 * MS},
    };
    static struct bench bench;
    static const struct {
        int64_t until_ps;
        uint64_t came, in_flight; /* copies of outer packets */
    } rows[] = {
        {0, 0, 5}, {12 * MS, 1, 4}, {13 * MS, 1, 4}, {14 * MS, 3, 2}, {20 * MS - 1, 3, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start_listed(&bench, items, 4);
        for (int n = 1; n <= 4; n++)
            send(&bench, 0, 1000);
        send(&bench, 20 * MS, 1000);
        run_until(&bench, rows[i].until_ps);
        CHECK_U64(bench.came_count, rows[i].came);
        stop(&bench, rows[i].in_flight);
    }
}

const CU_TestInfo iptfs_tests_direct_link[] = {
    {"time of one packet", test_time_of_one_packet},
    {"nearest picosecond", test_nearest_picosecond},
    {"transmissions follow each other", test_back_to_back},
    {"unlimited rate", test_unlimited_rate},
    {"slower than time", test_slower_than_time},
    {"rate changes", test_rate_changes},
    {"rate changes fill the queue", test_rate_changes_fill_the_queue},
    {"blackouts", test_blackouts},
    {"blackouts shift no draws", test_blackouts_shift_no_draws},
    {"queue in packets", test_queue_in_packets},
    {"queue in octets", test_queue_in_octets},
    {"packet longer than the queue", test_longer_than_the_queue},
    {"both limits of the queue", test_both_limits},
    {"MTU", test_mtu},
    {"impairment list", test_list},
    {"dropped and duplicated", test_drop_and_duplicate},
    {"delayed and duplicated", test_delay_and_duplicate},
    {"loss rate", test_loss_rate},
    {"no loss and all loss", test_no_loss_and_all_loss},
    {"loss is repeatable", test_loss_is_repeatable},
    {"refused packets ask no stream", test_refused_packets_ask_no_stream},
    {"random links match the slow model", test_random_links},
    {"stopped in between", test_stopped_in_between},
    CU_TEST_INFO_NULL,
};
