/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all packers share: numbers, the first packet, the end. */
#include "sender/packer.h"

#include "support/check.h"
#include "support/samples.h"

static const struct iptfs_trace no_trace = {NULL, NULL};

struct rig {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_queue queue;
    struct iptfs_packer packer;
};

static void rig_open(struct rig *rig)
{
    *rig = (struct rig){0};
    iptfs_store_init(&rig->store);
    iptfs_queue_init(&rig->queue, 100000);
    rig->packer = (struct iptfs_packer){
        .store = &rig->store,
        .counters = &rig->counters,
        .trace = &no_trace,
        .payload_octets = 1000,
    };
}

static void test_numbers_go_on_over_a_new_sa(void)
{
    struct rig rig;
    rig_open(&rig);
    for (uint64_t n = 1; n <= 4; n++) {
        struct iptfs_outer *outer = iptfs_packer_new_outer(&rig.packer, 7);
        CHECK_U64(outer->number, n);
        CHECK_U64(outer->seq, n <= 2 ? n : n - 2);
        CHECK_INT(outer->sent_ps, 7);
        iptfs_outer_processed(&rig.store, outer);
        if (n == 2)
            rig.packer.seq = 0; /* as a new SA does */
    }
    CLOSE_STORE(&rig.store);
}

static void test_the_partial_packet_comes_first(void)
{
    struct rig rig;
    rig_open(&rig);
    struct iptfs_inner *partial = sample_hollow(&rig.store, 3000, 1);
    iptfs_queue_push(&rig.queue, sample_hollow(&rig.store, 100, 2));
    rig.packer.partial = partial;
    CHECK_TRUE(iptfs_packer_first(&rig.packer, &rig.queue, 0) == partial);
    iptfs_packer_clear(&rig.packer);
    CHECK_U64(rig.store.ledger.dropped[IPTFS_DROP_SA_REMOVED].pkts, 1);
    struct iptfs_inner *inner = iptfs_packer_first(&rig.packer, &rig.queue, 0);
    CHECK_INT(inner->id, 2);
    iptfs_inner_deliver(&rig.store, inner);
    iptfs_inner_unref(&rig.store, inner);
    CHECK_TRUE(iptfs_packer_first(&rig.packer, &rig.queue, 0) == NULL);
    CLOSE_STORE(&rig.store);
}

/* Packets longer than the payload are dropped under dont-frag; IPv6 also where only IPv4 may be
 * fragmented. */
static void test_packets_that_became_too_long_are_dropped(void)
{
    static const struct {
        bool dont_fragment;
        bool by_ip;
        uint8_t ip_version;
        bool dropped;
    } cases[] = {
        {false, false, 4, false}, {false, false, 6, false}, {false, true, 4, false},
        {false, true, 6, true},   {true, false, 4, true},   {true, true, 6, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig rig;
        rig_open(&rig);
        rig.packer.dont_fragment = cases[i].dont_fragment;
        rig.packer.by_ip = cases[i].by_ip;
        struct iptfs_inner *inner = sample_hollow(&rig.store, 1001, 1);
        inner->ip_version = cases[i].ip_version;
        iptfs_queue_push(&rig.queue, inner);
        inner = iptfs_packer_first(&rig.packer, &rig.queue, 0);
        CHECK_INT(inner == NULL, cases[i].dropped);
        CHECK_U64(rig.store.ledger.dropped[IPTFS_DROP_MTU_SHRUNK].pkts, cases[i].dropped);
        CHECK_U64(rig.counters.value[IPTFS_XFRM_OUT_ERROR], cases[i].dropped);
        if (inner != NULL) {
            iptfs_inner_deliver(&rig.store, inner);
            iptfs_inner_unref(&rig.store, inner);
        }
        CLOSE_STORE(&rig.store);
    }
}

const CU_TestInfo iptfs_tests_packer[] = {
    {"numbers go on over a new SA", test_numbers_go_on_over_a_new_sa},
    {"the partial packet comes first", test_the_partial_packet_comes_first},
    {"packets that became too long are dropped", test_packets_that_became_too_long_are_dropped},
    CU_TEST_INFO_NULL,
};
