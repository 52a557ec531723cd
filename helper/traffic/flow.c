/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/flow.h"

int64_t iptfs_flow_next_ps(const struct iptfs_source *source)
{
    return ((const struct iptfs_traffic_flow *)source)->next.at_ps;
}

/* imix takes one of twelve equal chances. */
uint32_t iptfs_flow_random_octets(const struct iptfs_traffic_flow *flow)
{
    if (flow->size.kind == IPTFS_SIZES_UNIFORM)
        return (uint32_t)iptfs_random_between(flow->sizes, flow->size.low_octets,
                                              flow->size.high_octets);
    uint64_t dozen = iptfs_random_between(flow->sizes, 1, 12);
    return dozen <= 7 ? 40 : dozen <= 11 ? 576 : 1500;
}

int iptfs_flow_start_sizes(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup)
{
    if (flow->size.kind != IPTFS_SIZES_FIXED) {
        flow->sizes = iptfs_random_new(setup->seed, setup->run, IPTFS_RANDOM_SIZE, setup->flow);
        if (flow->sizes == NULL)
            return IPTFS_E_NO_MEMORY;
    }
    flow->next.octets = flow->size.low_octets;
    iptfs_flow_set_octets(flow);
    return IPTFS_OK;
}

int iptfs_flow_no_memory(struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory for traffic sources");
}
