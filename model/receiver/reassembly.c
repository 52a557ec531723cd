/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "receiver/reassembly.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/octets.h"
#include "base/units.h"
#include "packet/ip_octets.h"

#include <string.h>

void iptfs_reassembly_init(struct iptfs_reassembly *reassembly, struct iptfs_store *store,
                           struct iptfs_counters *counters, struct iptfs_drop_timer *timer)
{
    *reassembly = (struct iptfs_reassembly){
        .store = store,
        .counters = counters,
        .timer = timer,
    };
}

/* Not inlined, since nearly all packets are delivered without a wait. */
static __attribute__((noinline)) void measure_wait(const struct iptfs_reassembly *reassembly,
                                                   int64_t now_ps, const struct iptfs_inner *inner)
{
    if (reassembly->waits == NULL)
        return;
    if (inner == reassembly->partial)
        iptfs_waits_add(reassembly->waits, now_ps, reassembly->first_ps, reassembly->last_ps);
    else
        iptfs_waits_add(reassembly->waits, now_ps, reassembly->arrived_ps, reassembly->arrived_ps);
}

static void deliver(struct iptfs_reassembly *reassembly, int64_t now_ps, struct iptfs_inner *inner)
{
    enum iptfs_delivery delivery = iptfs_inner_deliver(reassembly->store, inner);
    if (delivery == IPTFS_DELIVERY_REFUSED)
        return;
    if (reassembly->waited && delivery == IPTFS_DELIVERY_FIRST)
        measure_wait(reassembly, now_ps, inner);
    iptfs_count(reassembly->counters, IPTFS_YANG_INNER_RX_PKTS, 1);
    iptfs_count(reassembly->counters, IPTFS_YANG_INNER_RX_OCTETS, inner->octets);
    reassembly->deliver(reassembly->deliver_ctx, now_ps, inner, delivery == IPTFS_DELIVERY_AGAIN);
}

/* Clears the partial packet. Linux stops the timer too, even when packets are held in the window;
 * these then wait for the next arrival. */
static void end_partial(struct iptfs_reassembly *reassembly)
{
    IPTFS_ASSERT(reassembly->partial != NULL);
    iptfs_inner_unref(reassembly->store, reassembly->partial);
    reassembly->partial = NULL;
    reassembly->have = 0;
    reassembly->total = 0;
    iptfs_drop_timer_stop(reassembly->timer);
}

static void discard_partial(struct iptfs_reassembly *reassembly, enum iptfs_drop_cause cause)
{
    iptfs_inner_set_drop_cause(reassembly->partial, cause);
    end_partial(reassembly);
}

/* The partial packet will not become whole. When higher numbers had overtaken its beginning, it was
 * counted with the fragment that followed. */
static void count_partial(struct iptfs_reassembly *reassembly)
{
    iptfs_count(reassembly->counters, IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS,
                !reassembly->partial_late);
    reassembly->given_up = (struct iptfs_incomplete){
        .seq = reassembly->want - 1,
        .left = reassembly->total > 0 ? reassembly->total - reassembly->have
                                      : IPTFS_INCOMPLETE_LEFT_UNKNOWN,
        .payload_octets = reassembly->partial_fills,
        .counted = true,
    };
}

/* A fragment of a packet whose first fragment is missing. One that higher numbers had overtaken
 * belongs to a packet that was counted with the gap. */
static void count_continued(struct iptfs_reassembly *reassembly, uint64_t seq,
                            uint32_t block_offset)
{
    if (seq < reassembly->next)
        return;
    if (!iptfs_incomplete_continues(&reassembly->given_up, seq, block_offset))
        iptfs_count(reassembly->counters, IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS, 1);
    reassembly->given_up = (struct iptfs_incomplete){
        .seq = seq,
        .left = iptfs_incomplete_left(block_offset, reassembly->payload_octets),
        .payload_octets = reassembly->payload_octets,
        .counted = true,
    };
}

static void abandon(struct iptfs_reassembly *reassembly)
{
    iptfs_count(reassembly->counters, IPTFS_XFRM_IN_IPTFS_ERROR, 1);
    discard_partial(reassembly, IPTFS_DROP_INCOMPLETE);
}

/* Copies octets of a block; those of a simulated packet are generated. */
static bool copy_block(const struct iptfs_block *block, uint32_t from, uint32_t octets,
                       uint8_t *bytes)
{
    static const struct iptfs_octets generated = {0};
    if (block->inner != NULL)
        return iptfs_inner_copy(&generated, block->inner, iptfs_inner_sent_tos(block->inner),
                                block->offset + from, octets, bytes) == IPTFS_OK;
    memcpy(bytes, block->bytes + from, octets);
    return true;
}

/* Adds octets of a block, which has no octets when the partial packet is a simulated one. */
static bool append(struct iptfs_reassembly *reassembly, const struct iptfs_block *block,
                   uint32_t from, uint32_t octets)
{
    if (reassembly->of_octets &&
        !copy_block(block, from, octets, reassembly->partial->bytes + reassembly->have))
        return false;
    reassembly->have += octets;
    IPTFS_ASSERT(reassembly->total == 0 || reassembly->have <= reassembly->total);
    return true;
}

/* The packet that a new block belongs to, with a reference for the caller. */
static struct iptfs_inner *packet_of(struct iptfs_reassembly *reassembly, int64_t now_ps,
                                     const struct iptfs_block *block)
{
    if (block->inner == NULL) {
        reassembly->partial_ecns = (uint8_t)(1u << reassembly->payload_ecn);
        return iptfs_inner_of_bytes(reassembly->store, now_ps, block->bytes, block->total);
    }
    block->inner->refs++;
    return block->inner;
}

static void start_partial(struct iptfs_reassembly *reassembly, int64_t now_ps, uint64_t seq,
                          const struct iptfs_block *block)
{
    IPTFS_ASSERT(reassembly->partial == NULL);
    struct iptfs_inner *inner = packet_of(reassembly, now_ps, block);
    if (inner == NULL)
        return;
    reassembly->partial = inner;
    reassembly->of_octets = block->inner == NULL;
    reassembly->first_ps = reassembly->arrived_ps;
    reassembly->last_ps = reassembly->arrived_ps;
    reassembly->total = block->total;
    reassembly->partial_late = seq < reassembly->next;
    reassembly->partial_fills = reassembly->payload_octets;
    reassembly->have = 0;
    append(reassembly, block, 0, block->octets);
    reassembly->want = seq + 1;
    iptfs_drop_timer_start(reassembly->timer,
                           iptfs_time_after(now_ps, reassembly->timer->drop_time_ps));
}

static void deliver_whole(struct iptfs_reassembly *reassembly, int64_t now_ps,
                          const struct iptfs_block *block)
{
    if (block->inner != NULL) {
        deliver(reassembly, now_ps, block->inner);
        return;
    }
    struct iptfs_inner *inner =
        iptfs_inner_of_bytes(reassembly->store, now_ps, block->bytes, block->total);
    if (inner == NULL)
        return;
    memcpy(inner->bytes, block->bytes, block->octets);
    iptfs_inner_read_header(inner);
    iptfs_inner_decap_ecn(reassembly->store, inner, reassembly->payload_ecn, reassembly->ecn_decap);
    deliver(reassembly, now_ps, inner);
    iptfs_inner_unref(reassembly->store, inner);
}

/* Takes the octets that complete the length field of a header that was split before it. False when
 * the length is impossible. */
static bool complete_header(struct iptfs_reassembly *reassembly, const struct iptfs_block *block,
                            uint32_t *taken)
{
    int32_t total = 0;
    while (total == 0 && *taken < block->octets) {
        if (!append(reassembly, block, *taken, 1))
            return false;
        (*taken)++;
        total = iptfs_inner_total(reassembly->partial->bytes, reassembly->have);
    }
    if (total < 0)
        return false;
    reassembly->total = (uint32_t)total;
    iptfs_inner_resize(reassembly->store, reassembly->partial, reassembly->total);
    return true;
}

/* Whether BlockOffset ends the partial packet before its length, or before its length field. */
static bool ends_too_soon(const struct iptfs_reassembly *reassembly, uint32_t before,
                          uint32_t block_offset, const struct iptfs_block *block)
{
    if (reassembly->total == 0)
        return block_offset <= block->octets;
    return block_offset < reassembly->total - before;
}

/* The octets belong to a packet that is not being reassembled. */
static void skip(const struct iptfs_block *block, enum iptfs_drop_cause cause)
{
    if (block->inner != NULL)
        iptfs_inner_set_drop_cause(block->inner, cause);
}

/* Whether a block continues the partial packet by the octets that follow in it. */
static bool is_next_part(const struct iptfs_reassembly *reassembly, const struct iptfs_block *block)
{
    if (block->inner == NULL)
        return reassembly->of_octets;
    return block->inner == reassembly->partial && block->offset == reassembly->have;
}

/* The ECN fields of the outer packets that a part of a simulated packet came in, as bits: what is
 * known of them. */
static uint8_t ecns_of(const struct iptfs_inner *simulated)
{
    unsigned ecn = simulated->ce_refused ? IPTFS_ECN_CE : simulated->tos & IPTFS_ECN_MASK;
    return (uint8_t)(iptfs_inner_ecn_came(simulated) ? 1u << ecn : 0u);
}

/* A block continues another packet than the partial one, as when payloads of octets are received
 * among simulated ones. A receiver cannot tell: what leaves is a packet made of both. Makes the
 * partial packet one of octets; false when these are not known. */
static bool mix(struct iptfs_reassembly *reassembly, int64_t now_ps,
                const struct iptfs_block *block)
{
    skip(block, IPTFS_DROP_INCOMPLETE);
    if (reassembly->of_octets)
        return true;
    struct iptfs_inner *simulated = reassembly->partial;
    const struct iptfs_block start = {.octets = reassembly->have, .inner = simulated};
    const uint8_t version = (uint8_t)(simulated->ip_version << 4);
    struct iptfs_inner *mixed =
        iptfs_inner_of_bytes(reassembly->store, now_ps, &version, reassembly->total);
    if (mixed == NULL)
        return false;
    reassembly->partial = mixed;
    reassembly->of_octets = true;
    reassembly->partial_ecns = ecns_of(simulated);
    bool known = copy_block(&start, 0, start.octets, mixed->bytes);
    iptfs_inner_set_drop_cause(simulated, IPTFS_DROP_INCOMPLETE);
    iptfs_inner_unref(reassembly->store, simulated);
    return known;
}

/* All octets have been received: reads the header. */
static void complete_bytes(struct iptfs_reassembly *reassembly)
{
    iptfs_inner_read_header(reassembly->partial);
    for (uint8_t ecn = IPTFS_ECN_ECT1; ecn <= IPTFS_ECN_CE; ecn++)
        if ((reassembly->partial_ecns & 1u << ecn) != 0)
            iptfs_inner_decap_ecn(reassembly->store, reassembly->partial, ecn,
                                  reassembly->ecn_decap);
}

/* The payload that is processed continues the partial packet, which is given up. What still follows
 * of it is known from BlockOffset. */
static void abandon_continued(struct iptfs_reassembly *reassembly, uint32_t block_offset)
{
    count_partial(reassembly);
    reassembly->given_up.seq++;
    reassembly->given_up.left = iptfs_incomplete_left(block_offset, reassembly->payload_octets);
    abandon(reassembly);
}

/* Adds a continued block to the partial packet. A BlockOffset that is smaller than what the packet
 * still needs contradicts its length: the packet is abandoned. */
static void continue_partial(struct iptfs_reassembly *reassembly, int64_t now_ps,
                             uint32_t block_offset, const struct iptfs_block *block)
{
    uint32_t taken = 0, before = reassembly->have;
    reassembly->partial_fills = reassembly->payload_octets;
    reassembly->first_ps = iptfs_earlier(reassembly->first_ps, reassembly->arrived_ps);
    reassembly->last_ps = iptfs_later(reassembly->last_ps, reassembly->arrived_ps);
    if ((!is_next_part(reassembly, block) && !mix(reassembly, now_ps, block)) ||
        (reassembly->total == 0 && !complete_header(reassembly, block, &taken)) ||
        ends_too_soon(reassembly, before, block_offset, block)) {
        abandon_continued(reassembly, block_offset);
        return;
    }
    uint32_t octets = block->octets - taken;
    if (reassembly->total > 0 && octets > reassembly->total - reassembly->have)
        octets = reassembly->total - reassembly->have;
    if (!append(reassembly, block, taken, octets)) {
        abandon_continued(reassembly, block_offset);
        return;
    }
    unsigned came = block->inner == NULL ? 1u << reassembly->payload_ecn : ecns_of(block->inner);
    reassembly->partial_ecns = (uint8_t)(reassembly->partial_ecns | came);
    reassembly->want++;
    if (reassembly->total == 0 || reassembly->have < reassembly->total)
        return;
    if (reassembly->of_octets)
        complete_bytes(reassembly);
    reassembly->waited = reassembly->first_ps != now_ps;
    deliver(reassembly, now_ps, reassembly->partial);
    end_partial(reassembly);
}

static void count_extra_pad(struct iptfs_reassembly *reassembly, const struct iptfs_block *block)
{
    if (reassembly->all_pad)
        return;
    iptfs_count(reassembly->counters, IPTFS_YANG_OUTER_RX_EXTRA_PAD_PKTS, 1);
    iptfs_count(reassembly->counters, IPTFS_YANG_OUTER_RX_EXTRA_PAD_OCTETS, block->octets);
}

static void ignore_payload(struct iptfs_reassembly *reassembly, struct iptfs_block_walk *walk)
{
    struct iptfs_block block;
    while (iptfs_block_next(walk, &block)) {
        skip(&block, IPTFS_DROP_LATE);
        if (block.kind == IPTFS_BLOCK_PAD)
            count_extra_pad(reassembly, &block);
    }
}

/* Checks the partial packet against this payload; false when the payload needs no further
 * processing. */
static bool check_partial(struct iptfs_reassembly *reassembly, const struct iptfs_outer *outer,
                          struct iptfs_block_walk *walk, uint32_t block_offset)
{
    if (reassembly->partial == NULL)
        return true;
    if (outer->seq < reassembly->want) {
        ignore_payload(reassembly, walk);
        return false;
    }
    if (outer->seq > reassembly->want) {
        count_partial(reassembly);
        abandon(reassembly);
        return true;
    }
    if (block_offset > 0)
        return true;
    if (iptfs_blocks_all_pad(walk)) {
        /* All-pad packets may stand between fragments (2.2.3). */
        reassembly->want++;
        return false;
    }
    count_partial(reassembly);
    abandon(reassembly);
    return true;
}

static bool is_whole(const struct iptfs_block *block)
{
    return block->total > 0 && block->octets == block->total;
}

static void take_new_block(struct iptfs_reassembly *reassembly, int64_t now_ps, uint64_t seq,
                           const struct iptfs_block *block)
{
    switch (block->kind) {
    case IPTFS_BLOCK_PACKET:
        if (is_whole(block))
            deliver_whole(reassembly, now_ps, block);
        else
            start_partial(reassembly, now_ps, seq, block);
        break;
    case IPTFS_BLOCK_BAD_TYPE:
        iptfs_count(reassembly->counters, IPTFS_XFRM_IN_BUFFER_ERROR, 1);
        iptfs_count(reassembly->counters, IPTFS_YANG_OUTER_RX_ERRORED_PKTS, 1);
        break;
    case IPTFS_BLOCK_BAD_LENGTH:
        iptfs_count(reassembly->counters, IPTFS_XFRM_IN_HDR_ERROR, 1);
        iptfs_count(reassembly->counters, IPTFS_YANG_OUTER_RX_ERRORED_PKTS, 1);
        break;
    case IPTFS_BLOCK_PAD:
        count_extra_pad(reassembly, block);
        break;
    case IPTFS_BLOCK_CONTINUED:
        break;
    }
}

static void take_blocks(struct iptfs_reassembly *reassembly, int64_t now_ps,
                        const struct iptfs_outer *outer, struct iptfs_block_walk *walk,
                        uint32_t block_offset)
{
    struct iptfs_block block;
    while (iptfs_block_next(walk, &block)) {
        if (block.kind != IPTFS_BLOCK_CONTINUED)
            take_new_block(reassembly, now_ps, outer->seq, &block);
        else if (reassembly->partial != NULL)
            continue_partial(reassembly, now_ps, block_offset, &block);
        else {
            count_continued(reassembly, outer->seq, block_offset);
            skip(&block, IPTFS_DROP_INCOMPLETE);
        }
    }
}

/* The walk over a payload; false when it is octets without a valid AGGFRAG header. */
static bool walk_payload(struct iptfs_reassembly *reassembly, const struct iptfs_outer *outer,
                         struct iptfs_block_walk *walk, uint32_t *block_offset)
{
    struct iptfs_aggfrag header;
    *block_offset = outer->block_offset;
    if (outer->payload == NULL) {
        iptfs_blocks_of_slices(walk, outer);
        reassembly->payload_octets = walk->left + walk->pad;
        return true;
    }
    int octets = iptfs_aggfrag_decode(&header, outer->payload, outer->payload_octets);
    if (octets < 0)
        return false;
    *block_offset = header.block_offset;
    reassembly->payload_ecn = outer->ecn & IPTFS_ECN_MASK;
    iptfs_blocks_of_bytes(walk, outer->payload + octets, outer->payload_octets - (uint32_t)octets,
                          header.block_offset);
    reassembly->payload_octets = walk->left;
    return true;
}

/* Padding behind inner packets is counted where the walk meets it. */
static void count_all_pad(struct iptfs_reassembly *reassembly, const struct iptfs_block_walk *walk)
{
    reassembly->all_pad = iptfs_blocks_all_pad(walk);
    if (!reassembly->all_pad || reassembly->payload_octets == 0)
        return;
    iptfs_count(reassembly->counters, IPTFS_YANG_OUTER_RX_ALL_PAD_PKTS, 1);
    iptfs_count(reassembly->counters, IPTFS_YANG_OUTER_RX_ALL_PAD_OCTETS,
                reassembly->payload_octets);
}

/* Starts the walk over a payload that has just been received, and counts its errors. */
static bool open_payload(struct iptfs_reassembly *reassembly, const struct iptfs_outer *outer,
                         struct iptfs_block_walk *walk, uint32_t *block_offset)
{
    reassembly->arrived_ps = outer->arrived_ps;
    if (!walk_payload(reassembly, outer, walk, block_offset)) {
        iptfs_count(reassembly->counters, IPTFS_XFRM_IN_HDR_ERROR, 1);
        iptfs_count(reassembly->counters, IPTFS_YANG_OUTER_RX_ERRORED_PKTS, 1);
        return false;
    }
    count_all_pad(reassembly, walk);
    return true;
}

/* A payload that continues nothing: an incomplete packet ended before it, unless it is all padding
 * (2.2.3). */
static void follow_given_up(struct iptfs_reassembly *reassembly, uint64_t seq)
{
    if (seq <= reassembly->given_up.seq)
        return;
    if (reassembly->all_pad)
        reassembly->given_up.seq++;
    else
        reassembly->given_up.left = 0;
}

void iptfs_reassembly_input(struct iptfs_reassembly *reassembly, int64_t now_ps,
                            struct iptfs_outer *outer)
{
    struct iptfs_block_walk walk;
    uint32_t block_offset;
    if (!open_payload(reassembly, outer, &walk, &block_offset))
        return;
    reassembly->waited = reassembly->arrived_ps != now_ps;
    if (check_partial(reassembly, outer, &walk, block_offset)) {
        if (block_offset == 0)
            follow_given_up(reassembly, outer->seq);
        take_blocks(reassembly, now_ps, outer, &walk, block_offset);
    }
    if (outer->seq >= reassembly->next)
        reassembly->next = outer->seq + 1;
}

void iptfs_reassembly_expire(struct iptfs_reassembly *reassembly)
{
    if (reassembly->partial == NULL)
        return;
    count_partial(reassembly);
    discard_partial(reassembly, IPTFS_DROP_DROP_TIME);
}

static void begins(struct iptfs_payload_shape *shape, const struct iptfs_block *block)
{
    shape->begins = true;
    shape->left = block->total > 0 ? block->total - block->octets : IPTFS_INCOMPLETE_LEFT_UNKNOWN;
}

void iptfs_reassembly_wholes(struct iptfs_reassembly *reassembly, int64_t now_ps,
                             const struct iptfs_outer *outer, struct iptfs_payload_shape *shape)
{
    struct iptfs_block_walk walk;
    struct iptfs_block block;
    uint32_t block_offset;
    *shape = (struct iptfs_payload_shape){0};
    if (!open_payload(reassembly, outer, &walk, &block_offset))
        return;
    reassembly->waited = reassembly->arrived_ps != now_ps;
    shape->all_pad = iptfs_blocks_all_pad(&walk);
    shape->passes = walk.continued > 0 && block_offset > walk.left;
    shape->block_offset = block_offset;
    shape->payload_octets = reassembly->payload_octets;
    shape->left = iptfs_incomplete_left(block_offset, reassembly->payload_octets);
    while (iptfs_block_next(&walk, &block)) {
        if (block.kind == IPTFS_BLOCK_CONTINUED)
            shape->continued = true;
        else if (block.kind == IPTFS_BLOCK_PACKET && !is_whole(&block))
            begins(shape, &block);
        else
            take_new_block(reassembly, now_ps, outer->seq, &block);
    }
}

void iptfs_reassembly_begin(struct iptfs_reassembly *reassembly, int64_t now_ps,
                            const struct iptfs_outer *outer)
{
    struct iptfs_block_walk walk;
    struct iptfs_block block;
    uint32_t block_offset;
    reassembly->arrived_ps = outer->arrived_ps;
    if (!walk_payload(reassembly, outer, &walk, &block_offset))
        return;
    while (iptfs_block_next(&walk, &block))
        if (block.kind == IPTFS_BLOCK_PACKET && !is_whole(&block))
            start_partial(reassembly, now_ps, outer->seq, &block);
}

void iptfs_reassembly_continue(struct iptfs_reassembly *reassembly, int64_t now_ps,
                               const struct iptfs_outer *outer)
{
    struct iptfs_block_walk walk;
    struct iptfs_block block;
    uint32_t block_offset;
    reassembly->arrived_ps = outer->arrived_ps;
    if (!walk_payload(reassembly, outer, &walk, &block_offset) ||
        !iptfs_block_next(&walk, &block) || block.kind != IPTFS_BLOCK_CONTINUED)
        return;
    if (reassembly->partial != NULL)
        continue_partial(reassembly, now_ps, block_offset, &block);
    else
        skip(&block, IPTFS_DROP_INCOMPLETE);
}

void iptfs_reassembly_skip(const struct iptfs_outer *outer, enum iptfs_drop_cause cause)
{
    struct iptfs_block_walk walk;
    struct iptfs_block block;
    if (outer->payload != NULL)
        return; /* a packet made from octets does not exist before its first octets are taken */
    iptfs_blocks_of_slices(&walk, outer);
    if (iptfs_block_next(&walk, &block) && block.kind == IPTFS_BLOCK_CONTINUED)
        skip(&block, cause);
}

bool iptfs_reassembly_give_up(struct iptfs_reassembly *reassembly, enum iptfs_drop_cause cause)
{
    if (reassembly->partial == NULL)
        return false;
    if (cause == IPTFS_DROP_INCOMPLETE)
        abandon(reassembly);
    else
        discard_partial(reassembly, cause);
    return true;
}

void iptfs_reassembly_clear(struct iptfs_reassembly *reassembly)
{
    if (reassembly->partial == NULL)
        return;
    iptfs_inner_set_drop_cause(reassembly->partial, iptfs_store_release_cause(reassembly->store));
    end_partial(reassembly);
}
