/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Link types: where the IP header of a frame is, behind link headers, VLAN tags, MPLS labels, PPPoE
 * and PPP. One row of a table for each link type. */
#ifndef IPTFS_CAPTURE_LINK_TYPE_H
#define IPTFS_CAPTURE_LINK_TYPE_H

#include "capture/skip.h"

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

struct iptfs_link_type;

/* The link types that can be read, for messages. */
#define IPTFS_LINK_TYPES_ALLOWED                                                                   \
    "Ethernet, raw IP, PPP, Linux cooked (SLL, SLL2), loopback (NULL, LOOP), ENC, "                \
    "Cisco HDLC, ATM (RFC 1483), NFLOG"

/* The row of a link type as libpcap numbers it (DLT_...); NULL: it cannot be read. */
const struct iptfs_link_type *iptfs_link_type_of(int dlt);

/* A handle of libpcap for a link type as files number it (LINKTYPE_...), which differs from DLT_...
 * for some; for filters. NULL when memory ran out. The caller closes it with pcap_close. */
pcap_t *iptfs_link_type_handle(uint32_t linktype);

/* The name of a link type of a file: "IEEE802_11", or its number when libpcap knows none. */
struct iptfs_link_type_text {
    char text[48];
};
struct iptfs_link_type_text iptfs_link_type_name(uint32_t linktype);

/* What is in a frame. */
struct iptfs_link_found {
    enum iptfs_skip skip; /* IPTFS_SKIP_NONE: there is IP at ip_at */
    uint32_t detail;      /* of `skip` */
    uint32_t ip_at;       /* at most the octets of the frame */
};

/* Looks for the IP header in a frame, of which `octets` are at `bytes`; these may be any. The
 * header itself is not looked at. */
struct iptfs_link_found iptfs_link_type_find_ip(const struct iptfs_link_type *type,
                                                const uint8_t *bytes, uint32_t octets);

#endif
