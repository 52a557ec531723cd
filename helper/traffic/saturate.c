/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic that always has something to send: as many packets as the tunnel accepts. */
#include "option/refuse.h"
#include "traffic/flow.h"
#include "traffic/limits.h"

struct saturate {
    struct iptfs_traffic_flow flow;
    uint32_t batch_octets; /* the rest of the current batch, the next packet included */
};

static void saturate_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct saturate *saturate = (struct saturate *)source;
    struct iptfs_traffic_flow *flow = &saturate->flow;
    iptfs_flow_emit(flow, arrival);
    uint32_t left_octets = saturate->batch_octets;
    left_octets = left_octets > arrival->octets ? left_octets - arrival->octets : 0;
    saturate->batch_octets = left_octets;
    iptfs_flow_draw_octets(flow);
    if (flow->left == 0 || flow->next.octets > left_octets)
        flow->next.at_ps = IPTFS_NEVER;
}

/* A new batch, in place of what is left of the one before. */
static void saturate_free_space(struct iptfs_source *source, int64_t now_ps,
                                const struct iptfs_free_space *free_space)
{
    struct saturate *saturate = (struct saturate *)source;
    if (!iptfs_flow_active(&saturate->flow, now_ps))
        return;
    saturate->batch_octets = free_space->octets;
    iptfs_flow_schedule(&saturate->flow,
                        iptfs_later(now_ps, free_space->idle_ps - free_space->lead_ps));
}

/* The first batch comes at `start`, before the sender asks for any. */
static int saturate_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                          struct iptfs_error *error)
{
    ((struct saturate *)flow)->batch_octets = setup->window_octets;
    iptfs_flow_schedule(flow, flow->start_ps);
    return iptfs_flow_start_sizes(flow, setup, error);
}

/* A packet that even an empty queue drops would be offered again and again at the same time. */
static int saturate_check(const struct iptfs_traffic_options *options,
                          const struct iptfs_traffic_path *path, struct iptfs_error *error)
{
    if (path->link_rate_bps == 0)
        return iptfs_refuse_key(error, path->link_section, "rate", IPTFS_E_INVALID,
                                "above 0, for [traffic.%s] saturates the link", options->name);
    if (path->queue_octets > 0 && path->queue_octets < path->outer_octets)
        return iptfs_refuse_key(error, path->link_section, "queue", IPTFS_E_INVALID,
                                "%uB (one outer packet) or more, 1p or more, or 0, for "
                                "[traffic.%s] saturates the link",
                                path->outer_octets, options->name);
    return iptfs_traffic_check_size(options, path, error);
}

const struct iptfs_traffic_type iptfs_traffic_saturate = {
    .name = "saturate",
    .meaning = "always something to send",
    .keys = {&iptfs_keys_size, IPTFS_KEYS_SYNTHETIC},
    .ops = {iptfs_flow_next_ps, saturate_take, saturate_free_space},
    .state_octets = sizeof(struct saturate),
    .check = saturate_check,
    .start = saturate_start,
};
