/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sender/packer.h"

#include "packet/ip_fragment.h"

struct iptfs_outer *iptfs_packer_new_outer(struct iptfs_packer *packer, int64_t now_ps)
{
    struct iptfs_outer *outer = iptfs_outer_new(packer->store);
    if (outer == NULL)
        return NULL;
    outer->sa = packer->sa;
    outer->seq = ++packer->seq;
    outer->number = ++packer->number;
    outer->sent_ps = now_ps;
    outer->sub_type = packer->sub_type;
    IPTFS_ASSERT(outer->seq <= outer->number);
    return outer;
}

static void drop_too_big(struct iptfs_packer *packer, struct iptfs_inner *inner, int64_t now_ps)
{
    iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_FIRST_TOOBIG, inner, 0,
                      packer->payload_octets);
    iptfs_count(packer->counters, IPTFS_XFRM_OUT_ERROR, 1);
    iptfs_count(packer->counters, IPTFS_YANG_TX_DROP_PKTS, 1);
    iptfs_inner_set_drop_cause(inner, IPTFS_DROP_MTU_SHRUNK);
    iptfs_inner_unref(packer->store, inner);
}

bool iptfs_packer_cuts(const struct iptfs_packer *packer, uint8_t ip_version, bool df)
{
    bool allowed = iptfs_ip_fragment_allowed(ip_version, df);
    if (!packer->dont_fragment)
        return allowed || !packer->by_ip;
    return allowed && packer->ip_fragment &&
           packer->payload_octets >= IPTFS_IPV4_HEADER_OCTETS + IPTFS_IP_FRAGMENT_UNIT;
}

/* Replaces the packet by its IP fragments, at the head of the queue. */
static bool cut(struct iptfs_packer *packer, struct iptfs_queue *queue, struct iptfs_inner *inner)
{
    bool again = inner->is_fragment;
    struct iptfs_inner *last;
    struct iptfs_inner *first =
        iptfs_ip_fragment_cut(packer->store, inner, packer->payload_octets, &last);
    if (first == NULL)
        return false;
    uint64_t queued = queue->pkts;
    iptfs_queue_push_front(queue, first, last);
    packer->ip_cut_pkts += !again;
    packer->ip_fragments += queue->pkts - queued - again;
    return true;
}

struct iptfs_inner *iptfs_packer_first(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                       int64_t now_ps)
{
    if (packer->partial != NULL)
        return packer->partial;
    struct iptfs_inner *inner;
    while ((inner = iptfs_queue_pop(queue)) != NULL) {
        iptfs_trace_inner(packer->trace, now_ps, IPTFS_TRACE_FIRST_DEQUEUE, inner, 0,
                          packer->payload_octets);
        if (inner->octets <= packer->payload_octets)
            return inner;
        if (!iptfs_packer_cuts(packer, inner->ip_version, inner->df))
            drop_too_big(packer, inner, now_ps);
        else if (!packer->dont_fragment)
            return inner;
        else if (!cut(packer, queue, inner))
            drop_too_big(packer, inner, now_ps);
    }
    return NULL;
}

void iptfs_packer_sent(struct iptfs_packer *packer, struct iptfs_inner *inner)
{
    IPTFS_ASSERT(inner->refs > 1);
    iptfs_count(packer->counters, IPTFS_YANG_INNER_TX_PKTS, 1);
    iptfs_count(packer->counters, IPTFS_YANG_INNER_TX_OCTETS, inner->octets);
    iptfs_inner_unref(packer->store, inner);
}

void iptfs_packer_clear(struct iptfs_packer *packer)
{
    if (packer->partial != NULL) {
        iptfs_inner_set_drop_cause(packer->partial, iptfs_store_release_cause(packer->store));
        iptfs_inner_unref(packer->store, packer->partial);
    }
    packer->partial = NULL;
    packer->partial_octets = 0;
}
