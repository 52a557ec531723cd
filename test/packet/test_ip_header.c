/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What IP headers say of their packets, and whether it can be true. test/endpoint/test_encap.c has
 * more headers, for all commands. */
#include "base/error.h"
#include "packet/ip_header.h"
#include "support/check.h"
#include "support/samples.h"

#include <string.h>

static void test_inner_lengths(void)
{
    static const struct {
        uint8_t bytes[6];
        uint32_t octets;
        int32_t total;
    } rows[] = {
        {{0x45}, 0, 0},
        {{0x45}, 1, 0},
        {{0x45, 0, 0}, 3, 0},
        {{0x45, 0, 0, 20}, 4, 20},
        {{0x45, 0, 0x05, 0xDC}, 4, 1500},
        {{0x45, 0, 0xFF, 0xFF}, 6, 65535},
        {{0x45, 0, 0, 0}, 4, IPTFS_E_SHORT}, /* an endless loop once */
        {{0x45, 0, 0, 6}, 4, IPTFS_E_SHORT},
        {{0x45, 0, 0, 19}, 6, IPTFS_E_SHORT},
        {{0x46, 0, 0, 23}, 4, IPTFS_E_SHORT}, /* IHL 6: 24 octets of header */
        {{0x46, 0, 0, 24}, 4, 24},
        {{0x40, 0, 0, 60}, 4, IPTFS_E_SHORT}, /* IHL below 5 */
        {{0x41, 0, 0, 60}, 4, IPTFS_E_SHORT},
        {{0x44, 0, 0x05, 0xDC}, 6, IPTFS_E_SHORT},
        {{0x44}, 1, 0}, /* decided with the length */
        {{0x4F, 0, 0, 59}, 4, IPTFS_E_SHORT},
        {{0x4F, 0, 0, 60}, 4, 60},
        {{0x60}, 1, 0},
        {{0x60, 0, 0, 0, 0}, 5, 0},
        {{0x60, 0, 0, 0, 0, 0}, 6, 40}, /* a header without data is a packet */
        {{0x6F, 0xFF, 0xFF, 0xFF, 0x00, 0x01}, 6, 41},
        {{0x60, 0, 0, 0, 0xFF, 0xFF}, 6, 65575},
        {{0x00}, 1, IPTFS_E_INVALID},
        {{0x10}, 1, IPTFS_E_INVALID},
        {{0x50, 0, 0, 20}, 4, IPTFS_E_INVALID},
        {{0x70}, 6, IPTFS_E_INVALID},
        {{0xF5}, 1, IPTFS_E_INVALID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!CHECK_INT(iptfs_inner_total(rows[i].bytes, rows[i].octets), rows[i].total))
            CHECK_FAIL("... in row %zu", i);
}

static void test_fields(void)
{
    const uint8_t ip4[] = {0x45, 0xb8, 0x05, 0xdc, 0x12, 0x34};
    const uint8_t ip6[] = {0x6b, 0x81, 0x23, 0x45, 0x05, 0xb4};
    struct iptfs_ip_header header;
    CHECK_TRUE(iptfs_ip_header_read(&header, ip4, 6, 1500));
    CHECK_U64(header.version, 4);
    CHECK_U64(header.tos, 0xb8);
    CHECK_U64(header.id, 0x1234);
    CHECK_U64(header.octets, 1500);
    CHECK_TRUE(iptfs_ip_header_read(&header, ip6, 6, 1500));
    CHECK_U64(header.version, 6);
    CHECK_U64(header.tos, 0xb8);
    CHECK_U64(header.id, 0x12345);
    CHECK_U64(header.octets, 1500);
    for (uint32_t captured = 0; captured < 6; captured++)
        CHECK_TRUE(!iptfs_ip_header_read(&header, ip4, captured, 1500));
}

/* The longest packets of each version, and one octet more; offloaded segments likewise. */
static void test_the_longest_packets(void)
{
    const uint8_t ip4[] = {0x45, 0, 0xFF, 0xFF, 0, 0}, ip6[] = {0x60, 0, 0, 0, 0xFF, 0xFF};
    const uint8_t segment4[] = {0x45, 0, 0, 0, 0, 0}, segment6[] = {0x60, 0, 0, 0, 0, 0, 6};
    struct iptfs_ip_header header;
    CHECK_TRUE(iptfs_ip_header_read(&header, ip4, 6, 65535));
    CHECK_TRUE(!iptfs_ip_header_read(&header, ip4, 6, 65534));
    CHECK_TRUE(iptfs_ip_header_read(&header, ip6, 6, 65575));
    CHECK_TRUE(!iptfs_ip_header_read(&header, ip6, 6, 65574));
    CHECK_TRUE(iptfs_ip_header_read(&header, segment4, 6, 65535));
    CHECK_TRUE(!iptfs_ip_header_read(&header, segment4, 6, 65536));
    CHECK_TRUE(iptfs_ip_header_read(&header, segment6, 7, 65575));
    CHECK_TRUE(!iptfs_ip_header_read(&header, segment6, 7, 65576));
}

static void test_a_segment_gets_its_length(void)
{
    uint8_t bytes[64], wanted[64];
    struct iptfs_ip_header header;
    for (int version = 4; version <= 6; version += 2) {
        uint32_t at = version == 4 ? 2 : 4;
        sample_ip(bytes, version, 64, 7);
        memcpy(wanted, bytes, sizeof bytes);
        bytes[at] = bytes[at + 1] = 0;
        CHECK_TRUE(iptfs_ip_header_read(&header, bytes, 64, 64) && header.offloaded);
        iptfs_ip_header_complete(&header, bytes);
        CHECK_BYTES(bytes + at, wanted + at, 2);
        CHECK_TRUE(iptfs_ip_header_read(&header, bytes, 64, 64) && !header.offloaded);
    }
}

const CU_TestInfo iptfs_tests_ip_header[] = {
    {"lengths of inner packets", test_inner_lengths},
    {"fields", test_fields},
    {"the longest packets", test_the_longest_packets},
    {"a segment gets its length", test_a_segment_gets_its_length},
    CU_TEST_INFO_NULL,
};
