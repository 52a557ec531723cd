/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IP headers of packets from outside: what they say of the packet, and whether it can be true.
 * The one rule for packets of captures, of AGGFRAG payloads and of plain ESP. */
#ifndef IPTFS_PACKET_IP_HEADER_H
#define IPTFS_PACKET_IP_HEADER_H

#include <stdbool.h>
#include <stdint.h>

/* Octets of an IP header up to the end of its length field, IPv4's and IPv6's. */
enum {
    IPTFS_IPV4_LENGTH_END = 4,
    IPTFS_IPV6_LENGTH_END = 6
};

/* Total octets of the inner packet whose first `octets` are at `bytes`: 0 when its length field is
 * not among them (fewer than 4 octets of IPv4, 6 of IPv6), IPTFS_E_INVALID for a version other than
 * 4 and 6, IPTFS_E_SHORT for an IPv4 header length below 20 octets (refused by Linux since 6.18.21)
 * and for a total length below the header length. */
int32_t iptfs_inner_total(const uint8_t *bytes, uint32_t octets);

/* Fields of an IP header. */
struct iptfs_ip_header {
    uint8_t version;
    uint8_t tos;
    uint32_t id;     /* IPv4 identification or IPv6 flow label */
    uint32_t octets; /* of the whole packet */
    bool df;         /* IPv4's Don't Fragment */
    bool offloaded;  /* the length field is 0: a segment captured before a device filled it in */
};

/* Reads TOS and id of a header of which the octets up to IPTFS_IPV6_LENGTH_END are there. */
void iptfs_ip_header_fields(struct iptfs_ip_header *header, const uint8_t *bytes);

/* Reads the header of a captured packet: `captured` octets of it are at `bytes`, and `wire_octets`
 * were on the wire, a link's padding included. False when fewer than 6 octets were captured, or the
 * header cannot be true: what iptfs_inner_total refuses, more octets than were on the wire, more
 * than an IP packet can have, an IPv6 jumbogram (RFC 2675). The length of an offloaded segment is
 * what was on the wire. */
bool iptfs_ip_header_read(struct iptfs_ip_header *header, const uint8_t *bytes, uint32_t captured,
                          uint32_t wire_octets);

/* Writes the length into the header of an offloaded segment, with IPv4's checksum. The whole header
 * must be there. */
void iptfs_ip_header_complete(const struct iptfs_ip_header *header, uint8_t *bytes);

#endif
