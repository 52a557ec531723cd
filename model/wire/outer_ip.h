/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds ESP in a received IP packet: behind IPv4 options and IPv6 extension headers, and in UDP
 * (RFC 3948). */
#ifndef IPTFS_WIRE_OUTER_IP_H
#define IPTFS_WIRE_OUTER_IP_H

#include "wire/outer_codec.h"

#include <stdint.h>

/* Where ESP starts and ends in the packet, and fields of the headers before it. */
struct iptfs_outer_ip {
    uint32_t esp_at;
    uint32_t end;
    uint8_t ecn;
    uint8_t protocol; /* the number that announces what follows IP and its extension headers */
};

/* Looks at a packet of which `octets` are at `bytes`; these may be any octets. GOOD: ESP is within
 * them, perhaps empty. NOT_IP, NOT_ESP, IKE, KEEPALIVE, CUT, FRAGMENT or SHORT otherwise. */
enum iptfs_outer_codec_verdict iptfs_outer_ip_read(struct iptfs_outer_ip *ip, const uint8_t *bytes,
                                                   uint32_t octets);

#endif
