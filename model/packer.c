/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packer.h"

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

static struct iptfs_outer *open_outer(struct iptfs_packer *packer, int64_t now_ps)
{
    struct iptfs_outer *outer = iptfs_outer_new(packer->store);
    if (outer == NULL)
        return NULL;
    outer->seq = ++packer->seq;
    outer->sent_ps = now_ps;
    return outer;
}

static void close_outer(const struct iptfs_packer *packer, struct iptfs_outer *outer)
{
    uint32_t payload = IPTFS_AGGFRAG_OCTETS + outer->data_octets + outer->pad_octets;
    outer->ip_octets = iptfs_esp_outer_octets(packer->esp, payload);
}

/* The MTU shrank while the packet waited, and it may not be fragmented. */
static void drop_too_big(struct iptfs_packer *packer, struct iptfs_inner *inner, int64_t now_ps)
{
    iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_FIRST_TOOBIG, inner, 0,
                      packer->space_octets);
    iptfs_count(packer->counters, IPTFS_XFRM_OUT_ERROR, 1);
    iptfs_count(packer->counters, IPTFS_YANG_TX_DROP_PKTS, 1);
    iptfs_inner_blame(inner, IPTFS_FATE_MTU_SHRUNK);
    iptfs_inner_unref(packer->store, inner);
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
                          packer->space_octets);
        if (!packer->dont_fragment || inner->octets <= packer->space_octets)
            return inner;
        drop_too_big(packer, inner, now_ps);
    }
    return NULL;
}

static void count_sent(struct iptfs_packer *packer, const struct iptfs_inner *inner)
{
    iptfs_count(packer->counters, IPTFS_YANG_INNER_TX_PKTS, 1);
    iptfs_count(packer->counters, IPTFS_YANG_INNER_TX_OCTETS, inner->octets);
}

/* Adds what is left of `inner`, or as much as fits; returns how much space remains. The packet's
 * reference passes to the outer packet, or stays with `begun` while fragments are to come. */
static uint32_t add_first(struct iptfs_packer *packer, struct iptfs_outer *outer,
                          struct iptfs_inner *inner, int64_t now_ps)
{
    uint32_t gone = packer->begun_octets;
    uint32_t left = inner->octets - gone;
    outer->block_offset = gone > 0 ? left : 0;
    if (left > packer->space_octets) {
        iptfs_outer_add(outer, inner, gone, packer->space_octets);
        packer->begun = inner;
        packer->begun_octets = gone + packer->space_octets;
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
    count_sent(packer, inner);
    iptfs_inner_unref(packer->store, inner);
    return packer->space_octets - left;
}

static void add_whole_packets(struct iptfs_packer *packer, struct iptfs_outer *outer,
                              struct iptfs_queue *queue, uint32_t room, int64_t now_ps)
{
    while (queue->head != NULL) {
        iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_NTH_PEEK, queue->head, outer->seq,
                          room);
        if (queue->head->octets > room)
            return;
        struct iptfs_inner *inner = iptfs_queue_pop(queue);
        room -= inner->octets;
        iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_NTH_ADD, inner, outer->seq, room);
        iptfs_outer_add(outer, inner, 0, inner->octets);
        count_sent(packer, inner);
        iptfs_inner_unref(packer->store, inner);
    }
}

struct iptfs_outer *iptfs_packer_on_demand(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                           int64_t now_ps)
{
    struct iptfs_inner *first = take_first(packer, queue, now_ps);
    if (first == NULL)
        return NULL;
    struct iptfs_outer *outer = open_outer(packer, now_ps);
    if (outer == NULL) {
        packer->begun = first;
        return NULL;
    }
    uint32_t room = add_first(packer, outer, first, now_ps);
    if (packer->begun == NULL)
        add_whole_packets(packer, outer, queue, room, now_ps);
    close_outer(packer, outer);
    return outer;
}

void iptfs_packer_clear(struct iptfs_packer *packer)
{
    if (packer->begun != NULL)
        iptfs_inner_unref(packer->store, packer->begun);
    packer->begun = NULL;
    packer->begun_octets = 0;
}
