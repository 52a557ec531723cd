/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiver as a whole: replay, marks, both kinds of delivery, a new SA. The windows and the
 * reassembly have tests of their own. */
#include "receiver/receiver.h"

#include "base/error.h"
#include "base/units.h"
#include "support/check.h"

#include <string.h>

#define MS IPTFS_PS_PER_MS

enum {
    OCTETS = 1000
};

struct bench {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_receiver receiver;
    uint32_t ids[16]; /* of delivered packets */
    uint8_t tos[16];
    uint32_t delivered;
    uint32_t again;
};

static void on_deliver(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct bench *bench = ctx;
    (void)now_ps;
    bench->again += again;
    if (bench->delivered < 16) {
        bench->ids[bench->delivered] = inner->id;
        bench->tos[bench->delivered] = inner->tos;
    }
    bench->delivered++;
}

static void open_bench(struct bench *bench, const struct iptfs_receiver_config *config)
{
    memset(bench, 0, sizeof *bench);
    iptfs_store_init(&bench->store);
    CHECK_INT(iptfs_receiver_init(&bench->receiver, config, &bench->store, &bench->counters,
                                  &bench->trace),
              IPTFS_OK);
    iptfs_receiver_deliver_to(&bench->receiver, on_deliver, bench);
}

static void close_bench(struct bench *bench)
{
    iptfs_store_close(&bench->store);
    iptfs_receiver_free(&bench->receiver);
    CHECK_U64(bench->store.live_inner, 0);
    CHECK_U64(bench->store.live_outer, 0);
    iptfs_store_free(&bench->store);
}

static struct iptfs_inner *new_inner(struct bench *bench, uint32_t id)
{
    struct iptfs_inner *inner = iptfs_inner_new(&bench->store, OCTETS);
    inner->ip_version = 4;
    inner->id = id;
    inner->tos = 2;
    return inner;
}

/* Receives outer packet `seq` with `octets` of the inner packet from `offset` on. */
static void receive(struct bench *bench, int64_t now_ps, uint64_t seq, struct iptfs_inner *inner,
                    uint32_t offset, uint32_t octets, uint8_t ecn)
{
    struct iptfs_outer *outer = iptfs_outer_new(&bench->store);
    iptfs_outer_add(outer, inner, offset, octets);
    outer->seq = seq;
    outer->number = seq;
    outer->block_offset = offset > 0 ? OCTETS - offset : 0;
    outer->ip_octets = octets + 34;
    outer->ecn = ecn;
    iptfs_receiver_input(&bench->receiver, now_ps, outer);
}

/* The same with a whole inner packet, whose id is the number. */
static void receive_whole(struct bench *bench, int64_t now_ps, uint64_t seq, uint8_t ecn)
{
    struct iptfs_inner *inner = new_inner(bench, (uint32_t)seq);
    receive(bench, now_ps, seq, inner, 0, OCTETS, ecn);
    iptfs_inner_unref(&bench->store, inner);
}

static void test_replay(void)
{
    const struct iptfs_receiver_config config = {
        .reorder_window = 0, .drop_time_ps = MS, .replay_window = 32};
    struct bench bench;
    open_bench(&bench, &config);
    receive_whole(&bench, 0, 1, 2);
    receive_whole(&bench, 0, 2, 2);
    receive_whole(&bench, 0, 1, 2);
    CHECK_U64(bench.delivered, 2);
    CHECK_U64(bench.store.ledger.dropped[IPTFS_DROP_REPLAY].pkts, 1);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_IN_STATE_SEQ_ERROR], 1);
    close_bench(&bench);
}

/* CE goes on to inner packets where ecn is on. */
static void test_marks(void)
{
    for (int ecn = 0; ecn <= 1; ecn++) {
        const struct iptfs_receiver_config config = {
            .drop_time_ps = MS,
            .ecn_decap = ecn == 1 ? IPTFS_ECN_DECAP_MARK : IPTFS_ECN_DECAP_NOTHING};
        struct bench bench;
        open_bench(&bench, &config);
        receive_whole(&bench, 0, 1, 3);
        receive_whole(&bench, 0, 2, 2);
        CHECK_INT(bench.tos[0], ecn == 1 ? 3 : 2);
        CHECK_INT(bench.tos[1], 2);
        close_bench(&bench);
    }
}

/* With a gap before it a packet waits in order for drop-time, and leaves immediately otherwise. */
static void test_in_order_and_immediate(void)
{
    for (int immediate = 0; immediate <= 1; immediate++) {
        const struct iptfs_receiver_config config = {
            .reorder_window = 3, .drop_time_ps = MS, .immediate = immediate == 1};
        struct bench bench;
        open_bench(&bench, &config);
        receive_whole(&bench, 0, 1, 2);
        receive_whole(&bench, 10, 3, 2);
        CHECK_U64(bench.delivered, immediate == 1 ? 2 : 1);
        CHECK_INT(iptfs_receiver_next_ps(&bench.receiver), immediate == 1 ? IPTFS_NEVER : MS + 10);
        CHECK_U64(iptfs_receiver_held_max(&bench.receiver), immediate == 1 ? 0 : 1);
        iptfs_receiver_wake(&bench.receiver, MS + 9);
        CHECK_U64(bench.delivered, immediate == 1 ? 2 : 1);
        iptfs_receiver_wake(&bench.receiver, MS + 10);
        CHECK_U64(bench.delivered, 2);
        CHECK_INT(iptfs_receiver_next_ps(&bench.receiver), IPTFS_NEVER);
        close_bench(&bench);
    }
}

/* A timer that was due before a packet arrives fires first; one that is due now does not. */
static void test_packet_and_timer(void)
{
    for (int late = 0; late <= 1; late++) {
        const struct iptfs_receiver_config config = {.reorder_window = 3, .drop_time_ps = MS};
        struct bench bench;
        open_bench(&bench, &config);
        receive_whole(&bench, 0, 1, 2);
        receive_whole(&bench, 0, 3, 2);
        receive_whole(&bench, MS + late, 2, 2);
        CHECK_U64(bench.delivered, late == 1 ? 2 : 3);
        CHECK_U64(iptfs_receiver_late_pkts(&bench.receiver), late);
        close_bench(&bench);
    }
}

/* The SA is removed while it holds a packet and a part of another; numbers start again. */
static void test_renew(void)
{
    const struct iptfs_receiver_config config = {
        .reorder_window = 3, .drop_time_ps = MS, .replay_window = 32};
    struct bench bench;
    open_bench(&bench, &config);
    struct iptfs_inner *inner = new_inner(&bench, 77);
    receive(&bench, 0, 1, inner, 0, 400, 2);
    receive_whole(&bench, 0, 3, 2);
    iptfs_inner_unref(&bench.store, inner);
    CHECK_INT(iptfs_receiver_renew(&bench.receiver, 2), IPTFS_OK);
    CHECK_U64(bench.store.ledger.dropped[IPTFS_DROP_SA_REMOVED].pkts, 2);
    CHECK_INT(iptfs_receiver_next_ps(&bench.receiver), IPTFS_NEVER);
    CHECK_U64(iptfs_receiver_held_max(&bench.receiver), 1);
    receive_whole(&bench, 1, 1, 2);
    CHECK_U64(bench.delivered, 1);
    CHECK_U64(bench.ids[0], 1);
    CHECK_U64(bench.receiver.sa, 2);
    iptfs_receiver_restart_maxima(&bench.receiver);
    CHECK_U64(iptfs_receiver_held_max(&bench.receiver), 0);
    close_bench(&bench);
}

const CU_TestInfo iptfs_tests_receiver[] = {
    {"replayed packets", test_replay},
    {"CE marks", test_marks},
    {"in order and immediate", test_in_order_and_immediate},
    {"a packet and the timer", test_packet_and_timer},
    {"a new SA", test_renew},
    CU_TEST_INFO_NULL,
};
