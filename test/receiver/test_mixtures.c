/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Payloads of real octets among simulated ones, as a replayed script gives them: a receiver does
 * not see the difference, so what leaves has the octets that it would have if all had been real. */
#include "base/error.h"
#include "packet/aggfrag.h"
#include "receiver/receiver.h"
#include "sender/packer_aggfrag.h"
#include "sender/queue.h"
#include "support/check.h"
#include "support/samples.h"

#include <string.h>

enum {
    PKTS = 200,
    OCTETS_MAX = 400
};

static const struct iptfs_octets generated = {0};

/* The packets that are sent, as octets. */
static uint8_t sent[PKTS][OCTETS_MAX];

struct bench {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_receiver receiver;
    uint8_t last[OCTETS_MAX]; /* the packet that left last */
    uint32_t last_octets;
    uint32_t delivered;
    bool by_id; /* each packet that leaves is one of `sent` */
};

static void on_deliver(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct bench *bench = ctx;
    (void)now_ps;
    CHECK_TRUE(!again && inner->octets <= OCTETS_MAX);
    CHECK_INT(iptfs_inner_copy(&generated, inner, inner->tos, 0, inner->octets, bench->last),
              IPTFS_OK);
    bench->last_octets = inner->octets;
    if (bench->by_id && CHECK_TRUE(inner->id < PKTS))
        CHECK_BYTES(bench->last, sent[inner->id], inner->octets);
    bench->delivered++;
}

static void open_bench(struct bench *bench, bool immediate)
{
    const struct iptfs_receiver_config config = {
        .reorder_window = 8, .drop_time_ps = 1000, .immediate = immediate};
    memset(bench, 0, sizeof *bench);
    iptfs_store_init(&bench->store);
    CHECK_INT(iptfs_receiver_init(&bench->receiver, &config, &bench->store, &bench->counters,
                                  &bench->trace),
              IPTFS_OK);
    iptfs_receiver_deliver_to(&bench->receiver, on_deliver, bench);
}

static void close_bench(struct bench *bench, uint32_t delivered)
{
    CHECK_INT(bench->delivered, delivered);
    CHECK_U64(bench->store.ledger.unexplained, 0);
    iptfs_store_close(&bench->store);
    iptfs_receiver_free(&bench->receiver);
    CLOSE_STORE(&bench->store);
}

/* Receives the outer packet, either as it is or as octets. */
static void receive(struct bench *bench, struct iptfs_outer *outer, bool as_octets)
{
    static uint8_t wire[IPTFS_PACKET_MAX_OCTETS];
    if (as_octets) {
        struct iptfs_outer *real = iptfs_outer_new(&bench->store);
        int octets =
            iptfs_payload_encode(outer, (struct iptfs_aggfrag){0}, &generated, wire, sizeof wire);
        CHECK_TRUE(octets > 0);
        iptfs_outer_set_payload(&bench->store, real, wire, (uint32_t)octets);
        real->seq = outer->seq;
        iptfs_outer_drop(&bench->store, outer, IPTFS_DROP_LINK_LOSS);
        outer = real;
    }
    iptfs_receiver_input(&bench->receiver, 0, outer);
}

static struct iptfs_inner *make(struct bench *bench, uint32_t octets, uint32_t id)
{
    struct iptfs_inner *inner = sample_hollow(&bench->store, octets, id);
    inner->flow = (uint16_t)id;
    return inner;
}

/* An outer packet with octets `from` up to `to` of a packet. */
static struct iptfs_outer *part(struct bench *bench, uint64_t seq, struct iptfs_inner *inner,
                                uint32_t from, uint32_t to)
{
    struct iptfs_outer *outer = iptfs_outer_new(&bench->store);
    outer->seq = seq;
    outer->block_offset = from > 0 ? inner->octets - from : 0;
    iptfs_outer_add(outer, inner, from, to - from);
    return outer;
}

/* ------------------------------------------------------------------------- random mixtures */

static void queue_packets(struct bench *bench, struct iptfs_queue *queue, uint64_t *state)
{
    for (uint32_t i = 0; i < PKTS; i++) {
        struct iptfs_inner *inner = make(bench, sample_between(state, 28, OCTETS_MAX), i);
        CHECK_INT(iptfs_inner_copy(&generated, inner, 0, 0, inner->octets, sent[i]), IPTFS_OK);
        iptfs_queue_push(queue, inner);
    }
}

static void mix_packets(uint32_t payload_octets, bool immediate, uint64_t seed)
{
    struct bench bench;
    struct iptfs_esp esp;
    struct iptfs_queue queue;
    uint64_t state = seed;
    struct iptfs_outer *outer;
    open_bench(&bench, immediate);
    bench.by_id = true;
    iptfs_esp_init(&esp, iptfs_cipher_named("null"), 4);
    iptfs_queue_init(&queue, UINT32_MAX);
    struct iptfs_packer packer = {.store = &bench.store,
                                  .counters = &bench.counters,
                                  .trace = &bench.trace,
                                  .esp = &esp,
                                  .fill_full = true,
                                  .payload_octets = payload_octets};
    queue_packets(&bench, &queue, &state);
    while ((outer = iptfs_packer_aggfrag(&packer, &queue, 0)) != NULL)
        receive(&bench, outer, sample_between(&state, 0, 1) == 0);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_IN_IPTFS_ERROR], 0);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_IN_HDR_ERROR], 0);
    close_bench(&bench, PKTS);
}

static void test_random_mixtures_leave_unchanged(void)
{
    static const uint32_t payloads[] = {1, 3, 5, 17, 64, 150, 1442};
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++)
        for (uint64_t seed = 1; seed <= 4; seed++) {
            mix_packets(payloads[i], false, seed);
            mix_packets(payloads[i], true, seed);
        }
}

/* ------------------------------------------------------------ two packets in one, each order */

/* The first `cut` octets of one packet, then octets of another, which has the same length. */
static void join(bool first_real, bool second_real, bool immediate, uint32_t cut)
{
    enum {
        OCTETS = 200
    };
    struct bench bench;
    uint8_t wanted[OCTETS];
    open_bench(&bench, immediate);
    struct iptfs_inner *a = make(&bench, OCTETS, 1), *b = make(&bench, OCTETS, 2);
    CHECK_INT(iptfs_inner_copy(&generated, a, 0, 0, cut, wanted), IPTFS_OK);
    CHECK_INT(iptfs_inner_copy(&generated, b, 0, cut, OCTETS - cut, wanted + cut), IPTFS_OK);
    receive(&bench, part(&bench, 1, a, 0, cut), first_real);
    receive(&bench, part(&bench, 2, b, cut, OCTETS), second_real);
    iptfs_inner_unref(&bench.store, a);
    iptfs_inner_unref(&bench.store, b);
    CHECK_INT(bench.last_octets, OCTETS);
    CHECK_BYTES(bench.last, wanted, OCTETS);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_IN_IPTFS_ERROR], 0);
    close_bench(&bench, 1);
}

static void test_two_packets_become_one(void)
{
    for (uint32_t cut = 1; cut < 200; cut += cut < 50 ? 1 : 37)
        for (int how = 0; how < 8; how++)
            join((how & 1) != 0, (how & 2) != 0, (how & 4) != 0, cut);
}

/* ------------------------------------------------------------------------ contradictions */

/* The continued octets do not suffice, or the header that they complete is impossible. */
static void test_contradictions_abandon(void)
{
    for (int real = 0; real < 2; real++) {
        struct bench bench;
        open_bench(&bench, false);
        struct iptfs_inner *a = make(&bench, 300, 1), *b = make(&bench, 100, 2);
        receive(&bench, part(&bench, 1, a, 0, 100), real != 0);
        receive(&bench, part(&bench, 2, b, 40, 100), real == 0); /* 60 octets of 200 */
        receive(&bench, part(&bench, 3, a, 0, 2), true);
        receive(&bench, part(&bench, 4, b, 40, 100), false); /* length 0x2829 or so */
        iptfs_inner_unref(&bench.store, a);
        iptfs_inner_unref(&bench.store, b);
        CHECK_U64(bench.counters.value[IPTFS_XFRM_IN_IPTFS_ERROR], 2);
        CHECK_TRUE(bench.receiver.reassembly.partial == NULL);
        close_bench(&bench, 0);
    }
}

/* Packets whose octets are not known, for they are too short for a header. */
static void test_unknown_octets_abandon(void)
{
    struct bench bench;
    open_bench(&bench, false);
    struct iptfs_inner *tiny = make(&bench, 10, 1), *b = make(&bench, 100, 2);
    receive(&bench, part(&bench, 1, tiny, 0, 5), false);
    receive(&bench, part(&bench, 2, b, 95, 100), true);
    receive(&bench, part(&bench, 3, b, 0, 95), true);
    receive(&bench, part(&bench, 4, tiny, 5, 10), false);
    iptfs_inner_unref(&bench.store, tiny);
    iptfs_inner_unref(&bench.store, b);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_IN_IPTFS_ERROR], 2);
    close_bench(&bench, 0);
}

/* An all-pad payload of octets takes the place of the one that continues a simulated packet, whose
 * last part then follows another one than it should. */
static void test_a_gap_in_a_simulated_packet(void)
{
    const uint8_t pad[] = {0, 0, 0, 0, 0};
    struct bench bench;
    open_bench(&bench, false);
    struct iptfs_inner *a = make(&bench, 300, 1);
    receive(&bench, part(&bench, 1, a, 0, 100), false);
    struct iptfs_outer *outer = iptfs_outer_new(&bench.store);
    iptfs_outer_set_payload(&bench.store, outer, pad, sizeof pad);
    outer->seq = 2;
    iptfs_receiver_input(&bench.receiver, 0, outer);
    receive(&bench, part(&bench, 3, a, 200, 300), false);
    iptfs_inner_unref(&bench.store, a);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_IN_IPTFS_ERROR], 1);
    CHECK_U64(bench.store.ledger.dropped[IPTFS_DROP_INCOMPLETE].pkts, 2);
    close_bench(&bench, 0);
}

const CU_TestInfo iptfs_tests_mixtures[] = {
    {"random mixtures leave unchanged", test_random_mixtures_leave_unchanged},
    {"two packets become one", test_two_packets_become_one},
    {"contradictions abandon", test_contradictions_abandon},
    {"unknown octets abandon", test_unknown_octets_abandon},
    {"a gap in a simulated packet", test_a_gap_in_a_simulated_packet},
    CU_TEST_INFO_NULL,
};
