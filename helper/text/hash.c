/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/hash.h"

#include <string.h>

uint64_t iptfs_hash(uint64_t state, const void *data, size_t length)
{
    const unsigned char *octets = data;
    for (size_t i = 0; i < length; i++)
        state = (state ^ octets[i]) * UINT64_C(0x100000001b3);
    return state;
}

uint64_t iptfs_hash_text(uint64_t state, const char *text)
{
    return iptfs_hash(state, text, strlen(text));
}
