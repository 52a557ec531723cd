/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/time_heap.h"

#include <stdbool.h>

static bool goes_before(struct iptfs_time_heap_entry a, struct iptfs_time_heap_entry b)
{
    return a.at_ps != b.at_ps ? a.at_ps < b.at_ps : a.index < b.index;
}

static void sift_down(struct iptfs_time_heap_entry *heap, size_t count, size_t place)
{
    struct iptfs_time_heap_entry moved = heap[place];
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= count)
            break;
        if (child + 1 < count && goes_before(heap[child + 1], heap[child]))
            child++;
        if (!goes_before(heap[child], moved))
            break;
        heap[place] = heap[child];
        place = child;
    }
    heap[place] = moved;
}

void iptfs_time_heap_build(struct iptfs_time_heap_entry *heap, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sift_down(heap, count, i);
}

void iptfs_time_heap_top_changed(struct iptfs_time_heap_entry *heap, size_t count)
{
    sift_down(heap, count, 0);
}
