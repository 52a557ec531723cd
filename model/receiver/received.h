/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A memory of the sequence numbers that were received: it distinguishes a second copy of an outer
 * packet from one that comes late. The replay window (esp/replay_window.h) refuses packets; this
 * one only recognises them, and reaches farther back than any window. */
#ifndef IPTFS_RECEIVER_RECEIVED_H
#define IPTFS_RECEIVER_RECEIVED_H

#include <stdbool.h>
#include <stdint.h>

/* How many numbers below the reorder window are remembered, at least. */
#define IPTFS_RECEIVED_NUMBERS 65536u

struct iptfs_received {
    uint64_t *words; /* a ring: one bit for each number */
    uint64_t mask;   /* words - 1 */
    uint64_t top;    /* index of the highest word in use, not reduced to the ring */
    bool started;
};

/* An empty memory for a receiver with this reorder window. IPTFS_E_NO_MEMORY. */
int iptfs_received_init(struct iptfs_received *received, uint32_t window);
void iptfs_received_free(struct iptfs_received *received);

/* Records that a number has been received. True when it had been received before; a number too old
 * to be remembered counts as new. */
bool iptfs_received_again(struct iptfs_received *received, uint64_t seq);

#endif
