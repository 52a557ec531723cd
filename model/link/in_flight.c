/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/in_flight.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/units.h"

#include <stdbool.h>
#include <stdlib.h>

enum {
    FIRST_CAPACITY = 64
};

void iptfs_in_flight_init(struct iptfs_in_flight *flight)
{
    *flight = (struct iptfs_in_flight){0};
}

void iptfs_in_flight_free(struct iptfs_in_flight *flight)
{
    IPTFS_ASSERT(flight->ring_count == 0 && flight->heap_count == 0);
    free(flight->ring);
    free(flight->heap);
    iptfs_in_flight_init(flight);
}

static bool before(const struct iptfs_in_flight_entry *a, const struct iptfs_in_flight_entry *b)
{
    if (a->arrival_ps != b->arrival_ps)
        return a->arrival_ps < b->arrival_ps;
    return a->order < b->order;
}

static struct iptfs_in_flight_entry *ring_at(const struct iptfs_in_flight *flight, size_t index)
{
    return &flight->ring[(flight->ring_first + index) & (flight->ring_capacity - 1)];
}

static bool grow_ring(struct iptfs_in_flight *flight)
{
    size_t capacity = flight->ring_capacity > 0 ? flight->ring_capacity * 2 : FIRST_CAPACITY;
    struct iptfs_in_flight_entry *ring = malloc(capacity * sizeof *ring);
    if (ring == NULL)
        return false;
    for (size_t i = 0; i < flight->ring_count; i++)
        ring[i] = *ring_at(flight, i);
    free(flight->ring);
    flight->ring = ring;
    flight->ring_capacity = capacity;
    flight->ring_first = 0;
    return true;
}

static bool grow_heap(struct iptfs_in_flight *flight)
{
    size_t capacity = flight->heap_capacity > 0 ? flight->heap_capacity * 2 : FIRST_CAPACITY;
    struct iptfs_in_flight_entry *heap = realloc(flight->heap, capacity * sizeof *heap);
    if (heap == NULL)
        return false;
    flight->heap = heap;
    flight->heap_capacity = capacity;
    return true;
}

static bool ring_push(struct iptfs_in_flight *flight, const struct iptfs_in_flight_entry *entry)
{
    if (flight->ring_count == flight->ring_capacity && !grow_ring(flight))
        return false;
    *ring_at(flight, flight->ring_count) = *entry;
    flight->ring_count++;
    return true;
}

static bool heap_push(struct iptfs_in_flight *flight, const struct iptfs_in_flight_entry *entry)
{
    if (flight->heap_count == flight->heap_capacity && !grow_heap(flight))
        return false;
    size_t at = flight->heap_count++;
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (!before(entry, &flight->heap[parent]))
            break;
        flight->heap[at] = flight->heap[parent];
        at = parent;
    }
    flight->heap[at] = *entry;
    return true;
}

static void heap_drop_first(struct iptfs_in_flight *flight)
{
    struct iptfs_in_flight_entry last = flight->heap[--flight->heap_count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= flight->heap_count)
            break;
        if (child + 1 < flight->heap_count &&
            before(&flight->heap[child + 1], &flight->heap[child]))
            child++;
        if (!before(&flight->heap[child], &last))
            break;
        flight->heap[at] = flight->heap[child];
        at = child;
    }
    flight->heap[at] = last;
}

int iptfs_in_flight_add(struct iptfs_in_flight *flight, int64_t arrival_ps,
                        struct iptfs_outer *outer)
{
    struct iptfs_in_flight_entry entry = {arrival_ps, flight->order++, outer};
    bool in_order = flight->ring_count == 0 ||
                    ring_at(flight, flight->ring_count - 1)->arrival_ps <= arrival_ps;
    bool added = in_order ? ring_push(flight, &entry) : heap_push(flight, &entry);
    return added ? IPTFS_OK : IPTFS_E_NO_MEMORY;
}

/* Whether the next packet is the first of the heap, not that of the ring. */
static bool heap_is_next(const struct iptfs_in_flight *flight)
{
    if (flight->heap_count == 0)
        return false;
    return flight->ring_count == 0 || before(&flight->heap[0], ring_at(flight, 0));
}

int64_t iptfs_in_flight_next_ps(const struct iptfs_in_flight *flight)
{
    if (heap_is_next(flight))
        return flight->heap[0].arrival_ps;
    return flight->ring_count > 0 ? ring_at(flight, 0)->arrival_ps : IPTFS_NEVER;
}

struct iptfs_outer *iptfs_in_flight_take(struct iptfs_in_flight *flight)
{
    struct iptfs_outer *outer;
    if (heap_is_next(flight)) {
        outer = flight->heap[0].outer;
        heap_drop_first(flight);
        return outer;
    }
    if (flight->ring_count == 0)
        return NULL;
    outer = ring_at(flight, 0)->outer;
    IPTFS_ASSERT(flight->ring_count == 1 || before(ring_at(flight, 0), ring_at(flight, 1)));
    flight->ring_first = (flight->ring_first + 1) & (flight->ring_capacity - 1);
    flight->ring_count--;
    return outer;
}
