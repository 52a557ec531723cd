/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/hex.h"

int iptfs_hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

size_t iptfs_hex_octets(const char *digits, size_t octets, uint8_t *bytes)
{
    for (size_t i = 0; i < octets; i++) {
        int high = iptfs_hex_digit(digits[2 * i]);
        if (high < 0)
            return 2 * i;
        int low = iptfs_hex_digit(digits[2 * i + 1]);
        if (low < 0)
            return 2 * i + 1;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return 2 * octets;
}
