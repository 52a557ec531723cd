/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "receiver/ip_reassembly.h"

#include "base/asserts.h"
#include "base/octets.h"
#include "packet/aggfrag.h"
#include "packet/ip_octets.h"

#include <string.h>

/* An inner packet, or an IP fragment of one, which leaves unchanged. TFC padding may follow it
 * (RFC 4303, 2.7). */
static void take_bytes(struct iptfs_ip_reassembly *reassembly, int64_t now_ps,
                       const struct iptfs_outer *outer)
{
    int32_t total = iptfs_inner_total(outer->payload, outer->payload_octets);
    if (total <= 0 || (uint32_t)total > outer->payload_octets) {
        iptfs_count(reassembly->counters, IPTFS_XFRM_IN_HDR_ERROR, 1);
        iptfs_count(reassembly->counters, IPTFS_YANG_RX_DROP_PKTS, 1);
        return;
    }
    struct iptfs_inner *inner =
        iptfs_inner_of_bytes(reassembly->store, now_ps, outer->payload, (uint32_t)total);
    if (inner == NULL)
        return;
    memcpy(inner->bytes, outer->payload, (uint32_t)total);
    iptfs_inner_read_header(inner);
    iptfs_inner_decap_ecn(reassembly->store, inner, outer->ecn, reassembly->ecn_decap);
    if (iptfs_inner_deliver(reassembly->store, inner) == IPTFS_DELIVERY_FIRST) {
        iptfs_count(reassembly->counters, IPTFS_YANG_INNER_RX_PKTS, 1);
        iptfs_count(reassembly->counters, IPTFS_YANG_INNER_RX_OCTETS, inner->octets);
        reassembly->deliver(reassembly->deliver_ctx, now_ps, inner, false);
    }
    iptfs_inner_unref(reassembly->store, inner);
}

/* Whether these octets complete the packet. Fragments of a second copy are not counted again. */
static bool complete(struct iptfs_inner *inner, const struct iptfs_outer *outer, uint32_t octets,
                     int64_t now_ps)
{
    if (octets == inner->octets)
        return true;
    if (outer->processed)
        return false;
    if (inner->got == 0)
        inner->gathered_ps = now_ps;
    inner->got += octets;
    IPTFS_ASSERT(inner->got <= inner->octets);
    return inner->got == inner->octets;
}

void iptfs_ip_reassembly_input(struct iptfs_ip_reassembly *reassembly, int64_t now_ps,
                               const struct iptfs_outer *outer)
{
    struct iptfs_slice_walk walk;
    struct iptfs_slice slice;
    if (outer->payload != NULL) {
        take_bytes(reassembly, now_ps, outer);
        return;
    }
    iptfs_slices(outer, &walk);
    while (iptfs_slice_next(&walk, &slice)) {
        if (!complete(slice.inner, outer, slice.octets, now_ps))
            continue; /* if a fragment is lost, that sets the packet's drop cause */
        enum iptfs_delivery delivery = iptfs_inner_deliver(reassembly->store, slice.inner);
        if (delivery == IPTFS_DELIVERY_REFUSED)
            continue;
        bool first = delivery == IPTFS_DELIVERY_FIRST;
        if (first && slice.inner->got > 0 && reassembly->waits != NULL)
            iptfs_waits_add(reassembly->waits, now_ps, slice.inner->gathered_ps, now_ps);
        iptfs_count(reassembly->counters, IPTFS_YANG_INNER_RX_PKTS, 1);
        iptfs_count(reassembly->counters, IPTFS_YANG_INNER_RX_OCTETS, slice.inner->octets);
        reassembly->deliver(reassembly->deliver_ctx, now_ps, slice.inner, !first);
    }
}
