/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets, slices and the store. */
#include "base/error.h"
#include "packet/packet.h"
#include "support/check.h"
#include "support/samples.h"

#include <stdlib.h>
#include <string.h>

/* --- inner packets --- */

static void test_a_new_packet_is_offered_and_empty(void)
{
    struct iptfs_store store;
    iptfs_store_init(&store);
    struct iptfs_inner *inner = iptfs_inner_new(&store, 1234);
    CHECK_INT(inner->octets, 1234);
    CHECK_INT(inner->refs, 1);
    CHECK_INT(inner->drop_cause, IPTFS_DROP_NONE);
    CHECK_TRUE(inner->handle == NULL && inner->bytes == NULL && inner->next == NULL);
    CHECK_TRUE(inner->tos == 0 && inner->id == 0 && inner->arrived_ps == 0 && !inner->local);
    CHECK_U64(store.ledger.offered.pkts, 1);
    CHECK_U64(store.ledger.offered.octets, 1234);
    CHECK_U64(store.live_inner, 1);
    CHECK_U64(iptfs_ledger_in_flight(&store.ledger), 1);
    iptfs_inner_set_drop_cause(inner, IPTFS_DROP_LATE);
    CHECK_U64(store.ledger.dropped[IPTFS_DROP_LATE].pkts, 0); /* written when let go */
    iptfs_inner_unref(&store, inner);
    CHECK_U64(store.ledger.dropped[IPTFS_DROP_LATE].pkts, 1);
    CHECK_U64(store.ledger.dropped[IPTFS_DROP_LATE].octets, 1234);
    CLOSE_STORE(&store);
}

static void test_the_first_cause_stands(void)
{
    struct iptfs_store store;
    iptfs_store_init(&store);
    struct iptfs_inner *inner = iptfs_inner_new(&store, 100);
    iptfs_inner_set_drop_cause(inner, IPTFS_DROP_LINK_LOSS);
    iptfs_inner_set_drop_cause(inner, IPTFS_DROP_DROP_TIME);
    iptfs_inner_unref(&store, inner);
    CHECK_U64(store.ledger.dropped[IPTFS_DROP_LINK_LOSS].pkts, 1);
    CHECK_U64(store.ledger.dropped[IPTFS_DROP_DROP_TIME].pkts, 0);
    CLOSE_STORE(&store);
}

static void test_delivery_overrides_a_cause_and_counts_once(void)
{
    struct iptfs_store store;
    iptfs_store_init(&store);
    struct iptfs_inner *inner = iptfs_inner_new(&store, 100);
    iptfs_inner_set_drop_cause(inner, IPTFS_DROP_LINK_LOSS);
    CHECK_INT(iptfs_inner_deliver(&store, inner), IPTFS_DELIVERY_FIRST);
    CHECK_INT(iptfs_inner_deliver(&store, inner), IPTFS_DELIVERY_AGAIN);
    iptfs_inner_set_drop_cause(inner, IPTFS_DROP_DUPLICATE);
    iptfs_inner_unref(&store, inner);
    CHECK_U64(store.ledger.delivered.pkts, 1);
    CHECK_U64(store.ledger.delivered.octets, 100);
    CHECK_U64(store.ledger.dropped[IPTFS_DROP_LINK_LOSS].pkts, 0);
    CHECK_U64(store.ledger.dropped[IPTFS_DROP_DUPLICATE].pkts, 0);
    CLOSE_STORE(&store);
}

static void test_a_packet_without_a_drop_cause_is_a_fault(void)
{
    struct iptfs_store store;
    iptfs_store_init(&store);
    iptfs_inner_unref(&store, iptfs_inner_new(&store, 100));
    CHECK_U64(store.ledger.unexplained, 1);
    CHECK_TRUE(!iptfs_ledger_balanced(&store.ledger, 0));
    CHECK_TRUE(!iptfs_ledger_balanced(&store.ledger, 1));
    iptfs_store_free(&store);
}

static void test_at_the_end_it_is_in_flight(void)
{
    struct iptfs_store store;
    iptfs_store_init(&store);
    struct iptfs_inner *queued = iptfs_inner_new(&store, 100);
    struct iptfs_inner *lost = iptfs_inner_new(&store, 100);
    iptfs_inner_set_drop_cause(lost, IPTFS_DROP_LINK_LOSS);
    iptfs_store_close(&store);
    iptfs_inner_unref(&store, queued);
    iptfs_inner_unref(&store, lost);
    CHECK_U64(store.found_in_flight, 1);
    CHECK_U64(store.ledger.dropped[IPTFS_DROP_LINK_LOSS].pkts, 1);
    CHECK_TRUE(!iptfs_ledger_balanced(&store.ledger, 0));
    CLOSE_STORE(&store);
}

static void count_in_flight(void *ctx, const struct iptfs_inner *inner)
{
    struct iptfs_tally *sum = ctx;
    iptfs_tally_add(sum, inner->octets);
}

/* More packets than a chunk of memory holds, in all states that a packet can have. */
static void test_packets_in_flight_are_found(void)
{
    struct iptfs_inner *inner[600];
    struct iptfs_store store;
    struct iptfs_tally found = {0};
    iptfs_store_init(&store);
    struct iptfs_outer *outer = iptfs_outer_new(&store);
    CHECK_INT(iptfs_outer_set_payload(&store, outer, (const uint8_t *)"abc", 3), IPTFS_OK);
    iptfs_store_each_in_flight(&store, count_in_flight, &found);
    CHECK_U64(found.pkts, 0);
    for (uint32_t i = 0; i < 600; i++)
        inner[i] =
            i % 6 != 5 ? iptfs_inner_new(&store, i + 1) : iptfs_inner_new_fragment(&store, i + 1);
    uint64_t octets = 0;
    for (uint32_t i = 0; i < 600; i++) {
        if (i % 6 == 1)
            iptfs_inner_deliver(&store, inner[i]); /* and still referenced */
        if (i % 6 == 2 || i % 6 == 3)
            iptfs_inner_set_drop_cause(inner[i], IPTFS_DROP_LATE);
        if (i % 6 == 3)
            iptfs_inner_unref(&store, inner[i]);
        if (i % 6 == 5)
            inner[i]->whole = inner[i - 1], inner[i - 1]->refs++;
        octets += i % 6 == 0 || i % 6 == 2 || i % 6 == 4 ? i + 1 : 0;
    }
    iptfs_store_each_in_flight(&store, count_in_flight, &found);
    CHECK_U64(found.pkts, 300);
    CHECK_U64(found.octets, octets);
    CHECK_U64(iptfs_ledger_in_flight(&store.ledger), 300);
    iptfs_store_close(&store);
    for (uint32_t i = 0; i < 600; i++)
        if (i % 6 != 3)
            iptfs_inner_unref(&store, inner[i]);
    iptfs_outer_unref(&store, outer);
    found = (struct iptfs_tally){0};
    iptfs_store_each_in_flight(&store, count_in_flight, &found);
    CHECK_U64(found.pkts, 0);
    iptfs_store_free(&store);
}

static void test_resizing_keeps_the_offer_true(void)
{
    struct iptfs_store store;
    iptfs_store_init(&store);
    struct iptfs_inner *other = iptfs_inner_new(&store, 500);
    struct iptfs_inner *inner = iptfs_inner_new(&store, 0);
    iptfs_inner_resize(&store, inner, 1500);
    CHECK_U64(store.ledger.offered.octets, 2000);
    iptfs_inner_resize(&store, inner, 40);
    CHECK_U64(store.ledger.offered.octets, 540);
    CHECK_INT(inner->octets, 40);
    iptfs_inner_deliver(&store, inner);
    iptfs_inner_deliver(&store, other);
    CHECK_U64(store.ledger.delivered.octets, 540);
    iptfs_inner_unref(&store, inner);
    iptfs_inner_unref(&store, other);
    CLOSE_STORE(&store);
}

static void count_release(void *ctx, void *handle)
{
    (void)ctx;
    ++*(int *)handle;
}

static void test_handles_are_released_exactly_once(void)
{
    struct iptfs_store store;
    int dropped = 0, taken = 0, inside = 0;
    iptfs_store_init(&store);
    store.release = count_release;
    struct iptfs_inner *inner = iptfs_inner_new(&store, 40);
    inner->handle = &dropped;
    inner->refs++;
    iptfs_inner_set_drop_cause(inner, IPTFS_DROP_LATE);
    iptfs_inner_unref(&store, inner);
    CHECK_INT(dropped, 0);
    iptfs_inner_unref(&store, inner);
    CHECK_INT(dropped, 1);

    inner = iptfs_inner_new(&store, 40);
    CHECK_TRUE(inner->handle == NULL); /* memory used again */
    inner->handle = &taken;
    iptfs_inner_deliver(&store, inner);
    inner->handle = NULL; /* as the receiver of the packet does */
    iptfs_inner_unref(&store, inner);
    CHECK_INT(taken, 0);

    inner = iptfs_inner_new(&store, 40);
    inner->handle = &inside;
    iptfs_store_close(&store);
    iptfs_inner_unref(&store, inner);
    CHECK_INT(inside, 1);
    CHECK_INT(dropped, 1);
    CLOSE_STORE(&store);
}

/* --- slices --- */

enum {
    STREAM_PKTS = 200,
    STREAM_OUTERS = 2000
};

/* A row of inner packets cut into outer packets at arbitrary places, and what the slices must be.
 */
struct stream {
    struct iptfs_store store;
    struct iptfs_inner *inner[STREAM_PKTS];
    struct iptfs_outer *outer[STREAM_OUTERS];
    struct iptfs_slice expected[STREAM_OUTERS + STREAM_PKTS];
    uint32_t outers;
    uint32_t slices;
};

static void stream_add(struct stream *stream, struct iptfs_inner *inner, uint32_t offset,
                       uint32_t octets)
{
    iptfs_outer_add(stream->outer[stream->outers - 1], inner, offset, octets);
    stream->expected[stream->slices++] = (struct iptfs_slice){inner, offset, octets};
}

static void stream_cut(struct stream *stream, uint64_t *state)
{
    uint32_t free_octets = 0;
    for (uint32_t i = 0; i < STREAM_PKTS; i++) {
        stream->inner[i] = sample_hollow(&stream->store, sample_between(state, 20, 3000), i);
        if (i > 0)
            stream->inner[i - 1]->next = stream->inner[i]; /* as the queue does */
    }
    for (uint32_t i = 0; i < STREAM_PKTS; i++) {
        uint32_t sent_octets = 0;
        while (sent_octets < stream->inner[i]->octets) {
            if (free_octets == 0) {
                free_octets = sample_between(state, 300, 1500);
                stream->outer[stream->outers++] = iptfs_outer_new(&stream->store);
            }
            uint32_t left = stream->inner[i]->octets - sent_octets;
            uint32_t take = left < free_octets ? left : free_octets;
            stream_add(stream, stream->inner[i], sent_octets, take);
            sent_octets += take;
            free_octets -= take;
        }
        iptfs_inner_unref(&stream->store, stream->inner[i]);
    }
}

static void stream_check(const struct stream *stream)
{
    const struct iptfs_slice *expected = stream->expected;
    for (uint32_t i = 0; i < stream->outers; i++) {
        struct iptfs_slice_walk walk;
        struct iptfs_slice slice;
        uint32_t octets = 0, slices = 0;
        iptfs_slices(stream->outer[i], &walk);
        while (iptfs_slice_next(&walk, &slice)) {
            CHECK_INT(slice.inner->id, expected->inner->id);
            CHECK_INT(slice.offset, expected->offset);
            CHECK_INT(slice.octets, expected->octets);
            octets += slice.octets;
            slices++;
            expected++;
        }
        CHECK_INT(stream->outer[i]->data_octets, octets);
        CHECK_INT(stream->outer[i]->slices, slices);
        CHECK_TRUE(!iptfs_slice_next(&walk, &slice)); /* the end stays the end */
    }
    CHECK_INT(expected - stream->expected, stream->slices);
}

/* Outer packets end in any order, as a link that reorders lets them. */
static void stream_end(struct stream *stream, uint64_t *state)
{
    while (stream->outers > 0) {
        uint32_t pick = sample_between(state, 0, stream->outers - 1);
        iptfs_outer_drop(&stream->store, stream->outer[pick], IPTFS_DROP_LINK_LOSS);
        stream->outer[pick] = stream->outer[--stream->outers];
    }
}

static void test_slices_of_a_stream_cut_anywhere(void)
{
    static struct stream stream;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t state = seed;
        stream = (struct stream){0};
        iptfs_store_init(&stream.store);
        stream_cut(&stream, &state);
        stream_check(&stream);
        stream_end(&stream, &state);
        CHECK_U64(stream.store.ledger.dropped[IPTFS_DROP_LINK_LOSS].pkts, STREAM_PKTS);
        CLOSE_STORE(&stream.store);
    }
}

static void test_an_outer_packet_without_slices(void)
{
    struct iptfs_store store;
    struct iptfs_slice_walk walk;
    struct iptfs_slice slice;
    iptfs_store_init(&store);
    struct iptfs_outer *outer = iptfs_outer_new(&store);
    CHECK_INT(outer->refs, 1);
    CHECK_U64(outer->seq, 0);
    iptfs_slices(outer, &walk);
    CHECK_TRUE(!iptfs_slice_next(&walk, &slice));
    iptfs_outer_processed(&store, outer);
    CLOSE_STORE(&store);
}

/* A packet that was dropped from the queue does not appear in the slices. */
static void test_slices_pass_over_a_dropped_neighbour(void)
{
    struct iptfs_store store;
    struct iptfs_slice_walk walk;
    struct iptfs_slice slice;
    iptfs_store_init(&store);
    struct iptfs_inner *inner[3];
    for (uint32_t i = 0; i < 3; i++)
        inner[i] = sample_hollow(&store, 100 + i, i);
    inner[0]->next = inner[1];
    inner[1]->next = inner[2];
    struct iptfs_outer *outer = iptfs_outer_new(&store);
    iptfs_outer_add(outer, inner[0], 0, 100);
    iptfs_inner_set_drop_cause(inner[1], IPTFS_DROP_MTU_SHRUNK);
    iptfs_inner_unref(&store, inner[1]);
    iptfs_outer_add(outer, inner[2], 0, 102);
    iptfs_slices(outer, &walk);
    CHECK_TRUE(iptfs_slice_next(&walk, &slice) && slice.inner == inner[0]);
    CHECK_TRUE(iptfs_slice_next(&walk, &slice) && slice.inner == inner[2]);
    CHECK_TRUE(!iptfs_slice_next(&walk, &slice));
    iptfs_inner_unref(&store, inner[0]);
    iptfs_inner_unref(&store, inner[2]);
    iptfs_outer_drop(&store, outer, IPTFS_DROP_LINK_LOSS);
    CLOSE_STORE(&store);
}

/* --- copies of outer packets --- */

/* How a copy ends: dropped for a cause, or processed (IPTFS_DROP_NONE). */
static void end_copy(struct iptfs_store *store, struct iptfs_outer *outer,
                     enum iptfs_drop_cause cause)
{
    if (cause == IPTFS_DROP_NONE)
        iptfs_outer_processed(store, outer);
    else
        iptfs_outer_drop(store, outer, cause);
}

/* Ends the copies of an outer packet that holds one inner packet; returns the cause of the inner
 * packet, and in *delivered whether it was delivered. */
static enum iptfs_drop_cause cause_after(const enum iptfs_drop_cause *ends, uint32_t copies,
                                         bool deliver, bool *delivered)
{
    struct iptfs_store store;
    iptfs_store_init(&store);
    struct iptfs_inner *inner = sample_hollow(&store, 100, 1);
    struct iptfs_outer *outer = iptfs_outer_new(&store);
    iptfs_outer_add(outer, inner, 0, 100);
    outer->refs = copies;
    for (uint32_t i = 0; i < copies; i++) {
        if (ends[i] == IPTFS_DROP_NONE && deliver)
            iptfs_inner_deliver(&store, inner);
        end_copy(&store, outer, ends[i]);
        CHECK_U64(store.live_outer, i + 1 < copies);
    }
    enum iptfs_drop_cause cause = (enum iptfs_drop_cause)inner->drop_cause;
    *delivered = inner->delivered;
    iptfs_inner_set_drop_cause(inner, IPTFS_DROP_INCOMPLETE); /* as the reassembly does */
    iptfs_inner_unref(&store, inner);
    CLOSE_STORE(&store);
    return cause;
}

static void test_the_first_dropped_copy_names_the_cause_unless_one_is_processed(void)
{
    static const struct {
        enum iptfs_drop_cause ends[3];
        uint32_t copies;
        enum iptfs_drop_cause expected;
    } cases[] = {
        {{IPTFS_DROP_LINK_LOSS}, 1, IPTFS_DROP_LINK_LOSS},
        {{IPTFS_DROP_LINK_LOSS, IPTFS_DROP_LATE}, 2, IPTFS_DROP_LINK_LOSS},
        {{IPTFS_DROP_LINK_LOSS, IPTFS_DROP_NONE}, 2, IPTFS_DROP_NONE},
        {{IPTFS_DROP_NONE, IPTFS_DROP_LATE}, 2, IPTFS_DROP_NONE},
        {{IPTFS_DROP_REPLAY, IPTFS_DROP_NONE, IPTFS_DROP_LATE}, 3, IPTFS_DROP_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool delivered;
        bool processed = cases[i].expected == IPTFS_DROP_NONE;
        CHECK_INT(cause_after(cases[i].ends, cases[i].copies, false, &delivered),
                  cases[i].expected);
        CHECK_TRUE(!delivered);
        CHECK_INT(cause_after(cases[i].ends, cases[i].copies, true, &delivered), cases[i].expected);
        CHECK_TRUE(delivered == processed);
    }
}

/* One fragment is lost on the link: so is the packet, whatever happens to the other fragment. */
static void test_one_lost_fragment_loses_the_packet(void)
{
    struct iptfs_store store;
    iptfs_store_init(&store);
    struct iptfs_inner *inner = sample_hollow(&store, 200, 1);
    struct iptfs_outer *one = iptfs_outer_new(&store), *two = iptfs_outer_new(&store);
    iptfs_outer_add(one, inner, 0, 100);
    iptfs_outer_add(two, inner, 100, 100);
    iptfs_inner_unref(&store, inner);
    iptfs_outer_drop(&store, one, IPTFS_DROP_LINK_LOSS);
    CHECK_U64(store.live_inner, 1);
    CHECK_U64(iptfs_ledger_in_flight(&store.ledger), 1);
    iptfs_outer_processed(&store, two);
    CHECK_U64(store.ledger.dropped[IPTFS_DROP_LINK_LOSS].pkts, 1);
    CLOSE_STORE(&store);
}

static void test_outer_packets_under_way_at_the_end_are_in_flight(void)
{
    struct iptfs_store store;
    iptfs_store_init(&store);
    struct iptfs_inner *inner = sample_hollow(&store, 100, 1);
    struct iptfs_outer *outer = iptfs_outer_new(&store);
    iptfs_outer_add(outer, inner, 0, 100);
    iptfs_inner_unref(&store, inner);
    outer->refs = 2;
    iptfs_outer_drop(&store, outer, IPTFS_DROP_LINK_LOSS);
    iptfs_store_close(&store);
    iptfs_outer_unref(&store, outer); /* the other copy may still have come */
    CHECK_U64(store.found_in_flight, 1);
    CHECK_U64(store.ledger.dropped[IPTFS_DROP_LINK_LOSS].pkts, 0);
    CLOSE_STORE(&store);
}

/* --- bytes and memory --- */

static void test_payload_is_a_copy_of_the_bytes(void)
{
    struct iptfs_store store;
    uint8_t bytes[] = {1, 2, 3, 4, 5};
    iptfs_store_init(&store);
    struct iptfs_outer *outer = iptfs_outer_new(&store);
    CHECK_INT(iptfs_outer_set_payload(&store, outer, bytes, sizeof bytes), IPTFS_OK);
    bytes[0] = 9;
    CHECK_INT(outer->payload[0], 1);
    CHECK_BYTES(outer->payload + 1, bytes + 1, sizeof bytes - 1);
    CHECK_INT(outer->payload_octets, sizeof bytes);
    iptfs_outer_processed(&store, outer);
    CLOSE_STORE(&store);
}

static void test_payload_lengths_at_the_edges(void)
{
    struct iptfs_store store;
    iptfs_store_init(&store);
    uint8_t *bytes = calloc(1, IPTFS_PACKET_MAX_OCTETS + 1);
    struct iptfs_outer *empty = iptfs_outer_new(&store), *full = iptfs_outer_new(&store);
    CHECK_INT(iptfs_outer_set_payload(&store, empty, NULL, 0), IPTFS_OK);
    CHECK_TRUE(empty->payload != NULL);
    bytes[IPTFS_PACKET_MAX_OCTETS - 1] = 7;
    CHECK_INT(iptfs_outer_set_payload(&store, full, bytes, IPTFS_PACKET_MAX_OCTETS + 1),
              IPTFS_E_INVALID);
    CHECK_TRUE(full->payload == NULL);
    CHECK_INT(iptfs_outer_set_payload(&store, full, bytes, IPTFS_PACKET_MAX_OCTETS), IPTFS_OK);
    CHECK_INT(full->payload[IPTFS_PACKET_MAX_OCTETS - 1], 7);
    iptfs_outer_processed(&store, empty);
    iptfs_outer_processed(&store, full);
    free(bytes);
    CLOSE_STORE(&store);
}

static void use_some(struct iptfs_store *store, uint32_t pkts)
{
    struct iptfs_outer *outer = iptfs_outer_new(store);
    for (uint32_t i = 0; i < pkts; i++) {
        struct iptfs_inner *inner = sample_hollow(store, 40, i);
        if (i == 0)
            CHECK_TRUE(iptfs_inner_own_bytes(store, inner));
        iptfs_outer_add(outer, inner, 0, 40);
        iptfs_inner_deliver(store, inner);
        iptfs_inner_unref(store, inner);
    }
    CHECK_INT(iptfs_outer_set_payload(store, outer, (const uint8_t *)"x", 1), IPTFS_OK);
    iptfs_outer_processed(store, outer);
}

static void test_memory_stops_growing(void)
{
    struct iptfs_store store;
    iptfs_store_init(&store);
    use_some(&store, 5000);
    struct iptfs_chunk *newest = store.chunks;
    for (int i = 0; i < 100; i++)
        use_some(&store, 1000);
    CHECK_TRUE(store.chunks == newest);
    CHECK_U64(store.ledger.offered.pkts, 105000);
    CLOSE_STORE(&store);
}

const CU_TestInfo iptfs_tests_packet[] = {
    {"a new packet is offered and empty", test_a_new_packet_is_offered_and_empty},
    {"the first cause stands", test_the_first_cause_stands},
    {"delivery overrides a cause and counts once", test_delivery_overrides_a_cause_and_counts_once},
    {"a packet without a drop cause is a fault", test_a_packet_without_a_drop_cause_is_a_fault},
    {"at the end it is in flight", test_at_the_end_it_is_in_flight},
    {"packets in flight are found", test_packets_in_flight_are_found},
    {"resizing keeps the offer true", test_resizing_keeps_the_offer_true},
    {"handles are released exactly once", test_handles_are_released_exactly_once},
    {"slices of a stream cut anywhere", test_slices_of_a_stream_cut_anywhere},
    {"an outer packet without slices", test_an_outer_packet_without_slices},
    {"slices pass over a dropped neighbour", test_slices_pass_over_a_dropped_neighbour},
    {"the first dropped copy names the cause unless one is processed",
     test_the_first_dropped_copy_names_the_cause_unless_one_is_processed},
    {"one lost fragment loses the packet", test_one_lost_fragment_loses_the_packet},
    {"unprocessed outer packets at the end are in flight",
     test_outer_packets_under_way_at_the_end_are_in_flight},
    {"payload is a copy of the bytes", test_payload_is_a_copy_of_the_bytes},
    {"payload lengths at the edges", test_payload_lengths_at_the_edges},
    {"memory stops growing", test_memory_stops_growing},
    CU_TEST_INFO_NULL,
};
