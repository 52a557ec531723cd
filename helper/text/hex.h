/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hexadecimal digits. */
#ifndef IPTFS_TEXT_HEX_H
#define IPTFS_TEXT_HEX_H

#include <stddef.h>
#include <stdint.h>

/* The value of a digit, -1 for any other character. */
int iptfs_hex_digit(char digit);

/* Reads `octets` octets from twice as many characters. Returns the index of the first that is no
 * digit, or 2 * octets. */
size_t iptfs_hex_octets(const char *digits, size_t octets, uint8_t *bytes);

#endif
