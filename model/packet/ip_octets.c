/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/ip_octets.h"

#include "base/error.h"
#include "base/octets.h"
#include "packet/ecn_decap.h"
#include "packet/ip_fragment.h"
#include "packet/ip_header.h"

#include <string.h>

enum {
    UDP_PROTOCOL = 17,
    EXPERIMENTAL_PROTOCOL = 253,
    NO_NEXT_HEADER = 59,
    HOP_LIMIT = 64,
    SOURCE_PORT = 49152,
    DISCARD_PORT = 9,
    IPV4_DF = 0x4000,
    IPV4_CHECKSUM_AT = 10,
    HEAD_OCTETS = 48,    /* IPv6 and UDP */
    MARKED_OCTETS = 12,  /* what a mark may change: up to IPv4's checksum */
    PATTERN_OCTETS = 256 /* after which the octets of the payload repeat */
};

uint32_t iptfs_checksum_add(uint32_t sum, const uint8_t *bytes, uint32_t octets)
{
    uint64_t wide = sum;
    for (uint32_t i = 0; i + 1 < octets; i += 2)
        wide += iptfs_get16(bytes + i);
    if (octets % 2 != 0)
        wide += (uint32_t)bytes[octets - 1] << 8;
    while (wide > UINT16_MAX)
        wide = (wide & UINT16_MAX) + (wide >> 16);
    return (uint32_t)wide;
}

uint16_t iptfs_checksum_end(uint32_t sum)
{
    while (sum > UINT16_MAX)
        sum = (sum & UINT16_MAX) + (sum >> 16);
    return (uint16_t)~sum;
}

void iptfs_ipv4_seal(uint8_t *header, uint32_t octets)
{
    iptfs_put16(header + IPV4_CHECKSUM_AT, 0);
    iptfs_put16(header + IPV4_CHECKSUM_AT,
                iptfs_checksum_end(iptfs_checksum_add(0, header, octets)));
}

/* ------------------------------------------------------------------------- made-up packets */

static bool holds_udp(const struct iptfs_inner *inner)
{
    return inner->octets >= iptfs_ip_header_octets(inner->ip_version) + IPTFS_UDP_HEADER_OCTETS;
}

static void write_ipv4(const struct iptfs_inner *inner, uint8_t tos, uint8_t *head)
{
    static const uint8_t from[] = {10, 0}, to[] = {10, 1};
    head[0] = 0x45;
    head[1] = tos;
    iptfs_put16(head + 2, inner->octets);
    iptfs_put16(head + 4, inner->id);
    iptfs_put16(head + 6, inner->df ? IPV4_DF : 0);
    head[8] = HOP_LIMIT;
    head[9] = holds_udp(inner) ? UDP_PROTOCOL : EXPERIMENTAL_PROTOCOL;
    memcpy(head + 12, from, sizeof from);
    iptfs_put16(head + 14, inner->flow + 1u);
    memcpy(head + 16, to, sizeof to);
    iptfs_put16(head + 18, inner->flow + 1u);
    iptfs_ipv4_seal(head, IPTFS_IPV4_HEADER_OCTETS);
}

static void write_ipv6(const struct iptfs_inner *inner, uint8_t tos, uint8_t *head)
{
    static const uint8_t from[] = {0x20, 0x01, 0x0d, 0xb8, 0, 0x0a};
    static const uint8_t to[] = {0x20, 0x01, 0x0d, 0xb8, 0, 0x0b};
    memset(head, 0, IPTFS_IPV6_HEADER_OCTETS);
    iptfs_put16(head, 0x6000u | (uint32_t)tos << 4 | (inner->id >> 16 & 0xF));
    iptfs_put16(head + 2, inner->id);
    iptfs_put16(head + 4, inner->octets - IPTFS_IPV6_HEADER_OCTETS);
    head[6] = holds_udp(inner) ? UDP_PROTOCOL : NO_NEXT_HEADER;
    head[7] = HOP_LIMIT;
    memcpy(head + 8, from, sizeof from);
    iptfs_put16(head + 22, inner->flow + 1u);
    memcpy(head + 24, to, sizeof to);
    iptfs_put16(head + 38, inner->flow + 1u);
}

/* The sum of the payload, each octet of which is its place in the packet. */
static uint32_t pattern_sum(uint32_t from, uint32_t to)
{
    enum {
        WHOLE_SUM = 4177920 /* of 256 octets in a row, wherever they begin at an even place */
    };
    uint32_t sum = (to - from) / PATTERN_OCTETS * WHOLE_SUM;
    for (uint32_t at = to - (to - from) % PATTERN_OCTETS; at < to; at += 2)
        sum += (at & 0xFF) << 8 | (at + 1 < to ? (at + 1) & 0xFF : 0);
    return sum;
}

static void write_udp(const struct iptfs_inner *inner, uint8_t *head, uint32_t at)
{
    uint32_t length = inner->octets - at;
    uint8_t *udp = head + at;
    iptfs_put16(udp, SOURCE_PORT);
    iptfs_put16(udp + 2, DISCARD_PORT);
    iptfs_put16(udp + 4, length);
    iptfs_put16(udp + 6, 0);
    uint32_t addresses_at = inner->ip_version == 6 ? 8 : 12;
    uint32_t sum = pattern_sum(at + IPTFS_UDP_HEADER_OCTETS, inner->octets);
    sum = iptfs_checksum_add(sum, head + addresses_at, at - addresses_at);
    sum = iptfs_checksum_add(sum + UDP_PROTOCOL + length, udp, IPTFS_UDP_HEADER_OCTETS);
    uint16_t checksum = iptfs_checksum_end(sum);
    iptfs_put16(udp + 6, checksum != 0 ? checksum : UINT16_MAX);
}

/* Writes the headers; returns their octets. */
static uint32_t write_head(const struct iptfs_inner *inner, uint8_t tos, uint8_t *head)
{
    uint32_t octets = iptfs_ip_header_octets(inner->ip_version);
    if (inner->ip_version == 6)
        write_ipv6(inner, tos, head);
    else
        write_ipv4(inner, tos, head);
    if (!holds_udp(inner))
        return octets;
    write_udp(inner, head, octets);
    return octets + IPTFS_UDP_HEADER_OCTETS;
}

static void make_up(const struct iptfs_inner *inner, uint8_t tos, uint32_t offset, uint32_t octets,
                    uint8_t *bytes)
{
    uint8_t head[HEAD_OCTETS];
    uint32_t head_octets = write_head(inner, tos, head);
    uint32_t done = 0;
    if (offset < head_octets) {
        done = head_octets - offset < octets ? head_octets - offset : octets;
        memcpy(bytes, head + offset, done);
    }
    for (; done < octets; done++)
        bytes[done] = (uint8_t)(offset + done);
}

/* ---------------------------------------------------------------------- packets with octets */

/* Sets the ECN field if it is more severe than that of a packet that is ECN-capable (RFC
 * 6040, 4.2). The checksum follows it (RFC 1624). */
static void mark(uint8_t *head, uint8_t ecn)
{
    bool v6 = head[0] >> 4 == 6;
    uint8_t old = (v6 ? head[1] >> 4 : head[1]) & IPTFS_ECN_MASK;
    uint8_t new = iptfs_ecn_decapsulate(IPTFS_ECN_DECAP_RFC6040, old, ecn).ecn;
    if (v6) {
        head[1] = (uint8_t)((head[1] & ~(IPTFS_ECN_MASK << 4)) | new << 4);
        return;
    }
    uint32_t word = iptfs_get16(head);
    head[1] = (uint8_t)((head[1] & ~IPTFS_ECN_MASK) | new);
    if (new == old)
        return;
    uint32_t sum = UINT16_MAX - iptfs_get16(head + IPV4_CHECKSUM_AT);
    sum += UINT16_MAX - word + iptfs_get16(head);
    iptfs_put16(head + IPV4_CHECKSUM_AT, iptfs_checksum_end(sum));
}

static bool copy_plain(const struct iptfs_octets *source, const struct iptfs_inner *inner,
                       uint32_t offset, uint32_t octets, uint8_t *bytes)
{
    if (inner->bytes != NULL) {
        memcpy(bytes, inner->bytes + offset, octets);
        return true;
    }
    return source->copy(source->ctx, inner, offset, octets, bytes);
}

static int copy_marked(const struct iptfs_octets *source, const struct iptfs_inner *inner,
                       uint8_t tos, uint32_t offset, uint32_t octets, uint8_t *bytes)
{
    uint8_t head[MARKED_OCTETS];
    if (!copy_plain(source, inner, offset, octets, bytes))
        return IPTFS_E_INVALID;
    if (!iptfs_ecn_capable(tos) || offset >= MARKED_OCTETS)
        return IPTFS_OK;
    if (!copy_plain(source, inner, 0, MARKED_OCTETS, head))
        return IPTFS_E_INVALID;
    mark(head, tos & IPTFS_ECN_MASK);
    memcpy(bytes, head + offset, MARKED_OCTETS - offset < octets ? MARKED_OCTETS - offset : octets);
    return IPTFS_OK;
}

enum {
    IPV4_HEADER_MOST = 60 /* with options */
};

/* The octets of an IP fragment: the header of the whole packet, changed, and a part of its payload.
 */
static int copy_fragment(const struct iptfs_octets *source, const struct iptfs_inner *fragment,
                         uint8_t tos, uint32_t offset, uint32_t octets, uint8_t *bytes)
{
    const struct iptfs_inner *whole = fragment->whole;
    uint32_t header_octets = iptfs_ip_fragment_header_octets(fragment);
    uint32_t end = fragment->from + fragment->octets; /* with a header before it */
    if (offset < header_octets) {
        uint8_t header[IPV4_HEADER_MOST];
        uint32_t part = header_octets - offset < octets ? header_octets - offset : octets;
        int error = iptfs_inner_copy(source, whole, tos, 0, header_octets, header);
        if (error != IPTFS_OK)
            return error;
        iptfs_ip_fragment_write_header(header, fragment->octets, fragment->from,
                                       end < whole->octets);
        memcpy(bytes, header + offset, part);
        bytes += part;
        offset += part;
        octets -= part;
    }
    if (octets == 0)
        return IPTFS_OK;
    return iptfs_inner_copy(source, whole, tos, fragment->from + offset, octets, bytes);
}

int iptfs_inner_copy(const struct iptfs_octets *source, const struct iptfs_inner *inner,
                     uint8_t tos, uint32_t offset, uint32_t octets, uint8_t *bytes)
{
    if (inner->is_fragment)
        return copy_fragment(source, inner, tos, offset, octets, bytes);
    bool asked = source != NULL && source->copy != NULL && inner->handle != NULL;
    if (inner->octets < iptfs_ip_header_octets(inner->ip_version) ||
        (inner->bytes == NULL && source == NULL))
        return IPTFS_E_INVALID;
    if (inner->bytes != NULL || asked)
        return copy_marked(source, inner, tos, offset, octets, bytes);
    make_up(inner, tos, offset, octets, bytes);
    return IPTFS_OK;
}

struct iptfs_inner *iptfs_inner_of_bytes(struct iptfs_store *store, int64_t now_ps,
                                         const uint8_t *bytes, uint32_t octets)
{
    struct iptfs_inner *inner = iptfs_inner_new(store, octets);
    if (inner == NULL)
        return NULL;
    inner->arrived_ps = now_ps;
    inner->ip_version = bytes[0] >> 4;
    if (iptfs_inner_own_bytes(store, inner))
        return inner;
    iptfs_inner_set_drop_cause(inner, IPTFS_DROP_INCOMPLETE);
    iptfs_inner_unref(store, inner);
    return NULL;
}

void iptfs_inner_read_header(struct iptfs_inner *inner)
{
    struct iptfs_ip_header header = {.version = 0};
    iptfs_ip_header_fields(&header, inner->bytes);
    inner->tos = header.tos;
    inner->id = header.id;
}
