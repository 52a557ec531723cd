/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers in network order, and the ECN field. */
#include "base/octets.h"

#include "support/check.h"

static void test_network_order(void)
{
    static const uint8_t expected[] = {0x12, 0x34, 0xFE, 0xDC, 0xBA, 0x98};
    uint8_t bytes[sizeof expected];
    iptfs_put16(bytes, 0xAB1234); /* only the lowest 16 bits */
    iptfs_put32(bytes + 2, 0xFEDCBA98);
    CHECK_BYTES(bytes, expected, sizeof expected);
    CHECK_U64(iptfs_get16(expected), 0x1234);
    CHECK_U64(iptfs_get32(expected + 2), 0xFEDCBA98);
}

static void test_the_ecn_field(void)
{
    static const struct {
        uint8_t tos;
        bool capable;
        bool ce;
    } cases[] = {
        {0xB8 | IPTFS_ECN_NOT_ECT, false, false},
        {0xB8 | IPTFS_ECN_ECT1, true, false},
        {0xB8 | IPTFS_ECN_ECT0, true, false},
        {0xB8 | IPTFS_ECN_CE, true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_INT(iptfs_ecn_capable(cases[i].tos), cases[i].capable);
        CHECK_INT(iptfs_ecn_is_ce(cases[i].tos), cases[i].ce);
    }
    CHECK_U64(iptfs_ip_header_octets(4), 20);
    CHECK_U64(iptfs_ip_header_octets(6), 40);
}

const CU_TestInfo iptfs_tests_octets[] = {
    {"network order", test_network_order},
    {"the ECN field", test_the_ecn_field},
    CU_TEST_INFO_NULL,
};
