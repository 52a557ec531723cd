/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of IP-TFS in Linux 7.2, and those reported and fixed since its first release: a named test
 * for each, through whole receivers and tunnels. The suites of the modules test each in detail. */
#include "base/error.h"
#include "base/units.h"
#include "receiver/receiver.h"
#include "support/check.h"
#include "support/samples.h"
#include "support/whole_tunnel.h"

#include <string.h>

#define MS IPTFS_PS_PER_MS

enum {
    SAMPLES = 64,
    SAMPLE_MAX = 4000,
    ECT = 2,
    CE = 3
};

/* Packets by their number, and a receiver that compares what comes out with them. */
struct rx {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_receiver receiver;
    unsigned delivered[SAMPLES];
    uint32_t count;
    int64_t delivered_ps;
    uint32_t last_id;
    uint8_t last_tos;
    bool in_order;
};

static uint8_t sample_bytes[SAMPLES][SAMPLE_MAX];
static struct sample samples[SAMPLES];

static const struct sample *sample_of(uint32_t id, int version, uint32_t octets)
{
    samples[id] = (struct sample){sample_bytes[id], octets};
    sample_ip(sample_bytes[id], version, octets, id);
    return &samples[id];
}

static void on_deliver(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct rx *rx = ctx;
    CHECK_TRUE(!again);
    rx->count++;
    rx->last_tos = inner->tos;
    rx->delivered_ps = now_ps;
    if (!CHECK_TRUE(inner->id < SAMPLES))
        return;
    rx->in_order = rx->in_order && inner->id > rx->last_id;
    rx->last_id = inner->id;
    rx->delivered[inner->id]++;
    if (inner->bytes != NULL && CHECK_INT(inner->octets, samples[inner->id].octets))
        CHECK_BYTES(inner->bytes, samples[inner->id].bytes, inner->octets);
}

static void open_rx(struct rx *rx, bool immediate, uint32_t window)
{
    struct iptfs_receiver_config config = {
        .immediate = immediate,
        .reorder_window = window,
        .drop_time_ps = 10 * MS,
        .ecn_decap = IPTFS_ECN_DECAP_MARK,
    };
    *rx = (struct rx){.in_order = true};
    iptfs_store_init(&rx->store);
    CHECK_INT(iptfs_receiver_init(&rx->receiver, &config, &rx->store, &rx->counters, &rx->trace),
              IPTFS_OK);
    iptfs_receiver_deliver_to(&rx->receiver, on_deliver, rx);
}

static void check_rx(struct rx *rx, uint32_t delivered, int line)
{
    check_int(rx->count, delivered, "packets delivered", __FILE__, line);
    check_u64(rx->store.ledger.delivered.pkts, delivered, "delivered by the ledger", __FILE__,
              line);
    iptfs_store_close(&rx->store);
    iptfs_receiver_free(&rx->receiver);
    sample_close_store(&rx->store, __FILE__, line);
}
#define CLOSE_RX(rx, delivered) check_rx((rx), (delivered), __LINE__)

static void arrive(struct rx *rx, int64_t now_ps, uint64_t seq, struct iptfs_outer *outer)
{
    outer->seq = seq;
    iptfs_receiver_input(&rx->receiver, now_ps, outer);
    iptfs_receiver_wake(&rx->receiver, now_ps);
}

static void give(struct rx *rx, int64_t now_ps, uint64_t seq, const struct payload *payload)
{
    arrive(rx, now_ps, seq, payload_outer(&rx->store, payload, 0));
}

/* A payload with octets `from` up to `to` of a packet. */
static void give_part(struct rx *rx, uint64_t seq, const struct sample *sample, uint32_t from,
                      uint32_t to)
{
    struct payload payload;
    payload_begin(&payload, from > 0 ? sample->octets - from : 0);
    payload_put(&payload, sample, from, to);
    give(rx, 0, seq, &payload);
}

static void give_whole(struct rx *rx, int64_t now_ps, uint64_t seq, const struct sample *sample)
{
    struct payload payload;
    payload_begin(&payload, 0);
    payload_put_whole(&payload, sample);
    give(rx, now_ps, seq, &payload);
}

/* ------------------------------------------------------------------- where Linux 7.2 is wrong */

/* The window of 32 moves by 7 over itself while 26 packets are held on both sides of gaps. */
static void overlapping_move(void)
{
    struct rx rx;
    open_rx(&rx, false, 32);
    for (uint32_t id = 1; id <= 41; id++)
        sample_of(id, 4, 20 + id);
    give_whole(&rx, 0, 1, &samples[1]);
    for (uint32_t id = 3; id <= 34; id++)
        if (id % 5 != 2)
            give_whole(&rx, 0, id, &samples[id]);
    CHECK_INT(rx.count, 1);
    give_whole(&rx, 0, 41, &samples[41]);
    CHECK_INT(rx.count, 9); /* 3 to 6, then 8 to 11: the window begins at 9 */
    for (uint32_t id = 12; id <= 40; id++)
        if (id % 5 == 2 || id > 34)
            give_whole(&rx, 0, id, &samples[id]);
    for (uint32_t id = 1; id <= 41; id++)
        CHECK_INT(rx.delivered[id], id == 2 || id == 7 ? 0 : 1);
    CHECK_TRUE(rx.in_order);
    CLOSE_RX(&rx, 39);
}

/* 2 is given up at 11 ms; 4 and 5 still have time, and are no duplicates when they come. */
static void partial_give_up(void)
{
    struct rx rx;
    open_rx(&rx, false, 5);
    for (uint32_t id = 1; id <= 6; id++)
        sample_of(id, 4, 40);
    give_whole(&rx, 0, 1, &samples[1]);
    give_whole(&rx, MS, 3, &samples[3]);
    give_whole(&rx, 5 * MS, 6, &samples[6]);
    iptfs_receiver_wake(&rx.receiver, 11 * MS);
    CHECK_INT(rx.count, 2);
    CHECK_INT(rx.delivered_ps, 11 * MS);
    give_whole(&rx, 12 * MS, 5, &samples[5]);
    give_whole(&rx, 13 * MS, 4, &samples[4]);
    CHECK_INT(rx.last_id, 6);
    CHECK_INT(rx.delivered_ps, 13 * MS);
    CHECK_U64(rx.receiver.reorder.late_pkts + rx.receiver.reorder.duplicate_pkts, 0);
    CHECK_TRUE(rx.in_order);
    CLOSE_RX(&rx, 5);
}

static void padding_is_recognised_by_the_block(void)
{
    for (int immediate = 0; immediate <= 1; immediate++)
        for (uint8_t sub_type = 0; sub_type <= 1; sub_type++) {
            struct rx rx;
            struct payload payload;
            open_rx(&rx, immediate != 0, 3);
            const struct sample *partial = sample_of(1, 4, 100);
            give_part(&rx, 1, partial, 0, 30);
            payload_begin(&payload, 0);
            payload_put_whole(&payload, sample_of(2, 4, 60));
            payload_put_whole(&payload, sample_of(3, 6, 60));
            arrive(&rx, 0, 2, payload_outer(&rx.store, &payload, sub_type));
            CHECK_U64(rx.store.ledger.dropped[IPTFS_DROP_INCOMPLETE].pkts, 1);
            CLOSE_RX(&rx, 2);
        }
}

/* Every way to cut a packet in two, with others behind its end that take its buffer. */
static void every_cut(int version, uint32_t octets)
{
    struct rx rx;
    struct payload payload;
    uint64_t seq = 0;
    open_rx(&rx, false, 3);
    const struct sample *cut = sample_of(1, version, octets);
    const struct sample *behind = sample_of(2, 4, 50), *last = sample_of(3, 6, 70);
    for (uint32_t at = 1; at < octets; at++) {
        give_part(&rx, ++seq, cut, 0, at);
        payload_begin(&payload, octets - at);
        payload_put(&payload, cut, at, octets);
        payload_put_whole(&payload, behind);
        payload_put_whole(&payload, last);
        give(&rx, 0, ++seq, &payload);
        CHECK_INT(rx.count, 3 * at);
    }
    CLOSE_RX(&rx, 3 * (octets - 1));
}

static void end_of_a_packet_is_not_overwritten(void)
{
    every_cut(4, 120);
    every_cut(6, 120);
}

/* Octets 12 to 15 of an IPv4 header, 8 to 23 of an IPv6 one: cut there, before and behind. */
static void source_address_is_not_overwritten(void)
{
    every_cut(4, 20);
    every_cut(6, 40);
}

static void good_packets_before_a_malformed_block_stay(void)
{
    static const uint8_t malformed[][6] = {
        {0x15, 0, 0, 60}, {0xF5, 0, 0, 60}, {0x45, 0, 0, 19}, {0x4F, 0, 0, 59}, {0x45, 0, 0, 0}};
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++)
        for (int immediate = 0; immediate <= 1; immediate++) {
            uint8_t bytes[60] = {0};
            const struct sample bad = {bytes, sizeof bytes};
            struct rx rx;
            struct payload payload;
            memcpy(bytes, malformed[i], sizeof malformed[i]);
            open_rx(&rx, immediate != 0, 3);
            payload_begin(&payload, 0);
            payload_put_whole(&payload, sample_of(1, 4, 60));
            payload_put_whole(&payload, sample_of(2, 6, 60));
            payload_put_whole(&payload, &bad);
            payload_put_whole(&payload, sample_of(3, 4, 60));
            give(&rx, 0, 1, &payload);
            give_whole(&rx, 0, 2, sample_of(4, 4, 60));
            CHECK_U64(rx.counters.value[IPTFS_YANG_OUTER_RX_ERRORED_PKTS], 1);
            CHECK_INT(rx.delivered[3], 0);
            CLOSE_RX(&rx, 3);
        }
}

static void ce_reaches_the_inner_packets(void)
{
    for (int immediate = 0; immediate <= 1; immediate++)
        for (uint8_t tos = 0; tos <= 3; tos++) {
            struct rx rx;
            open_rx(&rx, immediate != 0, 3);
            struct iptfs_inner *inner = sample_hollow(&rx.store, 100, 1);
            struct iptfs_outer *outer = iptfs_outer_new(&rx.store);
            inner->tos = tos;
            iptfs_outer_add(outer, inner, 0, 100);
            iptfs_inner_unref(&rx.store, inner);
            outer->ecn = CE;
            arrive(&rx, 0, 1, outer);
            CHECK_INT(rx.last_tos, tos == 0 ? 0 : CE);
            CLOSE_RX(&rx, 1);
        }
}

/* --------------------------------------------------------------------- reported, and mended since
 */

/* A length of 0 to 19, whole in a payload or in its header's two parts: no endless loop, nothing
 * is written behind a buffer, and the next packet is found. */
static void bad_length(uint8_t length, uint32_t kept)
{
    for (int immediate = 0; immediate <= 1; immediate++) {
        uint8_t bytes[24] = {0x45, 0, 0, length};
        const struct sample bad = {bytes, sizeof bytes};
        struct rx rx;
        open_rx(&rx, immediate != 0, 3);
        give_part(&rx, 1, &bad, 0, kept);
        if (kept < sizeof bytes)
            give_part(&rx, 2, &bad, kept, sizeof bytes);
        give_whole(&rx, 0, 3, sample_of(1, 4, 60));
        iptfs_receiver_wake(&rx.receiver, 20 * MS);
        CHECK_U64(rx.store.live_inner, 0);
        CLOSE_RX(&rx, 1);
    }
}

static void total_length_0_ends(void)
{
    for (uint32_t kept = 1; kept <= 24; kept++)
        bad_length(0, kept);
}

static void runt_then_bad_length(void)
{
    for (uint32_t kept = 1; kept <= 3; kept++)
        for (uint8_t length = 6; length <= 19; length++)
            bad_length(length, kept);
}

/* ping -s 3333: 3361 octets with the headers, in three and more pieces of many sizes. */
static void ping_of_3333(void)
{
    static const uint32_t ends[][6] = {{1440, 2880, 3361},
                                       {100, 3000, 3361},
                                       {1, 2, 3, 4, 5, 3361},
                                       {3, 1440, 1441, 2880, 3360, 3361},
                                       {1466, 1500, 2966, 3361}};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        for (int immediate = 0; immediate <= 1; immediate++) {
            struct rx rx;
            struct payload payload;
            uint64_t seq = 1;
            uint32_t from = ends[i][0];
            open_rx(&rx, immediate != 0, 3);
            const struct sample *ping = sample_of(2, 4, 3361);
            payload_begin(&payload, 0);
            payload_put_whole(&payload, sample_of(1, 4, 60));
            payload_put(&payload, ping, 0, from);
            give(&rx, 0, seq, &payload);
            for (const uint32_t *end = &ends[i][1]; from < 3361; from = *end++) {
                payload_begin(&payload, 3361 - from);
                payload_put(&payload, ping, from, *end);
                if (*end == 3361)
                    payload_put_whole(&payload, sample_of(3, 6, 60));
                give(&rx, 0, ++seq, &payload);
            }
            CHECK_U64(rx.counters.value[IPTFS_XFRM_IN_IPTFS_ERROR], 0);
            CLOSE_RX(&rx, 3);
        }
}

/* A tunnel of which the sender gathers for 10 ms, or of which packets come in pieces. */
static struct plan plan;
static struct bench bench;

static bool start_tunnel(size_t count, uint32_t octets, int64_t init_delay_ps)
{
    plan = (struct plan){.sender = plain_sender(), .count = count};
    plan.sender.init_delay_ps = init_delay_ps;
    plan.receiver = (struct iptfs_receiver_config){.reorder_window = 3, .drop_time_ps = 50 * MS};
    plan.link = (struct iptfs_link_config){.mtu_octets = 1500};
    for (uint32_t id = 0; id < count; id++)
        plan.arrivals[id] = arrival_of(id * MS, octets, id);
    return CHECK_TRUE(bench_start(&bench, &plan));
}

static void close_tunnel(void)
{
    bench_run_until(&bench, IPTFS_TIME_MAX_PS);
    bench_close(&bench, IPTFS_NEVER);
    CHECK_STR(bench.wrong != NULL ? bench.wrong : "nothing", "nothing");
}

static uint64_t dropped(enum iptfs_drop_cause drop_cause)
{
    return bench.tunnel.store.ledger.dropped[drop_cause].pkts;
}

static void sa_deleted_with_a_queue(void)
{
    if (!start_tunnel(5, 200, 10 * MS))
        return;
    iptfs_sender_collect(&bench.tunnel.sender, 5 * MS);
    CHECK_U64(bench.tunnel.sender.queue.pkts, 5);
    CHECK_INT(iptfs_tunnel_next_ps(&bench.tunnel), 10 * MS);
    iptfs_sender_clear(&bench.tunnel.sender);
    CHECK_U64(dropped(IPTFS_DROP_SA_REMOVED), 5);
    CHECK_INT(iptfs_tunnel_next_ps(&bench.tunnel), IPTFS_NEVER);
    close_tunnel();
    CHECK_U64(bench.tunnel.store.ledger.delivered.pkts, 0);
}

/* 3000 octets in three packets, of which the second or third is a second late: the first fragment
 * waits in the reassembly, or behind it one in the window too. */
static void sa_deleted_with_a_running_timer(void)
{
    for (uint64_t late = 2; late <= 3; late++)
        for (int immediate = 0; immediate <= 1; immediate++) {
            if (!start_tunnel(1, 3000, 0))
                return;
            bench_close(&bench, 0);
            plan.items[0] =
                (struct iptfs_impair_item){late, IPTFS_IMPAIR_DELAY, 20 * IPTFS_PS_PER_MS};
            plan.item_count = 1;
            plan.receiver.immediate = immediate != 0;
            if (!CHECK_TRUE(bench_start(&bench, &plan)))
                return;
            bench_run_until(&bench, MS);
            struct iptfs_receiver *receiver = &bench.tunnel.receiver;
            CHECK_INT(iptfs_receiver_next_ps(receiver), 50 * MS);
            CHECK_INT(iptfs_receiver_renew(receiver, 2), IPTFS_OK);
            CHECK_INT(iptfs_receiver_next_ps(receiver), IPTFS_NEVER);
            close_tunnel();
            CHECK_U64(dropped(IPTFS_DROP_SA_REMOVED), 1);
        }
}

/* Migrated: the sender goes on with a new SA while packets of the old one are queued, partly sent
 * and in flight; nothing is lost. */
static void sa_migrated_with_a_queue(void)
{
    for (uint64_t after = 1; after <= 7; after++) {
        if (!start_tunnel(40, 2500, 0))
            return;
        bench_close(&bench, 0);
        plan.sender.sa_life.soft.pkts = after;
        plan.link.rate_bps = 20000000;
        if (!CHECK_TRUE(bench_start(&bench, &plan)))
            return;
        close_tunnel();
        CHECK_U64(bench.distinct, 40);
        CHECK_TRUE(bench.tunnel.sender.packer.sa >= 9);
    }
}

/* As fast as it can, packets that are too long, and some that are not. */
static void ping_f_with_dont_frag(void)
{
    for (int local = 0; local <= 1; local++) {
        if (!start_tunnel(PKTS_MAX, 2000, MS))
            return;
        bench_close(&bench, 0);
        plan.sender.dont_frag = true;
        for (size_t i = 0; i < PKTS_MAX; i++) {
            plan.arrivals[i].at_ps = (int64_t)i;
            plan.arrivals[i].local = local != 0;
            if (i % 4 == 3)
                plan.arrivals[i].octets = 1466; /* just fits */
        }
        if (!CHECK_TRUE(bench_start(&bench, &plan)))
            return;
        close_tunnel();
        const struct iptfs_sender *sender = &bench.tunnel.sender;
        CHECK_U64(bench.distinct, PKTS_MAX / 4);
        CHECK_U64(sender->icmp_sent, local ? 0 : PKTS_MAX / 4 * 3);
        CHECK_U64(sender->local_errors, local ? PKTS_MAX / 4 * 3 : 0);
        CHECK_U64(bench.tunnel.counters.value[IPTFS_XFRM_OUT_ERROR], PKTS_MAX / 4 * 3);
    }
}

/* A ping of 2000 octets into a path of 1500: v2 crashed where it was local and not to be cut. */
static void ping_of_2000(void)
{
    for (int variant = 0; variant < 4; variant++) {
        bool local = (variant & 1) != 0, dont_frag = (variant & 2) != 0;
        if (!start_tunnel(1, 2000, 0))
            return;
        bench_close(&bench, 0);
        plan.sender.dont_frag = dont_frag;
        plan.arrivals[0].local = local;
        if (!CHECK_TRUE(bench_start(&bench, &plan)))
            return;
        close_tunnel();
        CHECK_U64(bench.distinct, dont_frag ? 0 : 1);
        CHECK_U64(bench.tunnel.sender.icmp_sent, dont_frag && !local ? 1 : 0);
        CHECK_U64(bench.tunnel.sender.local_errors, dont_frag && local ? 1 : 0);
    }
}

const CU_TestInfo iptfs_tests_linux_faults[] = {
    {"1: the reorder window moves onto itself (overlapping copy)", overlapping_move},
    {"2: the drop timer gives up part of the window, numbers off by one", partial_give_up},
    {"3: BlockOffset 0 while a fragment is awaited, taken for padding",
     padding_is_recognised_by_the_block},
    {"4: last 14 octets of a completed packet overwritten", end_of_a_packet_is_not_overwritten},
    {"5: source address overwritten without an Ethernet header", source_address_is_not_overwritten},
    {"6: a malformed block loses and leaks the good packets before it",
     good_packets_before_a_malformed_block_stay},
    {"7: CE on the outer packet never reaches the inner ones", ce_reaches_the_inner_packets},
    {"inner IPv4 total length 0 ends (no endless loop)", total_length_0_ends},
    {"runt of fewer than 4 octets then length 6 to 19", runt_then_bad_length},
    {"3333-octet packet over three and more outer packets with mixed sizes", ping_of_3333},
    {"SA deleted with a queue", sa_deleted_with_a_queue},
    {"SA deleted with a running timer", sa_deleted_with_a_running_timer},
    {"SA migrated with a queue", sa_migrated_with_a_queue},
    {"ping -f with dont-frag", ping_f_with_dont_frag},
    {"2000-octet ping over a path of 1500, local and forwarded", ping_of_2000},
    CU_TEST_INFO_NULL,
};
