/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Octets in wire format: big-endian numbers, the ECN field, sizes of IP headers. */
#ifndef IPTFS_BASE_OCTETS_H
#define IPTFS_BASE_OCTETS_H

#include <stdbool.h>
#include <stdint.h>

#define IPTFS_IPV4_HEADER_OCTETS 20u /* without options */
#define IPTFS_IPV6_HEADER_OCTETS 40u /* without extension headers */
#define IPTFS_UDP_HEADER_OCTETS 8u
#define IPTFS_IPV4_MTU_MIN_OCTETS 68u /* of each link (RFC 791, 3.2) */

/* The ECN field: the lowest two bits of IPv4's TOS and IPv6's traffic class (RFC 3168, 5). */
enum {
    IPTFS_ECN_NOT_ECT = 0,
    IPTFS_ECN_ECT1 = 1,
    IPTFS_ECN_ECT0 = 2,
    IPTFS_ECN_CE = 3,
    IPTFS_ECN_MASK = 3
};

/* True for ECT(0), ECT(1) and CE. */
static inline bool iptfs_ecn_capable(uint8_t tos)
{
    return (tos & IPTFS_ECN_MASK) != IPTFS_ECN_NOT_ECT;
}

/* True when a router has marked the packet: congestion experienced. */
static inline bool iptfs_ecn_is_ce(uint8_t tos)
{
    return (tos & IPTFS_ECN_MASK) == IPTFS_ECN_CE;
}

/* The IP header of a packet, without options and extension headers; ip_version is 4 or 6. */
static inline uint32_t iptfs_ip_header_octets(unsigned ip_version)
{
    return ip_version == 6 ? IPTFS_IPV6_HEADER_OCTETS : IPTFS_IPV4_HEADER_OCTETS;
}

/* Writes the lowest 16 bits of `value`. */
static inline void iptfs_put16(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static inline void iptfs_put32(uint8_t *bytes, uint32_t value)
{
    iptfs_put16(bytes, value >> 16);
    iptfs_put16(bytes + 2, value);
}

static inline uint32_t iptfs_get16(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 8 | bytes[1];
}

static inline uint32_t iptfs_get32(const uint8_t *bytes)
{
    return iptfs_get16(bytes) << 16 | iptfs_get16(bytes + 2);
}

#endif
