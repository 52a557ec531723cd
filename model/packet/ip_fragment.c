/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/ip_fragment.h"

#include "base/asserts.h"
#include "base/octets.h"
#include "packet/ip_octets.h"

enum {
    IPV4_FLAGS_AT = 6,
    IPV4_MF = 0x2000,
    IPV4_OFFSET = 0x1FFF, /* in units of 8 octets */
    OPTION_END = 0,
    OPTION_NOP = 1,
    OPTION_COPIED = 0x80
};

uint32_t iptfs_ip_fragment_header_octets(const struct iptfs_inner *inner)
{
    const struct iptfs_inner *whole = inner->is_fragment ? inner->whole : inner;
    if (inner->ip_version == 4 && whole->bytes != NULL)
        return (whole->bytes[0] & 0xFu) * 4;
    return iptfs_ip_header_octets(inner->ip_version);
}

static struct iptfs_inner *new_fragment(struct iptfs_store *store, struct iptfs_inner *whole,
                                        uint32_t from, uint32_t octets)
{
    struct iptfs_inner *fragment = iptfs_inner_new_fragment(store, octets);
    if (fragment == NULL)
        return NULL;
    fragment->whole = whole;
    fragment->from = from;
    fragment->arrived_ps = whole->arrived_ps;
    fragment->id = whole->id;
    fragment->flow = whole->flow;
    fragment->ip_version = whole->ip_version;
    fragment->tos = whole->tos;
    fragment->local = whole->local;
    whole->refs++;
    return fragment;
}

static void free_list(struct iptfs_store *store, struct iptfs_inner *fragment)
{
    while (fragment != NULL) {
        struct iptfs_inner *next = fragment->next;
        iptfs_inner_unref(store, fragment);
        fragment = next;
    }
}

struct iptfs_inner *iptfs_ip_fragment_cut(struct iptfs_store *store, struct iptfs_inner *inner,
                                          uint32_t most, struct iptfs_inner **last)
{
    struct iptfs_inner *whole = inner->is_fragment ? inner->whole : inner;
    uint32_t header = iptfs_ip_fragment_header_octets(inner);
    if (most < header + IPTFS_IP_FRAGMENT_UNIT)
        return NULL;
    IPTFS_ASSERT(inner->ip_version == 4 && inner->octets > most);
    uint32_t from = inner->is_fragment ? inner->from : 0;
    uint32_t most_payload = (most - header) / IPTFS_IP_FRAGMENT_UNIT * IPTFS_IP_FRAGMENT_UNIT;
    struct iptfs_inner *first = NULL, **end = &first;
    for (uint32_t left = inner->octets - header; left > 0;) {
        uint32_t payload = left <= most - header ? left : most_payload;
        *last = new_fragment(store, whole, from, header + payload);
        *end = *last;
        if (*last == NULL) {
            free_list(store, first);
            return NULL;
        }
        end = &(*last)->next;
        from += payload;
        left -= payload;
    }
    iptfs_inner_unref(store, inner);
    return first;
}

struct iptfs_inner *iptfs_ip_fragment_delivered(struct iptfs_store *store,
                                                const struct iptfs_inner *fragment)
{
    struct iptfs_inner *whole = fragment->whole;
    uint32_t header = iptfs_ip_fragment_header_octets(whole);
    IPTFS_ASSERT(fragment->is_fragment && fragment->delivered);
    if (fragment->ecn_sent != 0)
        iptfs_inner_decap_ecn(store, whole, fragment->tos & IPTFS_ECN_MASK,
                              IPTFS_ECN_DECAP_RFC6040);
    if (whole->got == 0)
        whole->got = header;
    whole->got += fragment->octets - header;
    IPTFS_ASSERT(whole->got <= whole->octets);
    if (whole->got < whole->octets)
        return NULL;
    bool first = iptfs_inner_deliver(store, whole) == IPTFS_DELIVERY_FIRST;
    IPTFS_ASSERT(first);
    return first ? whole : NULL;
}

/* Options that only the first fragment carries become no operation, so that the header keeps its
 * length. */
static void clear_options(uint8_t *header, uint32_t header_octets)
{
    uint32_t at = IPTFS_IPV4_HEADER_OCTETS;
    while (at < header_octets && header[at] != OPTION_END) {
        uint32_t length = header[at] == OPTION_NOP || at + 1 == header_octets ? 1 : header[at + 1];
        if (length == 0 || length > header_octets - at)
            return; /* not options that can be read */
        for (uint32_t i = 0; (header[at] & OPTION_COPIED) == 0 && i < length; i++)
            header[at + length - 1 - i] = OPTION_NOP;
        at += length;
    }
}

void iptfs_ip_fragment_write_header(uint8_t *header, uint32_t octets, uint32_t from, bool more)
{
    uint32_t header_octets = (header[0] & 0xFu) * 4;
    uint32_t flags = iptfs_get16(header + IPV4_FLAGS_AT);
    uint32_t offset = (flags & IPV4_OFFSET) + from / IPTFS_IP_FRAGMENT_UNIT;
    if (from > 0)
        clear_options(header, header_octets);
    iptfs_put16(header + 2, octets);
    iptfs_put16(header + IPV4_FLAGS_AT, (more ? IPV4_MF : flags & IPV4_MF) | offset);
    iptfs_ipv4_seal(header, header_octets);
}
