/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inner packets out of payloads: RFC 9347's example, every way to split a packet, and everything
 * that can be wrong with a payload. Most tests go by bytes, as from a wire; those that end in
 * "slices" go as the simulator does. */
#include "base/units.h"
#include "packet/aggfrag.h"
#include "receiver/reassembly.h"
#include "sender/packer_aggfrag.h"
#include "support/check.h"
#include "support/samples.h"

#include <stdlib.h>
#include <string.h>

enum {
    DROP_TIME_PS = 1000000
};

/* A receiver of payloads that compares the packets delivered with those expected. */
struct rx {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_drop_timer timer;
    struct iptfs_reassembly reassembly;
    const struct sample *wanted;
    uint32_t wanted_pkts;
    uint32_t delivered;
    uint32_t again;
    uint64_t seq; /* of the last payload */
    int64_t now_ps;
    int64_t delivered_ps;
    uint8_t sub_type;
};

static void on_deliver(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct rx *rx = ctx;
    rx->delivered_ps = now_ps;
    rx->again += again;
    if (rx->delivered < rx->wanted_pkts) {
        const struct sample *wanted = &rx->wanted[rx->delivered];
        if (CHECK_INT(inner->octets, wanted->octets))
            CHECK_BYTES(inner->bytes, wanted->bytes, wanted->octets);
    }
    rx->delivered++;
}

static void rx_open(struct rx *rx, const struct sample *wanted, uint32_t wanted_pkts)
{
    *rx = (struct rx){.wanted = wanted, .wanted_pkts = wanted_pkts};
    rx->timer = (struct iptfs_drop_timer){DROP_TIME_PS, IPTFS_NEVER};
    iptfs_store_init(&rx->store);
    iptfs_reassembly_init(&rx->reassembly, &rx->store, &rx->counters, &rx->timer);
    rx->reassembly.deliver = on_deliver;
    rx->reassembly.deliver_ctx = rx;
}

static uint64_t counted(const struct rx *rx, enum iptfs_counter counter)
{
    return rx->counters.value[counter];
}

static uint64_t dropped(const struct rx *rx, enum iptfs_drop_cause drop_cause)
{
    return rx->store.ledger.dropped[drop_cause].pkts;
}

/* Checks how many packets came out, that each octet of them was counted, and that no memory is
 * held any more. */
static void rx_close(struct rx *rx, uint32_t delivered, const char *file, int line)
{
    check_int(rx->delivered, delivered, "packets delivered", file, line);
    check_u64(counted(rx, IPTFS_YANG_INNER_RX_PKTS), rx->delivered, "rx-pkts", file, line);
    check_u64(rx->store.ledger.delivered.pkts + rx->again, rx->delivered, "delivered by the ledger",
              file, line);
    iptfs_store_close(&rx->store);
    iptfs_reassembly_clear(&rx->reassembly);
    sample_close_store(&rx->store, file, line);
}
#define RX_CLOSE(rx, delivered) rx_close((rx), (delivered), __FILE__, __LINE__)

static void check_errors(const struct rx *rx, uint64_t buffer, uint64_t header, uint64_t iptfs,
                         int line)
{
    check_u64(counted(rx, IPTFS_XFRM_IN_BUFFER_ERROR), buffer, "XfrmInBufferError", __FILE__, line);
    check_u64(counted(rx, IPTFS_XFRM_IN_HDR_ERROR), header, "XfrmInHdrError", __FILE__, line);
    check_u64(counted(rx, IPTFS_XFRM_IN_IPTFS_ERROR), iptfs, "XfrmInIptfsError", __FILE__, line);
}
#define CHECK_ERRORS(rx, buffer, header, iptfs) check_errors(rx, buffer, header, iptfs, __LINE__)

/* An outer packet from outside comes in. */
static void take(struct rx *rx, struct iptfs_outer *outer)
{
    outer->seq = ++rx->seq;
    iptfs_reassembly_input(&rx->reassembly, rx->now_ps, outer);
    iptfs_outer_processed(&rx->store, outer);
}

static void give_raw(struct rx *rx, const uint8_t *bytes, uint32_t octets)
{
    struct iptfs_outer *outer = iptfs_outer_new(&rx->store);
    iptfs_outer_set_payload(&rx->store, outer, bytes, octets);
    take(rx, outer);
}

static void give(struct rx *rx, const struct payload *payload)
{
    take(rx, payload_outer(&rx->store, payload, rx->sub_type));
}

/* One payload with octets `from` up to `to` of a packet and nothing else. */
static void give_part(struct rx *rx, const struct sample *sample, uint32_t from, uint32_t to)
{
    struct payload payload;
    payload_begin(&payload, from > 0 ? sample->octets - from : 0);
    payload_put(&payload, sample, from, to);
    give(rx, &payload);
}

static void give_whole(struct rx *rx, const struct sample *sample)
{
    give_part(rx, sample, 0, sample->octets);
}

static void give_pad(struct rx *rx, uint32_t octets)
{
    struct payload payload;
    payload_begin(&payload, 0);
    payload_put_pad(&payload, octets);
    give(rx, &payload);
}

/* Three short packets: IPv4, IPv6, IPv4. */
static uint8_t short_bytes[3][100];
static const struct sample shorts[3] = {
    {short_bytes[0], 60}, {short_bytes[1], 80}, {short_bytes[2], 100}};

static void open_shorts(struct rx *rx, uint32_t wanted_pkts)
{
    for (uint32_t i = 0; i < 3; i++)
        sample_ip(short_bytes[i], i == 1 ? 6 : 4, shorts[i].octets, 10 + i);
    rx_open(rx, shorts, wanted_pkts);
}

/* --- RFC 9347, Appendix A --- */

enum {
    EXAMPLE_SPACE = 1400,
    EXAMPLE_PKTS = 5,
    EXAMPLE_OUTERS = 4
};

static const uint32_t example_octets[EXAMPLE_PKTS] = {750, 750, 60, 240, 3000};

/* Which octets of which packet go into which outer packet. */
static const struct {
    uint32_t outer, inner, from, to;
} example_slices[] = {
    {0, 0, 0, 750}, {0, 1, 0, 650},  {1, 1, 650, 750},   {1, 2, 0, 60},
    {1, 3, 0, 240}, {1, 4, 0, 1000}, {2, 4, 1000, 2400}, {3, 4, 2400, 3000},
};
static const uint32_t example_block_offsets[EXAMPLE_OUTERS] = {0, 100, 2000, 600};
static const uint32_t example_pad = 800;

struct example {
    struct iptfs_store store;
    struct sample samples[EXAMPLE_PKTS];
    struct iptfs_outer *outers[EXAMPLE_OUTERS];
    uint8_t bytes[EXAMPLE_PKTS][3000];
};

static void example_open(struct example *example)
{
    struct iptfs_inner *inner[EXAMPLE_PKTS];
    iptfs_store_init(&example->store);
    for (uint32_t i = 0; i < EXAMPLE_PKTS; i++) {
        example->samples[i] = (struct sample){example->bytes[i], example_octets[i]};
        sample_ip(example->bytes[i], i == 3 ? 6 : 4, example_octets[i], 100 + i);
        inner[i] = sample_inner(&example->store, example->bytes[i], example_octets[i]);
    }
    for (uint32_t i = 0; i < EXAMPLE_OUTERS; i++) {
        example->outers[i] = iptfs_outer_new(&example->store);
        example->outers[i]->block_offset = example_block_offsets[i];
    }
    example->outers[3]->pad_octets = example_pad;
    for (size_t i = 0; i < sizeof example_slices / sizeof example_slices[0]; i++)
        iptfs_outer_add(example->outers[example_slices[i].outer], inner[example_slices[i].inner],
                        example_slices[i].from, example_slices[i].to - example_slices[i].from);
    for (uint32_t i = 0; i < EXAMPLE_PKTS; i++)
        iptfs_inner_unref(&example->store, inner[i]);
}

static void example_close(struct example *example)
{
    for (uint32_t i = 0; i < EXAMPLE_OUTERS; i++)
        iptfs_outer_drop(&example->store, example->outers[i], IPTFS_DROP_LINK_LOSS);
    CLOSE_STORE(&example->store);
}

/* The payload of one outer packet of the example, straight from the table. */
static void example_wire(const struct example *example, uint32_t outer, uint8_t *wire)
{
    const uint32_t offset = example_block_offsets[outer];
    const uint8_t header[] = {0x00, 0x00, (uint8_t)(offset >> 8), (uint8_t)offset};
    uint32_t at = sizeof header;
    memset(wire, 0, sizeof header + EXAMPLE_SPACE);
    memcpy(wire, header, sizeof header);
    for (size_t i = 0; i < sizeof example_slices / sizeof example_slices[0]; i++) {
        if (example_slices[i].outer != outer)
            continue;
        uint32_t octets = example_slices[i].to - example_slices[i].from;
        memcpy(wire + at, example->bytes[example_slices[i].inner] + example_slices[i].from, octets);
        at += octets;
    }
}

static void test_appendix_a_encodes_to_the_octet(void)
{
    static struct example example;
    example_open(&example);
    for (uint32_t i = 0; i < EXAMPLE_OUTERS; i++) {
        uint8_t wire[4 + EXAMPLE_SPACE], expected[4 + EXAMPLE_SPACE];
        example_wire(&example, i, expected);
        CHECK_INT(example.outers[i]->data_octets + example.outers[i]->pad_octets, EXAMPLE_SPACE);
        CHECK_INT(iptfs_payload_encode(example.outers[i], (struct iptfs_aggfrag){0}, NULL, wire,
                                       sizeof wire),
                  sizeof wire);
        CHECK_BYTES(wire, expected, sizeof wire);
    }
    example_close(&example);
}

static void test_appendix_a_decodes_from_the_octets(void)
{
    static const uint32_t after[EXAMPLE_OUTERS] = {1, 4, 4, 5};
    static struct example example;
    struct rx rx;
    example_open(&example);
    rx_open(&rx, example.samples, EXAMPLE_PKTS);
    for (uint32_t i = 0; i < EXAMPLE_OUTERS; i++) {
        uint8_t wire[4 + EXAMPLE_SPACE];
        example_wire(&example, i, wire);
        give_raw(&rx, wire, sizeof wire);
        CHECK_INT(rx.delivered, after[i]);
    }
    CHECK_ERRORS(&rx, 0, 0, 0);
    RX_CLOSE(&rx, EXAMPLE_PKTS);
    example_close(&example);
}

/* --- splitting --- */

/* Reports in which case a row of checks failed. */
static void name_case(unsigned failures_before, const char *what, uint32_t first, uint32_t second)
{
    if (CU_get_number_of_failures() > failures_before)
        CHECK_FAIL("... %s split at %u and %u", what, first, second);
}

/* A packet goes in three parts (or two, when a cut is at its end), between two whole packets. */
static void give_split(struct rx *rx, uint32_t middle, uint32_t first, uint32_t second, bool pads)
{
    struct payload payload;
    const struct sample *split = &rx->wanted[middle];
    payload_begin(&payload, 0);
    payload_put_whole(&payload, &rx->wanted[middle - 1]);
    payload_put(&payload, split, 0, first);
    give(rx, &payload);
    if (pads)
        give_pad(rx, 50);
    if (second < split->octets)
        give_part(rx, split, first, second);
    if (pads && second < split->octets) {
        give_pad(rx, 1);
        give_pad(rx, 1400);
    }
    uint32_t from = second < split->octets ? second : first;
    payload_begin(&payload, split->octets - from);
    payload_put(&payload, split, from, split->octets);
    payload_put_whole(&payload, &rx->wanted[middle + 1]);
    payload_put_pad(&payload, 3);
    give(rx, &payload);
}

static void split_everywhere(int version, uint32_t octets, bool pads, uint8_t sub_type)
{
    struct rx rx;
    uint8_t bytes[128];
    sample_ip(bytes, version, octets, 77);
    open_shorts(&rx, 0);
    const struct sample row[] = {shorts[0], {bytes, octets}, shorts[1]};
    rx.wanted = row;
    rx.wanted_pkts = 3;
    rx.sub_type = sub_type;
    uint32_t cases = 0;
    for (uint32_t first = 1; first < octets; first++) {
        for (uint32_t second = first + 1; second <= octets; second++) {
            unsigned before = CU_get_number_of_failures();
            rx.delivered = 0;
            give_split(&rx, 1, first, second, pads);
            CHECK_INT(rx.delivered, 3);
            CHECK_TRUE(rx.reassembly.partial == NULL);
            CHECK_INT(rx.timer.deadline_ps, IPTFS_NEVER);
            name_case(before, version == 4 ? "IPv4" : "IPv6", first, second);
            cases++;
        }
    }
    CHECK_ERRORS(&rx, 0, 0, 0);
    CHECK_U64(rx.store.ledger.delivered.pkts, 3 * cases);
    CHECK_U64(rx.store.ledger.offered.octets, rx.store.ledger.delivered.octets);
    CLOSE_STORE(&rx.store);
}

static void test_every_split_of_ipv4(void)
{
    split_everywhere(4, 20, false, 0);
    split_everywhere(4, 60, false, 0);
    split_everywhere(4, 33, false, 1);
}

static void test_every_split_of_ipv6(void)
{
    split_everywhere(6, 40, false, 0);
    split_everywhere(6, 70, false, 0);
    split_everywhere(6, 41, false, 1);
}

static void test_every_split_with_all_pad_payloads_between(void)
{
    split_everywhere(4, 40, true, 0);
    split_everywhere(6, 50, true, 0);
    split_everywhere(4, 24, true, 1);
}

/* An octet a payload, from the first to the last: the length comes in pieces too. */
static void test_one_octet_at_a_time(void)
{
    for (uint32_t i = 0; i < 3; i++) {
        struct rx rx;
        open_shorts(&rx, 0);
        rx.wanted = &shorts[i];
        rx.wanted_pkts = 1;
        for (uint32_t at = 0; at < shorts[i].octets; at++) {
            CHECK_INT(rx.delivered, 0);
            give_part(&rx, &shorts[i], at, at + 1);
        }
        CHECK_ERRORS(&rx, 0, 0, 0);
        RX_CLOSE(&rx, 1);
    }
}

/* A packet over 3333 octets with other packets before and behind: a kernel panic once. */
static void test_a_ping_of_3333_octets(void)
{
    static uint8_t bytes[3361];
    struct rx rx;
    struct payload payload;
    open_shorts(&rx, 0);
    sample_ip(bytes, 4, sizeof bytes, 5);
    const struct sample row[] = {shorts[0], {bytes, sizeof bytes}, shorts[1], shorts[2]};
    rx.wanted = row;
    rx.wanted_pkts = 4;
    payload_begin(&payload, 0);
    payload_put_whole(&payload, &row[0]);
    payload_put(&payload, &row[1], 0, 2);
    give(&rx, &payload);
    give_part(&rx, &row[1], 2, 3);
    give_part(&rx, &row[1], 3, 1440);
    give_part(&rx, &row[1], 1440, 2880);
    payload_begin(&payload, sizeof bytes - 2880);
    payload_put(&payload, &row[1], 2880, sizeof bytes);
    payload_put_whole(&payload, &row[2]);
    payload_put_whole(&payload, &row[3]);
    give(&rx, &payload);
    CHECK_ERRORS(&rx, 0, 0, 0);
    RX_CLOSE(&rx, 4);
}

/* The outer packets of a packet in three parts, as slices. */
static void give_slices(struct rx *rx, struct iptfs_inner *inner, uint32_t from, uint32_t to,
                        struct iptfs_inner *before, struct iptfs_inner *after)
{
    struct iptfs_outer *outer = iptfs_outer_new(&rx->store);
    outer->seq = ++rx->seq;
    outer->block_offset = from > 0 ? inner->octets - from : 0;
    if (before != NULL)
        iptfs_outer_add(outer, before, 0, before->octets);
    iptfs_outer_add(outer, inner, from, to - from);
    if (after != NULL)
        iptfs_outer_add(outer, after, 0, after->octets);
    iptfs_reassembly_input(&rx->reassembly, rx->now_ps, outer);
    iptfs_outer_processed(&rx->store, outer);
}

static void split_slices(struct rx *rx, const struct sample *row, uint32_t first, uint32_t second)
{
    struct iptfs_inner *inner[3];
    for (uint32_t i = 0; i < 3; i++)
        inner[i] = sample_inner(&rx->store, row[i].bytes, row[i].octets);
    uint32_t octets = inner[1]->octets;
    give_slices(rx, inner[1], 0, first, inner[0], NULL);
    if (second < octets)
        give_slices(rx, inner[1], first, second, NULL, NULL);
    give_slices(rx, inner[1], second < octets ? second : first, octets, NULL, inner[2]);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK_INT(inner[i]->refs, 1);
        CHECK_TRUE(inner[i]->delivered);
        iptfs_inner_unref(&rx->store, inner[i]);
    }
}

static void split_everywhere_slices(int version, uint32_t octets)
{
    struct rx rx;
    uint8_t bytes[128];
    uint32_t cases = 0;
    sample_ip(bytes, version, octets, 77);
    open_shorts(&rx, 3);
    const struct sample row[] = {shorts[0], {bytes, octets}, shorts[1]};
    rx.wanted = row;
    for (uint32_t first = 1; first < octets; first++) {
        for (uint32_t second = first + 1; second <= octets; second++) {
            rx.delivered = 0;
            split_slices(&rx, row, first, second);
            CHECK_INT(rx.delivered, 3);
            CHECK_TRUE(rx.reassembly.partial == NULL);
            cases++;
        }
    }
    CHECK_ERRORS(&rx, 0, 0, 0);
    CHECK_U64(rx.store.ledger.delivered.pkts, 3 * cases);
    CLOSE_STORE(&rx.store);
}

static void test_every_split_by_slices(void)
{
    split_everywhere_slices(4, 60);
    split_everywhere_slices(6, 70);
}

/* --- fields of the header --- */

static void record(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    (void)now_ps;
    (void)again;
    *(struct iptfs_inner *)ctx = *inner;
}

static void test_packets_from_bytes_know_their_header(void)
{
    struct rx rx;
    struct iptfs_inner seen;
    uint8_t four[20] = {0x45, 0xB9, 0, 20, 0x12, 0x34};
    uint8_t six[40] = {0x6B, 0x9A, 0xBC, 0xDE, 0, 0};
    const struct sample v4 = {four, sizeof four}, v6 = {six, sizeof six};
    rx_open(&rx, NULL, 0);
    rx.reassembly.deliver = record;
    rx.reassembly.deliver_ctx = &seen;
    rx.now_ps = 42;
    for (int split = 0; split < 2; split++) {
        memset(&seen, 0, sizeof seen);
        give_part(&rx, &v4, 0, split ? 1 : 20);
        rx.now_ps = 43;
        if (split)
            give_part(&rx, &v4, 1, 20);
        CHECK_INT(seen.ip_version, 4);
        CHECK_INT(seen.tos, 0xB9);
        CHECK_INT(seen.id, 0x1234);
        CHECK_INT(seen.octets, 20);
        CHECK_INT(seen.arrived_ps, split ? 43 : 42);
        give_part(&rx, &v6, 0, split ? 1 : 40);
        if (split)
            give_part(&rx, &v6, 1, 40);
        CHECK_INT(seen.ip_version, 6);
        CHECK_INT(seen.tos, 0xB9);
        CHECK_INT(seen.id, 0xABCDE);
        CHECK_INT(seen.octets, 40);
    }
    CHECK_U64(counted(&rx, IPTFS_YANG_INNER_RX_PKTS), 4);
    CHECK_U64(counted(&rx, IPTFS_YANG_INNER_RX_OCTETS), 120);
    CLOSE_STORE(&rx.store);
}

/* --- BlockOffset 0 while a fragment is awaited --- */

static void test_block_offset_0_abandons_and_delivers(void)
{
    struct rx rx;
    open_shorts(&rx, 0);
    rx.wanted = &shorts[1];
    rx.wanted_pkts = 2;
    struct payload payload;
    give_part(&rx, &shorts[0], 0, 30);
    payload_begin(&payload, 0);
    payload_put_whole(&payload, &shorts[1]);
    payload_put_whole(&payload, &shorts[2]);
    give(&rx, &payload);
    CHECK_ERRORS(&rx, 0, 0, 1);
    CHECK_U64(counted(&rx, IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS), 1);
    CHECK_U64(dropped(&rx, IPTFS_DROP_INCOMPLETE), 1);
    CHECK_TRUE(rx.reassembly.partial == NULL);
    RX_CLOSE(&rx, 2);
}

/* Linux 7.2 looks for padding in the first octet of the AGGFRAG header, which is 0 for sub-type 0,
 * and loses the packets of such a payload. */
static void test_linux_fault_3_padding_is_recognised_by_the_block(void)
{
    for (uint8_t sub_type = 0; sub_type <= 1; sub_type++) {
        struct rx rx;
        open_shorts(&rx, 0);
        rx.wanted = &shorts[1];
        rx.wanted_pkts = 1;
        rx.sub_type = sub_type;
        give_part(&rx, &shorts[0], 0, 30);
        give_whole(&rx, &shorts[1]);
        CHECK_INT(rx.delivered, 1);
        CHECK_ERRORS(&rx, 0, 0, 1);
        /* and the other way round: a header that begins with 1 before real padding */
        give_part(&rx, &shorts[2], 0, 50);
        give_pad(&rx, 9);
        rx.wanted = shorts;
        rx.wanted_pkts = 0;
        give_part(&rx, &shorts[2], 50, 100);
        CHECK_ERRORS(&rx, 0, 0, 1);
        RX_CLOSE(&rx, 2);
    }
}

/* Linux 7.2 writes 14 octets of a link header over the end of a packet that it has just completed,
 * when the next packet of the same payload re-uses its buffer. */
static void test_linux_fault_4_the_end_of_a_completed_packet_stays(void)
{
    struct rx rx;
    struct payload payload;
    open_shorts(&rx, 3);
    for (uint32_t first = 1; first < shorts[0].octets; first++) {
        rx.delivered = 0;
        give_part(&rx, &shorts[0], 0, first);
        payload_begin(&payload, shorts[0].octets - first);
        payload_put(&payload, &shorts[0], first, shorts[0].octets);
        payload_put_whole(&payload, &shorts[1]);
        payload_put_whole(&payload, &shorts[2]);
        give(&rx, &payload);
        CHECK_INT(rx.delivered, 3);
    }
    CHECK_ERRORS(&rx, 0, 0, 0);
    CLOSE_STORE(&rx.store);
}

/* --- BlockOffset and length that disagree (RFC 9347, 2.5) --- */

/* One packet is cut at 30 octets; the second payload says `block_offset` and has `octets` of it,
 * then a whole packet behind. */
static void disagree(struct rx *rx, uint32_t block_offset, uint32_t octets)
{
    struct payload payload;
    open_shorts(rx, 0);
    give_part(rx, &shorts[2], 0, 30);
    payload_begin(&payload, block_offset);
    payload_put(&payload, &shorts[2], 30, 30 + octets);
    if (block_offset > octets)
        payload_put_pad(&payload, block_offset - octets);
    payload_put_whole(&payload, &shorts[0]);
    give(rx, &payload);
}

static void test_block_offset_smaller_than_needed(void)
{
    for (uint32_t offset = 1; offset < 70; offset++) {
        struct rx rx;
        disagree(&rx, offset, offset);
        CHECK_INT(rx.delivered, 1); /* the one behind */
        CHECK_ERRORS(&rx, 0, 0, 1);
        CHECK_U64(dropped(&rx, IPTFS_DROP_INCOMPLETE), 1);
        CHECK_INT(rx.timer.deadline_ps, IPTFS_NEVER);
        RX_CLOSE(&rx, 1);
    }
}

static void test_block_offset_larger_than_needed(void)
{
    for (uint32_t offset = 70; offset < 150; offset++) {
        struct rx rx;
        disagree(&rx, offset, 70);
        CHECK_ERRORS(&rx, 0, 0, 0);
        CHECK_U64(dropped(&rx, IPTFS_DROP_INCOMPLETE), 0);
        RX_CLOSE(&rx, 2);
    }
}

/* The longest packet there is, and a BlockOffset that runs beyond its end: octets behind it are
 * skipped, and not written behind the store's buffer (which a sanitizer sees). */
static void test_block_offset_runs_beyond_the_longest_packet(void)
{
    struct rx rx;
    uint8_t *bytes = malloc(IPTFS_PACKET_MAX_OCTETS);
    uint8_t *wire = calloc(1, IPTFS_PACKET_MAX_OCTETS);
    const struct sample longest = {bytes, IPTFS_PACKET_MAX_OCTETS};
    sample_ip(bytes, 6, IPTFS_PACKET_MAX_OCTETS, 1);
    rx_open(&rx, &longest, 1);
    give_part(&rx, &longest, 0, 5000);
    wire[2] = 0xFF; /* BlockOffset 65535, of which 60575 are needed */
    wire[3] = 0xFF;
    memcpy(wire + 4, bytes + 5000, IPTFS_PACKET_MAX_OCTETS - 5000);
    give_raw(&rx, wire, 4 + 65535);
    CHECK_ERRORS(&rx, 0, 0, 0);
    free(bytes);
    free(wire);
    RX_CLOSE(&rx, 1);
}

/* The octets that would complete it are behind the payload's end; BlockOffset was right. */
static void test_block_offset_beyond_the_payload(void)
{
    struct rx rx;
    open_shorts(&rx, 0);
    rx.wanted = &shorts[2];
    rx.wanted_pkts = 1;
    struct payload payload;
    give_part(&rx, &shorts[2], 0, 30);
    payload_begin(&payload, 200); /* more than the 70 that are needed */
    payload_put(&payload, &shorts[2], 30, 60);
    give(&rx, &payload);
    CHECK_INT(rx.delivered, 0);
    give_part(&rx, &shorts[2], 60, 100);
    CHECK_ERRORS(&rx, 0, 0, 0);
    RX_CLOSE(&rx, 1);
}

/* A header is cut inside its length, and the next payload says that its packet ends before the
 * length does: the packet cannot be. New packets behind it still count, and may be cut again. */
static void test_block_offset_ends_inside_a_split_header(void)
{
    for (uint32_t kept = 1; kept <= 4; kept++) {
        for (uint32_t offset = 1; kept + offset < 6; offset++) {
            struct rx rx;
            struct payload payload;
            open_shorts(&rx, 0);
            const struct sample row[] = {shorts[0], shorts[2]};
            rx.wanted = row;
            rx.wanted_pkts = 2;
            give_part(&rx, &shorts[1], 0, kept);
            payload_begin(&payload, offset);
            payload_put(&payload, &shorts[1], kept, kept + offset);
            payload_put_whole(&payload, &shorts[0]);
            payload_put(&payload, &shorts[2], 0, 50);
            give(&rx, &payload);
            CHECK_INT(rx.delivered, 1);
            CHECK_ERRORS(&rx, 0, 0, 1);
            CHECK_U64(dropped(&rx, IPTFS_DROP_INCOMPLETE), 1);
            give_part(&rx, &shorts[2], 50, 100);
            CHECK_ERRORS(&rx, 0, 0, 1);
            RX_CLOSE(&rx, 2);
        }
    }
}

static void test_continued_octets_of_no_packet_are_skipped(void)
{
    struct rx rx;
    struct payload payload;
    open_shorts(&rx, 2);
    payload_begin(&payload, 37);
    payload_put_pad(&payload, 37);
    payload_put_whole(&payload, &shorts[0]);
    payload_put_whole(&payload, &shorts[1]);
    give(&rx, &payload);
    payload_begin(&payload, 5000); /* the whole payload, and more to come */
    payload_put_whole(&payload, &shorts[2]);
    give(&rx, &payload);
    CHECK_ERRORS(&rx, 0, 0, 0);
    RX_CLOSE(&rx, 2);
}

/* --- numbers --- */

static void test_a_gap_abandons_and_goes_on_behind_block_offset(void)
{
    struct rx rx;
    struct payload payload;
    open_shorts(&rx, 0);
    rx.wanted = shorts;
    rx.wanted_pkts = 1;
    give_part(&rx, &shorts[2], 0, 30);
    rx.seq++; /* the second of three parts is lost */
    payload_begin(&payload, 20);
    payload_put(&payload, &shorts[2], 80, 100);
    payload_put_whole(&payload, &shorts[0]);
    give(&rx, &payload);
    CHECK_ERRORS(&rx, 0, 0, 1);
    CHECK_U64(dropped(&rx, IPTFS_DROP_INCOMPLETE), 1);
    CHECK_INT(rx.timer.deadline_ps, IPTFS_NEVER);
    RX_CLOSE(&rx, 1);
}

static void test_a_gap_with_nothing_awaited_is_no_error(void)
{
    struct rx rx;
    open_shorts(&rx, 3);
    for (uint32_t i = 0; i < 3; i++) {
        give_whole(&rx, &shorts[i]);
        rx.seq += 1000;
    }
    CHECK_ERRORS(&rx, 0, 0, 0);
    RX_CLOSE(&rx, 3);
}

static void test_a_number_before_the_awaited_one_is_ignored(void)
{
    struct rx rx;
    open_shorts(&rx, 0);
    rx.wanted = &shorts[2];
    rx.wanted_pkts = 1;
    rx.seq = 100;
    give_part(&rx, &shorts[2], 0, 30);
    for (uint64_t seq = 98; seq <= 100; seq++) {
        rx.seq = seq;
        give_whole(&rx, &shorts[0]);
    }
    rx.seq = 99;
    give_pad(&rx, 40); /* does not move the awaited number */
    rx.seq = 99;
    give_part(&rx, &shorts[2], 30, 100);
    CHECK_INT(rx.delivered, 0);
    rx.seq = 101;
    give_part(&rx, &shorts[2], 30, 100);
    CHECK_ERRORS(&rx, 0, 0, 0);
    RX_CLOSE(&rx, 1);
}

static void test_all_pad_moves_the_awaited_number_by_one(void)
{
    struct rx rx;
    open_shorts(&rx, 0);
    rx.wanted = &shorts[2];
    rx.wanted_pkts = 1;
    give_part(&rx, &shorts[2], 0, 30);
    CHECK_U64(rx.reassembly.want, rx.seq + 1);
    give_pad(&rx, 1);
    CHECK_U64(rx.reassembly.want, rx.seq + 1);
    give_pad(&rx, 1400);
    CHECK_U64(rx.reassembly.want, rx.seq + 1);
    rx.seq++; /* a lost all-pad payload is a gap like any other */
    give_part(&rx, &shorts[2], 30, 100);
    CHECK_ERRORS(&rx, 0, 0, 1);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_ALL_PAD_PKTS), 2);
    RX_CLOSE(&rx, 0);
}

/* --- payloads that are wrong --- */

/* Two good packets, then a block that begins with these octets; how often each error is counted. */
static void bad_block(const uint8_t *bytes, uint32_t octets, uint64_t buffer, uint64_t header)
{
    struct rx rx;
    struct payload payload;
    struct sample bad = {NULL, octets};
    bad.bytes = calloc(1, octets);
    memcpy(bad.bytes, bytes, octets < 6 ? octets : 6);
    open_shorts(&rx, 2);
    payload_begin(&payload, 0);
    payload_put_whole(&payload, &shorts[0]);
    payload_put_whole(&payload, &shorts[1]);
    payload_put_whole(&payload, &bad);
    payload_put_whole(&payload, &shorts[2]); /* behind a bad block nothing is found any more */
    give(&rx, &payload);
    CHECK_ERRORS(&rx, buffer, header, 0);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_ERRORED_PKTS), 1);
    CHECK_TRUE(rx.reassembly.partial == NULL);
    free(bad.bytes);
    RX_CLOSE(&rx, 2);
}

/* Linux 7.2 drops the good packets before a malformed block, and leaks them. */
static void test_linux_fault_6_packets_before_a_bad_block_stay(void)
{
    for (unsigned type = 1; type < 16; type++) {
        const uint8_t bytes[6] = {(uint8_t)(type << 4 | 5), 0, 0, 60, 0, 20};
        if (type != 4 && type != 6)
            bad_block(bytes, 60, 1, 0);
    }
}

static void test_bad_lengths_are_header_errors(void)
{
    for (uint8_t length = 0; length < 20; length++)
        bad_block((const uint8_t[6]){0x45, 0, 0, length}, 60, 0, 1);
    for (uint8_t ihl = 6; ihl < 16; ihl++)
        bad_block((const uint8_t[6]){(uint8_t)(0x40 | ihl), 0, 0, (uint8_t)(ihl * 4 - 1)}, 60, 0,
                  1);
    for (uint8_t ihl = 0; ihl < 5; ihl++) /* refused by Linux since 6.18.21 */
        bad_block((const uint8_t[6]){(uint8_t)(0x40 | ihl), 0, 0, 60}, 60, 0, 1);
}

/* The length of a split header comes with the next payload, and is 0 to 19: panic and endless loop
 * in kernels of the past. Or the header length is below 20, here 16. */
static void test_a_runt_completed_with_a_bad_length(void)
{
    for (uint32_t kept = 1; kept <= 3; kept++) {
        for (uint8_t length = 0; length < 25; length++) {
            uint8_t bytes[24] = {length < 20 ? 0x45 : 0x44, 0, 0, length};
            const struct sample bad = {bytes, sizeof bytes};
            struct rx rx;
            struct payload payload;
            open_shorts(&rx, 1);
            give_part(&rx, &bad, 0, kept);
            payload_begin(&payload, sizeof bytes - kept);
            payload_put(&payload, &bad, kept, sizeof bytes);
            payload_put_whole(&payload, &shorts[0]);
            give(&rx, &payload);
            CHECK_U64(counted(&rx, IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS), 1);
            CHECK_TRUE(rx.reassembly.partial == NULL);
            CHECK_INT(rx.timer.deadline_ps, IPTFS_NEVER);
            RX_CLOSE(&rx, 1); /* the packet behind is whole */
        }
    }
}

/* The same, when BlockOffset is beyond this payload: there is nothing to wait for. */
static void test_a_runt_with_a_bad_length_is_not_waited_for(void)
{
    for (uint8_t length = 0; length < 20; length++) {
        uint8_t bytes[24] = {0x45, 0, 0, length};
        const struct sample bad = {bytes, sizeof bytes};
        struct rx rx;
        struct payload payload;
        open_shorts(&rx, 1);
        give_part(&rx, &bad, 0, 2);
        payload_begin(&payload, 1000);
        payload_put(&payload, &bad, 2, sizeof bytes);
        give(&rx, &payload);
        CHECK_TRUE(rx.reassembly.partial == NULL);
        CHECK_U64(counted(&rx, IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS), 1);
        give_whole(&rx, &shorts[0]);
        RX_CLOSE(&rx, 1);
    }
}

/* Unknown sub-types and truncated headers are dropped; the partial packet is kept. */
static void test_unknown_sub_types_are_dropped(void)
{
    struct rx rx;
    uint8_t bytes[64] = {2, 0, 0, 0, 0x45, 0, 0, 20};
    open_shorts(&rx, 1);
    give_raw(&rx, bytes, sizeof bytes);
    bytes[0] = 255;
    give_raw(&rx, bytes, sizeof bytes);
    CHECK_ERRORS(&rx, 0, 2, 0);
    give_part(&rx, &shorts[0], 0, 30);
    give_raw(&rx, bytes, sizeof bytes);
    CHECK_TRUE(rx.reassembly.partial != NULL);
    CHECK_U64(rx.reassembly.want, 4);
    rx.seq = 3;
    give_part(&rx, &shorts[0], 30, 60);
    CHECK_ERRORS(&rx, 0, 3, 0);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_ERRORED_PKTS), 3);
    RX_CLOSE(&rx, 1);
}

static void test_headers_cut_short_are_dropped(void)
{
    struct rx rx;
    uint8_t bytes[24] = {0};
    rx_open(&rx, NULL, 0);
    for (uint32_t octets = 0; octets < 4; octets++)
        give_raw(&rx, bytes, octets);
    bytes[0] = 1;
    for (uint32_t octets = 1; octets < 24; octets++)
        give_raw(&rx, bytes, octets);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_ERRORED_PKTS), 27);
    RX_CLOSE(&rx, 0);
}

/* Linux refuses flags; RFC 9347 requires to ignore them, as is done here. */
static void test_reserved_bits_do_not_matter(void)
{
    struct rx rx;
    uint8_t bytes[84] = {0x00, 0xFF, 0x00, 0x00};
    open_shorts(&rx, 1);
    memcpy(bytes + 4, shorts[0].bytes, 60);
    give_raw(&rx, bytes, 64);
    bytes[0] = 1;
    memset(bytes + 4, 0xFF, 20);
    memcpy(bytes + 24, shorts[0].bytes, 60);
    rx.delivered = 0;
    give_raw(&rx, bytes, 84);
    CHECK_ERRORS(&rx, 0, 0, 0);
    CHECK_INT(rx.delivered, 1);
    CLOSE_STORE(&rx.store);
}

static void test_empty_payloads_carry_nothing(void)
{
    struct rx rx;
    const uint8_t bytes[24] = {1};
    open_shorts(&rx, 1);
    give_raw(&rx, bytes, sizeof bytes);
    give_whole(&rx, &shorts[0]);
    give_raw(&rx, bytes, sizeof bytes);
    CHECK_ERRORS(&rx, 0, 0, 0);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_ALL_PAD_PKTS), 0);
    RX_CLOSE(&rx, 1);
}

/* --- timer and counters --- */

static void test_the_timer_runs_while_a_packet_is_partial(void)
{
    struct rx rx;
    open_shorts(&rx, 1);
    rx.now_ps = 500;
    give_whole(&rx, &shorts[0]);
    CHECK_INT(rx.delivered_ps, 500);
    CHECK_INT(rx.timer.deadline_ps, IPTFS_NEVER);
    give_part(&rx, &shorts[2], 0, 30);
    CHECK_INT(rx.timer.deadline_ps, 500 + DROP_TIME_PS);
    rx.now_ps = 700;
    give_part(&rx, &shorts[2], 30, 60);
    CHECK_INT(rx.timer.deadline_ps, 500 + DROP_TIME_PS);
    rx.now_ps = 800;
    give_part(&rx, &shorts[2], 60, 100);
    CHECK_INT(rx.delivered_ps, 800);
    CHECK_INT(rx.timer.deadline_ps, IPTFS_NEVER);
    RX_CLOSE(&rx, 2);
}

static void test_a_running_timer_is_not_restarted(void)
{
    struct rx rx;
    open_shorts(&rx, 0);
    rx.timer.deadline_ps = 123; /* the window holds a packet */
    give_part(&rx, &shorts[2], 0, 30);
    CHECK_INT(rx.timer.deadline_ps, 123);
    give_part(&rx, &shorts[2], 30, 100);
    CHECK_INT(rx.timer.deadline_ps, IPTFS_NEVER); /* Linux's quirk: stopped for the window too */
    RX_CLOSE(&rx, 1);
}

static void test_expiry_discards_the_partial_packet(void)
{
    struct rx rx;
    open_shorts(&rx, 1);
    iptfs_reassembly_expire(&rx.reassembly); /* nothing partial: nothing happens */
    CHECK_U64(counted(&rx, IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS), 0);
    give_part(&rx, &shorts[2], 0, 30);
    iptfs_reassembly_expire(&rx.reassembly);
    CHECK_U64(counted(&rx, IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS), 1);
    CHECK_U64(dropped(&rx, IPTFS_DROP_DROP_TIME), 1);
    give_part(&rx, &shorts[2], 30, 100); /* octets of no partial packet */
    give_whole(&rx, &shorts[0]);
    CHECK_ERRORS(&rx, 0, 0, 0);
    RX_CLOSE(&rx, 1);
}

static void test_a_partial_packet_at_the_end_is_inside(void)
{
    struct rx rx;
    open_shorts(&rx, 0);
    give_part(&rx, &shorts[1], 0, 3);
    iptfs_store_close(&rx.store);
    iptfs_reassembly_clear(&rx.reassembly);
    CHECK_U64(rx.store.found_in_flight, 1);
    RX_CLOSE(&rx, 0);
}

/* --- slices: padding and drop_causes --- */

/* An outer packet of 100 octets with this packet, or none, and `pad_octets` of padding. */
static void give_padded(struct rx *rx, struct iptfs_inner *inner, uint32_t pad_octets)
{
    struct iptfs_outer *outer = iptfs_outer_new(&rx->store);
    outer->seq = ++rx->seq;
    outer->ip_octets = 100;
    outer->pad_octets = pad_octets;
    if (inner != NULL)
        iptfs_outer_add(outer, inner, 0, inner->octets);
    iptfs_reassembly_input(&rx->reassembly, 0, outer);
    iptfs_outer_processed(&rx->store, outer);
}

/* The same in payloads of octets, as a real peer sends them. */
static void test_padding_of_octets_is_counted(void)
{
    struct rx rx;
    uint8_t bytes[110] = {0};
    open_shorts(&rx, 1);
    give_raw(&rx, bytes, 104);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_ALL_PAD_PKTS), 1);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_ALL_PAD_OCTETS), 100);
    memcpy(bytes + 4, shorts[0].bytes, 60);
    give_raw(&rx, bytes, 71);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_EXTRA_PAD_PKTS), 1);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_EXTRA_PAD_OCTETS), 7);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_ALL_PAD_PKTS), 1);
    RX_CLOSE(&rx, 1);
}

static void test_padding_is_counted(void)
{
    struct rx rx;
    open_shorts(&rx, 0);
    struct iptfs_inner *inner = sample_inner(&rx.store, shorts[0].bytes, shorts[0].octets);
    give_padded(&rx, inner, 0);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_EXTRA_PAD_PKTS), 0);
    give_padded(&rx, inner, 7);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_EXTRA_PAD_PKTS), 1);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_EXTRA_PAD_OCTETS), 7);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_ALL_PAD_PKTS), 0);
    give_padded(&rx, NULL, 42);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_ALL_PAD_PKTS), 1);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_ALL_PAD_OCTETS), 42);
    CHECK_U64(counted(&rx, IPTFS_YANG_OUTER_RX_EXTRA_PAD_PKTS), 1);
    iptfs_inner_unref(&rx.store, inner);
    RX_CLOSE(&rx, 2);
}

static void test_slices_behind_a_gap_are_incomplete(void)
{
    struct rx rx;
    open_shorts(&rx, 0);
    struct iptfs_inner *inner = sample_inner(&rx.store, shorts[2].bytes, 100);
    struct iptfs_inner *behind = sample_inner(&rx.store, shorts[0].bytes, 60);
    give_slices(&rx, inner, 0, 30, NULL, NULL);
    rx.seq++;
    give_slices(&rx, inner, 60, 100, NULL, behind);
    CHECK_ERRORS(&rx, 0, 0, 1);
    iptfs_inner_unref(&rx.store, inner);
    iptfs_inner_unref(&rx.store, behind);
    CHECK_U64(dropped(&rx, IPTFS_DROP_INCOMPLETE), 1);
    RX_CLOSE(&rx, 1);
}

static void test_slices_without_their_beginning_are_incomplete(void)
{
    struct rx rx;
    open_shorts(&rx, 0);
    struct iptfs_inner *inner = sample_inner(&rx.store, shorts[2].bytes, 100);
    give_slices(&rx, inner, 60, 100, NULL, NULL);
    iptfs_inner_unref(&rx.store, inner);
    CHECK_ERRORS(&rx, 0, 0, 0);
    CHECK_U64(dropped(&rx, IPTFS_DROP_INCOMPLETE), 1);
    RX_CLOSE(&rx, 0);
}

static void test_slices_before_the_awaited_number_are_late(void)
{
    struct rx rx;
    open_shorts(&rx, 0);
    struct iptfs_inner *inner = sample_inner(&rx.store, shorts[2].bytes, 100);
    struct iptfs_inner *late = sample_inner(&rx.store, shorts[0].bytes, 60);
    rx.seq = 10;
    give_slices(&rx, inner, 0, 30, NULL, NULL);
    rx.seq = 4;
    give_slices(&rx, late, 0, 60, NULL, NULL);
    iptfs_inner_unref(&rx.store, late);
    CHECK_U64(dropped(&rx, IPTFS_DROP_LATE), 1);
    rx.seq = 11;
    give_slices(&rx, inner, 30, 100, NULL, NULL);
    iptfs_inner_unref(&rx.store, inner);
    RX_CLOSE(&rx, 1);
}

static void test_a_second_copy_is_delivered_again_and_counted_once(void)
{
    struct rx rx;
    open_shorts(&rx, 0);
    struct iptfs_inner *inner = sample_inner(&rx.store, shorts[0].bytes, 60);
    give_slices(&rx, inner, 0, 60, NULL, NULL);
    rx.seq--;
    give_slices(&rx, inner, 0, 60, NULL, NULL);
    iptfs_inner_unref(&rx.store, inner);
    CHECK_INT(rx.again, 1);
    CHECK_U64(rx.store.ledger.delivered.pkts, 1);
    RX_CLOSE(&rx, 2);
}

/* --- many packets, and random octets --- */

enum {
    RANDOM_PKTS = 400
};

/* Random inner packets, one behind the other in memory. */
struct crowd {
    struct sample samples[RANDOM_PKTS];
    uint8_t *bytes;
    uint32_t octets; /* of all */
};

static void crowd_open(struct crowd *crowd, uint64_t *state)
{
    crowd->octets = 0;
    for (uint32_t i = 0; i < RANDOM_PKTS; i++) {
        bool large = sample_between(state, 0, 19) == 0;
        crowd->samples[i].octets = sample_between(state, 40, large ? 9000 : 1600);
        crowd->octets += crowd->samples[i].octets;
    }
    crowd->bytes = malloc(crowd->octets);
    uint8_t *at = crowd->bytes;
    for (uint32_t i = 0; i < RANDOM_PKTS; i++) {
        crowd->samples[i].bytes = at;
        sample_ip(at, sample_between(state, 0, 1) ? 4 : 6, crowd->samples[i].octets, i);
        at += crowd->samples[i].octets;
    }
}

/* Queues the random packets and packs them on demand; each payload is given as bytes and as
 * slices. */
static void pack_and_unpack(const struct crowd *crowd, uint32_t space, struct rx *bytes_rx,
                            struct rx *slices_rx)
{
    const struct iptfs_trace trace = {0};
    struct iptfs_esp esp;
    struct iptfs_queue queue;
    struct iptfs_store *store = &slices_rx->store;
    uint8_t wire[IPTFS_AGGFRAG_OCTETS + PAYLOAD_MAX];
    iptfs_esp_init(&esp, iptfs_cipher_named("aes-gcm-16"), 4);
    iptfs_queue_init(&queue, UINT32_MAX);
    struct iptfs_packer packer = {.store = store,
                                  .counters = &slices_rx->counters,
                                  .trace = &trace,
                                  .esp = &esp,
                                  .payload_octets = space};
    for (uint32_t i = 0; i < RANDOM_PKTS; i++)
        iptfs_queue_push(&queue,
                         sample_inner(store, crowd->samples[i].bytes, crowd->samples[i].octets));
    struct iptfs_outer *outer;
    while ((outer = iptfs_packer_aggfrag(&packer, &queue, 0)) != NULL) {
        int octets =
            iptfs_payload_encode(outer, (struct iptfs_aggfrag){0}, NULL, wire, sizeof wire);
        CHECK_INT(octets, IPTFS_AGGFRAG_OCTETS + outer->data_octets);
        give_raw(bytes_rx, wire, (uint32_t)octets);
        iptfs_reassembly_input(&slices_rx->reassembly, 0, outer);
        iptfs_outer_processed(store, outer);
        CHECK_INT(bytes_rx->delivered, slices_rx->delivered); /* at the same moment, too */
    }
}

static void test_random_packets_survive_packing_and_the_wire(void)
{
    static const uint32_t spaces[] = {3, 17, 64, 528, 1442, 8000};
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        struct crowd crowd;
        struct rx bytes_rx, slices_rx;
        uint64_t state = 100 + i;
        crowd_open(&crowd, &state);
        rx_open(&bytes_rx, crowd.samples, RANDOM_PKTS);
        rx_open(&slices_rx, crowd.samples, RANDOM_PKTS);
        pack_and_unpack(&crowd, spaces[i], &bytes_rx, &slices_rx);
        CHECK_ERRORS(&bytes_rx, 0, 0, 0);
        CHECK_ERRORS(&slices_rx, 0, 0, 0);
        CHECK_U64(bytes_rx.store.ledger.offered.octets, crowd.octets);
        RX_CLOSE(&bytes_rx, RANDOM_PKTS);
        RX_CLOSE(&slices_rx, RANDOM_PKTS);
        free(crowd.bytes);
    }
}

/* The random packets as one stream, cut every few octets anywhere, all-pad payloads between, some
 * payloads lost: a packet comes out when all payloads from its first octet to its last have
 * come. */
struct lossy {
    struct rx rx;
    struct sample survivors[RANDOM_PKTS];
    uint32_t survivor_pkts;
    uint64_t last_loss; /* number of the latest payload that was lost */
};

static bool lossy_turn(struct lossy *lossy, uint64_t *state)
{
    if (sample_between(state, 0, 9) > 0)
        return true;
    lossy->last_loss = ++lossy->rx.seq;
    return false;
}

static void lossy_pads(struct lossy *lossy, uint64_t *state)
{
    while (sample_between(state, 0, 9) == 0)
        if (lossy_turn(lossy, state))
            give_pad(&lossy->rx, sample_between(state, 1, 100));
}

static void lossy_run(struct lossy *lossy, const struct crowd *crowd, uint64_t *state)
{
    uint32_t pkt = 0, put_octets = 0;
    uint64_t began = 0; /* number of the payload with the start of the packet */
    while (pkt < RANDOM_PKTS) {
        struct payload payload;
        uint32_t space = sample_between(state, 1, 3000);
        lossy_pads(lossy, state);
        payload_begin(&payload, put_octets > 0 ? crowd->samples[pkt].octets - put_octets : 0);
        bool comes = lossy_turn(lossy, state);
        uint64_t seq = comes ? lossy->rx.seq + 1 : lossy->rx.seq;
        while (space > 0 && pkt < RANDOM_PKTS) {
            const struct sample *sample = &crowd->samples[pkt];
            uint32_t left = sample->octets - put_octets;
            uint32_t take = left < space ? left : space;
            began = put_octets == 0 ? seq : began;
            payload_put(&payload, sample, put_octets, put_octets + take);
            space -= take;
            put_octets += take;
            if (put_octets < sample->octets)
                break;
            if (comes && lossy->last_loss < began)
                lossy->survivors[lossy->survivor_pkts++] = *sample;
            put_octets = 0;
            pkt++;
        }
        lossy->rx.wanted_pkts = lossy->survivor_pkts;
        if (comes)
            give(&lossy->rx, &payload);
    }
}

static void test_what_is_not_hit_by_loss_comes_out(void)
{
    static struct lossy lossy;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct crowd crowd;
        uint64_t state = seed;
        crowd_open(&crowd, &state);
        lossy.survivor_pkts = 0;
        lossy.last_loss = 0;
        rx_open(&lossy.rx, lossy.survivors, 0);
        lossy_run(&lossy, &crowd, &state);
        CHECK_TRUE(lossy.survivor_pkts > RANDOM_PKTS / 2 && lossy.survivor_pkts < RANDOM_PKTS);
        RX_CLOSE(&lossy.rx, lossy.survivor_pkts);
        free(crowd.bytes);
    }
}

static void check_sense(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    (void)now_ps;
    (void)again;
    ++*(uint64_t *)ctx;
    int32_t total = iptfs_inner_total(inner->bytes, inner->octets);
    if (total != (int32_t)inner->octets)
        CHECK_INT(inner->octets, total);
}

static void garble(struct payload *payload, uint64_t *state)
{
    static const uint8_t tempting[] = {0x00, 0x45, 0x46, 0x4F, 0x60, 0x6F, 0x01, 0x14, 0xFF};
    payload_begin(payload, sample_between(state, 0, 2) ? sample_between(state, 0, 60) : 0);
    payload->octets = sample_between(state, 0, sample_between(state, 0, 1) ? 8 : 80);
    for (uint32_t i = 0; i < payload->octets; i++) {
        bool plain = sample_between(state, 0, 3) == 0;
        payload->bytes[i] = plain ? (uint8_t)sample_next(state)
                                  : tempting[sample_between(state, 0, sizeof tempting - 1)];
    }
}

/* Nothing in any payload leaks a packet, lets one out with a length of its own, or writes where it
 * must not (which a sanitizer sees). */
static void test_any_octets_leave_the_ledger_balanced(void)
{
    struct rx rx;
    uint64_t state = 1, out = 0;
    struct payload payload;
    rx_open(&rx, NULL, 0);
    rx.reassembly.deliver = check_sense;
    rx.reassembly.deliver_ctx = &out;
    for (int i = 0; i < 100000; i++) {
        garble(&payload, &state);
        rx.seq += sample_between(&state, 0, 19) == 0;
        rx.seq -= sample_between(&state, 0, 19) == 0 && rx.seq > 0;
        give(&rx, &payload);
        uint64_t held = rx.reassembly.partial != NULL;
        if (!CHECK_U64(rx.store.live_inner, held))
            break;
        if (sample_between(&state, 0, 99) == 0)
            iptfs_reassembly_expire(&rx.reassembly);
    }
    CHECK_TRUE(out > 100);
    iptfs_store_close(&rx.store);
    iptfs_reassembly_clear(&rx.reassembly);
    CLOSE_STORE(&rx.store);
}

const CU_TestInfo iptfs_tests_reassembly[] = {
    {"Appendix A encodes to the octet", test_appendix_a_encodes_to_the_octet},
    {"Appendix A decodes from the octets", test_appendix_a_decodes_from_the_octets},
    {"every split of IPv4", test_every_split_of_ipv4},
    {"every split of IPv6", test_every_split_of_ipv6},
    {"every split with all-pad payloads between", test_every_split_with_all_pad_payloads_between},
    {"one octet at a time", test_one_octet_at_a_time},
    {"a ping of 3333 octets", test_a_ping_of_3333_octets},
    {"every split by slices", test_every_split_by_slices},
    {"packets from bytes know their header", test_packets_from_bytes_know_their_header},
    {"BlockOffset 0 abandons and delivers", test_block_offset_0_abandons_and_delivers},
    {"Linux fault 3: padding is recognised by the block",
     test_linux_fault_3_padding_is_recognised_by_the_block},
    {"Linux fault 4: the end of a completed packet stays",
     test_linux_fault_4_the_end_of_a_completed_packet_stays},
    {"BlockOffset smaller than needed", test_block_offset_smaller_than_needed},
    {"BlockOffset larger than needed", test_block_offset_larger_than_needed},
    {"BlockOffset runs beyond the longest packet",
     test_block_offset_runs_beyond_the_longest_packet},
    {"BlockOffset beyond the payload", test_block_offset_beyond_the_payload},
    {"BlockOffset ends inside a split header", test_block_offset_ends_inside_a_split_header},
    {"continued octets of no packet are skipped", test_continued_octets_of_no_packet_are_skipped},
    {"a gap abandons and goes on behind BlockOffset",
     test_a_gap_abandons_and_goes_on_behind_block_offset},
    {"a gap with nothing awaited is no error", test_a_gap_with_nothing_awaited_is_no_error},
    {"a number before the awaited one is ignored", test_a_number_before_the_awaited_one_is_ignored},
    {"all-pad moves the awaited number by one", test_all_pad_moves_the_awaited_number_by_one},
    {"Linux fault 6: packets before a bad block stay",
     test_linux_fault_6_packets_before_a_bad_block_stay},
    {"bad lengths are header errors", test_bad_lengths_are_header_errors},
    {"a runt completed with a bad length", test_a_runt_completed_with_a_bad_length},
    {"a runt with a bad length is not waited for", test_a_runt_with_a_bad_length_is_not_waited_for},
    {"unknown sub-types are dropped", test_unknown_sub_types_are_dropped},
    {"headers cut short are dropped", test_headers_cut_short_are_dropped},
    {"reserved bits do not matter", test_reserved_bits_do_not_matter},
    {"empty payloads carry nothing", test_empty_payloads_carry_nothing},
    {"the timer runs while a packet is partial", test_the_timer_runs_while_a_packet_is_partial},
    {"a running timer is not restarted", test_a_running_timer_is_not_restarted},
    {"expiry discards the partial packet", test_expiry_discards_the_partial_packet},
    {"a partial packet at the end is inside", test_a_partial_packet_at_the_end_is_inside},
    {"padding is counted", test_padding_is_counted},
    {"padding of octets is counted", test_padding_of_octets_is_counted},
    {"slices behind a gap are incomplete", test_slices_behind_a_gap_are_incomplete},
    {"slices without their beginning are incomplete",
     test_slices_without_their_beginning_are_incomplete},
    {"slices before the awaited number are late", test_slices_before_the_awaited_number_are_late},
    {"a second copy is delivered again and counted once",
     test_a_second_copy_is_delivered_again_and_counted_once},
    {"random packets survive packing and the wire",
     test_random_packets_survive_packing_and_the_wire},
    {"what is not hit by loss comes out", test_what_is_not_hit_by_loss_comes_out},
    {"any octets leave the ledger balanced", test_any_octets_leave_the_ledger_balanced},
    CU_TEST_INFO_NULL,
};
