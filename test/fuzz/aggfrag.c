/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers and data blocks, there and back. */
#include "packet/aggfrag.h"
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "support/samples.h"

#include <string.h>

enum {
    PKTS_MAX = 8,
    PKT_MAX_OCTETS = 300,
    PE_BITS = 3 /* of the second octet of sub-type 1; the others are reserved */
};

/* A decoded header encodes to the same octets, except for reserved bits. */
static int check_header(const uint8_t *bytes, size_t octets, struct iptfs_aggfrag *header)
{
    uint8_t again[IPTFS_AGGFRAG_CC_OCTETS];
    int length = iptfs_aggfrag_decode(header, bytes, octets);
    if (length < 0) {
        MUST(length == IPTFS_E_SHORT || length == IPTFS_E_SUB_TYPE);
        MUST(octets == 0 || length != IPTFS_E_SUB_TYPE || bytes[0] > 1);
        return length;
    }
    struct iptfs_aggfrag second;
    MUST((size_t)length == iptfs_aggfrag_octets(bytes[0]) && (size_t)length <= octets);
    MUST(iptfs_aggfrag_encode(header, again, (size_t)length - 1) == IPTFS_E_SHORT);
    MUST(iptfs_aggfrag_encode(header, again, sizeof again) == length);
    MUST(again[0] == bytes[0]);
    MUST(again[1] == (bytes[0] == 0 ? 0 : bytes[1] & PE_BITS));
    MUST(memcmp(again + 2, bytes + 2, (size_t)length - 2) == 0);
    MUST(iptfs_aggfrag_decode(&second, again, sizeof again) == length);
    MUST(second.plpmtud == header->plpmtud && second.ecn == header->ecn);
    return length;
}

static bool last_of_walk(enum iptfs_block_kind kind)
{
    return kind == IPTFS_BLOCK_PAD || kind == IPTFS_BLOCK_BAD_TYPE ||
           kind == IPTFS_BLOCK_BAD_LENGTH;
}

/* Blocks stand one behind the other and end with the payload, or with one that ends the walk. */
static void check_blocks(const uint8_t *bytes, uint32_t octets, uint16_t block_offset)
{
    struct iptfs_block_walk walk;
    struct iptfs_block block = {.kind = IPTFS_BLOCK_PACKET};
    uint32_t at = 0, packets = 0;
    bool ended = false;
    iptfs_blocks_of_bytes(&walk, bytes, octets, block_offset);
    bool all_pad = iptfs_blocks_all_pad(&walk);
    while (iptfs_block_next(&walk, &block)) {
        MUST(!ended);
        MUST(block.inner == NULL && block.bytes == bytes + at);
        MUST(block.kind != IPTFS_BLOCK_CONTINUED || (at == 0 && block.octets <= block_offset));
        if (block.kind == IPTFS_BLOCK_PACKET) {
            MUST(block.octets > 0 && (block.total == 0 || block.octets <= block.total));
            MUST(block.octets == block.total || at + block.octets == octets);
        }
        ended = last_of_walk(block.kind);
        packets += !ended || block.kind != IPTFS_BLOCK_PAD;
        at += block.octets;
        MUST(at <= octets);
    }
    MUST(ended || at == octets);
    MUST(block.kind != IPTFS_BLOCK_PAD || at == octets);
    MUST(all_pad == (packets == 0));
}

/* Packets of an outer packet, as slices. */
struct made {
    struct iptfs_store store;
    struct iptfs_outer *outer;
    uint8_t bytes[PKTS_MAX][PKT_MAX_OCTETS];
};

static void make(struct made *made, struct fuzz_input *input)
{
    uint32_t count = (uint32_t)fuzz_between(input, 0, PKTS_MAX);
    iptfs_store_init(&made->store);
    made->outer = iptfs_outer_new(&made->store);
    made->outer->pad_octets = (uint32_t)fuzz_between(input, 0, 20);
    for (uint32_t i = 0; i < count; i++) {
        int version = fuzz_flag(input) ? 4 : 6;
        uint32_t octets = (uint32_t)fuzz_between(input, version == 4 ? 20 : 40, PKT_MAX_OCTETS);
        uint32_t offset = i == 0 ? (uint32_t)fuzz_between(input, 0, octets - 1) : 0;
        uint32_t length = octets - offset;
        if (i + 1 == count)
            length = (uint32_t)fuzz_between(input, 1, length);
        sample_ip(made->bytes[i], version, octets, i);
        struct iptfs_inner *inner = sample_inner(&made->store, made->bytes[i], octets);
        iptfs_outer_add(made->outer, inner, offset, length);
        iptfs_inner_unref(&made->store, inner);
        if (offset > 0)
            made->outer->block_offset = octets - offset;
    }
}

/* The octets of an outer packet are walked as its slices are. What ends in a fragment has no
 * padding behind it: a reader could not distinguish it from the packet. */
static void check_walks(const struct iptfs_outer *outer, const uint8_t *bytes, uint32_t octets)
{
    struct iptfs_block_walk of_slices, of_bytes;
    struct iptfs_block slice, block;
    iptfs_blocks_of_slices(&of_slices, outer);
    iptfs_blocks_of_bytes(&of_bytes, bytes, octets, (uint16_t)outer->block_offset);
    MUST(iptfs_blocks_all_pad(&of_slices) == iptfs_blocks_all_pad(&of_bytes));
    while (iptfs_block_next(&of_slices, &slice)) {
        if (!MUST(iptfs_block_next(&of_bytes, &block)))
            return;
        MUST(block.kind == slice.kind && block.octets == slice.octets);
        MUST(block.total == slice.total || (block.total == 0 && block.octets < 6) ||
             block.kind != IPTFS_BLOCK_PACKET);
        if (slice.inner != NULL)
            MUST(memcmp(block.bytes, slice.inner->bytes + slice.offset, block.octets) == 0);
    }
    MUST(!iptfs_block_next(&of_bytes, &block));
}

static void check_round_trip(struct fuzz_input *input)
{
    static struct made made;
    uint8_t bytes[IPTFS_AGGFRAG_CC_OCTETS + PKTS_MAX * PKT_MAX_OCTETS + 20];
    struct iptfs_aggfrag header = {.sub_type = fuzz_flag(input)};
    make(&made, input);
    const struct iptfs_outer *outer = made.outer;
    bool cut = false;
    struct iptfs_slice_walk walk;
    struct iptfs_slice slice;
    for (iptfs_slices(outer, &walk); iptfs_slice_next(&walk, &slice);)
        cut = slice.offset + slice.octets < slice.inner->octets;
    if (cut)
        made.outer->pad_octets = 0;
    int length = iptfs_payload_encode(outer, header, NULL, bytes, sizeof bytes);
    size_t head = iptfs_aggfrag_octets(header.sub_type);
    MUST(length == (int)(head + outer->data_octets + outer->pad_octets));
    MUST(iptfs_aggfrag_decode(&header, bytes, (size_t)length) == (int)head);
    MUST(header.block_offset == outer->block_offset);
    if (length > 0)
        MUST(iptfs_payload_encode(outer, header, NULL, bytes, (size_t)length - 1) == IPTFS_E_SHORT);
    check_walks(outer, bytes + head, (uint32_t)length - (uint32_t)head);
    iptfs_outer_drop(&made.store, made.outer, IPTFS_DROP_LINK_LOSS);
    MUST(made.store.live_inner == 0 && made.store.live_outer == 0);
    iptfs_store_free(&made.store);
}

void fuzz_aggfrag(const uint8_t *bytes, size_t octets)
{
    struct fuzz_input input = {bytes, octets};
    struct iptfs_aggfrag header;
    int length = check_header(bytes, octets, &header);
    if (length >= 0)
        check_blocks(bytes + length, (uint32_t)octets - (uint32_t)length, header.block_offset);
    check_round_trip(&input);
}
