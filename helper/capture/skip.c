/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/skip.h"

#include "base/asserts.h"
#include "capture/link_type.h"

#include <inttypes.h>
#include <stdio.h>

/* How the detail of a kind is written behind its text. */
enum detail {
    NO_DETAIL,
    HEX,
    DECIMAL,
    LINK_NAME
};

struct kind {
    const char *name;
    const char *text;
    enum iptfs_skip_group group;
    enum detail detail;
};

static const struct kind kinds[IPTFS_SKIP_COUNT] = {
    [IPTFS_SKIP_ARP] = {"arp", "ARP", IPTFS_SKIPPED_NOT_IP, NO_DETAIL},
    [IPTFS_SKIP_LLC] = {"llc", "LLC (spanning tree, IS-IS and others)", IPTFS_SKIPPED_NOT_IP,
                        NO_DETAIL},
    [IPTFS_SKIP_LLDP] = {"lldp", "LLDP", IPTFS_SKIPPED_NOT_IP, NO_DETAIL},
    [IPTFS_SKIP_EAPOL] = {"eapol", "EAPOL", IPTFS_SKIPPED_NOT_IP, NO_DETAIL},
    [IPTFS_SKIP_MACSEC] = {"macsec", "MACsec", IPTFS_SKIPPED_NOT_IP, NO_DETAIL},
    [IPTFS_SKIP_PPPOE_DISCOVERY] = {"pppoe-discovery", "PPPoE discovery", IPTFS_SKIPPED_NOT_IP,
                                    NO_DETAIL},
    [IPTFS_SKIP_PPP_CONTROL] = {"ppp-control", "PPP control (LCP, IPCP and others)",
                                IPTFS_SKIPPED_NOT_IP, NO_DETAIL},
    [IPTFS_SKIP_PPP] = {"ppp", "PPP protocol", IPTFS_SKIPPED_NOT_IP, HEX},
    [IPTFS_SKIP_MPLS] = {"mpls", "MPLS without IP (pseudowires)", IPTFS_SKIPPED_NOT_IP, NO_DETAIL},
    [IPTFS_SKIP_ETHERTYPE] = {"ethertype", "EtherType", IPTFS_SKIPPED_NOT_IP, HEX},
    [IPTFS_SKIP_FAMILY] = {"family", "address family", IPTFS_SKIPPED_NOT_IP, DECIMAL},
    [IPTFS_SKIP_LINK_TYPE] = {"link-type", "link type", IPTFS_SKIPPED_NOT_IP, LINK_NAME},
    [IPTFS_SKIP_BAD_IP] = {"bad-ip", "no valid IP header", IPTFS_SKIPPED_NOT_IP, NO_DETAIL},
    [IPTFS_SKIP_NO_HEADER] = {"no-header", "too short for an IP header", IPTFS_SKIPPED_CUT,
                              NO_DETAIL},
    [IPTFS_SKIP_CUT] = {"cut", "not captured whole", IPTFS_SKIPPED_CUT, NO_DETAIL},
    [IPTFS_SKIP_TOO_LONG] = {"too-long", "longer than an IP packet (offloaded segments)",
                             IPTFS_SKIPPED_TOO_LONG, NO_DETAIL},
    [IPTFS_SKIP_FRAGMENT] = {"fragment", "IP fragments", IPTFS_SKIPPED_FRAGMENT, NO_DETAIL},
    [IPTFS_SKIP_ICMP] = {"icmp", "ICMP", IPTFS_SKIPPED_NOT_ESP, NO_DETAIL},
    [IPTFS_SKIP_TCP] = {"tcp", "TCP", IPTFS_SKIPPED_NOT_ESP, NO_DETAIL},
    [IPTFS_SKIP_UDP] = {"udp", "UDP", IPTFS_SKIPPED_NOT_ESP, NO_DETAIL},
    [IPTFS_SKIP_ICMPV6] = {"icmpv6", "ICMPv6", IPTFS_SKIPPED_NOT_ESP, NO_DETAIL},
    [IPTFS_SKIP_IKE] = {"ike", "IKE", IPTFS_SKIPPED_NOT_ESP, NO_DETAIL},
    [IPTFS_SKIP_KEEPALIVE] = {"keepalive", "NAT keepalives", IPTFS_SKIPPED_NOT_ESP, NO_DETAIL},
    [IPTFS_SKIP_PROTOCOL] = {"protocol", "IP protocol", IPTFS_SKIPPED_NOT_ESP, DECIMAL},
};

void iptfs_skips_add(struct iptfs_skips *skips, enum iptfs_skip kind, uint32_t detail)
{
    IPTFS_ASSERT(kind < IPTFS_SKIP_COUNT);
    if (skips->pkts[kind]++ == 0)
        skips->detail[kind] = detail;
}

enum iptfs_skip iptfs_skip_of_protocol(uint8_t protocol)
{
    static const struct {
        uint8_t protocol;
        enum iptfs_skip kind;
    } protocols[] = {
        {1, IPTFS_SKIP_ICMP},
        {6, IPTFS_SKIP_TCP},
        {17, IPTFS_SKIP_UDP},
        {58, IPTFS_SKIP_ICMPV6},
    };
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (protocols[i].protocol == protocol)
            return protocols[i].kind;
    return IPTFS_SKIP_PROTOCOL;
}

uint64_t iptfs_skips_total(const struct iptfs_skips *skips)
{
    uint64_t pkts = 0;
    for (size_t i = 0; i < IPTFS_SKIP_COUNT; i++)
        pkts += skips->pkts[i];
    return pkts;
}

uint64_t iptfs_skips_of_group(const struct iptfs_skips *skips, enum iptfs_skip_group group)
{
    uint64_t pkts = 0;
    for (size_t i = 0; i < IPTFS_SKIP_COUNT; i++)
        if (kinds[i].group == group)
            pkts += skips->pkts[i];
    return pkts;
}

const char *iptfs_skip_name(enum iptfs_skip kind)
{
    return kinds[kind].name;
}

const char *iptfs_skip_group_name(enum iptfs_skip_group group)
{
    static const char *const names[IPTFS_SKIP_GROUPS] = {
        [IPTFS_SKIPPED_NOT_IP] = "not-ip",     [IPTFS_SKIPPED_CUT] = "cut",
        [IPTFS_SKIPPED_TOO_LONG] = "too-long", [IPTFS_SKIPPED_FRAGMENT] = "fragment",
        [IPTFS_SKIPPED_NOT_ESP] = "not-esp",
    };
    return names[group];
}

struct iptfs_skip_text iptfs_skip_describe(const struct iptfs_skips *skips, enum iptfs_skip kind)
{
    struct iptfs_skip_text text;
    const struct kind *row = &kinds[kind];
    char detail[56] = "";
    uint32_t number = skips->detail[kind];
    if (row->detail == HEX)
        snprintf(detail, sizeof detail, " 0x%04" PRIx32, number);
    else if (row->detail == DECIMAL)
        snprintf(detail, sizeof detail, " %" PRIu32, number);
    else if (row->detail == LINK_NAME)
        snprintf(detail, sizeof detail, " %s", iptfs_link_type_name(number).text);
    snprintf(text.text, sizeof text.text, "%.60s%s", row->text, detail);
    return text;
}

void iptfs_skips_list(const struct iptfs_skips *skips, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (enum iptfs_skip kind = 0; kind < IPTFS_SKIP_COUNT && length < size; kind++)
        if (skips->pkts[kind] > 0)
            length += (size_t)snprintf(text + length, size - length, "%s%" PRIu64 " %s",
                                       length == 0 ? ": " : ", ", skips->pkts[kind],
                                       iptfs_skip_describe(skips, kind).text);
}
