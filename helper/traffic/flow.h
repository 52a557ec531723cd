/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sources of one traffic section have in common, whatever their type: known to the types'
 * own files alone. */
#ifndef IPTFS_TRAFFIC_FLOW_H
#define IPTFS_TRAFFIC_FLOW_H

#include "base/error.h"
#include "base/random.h"
#include "base/units.h"
#include "option/sizes.h"
#include "sender/source.h"
#include "traffic/traffic.h"

#include <stddef.h>
#include <stdint.h>

struct iptfs_onoff;
struct iptfs_talkers;

/* Every type is a flow: it always knows its next packet, so that next_ps is a load and `take` a
 * copy. The types differ in how they go on from there. */
struct iptfs_traffic_flow {
    struct iptfs_source source;
    struct iptfs_arrival next; /* at_ps is IPTFS_NEVER when there is none */
    int64_t start_ps;
    int64_t stop_ps;
    uint64_t left; /* packets that `count` still allows, with the next one */
    struct iptfs_sizes size;
    struct iptfs_random *sizes; /* NULL for fixed sizes, and types that do without */
    uint64_t rate_bps;
    uint64_t skipped_pkts; /* pcap: what was not IP */
    void (*release)(
        struct iptfs_traffic_flow *flow); /* frees what u holds; NULL where traffic.c does */
    union {
        struct {
            uint64_t rest; /* of the division by the rate: 1/rate_bps of a picosecond each */
        } cbr;
        struct {
            struct iptfs_random *gaps;
            double mean_gap_ps;
        } poisson;
        struct {
            uint32_t room_octets; /* what is left of the batch, with the next packet */
        } saturate;
        struct {
            struct iptfs_traffic_list rows;
            size_t next_row;
            int64_t begun_ps;   /* when row times began to count */
            int64_t period_ps;  /* after which they begin again; 0: never */
            uint8_t tos;        /* where a row has none */
            uint8_t ip_version; /* likewise */
        } list;
        struct iptfs_onoff *onoff;     /* on-off */
        struct iptfs_talkers *talkers; /* voice, games */
    } u;
};

/* The next_ps of every flow. */
int64_t iptfs_flow_next_ps(const struct iptfs_source *source);

/* A draw of a size that is not fixed. */
uint32_t iptfs_flow_random_octets(const struct iptfs_traffic_flow *flow);

/* Gives the first packet its size, and the flow a stream for the others. IPTFS_E_NO_MEMORY. */
int iptfs_flow_start_sizes(struct iptfs_traffic_flow *flow,
                           const struct iptfs_traffic_setup *setup);

int iptfs_flow_no_memory(struct iptfs_error *error);

/* A length to the picosecond, cut where no simulation can reach. */
static inline int64_t iptfs_flow_round_ps(double length_ps)
{
    return length_ps < (double)IPTFS_TIME_MAX_PS ? (int64_t)(length_ps + 0.5) : IPTFS_TIME_MAX_PS;
}

/* A draw for each packet that is not of a fixed size. */
static inline void iptfs_flow_set_octets(struct iptfs_traffic_flow *flow)
{
    if (flow->sizes != NULL)
        flow->next.octets = iptfs_flow_random_octets(flow);
}

/* The packet after the last one is due at at_ps, if stop and count let it. */
static inline void iptfs_flow_set_due(struct iptfs_traffic_flow *flow, int64_t at_ps)
{
    flow->next.at_ps = flow->left == 0 || at_ps >= flow->stop_ps ? IPTFS_NEVER : at_ps;
}

static inline void iptfs_flow_hand_out(struct iptfs_traffic_flow *flow,
                                       struct iptfs_arrival *arrival)
{
    *arrival = flow->next;
    flow->next.id++;
    flow->left--;
}

/* What a flow emits in octets * 8 bits at its rate, in whole picoseconds. What the division leaves
 * over stays in *rest for the next one. */
static inline int64_t iptfs_flow_emission_ps(const struct iptfs_traffic_flow *flow, uint32_t octets,
                                             uint64_t *rest)
{
    uint64_t bit_ps = (uint64_t)octets * 8 * IPTFS_PS_PER_S + *rest;
    *rest = bit_ps % flow->rate_bps;
    return (int64_t)(bit_ps / flow->rate_bps);
}

#endif
