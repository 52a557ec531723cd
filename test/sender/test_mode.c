/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modes beside Linux's: packets of one size, the least rate, the plain ones, ECN. What is
 * expected is worked out here from the RFCs, not from the packer. */
#include "base/error.h"
#include "base/units.h"
#include "receiver/ip_reassembly.h"
#include "receiver/reassembly.h"
#include "receiver/receiver.h"
#include "run/run.h"
#include "sender/mode.h"
#include "sender/packer.h"
#include "sender/sender.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/samples.h"

#include <stdio.h>
#include <string.h>

#define MS IPTFS_PS_PER_MS

/* --- packets of one size --- */

/* A packer of fixed size that fills its packets, with a queue of its own. */
struct tx {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_esp esp;
    struct iptfs_queue queue;
    struct iptfs_packer packer;
    uint32_t pkt_size;
};

static void tx_open(struct tx *tx, const struct iptfs_cipher *cipher, int outer_version,
                    uint8_t sub_type, uint32_t pkt_size)
{
    *tx = (struct tx){.pkt_size = pkt_size};
    iptfs_store_init(&tx->store);
    iptfs_esp_init(&tx->esp, cipher, outer_version);
    iptfs_queue_init(&tx->queue, UINT32_MAX);
    tx->packer = (struct iptfs_packer){
        .ops = &iptfs_packer_fixed,
        .store = &tx->store,
        .counters = &tx->counters,
        .trace = &tx->trace,
        .esp = &tx->esp,
        .dummies = true,
        .fill_full = true,
        .sub_type = sub_type,
    };
    tx->packer.payload_octets = tx->packer.ops->payload_octets(&tx->packer, pkt_size, 1500);
}

/* 98 octets of data in each packet: IPv4 20, ESP 8, AGGFRAG 4, trailer 2. */
static void tx_open_98(struct tx *tx)
{
    tx_open(tx, iptfs_cipher_named("null"), 4, 0, 132);
    CHECK_INT(tx->packer.payload_octets, 98);
}

static void tx_queue(struct tx *tx, uint32_t octets)
{
    CHECK_TRUE(iptfs_queue_push(&tx->queue, sample_hollow(&tx->store, octets, 0)));
}

/* The next packet: exactly pkt-size, and what it holds. */
static void tx_expect(struct tx *tx, uint32_t data, uint32_t slices, uint32_t block_offset,
                      const char *file, int line)
{
    struct iptfs_outer *outer = tx->packer.ops->next(&tx->packer, &tx->queue, 0);
    check_int(outer->ip_octets, tx->pkt_size, "outer octets", file, line);
    check_int(outer->data_octets + outer->pad_octets, tx->packer.payload_octets, "data and padding",
              file, line);
    check_int(outer->data_octets, data, "data", file, line);
    check_int(outer->slices, slices, "slices", file, line);
    check_int(outer->block_offset, block_offset, "BlockOffset", file, line);
    iptfs_outer_drop(&tx->store, outer, IPTFS_DROP_LINK_LOSS);
}
#define EXPECT(tx, data, slices, offset)                                                           \
    tx_expect((tx), (data), (slices), (offset), __FILE__, __LINE__)

/* What a fixed size leaves for data, or 0 when ESP has no packet of that size: RFC 4303 aligns the
 * end of the trailer on 4 octets, and the AGGFRAG header comes first. */
static uint32_t space_by_the_book(const struct tx *tx, uint32_t pkt_size)
{
    uint32_t header = tx->packer.sub_type == 1 ? 24 : 4;
    uint32_t around =
        tx->esp.ip_octets + 8 + tx->esp.cipher->iv_octets + tx->esp.cipher->icv_octets;
    if (pkt_size < around + 2 || (pkt_size - around) % 4 != 0)
        return 0;
    uint32_t payload = pkt_size - around - 2;
    return payload > header ? payload - header : 0;
}

/* In the endless row of queued octets, packet after packet, the n-th outer packet holds those from
 * n * space on: its BlockOffset is how far the next beginning is. */
static void check_stream(struct tx *tx, struct dice *dice)
{
    enum {
        PKTS = 30
    };
    uint64_t ends[PKTS], total = 0;
    uint32_t space = tx->packer.payload_octets;
    for (size_t i = 0; i < PKTS; i++) {
        uint32_t octets = (uint32_t)dice_between(dice, 20, dice_percent(dice, 50) ? 100 : 3000);
        tx_queue(tx, octets);
        ends[i] = total += octets;
    }
    size_t next = 0;
    for (uint64_t at = 0; at < total; at += space) {
        while (at > 0 && ends[next] < at)
            next++;
        uint64_t behind = at == 0 || ends[next] == at ? 0 : ends[next] - at;
        struct iptfs_outer *outer = tx->packer.ops->next(&tx->packer, &tx->queue, 0);
        uint64_t data = total - at < space ? total - at : space;
        bool good = outer->ip_octets == tx->pkt_size && outer->block_offset == behind &&
                    outer->data_octets == data && outer->pad_octets == space - data;
        if (!good)
            CHECK_FAIL("pkt-size %u at %lu: %u octets, BlockOffset %u of %lu, data %u of %lu",
                       tx->pkt_size, (unsigned long)at, outer->ip_octets, outer->block_offset,
                       (unsigned long)behind, outer->data_octets, (unsigned long)data);
        iptfs_outer_drop(&tx->store, outer, IPTFS_DROP_LINK_LOSS);
    }
    EXPECT(tx, 0, 0, 0); /* idle: padding */
    CHECK_TRUE(tx->packer.partial == NULL);
}

static void every_packet_has_the_size(void)
{
    struct dice dice = {1};
    struct tx tx;
    for (unsigned i = 0; i < 8; i++) {
        for (uint32_t size = 20; size <= 1500; size++) {
            tx_open(&tx, iptfs_cipher_at(i % 2), i / 2 % 2 == 0 ? 4 : 6, i / 4 == 1, size);
            uint32_t expected = space_by_the_book(&tx, size);
            if (tx.packer.payload_octets != expected)
                CHECK_FAIL("pkt-size %u, case %u: space %u, expected %u", size, i,
                           tx.packer.payload_octets, expected);
            if (expected > 0 && size % 3 == 0)
                check_stream(&tx, &dice);
            CLOSE_STORE(&tx.store);
        }
    }
}

/* pkt-size 0: the largest packet that ends on 4 octets and fits the MTU. */
static void size_0_follows_the_mtu(void)
{
    struct tx tx;
    for (unsigned i = 0; i < 8; i++) {
        tx_open(&tx, iptfs_cipher_at(i % 2), i / 2 % 2 == 0 ? 4 : 6, i / 4 == 1, 0);
        for (uint32_t mtu = 120; mtu <= 9000; mtu++) {
            tx.packer.payload_octets = tx.packer.ops->payload_octets(&tx.packer, 0, mtu);
            struct iptfs_outer *outer = tx.packer.ops->next(&tx.packer, &tx.queue, 0);
            if (outer->ip_octets > mtu || outer->ip_octets + 4 <= mtu)
                CHECK_FAIL("MTU %u: packets of %u", mtu, outer->ip_octets);
            iptfs_outer_processed(&tx.store, outer);
        }
        CLOSE_STORE(&tx.store);
    }
}

static void idle_packets_are_padding(void)
{
    struct tx tx;
    uint8_t bytes[200], zeros[200] = {0};
    tx_open_98(&tx);
    struct iptfs_outer *outer = tx.packer.ops->next(&tx.packer, &tx.queue, 0);
    memset(bytes, 0xFF, sizeof bytes);
    CHECK_INT(iptfs_payload_encode(outer, (struct iptfs_aggfrag){0}, NULL, bytes, sizeof bytes),
              102);
    CHECK_BYTES(bytes, zeros, 102);
    iptfs_outer_processed(&tx.store, outer);
    CHECK_U64(tx.counters.value[IPTFS_YANG_OUTER_TX_ALL_PAD_PKTS], 1);
    CHECK_U64(tx.counters.value[IPTFS_YANG_OUTER_TX_ALL_PAD_OCTETS], 98);
    tx_queue(&tx, 60);
    EXPECT(&tx, 60, 1, 0);
    CHECK_U64(tx.counters.value[IPTFS_YANG_OUTER_TX_ALL_PAD_PKTS], 1);
    CHECK_U64(tx.counters.value[IPTFS_YANG_OUTER_TX_EXTRA_PAD_PKTS], 1);
    CHECK_U64(tx.counters.value[IPTFS_YANG_OUTER_TX_EXTRA_PAD_OCTETS], 38);
    CLOSE_STORE(&tx.store);
}

/* 98 octets in each; the second of 50 fits whole into the next, the one of 250 into none. */
static void padding_in_place_of_fragments(void)
{
    struct tx tx;
    tx_open_98(&tx);
    tx.packer.pad_to_avoid_fragment = true;
    tx_queue(&tx, 60);
    tx_queue(&tx, 50);
    tx_queue(&tx, 250);
    tx_queue(&tx, 20);
    EXPECT(&tx, 60, 1, 0);
    EXPECT(&tx, 98, 2, 0); /* 50, and 48 of 250 */
    EXPECT(&tx, 98, 1, 202);
    EXPECT(&tx, 98, 1, 104);
    EXPECT(&tx, 26, 2, 6);
    EXPECT(&tx, 0, 0, 0);
    CLOSE_STORE(&tx.store);
}

static void small_fragments_are_not_started(void)
{
    struct tx tx;
    tx_open_98(&tx);
    tx.packer.min_fragment_octets = 9;
    tx_queue(&tx, 90); /* leaves 8 */
    tx_queue(&tx, 89); /* leaves 9 */
    tx_queue(&tx, 40);
    EXPECT(&tx, 90, 1, 0);
    EXPECT(&tx, 98, 2, 0);
    EXPECT(&tx, 31, 1, 31);
    /* The rest of a started packet may have any size. */
    tx_queue(&tx, 99);
    EXPECT(&tx, 98, 1, 0);
    EXPECT(&tx, 1, 1, 1);
    CLOSE_STORE(&tx.store);
}

static void padding_between_fragments(void)
{
    struct tx tx;
    tx_open_98(&tx);
    tx.packer.all_pad_every = 2;
    tx_queue(&tx, 250);
    EXPECT(&tx, 98, 1, 0);
    EXPECT(&tx, 0, 0, 0);
    EXPECT(&tx, 98, 1, 152);
    EXPECT(&tx, 0, 0, 0);
    EXPECT(&tx, 54, 1, 54);
    CLOSE_STORE(&tx.store);
}

/* --- through bytes --- */

enum {
    STREAM_PKTS = 12,
    STREAM_OCTETS = 400
};

/* What must come out of the receiving end, in order. */
struct stream {
    uint8_t bytes[STREAM_PKTS][STREAM_OCTETS];
    uint32_t octets[STREAM_PKTS];
    uint32_t delivered;
};

static void on_stream(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct stream *stream = ctx;
    (void)now_ps;
    CHECK_TRUE(!again && stream->delivered < STREAM_PKTS);
    if (CHECK_INT(inner->octets, stream->octets[stream->delivered]))
        CHECK_BYTES(inner->bytes, stream->bytes[stream->delivered], inner->octets);
    stream->delivered++;
}

/* Packs a stream, writes each payload and reads it at the other end. */
static void check_bytes_of_stream(struct tx *tx, struct stream *stream, struct dice *dice)
{
    struct iptfs_store store;
    struct iptfs_counters counters = {0};
    struct iptfs_drop_timer timer = {.drop_time_ps = IPTFS_PS_PER_S, .deadline_ps = IPTFS_NEVER};
    struct iptfs_reassembly reassembly;
    iptfs_store_init(&store);
    iptfs_reassembly_init(&reassembly, &store, &counters, &timer);
    reassembly.deliver = on_stream;
    reassembly.deliver_ctx = stream;
    for (uint32_t i = 0; i < STREAM_PKTS; i++) {
        int version = dice_percent(dice, 50) ? 4 : 6;
        stream->octets[i] = (uint32_t)dice_between(dice, version == 4 ? 20 : 40, STREAM_OCTETS);
        sample_ip(stream->bytes[i], version, stream->octets[i], i);
        iptfs_queue_push(&tx->queue, sample_inner(&tx->store, stream->bytes[i], stream->octets[i]));
    }
    for (int spare = 3; spare > 0; spare -= tx->queue.head == NULL && tx->packer.partial == NULL) {
        uint8_t bytes[1500];
        struct iptfs_outer *outer = tx->packer.ops->next(&tx->packer, &tx->queue, 0);
        struct iptfs_aggfrag header = {.sub_type = tx->packer.sub_type};
        int octets = iptfs_payload_encode(outer, header, NULL, bytes, sizeof bytes);
        CHECK_INT(iptfs_esp_outer_octets(&tx->esp, (uint32_t)octets), tx->pkt_size);
        struct iptfs_outer *copy = iptfs_outer_new(&store);
        copy->seq = outer->seq;
        CHECK_INT(iptfs_outer_set_payload(&store, copy, bytes, (uint32_t)octets), IPTFS_OK);
        iptfs_reassembly_input(&reassembly, 0, copy);
        iptfs_outer_processed(&store, copy);
        iptfs_outer_drop(&tx->store, outer, IPTFS_DROP_LINK_LOSS);
    }
    CHECK_INT(stream->delivered, STREAM_PKTS);
    CHECK_TRUE(reassembly.partial == NULL);
    CHECK_U64(counters.value[IPTFS_XFRM_IN_IPTFS_ERROR], 0);
    CLOSE_STORE(&store);
}

static void random_streams_through_bytes(void)
{
    static struct stream stream;
    struct dice dice = {2};
    for (unsigned i = 0; i < 4000; i++) {
        struct tx tx;
        const struct iptfs_cipher *cipher = iptfs_cipher_at(i % 2);
        uint8_t sub_type = i / 2 % 2;
        uint32_t least = 20 + 8 + cipher->iv_octets + cipher->icv_octets + (sub_type ? 24 : 4);
        uint32_t size = (least + 4) / 4 * 4 + 4 * (uint32_t)dice_between(&dice, 0, 60);
        stream.delivered = 0;
        tx_open(&tx, cipher, 4, sub_type, size);
        tx.packer.all_pad_every = (uint32_t)dice_between(&dice, 0, 4);
        tx.packer.all_pad_every += tx.packer.all_pad_every == 1; /* each one: nothing would go */
        tx.packer.min_fragment_octets = (uint32_t)dice_between(&dice, 0, 10);
        tx.packer.pad_to_avoid_fragment = dice_percent(&dice, 30);
        unsigned before = CU_get_number_of_failures();
        check_bytes_of_stream(&tx, &stream, &dice);
        if (CU_get_number_of_failures() != before)
            CHECK_FAIL("... in stream %u, pkt-size %u", i, size);
        CLOSE_STORE(&tx.store);
    }
}

/* --- senders by hand --- */

enum {
    SENT_MAX = 20000
};

/* A sender whose packets are kept. */
struct rig {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_sender sender;
    struct feed feed;
    struct iptfs_outer *sent[SENT_MAX];
    int64_t sent_ps[SENT_MAX];
    size_t count;
    uint32_t icmp_mtu;
};

static struct rig rig;

static struct iptfs_run run;
static struct iptfs_scenario scenario;

static void on_send(void *ctx, int64_t now_ps, struct iptfs_outer *outer)
{
    (void)ctx;
    if (!CHECK_TRUE(rig.count < SENT_MAX))
        return;
    rig.sent_ps[rig.count] = now_ps;
    rig.sent[rig.count++] = outer;
}

static void on_icmp(void *ctx, int64_t now_ps, const struct iptfs_inner *inner, uint32_t mtu_octets)
{
    (void)ctx, (void)now_ps, (void)inner;
    rig.icmp_mtu = mtu_octets;
}

static struct iptfs_sender_config config_of(const char *mode)
{
    struct iptfs_sender_config config = plain_sender();
    config.mode = iptfs_mode_named(mode);
    if (config.mode->rated || config.mode->with_rate != NULL) {
        config.slot_numerator = (uint64_t)MS;
        config.slot_denominator = 1;
    }
    return config;
}

static void rig_open(const struct iptfs_sender_config *config)
{
    rig = (struct rig){0};
    iptfs_store_init(&rig.store);
    CHECK_INT(iptfs_sender_init(&rig.sender, config, &rig.store, &rig.counters, &rig.trace),
              IPTFS_OK);
    rig.sender.hooks = (struct iptfs_sender_hooks){.send = on_send, .icmp = on_icmp};
}

static int rig_offer(int64_t at_ps, uint32_t octets, uint8_t tos)
{
    struct iptfs_arrival arrival = arrival_of(at_ps, octets, 0);
    arrival.tos = tos;
    return iptfs_sender_offer(&rig.sender, &arrival);
}

/* Wakes the sender whenever it asks for it. */
static void rig_run(int64_t until_ps)
{
    int64_t next_ps;
    while ((next_ps = iptfs_sender_next_ps(&rig.sender)) <= until_ps)
        iptfs_sender_wake(&rig.sender, next_ps);
}

static uint64_t rig_dropped(enum iptfs_drop_cause drop_cause)
{
    return rig.store.ledger.dropped[drop_cause].pkts;
}

static void rig_close(void)
{
    for (size_t i = 0; i < rig.count; i++)
        if (rig.sent[i] != NULL)
            iptfs_outer_drop(&rig.store, rig.sent[i], IPTFS_DROP_LINK_LOSS);
    iptfs_sender_clear(&rig.sender);
    CLOSE_STORE(&rig.store);
}

/* 1466 octets of space on demand; 1466 of fixed size too, since 1500 is a multiple of 4. */
static void fill_defaults_to_the_modes(void)
{
    static const struct {
        const char *mode;
        bool whole, full;
        uint32_t first;
    } rows[] = {
        {"on-demand", false, false, 1000}, {"on-demand", true, false, 1000},
        {"on-demand", false, true, 1466},  {"fixed-rate", false, false, 1466},
        {"fixed-rate", true, false, 1000}, {"fixed-rate", false, true, 1466},
        {"min-rate", true, false, 1000},   {"min-rate", false, false, 1466},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_sender_config config = config_of(rows[i].mode);
        config.fill_whole = rows[i].whole;
        config.fill_full = rows[i].full;
        rig_open(&config);
        rig_offer(0, 1000, 0);
        rig_offer(0, 1000, 0);
        rig_run(MS);
        CHECK_TRUE(rig.count >= 2);
        bool padded = config.mode->fixed_size;
        CHECK_INT(rig.sent[0]->data_octets, rows[i].first);
        CHECK_INT(rig.sent[1]->block_offset, rows[i].first > 1000 ? 534 : 0);
        CHECK_INT(rig.sent[1]->data_octets, 2000 - rows[i].first);
        CHECK_INT(rig.sent[1]->pad_octets, padded ? rows[i].first - 534 : 0);
        rig_close();
    }
}

/* --- the least rate --- */

/* From packet to packet never longer than a slot, for any arrivals and any options. */
static void the_floor_holds(void)
{
    static struct iptfs_arrival arrivals[400];
    struct dice dice = {3};
    for (int round = 0; round < 200; round++) {
        struct iptfs_sender_config config = config_of("min-rate");
        int64_t at_ps = 0;
        for (size_t i = 0; i < 400; i++) {
            at_ps += (int64_t)dice_between(
                &dice, 0, (uint64_t)(dice_percent(&dice, 5) ? 20 : 1) * (uint64_t)MS);
            arrivals[i] = arrival_of(at_ps, (uint32_t)dice_between(&dice, 20, 3000), 0);
        }
        config.init_delay_ps = (int64_t)dice_between(&dice, 0, 4) * MS;
        config.max_aggregation_time_ps = (int64_t)dice_between(&dice, 0, 3) * MS;
        config.slot_numerator = (uint64_t)MS * 10;
        config.slot_denominator = dice_between(&dice, 3, 30);
        uint64_t step_ps = config.slot_numerator / config.slot_denominator + 1;
        rig_open(&config);
        feed_init(&rig.feed, arrivals, 400);
        rig.sender.source = &rig.feed.source;
        rig_run(at_ps);
        CHECK_INT(rig.sent_ps[0], 0);
        for (size_t i = 1; i < rig.count; i++)
            if ((uint64_t)(rig.sent_ps[i] - rig.sent_ps[i - 1]) > step_ps)
                CHECK_FAIL("round %d: %ld ps from packet %zu to the next, at most %lu", round,
                           (long)(rig.sent_ps[i] - rig.sent_ps[i - 1]), i, (unsigned long)step_ps);
        CHECK_TRUE((uint64_t)(at_ps - rig.sent_ps[rig.count - 1]) <= step_ps);
        rig_close();
    }
}

/* Slots at 0, 1, 2 ms; what comes at 2.3 ms leaves immediately, and the next slot is 1 ms later. */
static void data_leaves_immediately_and_slots_restart(void)
{
    static const int64_t expected_us[] = {0, 1000, 2000, 2300, 2300, 3300, 4300};
    struct iptfs_sender_config config = config_of("min-rate");
    rig_open(&config);
    rig_run(2 * MS);
    rig_offer(23 * MS / 10, 2000, 0);
    rig_run(43 * MS / 10);
    CHECK_INT(rig.count, 7);
    for (size_t i = 0; i < 7 && i < rig.count; i++) {
        CHECK_INT(rig.sent_ps[i], expected_us[i] * IPTFS_PS_PER_US);
        CHECK_INT(rig.sent[i]->ip_octets, 1500);
        CHECK_INT(rig.sent[i]->data_octets, i == 3 ? 1466 : i == 4 ? 534 : 0);
    }
    rig_close();
}

/* A source without pauses is limited only by the link, and fills it. */
static void saturated_min_rate_fills_the_link(void)
{
    static const char text[] = "[scenario]\nduration = 1s\n[link]\nrate = 10Mbps\n"
                               "[tunnel]\nmode = min-rate\npps = 100\n"
                               "[traffic.one]\ntype = saturate\nsize = 1000\n";
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_scenario_parse_text(&scenario, text, "full.ini", NULL, 0, &error), IPTFS_OK);
    CHECK_INT(iptfs_run_init(&run, &scenario, 1, 0, &error), IPTFS_OK);
    const struct iptfs_tunnel *tunnel = &run.direction[IPTFS_FORWARD].tunnel;
    CHECK_INT(iptfs_run_until(&run, IPTFS_PS_PER_S, &error), IPTFS_OK);
    CHECK_NEAR((double)tunnel->link->stats.received.pkts, 10e6 / 8 / 1538, 2);
    CHECK_U64(tunnel->link->stats.lost[IPTFS_DROP_LINK_QUEUE].pkts, 0);
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
}

/* --- max-aggregation-time --- */

static void old_packets_are_dropped(void)
{
    struct iptfs_sender_config config = config_of("on-demand");
    config.init_delay_ps = 10 * MS;
    config.max_aggregation_time_ps = 4 * MS;
    rig_open(&config);
    rig_offer(0, 100, 0);
    rig_offer(6 * MS - 1, 101, 0); /* a picosecond too old at 10 ms */
    rig_offer(6 * MS, 102, 0);     /* just not too old */
    rig_offer(9 * MS, 103, 0);
    rig_run(10 * MS);
    CHECK_INT(rig.count, 1);
    CHECK_INT(rig.sent[0]->data_octets, 205);
    CHECK_U64(rig_dropped(IPTFS_DROP_AGGREGATION_TIME), 2);
    CHECK_U64(rig.store.ledger.dropped[IPTFS_DROP_AGGREGATION_TIME].octets, 201);
    CHECK_U64(rig.counters.value[IPTFS_YANG_TX_DROP_PKTS], 2);
    rig_close();
}

/* One packet a slot: of ten that arrive at 0 those whose slot is later than 3 ms are dropped; a
 * partly sent one is completed at any age. */
static void a_backlog_ages(void)
{
    struct iptfs_sender_config config = config_of("fixed-rate");
    config.max_aggregation_time_ps = 3 * MS;
    rig_open(&config);
    for (int i = 0; i < 10; i++)
        rig_offer(0, 1466, 0);
    rig_run(20 * MS);
    CHECK_U64(rig_dropped(IPTFS_DROP_AGGREGATION_TIME), 6);
    for (size_t i = 0; i < rig.count; i++)
        CHECK_INT(rig.sent[i]->data_octets, i < 4 ? 1466 : 0);
    rig_offer(20 * MS + 1, 5 * 1466, 0);
    rig_run(30 * MS);
    CHECK_U64(rig_dropped(IPTFS_DROP_AGGREGATION_TIME), 6);
    for (size_t i = 21; i < 26; i++)
        CHECK_INT(rig.sent[i]->data_octets, 1466);
    rig_close();
    CHECK_STR(iptfs_drop_cause_name(IPTFS_DROP_AGGREGATION_TIME), "aggregation-time");
}

static void options_that_leave_nothing_are_refused(void)
{
    static const char *const rows[][2] = {
        {"tunnel.all-pad-every=1", "--set tunnel.all-pad-every=1: [tunnel] all-pad-every: found "
                                   "'1', allowed: 0, or 2 and more (1 would leave no packet for "
                                   "data)"},
        {"tunnel.min-rate=2Mbps", "--set tunnel.min-rate=2Mbps: [tunnel] min-rate: found '2Mbps', "
                                  "allowed: 0 to max-rate, 1Mbps"},
    };
    static const char text[] = "[tunnel]\nmode = congestion-controlled\nmax-rate = 1Mbps\n";
    for (size_t i = 0; i < 2; i++) {
        struct iptfs_scenario refused;
        struct iptfs_error error = {0};
        CHECK_INT(iptfs_scenario_parse_text(&refused, text, "t.ini", rows[i], 1, &error),
                  IPTFS_E_INVALID);
        CHECK_STR(error.text, rows[i][1]);
    }
}

/* --- the plain modes --- */

struct caught {
    uint32_t pkts, again;
    uint8_t tos; /* of the last */
};

static void on_caught(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct caught *caught = ctx;
    (void)now_ps;
    caught->pkts += !again;
    caught->again += again;
    caught->tos = inner->tos;
}

static struct iptfs_ip_reassembly datagram_to(struct caught *caught)
{
    *caught = (struct caught){0};
    return (struct iptfs_ip_reassembly){.store = &rig.store,
                                        .counters = &rig.counters,
                                        .deliver = on_caught,
                                        .deliver_ctx = caught};
}

static void gather(struct iptfs_ip_reassembly *datagram, size_t index)
{
    iptfs_ip_reassembly_input(datagram, 0, rig.sent[index]);
    iptfs_outer_processed(&rig.store, rig.sent[index]);
    rig.sent[index] = NULL;
}

/* Checks the IP fragments of one packet (RFC 791): an outer packet each, as large as fits, all but
 * the last with a multiple of 8 octets behind the header. */
static void check_fragments(uint32_t octets, uint32_t mtu, uint32_t around)
{
    uint32_t left = octets - 20, fits = (mtu - around - 20) / 8 * 8;
    for (size_t i = 0; i < rig.count; i++) {
        /* The last one may use what the multiple of 8 leaves. */
        uint32_t data = left <= mtu - around - 20 ? left : fits;
        uint32_t header = i == 0 ? 20 : 0;
        bool good = rig.sent[i]->data_octets == header + data &&
                    rig.sent[i]->first_offset == (i == 0 ? 0 : octets - left) &&
                    rig.sent[i]->ip_octets >= around + 20 + data &&
                    rig.sent[i]->ip_octets < around + 20 + data + 4 &&
                    rig.sent[i]->ip_octets <= mtu;
        if (!good)
            CHECK_FAIL("%u octets, MTU %u: fragment %zu of %u, outer packet %u", octets, mtu, i,
                       rig.sent[i]->data_octets, rig.sent[i]->ip_octets);
        left -= data;
    }
    CHECK_INT(left, 0);
}

static void ip_fragments(void)
{
    struct dice dice = {4};
    struct caught caught;
    for (uint32_t octets = 20; octets < 3000; octets += 1 + octets % 3) {
        for (int esp = 0; esp < 2; esp++) {
            struct iptfs_sender_config config = config_of(esp ? "esp" : "none");
            config.mtu_octets = 300 + octets % 7;
            config.ip_fragment_headers = true;
            rig_open(&config);
            CHECK_INT(rig_offer(0, octets, 0), IPTFS_OK);
            rig_run(0);
            /* ESP: IP 20, SPI and number 8, trailer 2; the end is aligned, so 2 octets may go. */
            uint32_t mtu = esp ? config.mtu_octets / 4 * 4 : config.mtu_octets;
            check_fragments(octets, mtu, esp ? 30 : 0);
            struct iptfs_ip_reassembly datagram = datagram_to(&caught);
            for (size_t left = rig.count; left > 0; left--) {
                size_t at = (size_t)dice_between(&dice, 0, rig.count - 1);
                while (rig.sent[at] == NULL)
                    at = (at + 1) % rig.count;
                CHECK_INT(caught.pkts, 0);
                gather(&datagram, at);
            }
            CHECK_INT(caught.pkts, 1);
            CHECK_U64(rig.store.ledger.delivered.pkts, 1);
            rig_close();
        }
    }
}

/* RFC 9347's Appendix C counts pieces without headers of their own. */
static void pieces_without_headers(void)
{
    struct iptfs_sender_config config = config_of("esp");
    config.mtu_octets = 300; /* 270 octets of payload */
    rig_open(&config);
    rig_offer(0, 700, 0);
    rig_run(0);
    CHECK_INT(rig.count, 3);
    CHECK_INT(rig.sent[0]->data_octets, 270);
    CHECK_INT(rig.sent[1]->data_octets, 270);
    CHECK_INT(rig.sent[2]->data_octets, 160);
    CHECK_INT(rig.sent[2]->ip_octets, 192);
    rig_close();
}

static void a_lost_fragment_gives_the_drop_cause(void)
{
    for (size_t lost = 0; lost < 3; lost++) {
        struct caught caught;
        struct iptfs_sender_config config = config_of("none");
        config.mtu_octets = 300;
        config.ip_fragment_headers = true;
        rig_open(&config);
        rig_offer(0, 800, 0);
        rig_run(0);
        CHECK_INT(rig.count, 3);
        struct iptfs_ip_reassembly datagram = datagram_to(&caught);
        for (size_t i = 0; i < 3; i++)
            if (i != lost)
                gather(&datagram, i);
        CHECK_U64(rig_dropped(IPTFS_DROP_LINK_LOSS), 0); /* it is still in flight */
        iptfs_outer_drop(&rig.store, rig.sent[lost], IPTFS_DROP_LINK_QUEUE);
        rig.sent[lost] = NULL;
        CHECK_INT(caught.pkts, 0);
        CHECK_U64(rig_dropped(IPTFS_DROP_LINK_QUEUE), 1);
        rig_close();
    }
}

static void ipv6_is_never_cut(void)
{
    static const char *const plain[] = {"none", "esp", "esp-transport", "esp-pad"};
    static const uint32_t most[] = {1500, 1470, 1490, 1470};
    for (size_t i = 0; i < 4; i++) {
        struct iptfs_sender_config config = config_of(plain[i]);
        struct iptfs_arrival arrival = arrival_of(0, most[i], 0);
        arrival.ip_version = 6;
        config.ip_fragment_headers = true;
        rig_open(&config);
        CHECK_INT(iptfs_sender_offer(&rig.sender, &arrival), IPTFS_OK);
        arrival.octets++;
        CHECK_INT(iptfs_sender_offer(&rig.sender, &arrival), IPTFS_E_TOO_BIG);
        CHECK_INT(rig.icmp_mtu, most[i]);
        CHECK_U64(rig.sender.icmp_sent, 1);
        arrival.ip_version = 4;
        CHECK_INT(iptfs_sender_offer(&rig.sender, &arrival), IPTFS_OK);
        rig_run(0);
        CHECK_INT(rig.count, 3);
        CHECK_U64(rig_dropped(IPTFS_DROP_TOO_BIG), 1);
        rig_close();
    }
}

/* Transport mode: the packet, and SPI, number, IV, trailer on 4 octets, ICV. */
static void transport_sizes(void)
{
    for (unsigned c = 0; iptfs_cipher_at(c) != NULL; c++) {
        struct iptfs_sender_config config = config_of("esp-transport");
        iptfs_esp_init(&config.esp, iptfs_cipher_at(c), 4);
        rig_open(&config);
        const struct iptfs_cipher *cipher = iptfs_cipher_at(c);
        for (uint32_t octets = 20; octets < 1450; octets++) {
            rig_offer(0, octets, 0);
            rig_run(0);
            uint32_t expected = 20 + 8 + cipher->iv_octets +
                                (octets - 20 + 2 + cipher->align_octets - 1) /
                                    cipher->align_octets * cipher->align_octets +
                                cipher->icv_octets;
            if (rig.sent[octets - 20]->ip_octets != expected)
                CHECK_FAIL("%s, %u octets: %u, expected %u", cipher->name, octets,
                           rig.sent[octets - 20]->ip_octets, expected);
        }
        rig_close();
    }
}

static void padded_esp_has_one_size(void)
{
    struct dice dice = {5};
    for (uint32_t size = 120; size <= 1500; size += 20) {
        struct iptfs_sender_config config = config_of("esp-pad");
        config.pkt_size_octets = size;
        config.ip_fragment_headers = size % 40 == 0;
        rig_open(&config);
        for (int i = 0; i < 20; i++)
            rig_offer(0, (uint32_t)dice_between(&dice, 20, 3000), 0);
        rig_run(0);
        for (size_t i = 0; i < rig.count; i++)
            CHECK_INT(rig.sent[i]->ip_octets, size);
        rig_close();
    }
}

/* At a rate: a packet a slot, and dummies, which deliver nothing. */
static void padded_esp_at_a_rate(void)
{
    struct caught caught;
    struct iptfs_sender_config config = config_of("esp-pad");
    config.mode = config.mode->with_rate;
    CHECK_TRUE(config.mode->rated && config.mode->paced && !config.mode->aggfrag);
    config.pkt_size_octets = 1400;
    config.slot_numerator = (uint64_t)MS;
    config.slot_denominator = 3;
    rig_open(&config);
    rig_offer(0, 500, 0);
    rig_offer(0, 500, 0);
    rig_run(10 * MS);
    CHECK_INT(rig.count, 31);
    struct iptfs_ip_reassembly datagram = datagram_to(&caught);
    for (size_t i = 0; i < rig.count; i++) {
        CHECK_INT(rig.sent_ps[i], ((int64_t)i * MS + 2) / 3);
        CHECK_INT(rig.sent[i]->ip_octets, 1400);
        CHECK_INT(rig.sent[i]->data_octets, i < 2 ? 500 : 0);
        gather(&datagram, i);
    }
    CHECK_INT(caught.pkts, 2);
    rig_close();
}

static void tfc_padding(void)
{
    static const struct {
        uint32_t pad, octets, outer; /* 20 + 8 + octets + 2 on 4 */
    } rows[] = {
        {0, 40, 72},     {300, 40, 332},   {300, 300, 332},    {300, 301, 332},
        {300, 303, 336}, {2000, 40, 1500}, {2000, 1470, 1500}, {1470, 1, 1500},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_sender_config config = config_of("esp");
        config.tfc_pad_octets = rows[i].pad;
        rig_open(&config);
        rig_offer(0, rows[i].octets, 0);
        rig_run(0);
        if (!CHECK_INT(rig.sent[0]->ip_octets, rows[i].outer))
            CHECK_FAIL("... in row %zu", i);
        rig_close();
    }
}

/* --- the receiving end --- */

static struct iptfs_receiver receiver;

static void receive_to(const struct iptfs_receiver_config *config, struct caught *caught)
{
    *caught = (struct caught){0};
    CHECK_INT(iptfs_receiver_init(&receiver, config, &rig.store, &rig.counters, &rig.trace),
              IPTFS_OK);
    iptfs_receiver_deliver_to(&receiver, on_caught, caught);
}

/* Gives every packet as often as `copies`. */
static void receive_all(int copies)
{
    for (size_t i = 0; i < rig.count; i++)
        rig.sent[i]->refs += (uint32_t)copies - 1;
    for (int copy = 0; copy < copies; copy++)
        for (size_t i = 0; i < rig.count; i++)
            iptfs_receiver_input(&receiver, MS, rig.sent[i]);
    rig.count = 0;
}

/* Copies of plain packets: the replay window refuses them; without one they are delivered again,
 * but for fragments, of which IP makes one packet. */
static void copies_of_plain_packets(void)
{
    struct caught caught;
    for (uint32_t window = 0; window <= 64; window += 64) {
        struct iptfs_receiver_config receiver_config = {.plain = true, .replay_window = window};
        struct iptfs_sender_config config = config_of("esp");
        config.ip_fragment_headers = true;
        rig_open(&config);
        rig_offer(0, 100, 0);
        rig_offer(0, 3000, 0);
        rig_run(0);
        CHECK_INT(rig.count, 4);
        receive_to(&receiver_config, &caught);
        receive_all(2);
        CHECK_INT(caught.pkts, 2);
        CHECK_INT(caught.again, window > 0 ? 0 : 1);
        CHECK_U64(rig.counters.value[IPTFS_XFRM_IN_STATE_SEQ_ERROR], window > 0 ? 4 : 0);
        CHECK_U64(rig.store.ledger.delivered.pkts, 2);
        CHECK_U64(rig_dropped(IPTFS_DROP_REPLAY), 0);
        iptfs_receiver_free(&receiver);
        rig_close();
    }
}

/* --- ECN --- */

/* RFC 9347, 3.1: an outer packet of AGGFRAG says nothing about the ECN fields inside, and neither
 * do marks of the sender's own queue: congestion control would take them for congestion on the
 * path. */
static void nothing_inside_shows_outside(void)
{
    for (uint8_t first = 0; first < 4; first++) {
        for (uint8_t second = 0; second < 4; second++) {
            for (int on = 0; on < 2; on++) {
                struct iptfs_sender_config config = config_of("on-demand");
                config.ecn = on;
                config.max_queue_size_octets = 205;
                rig_open(&config);
                rig_offer(0, 100, (uint8_t)(0xB8 | first)); /* DSCP EF: not copied */
                rig_offer(0, 100, second);
                CHECK_U64(rig.sender.queue.marked_pkts, second > 0);
                rig_run(0);
                CHECK_INT(rig.count, 1);
                CHECK_INT(rig.sent[0]->ecn, on ? 2 : 0);
                rig_close();
            }
        }
    }
}

/* Plain ESP copies the field of the packet it carries, and dummies have none. */
static void plain_esp_copies_the_field(void)
{
    for (uint8_t tos = 0; tos < 8; tos++) {
        struct iptfs_sender_config config = config_of("esp-pad");
        config.mode = config.mode->with_rate;
        config.ecn = true;
        rig_open(&config);
        rig_offer(0, 100, tos);
        rig_run(MS);
        CHECK_INT(rig.count, 2);
        CHECK_INT(rig.sent[0]->ecn, tos & 3);
        CHECK_INT(rig.sent[1]->ecn, 0);
        rig_close();
    }
}

/* Receives a packet in two fragments, of which one arrived in an outer packet with this ECN field,
 * and the other one with Not-ECT. */
static struct caught bring_one_fragment(const struct iptfs_receiver_config *to, uint8_t ecn,
                                        uint8_t outer)
{
    struct caught caught;
    struct iptfs_sender_config config = config_of("on-demand");
    rig_open(&config);
    rig_offer(0, 2000, (uint8_t)(0xB8 | ecn));
    rig_run(0);
    CHECK_INT(rig.count, 2);
    rig.sent[ecn % 2]->ecn = outer;
    receive_to(to, &caught);
    receive_all(1);
    iptfs_receiver_free(&receiver);
    return caught;
}

/* What inner packets of an outer packet with CE get: RFC 6040, 4.2, and the two ways that deliver
 * what is not ECN-capable. DSCP stays. */
static void marks_come_out_of_the_tunnel(void)
{
    for (int decap = 0; decap < 3; decap++) {
        for (int immediate = 0; immediate < 2; immediate++) {
            for (uint8_t ecn = 0; ecn < 4; ecn++) {
                struct iptfs_receiver_config to = {.ecn_decap = (enum iptfs_ecn_decap)decap,
                                                   .immediate = immediate};
                struct caught caught = bring_one_fragment(&to, ecn, IPTFS_ECN_CE);
                bool refused = decap == IPTFS_ECN_DECAP_RFC6040 && ecn == 0;
                bool marked = decap != IPTFS_ECN_DECAP_NOTHING && ecn != 0;
                CHECK_INT(caught.pkts, !refused);
                if (!refused)
                    CHECK_INT(caught.tos, 0xB8 | (marked ? 3 : ecn));
                CHECK_U64(rig_dropped(IPTFS_DROP_CE_NOT_ECT), refused);
                rig_close();
            }
        }
    }
}

/* The same for all sixteen combinations, of RFC 6040's table: one of the two fragments arrived with
 * this ECN field, the other one Not-ECT. */
static void all_fields_come_out_by_rfc_6040(void)
{
    for (int immediate = 0; immediate < 2; immediate++)
        for (uint8_t ecn = 0; ecn < 4; ecn++)
            for (uint8_t outer = 0; outer < 4; outer++) {
                struct iptfs_receiver_config to = {.ecn_decap = IPTFS_ECN_DECAP_RFC6040,
                                                   .immediate = immediate};
                struct caught caught = bring_one_fragment(&to, ecn, outer);
                struct iptfs_ecn_outcome outcome =
                    iptfs_ecn_decapsulate(IPTFS_ECN_DECAP_RFC6040, ecn, outer);
                CHECK_INT(caught.pkts, !outcome.drop);
                if (!outcome.drop)
                    CHECK_INT(caught.tos, 0xB8 | outcome.ecn);
                CHECK_U64(rig_dropped(IPTFS_DROP_CE_NOT_ECT), outcome.drop);
                for (int alarm = 1; alarm < IPTFS_ECN_ALARMS; alarm++)
                    CHECK_U64(rig.store.ecn_alarms[alarm], outcome.alarm == alarm);
                rig_close();
            }
}

static void on_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    uint64_t *marked = ctx;
    (void)now_ps;
    *marked += (inner->tos & 3) == 3;
}

/* A router on the path marks each ECN-capable packet: how many inner packets leave with the mark.
 */
struct marked {
    uint64_t pkts;
    uint64_t delivered;
    uint64_t refused;
};

static struct marked marked_of_100(const char *const *sets, size_t n_sets)
{
    static const char text[] =
        "[scenario]\nduration = 1s\n[tunnel]\nl3-fixed-rate = 10Mbps\n"
        "[link]\nce = 1\n"
        "[traffic.one]\ntype = cbr\nphase = 0\nsize = 700\nrate = 1Mbps\ncount = 100\n";
    struct marked marked = {0};
    struct iptfs_error error = {0};
    int code = iptfs_scenario_parse_text(&scenario, text, "marks.ini", sets, n_sets, &error);
    if (!CHECK_INT(code, IPTFS_OK)) {
        CHECK_FAIL("%s", error.text);
        return marked;
    }
    CHECK_INT(iptfs_run_init(&run, &scenario, 1, 0, &error), IPTFS_OK);
    struct iptfs_tunnel *tunnel = &run.direction[IPTFS_FORWARD].tunnel;
    struct iptfs_observer observer = {.delivered = on_delivered, .ctx = &marked.pkts};
    iptfs_tunnel_observe(tunnel, &observer);
    CHECK_INT(iptfs_run_until(&run, IPTFS_PS_PER_S, &error), IPTFS_OK);
    CHECK_INT(iptfs_tunnel_close(tunnel, IPTFS_PS_PER_S), IPTFS_OK);
    marked.delivered = tunnel->store.ledger.delivered.pkts;
    marked.refused = tunnel->store.ledger.dropped[IPTFS_DROP_CE_NOT_ECT].pkts;
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
    return marked;
}

/* With ecn-decap = mark nothing is dropped. Linux, fault 7: a CE mark on the outer packet never
 * reaches the inner ones. */
static void linux_fault_7_marks_reach_inner_packets(void)
{
    static const char *const modes[] = {"tunnel.mode=on-demand", "tunnel.mode=fixed-rate",
                                        "tunnel.mode=min-rate", "tunnel.mode=esp"};
    for (size_t i = 0; i < 4; i++) {
        for (int capable = 0; capable < 2; capable++) {
            for (int on = 0; on < 2; on++) {
                const char *sets[] = {modes[i], on ? "tunnel.ecn=on" : "tunnel.ecn=off",
                                      capable ? "traffic.one.tos=2" : "traffic.one.tos=0",
                                      "tunnel.ecn-decap=mark"};
                struct marked marked = marked_of_100(sets, 4);
                CHECK_U64(marked.pkts, on && capable ? 100 : 0);
                CHECK_U64(marked.delivered, 100);
            }
        }
    }
}

/* The default of ecn-decap, by mode and ecn: what 100 packets of each kind get. */
static void the_default_by_mode(void)
{
    static const struct {
        const char *mode;
        uint64_t marked, refused; /* ECN-capable ones, and others */
    } table[] = {
        {"tunnel.mode=on-demand", 100, 100}, {"tunnel.mode=fixed-rate", 100, 100},
        {"tunnel.mode=min-rate", 100, 100},  {"tunnel.mode=congestion-controlled", 0, 0},
        {"tunnel.mode=esp", 100, 0},         {"tunnel.mode=esp-transport", 100, 0},
        {"tunnel.mode=none", 100, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const char *on[] = {table[i].mode, "tunnel.ecn=on", "traffic.one.tos=2",
                            "tunnel.min-rate=10Mbps"};
        const char *off[] = {table[i].mode, "tunnel.ecn=off", "traffic.one.tos=2"};
        struct marked marked = marked_of_100(on, 4);
        CHECK_U64(marked.pkts, table[i].marked);
        CHECK_U64(marked.delivered, 100);
        on[2] = "traffic.one.tos=0";
        marked = marked_of_100(on, 4);
        CHECK_U64(marked.pkts, 0);
        CHECK_U64(marked.refused, table[i].refused);
        CHECK_U64(marked.delivered, 100 - table[i].refused);
        marked = marked_of_100(off, 3);
        CHECK_U64(marked.pkts, 0);
    }
}

static void names_are_unique_and_found(void)
{
    const struct iptfs_mode *mode;
    unsigned count = 0;
    for (; (mode = iptfs_mode_at(count)) != NULL; count++)
        CHECK_TRUE(iptfs_mode_named(mode->name) == mode);
    CHECK_TRUE(count >= 4);
    CHECK_TRUE(iptfs_mode_named("on-demand ") == NULL);
    CHECK_TRUE(iptfs_mode_named("") == NULL);
}

const CU_TestInfo iptfs_tests_modes[] = {
    {"every packet has the size, every BlockOffset is right", every_packet_has_the_size},
    {"pkt-size 0 follows the MTU", size_0_follows_the_mtu},
    {"idle packets are padding", idle_packets_are_padding},
    {"padding in place of fragments", padding_in_place_of_fragments},
    {"small fragments are not started", small_fragments_are_not_started},
    {"padding between fragments", padding_between_fragments},
    {"random streams through bytes", random_streams_through_bytes},
    {"fill defaults to the mode's", fill_defaults_to_the_modes},
    {"min-rate: the floor holds", the_floor_holds},
    {"min-rate: data leaves immediately, slots restart", data_leaves_immediately_and_slots_restart},
    {"min-rate: saturated, it fills the link", saturated_min_rate_fills_the_link},
    {"old packets are dropped", old_packets_are_dropped},
    {"a backlog ages", a_backlog_ages},
    {"options that leave nothing are refused", options_that_leave_nothing_are_refused},
    {"IP fragments", ip_fragments},
    {"pieces without headers", pieces_without_headers},
    {"a lost fragment gives the drop cause", a_lost_fragment_gives_the_drop_cause},
    {"IPv6 is never cut", ipv6_is_never_cut},
    {"esp-transport: sizes", transport_sizes},
    {"esp-pad: one size", padded_esp_has_one_size},
    {"esp-pad: dummies at a rate", padded_esp_at_a_rate},
    {"tfc-pad", tfc_padding},
    {"copies of plain packets", copies_of_plain_packets},
    {"AGGFRAG shows nothing of inner ECN fields", nothing_inside_shows_outside},
    {"plain ESP copies the field", plain_esp_copies_the_field},
    {"marks come out of the tunnel", marks_come_out_of_the_tunnel},
    {"all ECN fields come out by RFC 6040", all_fields_come_out_by_rfc_6040},
    {"Linux fault 7: marks reach inner packets", linux_fault_7_marks_reach_inner_packets},
    {"ecn-decap defaults by mode", the_default_by_mode},
    {"names are unique and found", names_are_unique_and_found},
    CU_TEST_INFO_NULL,
};
