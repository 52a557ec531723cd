/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/packet.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/octets.h"

#include <stdlib.h>
#include <string.h>

enum {
    INNER_CHUNK = 128,
    OUTER_CHUNK = 32
};

struct iptfs_buffer {
    struct iptfs_buffer *next;
    uint8_t bytes[IPTFS_PACKET_MAX_OCTETS];
};

struct iptfs_chunk {
    struct iptfs_chunk *next;
    struct iptfs_inner *inner; /* INNER_CHUNK of them; NULL: it holds something else */
    max_align_t memory[];
};

void iptfs_store_init(struct iptfs_store *store)
{
    *store = (struct iptfs_store){0};
}

void iptfs_store_close(struct iptfs_store *store)
{
    store->closing = true;
}

void iptfs_store_free(struct iptfs_store *store)
{
    while (store->chunks != NULL) {
        struct iptfs_chunk *chunk = store->chunks;
        store->chunks = chunk->next;
        free(chunk);
    }
    store->free_inner = NULL;
    store->free_outer = NULL;
    store->free_buffer = NULL;
}

static void *new_chunk(struct iptfs_store *store, size_t octets)
{
    store->full = store->max_octets > 0 && octets > store->max_octets - store->octets;
    struct iptfs_chunk *chunk = store->full ? NULL : malloc(sizeof *chunk + octets);
    if (chunk == NULL) {
        store->error = IPTFS_E_NO_MEMORY;
        return NULL;
    }
    store->octets += octets;
    chunk->inner = NULL;
    chunk->next = store->chunks;
    store->chunks = chunk;
    return chunk->memory;
}

static bool grow_inner(struct iptfs_store *store)
{
    struct iptfs_inner *packets = new_chunk(store, INNER_CHUNK * sizeof *packets);
    if (packets == NULL)
        return false;
    store->chunks->inner = packets;
    for (size_t i = INNER_CHUNK; i-- > 0;) {
        packets[i].refs = 0;
        packets[i].next = store->free_inner;
        store->free_inner = &packets[i];
    }
    return true;
}

static bool grow_outer(struct iptfs_store *store)
{
    struct iptfs_outer *packets = new_chunk(store, OUTER_CHUNK * sizeof *packets);
    if (packets == NULL)
        return false;
    for (size_t i = OUTER_CHUNK; i-- > 0;) {
        packets[i].next = store->free_outer;
        store->free_outer = &packets[i];
    }
    return true;
}

void iptfs_store_each_in_flight(const struct iptfs_store *store,
                                void (*take)(void *ctx, const struct iptfs_inner *inner), void *ctx)
{
    for (const struct iptfs_chunk *chunk = store->chunks; chunk != NULL; chunk = chunk->next)
        for (size_t i = 0; i < INNER_CHUNK && chunk->inner != NULL; i++) {
            const struct iptfs_inner *inner = &chunk->inner[i];
            if (inner->refs > 0 && !inner->delivered && !inner->is_fragment)
                take(ctx, inner);
        }
}

static uint8_t *take_buffer(struct iptfs_store *store)
{
    if (store->free_buffer == NULL) {
        struct iptfs_buffer *buffer = new_chunk(store, sizeof *buffer);
        if (buffer == NULL)
            return NULL;
        buffer->next = NULL;
        store->free_buffer = buffer;
    }
    struct iptfs_buffer *buffer = store->free_buffer;
    store->free_buffer = buffer->next;
    return buffer->bytes;
}

static void return_buffer(struct iptfs_store *store, uint8_t *bytes)
{
    struct iptfs_buffer *buffer =
        (struct iptfs_buffer *)(void *)(bytes - offsetof(struct iptfs_buffer, bytes));
    buffer->next = store->free_buffer;
    store->free_buffer = buffer;
}

static inline struct iptfs_inner *take_inner(struct iptfs_store *store, uint32_t octets)
{
    if (store->free_inner == NULL && !grow_inner(store))
        return NULL;
    struct iptfs_inner *inner = store->free_inner;
    store->free_inner = inner->next;
    *inner = (struct iptfs_inner){.octets = octets, .refs = 1};
    store->live_inner++;
    return inner;
}

struct iptfs_inner *iptfs_inner_new(struct iptfs_store *store, uint32_t octets)
{
    struct iptfs_inner *inner = take_inner(store, octets);
    if (inner != NULL)
        iptfs_tally_add(&store->ledger.offered, octets);
    return inner;
}

struct iptfs_inner *iptfs_inner_new_fragment(struct iptfs_store *store, uint32_t octets)
{
    struct iptfs_inner *inner = take_inner(store, octets);
    if (inner != NULL)
        inner->is_fragment = true;
    return inner;
}

bool iptfs_inner_own_bytes(struct iptfs_store *store, struct iptfs_inner *inner)
{
    inner->bytes = take_buffer(store);
    inner->owns_bytes = inner->bytes != NULL;
    return inner->owns_bytes;
}

/* An IP fragment counts for the packet it is of. */
static void count_alarm(struct iptfs_store *store, struct iptfs_inner *inner, uint8_t alarm)
{
    struct iptfs_inner *counted = inner->is_fragment ? inner->whole : inner;
    store->ecn_alarms[alarm] += !counted->ecn_alarm;
    counted->ecn_alarm = true;
}

void iptfs_inner_decap_ecn(struct iptfs_store *store, struct iptfs_inner *inner, uint8_t outer_ecn,
                           enum iptfs_ecn_decap decap)
{
    uint8_t sent = iptfs_inner_sent_tos(inner) & IPTFS_ECN_MASK;
    uint8_t present = inner->tos & IPTFS_ECN_MASK;
    uint8_t alarm = iptfs_ecn_decapsulate(decap, sent, outer_ecn).alarm;
    struct iptfs_ecn_outcome outcome = iptfs_ecn_decapsulate(decap, present, outer_ecn);
    if (alarm != IPTFS_ECN_USED)
        count_alarm(store, inner, alarm);
    if (outcome.drop)
        inner->ce_refused = true;
    if (outcome.ecn == present)
        return;
    inner->ecn_sent = sent;
    inner->tos = (uint8_t)((inner->tos & ~IPTFS_ECN_MASK) | outcome.ecn);
}

enum iptfs_delivery iptfs_inner_deliver_other(struct iptfs_inner *inner)
{
    if (inner->ce_refused) {
        iptfs_inner_set_drop_cause(inner, IPTFS_DROP_CE_NOT_ECT);
        return IPTFS_DELIVERY_REFUSED;
    }
    bool again = inner->delivered;
    inner->delivered = true; /* a fragment is not counted by the ledger */
    return again ? IPTFS_DELIVERY_AGAIN : IPTFS_DELIVERY_FIRST;
}

void iptfs_inner_resize(struct iptfs_store *store, struct iptfs_inner *inner, uint32_t octets)
{
    store->ledger.offered.octets += octets;
    store->ledger.offered.octets -= inner->octets;
    inner->octets = octets;
}

static void end_undelivered(struct iptfs_store *store, const struct iptfs_inner *inner)
{
    if (inner->is_fragment) {
        iptfs_inner_set_drop_cause(inner->whole, (enum iptfs_drop_cause)inner->drop_cause);
        return;
    }
    if (inner->drop_cause != IPTFS_DROP_NONE)
        iptfs_tally_add(&store->ledger.dropped[inner->drop_cause], inner->octets);
    else if (store->closing)
        store->found_in_flight++;
    else
        store->ledger.unexplained++;
    if (store->ended != NULL)
        store->ended(store->ended_ctx, inner);
}

static inline void put_back(struct iptfs_store *store, struct iptfs_inner *inner)
{
    if (inner->handle != NULL && store->release != NULL)
        store->release(store->release_ctx, inner->handle);
    inner->next = store->free_inner;
    store->free_inner = inner;
    IPTFS_ASSERT(store->live_inner > 0);
    store->live_inner--;
}

/* Apart, since few packets end this way, and the call of iptfs_inner_unref would keep free_inner
 * from being inlined. */
static __attribute__((noinline)) void free_other(struct iptfs_store *store,
                                                 struct iptfs_inner *inner)
{
    struct iptfs_inner *whole = inner->is_fragment ? inner->whole : NULL;
    if (!inner->delivered)
        end_undelivered(store, inner);
    if (inner->owns_bytes)
        return_buffer(store, inner->bytes);
    put_back(store, inner);
    if (whole != NULL)
        iptfs_inner_unref(store, whole);
}

static inline void free_inner(struct iptfs_store *store, struct iptfs_inner *inner)
{
    if (!inner->delivered || inner->is_fragment || inner->owns_bytes)
        free_other(store, inner);
    else
        put_back(store, inner);
}

void iptfs_inner_unref(struct iptfs_store *store, struct iptfs_inner *inner)
{
    IPTFS_ASSERT(inner->refs > 0);
    if (--inner->refs == 0)
        free_inner(store, inner);
}

struct iptfs_outer *iptfs_outer_new(struct iptfs_store *store)
{
    if (store->free_outer == NULL && !grow_outer(store))
        return NULL;
    struct iptfs_outer *outer = store->free_outer;
    store->free_outer = outer->next;
    *outer = (struct iptfs_outer){.refs = 1};
    store->live_outer++;
    return outer;
}

int iptfs_outer_set_payload(struct iptfs_store *store, struct iptfs_outer *outer,
                            const uint8_t *bytes, uint32_t octets)
{
    if (octets > IPTFS_PACKET_MAX_OCTETS)
        return IPTFS_E_INVALID;
    outer->payload = take_buffer(store);
    if (outer->payload == NULL)
        return IPTFS_E_NO_MEMORY;
    if (octets > 0)
        memcpy(outer->payload, bytes, octets);
    outer->payload_octets = octets;
    return IPTFS_OK;
}

void iptfs_outer_add(struct iptfs_outer *outer, struct iptfs_inner *inner, uint32_t offset,
                     uint32_t octets)
{
    IPTFS_ASSERT(octets <= inner->octets && offset <= inner->octets - octets);
    if (outer->last == NULL) {
        outer->first = inner;
        outer->first_offset = offset;
    } else {
        IPTFS_ASSERT(offset == 0);
        /* The queue linked them already, unless a packet between them was dropped. */
        outer->last->next = inner;
    }
    outer->last = inner;
    outer->slices++;
    outer->data_octets += octets;
    inner->refs++;
}

static void free_outer(struct iptfs_store *store, struct iptfs_outer *outer)
{
    /* When a copy was processed, the reassembly has named the causes. */
    enum iptfs_drop_cause cause =
        outer->processed ? IPTFS_DROP_NONE : (enum iptfs_drop_cause)outer->drop_cause;
    struct iptfs_inner *inner = outer->first;
    for (uint32_t left = outer->slices; left > 0; left--) {
        struct iptfs_inner *next = inner->next;
        if (cause != IPTFS_DROP_NONE)
            iptfs_inner_set_drop_cause(inner, cause);
        iptfs_inner_unref(store, inner);
        inner = next;
    }
    if (outer->payload != NULL)
        return_buffer(store, outer->payload);
    outer->next = store->free_outer;
    store->free_outer = outer;
    IPTFS_ASSERT(store->live_outer > 0);
    store->live_outer--;
}

void iptfs_outer_unref(struct iptfs_store *store, struct iptfs_outer *outer)
{
    IPTFS_ASSERT(outer->refs > 0);
    if (store->closing)
        outer->drop_cause = IPTFS_DROP_NONE; /* in flight, even if another copy was dropped */
    if (--outer->refs == 0)
        free_outer(store, outer);
}

void iptfs_outer_drop(struct iptfs_store *store, struct iptfs_outer *outer,
                      enum iptfs_drop_cause cause)
{
    if (outer->drop_cause == IPTFS_DROP_NONE)
        outer->drop_cause = (uint8_t)cause;
    iptfs_outer_unref(store, outer);
}

void iptfs_outer_processed(struct iptfs_store *store, struct iptfs_outer *outer)
{
    outer->processed = true;
    iptfs_outer_unref(store, outer);
}

void iptfs_slices(const struct iptfs_outer *outer, struct iptfs_slice_walk *walk)
{
    *walk = (struct iptfs_slice_walk){
        .inner = outer->first,
        .offset = outer->first_offset,
        .slices = outer->slices,
        .octets = outer->data_octets,
    };
}

bool iptfs_slice_next(struct iptfs_slice_walk *walk, struct iptfs_slice *slice)
{
    if (walk->slices == 0)
        return false;
    IPTFS_ASSERT(walk->offset < walk->inner->octets);
    uint32_t left = walk->inner->octets - walk->offset;
    slice->inner = walk->inner;
    slice->offset = walk->offset;
    slice->octets = left < walk->octets ? left : walk->octets;
    walk->octets -= slice->octets;
    walk->slices--;
    walk->offset = 0;
    walk->inner = walk->inner->next;
    return true;
}
