/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets in flight, taken out in the order of their arrival. Those that arrive in the order they
 * were put in (nearly all) cost a ring slot; those that overtake go through a heap. */
#ifndef IPTFS_LINK_IN_FLIGHT_H
#define IPTFS_LINK_IN_FLIGHT_H

#include "packet/packet.h"

#include <stddef.h>
#include <stdint.h>

struct iptfs_in_flight_entry {
    int64_t arrival_ps;
    uint64_t order; /* who goes first among those that arrive together */
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

/* Frees the memory; the flight must be empty. */
void iptfs_in_flight_free(struct iptfs_in_flight *flight);

/* Puts a packet in, with the reference to it. IPTFS_E_NO_MEMORY: not put in. */
int iptfs_in_flight_add(struct iptfs_in_flight *flight, int64_t arrival_ps,
                        struct iptfs_outer *outer);

/* When the next packet arrives, IPTFS_NEVER when there is none. */
int64_t iptfs_in_flight_next_ps(const struct iptfs_in_flight *flight);

/* Takes out the next packet, reference and all; NULL when there is none. */
struct iptfs_outer *iptfs_in_flight_take(struct iptfs_in_flight *flight);

#endif
