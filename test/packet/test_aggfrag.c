/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The AGGFRAG payload octet by octet: RFC 9347, sections 6.1.1 and 6.1.2. */
#include "base/error.h"
#include "packet/aggfrag.h"
#include "support/check.h"
#include "support/samples.h"

#include <stdlib.h>
#include <string.h>

/* --- headers --- */

struct vector {
    struct iptfs_aggfrag header;
    uint8_t wire[IPTFS_AGGFRAG_CC_OCTETS];
    uint8_t octets;
};

static const struct vector vectors[] = {
    /* sub-type 0 | reserved 0 | BlockOffset 0 */
    {{.sub_type = 0}, {0x00, 0x00, 0x00, 0x00}, 4},
    /* sub-type 0 | reserved 0 | BlockOffset 100 */
    {{.sub_type = 0, .block_offset = 100}, {0x00, 0x00, 0x00, 0x64}, 4},
    /* sub-type 0 | reserved 0 | BlockOffset 2000 */
    {{.sub_type = 0, .block_offset = 2000}, {0x00, 0x00, 0x07, 0xD0}, 4},
    /* sub-type 0 | reserved 0 | BlockOffset 65535 */
    {{.sub_type = 0, .block_offset = 65535}, {0x00, 0x00, 0xFF, 0xFF}, 4},
    /* sub-type 1 | P 0, E 0 | BlockOffset 0 | no loss | RTT 0, EchoDelay 0, TransmitDelay 0 |
     * TVal 0 | TEcho 0 */
    {{.sub_type = 1}, {0x01}, 24},
    /* sub-type 1 | P 1, E 0 | BlockOffset 1 | 1/p = 1 (all lost) | RTT 1 us, else 0 */
    {{.sub_type = 1, .plpmtud = true, .block_offset = 1, .loss_event_rate = 1, .rtt_us = 1},
     {0x01, 0x02, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x04, 0x00}, /* 1 << 42 */
     24},
    /* sub-type 1 | P 0, E 1 | BlockOffset 0x1234 | 1/p = 0x01020304 | RTT 0, EchoDelay 1 us,
     * TransmitDelay 0 | TVal 0x05060708 | TEcho 0x090A0B0C */
    {{.sub_type = 1,
      .ecn = true,
      .block_offset = 0x1234,
      .loss_event_rate = 0x01020304,
      .echo_delay_us = 1,
      .tval = 0x05060708,
      .techo = 0x090A0B0C},
     {0x01, 0x01, 0x12, 0x34, 0x01, 0x02, 0x03, 0x04,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, /* 1 << 21 */
      0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C},
     24},
    /* sub-type 1 | P 1, E 1 | BlockOffset 0 | no loss | RTT 0, EchoDelay 0, TransmitDelay 1 us */
    {{.sub_type = 1, .plpmtud = true, .ecn = true, .transmit_delay_us = 1},
     {0x01, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x01},
     24},
    /* sub-type 1 | RTT 100 ms = 0x186A0, EchoDelay 2500 us = 0x9C4, TransmitDelay 120 us = 0x78:
     * 0x186A0 << 42 | 0x9C4 << 21 | 0x78 = 0x061A8001 38800078 */
    {{.sub_type = 1, .rtt_us = 100000, .echo_delay_us = 2500, .transmit_delay_us = 120},
     {0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06, 0x1A, 0x80, 0x01, 0x38, 0x80, 0x00,
      0x78},
     24},
    /* sub-type 1 | RTT at its largest, both delays 0 */
    {{.sub_type = 1, .rtt_us = 0x3FFFFF},
     {0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFC, 0x00},
     24},
    /* sub-type 1 | EchoDelay at its largest, its neighbours 0 */
    {{.sub_type = 1, .echo_delay_us = 0x1FFFFF},
     {0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xFF, 0xFF, 0xE0},
     24},
    /* sub-type 1 | TransmitDelay at its largest, its neighbours 0 */
    {{.sub_type = 1, .transmit_delay_us = 0x1FFFFF},
     {0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1F, 0xFF,
      0xFF},
     24},
    /* sub-type 1 | every field full */
    {{.sub_type = 1,
      .plpmtud = true,
      .ecn = true,
      .block_offset = 0xFFFF,
      .loss_event_rate = 0xFFFFFFFF,
      .rtt_us = 0x3FFFFF,
      .echo_delay_us = 0x1FFFFF,
      .transmit_delay_us = 0x1FFFFF,
      .tval = 0xFFFFFFFF,
      .techo = 0xFFFFFFFF},
     {0x01, 0x03, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
      0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
     24},
};

static void check_header(const struct iptfs_aggfrag *found, const struct iptfs_aggfrag *expected)
{
    CHECK_INT(found->sub_type, expected->sub_type);
    CHECK_INT(found->block_offset, expected->block_offset);
    CHECK_INT(found->plpmtud, expected->plpmtud);
    CHECK_INT(found->ecn, expected->ecn);
    CHECK_U64(found->loss_event_rate, expected->loss_event_rate);
    CHECK_U64(found->rtt_us, expected->rtt_us);
    CHECK_U64(found->echo_delay_us, expected->echo_delay_us);
    CHECK_U64(found->transmit_delay_us, expected->transmit_delay_us);
    CHECK_U64(found->tval, expected->tval);
    CHECK_U64(found->techo, expected->techo);
}

static void test_headers_encode_to_these_octets(void)
{
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        uint8_t bytes[IPTFS_AGGFRAG_CC_OCTETS];
        memset(bytes, 0xA5, sizeof bytes);
        CHECK_INT(iptfs_aggfrag_encode(&vectors[i].header, bytes, sizeof bytes), vectors[i].octets);
        CHECK_BYTES(bytes, vectors[i].wire, vectors[i].octets);
        for (size_t at = vectors[i].octets; at < sizeof bytes; at++)
            CHECK_INT(bytes[at], 0xA5); /* and to no more */
    }
}

static void test_headers_decode_from_these_octets(void)
{
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct iptfs_aggfrag header;
        memset(&header, 0xA5, sizeof header);
        CHECK_INT(iptfs_aggfrag_decode(&header, vectors[i].wire, vectors[i].octets),
                  vectors[i].octets);
        check_header(&header, &vectors[i].header);
    }
}

static void test_header_lengths(void)
{
    CHECK_INT(IPTFS_AGGFRAG_NEXT_HEADER, 144);
    CHECK_INT(iptfs_aggfrag_octets(0), 4);
    CHECK_INT(iptfs_aggfrag_octets(1), 24);
    for (unsigned sub_type = 2; sub_type < 256; sub_type++)
        CHECK_INT(iptfs_aggfrag_octets((uint8_t)sub_type), 0);
}

static void test_fields_saturate(void)
{
    static const uint32_t values[] = {0x200000, 0x3FFFFF, 0x400000, 0x80000000, 0xFFFFFFFF};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        uint32_t rtt = values[i] < 0x3FFFFF ? values[i] : 0x3FFFFF;
        struct iptfs_aggfrag header = {.sub_type = 1, .rtt_us = values[i]}, back;
        uint8_t bytes[IPTFS_AGGFRAG_CC_OCTETS];
        iptfs_aggfrag_encode(&header, bytes, sizeof bytes);
        iptfs_aggfrag_decode(&back, bytes, sizeof bytes);
        check_header(&back, &(struct iptfs_aggfrag){.sub_type = 1, .rtt_us = rtt});
        header = (struct iptfs_aggfrag){.sub_type = 1, .echo_delay_us = values[i]};
        iptfs_aggfrag_encode(&header, bytes, sizeof bytes);
        iptfs_aggfrag_decode(&back, bytes, sizeof bytes);
        check_header(&back, &(struct iptfs_aggfrag){.sub_type = 1, .echo_delay_us = 0x1FFFFF});
        header = (struct iptfs_aggfrag){.sub_type = 1, .transmit_delay_us = values[i]};
        iptfs_aggfrag_encode(&header, bytes, sizeof bytes);
        iptfs_aggfrag_decode(&back, bytes, sizeof bytes);
        check_header(&back, &(struct iptfs_aggfrag){.sub_type = 1, .transmit_delay_us = 0x1FFFFF});
    }
}

static void test_reserved_bits_are_ignored(void)
{
    struct iptfs_aggfrag header;
    uint8_t bytes[IPTFS_AGGFRAG_CC_OCTETS] = {0x00, 0xFF, 0x00, 0x07};
    CHECK_INT(iptfs_aggfrag_decode(&header, bytes, 4), 4);
    check_header(&header, &(struct iptfs_aggfrag){.block_offset = 7}); /* sub-type 0 has no P, E */
    bytes[0] = 1;
    bytes[1] = 0xFC;
    CHECK_INT(iptfs_aggfrag_decode(&header, bytes, 24), 24);
    check_header(&header, &(struct iptfs_aggfrag){.sub_type = 1, .block_offset = 7});
    bytes[1] = 0xFD;
    CHECK_INT(iptfs_aggfrag_decode(&header, bytes, 24), 24);
    check_header(&header, &(struct iptfs_aggfrag){.sub_type = 1, .block_offset = 7, .ecn = true});
}

static void test_unknown_and_short_headers_are_errors(void)
{
    struct iptfs_aggfrag header = {.sub_type = 2};
    uint8_t bytes[IPTFS_AGGFRAG_CC_OCTETS];
    memset(bytes, 0xA5, sizeof bytes);
    CHECK_INT(iptfs_aggfrag_encode(&header, bytes, sizeof bytes), IPTFS_E_SUB_TYPE);
    for (uint8_t sub_type = 0; sub_type <= 1; sub_type++) {
        header.sub_type = sub_type;
        for (size_t size = 0; size < iptfs_aggfrag_octets(sub_type); size++)
            CHECK_INT(iptfs_aggfrag_encode(&header, bytes, size), IPTFS_E_SHORT);
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        CHECK_INT(bytes[i], 0xA5); /* nothing was written */

    CHECK_INT(iptfs_aggfrag_decode(&header, bytes, 0), IPTFS_E_SHORT);
    CHECK_INT(iptfs_aggfrag_decode(&header, bytes, sizeof bytes), IPTFS_E_SUB_TYPE);
    for (uint8_t sub_type = 0; sub_type <= 1; sub_type++) {
        bytes[0] = sub_type;
        for (size_t size = 1; size < iptfs_aggfrag_octets(sub_type); size++)
            CHECK_INT(iptfs_aggfrag_decode(&header, bytes, size), IPTFS_E_SHORT);
    }
    bytes[0] = 2;
    CHECK_INT(iptfs_aggfrag_decode(&header, bytes, 4), IPTFS_E_SUB_TYPE);
}

/* --- blocks --- */

static void expect_block(struct iptfs_block_walk *walk, enum iptfs_block_kind kind, uint32_t octets,
                         uint32_t total)
{
    struct iptfs_block block;
    if (!CHECK_TRUE(iptfs_block_next(walk, &block)))
        return;
    CHECK_INT(block.kind, kind);
    CHECK_INT(block.octets, octets);
    if (kind == IPTFS_BLOCK_PACKET)
        CHECK_INT(block.total, total);
}

static void expect_end(struct iptfs_block_walk *walk)
{
    struct iptfs_block block;
    CHECK_TRUE(!iptfs_block_next(walk, &block));
    CHECK_TRUE(!iptfs_block_next(walk, &block));
}

/* Continued octets, an IPv4 and an IPv6 packet whole, then a third cut by the end. */
static void test_blocks_of_bytes(void)
{
    uint8_t bytes[7 + 20 + 48 + 30];
    struct iptfs_block_walk walk;
    memset(bytes, 0xEE, 7);
    sample_ip(bytes + 7, 4, 20, 1);
    sample_ip(bytes + 27, 6, 48, 2);
    uint8_t third[100];
    sample_ip(third, 4, sizeof third, 3);
    memcpy(bytes + 75, third, 30);
    iptfs_blocks_of_bytes(&walk, bytes, sizeof bytes, 7);
    CHECK_TRUE(!iptfs_blocks_all_pad(&walk));
    expect_block(&walk, IPTFS_BLOCK_CONTINUED, 7, 0);
    expect_block(&walk, IPTFS_BLOCK_PACKET, 20, 20);
    expect_block(&walk, IPTFS_BLOCK_PACKET, 48, 48);
    expect_block(&walk, IPTFS_BLOCK_PACKET, 30, 100);
    expect_end(&walk);
}

static void test_padding_runs_to_the_end(void)
{
    uint8_t bytes[60];
    struct iptfs_block_walk walk;
    sample_ip(bytes, 4, 30, 1);
    memset(bytes + 30, 0x45, 30); /* looks like packets, and is not */
    bytes[30] = 0x0F;             /* only the first nibble marks padding */
    iptfs_blocks_of_bytes(&walk, bytes, sizeof bytes, 0);
    CHECK_TRUE(!iptfs_blocks_all_pad(&walk));
    expect_block(&walk, IPTFS_BLOCK_PACKET, 30, 30);
    expect_block(&walk, IPTFS_BLOCK_PAD, 30, 0);
    expect_end(&walk);
}

static void test_all_pad_is_recognised_by_the_first_block(void)
{
    uint8_t pad[8] = {0}, packet[8] = {0x45, 0, 0, 20};
    struct iptfs_block_walk walk;
    iptfs_blocks_of_bytes(&walk, pad, sizeof pad, 0);
    CHECK_TRUE(iptfs_blocks_all_pad(&walk));
    iptfs_blocks_of_bytes(&walk, pad, 1, 0);
    CHECK_TRUE(iptfs_blocks_all_pad(&walk));
    iptfs_blocks_of_bytes(&walk, pad, 0, 0); /* header only, no octet of a packet */
    CHECK_TRUE(iptfs_blocks_all_pad(&walk));
    expect_end(&walk);
    iptfs_blocks_of_bytes(&walk, packet, sizeof packet, 0);
    CHECK_TRUE(!iptfs_blocks_all_pad(&walk));
    for (unsigned type = 1; type < 16; type++) {
        packet[0] = (uint8_t)(type << 4);
        iptfs_blocks_of_bytes(&walk, packet, sizeof packet, 0);
        CHECK_TRUE(!iptfs_blocks_all_pad(&walk));
    }
    iptfs_blocks_of_bytes(&walk, pad, sizeof pad, 3); /* the zeros belong to a packet */
    CHECK_TRUE(!iptfs_blocks_all_pad(&walk));
}

static void test_block_offset_at_and_beyond_the_end(void)
{
    uint8_t bytes[10] = {0};
    struct iptfs_block_walk walk;
    static const uint16_t offsets[] = {10, 11, 2000, 65535};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        iptfs_blocks_of_bytes(&walk, bytes, sizeof bytes, offsets[i]);
        expect_block(&walk, IPTFS_BLOCK_CONTINUED, 10, 0);
        expect_end(&walk);
    }
    iptfs_blocks_of_bytes(&walk, bytes, sizeof bytes, 9);
    expect_block(&walk, IPTFS_BLOCK_CONTINUED, 9, 0);
    expect_block(&walk, IPTFS_BLOCK_PAD, 1, 0);
    expect_end(&walk);
}

static void test_bad_blocks_end_the_walk(void)
{
    struct iptfs_block_walk walk;
    uint8_t bytes[60];
    sample_ip(bytes, 4, 20, 1);
    sample_ip(bytes + 20, 4, 20, 2);
    sample_ip(bytes + 40, 4, 20, 3);
    bytes[20] = 0x55;
    iptfs_blocks_of_bytes(&walk, bytes, sizeof bytes, 0);
    expect_block(&walk, IPTFS_BLOCK_PACKET, 20, 20);
    expect_block(&walk, IPTFS_BLOCK_BAD_TYPE, 40, 0);
    expect_end(&walk);
    bytes[20] = 0x45;
    bytes[23] = 0;
    iptfs_blocks_of_bytes(&walk, bytes, sizeof bytes, 0);
    expect_block(&walk, IPTFS_BLOCK_PACKET, 20, 20);
    expect_block(&walk, IPTFS_BLOCK_BAD_LENGTH, 40, 0);
    expect_end(&walk);
}

/* 1 to 3 octets of IPv4 and 1 to 5 of IPv6 do not contain a length. */
static void test_runts_have_no_length_yet(void)
{
    uint8_t four[20], six[40];
    struct iptfs_block_walk walk;
    sample_ip(four, 4, sizeof four, 1);
    sample_ip(six, 6, sizeof six, 2);
    for (uint32_t octets = 1; octets <= 6; octets++) {
        iptfs_blocks_of_bytes(&walk, four, octets, 0);
        expect_block(&walk, IPTFS_BLOCK_PACKET, octets, octets < 4 ? 0 : 20);
        expect_end(&walk);
        iptfs_blocks_of_bytes(&walk, six, octets, 0);
        expect_block(&walk, IPTFS_BLOCK_PACKET, octets, octets < 6 ? 0 : 40);
        expect_end(&walk);
    }
}

/* For any octets the blocks add up to the payload and the walk ends. The buffers have the exact
 * length, so that a sanitizer reports any read beyond. */
static void test_any_octets_can_be_walked(void)
{
    uint64_t state = 3;
    for (int i = 0; i < 20000; i++) {
        uint32_t octets = sample_between(&state, 0, 80);
        uint8_t *bytes = malloc(octets > 0 ? octets : 1);
        for (uint32_t at = 0; at < octets; at++) {
            bytes[at] = (uint8_t)sample_next(&state);
            if (sample_between(&state, 0, 3) == 0)
                bytes[at] = sample_between(&state, 0, 1) ? 0x45 : 0x00;
        }
        struct iptfs_block_walk walk;
        struct iptfs_block block;
        uint32_t sum = 0, blocks = 0;
        iptfs_blocks_of_bytes(&walk, bytes, octets, (uint16_t)sample_between(&state, 0, 100));
        iptfs_blocks_all_pad(&walk);
        while (iptfs_block_next(&walk, &block) && blocks <= octets) {
            sum += block.octets;
            blocks++;
        }
        if (sum != octets || blocks > octets)
            CHECK_FAIL("case %d: %u octets in %u blocks, expected %u", i, sum, blocks, octets);
        free(bytes);
    }
}

/* --- slices and the payload they make --- */

struct box {
    struct iptfs_store store;
    struct iptfs_outer *outer;
    struct iptfs_inner *inner[3];
    uint8_t bytes[3][100];
};

/* The last 60 octets of one packet, all 40 of a second, the first 20 of a third, and 9 of pad. */
static void box_open(struct box *box)
{
    iptfs_store_init(&box->store);
    box->outer = iptfs_outer_new(&box->store);
    box->outer->block_offset = 60;
    box->outer->pad_octets = 9;
    static const uint32_t octets[] = {100, 40, 100};
    for (uint32_t i = 0; i < 3; i++) {
        sample_ip(box->bytes[i], i == 1 ? 6 : 4, octets[i], i);
        box->inner[i] = sample_inner(&box->store, box->bytes[i], octets[i]);
    }
    iptfs_outer_add(box->outer, box->inner[0], 40, 60);
    iptfs_outer_add(box->outer, box->inner[1], 0, 40);
    iptfs_outer_add(box->outer, box->inner[2], 0, 20);
    for (uint32_t i = 0; i < 3; i++)
        iptfs_inner_unref(&box->store, box->inner[i]);
}

static void box_close(struct box *box)
{
    iptfs_outer_drop(&box->store, box->outer, IPTFS_DROP_LINK_LOSS);
    CLOSE_STORE(&box->store);
}

static void expect_slice(struct iptfs_block_walk *walk, enum iptfs_block_kind kind,
                         const struct iptfs_inner *inner, uint32_t offset, uint32_t octets)
{
    struct iptfs_block block;
    if (!CHECK_TRUE(iptfs_block_next(walk, &block)))
        return;
    CHECK_INT(block.kind, kind);
    CHECK_TRUE(block.inner == inner);
    CHECK_TRUE(block.bytes == NULL);
    CHECK_INT(block.offset, offset);
    CHECK_INT(block.octets, octets);
    CHECK_INT(block.total, inner->octets);
}

static void test_blocks_of_slices(void)
{
    struct box box;
    struct iptfs_block_walk walk;
    box_open(&box);
    iptfs_blocks_of_slices(&walk, box.outer);
    CHECK_TRUE(!iptfs_blocks_all_pad(&walk));
    expect_slice(&walk, IPTFS_BLOCK_CONTINUED, box.inner[0], 40, 60);
    expect_slice(&walk, IPTFS_BLOCK_PACKET, box.inner[1], 0, 40);
    expect_slice(&walk, IPTFS_BLOCK_PACKET, box.inner[2], 0, 20);
    expect_block(&walk, IPTFS_BLOCK_PAD, 9, 0);
    expect_end(&walk);
    box_close(&box);
}

static void test_slices_of_padding_only(void)
{
    struct iptfs_store store;
    struct iptfs_block_walk walk;
    iptfs_store_init(&store);
    struct iptfs_outer *outer = iptfs_outer_new(&store);
    iptfs_blocks_of_slices(&walk, outer);
    CHECK_TRUE(iptfs_blocks_all_pad(&walk));
    expect_end(&walk);
    outer->pad_octets = 1400;
    iptfs_blocks_of_slices(&walk, outer);
    CHECK_TRUE(iptfs_blocks_all_pad(&walk));
    expect_block(&walk, IPTFS_BLOCK_PAD, 1400, 0);
    expect_end(&walk);
    iptfs_outer_processed(&store, outer);
    CLOSE_STORE(&store);
}

/* Writes the payload of the box by hand; returns its octets. */
static uint32_t by_hand(const struct box *box, const uint8_t *header, uint32_t header_octets,
                        uint8_t *bytes)
{
    memcpy(bytes, header, header_octets);
    uint8_t *at = bytes + header_octets;
    memcpy(at, box->bytes[0] + 40, 60);
    memcpy(at + 60, box->bytes[1], 40);
    memcpy(at + 100, box->bytes[2], 20);
    memset(at + 120, 0, 9);
    return header_octets + 129;
}

static void test_payload_encodes_to_the_octet(void)
{
    struct box box;
    uint8_t expected[200], bytes[200];
    box_open(&box);
    /* sub-type 0 | reserved | BlockOffset 60; the caller's own BlockOffset does not count */
    const uint8_t plain[] = {0x00, 0x00, 0x00, 0x3C};
    uint32_t octets = by_hand(&box, plain, sizeof plain, expected);
    memset(bytes, 0xA5, sizeof bytes);
    CHECK_INT(iptfs_payload_encode(box.outer, (struct iptfs_aggfrag){.block_offset = 5}, NULL,
                                   bytes, sizeof bytes),
              octets);
    CHECK_BYTES(bytes, expected, octets);
    CHECK_INT(bytes[octets], 0xA5);
    /* sub-type 1 | E | BlockOffset 60 | 1/p 1000 | RTT, delays 0 | TVal 1 | TEcho 2 */
    const uint8_t congestion[] = {0x01, 0x01, 0x00, 0x3C, 0x00, 0x00, 0x03, 0xE8,
                                  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                  0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02};
    struct iptfs_aggfrag header = {
        .sub_type = 1, .ecn = true, .loss_event_rate = 1000, .tval = 1, .techo = 2};
    octets = by_hand(&box, congestion, sizeof congestion, expected);
    CHECK_INT(iptfs_payload_encode(box.outer, header, NULL, bytes, sizeof bytes), octets);
    CHECK_BYTES(bytes, expected, octets);
    box_close(&box);
}

static void test_payload_needs_a_buffer_and_bytes(void)
{
    struct box box;
    uint8_t bytes[200];
    box_open(&box);
    struct iptfs_aggfrag header = {.sub_type = 0};
    for (uint32_t size = 0; size < 133; size++) {
        memset(bytes, 0xA5, sizeof bytes);
        CHECK_INT(iptfs_payload_encode(box.outer, header, NULL, bytes, size), IPTFS_E_SHORT);
        CHECK_INT(bytes[size], 0xA5);
    }
    CHECK_INT(iptfs_payload_encode(box.outer, header, NULL, bytes, 133), 133);
    header.sub_type = 9;
    CHECK_INT(iptfs_payload_encode(box.outer, header, NULL, bytes, 200), IPTFS_E_SUB_TYPE);
    header.sub_type = 0;
    box.inner[1]->bytes = NULL;
    CHECK_INT(iptfs_payload_encode(box.outer, header, NULL, bytes, 200), IPTFS_E_INVALID);
    box_close(&box);
}

static void test_empty_payload_is_only_the_header(void)
{
    struct iptfs_store store;
    uint8_t bytes[24];
    iptfs_store_init(&store);
    struct iptfs_outer *outer = iptfs_outer_new(&store);
    CHECK_INT(iptfs_payload_encode(outer, (struct iptfs_aggfrag){.sub_type = 1}, NULL, bytes, 24),
              24);
    CHECK_INT(iptfs_payload_encode(outer, (struct iptfs_aggfrag){.sub_type = 0}, NULL, bytes, 4),
              4);
    iptfs_outer_processed(&store, outer);
    CLOSE_STORE(&store);
}

const CU_TestInfo iptfs_tests_aggfrag[] = {
    {"headers encode to these octets", test_headers_encode_to_these_octets},
    {"headers decode from these octets", test_headers_decode_from_these_octets},
    {"header lengths", test_header_lengths},
    {"fields saturate", test_fields_saturate},
    {"reserved bits are ignored", test_reserved_bits_are_ignored},
    {"unknown and short headers are errors", test_unknown_and_short_headers_are_errors},
    {"blocks of bytes", test_blocks_of_bytes},
    {"padding runs to the end", test_padding_runs_to_the_end},
    {"all-pad is recognised by the first block", test_all_pad_is_recognised_by_the_first_block},
    {"BlockOffset at and beyond the end", test_block_offset_at_and_beyond_the_end},
    {"bad blocks end the walk", test_bad_blocks_end_the_walk},
    {"runts have no length yet", test_runts_have_no_length_yet},
    {"any octets can be walked", test_any_octets_can_be_walked},
    {"blocks of slices", test_blocks_of_slices},
    {"slices of padding only", test_slices_of_padding_only},
    {"payload encodes to the octet", test_payload_encodes_to_the_octet},
    {"payload needs a buffer and bytes", test_payload_needs_a_buffer_and_bytes},
    {"empty payload is only the header", test_empty_payload_is_only_the_header},
    CU_TEST_INFO_NULL,
};
