/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packer of AGGFRAG payloads (RFC 9347, 2.2): aggregation, fragmentation, padding. */
#ifndef IPTFS_SENDER_PACKER_AGGFRAG_H
#define IPTFS_SENDER_PACKER_AGGFRAG_H

#include "sender/packer.h"

#include <stdint.h>

/* Octets of the IP, ESP and AGGFRAG headers before the inner octets; pkt-size must be larger. */
uint32_t iptfs_packer_head_octets(const struct iptfs_esp *esp);

/* Inner octets in one outer packet on demand, as Linux computes them: what the path MTU leaves
 * after headers and trailer, or, when pkt_size is not 0, pkt_size less only the headers if that is
 * smaller. 0 when nothing fits. */
uint32_t iptfs_packer_linux_payload(const struct iptfs_esp *esp, uint32_t pkt_size_octets,
                                    uint32_t mtu_octets);

/* The next outer packet with an AGGFRAG payload: the rest of the partial packet, then whole packets
 * while the next one fits; with fill_full also the start of one that does not. A packet longer than
 * the payload is always fragmented, from the start of an outer packet. NULL as in struct
 * iptfs_packer_ops. */
struct iptfs_outer *iptfs_packer_aggfrag(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                         int64_t now_ps);

/* A packet with only congestion information: an AGGFRAG payload of sub-type 1 without data blocks
 * (RFC 9347, 2.2.4). NULL when memory ran out. */
struct iptfs_outer *iptfs_packer_empty(struct iptfs_packer *packer, int64_t now_ps);

/* A probe of path MTU discovery: a packet of `ip_octets` octets, a size that ESP can have, that is
 * all padding behind congestion information. NULL when memory ran out. */
struct iptfs_outer *iptfs_packer_probe(struct iptfs_packer *packer, uint32_t ip_octets,
                                       int64_t now_ps);

#endif
