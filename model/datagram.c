/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datagram.h"

/* True when these octets make the packet whole. Fragments of a second copy do not count again. */
static bool complete(struct iptfs_inner *inner, const struct iptfs_outer *outer, uint32_t octets,
                     int64_t now_ps)
{
    if (octets == inner->octets)
        return true;
    if (outer->fate == IPTFS_FATE_DELIVERED)
        return false;
    if (inner->got == 0)
        inner->gathered_ps = now_ps;
    inner->got += octets;
    return inner->got == inner->octets;
}

void iptfs_datagram_input(struct iptfs_datagram *datagram, int64_t now_ps,
                          const struct iptfs_outer *outer)
{
    struct iptfs_slice_walk walk;
    struct iptfs_slice slice;
    iptfs_slices(outer, &walk);
    while (iptfs_slice_next(&walk, &slice)) {
        if (!complete(slice.inner, outer, slice.octets, now_ps))
            continue; /* the fragment that is lost, if one is, will be blamed */
        bool first = iptfs_inner_deliver(datagram->store, slice.inner);
        if (first && slice.inner->got > 0 && datagram->waits != NULL)
            iptfs_waits_add(datagram->waits, now_ps, slice.inner->gathered_ps, now_ps);
        iptfs_count(datagram->counters, IPTFS_YANG_INNER_RX_PKTS, 1);
        iptfs_count(datagram->counters, IPTFS_YANG_INNER_RX_OCTETS, slice.inner->octets);
        datagram->deliver(datagram->deliver_ctx, now_ps, slice.inner, !first);
    }
}
