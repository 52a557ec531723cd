/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sender, driven by hand: when it sends, what it refuses, and where handles end. */
#include "base/error.h"
#include "base/units.h"
#include "packet/ip_fragment.h"
#include "sender/sender.h"
#include "support/check.h"
#include "support/fixture.h"

#include <string.h>

#define US IPTFS_PS_PER_US

enum {
    SPACE = 1466, /* inner octets in an outer packet of plain_sender() */
    SENT_MAX = 512,
    HANDLES = 16,
    ECT0 = 2,
    CE = 3
};

/* An outer packet as it left. */
struct sent {
    int64_t at_ps;
    uint64_t seq;
    uint32_t ip_octets;
    uint32_t block_offset;
    uint32_t data_octets;
    uint32_t slices;
    uint32_t first_id;
    uint32_t first_offset;
};

struct bench {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_sender sender;
    bool lose; /* the outer packets are lost, not processed */
    struct sent sent[SENT_MAX];
    size_t sent_count;
    uint8_t last_tos; /* of the last inner packet that left */
    uint64_t arrived;
    uint64_t icmp_count;
    int64_t icmp_ps;
    uint32_t icmp_mtu;
    uint32_t icmp_id;
    int64_t link_idle_ps;
    unsigned released[HANDLES];
};

static void record(struct bench *bench, int64_t now_ps, const struct iptfs_outer *outer)
{
    if (bench->sent_count == SENT_MAX) {
        CHECK_FAIL("more than %d outer packets", SENT_MAX);
        return;
    }
    bench->sent[bench->sent_count++] = (struct sent){
        .at_ps = now_ps,
        .seq = outer->seq,
        .ip_octets = outer->ip_octets,
        .block_offset = outer->block_offset,
        .data_octets = outer->data_octets,
        .slices = outer->slices,
        .first_id = outer->first->id,
        .first_offset = outer->first_offset,
    };
}

/* Delivers the inner packets that end in this outer packet, as a far end would. */
static void deliver_whole(struct bench *bench, const struct iptfs_outer *outer)
{
    struct iptfs_slice_walk walk;
    struct iptfs_slice slice;
    iptfs_slices(outer, &walk);
    while (iptfs_slice_next(&walk, &slice)) {
        bench->last_tos = slice.inner->tos;
        if (slice.offset + slice.octets < slice.inner->octets)
            continue;
        slice.inner->handle = NULL;
        iptfs_inner_deliver(&bench->store, slice.inner);
        if (slice.inner->is_fragment)
            iptfs_ip_fragment_delivered(&bench->store, slice.inner);
    }
}

static void on_send(void *ctx, int64_t now_ps, struct iptfs_outer *outer)
{
    struct bench *bench = ctx;
    record(bench, now_ps, outer);
    if (bench->lose) {
        iptfs_outer_drop(&bench->store, outer, IPTFS_DROP_LINK_LOSS);
        return;
    }
    deliver_whole(bench, outer);
    iptfs_outer_processed(&bench->store, outer);
}

static void on_arrived(void *ctx, struct iptfs_inner *inner)
{
    (void)inner;
    ((struct bench *)ctx)->arrived++;
}

static void on_icmp(void *ctx, int64_t now_ps, const struct iptfs_inner *inner, uint32_t mtu_octets)
{
    struct bench *bench = ctx;
    bench->icmp_count++;
    bench->icmp_ps = now_ps;
    bench->icmp_mtu = mtu_octets;
    bench->icmp_id = inner->id;
}

static int64_t on_idle(void *ctx, int64_t now_ps)
{
    return iptfs_later(now_ps, ((const struct bench *)ctx)->link_idle_ps);
}

static void on_release(void *ctx, void *handle)
{
    struct bench *bench = ctx;
    bench->released[(unsigned *)handle - bench->released]++;
}

static void start(struct bench *bench, const struct iptfs_sender_config *config)
{
    *bench = (struct bench){0};
    iptfs_store_init(&bench->store);
    bench->store.release = on_release;
    bench->store.release_ctx = bench;
    CHECK_INT(
        iptfs_sender_init(&bench->sender, config, &bench->store, &bench->counters, &bench->trace),
        IPTFS_OK);
    bench->sender.hooks = (struct iptfs_sender_hooks){
        .send = on_send,
        .idle_ps = on_idle,
        .arrived = on_arrived,
        .icmp = on_icmp,
        .ctx = bench,
    };
}

/* Ends the run; the packets that were still inside must be as many as expected. */
static void stop(struct bench *bench, uint64_t inside)
{
    iptfs_store_close(&bench->store);
    iptfs_sender_clear(&bench->sender);
    CHECK_U64(bench->store.found_in_flight, inside);
    CHECK_TRUE(iptfs_ledger_balanced(&bench->store.ledger, inside));
    CHECK_U64(bench->store.live_inner, 0);
    CHECK_U64(bench->store.live_outer, 0);
    CHECK_INT(iptfs_sender_next_ps(&bench->sender), IPTFS_NEVER);
    iptfs_store_free(&bench->store);
}

static int offer(struct bench *bench, int64_t at_ps, uint32_t octets, uint32_t id)
{
    struct iptfs_arrival arrival = arrival_of(at_ps, octets, id);
    return iptfs_sender_offer(&bench->sender, &arrival);
}

/* Wakes the sender whenever it is due, until nothing is due up to `until_ps`. */
static void run_timely(struct bench *bench, int64_t until_ps)
{
    for (int64_t last_ps = -1;;) {
        int64_t next_ps = iptfs_sender_next_ps(&bench->sender);
        if (next_ps > until_ps)
            return;
        if (next_ps <= last_ps) {
            CHECK_FAIL("asks for %lld after %lld", (long long)next_ps, (long long)last_ps);
            return;
        }
        iptfs_sender_wake(&bench->sender, next_ps);
        last_ps = next_ps;
    }
}

static uint64_t dropped(const struct bench *bench, enum iptfs_drop_cause drop_cause)
{
    return bench->store.ledger.dropped[drop_cause].pkts;
}

static void check_sent(const struct bench *bench, size_t i, int64_t at_ps, uint64_t seq,
                       uint32_t slices, uint32_t data_octets)
{
    if (i >= bench->sent_count) {
        CHECK_FAIL("outer packet %zu of %zu does not exist", i, bench->sent_count);
        return;
    }
    CHECK_INT(bench->sent[i].at_ps, at_ps);
    CHECK_U64(bench->sent[i].seq, seq);
    CHECK_U64(bench->sent[i].slices, slices);
    CHECK_U64(bench->sent[i].data_octets, data_octets);
}

/* ------------------------------------------------------------------------------------ timing */

static void test_same_instant_before_timer(void)
{
    const struct iptfs_arrival arrivals[] = {
        arrival_of(5 * US, 100, 1),
        arrival_of(5 * US, 200, 2),
        arrival_of(5 * US, 300, 3),
        arrival_of(5 * US + 1, 400, 4),
    };
    struct iptfs_sender_config config = plain_sender();
    static struct bench bench;
    struct feed feed;
    start(&bench, &config);
    feed_init(&feed, arrivals, 4);
    bench.sender.source = &feed.source;
    CHECK_INT(iptfs_sender_next_ps(&bench.sender), 5 * US);
    run_timely(&bench, IPTFS_PS_PER_S);
    CHECK_U64(bench.sent_count, 2);
    check_sent(&bench, 0, 5 * US, 1, 3, 600);
    check_sent(&bench, 1, 5 * US + 1, 2, 1, 400);
    CHECK_U64(bench.arrived, 4);
    stop(&bench, 0);
}

/* The timer starts with the first packet into an idle sender; those at the very instant it fires
 * still go with it; one picosecond later is too late and starts it again. */
static void test_init_delay(void)
{
    const struct iptfs_arrival arrivals[] = {
        arrival_of(10 * US, 100, 1),
        arrival_of(50 * US, 100, 2),
        arrival_of(110 * US, 100, 3),
        arrival_of(110 * US + 1, 100, 4),
    };
    struct iptfs_sender_config config = plain_sender();
    config.init_delay_ps = 100 * US;
    static struct bench bench;
    struct feed feed;
    start(&bench, &config);
    feed_init(&feed, arrivals, 4);
    bench.sender.source = &feed.source;
    run_timely(&bench, IPTFS_PS_PER_S);
    CHECK_U64(bench.sent_count, 2);
    check_sent(&bench, 0, 110 * US, 1, 3, 300);
    check_sent(&bench, 1, 210 * US + 1, 2, 1, 100);
    stop(&bench, 0);
}

static void test_whole_queue_in_one_instant(void)
{
    struct iptfs_sender_config config = plain_sender();
    config.init_delay_ps = 7 * US;
    static struct bench bench;
    start(&bench, &config);
    for (uint32_t id = 1; id <= 10; id++)
        CHECK_INT(offer(&bench, id, 1000, id), IPTFS_OK);
    CHECK_INT(iptfs_sender_next_ps(&bench.sender), 1 + 7 * US);
    iptfs_sender_wake(&bench.sender, 7 * US);
    CHECK_U64(bench.sent_count, 0);
    iptfs_sender_wake(&bench.sender, 7 * US + 1);
    CHECK_U64(bench.sent_count, 10);
    for (size_t i = 0; i < 10; i++)
        check_sent(&bench, i, 7 * US + 1, i + 1, 1, 1000);
    CHECK_INT(iptfs_sender_next_ps(&bench.sender), IPTFS_NEVER);
    stop(&bench, 0);
}

/* A second packet does not push the timer back. */
static void test_timer_is_not_restarted(void)
{
    struct iptfs_sender_config config = plain_sender();
    config.init_delay_ps = 100 * US;
    static struct bench bench;
    start(&bench, &config);
    offer(&bench, 10 * US, 100, 1);
    offer(&bench, 90 * US, 100, 2);
    CHECK_INT(iptfs_sender_next_ps(&bench.sender), 110 * US);
    stop(&bench, 2);
}

/* What is refused starts no timer. */
static void test_refused_starts_no_timer(void)
{
    struct iptfs_sender_config config = plain_sender();
    config.init_delay_ps = 100 * US;
    config.max_queue_size_octets = 500;
    static struct bench bench;
    start(&bench, &config);
    CHECK_INT(offer(&bench, 10 * US, 501, 1), IPTFS_E_NO_SPACE);
    CHECK_INT(iptfs_sender_next_ps(&bench.sender), IPTFS_NEVER);
    CHECK_INT(offer(&bench, 60 * US, 500, 2), IPTFS_OK);
    CHECK_INT(iptfs_sender_next_ps(&bench.sender), 160 * US);
    stop(&bench, 1);
}

/* ----------------------------------------------------------------------------------- packing */

/* Header 32, payload 1466 at an MTU of 1500; a pkt-size excludes trailer and ICV. */
static void test_sizes(void)
{
    static const struct {
        const char *cipher;
        int outer_version;
        uint32_t pkt_size, mtu, space;
        uint32_t full_octets; /* of a full outer packet */
    } rows[] = {
        {"null", 4, 0, 1500, 1466, 1500},       {"null", 4, 560, 1500, 528, 564},
        {"aes-gcm-16", 4, 0, 1500, 1442, 1500}, {"null", 6, 0, 1500, 1446, 1500},
        {"aes-gcm-16", 6, 0, 1500, 1422, 1500}, {"null", 4, 0, 1501, 1466, 1500},
        {"null", 4, 0, 1504, 1470, 1504},       {"null", 4, 33, 1500, 1, 36},
    };
    static struct bench bench;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_sender_config config = plain_sender();
        iptfs_esp_init(&config.esp, iptfs_cipher_named(rows[i].cipher), rows[i].outer_version);
        config.pkt_size_octets = rows[i].pkt_size;
        config.mtu_octets = rows[i].mtu;
        start(&bench, &config);
        CHECK_U64(bench.sender.packer.payload_octets, rows[i].space);
        offer(&bench, 0, rows[i].space, 1);
        iptfs_sender_wake(&bench.sender, 0);
        CHECK_U64(bench.sent_count, 1);
        CHECK_U64(bench.sent[0].ip_octets, rows[i].full_octets);
        stop(&bench, 0);
    }
}

static void test_pkt_size_within_headers_is_refused(void)
{
    struct iptfs_sender_config config = plain_sender();
    struct iptfs_sender sender;
    struct iptfs_store store;
    struct iptfs_counters counters = {{0}};
    struct iptfs_trace trace = {0};
    iptfs_store_init(&store);
    config.pkt_size_octets = 32;
    CHECK_INT(iptfs_sender_init(&sender, &config, &store, &counters, &trace), IPTFS_E_INVALID);
    config.pkt_size_octets = 0;
    config.mtu_octets = 34;
    CHECK_INT(iptfs_sender_init(&sender, &config, &store, &counters, &trace), IPTFS_E_INVALID);
    iptfs_store_free(&store);
}

/* 733 and 733 are just the space; 733 and 734 are not. */
static void test_pairs(void)
{
    struct iptfs_sender_config config = plain_sender();
    static struct bench bench;
    start(&bench, &config);
    offer(&bench, 0, SPACE / 2, 1);
    offer(&bench, 0, SPACE / 2, 2);
    offer(&bench, 0, SPACE / 2, 3);
    offer(&bench, 0, SPACE / 2 + 1, 4);
    iptfs_sender_wake(&bench.sender, 0);
    CHECK_U64(bench.sent_count, 3);
    check_sent(&bench, 0, 0, 1, 2, SPACE);
    check_sent(&bench, 1, 0, 2, 1, SPACE / 2);
    check_sent(&bench, 2, 0, 3, 1, SPACE / 2 + 1);
    stop(&bench, 0);
}

/* A long packet: full pieces, and the last one goes on to take what fits. */
static void test_fragments(void)
{
    struct iptfs_sender_config config = plain_sender();
    static struct bench bench;
    start(&bench, &config);
    offer(&bench, 0, 60, 1);
    offer(&bench, 0, 2 * SPACE + 100, 2);
    offer(&bench, 0, SPACE - 100, 3);
    offer(&bench, 0, 20, 4);
    iptfs_sender_wake(&bench.sender, 0);
    CHECK_U64(bench.sent_count, 5);
    check_sent(&bench, 0, 0, 1, 1, 60);
    check_sent(&bench, 1, 0, 2, 1, SPACE);
    check_sent(&bench, 2, 0, 3, 1, SPACE);
    check_sent(&bench, 3, 0, 4, 2, SPACE);
    check_sent(&bench, 4, 0, 5, 1, 20);
    static const uint32_t block_offsets[] = {0, 0, SPACE + 100, 100, 0};
    for (size_t i = 0; i < 5; i++)
        CHECK_U64(bench.sent[i].block_offset, block_offsets[i]);
    CHECK_U64(bench.sent[3].first_offset, 2 * SPACE);
    stop(&bench, 0);
}

/* ------------------------------------------------------------------------------------ limits */

static void test_queue_limit(void)
{
    struct iptfs_sender_config config = plain_sender();
    config.max_queue_size_octets = 1000;
    static struct bench bench;
    start(&bench, &config);
    CHECK_INT(offer(&bench, 0, 400, 1), IPTFS_OK);
    CHECK_INT(offer(&bench, 0, 601, 2), IPTFS_E_NO_SPACE);
    CHECK_INT(offer(&bench, 0, 600, 3), IPTFS_OK);
    CHECK_INT(offer(&bench, 0, 20, 4), IPTFS_E_NO_SPACE);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_OUT_NO_QUEUE_SPACE], 2);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_OUT_ERROR], 0);
    CHECK_U64(dropped(&bench, IPTFS_DROP_NO_QUEUE_SPACE), 2);
    iptfs_sender_wake(&bench.sender, 0);
    CHECK_U64(bench.store.ledger.delivered.pkts, 2);
    CHECK_INT(offer(&bench, 1, 1000, 5), IPTFS_OK);
    stop(&bench, 1);
}

/* Limit 101: 95 % of it, in whole octets, are 95. */
static void test_ce_above_95_percent(void)
{
    static const struct {
        uint32_t octets;
        uint8_t tos, tos_after;
    } rows[] = {
        {95, ECT0, ECT0},  {96, ECT0, CE},    {96, 1, CE},   {96, 0, 0},
        {101, 0xb8, 0xb8}, {101, 0xba, 0xbb}, {101, CE, CE},
    };
    static struct bench bench;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_sender_config config = plain_sender();
        config.max_queue_size_octets = 101;
        start(&bench, &config);
        struct iptfs_arrival arrival = arrival_of(0, rows[i].octets, 1);
        arrival.tos = rows[i].tos;
        CHECK_INT(iptfs_sender_offer(&bench.sender, &arrival), IPTFS_OK);
        iptfs_sender_wake(&bench.sender, 0);
        CHECK_U64(bench.last_tos, rows[i].tos_after);
        stop(&bench, 0);
    }
}

static void test_dont_frag_forwarded(void)
{
    struct iptfs_sender_config config = plain_sender();
    config.dont_frag = true;
    static struct bench bench;
    start(&bench, &config);
    CHECK_INT(offer(&bench, 3 * US, SPACE, 1), IPTFS_OK);
    CHECK_U64(bench.icmp_count, 0);
    CHECK_INT(offer(&bench, 4 * US, SPACE + 1, 2), IPTFS_E_TOO_BIG);
    CHECK_U64(bench.icmp_count, 1);
    CHECK_U64(bench.icmp_mtu, SPACE);
    CHECK_U64(bench.icmp_id, 2);
    CHECK_INT(bench.icmp_ps, 4 * US);
    CHECK_U64(bench.sender.icmp_sent, 1);
    CHECK_U64(bench.sender.local_errors, 0);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_OUT_ERROR], 1);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_OUT_NO_QUEUE_SPACE], 0);
    CHECK_U64(dropped(&bench, IPTFS_DROP_TOO_BIG), 1);
    stop(&bench, 1);
}

/* RFC 9347, 2.2.6: with DF, and of IPv6, refused; without DF cut into IP fragments. */
static void test_dont_frag_without_df(void)
{
    struct iptfs_sender_config config = plain_sender();
    config.dont_frag = true;
    config.ip_fragment = true;
    static struct bench bench;
    start(&bench, &config);
    struct iptfs_arrival arrival = arrival_of(4 * US, SPACE + 1, 2);
    arrival.df = true;
    CHECK_INT(iptfs_sender_offer(&bench.sender, &arrival), IPTFS_E_TOO_BIG);
    arrival.df = false;
    arrival.ip_version = 6;
    CHECK_INT(iptfs_sender_offer(&bench.sender, &arrival), IPTFS_E_TOO_BIG);
    arrival.ip_version = 4;
    CHECK_INT(iptfs_sender_offer(&bench.sender, &arrival), IPTFS_OK);
    CHECK_U64(bench.icmp_count, 2);
    CHECK_U64(dropped(&bench, IPTFS_DROP_TOO_BIG), 2);
    iptfs_sender_wake(&bench.sender, 5 * US);
    CHECK_U64(bench.sender.packer.ip_cut_pkts, 1);
    CHECK_U64(bench.sender.packer.ip_fragments, 2);
    CHECK_U64(bench.counters.value[IPTFS_YANG_INNER_TX_PKTS], 2);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_OUT_ERROR], 2);
    CHECK_U64(bench.sent_count, 2);
    stop(&bench, 0);
}

/* Packets and fragments that wait while the MTU shrinks are cut to the new size. */
static void test_fragments_when_the_mtu_shrinks(void)
{
    struct iptfs_sender_config config = plain_sender();
    config.dont_frag = true;
    config.ip_fragment = true;
    config.init_delay_ps = US;
    static struct bench bench;
    start(&bench, &config);
    offer(&bench, 0, 1000, 1);
    bench.sender.packer.payload_octets = 500;
    iptfs_sender_wake(&bench.sender, US);
    CHECK_U64(bench.sender.packer.ip_fragments, 3); /* 480, 480 and 20 octets of payload */
    CHECK_U64(dropped(&bench, IPTFS_DROP_MTU_SHRUNK), 0);
    stop(&bench, 0);
}

static void test_dont_frag_local(void)
{
    struct iptfs_sender_config config = plain_sender();
    config.dont_frag = true;
    static struct bench bench;
    start(&bench, &config);
    struct iptfs_arrival arrival = arrival_of(4 * US, 2000, 2);
    arrival.local = true;
    CHECK_INT(iptfs_sender_offer(&bench.sender, &arrival), IPTFS_E_TOO_BIG);
    CHECK_U64(bench.icmp_count, 0);
    CHECK_U64(bench.sender.icmp_sent, 0);
    CHECK_U64(bench.sender.local_errors, 1);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_OUT_ERROR], 1);
    CHECK_U64(dropped(&bench, IPTFS_DROP_TOO_BIG), 1);
    stop(&bench, 0);
}

/* The size is checked before the queue, so a full queue does not hide it. */
static void test_too_big_before_full(void)
{
    struct iptfs_sender_config config = plain_sender();
    config.dont_frag = true;
    config.max_queue_size_octets = 100;
    static struct bench bench;
    start(&bench, &config);
    CHECK_INT(offer(&bench, 0, SPACE + 1, 1), IPTFS_E_TOO_BIG);
    CHECK_INT(offer(&bench, 0, SPACE, 2), IPTFS_E_NO_SPACE);
    stop(&bench, 0);
}

static void test_mtu_shrinks_while_waiting(void)
{
    struct iptfs_sender_config config = plain_sender();
    config.dont_frag = true;
    config.init_delay_ps = US;
    static struct bench bench;
    start(&bench, &config);
    offer(&bench, 0, 1000, 1);
    offer(&bench, 0, 1001, 2);
    offer(&bench, 0, 1002, 3);
    bench.sender.packer.payload_octets = 1001;
    iptfs_sender_wake(&bench.sender, US);
    CHECK_U64(bench.sent_count, 2);
    check_sent(&bench, 0, US, 1, 1, 1000);
    check_sent(&bench, 1, US, 2, 1, 1001);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_OUT_ERROR], 1);
    CHECK_U64(dropped(&bench, IPTFS_DROP_MTU_SHRUNK), 1);
    stop(&bench, 0);
}

/* ----------------------------------------------------------------------------- wake-up times */

struct script {
    struct iptfs_sender_config config;
    struct iptfs_arrival arrivals[200];
    size_t count;
};

/* Random packets in bursts, with small queues, so that some are refused. */
static void make_script(struct script *script, uint64_t seed)
{
    struct dice dice = {seed};
    script->config = plain_sender();
    script->config.init_delay_ps = (int64_t)dice_between(&dice, 0, 3) * 100 * US;
    script->config.max_queue_size_octets = dice_between(&dice, 2000, 20000);
    script->config.dont_frag = dice_percent(&dice, 30);
    script->count = dice_between(&dice, 1, 200);
    int64_t at_ps = 0;
    for (size_t i = 0; i < script->count; i++) {
        at_ps += dice_percent(&dice, 30) ? 0 : (int64_t)dice_between(&dice, 0, 90) * US;
        uint32_t octets = (uint32_t)dice_between(&dice, 20, dice_percent(&dice, 20) ? 5000 : 1500);
        script->arrivals[i] = arrival_of(at_ps, octets, (uint32_t)i);
        script->arrivals[i].local = dice_percent(&dice, 30);
        script->arrivals[i].tos = (uint8_t)dice_between(&dice, 0, 3);
    }
}

enum waking {
    TIMELY,
    EAGER,
    LATE,
    EARLY_TOO,
    OFFERED
};

static void wake_at_random(struct bench *bench, struct dice *dice, bool early_too)
{
    int64_t now_ps = 0;
    for (int64_t next_ps; (next_ps = iptfs_sender_next_ps(&bench->sender)) != IPTFS_NEVER;) {
        int64_t step_ps = (int64_t)dice_between(dice, 0, 300) * US;
        now_ps = early_too ? now_ps + step_ps / 10 + 1 : iptfs_later(now_ps, next_ps) + step_ps;
        iptfs_sender_wake(&bench->sender, now_ps);
    }
}

/* Each arrival comes by iptfs_sender_offer, as if it were an event. */
static void offer_all(struct bench *bench, const struct script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        run_timely(bench, script->arrivals[i].at_ps - 1);
        iptfs_sender_offer(&bench->sender, &script->arrivals[i]);
    }
    run_timely(bench, IPTFS_TIME_MAX_PS);
}

static void play(struct bench *bench, const struct script *script, enum waking waking,
                 uint64_t seed)
{
    struct dice dice = {seed};
    struct feed feed;
    start(bench, &script->config);
    feed_init(&feed, script->arrivals, script->count);
    if (waking != OFFERED)
        bench->sender.source = &feed.source;
    bench->sender.eager = waking == EAGER;
    if (waking == OFFERED)
        offer_all(bench, script);
    else if (waking == LATE || waking == EARLY_TOO)
        wake_at_random(bench, &dice, waking == EARLY_TOO);
    else
        run_timely(bench, IPTFS_TIME_MAX_PS);
    bench->sender.source = NULL; /* ends with this function */
}

static void check_same(const struct bench *found, const struct bench *expected, uint64_t seed)
{
    if (!CHECK_U64(found->sent_count, expected->sent_count))
        CHECK_FAIL("with seed %llu", (unsigned long long)seed);
    for (size_t i = 0; i < found->sent_count && i < expected->sent_count; i++) {
        if (memcmp(&found->sent[i], &expected->sent[i], sizeof found->sent[i]) == 0)
            continue;
        CHECK_FAIL("seed %llu: outer packet %zu at %lld with %u octets, expected %lld with %u",
                   (unsigned long long)seed, i, (long long)found->sent[i].at_ps,
                   found->sent[i].data_octets, (long long)expected->sent[i].at_ps,
                   expected->sent[i].data_octets);
        break;
    }
    CHECK_TRUE(memcmp(&found->counters, &expected->counters, sizeof found->counters) == 0);
    CHECK_TRUE(memcmp(&found->store.ledger, &expected->store.ledger, sizeof found->store.ledger) ==
               0);
    CHECK_U64(found->icmp_count, expected->icmp_count);
    CHECK_INT(found->icmp_ps, expected->icmp_ps);
    CHECK_U64(found->sender.local_errors, expected->sender.local_errors);
    CHECK_U64(found->sender.queue.marked_pkts, expected->sender.queue.marked_pkts);
}

static void compare_waking(enum waking waking)
{
    static struct bench timely, other;
    static struct script script;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        make_script(&script, seed);
        play(&timely, &script, TIMELY, seed);
        play(&other, &script, waking, seed);
        check_same(&other, &timely, seed);
        stop(&timely, 0);
        stop(&other, 0);
    }
}

static void test_late_wake_ups(void)
{
    compare_waking(LATE);
}

/* The first packet is refused, so the timer starts with the second, and the third comes before it
 * fires. */
static void test_late_after_refused(void)
{
    const struct iptfs_arrival arrivals[] = {arrival_of(0, 2000, 1), arrival_of(50 * US, 100, 2),
                                             arrival_of(120 * US, 200, 3)};
    struct iptfs_sender_config config = plain_sender();
    config.init_delay_ps = 100 * US;
    config.dont_frag = true;
    static struct bench bench;
    struct feed feed;
    start(&bench, &config);
    feed_init(&feed, arrivals, 3);
    bench.sender.source = &feed.source;
    iptfs_sender_wake(&bench.sender, 1000 * US);
    CHECK_U64(bench.sent_count, 1);
    check_sent(&bench, 0, 150 * US, 1, 2, 300);
    stop(&bench, 0);
}

static void test_needless_wake_ups(void)
{
    compare_waking(EARLY_TOO);
}

static void test_eager(void)
{
    compare_waking(EAGER);
}

static void test_offered_or_pulled(void)
{
    compare_waking(OFFERED);
}

/* The lazy sender does not ask to be woken for arrivals; the eager one does. */
static void test_lazy_is_not_woken(void)
{
    const struct iptfs_arrival arrivals[] = {arrival_of(10 * US, 100, 1),
                                             arrival_of(50 * US, 100, 2)};
    struct iptfs_sender_config config = plain_sender();
    config.init_delay_ps = 100 * US;
    static struct bench bench;
    struct feed feed;
    start(&bench, &config);
    feed_init(&feed, arrivals, 2);
    bench.sender.source = &feed.source;
    CHECK_INT(iptfs_sender_next_ps(&bench.sender), 110 * US);
    bench.sender.eager = true;
    CHECK_INT(iptfs_sender_next_ps(&bench.sender), 10 * US);
    iptfs_sender_wake(&bench.sender, 10 * US);
    CHECK_INT(iptfs_sender_next_ps(&bench.sender), 50 * US);
    iptfs_sender_wake(&bench.sender, 50 * US);
    CHECK_INT(iptfs_sender_next_ps(&bench.sender), 110 * US);
    CHECK_U64(bench.arrived, 2);
    stop(&bench, 2);
}

/* What came in since the last wake-up counts as offered at the end; nothing is sent. */
static void test_collect(void)
{
    const struct iptfs_arrival arrivals[] = {arrival_of(0, 100, 1), arrival_of(50 * US, 100, 2),
                                             arrival_of(50 * US + 1, 100, 3)};
    struct iptfs_sender_config config = plain_sender();
    config.init_delay_ps = 100 * US;
    static struct bench bench;
    struct feed feed;
    start(&bench, &config);
    feed_init(&feed, arrivals, 3);
    bench.sender.source = &feed.source;
    iptfs_sender_collect(&bench.sender, 50 * US);
    CHECK_U64(bench.store.ledger.offered.pkts, 2);
    CHECK_U64(bench.sent_count, 0);
    bench.sender.source = NULL;
    stop(&bench, 2);
}

/* -------------------------------------------------------------------------------- free space */

/* A source that offers 1000 octets for each report of free space, so that they are sent when the
 * link becomes idle. */
struct filler {
    struct iptfs_source source;
    int64_t next_ps;
    unsigned calls;
    unsigned left;
    int64_t called_ps[8];
    struct iptfs_free_space free_space[8];
};

static int64_t filler_next_ps(const struct iptfs_source *source)
{
    return ((const struct filler *)source)->next_ps;
}

static void filler_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct filler *filler = (struct filler *)source;
    *arrival = arrival_of(filler->next_ps, 1000, filler->calls);
    filler->next_ps = IPTFS_NEVER;
}

static void filler_free_space(struct iptfs_source *source, int64_t now_ps,
                              const struct iptfs_free_space *free_space)
{
    struct filler *filler = (struct filler *)source;
    if (filler->calls < 8) {
        filler->called_ps[filler->calls] = now_ps;
        filler->free_space[filler->calls] = *free_space;
    }
    filler->calls++;
    if (filler->left == 0)
        return;
    filler->left--;
    filler->next_ps = iptfs_later(now_ps, free_space->idle_ps - free_space->lead_ps);
}

/* The sender reports free space each time its queue is empty, with the idle time of the link and
 * init-delay as lead: a packet that arrives that much earlier is sent when the link is idle. */
static void test_free_space(void)
{
    static const struct iptfs_source_ops ops = {filler_next_ps, filler_take, filler_free_space};
    struct filler filler = {.source = {&ops}, .next_ps = 0, .left = 3};
    struct iptfs_sender_config config = plain_sender();
    config.init_delay_ps = 5 * US;
    static struct bench bench;
    start(&bench, &config);
    bench.sender.source = &filler.source;
    bench.sender.window_octets = 12345;
    bench.link_idle_ps = 100 * US;
    run_timely(&bench, IPTFS_PS_PER_S);
    CHECK_U64(filler.calls, 4);
    static const int64_t expected_ps[] = {5 * US, 100 * US, 105 * US, 110 * US};
    for (size_t i = 0; i < 4; i++) {
        CHECK_INT(filler.called_ps[i], expected_ps[i]);
        CHECK_INT(bench.sent[i].at_ps, expected_ps[i]);
        CHECK_INT(filler.free_space[i].idle_ps, iptfs_later(expected_ps[i], 100 * US));
        CHECK_INT(filler.free_space[i].lead_ps, 5 * US);
        CHECK_U64(filler.free_space[i].octets, 12345);
    }
    bench.sender.source = NULL;
    stop(&bench, 0);
}

/* ----------------------------------------------------------------------------------- handles */

static int offer_handle(struct bench *bench, unsigned n, uint32_t octets, bool local)
{
    struct iptfs_arrival arrival = arrival_of(n, octets, n);
    arrival.handle = &bench->released[n];
    arrival.local = local;
    return iptfs_sender_offer(&bench->sender, &arrival);
}

/* Delivered: not released. Refused, lost or left inside: released once. */
static void test_handles(void)
{
    struct iptfs_sender_config config = plain_sender();
    config.dont_frag = true;
    config.max_queue_size_octets = 3000;
    static struct bench bench;
    start(&bench, &config);
    CHECK_INT(offer_handle(&bench, 0, 1000, false), IPTFS_OK);
    iptfs_sender_wake(&bench.sender, 0); /* delivered */
    CHECK_INT(offer_handle(&bench, 1, 2000, false), IPTFS_E_TOO_BIG);
    CHECK_INT(offer_handle(&bench, 2, 2000, true), IPTFS_E_TOO_BIG);
    CHECK_INT(offer_handle(&bench, 3, 1400, true), IPTFS_OK);
    CHECK_INT(offer_handle(&bench, 4, 1400, true), IPTFS_OK);
    CHECK_INT(offer_handle(&bench, 5, 1400, true), IPTFS_E_NO_SPACE);
    bench.lose = true;
    iptfs_sender_wake(&bench.sender, 5); /* 3 and 4 are lost */
    CHECK_INT(offer_handle(&bench, 6, 1000, true), IPTFS_OK);
    stop(&bench, 1);
    static const unsigned expected[] = {0, 1, 1, 1, 1, 1, 1};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        if (bench.released[i] != expected[i])
            CHECK_FAIL("handle %zu: released %u times, expected %u", i, bench.released[i],
                       expected[i]);
}

/* A packet cut into pieces that are all lost is released once, not once a piece. */
static void test_handle_of_fragments(void)
{
    struct iptfs_sender_config config = plain_sender();
    static struct bench bench;
    start(&bench, &config);
    bench.lose = true;
    CHECK_INT(offer_handle(&bench, 0, 6000, false), IPTFS_OK);
    iptfs_sender_wake(&bench.sender, 0);
    CHECK_U64(bench.sent_count, 5);
    CHECK_U64(bench.released[0], 1);
    CHECK_U64(dropped(&bench, IPTFS_DROP_LINK_LOSS), 1);
    stop(&bench, 0);
}

const CU_TestInfo iptfs_tests_sender[] = {
    {"arrivals of one instant come before the timer", test_same_instant_before_timer},
    {"init-delay", test_init_delay},
    {"the whole queue goes in one instant", test_whole_queue_in_one_instant},
    {"a second packet does not restart the timer", test_timer_is_not_restarted},
    {"a refused packet starts no timer", test_refused_starts_no_timer},
    {"sizes by cipher, outer header, pkt-size and MTU", test_sizes},
    {"pkt-size within the headers is refused", test_pkt_size_within_headers_is_refused},
    {"two packets pair up when both fit whole", test_pairs},
    {"long packets are cut", test_fragments},
    {"max-queue-size", test_queue_limit},
    {"CE above 95 % of max-queue-size", test_ce_above_95_percent},
    {"dont-frag: forwarded packet gets ICMP", test_dont_frag_forwarded},
    {"dont-frag: IP fragments without DF", test_dont_frag_without_df},
    {"dont-frag: fragments when the MTU shrinks", test_fragments_when_the_mtu_shrinks},
    {"dont-frag: local packet gets an error", test_dont_frag_local},
    {"dont-frag is checked before the queue", test_too_big_before_full},
    {"dont-frag: MTU shrinks while packets wait", test_mtu_shrinks_while_waiting},
    {"late wake-ups change nothing", test_late_wake_ups},
    {"late wake-up after a refused packet", test_late_after_refused},
    {"needless wake-ups change nothing", test_needless_wake_ups},
    {"eager and lazy are the same", test_eager},
    {"offered and pulled are the same", test_offered_or_pulled},
    {"lazy sender is not woken for arrivals", test_lazy_is_not_woken},
    {"arrivals up to the end are collected", test_collect},
    {"free space is reported when the queue is empty", test_free_space},
    {"handles are released once", test_handles},
    {"a handle in many fragments is released once", test_handle_of_fragments},
    CU_TEST_INFO_NULL,
};
