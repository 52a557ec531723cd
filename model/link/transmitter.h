/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transmitter of a link, with its drop-tail queue. Several links may share one: that is a
 * bottleneck. */
#ifndef IPTFS_LINK_TRANSMITTER_H
#define IPTFS_LINK_TRANSMITTER_H

#include "base/units.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A packet before the transmitter, remembered until its transmission begins. */
struct iptfs_waiting {
    int64_t start_ps;
    uint32_t octets;
};

struct iptfs_transmitter {
    uint64_t rate_bps;                /* 0: no limit */
    const struct iptfs_timed *change; /* of the rate, the next to come */
    size_t changes_left;
    /* Limits of the queue, the packet under transmission not counted; 0: no limit. */
    uint64_t queue_pkts;
    uint64_t queue_octets;
    int64_t busy_until_ps;
    struct iptfs_waiting *waiting; /* a ring, kept only where the queue is limited */
    size_t capacity;               /* a power of two */
    size_t first;
    size_t count;
    uint64_t octets; /* waiting */
    unsigned users;  /* links that share it */
};

/* With one user. */
void iptfs_transmitter_init(struct iptfs_transmitter *transmitter, uint64_t rate_bps,
                            uint64_t queue_pkts, uint64_t queue_octets);

/* The rate will change at these times, which rise; the array must outlive the transmitter. A packet
 * is transmitted at the rate that holds when its transmission begins, from its first bit to its
 * last. Before the first packet. */
void iptfs_transmitter_set_changes(struct iptfs_transmitter *transmitter,
                                   const struct iptfs_timed *changes, size_t count);

void iptfs_transmitter_free(struct iptfs_transmitter *transmitter);

/* Transmits `octets` (framing included) as soon as it can: 0, and the end of the transmission in
 * *depart_ps. IPTFS_E_NO_SPACE when the queue has no room, IPTFS_E_NO_MEMORY. A packet that is
 * transmitted at once passes through the queue too, as in ns-3: one larger than the whole queue
 * never gets through. */
int iptfs_transmitter_send(struct iptfs_transmitter *transmitter, int64_t now_ps, uint32_t octets,
                           int64_t *depart_ps);

#endif
