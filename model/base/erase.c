/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/erase.h"

#include <stdint.h>

void iptfs_erase(void *memory, size_t octets)
{
    volatile uint8_t *at = memory;
    while (octets-- > 0)
        *at++ = 0;
}
