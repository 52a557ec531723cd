/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sender/packer_aggfrag.h"

#include "packet/aggfrag.h"

uint32_t iptfs_packer_head_octets(const struct iptfs_esp *esp)
{
    return iptfs_esp_head_octets(esp) + IPTFS_AGGFRAG_OCTETS;
}

uint32_t iptfs_packer_linux_payload(const struct iptfs_esp *esp, uint32_t pkt_size_octets,
                                    uint32_t mtu_octets)
{
    uint32_t most = iptfs_esp_payload_max(esp, mtu_octets);
    if (most <= IPTFS_AGGFRAG_OCTETS)
        return 0;
    most -= IPTFS_AGGFRAG_OCTETS;
    if (pkt_size_octets == 0)
        return most;
    uint32_t head = iptfs_packer_head_octets(esp);
    if (pkt_size_octets <= head)
        return 0;
    return pkt_size_octets - head < most ? pkt_size_octets - head : most;
}

static uint32_t linux_payload(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                              uint32_t mtu_octets)
{
    return iptfs_packer_linux_payload(packer->esp, pkt_size_octets, mtu_octets);
}

static uint32_t fixed_payload(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                              uint32_t mtu_octets)
{
    uint32_t payload = iptfs_esp_fixed_payload(packer->esp, pkt_size_octets, mtu_octets);
    uint32_t header = (uint32_t)iptfs_aggfrag_octets(packer->sub_type);
    return payload > header ? payload - header : 0;
}

static void count_padding(struct iptfs_packer *packer, const struct iptfs_outer *outer)
{
    if (outer->data_octets == 0) {
        iptfs_count(packer->counters, IPTFS_YANG_OUTER_TX_ALL_PAD_PKTS, 1);
        iptfs_count(packer->counters, IPTFS_YANG_OUTER_TX_ALL_PAD_OCTETS, outer->pad_octets);
    } else {
        iptfs_count(packer->counters, IPTFS_YANG_OUTER_TX_EXTRA_PAD_PKTS, 1);
        iptfs_count(packer->counters, IPTFS_YANG_OUTER_TX_EXTRA_PAD_OCTETS, outer->pad_octets);
    }
}

/* Sets the size of a packet with `free_octets` unused, which are padding in packets of fixed size.
 */
static void close_outer(struct iptfs_packer *packer, struct iptfs_outer *outer,
                        uint32_t free_octets)
{
    IPTFS_ASSERT(outer->data_octets + free_octets == packer->payload_octets);
    if (packer->dummies)
        outer->pad_octets = free_octets;
    uint32_t payload =
        (uint32_t)iptfs_aggfrag_octets(packer->sub_type) + outer->data_octets + outer->pad_octets;
    outer->ip_octets = iptfs_esp_outer_octets(packer->esp, payload);
    if (outer->pad_octets > 0)
        count_padding(packer, outer);
}

/* Adds what is left of `inner`, or as much as fits; returns how many octets stay free. The caller's
 * reference is dropped, or stays with `partial` when fragments are left. BlockOffset (RFC 9347,
 * 6.1.1) is the number of octets left when the packet continues one that was started before. */
static uint32_t add_first(struct iptfs_packer *packer, struct iptfs_outer *outer,
                          struct iptfs_inner *inner, uint32_t free_octets, int64_t now_ps)
{
    uint32_t sent = packer->partial_octets;
    uint32_t left = inner->octets - sent;
    IPTFS_ASSERT(sent < inner->octets);
    if (sent > 0)
        outer->block_offset = left;
    if (left > free_octets) {
        iptfs_outer_add(outer, inner, sent, free_octets);
        packer->partial = inner;
        packer->partial_octets = sent + free_octets;
        iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_FIRST_FRAGMENTING, inner, outer->seq,
                          outer->block_offset);
        return 0;
    }
    if (sent > 0)
        iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_FIRST_FINAL_FRAGMENT, inner,
                          outer->seq, outer->block_offset);
    iptfs_outer_add(outer, inner, sent, left);
    packer->partial = NULL;
    packer->partial_octets = 0;
    iptfs_packer_sent(packer, inner);
    return free_octets - left;
}

static uint32_t add_whole_packets(struct iptfs_packer *packer, struct iptfs_outer *outer,
                                  struct iptfs_queue *queue, uint32_t free_octets, int64_t now_ps)
{
    while (queue->head != NULL) {
        iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_NTH_PEEK, queue->head, outer->seq,
                          free_octets);
        if (queue->head->octets > free_octets)
            break;
        struct iptfs_inner *inner = iptfs_queue_pop(queue);
        free_octets -= inner->octets;
        iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_NTH_ADD, inner, outer->seq,
                          free_octets);
        iptfs_outer_add(outer, inner, 0, inner->octets);
        iptfs_packer_sent(packer, inner);
    }
    return free_octets;
}

/* The next packet does not fit whole: whether to start it in the octets that are free. */
static bool may_start(const struct iptfs_packer *packer, const struct iptfs_queue *queue,
                      uint32_t free_octets)
{
    if (!packer->fill_full || packer->dont_fragment || packer->finishing || queue->head == NULL ||
        free_octets == 0)
        return false;
    if (packer->pad_to_avoid_fragment && queue->head->octets <= packer->payload_octets)
        return false;
    return free_octets >= packer->min_fragment_octets;
}

static bool all_pad_due(const struct iptfs_packer *packer)
{
    return packer->all_pad_every > 0 && (packer->seq + 1) % packer->all_pad_every == 0;
}

static struct iptfs_outer *all_pad(struct iptfs_packer *packer, int64_t now_ps)
{
    struct iptfs_outer *outer = iptfs_packer_new_outer(packer, now_ps);
    if (outer != NULL)
        close_outer(packer, outer, packer->payload_octets);
    return outer;
}

struct iptfs_outer *iptfs_packer_aggfrag(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                         int64_t now_ps)
{
    if (packer->dummies && all_pad_due(packer))
        return all_pad(packer, now_ps);
    struct iptfs_inner *first = iptfs_packer_first(packer, queue, now_ps);
    if (first == NULL)
        return packer->dummies ? all_pad(packer, now_ps) : NULL;
    struct iptfs_outer *outer = iptfs_packer_new_outer(packer, now_ps);
    if (outer == NULL) {
        packer->partial = first;
        return NULL;
    }
    uint32_t free_octets = add_first(packer, outer, first, packer->payload_octets, now_ps);
    if (packer->partial == NULL)
        free_octets = add_whole_packets(packer, outer, queue, free_octets, now_ps);
    if (may_start(packer, queue, free_octets))
        free_octets = add_first(packer, outer, iptfs_queue_pop(queue), free_octets, now_ps);
    close_outer(packer, outer, free_octets);
    return outer;
}

const struct iptfs_packer_ops iptfs_packer_linux = {linux_payload, iptfs_packer_aggfrag};
const struct iptfs_packer_ops iptfs_packer_fixed = {fixed_payload, iptfs_packer_aggfrag};

struct iptfs_outer *iptfs_packer_empty(struct iptfs_packer *packer, int64_t now_ps)
{
    struct iptfs_outer *outer = iptfs_packer_new_outer(packer, now_ps);
    if (outer == NULL)
        return NULL;
    outer->sub_type = 1;
    outer->ip_octets = iptfs_esp_outer_octets(packer->esp, IPTFS_AGGFRAG_CC_OCTETS);
    return outer;
}

struct iptfs_outer *iptfs_packer_probe(struct iptfs_packer *packer, uint32_t ip_octets,
                                       int64_t now_ps)
{
    struct iptfs_outer *outer = iptfs_packer_empty(packer, now_ps);
    if (outer == NULL)
        return NULL;
    outer->pad_octets = iptfs_esp_payload_max(packer->esp, ip_octets) - IPTFS_AGGFRAG_CC_OCTETS;
    outer->ip_octets = ip_octets;
    count_padding(packer, outer);
    return outer;
}
