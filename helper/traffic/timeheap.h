/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A binary heap of what happens when, the earliest on top and, at the same time, the lowest index.
 * Its array belongs to the caller. */
#ifndef IPTFS_TIMEHEAP_H
#define IPTFS_TIMEHEAP_H

#include <stddef.h>
#include <stdint.h>

struct iptfs_timeheap_entry {
    int64_t at_ps;
    size_t index;
};

/* Puts entries in any order into that of a heap. */
void iptfs_timeheap_build(struct iptfs_timeheap_entry *heap, size_t count);

/* Call it when the top has got a later time; count is above 0. */
void iptfs_timeheap_top_changed(struct iptfs_timeheap_entry *heap, size_t count);

#endif
