/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sender/packer.h"

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

static bool may_send(const struct iptfs_packer *packer, const struct iptfs_inner *inner)
{
    if (inner->octets <= packer->payload_octets)
        return true;
    return !packer->dont_fragment && (inner->ip_version == 4 || !packer->no_ipv6_fragments);
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
        if (may_send(packer, inner))
            return inner;
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
