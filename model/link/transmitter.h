/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transmitter of a link, with its drop-tail queue. Several links may share one, which then is
 * their bottleneck. */
#ifndef IPTFS_LINK_TRANSMITTER_H
#define IPTFS_LINK_TRANSMITTER_H

#include "base/units.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A packet that waits in the queue until its transmission starts. */
struct iptfs_waiting {
    int64_t start_ps;
    uint32_t octets;
};

/* How long a packet of this size takes at this rate. */
struct iptfs_tx_time {
    uint64_t rate_bps;
    int64_t span_ps;
    uint32_t octets;
};

struct iptfs_transmitter {
    uint64_t rate_bps;                /* 0: no limit */
    const struct iptfs_timed *change; /* the next change of the rate */
    size_t changes_left;
    /* Limits of the queue, the packet under transmission not counted; 0: no limit. */
    uint64_t queue_pkts;
    uint64_t queue_octets;
    int64_t busy_until_ps;
    struct iptfs_waiting *waiting; /* a ring; unused where the queue has no limit */
    size_t capacity;               /* a power of two */
    size_t first;
    size_t count;
    uint64_t octets; /* waiting */
    unsigned users;  /* links that share it */
    struct iptfs_tx_time last;
};

/* Prepares a transmitter that one link uses. */
void iptfs_transmitter_init(struct iptfs_transmitter *transmitter, uint64_t rate_bps,
                            uint64_t queue_pkts, uint64_t queue_octets);

/* The rate changes at these times, which are in ascending order, to values above 0; the array must
 * outlive the transmitter. A packet under transmission continues at the new rate. To be called
 * before the first packet. */
void iptfs_transmitter_set_changes(struct iptfs_transmitter *transmitter,
                                   const struct iptfs_timed *changes, size_t count);

void iptfs_transmitter_free(struct iptfs_transmitter *transmitter);

/* Transmits `octets` (framing included) as soon as possible: 0, and the end of the transmission in
 * *depart_ps. IPTFS_E_NO_SPACE when the queue is full, IPTFS_E_NO_MEMORY. A packet that does not
 * have to wait passes through the queue too, as in ns-3: one that is larger than the whole queue is
 * always refused. Times must not decrease. */
int iptfs_transmitter_send(struct iptfs_transmitter *transmitter, int64_t now_ps, uint32_t octets,
                           int64_t *depart_ps);

#endif
