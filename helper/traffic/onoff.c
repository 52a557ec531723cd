/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/onoff.h"

#include "traffic/options.h"

#include <stdlib.h>

struct iptfs_onoff {
    struct iptfs_random *on;
    struct iptfs_random *off;
    enum iptfs_periods periods;
    double shape;
    double mean_on_ps;
    double mean_off_ps;
    int64_t on_left_ps; /* of the on period that the next packet is in, from that packet on */
    uint64_t rest;      /* as of cbr */
};

static int64_t draw_ps(const struct iptfs_onoff *onoff, struct iptfs_random *stream, double mean_ps)
{
    return iptfs_flow_round_ps(onoff->periods == IPTFS_PERIODS_PARETO
                                   ? iptfs_random_pareto(stream, mean_ps, onoff->shape)
                                   : iptfs_random_exponential(stream, mean_ps));
}

/* The time that comes `on_ps` of on time after at_ps, or one at or after stop_ps. */
static int64_t go_on(struct iptfs_onoff *onoff, int64_t at_ps, int64_t on_ps, int64_t stop_ps)
{
    while (on_ps >= onoff->on_left_ps && at_ps < stop_ps) {
        on_ps -= onoff->on_left_ps;
        at_ps += onoff->on_left_ps + draw_ps(onoff, onoff->off, onoff->mean_off_ps);
        onoff->on_left_ps = draw_ps(onoff, onoff->on, onoff->mean_on_ps);
    }
    onoff->on_left_ps -= on_ps;
    return at_ps + on_ps;
}

static void onoff_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct iptfs_traffic_flow *flow = (struct iptfs_traffic_flow *)source;
    iptfs_flow_hand_out(flow, arrival);
    int64_t on_ps = iptfs_flow_emission_ps(flow, arrival->octets, &flow->u.onoff->rest);
    iptfs_flow_set_due(flow, go_on(flow->u.onoff, arrival->at_ps, on_ps, flow->stop_ps));
    iptfs_flow_set_octets(flow);
}

static void release(struct iptfs_traffic_flow *flow)
{
    iptfs_random_free(flow->u.onoff->on);
    iptfs_random_free(flow->u.onoff->off);
    free(flow->u.onoff);
}

static const struct iptfs_source_ops onoff_ops = {iptfs_flow_next_ps, onoff_take, NULL};

/* An empty on period comes first where the flow begins off. */
static int begin(struct iptfs_onoff *onoff, const struct iptfs_traffic_setup *setup)
{
    struct iptfs_random *first =
        iptfs_random_new(setup->seed, setup->run, IPTFS_RANDOM_PHASE, setup->flow);
    if (first == NULL)
        return IPTFS_E_NO_MEMORY;
    double part_on = onoff->mean_on_ps / (onoff->mean_on_ps + onoff->mean_off_ps);
    if (iptfs_random_uniform(first) < part_on)
        onoff->on_left_ps = draw_ps(onoff, onoff->on, onoff->mean_on_ps);
    iptfs_random_free(first);
    return IPTFS_OK;
}

int iptfs_onoff_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                      struct iptfs_error *error)
{
    const struct iptfs_traffic_options *options = setup->options;
    struct iptfs_onoff *onoff = calloc(1, sizeof *onoff);
    if (onoff == NULL)
        return iptfs_flow_no_memory(error);
    flow->source.ops = &onoff_ops;
    flow->release = release;
    flow->u.onoff = onoff;
    onoff->periods = options->periods;
    onoff->shape = options->shape;
    onoff->mean_on_ps = (double)options->on_ps;
    onoff->mean_off_ps = (double)options->off_ps;
    onoff->on = iptfs_random_new(setup->seed, setup->run, IPTFS_RANDOM_ON, setup->flow);
    onoff->off = iptfs_random_new(setup->seed, setup->run, IPTFS_RANDOM_OFF, setup->flow);
    if (onoff->on == NULL || onoff->off == NULL || begin(onoff, setup) != IPTFS_OK ||
        iptfs_flow_start_sizes(flow, setup) != IPTFS_OK)
        return iptfs_flow_no_memory(error);
    iptfs_flow_set_due(flow, go_on(onoff, flow->start_ps, 0, flow->stop_ps));
    return IPTFS_OK;
}
