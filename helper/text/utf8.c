/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The octets of a sequence by its first one, and the smallest character of that length. */
static int length_of(uint8_t first, uint32_t *least)
{
    *least = first < 0x80 ? 0 : first < 0xE0 ? 0x80 : first < 0xF0 ? 0x800 : 0x10000;
    return first < 0x80                   ? 1
           : first < 0xC2 || first > 0xF4 ? 0
           : first < 0xE0                 ? 2
           : first < 0xF0                 ? 3
                                          : 4;
}

bool iptfs_is_utf8(const char *text)
{
    for (const uint8_t *c = (const uint8_t *)text; *c != 0;) {
        uint32_t least, character = *c;
        int length = length_of(*c, &least);
        if (length > 1)
            character &= 0xFFu >> (length + 1);
        for (int i = 1; i < length; i++) {
            if ((c[i] & 0xC0) != 0x80)
                return false;
            character = character << 6 | (c[i] & 0x3Fu);
        }
        if (length == 0 || character < least || character > 0x10FFFF ||
            (character >= 0xD800 && character < 0xE000))
            return false;
        c += length;
    }
    return true;
}

char *iptfs_utf8_copy(const char *text)
{
    if (iptfs_is_utf8(text))
        return strdup(text);
    char *copy = malloc(strlen(text) * strlen("\\xNN") + 1), *end = copy;
    for (const unsigned char *c = (const unsigned char *)text; copy != NULL && *c != 0; c++)
        end += sprintf(end, *c < 0x80 ? "%c" : "\\x%02x", *c);
    return copy;
}
