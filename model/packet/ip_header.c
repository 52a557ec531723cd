/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/ip_header.h"

#include "base/error.h"
#include "base/octets.h"
#include "packet/ip_octets.h"
#include "packet/packet.h"

enum {
    IPV4_FLAGS_AT = 6,
    IPV4_DF = 0x40, /* in the first octet of the flags */
    IPV6_NEXT_HEADER_AT = 6,
    HOP_BY_HOP = 0,  /* the header that holds the length of a jumbogram */
    LINK_PADDED = 46 /* Ethernet pads shorter packets up to it: their length is not known */
};

static uint32_t ipv4_header_octets(const uint8_t *bytes)
{
    return (bytes[0] & 0xFu) * 4;
}

int32_t iptfs_inner_total(const uint8_t *bytes, uint32_t octets)
{
    if (octets == 0)
        return 0;
    switch (bytes[0] >> 4) {
    case 4: {
        if (octets < IPTFS_IPV4_LENGTH_END)
            return 0;
        uint32_t header = ipv4_header_octets(bytes), total = iptfs_get16(bytes + 2);
        bool possible = header >= IPTFS_IPV4_HEADER_OCTETS && total >= header;
        return possible ? (int32_t)total : IPTFS_E_SHORT;
    }
    case 6:
        if (octets < IPTFS_IPV6_LENGTH_END)
            return 0;
        return (int32_t)(IPTFS_IPV6_HEADER_OCTETS + iptfs_get16(bytes + 4));
    default:
        return IPTFS_E_INVALID;
    }
}

void iptfs_ip_header_fields(struct iptfs_ip_header *header, const uint8_t *bytes)
{
    header->version = bytes[0] >> 4;
    if (header->version == 4) {
        header->tos = bytes[1];
        header->id = iptfs_get16(bytes + 4);
    } else {
        header->tos = (uint8_t)((bytes[0] & 0xF) << 4 | bytes[1] >> 4);
        header->id = iptfs_get32(bytes) & 0xFFFFF;
    }
}

static bool has_no_length(const uint8_t *bytes, uint32_t captured)
{
    if (bytes[0] >> 4 == 4)
        return ipv4_header_octets(bytes) >= IPTFS_IPV4_HEADER_OCTETS && iptfs_get16(bytes + 2) == 0;
    bool jumbogram = captured > IPV6_NEXT_HEADER_AT && bytes[IPV6_NEXT_HEADER_AT] == HOP_BY_HOP;
    return bytes[0] >> 4 == 6 && iptfs_get16(bytes + 4) == 0 && !jumbogram;
}

/* An IPv6 packet of payload length 0 is a header alone when nothing but a link's padding follows.
 */
static bool is_jumbogram(const uint8_t *bytes, uint32_t captured, uint32_t wire_octets)
{
    return bytes[0] >> 4 == 6 && iptfs_get16(bytes + 4) == 0 && wire_octets > LINK_PADDED &&
           !has_no_length(bytes, captured);
}

bool iptfs_ip_header_read(struct iptfs_ip_header *header, const uint8_t *bytes, uint32_t captured,
                          uint32_t wire_octets)
{
    *header = (struct iptfs_ip_header){.version = 0};
    if (captured < IPTFS_IPV6_LENGTH_END || is_jumbogram(bytes, captured, wire_octets))
        return false;
    header->offloaded = wire_octets > LINK_PADDED && has_no_length(bytes, captured);
    int32_t total = iptfs_inner_total(bytes, captured);
    if (total < 0 && !header->offloaded)
        return false;
    iptfs_ip_header_fields(header, bytes);
    header->octets = header->offloaded ? wire_octets : (uint32_t)total;
    header->df =
        header->version == 4 && captured > IPV4_FLAGS_AT && (bytes[IPV4_FLAGS_AT] & IPV4_DF) != 0;
    return header->octets <= wire_octets &&
           header->octets <= (header->version == 4 ? UINT16_MAX : IPTFS_PACKET_MAX_OCTETS);
}

void iptfs_ip_header_complete(const struct iptfs_ip_header *header, uint8_t *bytes)
{
    if (header->version == 6) {
        iptfs_put16(bytes + 4, header->octets - IPTFS_IPV6_HEADER_OCTETS);
        return;
    }
    iptfs_put16(bytes + 2, header->octets);
    iptfs_ipv4_seal(bytes, ipv4_header_octets(bytes));
}
