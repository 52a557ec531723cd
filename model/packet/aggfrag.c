/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/aggfrag.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/octets.h"

#include <string.h>

enum {
    PAD_NIBBLE = 0
};

static uint32_t saturate(uint32_t value, uint32_t max)
{
    return value < max ? value : max;
}

size_t iptfs_aggfrag_octets(uint8_t sub_type)
{
    switch (sub_type) {
    case 0:
        return IPTFS_AGGFRAG_OCTETS;
    case 1:
        return IPTFS_AGGFRAG_CC_OCTETS;
    default:
        return 0;
    }
}

/* RTT(22) | EchoDelay(21) | TransmitDelay(21): one 64-bit word, then TVal and TEcho. */
static void encode_congestion(const struct iptfs_aggfrag *header, uint8_t *bytes)
{
    uint64_t rtt = saturate(header->rtt_us, IPTFS_AGGFRAG_RTT_MAX_US);
    uint64_t echo = saturate(header->echo_delay_us, IPTFS_AGGFRAG_DELAY_MAX_US);
    uint64_t transmit = saturate(header->transmit_delay_us, IPTFS_AGGFRAG_DELAY_MAX_US);
    uint64_t delays = rtt << 42 | echo << 21 | transmit;
    bytes[1] = (uint8_t)((header->plpmtud ? 2 : 0) | (header->ecn ? 1 : 0));
    iptfs_put32(bytes + 4, header->loss_event_rate);
    iptfs_put32(bytes + 8, (uint32_t)(delays >> 32));
    iptfs_put32(bytes + 12, (uint32_t)delays);
    iptfs_put32(bytes + 16, header->tval);
    iptfs_put32(bytes + 20, header->techo);
}

static void decode_congestion(struct iptfs_aggfrag *header, const uint8_t *bytes)
{
    uint64_t delays = (uint64_t)iptfs_get32(bytes + 8) << 32 | iptfs_get32(bytes + 12);
    header->plpmtud = (bytes[1] & 2) != 0;
    header->ecn = (bytes[1] & 1) != 0;
    header->loss_event_rate = iptfs_get32(bytes + 4);
    header->rtt_us = (uint32_t)(delays >> 42) & IPTFS_AGGFRAG_RTT_MAX_US;
    header->echo_delay_us = (uint32_t)(delays >> 21) & IPTFS_AGGFRAG_DELAY_MAX_US;
    header->transmit_delay_us = (uint32_t)delays & IPTFS_AGGFRAG_DELAY_MAX_US;
    header->tval = iptfs_get32(bytes + 16);
    header->techo = iptfs_get32(bytes + 20);
}

int iptfs_aggfrag_encode(const struct iptfs_aggfrag *header, uint8_t *bytes, size_t size)
{
    size_t octets = iptfs_aggfrag_octets(header->sub_type);
    if (octets == 0)
        return IPTFS_E_SUB_TYPE;
    if (size < octets)
        return IPTFS_E_SHORT;
    bytes[0] = header->sub_type;
    bytes[1] = 0;
    iptfs_put16(bytes + 2, header->block_offset);
    if (header->sub_type == 1)
        encode_congestion(header, bytes);
    return (int)octets;
}

int iptfs_aggfrag_decode(struct iptfs_aggfrag *header, const uint8_t *bytes, size_t size)
{
    *header = (struct iptfs_aggfrag){0};
    if (size == 0)
        return IPTFS_E_SHORT;
    size_t octets = iptfs_aggfrag_octets(bytes[0]);
    if (octets == 0)
        return IPTFS_E_SUB_TYPE;
    if (size < octets)
        return IPTFS_E_SHORT;
    header->sub_type = bytes[0];
    header->block_offset = (uint16_t)iptfs_get16(bytes + 2);
    if (header->sub_type == 1)
        decode_congestion(header, bytes);
    return (int)octets;
}

void iptfs_blocks_of_bytes(struct iptfs_block_walk *walk, const uint8_t *bytes, uint32_t octets,
                           uint16_t block_offset)
{
    *walk = (struct iptfs_block_walk){
        .bytes = bytes,
        .left = octets,
        .continued = block_offset < octets ? block_offset : octets,
    };
}

void iptfs_blocks_of_slices(struct iptfs_block_walk *walk, const struct iptfs_outer *outer)
{
    *walk = (struct iptfs_block_walk){.left = outer->data_octets, .pad = outer->pad_octets};
    iptfs_slices(outer, &walk->slices);
    if (outer->block_offset > 0)
        walk->continued = outer->block_offset < walk->left ? outer->block_offset : walk->left;
}

bool iptfs_blocks_all_pad(const struct iptfs_block_walk *walk)
{
    if (walk->continued > 0)
        return false;
    if (walk->left == 0)
        return true;
    return walk->bytes != NULL && walk->bytes[0] >> 4 == PAD_NIBBLE;
}

static bool next_slice(struct iptfs_block_walk *walk, struct iptfs_block *block)
{
    struct iptfs_slice slice;
    if (!iptfs_slice_next(&walk->slices, &slice)) {
        *block = (struct iptfs_block){.kind = IPTFS_BLOCK_PAD, .octets = walk->pad};
        walk->pad = 0;
        return block->octets > 0;
    }
    *block = (struct iptfs_block){
        .kind = walk->continued > 0 ? IPTFS_BLOCK_CONTINUED : IPTFS_BLOCK_PACKET,
        .octets = slice.octets,
        .total = slice.inner->octets,
        .offset = slice.offset,
        .inner = slice.inner,
    };
    walk->continued = 0; /* what continues is one slice: the first */
    walk->left -= slice.octets;
    return true;
}

static void advance(struct iptfs_block_walk *walk, uint32_t octets)
{
    IPTFS_ASSERT(octets > 0 && octets <= walk->left);
    walk->bytes += octets;
    walk->left -= octets;
}

/* A new data block: how much of it is here, or what is wrong with it. */
static void read_packet(const struct iptfs_block_walk *walk, struct iptfs_block *block)
{
    int32_t total = iptfs_inner_total(walk->bytes, walk->left);
    block->kind = IPTFS_BLOCK_PACKET;
    block->octets = walk->left;
    if (total == IPTFS_E_INVALID)
        block->kind = IPTFS_BLOCK_BAD_TYPE;
    else if (total < 0)
        block->kind = IPTFS_BLOCK_BAD_LENGTH;
    else if (total > 0) {
        block->total = (uint32_t)total;
        if (block->total < block->octets)
            block->octets = block->total;
    }
}

static bool next_bytes(struct iptfs_block_walk *walk, struct iptfs_block *block)
{
    if (walk->left == 0)
        return false;
    *block = (struct iptfs_block){.bytes = walk->bytes};
    if (walk->continued > 0) {
        block->kind = IPTFS_BLOCK_CONTINUED;
        block->octets = walk->continued;
        walk->continued = 0;
    } else if (walk->bytes[0] >> 4 == PAD_NIBBLE) {
        block->kind = IPTFS_BLOCK_PAD;
        block->octets = walk->left;
    } else {
        read_packet(walk, block);
    }
    advance(walk, block->octets);
    return true;
}

bool iptfs_block_next(struct iptfs_block_walk *walk, struct iptfs_block *block)
{
    return walk->bytes != NULL ? next_bytes(walk, block) : next_slice(walk, block);
}

int iptfs_payload_encode(const struct iptfs_outer *outer, struct iptfs_aggfrag header,
                         const struct iptfs_octets *source, uint8_t *bytes, size_t size)
{
    if (outer->block_offset > UINT16_MAX)
        return IPTFS_E_TOO_BIG;
    header.block_offset = (uint16_t)outer->block_offset;
    int at = iptfs_aggfrag_encode(&header, bytes, size);
    if (at < 0)
        return at;
    if (size - (size_t)at < outer->data_octets + outer->pad_octets)
        return IPTFS_E_SHORT;
    uint8_t *end = bytes + at;
    struct iptfs_slice_walk walk;
    struct iptfs_slice slice;
    iptfs_slices(outer, &walk);
    while (iptfs_slice_next(&walk, &slice)) {
        int error = iptfs_inner_copy(source, slice.inner, iptfs_inner_sent_tos(slice.inner),
                                     slice.offset, slice.octets, end);
        if (error != IPTFS_OK)
            return error;
        end += slice.octets;
    }
    memset(end, 0, outer->pad_octets);
    end += outer->pad_octets;
    return (int)(end - bytes);
}
