/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets in flight, taken out in the order of their arrival. Packets that arrive in the order in
 * which they were added (nearly all) are kept in a ring; those that overtake others in a heap. */
#ifndef IPTFS_LINK_IN_FLIGHT_H
#define IPTFS_LINK_IN_FLIGHT_H

#include "packet/packet.h"

#include <stddef.h>
#include <stdint.h>

struct iptfs_in_flight_entry {
    int64_t arrival_ps;
    uint64_t order; /* packets that arrive at one time leave in the order they were added */
    struct iptfs_outer *outer;
};

struct iptfs_in_flight {
    struct iptfs_in_flight_entry *ring; /* capacity a power of two */
    size_t ring_capacity;
    size_t ring_first;
    size_t ring_count;
    struct iptfs_in_flight_entry *heap;
    size_t heap_capacity;
    size_t heap_count;
    uint64_t order;
};

void iptfs_in_flight_init(struct iptfs_in_flight *flight);

/* Frees the memory. No packet may be in flight. */
void iptfs_in_flight_free(struct iptfs_in_flight *flight);

/* Adds a packet and takes over the reference to it. IPTFS_E_NO_MEMORY: it is not added. */
int iptfs_in_flight_add(struct iptfs_in_flight *flight, int64_t arrival_ps,
                        struct iptfs_outer *outer);

/* When the next packet arrives, IPTFS_NEVER when there is none. */
int64_t iptfs_in_flight_next_ps(const struct iptfs_in_flight *flight);

/* Removes the next packet, whose reference passes to the caller; NULL when there is none. */
struct iptfs_outer *iptfs_in_flight_take(struct iptfs_in_flight *flight);

#endif
