/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/hex.h"

#include "support/check.h"

#include <string.h>

static void test_digits(void)
{
    static const char digits[] = "0123456789abcdef", upper[] = "ABCDEF";
    for (int i = 0; i < 16; i++)
        CHECK_INT(iptfs_hex_digit(digits[i]), i);
    for (int i = 0; i < 6; i++)
        CHECK_INT(iptfs_hex_digit(upper[i]), 10 + i);
    for (int c = -128; c < 128; c++)
        if (c == 0 || (strchr(digits, c) == NULL && strchr(upper, c) == NULL))
            CHECK_INT(iptfs_hex_digit((char)c), -1);
}

static void test_octets(void)
{
    uint8_t bytes[3];
    const uint8_t wanted[] = {0x01, 0xAb, 0xfF};
    CHECK_U64(iptfs_hex_octets("01abfF", 3, bytes), 6);
    CHECK_BYTES(bytes, wanted, 3);
    CHECK_U64(iptfs_hex_octets("", 0, bytes), 0);
    CHECK_U64(iptfs_hex_octets("x1", 1, bytes), 0);
    CHECK_U64(iptfs_hex_octets("1x", 1, bytes), 1);
    CHECK_U64(iptfs_hex_octets("010", 2, bytes), 3); /* the end of the text is no digit */
    CHECK_U64(iptfs_hex_octets("0102 3", 3, bytes), 4);
}

const CU_TestInfo iptfs_tests_hex[] = {
    {"digits", test_digits},
    {"octets", test_octets},
    CU_TEST_INFO_NULL,
};
