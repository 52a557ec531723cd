/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The AGGFRAG payload of RFC 9347: its two headers, and the walk over its data blocks. */
#ifndef IPTFS_PACKET_AGGFRAG_H
#define IPTFS_PACKET_AGGFRAG_H

#include "packet/ip_header.h"
#include "packet/ip_octets.h"
#include "packet/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IPTFS_AGGFRAG_NEXT_HEADER = 144, /* ESP Next Header (6.1) */
    IPTFS_AGGFRAG_OCTETS = 4,        /* header of sub-type 0 (6.1.1) */
    IPTFS_AGGFRAG_CC_OCTETS = 24     /* header of sub-type 1, congestion control (6.1.2) */
};

/* Largest values of the fields of sub-type 1, which saturate there. */
#define IPTFS_AGGFRAG_RTT_MAX_US 0x3FFFFFu
#define IPTFS_AGGFRAG_DELAY_MAX_US 0x1FFFFFu

/* Octets of a header of this sub-type; 0 for an unknown one. */
size_t iptfs_aggfrag_octets(uint8_t sub_type);

/* Writes the header in network order; reserved bits are 0. Returns its octets, IPTFS_E_SUB_TYPE or
 * IPTFS_E_SHORT when `size` is too small (then nothing is written). */
int iptfs_aggfrag_encode(const struct iptfs_aggfrag *header, uint8_t *bytes, size_t size);

/* Reads a header; fields that the sub-type lacks become 0, reserved bits are ignored as 6.1 asks.
 * Returns its octets, IPTFS_E_SUB_TYPE or IPTFS_E_SHORT. */
int iptfs_aggfrag_decode(struct iptfs_aggfrag *header, const uint8_t *bytes, size_t size);

/* The fields of an inner IP header, as far as its octets are available. */
enum iptfs_block_kind {
    IPTFS_BLOCK_CONTINUED,  /* the BlockOffset octets that belong to an earlier packet */
    IPTFS_BLOCK_PACKET,     /* a new inner packet, whole or its beginning */
    IPTFS_BLOCK_PAD,        /* padding to the end of the payload */
    IPTFS_BLOCK_BAD_TYPE,   /* first nibble neither 0, 4 nor 6; ends the walk */
    IPTFS_BLOCK_BAD_LENGTH, /* the length is smaller than the header; ends the walk */
};

struct iptfs_block {
    enum iptfs_block_kind kind;
    uint32_t octets;           /* in this payload */
    uint32_t total;            /* of the whole inner packet; 0: its length field is not here yet */
    uint32_t offset;           /* where in the inner packet, for continued slices */
    struct iptfs_inner *inner; /* the packet, when the payload is slices */
    const uint8_t *bytes;      /* the octets, when it is bytes */
};

/* A walk over the data blocks of one payload, slices or bytes alike. */
struct iptfs_block_walk {
    const uint8_t *bytes; /* NULL when walking slices */
    uint32_t left;        /* octets not walked yet */
    uint32_t continued;   /* octets of the continued block, not yet handed out */
    uint32_t pad;         /* octets of padding behind the slices */
    bool ended;
    struct iptfs_slice_walk slices;
};

/* Begins a walk over `octets` bytes behind an AGGFRAG header. */
void iptfs_blocks_of_bytes(struct iptfs_block_walk *walk, const uint8_t *bytes, uint32_t octets,
                           uint16_t block_offset);

/* Begins a walk over the slices of an outer packet. */
void iptfs_blocks_of_slices(struct iptfs_block_walk *walk, const struct iptfs_outer *outer);

/* The next block; false at the end of the payload. */
bool iptfs_block_next(struct iptfs_block_walk *walk, struct iptfs_block *block);

/* True when the payload holds no octet of any inner packet: only padding, or nothing. */
bool iptfs_blocks_all_pad(const struct iptfs_block_walk *walk);

/* Writes the whole AGGFRAG payload of an outer packet made of slices: header, data blocks as they
 * were sent, padding (zeros). `source` is where the octets of inner packets without bytes come
 * from; NULL: all must have bytes. Returns its octets, IPTFS_E_SHORT when `size` is too small,
 * IPTFS_E_INVALID when an inner packet has no octets, IPTFS_E_TOO_BIG when BlockOffset does not fit
 * into its 16 bits (an IPv6 packet above 65535 octets whose first octets were just sent). `header`
 * gives the sub-type; its BlockOffset is the packet's. */
int iptfs_payload_encode(const struct iptfs_outer *outer, struct iptfs_aggfrag header,
                         const struct iptfs_octets *source, uint8_t *bytes, size_t size);

#endif
