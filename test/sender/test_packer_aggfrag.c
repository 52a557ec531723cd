/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The on-demand packer against Linux's rules: what fits, what is cut where, how long each outer
 * packet is. */
#include "sender/packer_aggfrag.h"
#include "support/check.h"
#include "support/samples.h"

enum {
    SPACE_1500 = 1442 /* AES-GCM-16 over IPv4, path MTU 1500 */
};

/* A packer with a queue of its own, and a log of what it traces. */
struct tx {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_esp esp;
    struct iptfs_queue queue;
    struct iptfs_packer packer;
    uint32_t traced[IPTFS_TRACE_POINT_COUNT];
    uint32_t mtu;
    uint64_t seq; /* of the last packet looked at */
};

static void log_trace(void *ctx, const struct iptfs_trace_record *record)
{
    ((struct tx *)ctx)->traced[record->point]++;
}

static void tx_open(struct tx *tx, const char *cipher, int outer_version, uint32_t pkt_size,
                    uint32_t mtu)
{
    *tx = (struct tx){.trace = {log_trace, tx}, .mtu = mtu};
    iptfs_store_init(&tx->store);
    iptfs_esp_init(&tx->esp, iptfs_cipher_named(cipher), outer_version);
    iptfs_queue_init(&tx->queue, UINT32_MAX);
    tx->packer = (struct iptfs_packer){
        .store = &tx->store,
        .counters = &tx->counters,
        .trace = &tx->trace,
        .esp = &tx->esp,
        .payload_octets = iptfs_packer_linux_payload(&tx->esp, 0, pkt_size, mtu),
    };
}

static void tx_open_1500(struct tx *tx)
{
    tx_open(tx, "aes-gcm-16", 4, 0, 1500);
}

static void tx_queue(struct tx *tx, uint32_t octets, uint32_t id)
{
    CHECK_TRUE(iptfs_queue_push(&tx->queue, sample_hollow(&tx->store, octets, id)));
}

/* Outer length by the formula of Linux's sizes. */
static uint32_t length_by_the_book(const struct tx *tx, uint32_t data)
{
    uint32_t block = tx->esp.cipher->align_octets;
    return tx->esp.ip_octets + 8 + tx->esp.cipher->iv_octets +
           (4 + data + 2 + block - 1) / block * block + tx->esp.cipher->icv_octets;
}

/* Takes the next outer packet, checks what holds for each, and ends it as lost. False at the end.
 */
static bool tx_take(struct tx *tx, uint32_t data, uint32_t slices, uint32_t block_offset)
{
    struct iptfs_outer *outer = iptfs_packer_aggfrag(&tx->packer, &tx->queue, 77);
    if (outer == NULL)
        return false;
    CHECK_U64(outer->seq, ++tx->seq);
    CHECK_INT(outer->sent_ps, 77);
    CHECK_INT(outer->data_octets, data);
    CHECK_INT(outer->slices, slices);
    CHECK_INT(outer->block_offset, block_offset);
    CHECK_INT(outer->pad_octets, 0);
    CHECK_INT(outer->sub_type, 0);
    CHECK_INT(outer->ip_octets, length_by_the_book(tx, data));
    iptfs_outer_drop(&tx->store, outer, IPTFS_DROP_LINK_LOSS);
    return true;
}

static void tx_close(struct tx *tx, const char *file, int line)
{
    check_true(iptfs_packer_aggfrag(&tx->packer, &tx->queue, 77) == NULL, "the queue is empty",
               file, line);
    check_true(tx->packer.partial == NULL, "no partial packet", file, line);
    check_u64(tx->queue.octets, 0, "octets queued", file, line);
    sample_close_store(&tx->store, file, line);
}
#define TX_CLOSE(tx) tx_close((tx), __FILE__, __LINE__)

/* --- space --- */

static void test_space_known_by_hand(void)
{
    static const struct {
        const char *cipher;
        int version;
        uint32_t pkt_size, mtu, space;
    } rows[] = {
        {"aes-gcm-16", 4, 0, 1500, 1442},
        {"aes-gcm-16", 6, 0, 1500, 1422},
        {"null", 4, 0, 1500, 1466},
        {"null", 6, 0, 1500, 1446},
        {"null", 4, 560, 1500, 528},
        {"null", 4, 560, 564, 528},
        {"null", 4, 560, 563, 526},
        {"null", 4, 33, 1500, 1},
        {"null", 4, 32, 1500, 0},
        {"null", 4, 1, 1500, 0},
        {"aes-gcm-16", 4, 40, 1500, 0},
        {"aes-gcm-16", 4, 41, 1500, 1},
        {"aes-gcm-16", 6, 60, 1500, 0},
        {"aes-gcm-16", 6, 61, 1500, 1},
        {"aes-gcm-16", 4, 9000, 1500, 1442},
        {"aes-gcm-16", 4, 0, 59, 0},
        {"aes-gcm-16", 4, 0, 60, 2},
        {"null", 4, 0, 35, 0},
        {"null", 4, 0, 36, 2},
        {"null", 4, 0, 0, 0},
        {"aes-gcm-16", 4, 0, 9000, 8942},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_esp esp;
        iptfs_esp_init(&esp, iptfs_cipher_named(rows[i].cipher), rows[i].version);
        if (!CHECK_INT(iptfs_packer_linux_payload(&esp, 0, rows[i].pkt_size, rows[i].mtu),
                       rows[i].space))
            CHECK_FAIL("... in row %zu", i);
    }
}

static uint32_t space_by_the_book(const struct iptfs_esp *esp, uint32_t pkt_size, uint32_t mtu)
{
    int64_t headers = (int64_t)esp->ip_octets + 8 + esp->cipher->iv_octets + 4;
    int64_t block = esp->cipher->align_octets; /* what is encrypted ends with one */
    int64_t left = (int64_t)mtu - headers + 4 - esp->cipher->icv_octets;
    int64_t from_mtu = left < 8 ? 0 : left / block * block - 2 - 4;
    int64_t from_size = pkt_size == 0 ? from_mtu : (int64_t)pkt_size - headers;
    int64_t space = from_size < from_mtu ? from_size : from_mtu;
    return space < 0 ? 0 : (uint32_t)space;
}

static void test_space_for_every_mtu_and_size(void)
{
    for (unsigned c = 0; iptfs_cipher_at(c) != NULL; c++) {
        for (int version = 4; version <= 6; version += 2) {
            struct iptfs_esp esp;
            iptfs_esp_init(&esp, iptfs_cipher_at(c), version);
            CHECK_INT(iptfs_packer_head_octets(&esp, 0),
                      esp.ip_octets + 8 + esp.cipher->iv_octets + 4);
            for (uint32_t mtu = 0; mtu < 700; mtu++) {
                for (uint32_t size = 0; size < 800; size++) {
                    uint32_t expected = space_by_the_book(&esp, size, mtu);
                    uint32_t found = iptfs_packer_linux_payload(&esp, 0, size, mtu);
                    if (found != expected)
                        CHECK_FAIL("%s, IPv%d, MTU %u, pkt-size %u: found %u, expected %u",
                                   esp.cipher->name, version, mtu, size, found, expected);
                }
            }
        }
    }
}

/* A full outer packet is no longer than the MTU, and one more octet of data would be, or waste. */
static void test_a_full_packet_fits_the_mtu_tightly(void)
{
    struct tx tx;
    for (unsigned c = 0; iptfs_cipher_at(c) != NULL; c++) {
        for (int version = 4; version <= 6; version += 2) {
            for (uint32_t mtu = 100; mtu < 2000; mtu++) {
                tx = (struct tx){0};
                iptfs_esp_init(&tx.esp, iptfs_cipher_at(c), version);
                uint32_t space = iptfs_packer_linux_payload(&tx.esp, 0, 0, mtu);
                if (length_by_the_book(&tx, space) > mtu ||
                    length_by_the_book(&tx, space + 1) <= mtu)
                    CHECK_FAIL("%s, IPv%d, MTU %u: space %u", tx.esp.cipher->name, version, mtu,
                               space);
            }
        }
    }
}

/* --- aggregation --- */

static void test_an_empty_queue_gives_nothing(void)
{
    struct tx tx;
    tx_open_1500(&tx);
    CHECK_INT(tx.packer.payload_octets, SPACE_1500);
    CHECK_TRUE(!tx_take(&tx, 0, 0, 0));
    CHECK_U64(tx.packer.seq, 0);
    TX_CLOSE(&tx);
}

static void test_two_of_721_pair_up(void)
{
    struct tx tx;
    tx_open_1500(&tx);
    for (uint32_t i = 0; i < 4; i++)
        tx_queue(&tx, 721, i);
    CHECK_TRUE(tx_take(&tx, 1442, 2, 0));
    CHECK_TRUE(tx_take(&tx, 1442, 2, 0));
    TX_CLOSE(&tx);
}

static void test_each_of_722_has_its_own_outer_packet(void)
{
    struct tx tx;
    tx_open_1500(&tx);
    for (uint32_t i = 0; i < 3; i++)
        tx_queue(&tx, 722, i);
    for (uint32_t i = 0; i < 3; i++)
        CHECK_TRUE(tx_take(&tx, 722, 1, 0));
    TX_CLOSE(&tx);
}

/* The rest of an outer packet is for the next packet only: no later one overtakes. */
static void test_no_packet_overtakes(void)
{
    struct tx tx;
    tx_open_1500(&tx);
    tx_queue(&tx, 1000, 1);
    tx_queue(&tx, 443, 2);
    tx_queue(&tx, 40, 3);
    CHECK_TRUE(tx_take(&tx, 1000, 1, 0));
    CHECK_TRUE(tx_take(&tx, 483, 2, 0));
    tx_queue(&tx, 1000, 1);
    tx_queue(&tx, 442, 2);
    tx_queue(&tx, 40, 3);
    CHECK_TRUE(tx_take(&tx, 1442, 2, 0));
    CHECK_TRUE(tx_take(&tx, 40, 1, 0));
    TX_CLOSE(&tx);
}

static void test_small_packets_fill_one(void)
{
    struct tx tx;
    tx_open_1500(&tx);
    for (uint32_t i = 0; i < 37; i++)
        tx_queue(&tx, 40, i);
    CHECK_TRUE(tx_take(&tx, 36 * 40, 36, 0)); /* 1440 of 1442 */
    CHECK_TRUE(tx_take(&tx, 40, 1, 0));
    CHECK_U64(tx.counters.value[IPTFS_YANG_INNER_TX_PKTS], 37);
    CHECK_U64(tx.counters.value[IPTFS_YANG_INNER_TX_OCTETS], 37 * 40);
    TX_CLOSE(&tx);
}

/* --- fragmentation --- */

static void test_every_size_up_to_three_times_the_space(void)
{
    struct tx tx;
    tx_open(&tx, "null", 4, 132, 1500);
    const uint32_t space = tx.packer.payload_octets;
    CHECK_INT(space, 100);
    for (uint32_t octets = 1; octets <= 3 * space + 1; octets++) {
        tx_queue(&tx, octets, octets);
        uint32_t left = octets;
        while (left > space) {
            CHECK_TRUE(tx_take(&tx, space, 1, left == octets ? 0 : left));
            left -= space;
        }
        CHECK_TRUE(tx_take(&tx, left, 1, left == octets ? 0 : left));
        CHECK_TRUE(tx.packer.partial == NULL);
    }
    TX_CLOSE(&tx);
}

static void test_every_size_in_a_path_of_1500(void)
{
    struct tx tx;
    tx_open_1500(&tx);
    for (uint32_t octets = 1; octets <= 3 * SPACE_1500; octets++) {
        uint32_t outers = 0;
        uint32_t expected = (octets + SPACE_1500 - 1) / SPACE_1500;
        struct iptfs_outer *outer;
        tx_queue(&tx, octets, octets);
        while ((outer = iptfs_packer_aggfrag(&tx.packer, &tx.queue, 0)) != NULL) {
            outers++;
            if (outer->ip_octets > 1500)
                CHECK_FAIL("%u octets: outer packet of %u", octets, outer->ip_octets);
            iptfs_outer_drop(&tx.store, outer, IPTFS_DROP_LINK_LOSS);
        }
        if (outers != expected)
            CHECK_FAIL("%u octets: %u outer packets, expected %u", octets, outers, expected);
    }
    TX_CLOSE(&tx);
}

/* What is behind the last piece of a long packet goes on with whole packets. */
static void test_the_last_piece_opens_a_packet_for_others(void)
{
    struct tx tx;
    tx_open_1500(&tx);
    tx_queue(&tx, 3000, 1); /* 1442 + 1442 + 116 */
    tx_queue(&tx, 1326, 2); /* 1442 - 116 */
    tx_queue(&tx, 40, 3);
    CHECK_TRUE(tx_take(&tx, 1442, 1, 0));
    CHECK_TRUE(tx_take(&tx, 1442, 1, 1558));
    CHECK_TRUE(tx_take(&tx, 1442, 2, 116));
    CHECK_TRUE(tx_take(&tx, 40, 1, 0));
    CHECK_INT(tx.traced[IPTFS_TRACE_FIRST_DEQUEUE], 2);
    CHECK_INT(tx.traced[IPTFS_TRACE_FIRST_FRAGMENTING], 2);
    CHECK_INT(tx.traced[IPTFS_TRACE_FIRST_FINAL_FRAGMENT], 1);
    CHECK_INT(tx.traced[IPTFS_TRACE_NTH_ADD], 1);
    CHECK_INT(tx.traced[IPTFS_TRACE_NTH_PEEK], 2);
    TX_CLOSE(&tx);
}

/* A packet of twice the space leaves nothing over: its last piece is a full one. */
static void test_a_last_piece_that_fills_the_space(void)
{
    struct tx tx;
    tx_open_1500(&tx);
    tx_queue(&tx, 2 * SPACE_1500, 1);
    tx_queue(&tx, 1, 2);
    CHECK_TRUE(tx_take(&tx, SPACE_1500, 1, 0));
    CHECK_TRUE(tx_take(&tx, SPACE_1500, 1, SPACE_1500));
    CHECK_TRUE(tx_take(&tx, 1, 1, 0));
    TX_CLOSE(&tx);
}

/* A long packet never starts in the rest of an outer packet. */
static void test_a_long_packet_begins_an_outer_packet(void)
{
    struct tx tx;
    tx_open_1500(&tx);
    tx_queue(&tx, 100, 1);
    tx_queue(&tx, 1443, 2);
    CHECK_TRUE(tx_take(&tx, 100, 1, 0));
    CHECK_TRUE(tx_take(&tx, 1442, 1, 0));
    CHECK_TRUE(tx_take(&tx, 1, 1, 1));
    TX_CLOSE(&tx);
}

/* Linux's pkt-size leaves trailer and ICV out: the outer packet is longer. */
static void test_pkt_size_560_makes_outer_packets_of_564(void)
{
    struct tx tx;
    tx_open(&tx, "null", 4, 560, 1500);
    tx_queue(&tx, 1500, 1);
    CHECK_INT(length_by_the_book(&tx, 528), 564);
    CHECK_TRUE(tx_take(&tx, 528, 1, 0));
    CHECK_TRUE(tx_take(&tx, 528, 1, 972));
    CHECK_TRUE(tx_take(&tx, 444, 1, 444));
    TX_CLOSE(&tx);
}

/* --- random queues --- */

/* Sizes in the order of the queue, and where in them the outer packets have come to. */
struct plan {
    uint32_t sizes[300];
    uint32_t count;
    uint32_t next; /* packet that opens the next outer packet */
    uint32_t sent; /* octets of it that were sent */
};

/* The next outer packet by Linux's rules, from sizes only. */
static void plan_step(struct plan *plan, uint32_t space, uint32_t *data, uint32_t *slices,
                      uint32_t *offset)
{
    uint32_t left = plan->sizes[plan->next] - plan->sent;
    *offset = plan->sent > 0 ? left : 0;
    *slices = 1;
    if (left > space) {
        *data = space;
        plan->sent += space;
        return;
    }
    *data = left;
    plan->sent = 0;
    plan->next++;
    while (plan->next < plan->count && *data + plan->sizes[plan->next] <= space) {
        *data += plan->sizes[plan->next++];
        ++*slices;
    }
}

static void random_queue(uint64_t seed, uint32_t pkt_size, uint32_t mtu)
{
    struct tx tx;
    struct plan plan = {.count = 0};
    uint64_t state = seed;
    tx_open(&tx, seed % 2 ? "null" : "aes-gcm-16", seed % 3 ? 4 : 6, pkt_size, mtu);
    uint32_t largest = sample_between(&state, 0, 1) ? 200 : 5000;
    while (plan.count < 300) {
        plan.sizes[plan.count] = sample_between(&state, 20, largest);
        tx_queue(&tx, plan.sizes[plan.count], plan.count);
        plan.count++;
    }
    while (plan.next < plan.count) {
        uint32_t data, slices, offset;
        plan_step(&plan, tx.packer.payload_octets, &data, &slices, &offset);
        CHECK_TRUE(tx_take(&tx, data, slices, offset));
        if (pkt_size == 0)
            CHECK_TRUE(length_by_the_book(&tx, data) <= mtu);
    }
    CHECK_U64(tx.store.ledger.dropped[IPTFS_DROP_LINK_LOSS].pkts, plan.count);
    CHECK_U64(tx.counters.value[IPTFS_YANG_INNER_TX_PKTS], plan.count);
    TX_CLOSE(&tx);
}

static void test_random_queues_obey_the_rules(void)
{
    for (uint64_t seed = 1; seed <= 60; seed++) {
        random_queue(seed, 0, 1500);
        random_queue(seed, 0, 576);
        random_queue(seed, 560, 1500);
        random_queue(seed, 1500, 9000);
    }
}

/* Packets that arrive while others are packed are added behind; slices keep the order, without a
 * hole: the octets of all slices are the octets of all packets, one after another. */
static void test_octets_are_kept_while_packets_arrive(void)
{
    struct tx tx;
    uint64_t state = 5;
    uint32_t in = 0, id = 0, at = 0;
    uint64_t queued = 0, sent = 0;
    tx_open_1500(&tx);
    for (int i = 0; i < 20000; i++) {
        if (in < 5000 && sample_between(&state, 0, 2) > 0) {
            uint32_t octets = sample_between(&state, 20, 4000);
            tx_queue(&tx, octets, in++);
            queued += octets;
            continue;
        }
        struct iptfs_outer *outer = iptfs_packer_aggfrag(&tx.packer, &tx.queue, i);
        if (outer == NULL)
            continue;
        struct iptfs_slice_walk walk;
        struct iptfs_slice slice;
        iptfs_slices(outer, &walk);
        while (iptfs_slice_next(&walk, &slice)) {
            CHECK_INT(slice.inner->id, id);
            CHECK_INT(slice.offset, at);
            at += slice.octets;
            sent += slice.octets;
            if (at == slice.inner->octets) {
                id++;
                at = 0;
            }
        }
        iptfs_outer_drop(&tx.store, outer, IPTFS_DROP_LINK_LOSS);
    }
    CHECK_U64(sent, queued);
    CHECK_INT(id, in);
    CHECK_INT(at, 0);
    TX_CLOSE(&tx);
}

/* --- dont-frag --- */

static void test_dont_frag_drops_what_no_longer_fits(void)
{
    struct tx tx;
    tx_open_1500(&tx);
    tx.packer.dont_fragment = true;
    static const uint32_t sizes[] = {1442, 500, 543, 542, 1000, 1442};
    for (uint32_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        tx_queue(&tx, sizes[i], i);
    tx.packer.payload_octets = 542; /* the path MTU shrinks to 600 while they wait */
    CHECK_INT(iptfs_packer_linux_payload(&tx.esp, 0, 0, 600), 542);
    CHECK_TRUE(tx_take(&tx, 500, 1, 0)); /* the first is dropped on the path */
    CHECK_TRUE(tx_take(&tx, 542, 1, 0));
    CHECK_TRUE(!tx_take(&tx, 0, 0, 0));
    CHECK_U64(tx.store.ledger.dropped[IPTFS_DROP_MTU_SHRUNK].pkts, 4);
    CHECK_U64(tx.counters.value[IPTFS_XFRM_OUT_ERROR], 4);
    CHECK_U64(tx.counters.value[IPTFS_YANG_TX_DROP_PKTS], 4);
    CHECK_U64(tx.counters.value[IPTFS_YANG_INNER_TX_PKTS], 2);
    CHECK_INT(tx.traced[IPTFS_TRACE_FIRST_TOOBIG], 4);
    CHECK_U64(tx.seq, 2); /* numbers have no gap */
    TX_CLOSE(&tx);
}

/* Without dont-frag the same packets are cut to the new payload size, a partial one included. */
static void test_the_payload_size_may_shrink_within_a_packet(void)
{
    struct tx tx;
    tx_open_1500(&tx);
    tx_queue(&tx, 3000, 1);
    tx_queue(&tx, 42, 2);
    CHECK_TRUE(tx_take(&tx, 1442, 1, 0));
    tx.packer.payload_octets = 542;
    CHECK_TRUE(tx_take(&tx, 542, 1, 1558));
    CHECK_TRUE(tx_take(&tx, 542, 1, 1016));
    CHECK_TRUE(tx_take(&tx, 516, 2, 474));
    TX_CLOSE(&tx);
}

/* --- the end of a run --- */

static void test_a_partial_packet_is_released_at_the_end(void)
{
    struct tx tx;
    tx_open_1500(&tx);
    tx_queue(&tx, 3000, 1);
    struct iptfs_outer *outer = iptfs_packer_aggfrag(&tx.packer, &tx.queue, 0);
    CHECK_TRUE(tx.packer.partial != NULL);
    CHECK_U64(tx.counters.value[IPTFS_YANG_INNER_TX_PKTS], 0); /* counted with its last piece */
    iptfs_store_close(&tx.store);
    iptfs_outer_unref(&tx.store, outer);
    CHECK_U64(tx.store.live_inner, 1);
    iptfs_packer_clear(&tx.packer);
    iptfs_packer_clear(&tx.packer);
    CHECK_U64(tx.store.found_in_flight, 1);
    TX_CLOSE(&tx);
}

const CU_TestInfo iptfs_tests_packer_aggfrag[] = {
    {"space known by hand", test_space_known_by_hand},
    {"space for every MTU and size", test_space_for_every_mtu_and_size},
    {"a full packet fits the MTU tightly", test_a_full_packet_fits_the_mtu_tightly},
    {"an empty queue gives nothing", test_an_empty_queue_gives_nothing},
    {"two of 721 pair up", test_two_of_721_pair_up},
    {"each of 722 has its own outer packet", test_each_of_722_has_its_own_outer_packet},
    {"no packet overtakes", test_no_packet_overtakes},
    {"small packets fill one", test_small_packets_fill_one},
    {"every size up to three times the space", test_every_size_up_to_three_times_the_space},
    {"every size in a path of 1500", test_every_size_in_a_path_of_1500},
    {"the last piece opens a packet for others", test_the_last_piece_opens_a_packet_for_others},
    {"a last piece that fills the space", test_a_last_piece_that_fills_the_space},
    {"a long packet begins an outer packet", test_a_long_packet_begins_an_outer_packet},
    {"pkt-size 560 makes outer packets of 564", test_pkt_size_560_makes_outer_packets_of_564},
    {"random queues obey the rules", test_random_queues_obey_the_rules},
    {"octets are kept while packets arrive", test_octets_are_kept_while_packets_arrive},
    {"dont-frag drops what no longer fits", test_dont_frag_drops_what_no_longer_fits},
    {"the payload size may shrink within a packet",
     test_the_payload_size_may_shrink_within_a_packet},
    {"a partial packet is released at the end", test_a_partial_packet_is_released_at_the_end},
    CU_TEST_INFO_NULL,
};
