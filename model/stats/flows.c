/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/flows.h"

#include "base/asserts.h"

#include <math.h>
#include <stdlib.h>

void iptfs_flows_free(struct iptfs_flows *flows)
{
    for (size_t i = 0; i < IPTFS_FLOWS_MAX; i++) {
        if (flows->flow[i] != NULL)
            iptfs_measure_free(&flows->flow[i]->delivered);
        free(flows->flow[i]);
        flows->flow[i] = NULL;
    }
}

__attribute__((noinline, cold)) struct iptfs_flow *iptfs_flows_make(struct iptfs_flows *flows,
                                                                    uint16_t index)
{
    struct iptfs_flow **at = &flows->flow[index < IPTFS_FLOWS_MAX ? index : IPTFS_FLOWS_MAX - 1];
    if (*at != NULL)
        return *at;
    struct iptfs_flow *flow = calloc(1, sizeof *flow);
    if (flow == NULL || iptfs_measure_init(&flow->delivered) != IPTFS_OK) {
        free(flow);
        flows->error = IPTFS_E_NO_MEMORY;
        return NULL;
    }
    *at = flow;
    IPTFS_ASSERT(iptfs_flows_at(flows, index) == flow);
    return flow;
}

void iptfs_flows_end(struct iptfs_flows *flows, const struct iptfs_inner *inner)
{
    struct iptfs_flow *flow = iptfs_flows_at(flows, inner->flow);
    IPTFS_ASSERT(!inner->delivered);
    if (flow == NULL)
        return;
    bool in_flight = inner->drop_cause == IPTFS_DROP_NONE;
    iptfs_tally_add(in_flight ? &flow->in_flight : &flow->lost, inner->octets);
}

void iptfs_flows_restart(struct iptfs_flows *flows)
{
    for (size_t i = 0; i < IPTFS_FLOWS_MAX; i++) {
        struct iptfs_flow *flow = flows->flow[i];
        if (flow == NULL)
            continue;
        flow->octets_before += flow->delivered.octets;
        iptfs_measure_clear(&flow->delivered);
        flow->lost = (struct iptfs_tally){0};
        flow->in_flight_before = (struct iptfs_tally){0};
    }
}

void iptfs_flows_in_flight_before(struct iptfs_flows *flows, const struct iptfs_inner *inner)
{
    struct iptfs_flow *flow = iptfs_flows_at(flows, inner->flow);
    if (flow != NULL)
        iptfs_tally_add(&flow->in_flight_before, inner->octets);
}

struct iptfs_tally iptfs_flow_offered(const struct iptfs_flow *flow)
{
    uint64_t pkts = flow->delivered.delays.count + flow->lost.pkts + flow->in_flight.pkts;
    uint64_t octets = flow->delivered.octets + flow->lost.octets + flow->in_flight.octets;
    return (struct iptfs_tally){pkts - flow->in_flight_before.pkts,
                                octets - flow->in_flight_before.octets};
}

double iptfs_flow_loss(const struct iptfs_flow *flow)
{
    uint64_t pkts = iptfs_flow_offered(flow).pkts + flow->in_flight_before.pkts;
    return pkts > 0 ? (double)flow->lost.pkts / (double)pkts : (double)NAN;
}

void iptfs_flows_sum(const struct iptfs_flows *flows, struct iptfs_measure *measure)
{
    iptfs_measure_clear(measure);
    for (size_t i = 0; i < IPTFS_FLOWS_MAX; i++)
        if (flows->flow[i] != NULL)
            iptfs_measure_merge(measure, &flows->flow[i]->delivered);
}

double iptfs_flows_jitter_ps(const struct iptfs_flows *flows, const struct iptfs_flow *flow)
{
    iptfs_uint128 sum_ps = 0;
    uint64_t pairs = 0;
    for (size_t i = 0; i < IPTFS_FLOWS_MAX; i++) {
        const struct iptfs_flow *one = flows->flow[i];
        if (one == NULL || (flow != NULL && one != flow) || one->delivered.delays.count == 0)
            continue;
        sum_ps += one->delivered.difference_ps;
        pairs += one->delivered.delays.count - 1;
    }
    return pairs > 0 ? (double)sum_ps / (double)pairs : 0;
}
