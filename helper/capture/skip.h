/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why packets of a capture are not used: one table of kinds for all commands that read captures. */
#ifndef IPTFS_CAPTURE_SKIP_H
#define IPTFS_CAPTURE_SKIP_H

#include <stddef.h>
#include <stdint.h>

enum iptfs_skip {
    IPTFS_SKIP_ARP,
    IPTFS_SKIP_LLC,
    IPTFS_SKIP_LLDP,
    IPTFS_SKIP_EAPOL,
    IPTFS_SKIP_MACSEC,
    IPTFS_SKIP_PPPOE_DISCOVERY,
    IPTFS_SKIP_PPP_CONTROL,
    IPTFS_SKIP_PPP,       /* detail: protocol */
    IPTFS_SKIP_MPLS,      /* MPLS without IP inside */
    IPTFS_SKIP_ETHERTYPE, /* detail: EtherType */
    IPTFS_SKIP_FAMILY,    /* detail: address family of a loopback header */
    IPTFS_SKIP_LINK_TYPE, /* detail: link type as in the file */
    IPTFS_SKIP_BAD_IP,
    IPTFS_SKIP_NO_HEADER, /* ends before the IP header, or within it */
    IPTFS_SKIP_CUT,
    IPTFS_SKIP_TOO_LONG,
    IPTFS_SKIP_FRAGMENT, /* this and those below: only decap */
    IPTFS_SKIP_ICMP,
    IPTFS_SKIP_TCP,
    IPTFS_SKIP_UDP,
    IPTFS_SKIP_ICMPV6,
    IPTFS_SKIP_IKE,
    IPTFS_SKIP_KEEPALIVE,
    IPTFS_SKIP_PROTOCOL, /* detail: IP protocol */
    IPTFS_SKIP_COUNT,
    IPTFS_SKIP_NONE = IPTFS_SKIP_COUNT
};

/* What kinds have in common; a group is a figure of encap and decap. */
enum iptfs_skip_group {
    IPTFS_SKIPPED_NOT_IP,
    IPTFS_SKIPPED_CUT,
    IPTFS_SKIPPED_TOO_LONG,
    IPTFS_SKIPPED_FRAGMENT,
    IPTFS_SKIPPED_NOT_ESP,
    IPTFS_SKIP_GROUPS
};

/* How many packets were skipped, by kind. All 0 at first. */
struct iptfs_skips {
    uint64_t pkts[IPTFS_SKIP_COUNT];
    uint32_t detail[IPTFS_SKIP_COUNT]; /* of the first packet of the kind */
};

/* Counts a packet. `detail` is 0 for kinds without one. */
void iptfs_skips_add(struct iptfs_skips *skips, enum iptfs_skip kind, uint32_t detail);

/* The kind of an IP packet that is not ESP, by its protocol number. */
enum iptfs_skip iptfs_skip_of_protocol(uint8_t protocol);

/* Packets of all kinds, or of one group. */
uint64_t iptfs_skips_total(const struct iptfs_skips *skips);
uint64_t iptfs_skips_of_group(const struct iptfs_skips *skips, enum iptfs_skip_group group);

/* The names in JSON; static storage. */
const char *iptfs_skip_name(enum iptfs_skip kind);
const char *iptfs_skip_group_name(enum iptfs_skip_group group);

/* A kind as text, "ARP" or "EtherType 0x88f7", with the detail of the first packet. */
struct iptfs_skip_text {
    char text[120];
};
struct iptfs_skip_text iptfs_skip_describe(const struct iptfs_skips *skips, enum iptfs_skip kind);

/* All kinds that occurred, as ": 3 ARP, 2 TCP"; "" when there is none. Cut where `size` ends. */
void iptfs_skips_list(const struct iptfs_skips *skips, char *text, size_t size);

#endif
