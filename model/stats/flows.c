/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/flows.h"

#include "base/asserts.h"

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
