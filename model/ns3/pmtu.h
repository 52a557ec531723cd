/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file
 * Packets of ns-3's nodes that are larger than the path MTU: the ICMP errors, and how TCP responds.
 *
 * ns-3's own TCP ignores "fragmentation needed". With this file it sends smaller segments from then
 * on, and sends again those that were too large, as Linux does. Functions that return int return 0
 * or a negative code of enum iptfs_ns3_error. */
#ifndef IPTFS_NS3_PMTU_H
#define IPTFS_NS3_PMTU_H

#include "ns3/error.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Makes TCP on a node follow the path MTU, for sockets open now and opened later.
 *
 * ICMP "fragmentation needed" (RFC 1191) and ICMPv6 "packet too big" (RFC 8201) make segments
 * smaller, down to 48 octets with options, and unacknowledged data is sent again at once. To be
 * called once for a node.
 *
 * @param node an ns3::Node with ns-3's IP and TCP
 * @return 0; IPTFS_NS3_EINVAL when it has none; IPTFS_NS3_ENOMEM; IPTFS_NS3_EENGINE */
int iptfs_ns3_pmtu_follow(void *node);

/** Sends an ICMP error to the source of a packet that the node could not forward.
 *
 * It is sent at this instant, but after the present event. None is sent for fragments other than
 * the first, or for packets to multicast and broadcast addresses.
 *
 * @param node an ns3::Node; NULL has no effect
 * @param handle the ns3::Packet with its IP header, which remains the caller's; NULL has no effect
 * @param mtu_octets the packet was longer than this */
void iptfs_ns3_pmtu_refuse(void *node, const void *handle, uint32_t mtu_octets);

/** Reports the same error for a packet that the node itself sent, without a packet on the network.
 *
 * The node's TCP, UDP or other protocol receives it as if by ICMP (ns-3's sockets pass it to their
 * IcmpCallback), at this instant, but after the present event.
 *
 * @param node an ns3::Node; NULL has no effect
 * @param handle the ns3::Packet with its IP header, which remains the caller's; NULL has no effect
 * @param mtu_octets the packet was longer than this */
void iptfs_ns3_pmtu_refuse_local(void *node, const void *handle, uint32_t mtu_octets);

#ifdef __cplusplus
}
#endif

#endif
