/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums, and the octets of packets that are made up. */
#include "packet/ip_octets.h"

#include "base/error.h"
#include "support/check.h"
#include "support/samples.h"

#include <string.h>

/* The example of RFC 1071, section 3. */
static void test_the_example_of_rfc_1071(void)
{
    static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    CHECK_U64(iptfs_checksum_add(0, bytes, sizeof bytes), 0xddf2);
    CHECK_U64(iptfs_checksum_end(0xddf2), 0x220d);
    for (uint32_t cut = 0; cut <= sizeof bytes; cut += 2)
        CHECK_U64(iptfs_checksum_add(iptfs_checksum_add(0, bytes, cut), bytes + cut,
                                     (uint32_t)sizeof bytes - cut),
                  0xddf2);
    CHECK_U64(iptfs_checksum_add(0, bytes, 7), 0xddf2 - 0xf7); /* padded with a zero */
    CHECK_U64(iptfs_checksum_end(0x2ddf0), 0x220d); /* the carries, not yet added, of the example */
    CHECK_U64(iptfs_checksum_end(0x1FFFF), 0xFFFE); /* a carry that carries once more */
}

static void test_the_checksum_of_a_known_header(void)
{
    uint8_t header[] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                        0x12, 0x34, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};
    iptfs_ipv4_seal(header, sizeof header);
    CHECK_INT(header[10], 0xb8);
    CHECK_INT(header[11], 0x61);
}

static uint32_t udp_sum(const uint8_t *bytes, uint32_t octets, uint32_t header, uint32_t from)
{
    uint32_t sum = iptfs_checksum_add(17 + octets - header, bytes + from, header - from);
    return iptfs_checksum_add(sum, bytes + header, octets - header);
}

static void test_made_up_packets_are_valid(void)
{
    static const struct iptfs_octets source = {NULL, NULL};
    static uint8_t bytes[3000];
    struct iptfs_store store;
    iptfs_store_init(&store);
    for (uint32_t octets = 20; octets <= sizeof bytes; octets += octets < 80 ? 1 : 77)
        for (unsigned version = 4; version <= 6; version += 2) {
            uint32_t header = version == 6 ? 40 : 20;
            struct iptfs_inner *inner = sample_hollow(&store, octets, 0x1234);
            inner->ip_version = (uint8_t)version;
            int code = iptfs_inner_copy(&source, inner, 0xBA, 0, octets, bytes);
            CHECK_INT(code, octets >= header ? IPTFS_OK : IPTFS_E_INVALID);
            iptfs_inner_set_drop_cause(inner, IPTFS_DROP_LATE);
            iptfs_inner_unref(&store, inner);
            if (octets < header)
                continue;
            CHECK_INT(bytes[0] >> 4, version);
            CHECK_U64(version == 6 ? iptfs_get16(bytes + 4) + 40 : iptfs_get16(bytes + 2), octets);
            CHECK_INT(version == 6 ? (iptfs_get16(bytes) >> 4 & 0xFF) : bytes[1], 0xBA);
            if (version == 4)
                CHECK_U64(iptfs_checksum_add(0, bytes, 20), 0xFFFF);
            if (octets >= header + 8)
                CHECK_U64(udp_sum(bytes, octets, header, version == 6 ? 8 : 12), 0xFFFF);
        }
    CLOSE_STORE(&store);
}

/* A part of a packet has the octets that the whole has there. */
static void test_parts_are_parts_of_the_whole(void)
{
    static const struct iptfs_octets source = {NULL, NULL};
    uint8_t whole[300], part[300];
    struct iptfs_store store;
    iptfs_store_init(&store);
    struct iptfs_inner *inner = sample_hollow(&store, sizeof whole, 9);
    CHECK_INT(iptfs_inner_copy(&source, inner, 0, 0, sizeof whole, whole), IPTFS_OK);
    for (uint32_t from = 0; from < sizeof whole; from += 7) {
        uint32_t octets = (uint32_t)sizeof whole - from;
        CHECK_INT(iptfs_inner_copy(&source, inner, 0, from, octets, part), IPTFS_OK);
        CHECK_BYTES(part, whole + from, octets);
    }
    iptfs_inner_deliver(&store, inner);
    iptfs_inner_unref(&store, inner);
    CLOSE_STORE(&store);
}

/* A CE mark changes the ECN field and the checksum of IPv4, by no more than these. */
static void test_a_mark_keeps_the_checksum_right(void)
{
    static const struct iptfs_octets source = {NULL, NULL};
    uint8_t bytes[100], marked[100];
    struct iptfs_store store;
    iptfs_store_init(&store);
    sample_ip(bytes, 4, sizeof bytes, 77);
    bytes[1] = 0xB8 | IPTFS_ECN_ECT0;
    iptfs_ipv4_seal(bytes, 20);
    struct iptfs_inner *inner = sample_inner(&store, bytes, sizeof bytes);
    CHECK_INT(iptfs_inner_copy(&source, inner, 0xB8 | IPTFS_ECN_CE, 0, sizeof bytes, marked),
              IPTFS_OK);
    CHECK_INT(marked[1], 0xB8 | IPTFS_ECN_CE);
    CHECK_U64(iptfs_checksum_add(0, marked, 20), iptfs_checksum_add(0, bytes, 20));
    CHECK_BYTES(marked + 12, bytes + 12, sizeof bytes - 12);
    iptfs_inner_deliver(&store, inner);
    iptfs_inner_unref(&store, inner);
    CLOSE_STORE(&store);
}

/* Knows the first octets that are asked for, and then none. */
static bool knows_once(void *ctx, const struct iptfs_inner *inner, uint32_t offset, uint32_t octets,
                       uint8_t *bytes)
{
    int *asked = ctx;
    (void)inner, (void)offset;
    memset(bytes, 0x45, octets);
    return ++*asked == 1;
}

/* A marked packet needs its header, also where the octets asked for are others. */
static void test_a_mark_without_header_is_refused(void)
{
    int asked = 0;
    uint8_t bytes[40];
    const struct iptfs_octets source = {knows_once, &asked};
    struct iptfs_inner inner = {.ip_version = 4, .octets = 100, .handle = &asked};
    CHECK_INT(iptfs_inner_copy(&source, &inner, IPTFS_ECN_CE, 0, 40, bytes), IPTFS_E_INVALID);
    CHECK_INT(asked, 2);
    asked = 0;
    CHECK_INT(iptfs_inner_copy(&source, &inner, IPTFS_ECN_CE, 60, 40, bytes), IPTFS_OK);
    CHECK_INT(iptfs_inner_copy(&source, &inner, IPTFS_ECN_CE, 60, 40, bytes), IPTFS_E_INVALID);
    CHECK_INT(asked, 2);
}

const CU_TestInfo iptfs_tests_ip_octets[] = {
    {"the example of RFC 1071", test_the_example_of_rfc_1071},
    {"the checksum of a known header", test_the_checksum_of_a_known_header},
    {"made-up packets are valid", test_made_up_packets_are_valid},
    {"parts are parts of the whole", test_parts_are_parts_of_the_whole},
    {"a mark keeps the checksum right", test_a_mark_keeps_the_checksum_right},
    {"a mark without header is refused", test_a_mark_without_header_is_refused},
    CU_TEST_INFO_NULL,
};
