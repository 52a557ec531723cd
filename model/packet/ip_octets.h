/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The octets of IP packets. Simulated inner packets are sizes and times. Where octets are needed,
 * they are the packet's own, those of the program that offered it, or generated: valid headers and
 * a pattern that depends only on the packet. */
#ifndef IPTFS_PACKET_IP_OCTETS_H
#define IPTFS_PACKET_IP_OCTETS_H

#include "packet/packet.h"

#include <stdint.h>

/* Where the octets of inner packets without bytes come from. */
struct iptfs_octets {
    /* Writes `octets` of a packet that carries a handle, from `offset` on. False when it cannot.
     * NULL: the contents of handles are unknown, and such packets get generated octets too. */
    bool (*copy)(void *ctx, const struct iptfs_inner *inner, uint32_t offset, uint32_t octets,
                 uint8_t *bytes);
    void *ctx;
};

/* Writes `octets` of a packet, from `offset` on, with the ECN mark of `tos` in it, where the
 * packet is ECN-capable, and IPv4's header checksum to match. `source` NULL: packets without bytes
 * are IPTFS_E_INVALID. So is a packet too short for its IP header, and one whose octets `source`
 * does not have.
 *
 * Generated packets go from 10.0.0.0/16 to 10.1.0.0/16, or 2001:db8:a::/64 to 2001:db8:b::/64, with
 * their flow in the last 16 bits; they are UDP from port 49152 to 9 (discard) with right checksums,
 * their identification or flow label is the packet's id, and each octet of their payload is its
 * place in the packet. Too short for UDP: IPv4 of protocol 253 (experiments, RFC 3692), or IPv6
 * with no next header (59). */
int iptfs_inner_copy(const struct iptfs_octets *source, const struct iptfs_inner *inner,
                     uint8_t tos, uint32_t offset, uint32_t octets, uint8_t *bytes);

/* An inner packet of `octets` octets with a buffer of its own, empty except for the version in the
 * first of `bytes`. NULL when memory ran out. */
struct iptfs_inner *iptfs_inner_of_bytes(struct iptfs_store *store, int64_t now_ps,
                                         const uint8_t *bytes, uint32_t octets);

/* Fills in the fields of the header of a packet with bytes: TOS or traffic class, identification or
 * flow label. */
void iptfs_inner_read_header(struct iptfs_inner *inner);

/* The Internet checksum (RFC 1071): the sum of 16-bit words, the last octet padded with a zero, to
 * be continued; and its complement, folded. */
uint32_t iptfs_checksum_add(uint32_t sum, const uint8_t *bytes, uint32_t octets);
uint16_t iptfs_checksum_end(uint32_t sum);

/* Writes the checksum of an IPv4 header of `octets` octets into it. */
void iptfs_ipv4_seal(uint8_t *header, uint32_t octets);

#endif
