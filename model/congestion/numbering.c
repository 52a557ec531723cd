/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "congestion/numbering.h"

bool iptfs_numbering_take(struct iptfs_numbering *numbering, uint32_t sa, uint64_t seq,
                          uint64_t *number)
{
    if (sa > numbering->sa) {
        numbering->before_base = numbering->base;
        numbering->base = numbering->highest;
        numbering->sa = sa;
    }
    *number = seq + (sa == numbering->sa ? numbering->base : numbering->before_base);
    if (sa != numbering->sa)
        return sa + 1 == numbering->sa && *number <= numbering->base;
    if (*number > numbering->highest)
        numbering->highest = *number;
    return true;
}
