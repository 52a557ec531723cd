/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Poisson traffic: exponential gaps, whose mean is that of the packets' time at the rate. */
#include "traffic/flow.h"
#include "traffic/limits.h"

struct poisson {
    struct iptfs_traffic_flow flow;
    struct iptfs_random *gaps;
    double mean_gap_ps;
};

static double mean_octets(const struct iptfs_sizes *size)
{
    if (size->kind == IPTFS_SIZES_IMIX)
        return (7 * 40 + 4 * 576 + 1 * 1500) / 12.0;
    return ((double)size->low_octets + (double)size->high_octets) / 2;
}

static int64_t draw_gap_ps(const struct poisson *poisson)
{
    return iptfs_flow_round_ps(iptfs_random_exponential(poisson->gaps, poisson->mean_gap_ps));
}

static void poisson_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct poisson *poisson = (struct poisson *)source;
    iptfs_flow_emit(&poisson->flow, arrival);
    iptfs_flow_schedule(&poisson->flow, arrival->at_ps + draw_gap_ps(poisson));
    iptfs_flow_draw_octets(&poisson->flow);
}

static int poisson_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                         struct iptfs_error *error)
{
    struct poisson *poisson = (struct poisson *)flow;
    poisson->gaps = iptfs_flow_stream(setup, IPTFS_RANDOM_ARRIVAL);
    if (poisson->gaps == NULL)
        return iptfs_fail_no_memory(error);
    poisson->mean_gap_ps =
        mean_octets(&flow->size) * 8 * (double)IPTFS_PS_PER_S / (double)flow->rate_bps;
    iptfs_flow_schedule(flow, flow->start_ps + draw_gap_ps(poisson));
    return iptfs_flow_start_sizes(flow, setup, error);
}

static void poisson_release(struct iptfs_traffic_flow *flow)
{
    iptfs_random_free(((struct poisson *)flow)->gaps);
}

const struct iptfs_traffic_type iptfs_traffic_poisson = {
    .name = "poisson",
    .meaning = "exponential gaps",
    .keys = {&iptfs_keys_size, &iptfs_keys_rate, IPTFS_KEYS_SYNTHETIC},
    .ops = {iptfs_flow_next_ps, poisson_take, NULL},
    .state_octets = sizeof(struct poisson),
    .check = iptfs_traffic_check_size,
    .start = poisson_start,
    .release = poisson_release,
};
