/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On-off traffic: constant bit rate in on periods, nothing in off periods, both of random length.
 * Gaps count on time only: packet n arrives when the on periods add up to the time of n packets.
 * The long-run rate is exactly rate * on / (on + off), and a short on period may have no packet.
 * The flow starts in an on period with the probability on / (on + off), at the start of a period;
 * with exponential periods that makes it stationary from the start. The lengths of on and off
 * periods come from a stream each. */
#include "traffic/flow.h"
#include "traffic/limits.h"
#include "traffic/periods.h"

struct on_off {
    struct iptfs_traffic_flow flow;
    struct iptfs_random *on;
    struct iptfs_random *off;
    struct iptfs_periods periods;
    int64_t on_left_ps; /* rest of the on period of the next packet, from that packet on */
    uint64_t remainder; /* see iptfs_flow_tx_time_ps */
};

static int64_t draw_period_ps(const struct on_off *on_off, struct iptfs_random *stream,
                              int64_t mean_ps)
{
    const struct iptfs_periods *periods = &on_off->periods;
    return iptfs_flow_round_ps(periods->distribution == IPTFS_PERIODS_PARETO
                                   ? iptfs_random_pareto(stream, (double)mean_ps, periods->shape)
                                   : iptfs_random_exponential(stream, (double)mean_ps));
}

/* The time at which `on_ps` of on time have passed since at_ps, or a time at or after `stop`. */
static int64_t after_on_time_ps(struct on_off *on_off, int64_t at_ps, int64_t on_ps)
{
    while (on_ps >= on_off->on_left_ps && at_ps < on_off->flow.stop_ps) {
        on_ps -= on_off->on_left_ps;
        at_ps += on_off->on_left_ps + draw_period_ps(on_off, on_off->off, on_off->periods.off_ps);
        on_off->on_left_ps = draw_period_ps(on_off, on_off->on, on_off->periods.on_ps);
    }
    on_off->on_left_ps -= on_ps;
    return at_ps + on_ps;
}

static void on_off_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct on_off *on_off = (struct on_off *)source;
    struct iptfs_traffic_flow *flow = &on_off->flow;
    iptfs_flow_emit(flow, arrival);
    int64_t on_ps = iptfs_flow_tx_time_ps(flow, arrival->octets, &on_off->remainder);
    iptfs_flow_schedule(flow, after_on_time_ps(on_off, arrival->at_ps, on_ps));
    iptfs_flow_draw_octets(flow);
}

static void on_off_release(struct iptfs_traffic_flow *flow)
{
    struct on_off *on_off = (struct on_off *)flow;
    iptfs_random_free(on_off->on);
    iptfs_random_free(on_off->off);
}

/* A flow that starts off has an on period of length 0 first. */
static int draw_first_period(struct on_off *on_off, const struct iptfs_traffic_setup *setup)
{
    struct iptfs_random *phase = iptfs_flow_stream(setup, IPTFS_RANDOM_PHASE);
    if (phase == NULL)
        return IPTFS_E_NO_MEMORY;
    double on_ps = (double)on_off->periods.on_ps, off_ps = (double)on_off->periods.off_ps;
    double part_on = on_ps / (on_ps + off_ps);
    if (iptfs_random_uniform(phase) < part_on)
        on_off->on_left_ps = draw_period_ps(on_off, on_off->on, on_off->periods.on_ps);
    iptfs_random_free(phase);
    return IPTFS_OK;
}

static int on_off_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                        struct iptfs_error *error)
{
    struct on_off *on_off = (struct on_off *)flow;
    on_off->periods = *iptfs_periods_of(setup->options);
    on_off->on = iptfs_flow_stream(setup, IPTFS_RANDOM_ON);
    on_off->off = iptfs_flow_stream(setup, IPTFS_RANDOM_OFF);
    if (on_off->on == NULL || on_off->off == NULL || draw_first_period(on_off, setup) != IPTFS_OK)
        return iptfs_fail_no_memory(error);
    iptfs_flow_schedule(flow, after_on_time_ps(on_off, flow->start_ps, 0));
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
