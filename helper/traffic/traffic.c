/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/traffic.h"

#include "traffic/flow.h"

int iptfs_traffic_new(struct iptfs_source **source, const struct iptfs_traffic_setup *setup,
                      struct iptfs_error *error)
{
    const struct iptfs_traffic_type *type = iptfs_traffic_type_of(setup->options);
    struct iptfs_traffic_flow *flow;
    IPTFS_ASSERT(type != NULL && !type->hosted);
    int code = iptfs_flow_new(&flow, type, setup, error);
    *source = code == IPTFS_OK ? &flow->base.source : NULL;
    return code;
}
