/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/outer_ip.h"

#include "base/octets.h"

#include <stdbool.h>

enum {
    PROTOCOL_HOP_BY_HOP = 0,
    PROTOCOL_UDP = 17,
    PROTOCOL_ROUTING = 43,
    PROTOCOL_FRAGMENT = 44,
    PROTOCOL_ESP = 50,
    PROTOCOL_DESTINATION = 60,
    PROTOCOL_MOBILITY = 135,
    PROTOCOL_HIP = 139,
    PROTOCOL_SHIM6 = 140,

    IPV4_FRAGMENT_AT = 6,
    IPV4_FRAGMENT_MASK = 0x3FFF, /* MF and the offset */
    IPV6_FRAGMENT_MASK = 0xFFF9, /* the offset and M */
    EXTENSION_UNIT_OCTETS = 8,

    PORT_IKE = 500,
    PORT_NAT_TRAVERSAL = 4500,
    KEEPALIVE_OCTET = 0xFF,
    NON_ESP_MARKER_OCTETS = 4 /* zeros in place of the SPI */
};

static bool is_extension(uint8_t protocol)
{
    return protocol == PROTOCOL_HOP_BY_HOP || protocol == PROTOCOL_ROUTING ||
           protocol == PROTOCOL_FRAGMENT || protocol == PROTOCOL_DESTINATION ||
           protocol == PROTOCOL_MOBILITY || protocol == PROTOCOL_HIP || protocol == PROTOCOL_SHIM6;
}

/* A fragment is reported only where it may be of a packet with ESP. */
static enum iptfs_outer_codec_verdict fragment_of(uint8_t protocol)
{
    return protocol == PROTOCOL_ESP || protocol == PROTOCOL_UDP ? IPTFS_OUTER_CODEC_FRAGMENT
                                                                : IPTFS_OUTER_CODEC_NOT_ESP;
}

static enum iptfs_outer_codec_verdict read_ipv4(struct iptfs_outer_ip *ip, const uint8_t *bytes,
                                                uint32_t octets)
{
    if (octets < IPTFS_IPV4_HEADER_OCTETS)
        return IPTFS_OUTER_CODEC_NOT_IP;
    ip->esp_at = (bytes[0] & 0xFu) * 4;
    ip->end = iptfs_get16(bytes + 2);
    ip->ecn = bytes[1] & IPTFS_ECN_MASK;
    ip->protocol = bytes[9];
    if (ip->esp_at < IPTFS_IPV4_HEADER_OCTETS || ip->end < ip->esp_at)
        return IPTFS_OUTER_CODEC_NOT_IP;
    if ((iptfs_get16(bytes + IPV4_FRAGMENT_AT) & IPV4_FRAGMENT_MASK) != 0)
        return fragment_of(ip->protocol);
    return IPTFS_OUTER_CODEC_GOOD;
}

/* Goes over the extension headers (RFC 8200, 4). A fragment header of a packet that is no fragment
 * is passed over (RFC 6946). */
static enum iptfs_outer_codec_verdict read_ipv6(struct iptfs_outer_ip *ip, const uint8_t *bytes,
                                                uint32_t octets)
{
    if (octets < IPTFS_IPV6_HEADER_OCTETS)
        return IPTFS_OUTER_CODEC_NOT_IP;
    ip->esp_at = IPTFS_IPV6_HEADER_OCTETS;
    ip->end = IPTFS_IPV6_HEADER_OCTETS + iptfs_get16(bytes + 4);
    ip->ecn = bytes[1] >> 4 & IPTFS_ECN_MASK;
    ip->protocol = bytes[6];
    while (is_extension(ip->protocol)) {
        const uint8_t *header = bytes + ip->esp_at;
        if (ip->end - ip->esp_at < EXTENSION_UNIT_OCTETS)
            return IPTFS_OUTER_CODEC_NOT_IP;
        if (octets < ip->esp_at + EXTENSION_UNIT_OCTETS)
            return IPTFS_OUTER_CODEC_CUT;
        uint32_t length = EXTENSION_UNIT_OCTETS;
        if (ip->protocol != PROTOCOL_FRAGMENT)
            length += header[1] * EXTENSION_UNIT_OCTETS;
        else if ((iptfs_get16(header + 2) & IPV6_FRAGMENT_MASK) != 0)
            return fragment_of(header[0]);
        if (length > ip->end - ip->esp_at)
            return IPTFS_OUTER_CODEC_NOT_IP;
        ip->protocol = header[0];
        ip->esp_at += length;
        if (ip->esp_at > octets)
            return IPTFS_OUTER_CODEC_CUT;
    }
    return IPTFS_OUTER_CODEC_GOOD;
}

/* UDP at ip->esp_at, of a packet that is there whole: ESP, IKE or a keepalive (RFC 3948, 2). */
static enum iptfs_outer_codec_verdict read_udp(struct iptfs_outer_ip *ip, const uint8_t *bytes,
                                               uint32_t octets)
{
    const uint8_t *udp = bytes + ip->esp_at;
    if (ip->end - ip->esp_at < IPTFS_UDP_HEADER_OCTETS)
        return IPTFS_OUTER_CODEC_NOT_ESP;
    if (octets < ip->esp_at + IPTFS_UDP_HEADER_OCTETS)
        return IPTFS_OUTER_CODEC_CUT;
    uint32_t source = iptfs_get16(udp), destination = iptfs_get16(udp + 2);
    if (source == PORT_IKE || destination == PORT_IKE)
        return IPTFS_OUTER_CODEC_IKE;
    if (source != PORT_NAT_TRAVERSAL && destination != PORT_NAT_TRAVERSAL)
        return IPTFS_OUTER_CODEC_NOT_ESP;
    if (ip->end > octets)
        return IPTFS_OUTER_CODEC_CUT;
    uint32_t length = iptfs_get16(udp + 4);
    if (length < IPTFS_UDP_HEADER_OCTETS || length > ip->end - ip->esp_at)
        return IPTFS_OUTER_CODEC_SHORT;
    ip->end = ip->esp_at + length;
    ip->esp_at += IPTFS_UDP_HEADER_OCTETS;
    length -= IPTFS_UDP_HEADER_OCTETS;
    if (length == 1 && bytes[ip->esp_at] == KEEPALIVE_OCTET)
        return IPTFS_OUTER_CODEC_KEEPALIVE;
    if (length >= NON_ESP_MARKER_OCTETS && iptfs_get32(bytes + ip->esp_at) == 0)
        return IPTFS_OUTER_CODEC_IKE;
    return IPTFS_OUTER_CODEC_GOOD;
}

enum iptfs_outer_codec_verdict iptfs_outer_ip_read(struct iptfs_outer_ip *ip, const uint8_t *bytes,
                                                   uint32_t octets)
{
    *ip = (struct iptfs_outer_ip){.esp_at = 0};
    enum iptfs_outer_codec_verdict verdict = IPTFS_OUTER_CODEC_NOT_IP;
    uint8_t version = octets > 0 ? bytes[0] >> 4 : 0;
    if (version == 4)
        verdict = read_ipv4(ip, bytes, octets);
    else if (version == 6)
        verdict = read_ipv6(ip, bytes, octets);
    if (verdict != IPTFS_OUTER_CODEC_GOOD)
        return verdict;
    if (ip->protocol == PROTOCOL_UDP)
        return read_udp(ip, bytes, octets);
    if (ip->protocol != PROTOCOL_ESP)
        return IPTFS_OUTER_CODEC_NOT_ESP;
    return ip->end > octets ? IPTFS_OUTER_CODEC_CUT : IPTFS_OUTER_CODEC_GOOD;
}
