/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state that the flows of all traffic types have in common, and the steps that they share. */
#ifndef IPTFS_TRAFFIC_FLOW_H
#define IPTFS_TRAFFIC_FLOW_H

#include "base/asserts.h"
#include "base/error.h"
#include "base/random.h"
#include "base/units.h"
#include "sender/source.h"
#include "traffic/traffic_source.h"
#include "traffic/types.h"

#include <stdbool.h>
#include <stdint.h>

/* Embedded first in the state of each type. A flow always knows its next packet, so that next_ps is
 * a load and `take` a copy. The types differ in how they compute the packet after it. */
struct iptfs_traffic_flow {
    struct iptfs_traffic_source base;
    const struct iptfs_traffic_type *type;
    struct iptfs_arrival next; /* at_ps is IPTFS_NEVER when there is none */
    int64_t start_ps;
    int64_t stop_ps;
    uint64_t left; /* packets that `count` still allows, the next one included */
    struct iptfs_sizes size;
    struct iptfs_random *sizes; /* NULL for fixed sizes, and for types that do not use it */
    uint64_t rate_bps;
    uint64_t skipped_pkts; /* pcap: packets of the capture that are not used */
    char *notes;           /* pcap: lines for the user about its packets; NULL: none */
};

/* Makes the flow of a section by the operations of its type. IPTFS_E_INVALID, IPTFS_E_IO or
 * IPTFS_E_NO_MEMORY; then *made is NULL. The caller frees it with iptfs_traffic_free. */
int iptfs_flow_new(struct iptfs_traffic_flow **made, const struct iptfs_traffic_type *type,
                   const struct iptfs_traffic_setup *setup, struct iptfs_error *error);

/* The next_ps of every flow. */
int64_t iptfs_flow_next_ps(const struct iptfs_source *source);

/* A random stream of the section. NULL when memory ran out. */
struct iptfs_random *iptfs_flow_stream(const struct iptfs_traffic_setup *setup,
                                       enum iptfs_random_use use);

/* A draw of a size that is not fixed. */
uint32_t iptfs_flow_random_octets(const struct iptfs_traffic_flow *flow);

/* Sets the size of the first packet, and makes the stream for the sizes of the others.
 * IPTFS_E_NO_MEMORY. */
int iptfs_flow_start_sizes(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                           struct iptfs_error *error);

/* Sets the time from the start of a periodic source to its first packet: the key `phase`, or with
 * phase = random a part of the first packet's gap, equally likely, from a stream of its own. To be
 * called after iptfs_flow_start_sizes. IPTFS_E_NO_MEMORY. */
int iptfs_flow_first_gap_ps(const struct iptfs_traffic_flow *flow,
                            const struct iptfs_traffic_setup *setup, int64_t *gap_ps,
                            struct iptfs_error *error);

/* A length of time rounded to the picosecond, limited to the longest possible simulation. */
static inline int64_t iptfs_flow_round_ps(double length_ps)
{
    return length_ps < (double)IPTFS_TIME_MAX_PS ? (int64_t)(length_ps + 0.5) : IPTFS_TIME_MAX_PS;
}

/* Whether the section may send at now_ps, by its start, stop and count. */
static inline bool iptfs_flow_active(const struct iptfs_traffic_flow *flow, int64_t now_ps)
{
    return now_ps >= flow->start_ps && now_ps < flow->stop_ps && flow->left > 0;
}

/* Draws the size of the next packet where sizes are not fixed. */
static inline void iptfs_flow_draw_octets(struct iptfs_traffic_flow *flow)
{
    if (flow->sizes != NULL)
        flow->next.octets = iptfs_flow_random_octets(flow);
}

/* The next packet arrives at at_ps, or never when `stop` or `count` forbid it. */
static inline void iptfs_flow_schedule(struct iptfs_traffic_flow *flow, int64_t at_ps)
{
    flow->next.at_ps = flow->left == 0 || at_ps >= flow->stop_ps ? IPTFS_NEVER : at_ps;
}

/* Copies the next packet to *arrival and counts it. The caller computes the one after it. */
static inline void iptfs_flow_emit(struct iptfs_traffic_flow *flow, struct iptfs_arrival *arrival)
{
    IPTFS_ASSERT(flow->left > 0 && flow->next.at_ps < flow->stop_ps);
    *arrival = flow->next;
    flow->next.id++;
    flow->left--;
}

/* The time of `octets` at the flow's rate in whole picoseconds. The remainder of the division stays
 * in *remainder, in units of 1 / rate of a picosecond, and counts in the next call. */
static inline int64_t iptfs_flow_tx_time_ps(const struct iptfs_traffic_flow *flow, uint32_t octets,
                                            uint64_t *remainder)
{
    uint64_t bit_ps = (uint64_t)octets * 8 * IPTFS_PS_PER_S + *remainder;
    *remainder = bit_ps % flow->rate_bps;
    return (int64_t)(bit_ps / flow->rate_bps);
}

#endif
