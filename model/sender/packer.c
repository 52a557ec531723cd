/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sender/packer.h"

#include "base/octets.h"

enum {
    IP_FRAGMENT_UNIT = 8
};

uint32_t iptfs_packer_head_octets(const struct iptfs_esp *esp)
{
    return iptfs_esp_head_octets(esp) + IPTFS_AGGFRAG_OCTETS;
}

uint32_t iptfs_packer_space(const struct iptfs_esp *esp, uint32_t pkt_size_octets,
                            uint32_t mtu_octets)
{
    uint32_t payload = iptfs_esp_payload_max(esp, mtu_octets);
    if (payload <= IPTFS_AGGFRAG_OCTETS)
        return 0;
    uint32_t space = payload - IPTFS_AGGFRAG_OCTETS;
    if (pkt_size_octets == 0)
        return space;
    uint32_t head = iptfs_packer_head_octets(esp);
    if (pkt_size_octets <= head)
        return 0;
    return pkt_size_octets - head < space ? pkt_size_octets - head : space;
}

uint32_t iptfs_packer_exact_payload(const struct iptfs_esp *esp, uint32_t pkt_size_octets)
{
    uint32_t payload = iptfs_esp_payload_max(esp, pkt_size_octets);
    return iptfs_esp_outer_octets(esp, payload) == pkt_size_octets ? payload : 0;
}

static uint32_t linux_space(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                            uint32_t mtu_octets)
{
    return iptfs_packer_space(packer->esp, pkt_size_octets, mtu_octets);
}

static uint32_t fixed_payload(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                              uint32_t mtu_octets)
{
    if (pkt_size_octets == 0)
        return iptfs_esp_payload_max(packer->esp, mtu_octets);
    return iptfs_packer_exact_payload(packer->esp, pkt_size_octets);
}

static uint32_t fixed_space(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                            uint32_t mtu_octets)
{
    uint32_t payload = fixed_payload(packer, pkt_size_octets, mtu_octets);
    uint32_t header = (uint32_t)iptfs_aggfrag_octets(packer->sub_type);
    return payload > header ? payload - header : 0;
}

static struct iptfs_outer *open_outer(struct iptfs_packer *packer, int64_t now_ps)
{
    struct iptfs_outer *outer = iptfs_outer_new(packer->store);
    if (outer == NULL)
        return NULL;
    outer->sa = packer->sa;
    outer->seq = ++packer->seq;
    outer->number = ++packer->number;
    outer->sent_ps = now_ps;
    outer->sub_type = packer->sub_type;
    return outer;
}

static void count_padding(struct iptfs_packer *packer, const struct iptfs_outer *outer)
{
    if (outer->data_octets == 0) {
        iptfs_count(packer->counters, IPTFS_YANG_OUTER_TX_ALL_PAD_PKTS, 1);
        iptfs_count(packer->counters, IPTFS_YANG_OUTER_TX_ALL_PAD_OCTETS, outer->ip_octets);
    } else {
        iptfs_count(packer->counters, IPTFS_YANG_OUTER_TX_EXTRA_PAD_PKTS, 1);
        iptfs_count(packer->counters, IPTFS_YANG_OUTER_TX_EXTRA_PAD_OCTETS, outer->pad_octets);
    }
}

/* Pads a packet of which `room` octets are left, where packets have a fixed size. */
static void close_outer(struct iptfs_packer *packer, struct iptfs_outer *outer, uint32_t room)
{
    if (packer->dummies)
        outer->pad_octets = room;
    uint32_t payload =
        (uint32_t)iptfs_aggfrag_octets(packer->sub_type) + outer->data_octets + outer->pad_octets;
    outer->ip_octets = iptfs_esp_outer_octets(packer->esp, payload);
    if (outer->pad_octets > 0)
        count_padding(packer, outer);
}

/* The MTU shrank while the packet waited, and it may not be fragmented. */
static void drop_too_big(struct iptfs_packer *packer, struct iptfs_inner *inner, int64_t now_ps)
{
    iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_FIRST_TOOBIG, inner, 0,
                      packer->payload_octets);
    iptfs_count(packer->counters, IPTFS_XFRM_OUT_ERROR, 1);
    iptfs_count(packer->counters, IPTFS_YANG_TX_DROP_PKTS, 1);
    iptfs_inner_set_drop_cause(inner, IPTFS_DROP_MTU_SHRUNK);
    iptfs_inner_unref(packer->store, inner);
}

static bool may_send(const struct iptfs_packer *packer, const struct iptfs_inner *inner)
{
    if (inner->octets <= packer->payload_octets)
        return true;
    return !packer->dont_fragment && (inner->ip_version == 4 || !packer->cuts_ipv4_alone);
}

/* The packet that opens the next outer packet: the one begun, or the first in the queue. */
static struct iptfs_inner *take_first(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                      int64_t now_ps)
{
    if (packer->begun != NULL)
        return packer->begun;
    struct iptfs_inner *inner;
    while ((inner = iptfs_queue_pop(queue)) != NULL) {
        iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_FIRST_DEQUEUE, inner, 0,
                          packer->payload_octets);
        if (may_send(packer, inner))
            return inner;
        drop_too_big(packer, inner, now_ps);
    }
    return NULL;
}

/* The last octets of a packet are in `outer`: the queue's reference goes. */
static void end_inner(struct iptfs_packer *packer, struct iptfs_inner *inner)
{
    iptfs_count(packer->counters, IPTFS_YANG_INNER_TX_PKTS, 1);
    iptfs_count(packer->counters, IPTFS_YANG_INNER_TX_OCTETS, inner->octets);
    iptfs_inner_unref(packer->store, inner);
}

/* Adds what is left of `inner`, or as much as fits; returns how much room remains. The packet's
 * reference passes to the outer packet, or stays with `begun` while fragments are to come. */
static uint32_t add_first(struct iptfs_packer *packer, struct iptfs_outer *outer,
                          struct iptfs_inner *inner, uint32_t room, int64_t now_ps)
{
    uint32_t gone = packer->begun_octets;
    uint32_t left = inner->octets - gone;
    if (gone > 0)
        outer->block_offset = left;
    if (left > room) {
        iptfs_outer_add(outer, inner, gone, room);
        packer->begun = inner;
        packer->begun_octets = gone + room;
        iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_FIRST_FRAGMENTING, inner, outer->seq,
                          outer->block_offset);
        return 0;
    }
    if (gone > 0)
        iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_FIRST_FINAL_FRAGMENT, inner,
                          outer->seq, outer->block_offset);
    iptfs_outer_add(outer, inner, gone, left);
    packer->begun = NULL;
    packer->begun_octets = 0;
    end_inner(packer, inner);
    return room - left;
}

static uint32_t add_whole_packets(struct iptfs_packer *packer, struct iptfs_outer *outer,
                                  struct iptfs_queue *queue, uint32_t room, int64_t now_ps)
{
    while (queue->head != NULL) {
        iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_NTH_PEEK, queue->head, outer->seq,
                          room);
        if (queue->head->octets > room)
            break;
        struct iptfs_inner *inner = iptfs_queue_pop(queue);
        room -= inner->octets;
        iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_NTH_ADD, inner, outer->seq, room);
        iptfs_outer_add(outer, inner, 0, inner->octets);
        end_inner(packer, inner);
    }
    return room;
}

/* The next packet does not fit whole: whether to begin it in the room that is left. */
static bool may_begin(const struct iptfs_packer *packer, const struct iptfs_queue *queue,
                      uint32_t room)
{
    if (!packer->fill_full || packer->dont_fragment || packer->finishing || queue->head == NULL ||
        room == 0)
        return false;
    if (packer->pad_to_avoid_fragment && queue->head->octets <= packer->payload_octets)
        return false;
    return room >= packer->min_fragment_octets;
}

/* A packet of padding alone is due, though there may be data. */
static bool all_pad_due(const struct iptfs_packer *packer)
{
    return packer->all_pad_every > 0 && (packer->seq + 1) % packer->all_pad_every == 0;
}

static struct iptfs_outer *all_pad(struct iptfs_packer *packer, int64_t now_ps)
{
    struct iptfs_outer *outer = open_outer(packer, now_ps);
    if (outer != NULL)
        close_outer(packer, outer, packer->payload_octets);
    return outer;
}

struct iptfs_outer *iptfs_packer_aggfrag(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                         int64_t now_ps)
{
    if (packer->dummies && all_pad_due(packer))
        return all_pad(packer, now_ps);
    struct iptfs_inner *first = take_first(packer, queue, now_ps);
    if (first == NULL)
        return packer->dummies ? all_pad(packer, now_ps) : NULL;
    struct iptfs_outer *outer = open_outer(packer, now_ps);
    if (outer == NULL) {
        packer->begun = first;
        return NULL;
    }
    uint32_t room = add_first(packer, outer, first, packer->payload_octets, now_ps);
    if (packer->begun == NULL)
        room = add_whole_packets(packer, outer, queue, room, now_ps);
    if (may_begin(packer, queue, room))
        room = add_first(packer, outer, iptfs_queue_pop(queue), room, now_ps);
    close_outer(packer, outer, room);
    return outer;
}

const struct iptfs_packer_ops iptfs_packer_linux = {linux_space, iptfs_packer_aggfrag};
const struct iptfs_packer_ops iptfs_packer_fixed = {fixed_space, iptfs_packer_aggfrag};

/* Octets of the packet that go into the next IP fragment, when `most` fit into an outer packet.
 * What is cut is the packet's payload, in units of 8 but for the last piece; without headers of
 * their own (as RFC 9347's Appendix C counts) fragments are simply pieces. */
static uint32_t fragment_octets(const struct iptfs_packer *packer, const struct iptfs_inner *inner,
                                uint32_t gone, uint32_t most)
{
    uint32_t left = inner->octets - gone;
    uint32_t header =
        gone > 0 && packer->ip_fragment_headers ? iptfs_ip_header_octets(inner->ip_version) : 0;
    if (left + header <= most)
        return left;
    if (!packer->ip_fragment_headers)
        return most;
    uint32_t in_header = gone > 0 ? 0 : iptfs_ip_header_octets(inner->ip_version);
    uint32_t room = most - header - in_header;
    return in_header + room / IP_FRAGMENT_UNIT * IP_FRAGMENT_UNIT;
}

/* One inner packet, or the next IP fragment of it, in an outer packet of `whole`(payload) octets.
 */
static struct iptfs_outer *next_plain(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                      int64_t now_ps,
                                      void (*size)(const struct iptfs_packer *packer,
                                                   struct iptfs_outer *outer, uint32_t octets))
{
    struct iptfs_inner *inner = take_first(packer, queue, now_ps);
    if (inner == NULL && !packer->dummies)
        return NULL;
    struct iptfs_outer *outer = open_outer(packer, now_ps);
    if (outer == NULL || inner == NULL) {
        packer->begun = inner;
        if (outer != NULL)
            size(packer, outer, 0);
        return outer;
    }
    uint32_t gone = packer->begun_octets;
    uint32_t octets = fragment_octets(packer, inner, gone, packer->payload_octets);
    uint32_t header =
        gone > 0 && packer->ip_fragment_headers ? iptfs_ip_header_octets(inner->ip_version) : 0;
    iptfs_outer_add(outer, inner, gone, octets);
    size(packer, outer, octets + header);
    bool ended = gone + octets == inner->octets;
    packer->begun = ended ? NULL : inner;
    packer->begun_octets = ended ? 0 : gone + octets;
    if (ended)
        end_inner(packer, inner);
    return outer;
}

static uint32_t none_space(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                           uint32_t mtu_octets)
{
    (void)packer, (void)pkt_size_octets;
    return mtu_octets;
}

static void none_size(const struct iptfs_packer *packer, struct iptfs_outer *outer, uint32_t octets)
{
    (void)packer;
    outer->ip_octets = octets;
}

static struct iptfs_outer *none_next(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                     int64_t now_ps)
{
    return next_plain(packer, queue, now_ps, none_size);
}

static uint32_t esp_space(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                          uint32_t mtu_octets)
{
    (void)pkt_size_octets;
    return iptfs_esp_payload_max(packer->esp, mtu_octets);
}

/* Pads the payload up to tfc_pad_octets, as far as the path MTU allows. */
static void esp_size(const struct iptfs_packer *packer, struct iptfs_outer *outer, uint32_t octets)
{
    uint32_t pad_to = packer->tfc_pad_octets < packer->payload_octets ? packer->tfc_pad_octets
                                                                      : packer->payload_octets;
    if (octets < pad_to)
        outer->pad_octets = pad_to - octets;
    outer->ip_octets = iptfs_esp_outer_octets(packer->esp, octets + outer->pad_octets);
}

static struct iptfs_outer *esp_next(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                    int64_t now_ps)
{
    return next_plain(packer, queue, now_ps, esp_size);
}

/* In transport mode the packet's own IP header stays in front, and ESP carries what is behind it.
 */
static uint32_t transport_space(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                                uint32_t mtu_octets)
{
    (void)pkt_size_octets;
    uint32_t payload = iptfs_esp_payload_max(packer->esp, mtu_octets);
    return payload > 0 ? payload + packer->esp->ip_octets : 0;
}

static void transport_size(const struct iptfs_packer *packer, struct iptfs_outer *outer,
                           uint32_t octets)
{
    uint32_t header = packer->esp->ip_octets;
    outer->ip_octets = iptfs_esp_outer_octets(packer->esp, octets > header ? octets - header : 0);
}

static struct iptfs_outer *transport_next(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                          int64_t now_ps)
{
    return next_plain(packer, queue, now_ps, transport_size);
}

static void pad_size(const struct iptfs_packer *packer, struct iptfs_outer *outer, uint32_t octets)
{
    outer->pad_octets = packer->payload_octets - octets;
    outer->ip_octets = iptfs_esp_outer_octets(packer->esp, packer->payload_octets);
}

static struct iptfs_outer *pad_next(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                    int64_t now_ps)
{
    return next_plain(packer, queue, now_ps, pad_size);
}

const struct iptfs_packer_ops iptfs_packer_none = {none_space, none_next};
const struct iptfs_packer_ops iptfs_packer_esp = {esp_space, esp_next};
const struct iptfs_packer_ops iptfs_packer_esp_transport = {transport_space, transport_next};
const struct iptfs_packer_ops iptfs_packer_esp_pad = {fixed_payload, pad_next};

struct iptfs_outer *iptfs_packer_empty(struct iptfs_packer *packer, int64_t now_ps)
{
    struct iptfs_outer *outer = open_outer(packer, now_ps);
    if (outer == NULL)
        return NULL;
    outer->sub_type = 1;
    outer->ip_octets = iptfs_esp_outer_octets(packer->esp, IPTFS_AGGFRAG_CC_OCTETS);
    return outer;
}

void iptfs_packer_clear(struct iptfs_packer *packer)
{
    if (packer->begun != NULL) {
        iptfs_inner_set_drop_cause(packer->begun, iptfs_store_release_cause(packer->store));
        iptfs_inner_unref(packer->store, packer->begun);
    }
    packer->begun = NULL;
    packer->begun_octets = 0;
}
