/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sequence numbers counted on over all SAs, as a receiver can do it. When an SA takes over, its
 * number 1 follows the highest number received of the SA before it: how many packets of that one
 * were lost behind it is not known. RFC 9347 says nothing about it. */
#ifndef IPTFS_CONGESTION_NUMBERING_H
#define IPTFS_CONGESTION_NUMBERING_H

#include <stdbool.h>
#include <stdint.h>

/* All zero at the start. */
struct iptfs_numbering {
    uint32_t sa;          /* the newest SA of which a packet was received */
    uint64_t base;        /* added to its numbers */
    uint64_t before_base; /* and to those of the SA before it */
    uint64_t highest;     /* number received */
};

/* Sets the number of a packet. False when it has none: it is of an SA before the newest, and was
 * sent after the packets that were known when the newest took over. */
bool iptfs_numbering_take(struct iptfs_numbering *numbering, uint32_t sa, uint64_t seq,
                          uint64_t *number);

#endif
