/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of ns-3's nodes that are too big for the path: who is told, and what TCP makes of it.
 *
 * ns-3's own TCP hears of "fragmentation needed" and does nothing; here it sends smaller segments
 * from then on, and again those that were too big, as Linux does. Functions that return int give 0
 * or a code of enum iptfs_ns3_error. */
#ifndef IPTFS_NS3_PMTU_H
#define IPTFS_NS3_PMTU_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* TCP on this ns3::Node follows the path MTU from now on, for sockets open now and opened later:
 * ICMP "fragmentation needed" (RFC 1191) and ICMPv6 "packet too big" (RFC 8201) make segments
 * smaller, options included, but no smaller than 48 octets, and what is not acknowledged yet is
 * sent again at once. Needs ns-3's IP and TCP on the node, else IPTFS_NS3_EINVAL; IPTFS_NS3_ENOMEM,
 * IPTFS_NS3_EENGINE. To be called once for a node. */
int iptfs_ns3_pmtu_follow(void *node);

/* The node could not forward this IP packet (a handle as in device.h, which stays the caller's),
 * since it was longer than `mtu_octets`: its sender is told so by ICMP at this instant, but after
 * the present event. Nobody is told of fragments that are not the first, nor of packets to many. */
void iptfs_ns3_pmtu_refuse(void *node, const void *handle, uint32_t mtu_octets);

/* The node itself sent the packet: its TCP, UDP or other protocol gets the error as if by ICMP
 * (ns-3's sockets tell it to their IcmpCallback), and TCP follows, at this instant, but after the
 * present event. */
void iptfs_ns3_pmtu_refuse_local(void *node, const void *handle, uint32_t mtu_octets);

#ifdef __cplusplus
}
#endif

#endif
