/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A binary heap of what happens when, the earliest on top and, at the same time, the lowest index.
 * Its array belongs to the caller. */
#ifndef IPTFS_TRAFFIC_TIME_HEAP_H
#define IPTFS_TRAFFIC_TIME_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct iptfs_time_heap_entry {
    int64_t at_ps;
    size_t index;
};

/* Puts entries in any order into that of a heap. */
void iptfs_time_heap_build(struct iptfs_time_heap_entry *heap, size_t count);

/* Call it when the top has got a later time; count is above 0. */
void iptfs_time_heap_top_changed(struct iptfs_time_heap_entry *heap, size_t count);

#endif
