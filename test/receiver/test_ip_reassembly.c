/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP fragments of plain packets are collected until the packet is whole. */
#include "receiver/ip_reassembly.h"

#include "support/check.h"

enum {
    OCTETS = 1000
};

struct bench {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_ip_reassembly reassembly;
    uint32_t delivered, again;
};

static void on_deliver(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct bench *bench = ctx;
    (void)now_ps;
    CHECK_INT(inner->octets, OCTETS);
    bench->delivered++;
    bench->again += again;
}

static struct iptfs_inner *open_bench(struct bench *bench)
{
    *bench = (struct bench){.delivered = 0};
    iptfs_store_init(&bench->store);
    bench->reassembly = (struct iptfs_ip_reassembly){
        .store = &bench->store,
        .counters = &bench->counters,
        .deliver = on_deliver,
        .deliver_ctx = bench,
    };
    return iptfs_inner_new(&bench->store, OCTETS);
}

static struct iptfs_outer *piece(struct bench *bench, struct iptfs_inner *inner, uint32_t offset,
                                 uint32_t octets)
{
    struct iptfs_outer *outer = iptfs_outer_new(&bench->store);
    iptfs_outer_add(outer, inner, offset, octets);
    return outer;
}

static void input(struct bench *bench, int64_t now_ps, struct iptfs_outer *outer)
{
    iptfs_ip_reassembly_input(&bench->reassembly, now_ps, outer);
    iptfs_outer_processed(&bench->store, outer);
}

static void close_bench(struct bench *bench, struct iptfs_inner *inner)
{
    iptfs_inner_unref(&bench->store, inner);
    CHECK_U64(bench->store.live_inner, 0);
    CHECK_U64(bench->store.live_outer, 0);
    iptfs_store_free(&bench->store);
}

static void test_whole(void)
{
    struct bench bench;
    struct iptfs_inner *inner = open_bench(&bench);
    input(&bench, 0, piece(&bench, inner, 0, OCTETS));
    CHECK_U64(bench.delivered, 1);
    input(&bench, 1, piece(&bench, inner, 0, OCTETS));
    CHECK_U64(bench.delivered, 2);
    CHECK_U64(bench.again, 1);
    CHECK_U64(bench.counters.value[IPTFS_YANG_INNER_RX_OCTETS], 2 * OCTETS);
    close_bench(&bench, inner);
}

/* In any order; the copy of a fragment does not count twice. */
static void test_fragments(void)
{
    struct bench bench;
    struct iptfs_inner *inner = open_bench(&bench);
    struct iptfs_outer *last = piece(&bench, inner, 600, 400);
    last->refs++; /* a copy */
    input(&bench, 5, last);
    input(&bench, 6, last);
    CHECK_U64(bench.delivered, 0);
    input(&bench, 7, piece(&bench, inner, 0, 600));
    CHECK_U64(bench.delivered, 1);
    CHECK_INT(inner->gathered_ps, 5);
    close_bench(&bench, inner);
}

/* One fragment is lost on the link: its cause is the packet's. */
static void test_lost_fragment(void)
{
    struct bench bench;
    struct iptfs_inner *inner = open_bench(&bench);
    input(&bench, 0, piece(&bench, inner, 0, 600));
    iptfs_outer_drop(&bench.store, piece(&bench, inner, 600, 400), IPTFS_DROP_LINK_LOSS);
    CHECK_U64(bench.delivered, 0);
    close_bench(&bench, inner);
    CHECK_U64(bench.store.ledger.dropped[IPTFS_DROP_LINK_LOSS].pkts, 1);
}

const CU_TestInfo iptfs_tests_ip_reassembly[] = {
    {"whole packets", test_whole},
    {"fragments", test_fragments},
    {"a lost fragment", test_lost_fragment},
    CU_TEST_INFO_NULL,
};
