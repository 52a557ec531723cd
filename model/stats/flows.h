/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures of each flow: delivered, lost and in-flight packets, delays and jitter. Delivered
 * packets are measured only here, once each; the figures of the tunnel are the sum. */
#ifndef IPTFS_STATS_FLOWS_H
#define IPTFS_STATS_FLOWS_H

#include "base/error.h"
#include "packet/packet.h"
#include "stats/delays.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All flows from the last index on count as one. */
enum {
    IPTFS_FLOWS_MAX = 256
};

struct iptfs_flow {
    struct iptfs_measure delivered;
    struct iptfs_tally lost;      /* dropped, for any cause */
    struct iptfs_tally in_flight; /* when the run ended */
    /* What iptfs_flows_restart left out: packets in flight then, and octets delivered by then. */
    struct iptfs_tally in_flight_before;
    uint64_t octets_before;
};

struct iptfs_flows {
    struct iptfs_flow *flow[IPTFS_FLOWS_MAX]; /* NULL: nothing yet */
    int error;                                /* IPTFS_E_NO_MEMORY once memory ran out, else 0 */
};

void iptfs_flows_free(struct iptfs_flows *flows);

/* The flow of that index, made when it is not there; NULL when memory ran out. */
struct iptfs_flow *iptfs_flows_make(struct iptfs_flows *flows, uint16_t index);

static inline struct iptfs_flow *iptfs_flows_at(struct iptfs_flows *flows, uint16_t index)
{
    if (index < IPTFS_FLOWS_MAX - 1 && flows->flow[index] != NULL)
        return flows->flow[index];
    return iptfs_flows_make(flows, index);
}

/* A packet is delivered, for the first time, delay_ps after it arrived. */
static inline void iptfs_flows_deliver(struct iptfs_flows *flows, const struct iptfs_inner *inner,
                                       int64_t delay_ps)
{
    struct iptfs_flow *flow = iptfs_flows_at(flows, inner->flow);
    if (flow != NULL)
        iptfs_measure_add(&flow->delivered, inner->octets, delay_ps);
}

/* All figures start anew; the packets that are in flight now are to be added next. */
void iptfs_flows_restart(struct iptfs_flows *flows);

/* A packet is in flight while the figures start anew. */
void iptfs_flows_in_flight_before(struct iptfs_flows *flows, const struct iptfs_inner *inner);

/* Packets that arrived since the figures started anew. */
struct iptfs_tally iptfs_flow_offered(const struct iptfs_flow *flow);

/* Packets lost among those that could be: offered, or in flight before. NaN: there were none. */
double iptfs_flow_loss(const struct iptfs_flow *flow);

/* Octets delivered in the whole run. */
static inline uint64_t iptfs_flow_octets(const struct iptfs_flow *flow)
{
    return flow->octets_before + flow->delivered.octets;
}

/* A packet was dropped, or is in flight at the end of the run. */
void iptfs_flows_end(struct iptfs_flows *flows, const struct iptfs_inner *inner);

/* The delivered packets of all flows, in an initialised *measure. */
void iptfs_flows_sum(const struct iptfs_flows *flows, struct iptfs_measure *measure);

/* How much the delay of a packet differs from that of the one delivered before it in its flow: the
 * mean over all such pairs of one flow, or of all (flow NULL). RFC 3550 (6.4.1) smooths the same
 * differences; this is their mean, which needs no gain factor. 0 when there is no pair. */
double iptfs_flows_jitter_ps(const struct iptfs_flows *flows, const struct iptfs_flow *flow);

#endif
