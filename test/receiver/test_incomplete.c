/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Incomplete inner packets, and the numbers that count as missed (RFC 9348), on streams whose
 * losses are known. */
#include "receiver/incomplete.h"

#include "base/units.h"
#include "receiver/receiver.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/samples.h"

#include <inttypes.h>

enum {
    PKTS = 60,
    OUTERS_MAX = 600
};

static void test_what_continues(void)
{
    const struct iptfs_incomplete known = {.seq = 7, .left = 250, .payload_octets = 100};
    static const struct {
        uint64_t seq;
        uint32_t block_offset;
        bool continues;
    } rows[] = {
        {8, 250, true},  {8, 249, false}, {8, 0, false},           {9, 150, true},
        {9, 250, false}, {10, 50, true},  {10, 49, false},         {11, 50, false},
        {7, 250, false}, {6, 250, false}, {UINT64_MAX, 50, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_TRUE(iptfs_incomplete_continues(&known, rows[i].seq, rows[i].block_offset) ==
                   rows[i].continues);
}

/* Without the length only the payload that follows is known to continue the packet. */
static void test_an_unknown_length(void)
{
    const struct iptfs_incomplete cut = {
        .seq = 7, .left = IPTFS_INCOMPLETE_LEFT_UNKNOWN, .payload_octets = 100};
    const struct iptfs_incomplete none = {.seq = 7};
    CHECK_TRUE(iptfs_incomplete_continues(&cut, 8, 60));
    CHECK_TRUE(!iptfs_incomplete_continues(&cut, 9, 60));
    CHECK_TRUE(!iptfs_incomplete_continues(&none, 8, 60));
    CHECK_INT(iptfs_incomplete_left(250, 100), 150);
    CHECK_INT(iptfs_incomplete_left(100, 100), 0);
    CHECK_INT(iptfs_incomplete_left(0, 100), 0);
}

struct rx {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_receiver receiver;
    uint32_t delivered;
};

static void on_deliver(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    (void)now_ps;
    (void)inner;
    ((struct rx *)ctx)->delivered += !again;
}

static void open_rx(struct rx *rx, uint32_t window, bool immediate)
{
    const struct iptfs_receiver_config config = {
        .reorder_window = window, .drop_time_ps = 1000000, .immediate = immediate};
    *rx = (struct rx){0};
    iptfs_store_init(&rx->store);
    iptfs_receiver_init(&rx->receiver, &config, &rx->store, &rx->counters, &rx->trace);
    iptfs_receiver_deliver_to(&rx->receiver, on_deliver, rx);
}

static void close_rx(struct rx *rx)
{
    iptfs_receiver_wake(&rx->receiver, IPTFS_TIME_MAX_PS);
    iptfs_receiver_free(&rx->receiver);
    CLOSE_STORE(&rx->store);
}

/* Packets one behind another in payloads of one size: which payloads hold them, and which of these
 * are lost. */
struct stream {
    struct iptfs_outer *outer[OUTERS_MAX];
    bool lost[OUTERS_MAX];
    uint32_t first[PKTS], last[PKTS];
    uint32_t outers;
};

static struct iptfs_outer *next_outer(struct stream *stream, struct iptfs_store *store)
{
    struct iptfs_outer *outer = iptfs_outer_new(store);
    outer->seq = stream->outers + 1;
    stream->outer[stream->outers++] = outer;
    return outer;
}

static void fill(struct stream *stream, struct iptfs_store *store, struct dice *dice)
{
    static uint8_t bytes[1000];
    uint32_t payload_octets = (uint32_t)dice_between(dice, 60, 200), free_octets = 0;
    struct iptfs_outer *outer = NULL;
    stream->outers = 0;
    for (uint32_t pkt = 0; pkt < PKTS; pkt++) {
        uint32_t octets = (uint32_t)dice_between(dice, 40, 900), at = 0;
        sample_ip(bytes, 4, octets, pkt);
        struct iptfs_inner *inner = sample_inner(store, bytes, octets);
        while (at < octets) {
            if (free_octets == 0) {
                outer = next_outer(stream, store);
                outer->block_offset = at > 0 ? octets - at : 0;
                free_octets = payload_octets;
            }
            uint32_t take = octets - at < free_octets ? octets - at : free_octets;
            iptfs_outer_add(outer, inner, at, take);
            if (at == 0)
                stream->first[pkt] = stream->outers - 1;
            stream->last[pkt] = stream->outers - 1;
            at += take;
            free_octets -= take;
        }
        iptfs_inner_unref(store, inner);
    }
    outer->pad_octets = free_octets;
}

/* Packets of which a fragment was received and another was not. */
static uint64_t incomplete_pkts(const struct stream *stream)
{
    uint64_t pkts = 0;
    for (uint32_t pkt = 0; pkt < PKTS; pkt++) {
        bool lost = false, received = false;
        for (uint32_t i = stream->first[pkt]; i <= stream->last[pkt]; i++) {
            lost |= stream->lost[i];
            received |= !stream->lost[i];
        }
        pkts += lost && received;
    }
    return pkts;
}

/* The last payloads are never lost, so that the window passes each gap. */
static uint64_t send(struct stream *stream, struct rx *rx, struct dice *dice, uint64_t percent)
{
    uint64_t lost_pkts = 0;
    for (uint32_t i = 0; i < stream->outers; i++) {
        stream->lost[i] = i > 0 && i + 8 < stream->outers && dice_percent(dice, percent);
        lost_pkts += stream->lost[i];
        if (stream->lost[i])
            iptfs_outer_drop(&rx->store, stream->outer[i], IPTFS_DROP_LINK_LOSS);
        else
            iptfs_receiver_input(&rx->receiver, i, stream->outer[i]);
    }
    iptfs_receiver_wake(&rx->receiver, IPTFS_TIME_MAX_PS - 1);
    return lost_pkts;
}

static void test_each_incomplete_packet_counts_once(void)
{
    static struct stream stream;
    static struct rx rx;
    uint64_t incomplete = 0;
    for (uint64_t seed = 1; seed <= 600; seed++) {
        struct dice dice = {seed};
        open_rx(&rx, seed % 3 == 0 ? 0 : 3, seed % 2 == 0);
        fill(&stream, &rx.store, &dice);
        uint64_t lost = send(&stream, &rx, &dice, dice_between(&dice, 0, 60));
        bool good = CHECK_U64(rx.counters.value[IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS],
                              incomplete_pkts(&stream)) &&
                    CHECK_U64(rx.counters.value[IPTFS_YANG_OUTER_RX_MISSED_PKTS], lost);
        incomplete += incomplete_pkts(&stream);
        close_rx(&rx);
        if (!good) {
            CHECK_FAIL("... seed %" PRIu64, seed);
            return;
        }
    }
    CHECK_TRUE(incomplete > 1000);
}

/* One packet in three payloads, of which the first is lost. */
static void test_a_lost_first_fragment(void)
{
    static struct rx rx;
    for (int immediate = 0; immediate <= 1; immediate++) {
        open_rx(&rx, 3, immediate);
        uint8_t bytes[300];
        sample_ip(bytes, 4, 250, 1);
        struct iptfs_inner *inner = sample_inner(&rx.store, bytes, 250);
        for (uint32_t i = 0; i < 3; i++) {
            struct iptfs_outer *outer = iptfs_outer_new(&rx.store);
            outer->seq = i + 1;
            outer->block_offset = i > 0 ? 250 - 100 * i : 0;
            outer->pad_octets = i == 2 ? 50 : 0;
            iptfs_outer_add(outer, inner, 100 * i, i == 2 ? 50 : 100);
            if (i == 0)
                iptfs_outer_drop(&rx.store, outer, IPTFS_DROP_LINK_LOSS);
            else
                iptfs_receiver_input(&rx.receiver, i, outer);
        }
        iptfs_inner_unref(&rx.store, inner);
        iptfs_receiver_wake(&rx.receiver, IPTFS_TIME_MAX_PS - 1);
        CHECK_U64(rx.counters.value[IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS], 1);
        CHECK_U64(rx.counters.value[IPTFS_YANG_OUTER_RX_EXTRA_PAD_OCTETS], 50);
        CHECK_INT(rx.delivered, 0);
        close_rx(&rx);
    }
}

/* Without a window the number of a packet that was overtaken stays counted, and the packet, cut by
 * that, counts once. */
static void test_overtaken_without_a_window(void)
{
    static struct rx rx;
    static const uint32_t order[] = {0, 2, 1, 3};
    struct iptfs_outer *outers[4];
    open_rx(&rx, 0, false);
    uint8_t bytes[400];
    sample_ip(bytes, 4, 400, 1);
    struct iptfs_inner *inner = sample_inner(&rx.store, bytes, 400);
    for (uint32_t i = 0; i < 4; i++) {
        outers[i] = iptfs_outer_new(&rx.store);
        outers[i]->seq = i + 1;
        outers[i]->block_offset = i > 0 ? 400 - 100 * i : 0;
        iptfs_outer_add(outers[i], inner, 100 * i, 100);
    }
    iptfs_inner_unref(&rx.store, inner);
    for (uint32_t i = 0; i < 4; i++)
        iptfs_receiver_input(&rx.receiver, i, outers[order[i]]);
    CHECK_U64(rx.counters.value[IPTFS_YANG_OUTER_RX_MISSED_PKTS], 1);
    CHECK_U64(rx.counters.value[IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS], 1);
    close_rx(&rx);
}

const CU_TestInfo iptfs_tests_incomplete[] = {
    {"what continues", test_what_continues},
    {"an unknown length", test_an_unknown_length},
    {"each incomplete packet counts once", test_each_incomplete_packet_counts_once},
    {"a lost first fragment", test_a_lost_first_fragment},
    {"overtaken without a window", test_overtaken_without_a_window},
    CU_TEST_INFO_NULL,
};
