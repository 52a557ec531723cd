/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP fragmentation of inner packets before they enter the tunnel (RFC 791, 3.2; RFC 9347, 2.2.6).
 *
 * A fragment is an inner packet of its own: it is queued, sent, received and counted as one. It
 * shares the octets of the packet that it was cut from, and holds a reference to it. The ledger
 * counts that packet only: it is delivered when all its fragments are, as the destination would
 * reassemble it, and it is dropped for the first cause for which a fragment was. */
#ifndef IPTFS_PACKET_IP_FRAGMENT_H
#define IPTFS_PACKET_IP_FRAGMENT_H

#include "packet/packet.h"

#include <stdbool.h>
#include <stdint.h>

/* All fragments but the last carry a multiple of this (RFC 791, 3.1). */
#define IPTFS_IP_FRAGMENT_UNIT 8u

/* Octets of the packet's IP header; of IPv4 with its options, where the packet has octets. */
uint32_t iptfs_ip_fragment_header_octets(const struct iptfs_inner *inner);

/* Whether routers may fragment the packet: IPv4 without DF (RFC 791, 3.1; RFC 8200, 4.5). */
static inline bool iptfs_ip_fragment_allowed(uint8_t ip_version, bool df)
{
    return ip_version == 4 && !df;
}

/* Cuts a packet into fragments of at most `most` octets each. A fragment is cut again into
 * fragments of the same packet. Takes over the caller's reference. Returns the first fragment; the
 * others follow by `next`, and *last is the last. NULL, and nothing has changed, when memory ran
 * out or `most` does not hold the header and IPTFS_IP_FRAGMENT_UNIT octets. */
struct iptfs_inner *iptfs_ip_fragment_cut(struct iptfs_store *store, struct iptfs_inner *inner,
                                          uint32_t most, struct iptfs_inner **last);

/* The fragment has been delivered, for the first time: the packet that it was cut from, when that
 * is complete now (marked CE when one of its fragments is, RFC 3168, 5.3, and counted as
 * delivered), else NULL. */
struct iptfs_inner *iptfs_ip_fragment_delivered(struct iptfs_store *store,
                                                const struct iptfs_inner *fragment);

/* Changes an IPv4 header, a copy of the packet's own, to that of a fragment of `octets` octets in
 * all, whose payload starts `from` octets after the packet's header: length, offset, MF (when
 * `more`), options and checksum. Fields of a packet that is a fragment itself are continued. */
void iptfs_ip_fragment_write_header(uint8_t *header, uint32_t octets, uint32_t from, bool more);

#endif
