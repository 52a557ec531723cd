/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On-off traffic: constant bit rate in on periods, nothing in off periods, both of random length.
 * Gaps count on time only: packet n arrives when the on periods add up to the time of n packets.
 * The long-run rate is exactly rate * on / (on + off), and a short on period may have no packet.
 * The flow starts at the start of a period, which is on with the probability on / (on + off); with
 * exponential periods that makes it stationary from the start. */
#include "traffic/flow.h"
#include "traffic/limits.h"
#include "traffic/on_time.h"

struct on_off {
    struct iptfs_traffic_flow flow;
    struct iptfs_on_time clock;
    uint64_t remainder; /* see iptfs_flow_tx_time_ps */
};

static void on_off_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct on_off *on_off = (struct on_off *)source;
    struct iptfs_traffic_flow *flow = &on_off->flow;
    iptfs_flow_emit(flow, arrival);
    int64_t on_ps = iptfs_flow_tx_time_ps(flow, arrival->octets, &on_off->remainder);
    iptfs_flow_schedule(flow,
                        iptfs_on_time_after(&on_off->clock, arrival->at_ps, on_ps, flow->stop_ps));
    iptfs_flow_draw_octets(flow);
}

static void on_off_release(struct iptfs_traffic_flow *flow)
{
    iptfs_on_time_release(&((struct on_off *)flow)->clock);
}

static int on_off_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                        struct iptfs_error *error)
{
    struct iptfs_on_time *clock = &((struct on_off *)flow)->clock;
    clock->periods = *iptfs_periods_of(setup->options);
    clock->on = iptfs_flow_stream(setup, IPTFS_RANDOM_ON);
    clock->off = iptfs_flow_stream(setup, IPTFS_RANDOM_OFF);
    struct iptfs_random *phase = iptfs_flow_stream(setup, IPTFS_RANDOM_PHASE);
    if (clock->on == NULL || clock->off == NULL || phase == NULL) {
        iptfs_random_free(phase);
        return iptfs_fail_no_memory(error);
    }
    int64_t first_ps = flow->start_ps + iptfs_on_time_start(clock, phase);
    iptfs_random_free(phase);
    iptfs_flow_schedule(flow, iptfs_on_time_after(clock, first_ps, 0, flow->stop_ps));
    return iptfs_flow_start_sizes(flow, setup, error);
}

static int on_off_check(const struct iptfs_traffic_options *options,
                        const struct iptfs_traffic_path *path, struct iptfs_error *error)
{
    int code = iptfs_periods_check(options, error);
    return code != IPTFS_OK ? code : iptfs_traffic_check_size(options, path, error);
}

const struct iptfs_traffic_type iptfs_traffic_on_off = {
    .name = "on-off",
    .meaning = "cbr in on periods of random length, then off periods",
    .source = "Willinger et al. 1997",
    .keys = {&iptfs_keys_size, &iptfs_keys_rate, &iptfs_keys_periods, IPTFS_KEYS_SYNTHETIC},
    .ops = {iptfs_flow_next_ps, on_off_take, NULL},
    .state_octets = sizeof(struct on_off),
    .check = on_off_check,
    .start = on_off_start,
    .release = on_off_release,
};
