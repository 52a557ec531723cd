/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Self-similar traffic: the aggregate of many on-off sources whose periods are Pareto with the
 * shape 3 - 2H, so that the number of packets in an interval tends to fractional Gaussian noise
 * with the Hurst parameter H on scales well above the mean periods (M. S. Taqqu, W. Willinger and
 * R. Sherman, "Proof of a fundamental result in self-similar traffic modeling", Computer
 * Communication Review 27, 1997). All sources start in equilibrium (traffic/on_time.h); without
 * that the rate drifts for as long as a run lasts, since the variance of the periods is infinite.
 * In its on periods a source sends at rate / (sources * activity). */
#include "text/quantity.h"
#include "traffic/limits.h"
#include "traffic/on_time.h"
#include "traffic/users.h"

#include <stdlib.h>

struct self_similar_config {
    double hurst;
    double activity;
    uint32_t sources;
    int64_t mean_on_ps;
};

#define FIELD(member) IPTFS_OPTION_FIELD(self_similar_config, member)

static const struct iptfs_option rows[] = {
    {
        .key = "hurst",
        .kind = &iptfs_kind_factor,
        FIELD(hurst),
        .minimum = 0,
        .maximum = 1,
        .standard = "0.8",
        .meaning = "Hurst parameter H, 0.55 to 0.95: the periods are Pareto with the shape 3 - 2H",
        .source = "Leland et al. 1994 measured 0.8 on Ethernet",
    },
    {
        .key = "sources",
        .kind = &iptfs_kind_number,
        FIELD(sources),
        .minimum = 1,
        .maximum = IPTFS_USERS_MAX,
        .standard = "50",
        .meaning = "on-off sources that add up to the traffic",
    },
    {
        .key = "activity",
        .kind = &iptfs_kind_factor,
        FIELD(activity),
        .maximum = 1,
        .standard = "0.5",
        .meaning = "part of the time that a source is on, 0.01 to 0.99",
    },
    {
        .key = "mean-on",
        .kind = &iptfs_kind_time,
        FIELD(mean_on_ps),
        .minimum = IPTFS_PS_PER_US,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "10ms",
        .meaning = "mean on period of a source; self-similar from about 100 times that on",
    },
};

const struct iptfs_traffic_keys iptfs_keys_self_similar = {
    IPTFS_TRAFFIC_ROWS(rows), .config_octets = sizeof(struct self_similar_config)};

struct self_similar {
    struct iptfs_traffic_flow flow;
    struct iptfs_on_time *clocks; /* one for each source */
    struct iptfs_time_heap_entry *heap;
    size_t count;
    double octet_ps; /* time of an octet at the rate of a source that is on */
};

static void self_similar_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct self_similar *all = (struct self_similar *)source;
    struct iptfs_traffic_flow *flow = &all->flow;
    iptfs_flow_emit(flow, arrival);
    int64_t on_ps = iptfs_flow_round_ps(arrival->octets * all->octet_ps);
    all->heap[0].at_ps =
        iptfs_on_time_after(&all->clocks[all->heap[0].index], arrival->at_ps, on_ps, flow->stop_ps);
    iptfs_time_heap_top_changed(all->heap, all->count);
    iptfs_flow_schedule(flow, all->heap[0].at_ps);
    iptfs_flow_draw_octets(flow);
}

static void self_similar_release(struct iptfs_traffic_flow *flow)
{
    struct self_similar *all = (struct self_similar *)flow;
    for (size_t i = 0; all->clocks != NULL && i < all->count; i++)
        iptfs_on_time_release(&all->clocks[i]);
    free(all->clocks);
    free(all->heap);
}

static struct iptfs_periods periods_of(const struct self_similar_config *config)
{
    double on_ps = (double)config->mean_on_ps;
    return (struct iptfs_periods){
        .on_ps = config->mean_on_ps,
        .off_ps = iptfs_flow_round_ps(on_ps * (1 - config->activity) / config->activity),
        .distribution = IPTFS_PERIODS_PARETO,
        .shape = 3 - 2 * config->hurst,
    };
}

/* The first packet of a source comes after a part of a gap, at random. */
static int start_sources(struct self_similar *all, const struct iptfs_traffic_setup *setup,
                         struct iptfs_random *phase)
{
    const struct self_similar_config *config =
        iptfs_traffic_config(setup->options, &iptfs_keys_self_similar);
    const int64_t start_ps = all->flow.start_ps;
    const double gap_ps = all->octet_ps * setup->options->size.high_octets;
    for (size_t i = 0; i < all->count; i++) {
        struct iptfs_on_time *clock = &all->clocks[i];
        clock->periods = periods_of(config);
        clock->equilibrium = true;
        clock->on = iptfs_users_stream(setup, IPTFS_RANDOM_ON, i);
        clock->off = iptfs_users_stream(setup, IPTFS_RANDOM_OFF, i);
        if (clock->on == NULL || clock->off == NULL)
            return IPTFS_E_NO_MEMORY;
        int64_t first_ps = start_ps + iptfs_on_time_start(clock, phase);
        int64_t on_ps = iptfs_flow_round_ps(iptfs_random_uniform(phase) * gap_ps);
        all->heap[i] = (struct iptfs_time_heap_entry){
            iptfs_on_time_after(clock, first_ps, on_ps, all->flow.stop_ps), i};
    }
    iptfs_time_heap_build(all->heap, all->count);
    return IPTFS_OK;
}

static int self_similar_start(struct iptfs_traffic_flow *flow,
                              const struct iptfs_traffic_setup *setup, struct iptfs_error *error)
{
    const struct self_similar_config *config =
        iptfs_traffic_config(setup->options, &iptfs_keys_self_similar);
    struct self_similar *all = (struct self_similar *)flow;
    all->count = config->sources;
    all->octet_ps = 8e12 * config->activity * (double)config->sources / (double)flow->rate_bps;
    all->clocks = calloc(all->count, sizeof *all->clocks);
    all->heap = calloc(all->count, sizeof *all->heap);
    struct iptfs_random *phase = iptfs_flow_stream(setup, IPTFS_RANDOM_PHASE);
    int code = IPTFS_E_NO_MEMORY;
    if (all->clocks != NULL && all->heap != NULL && phase != NULL)
        code = start_sources(all, setup, phase);
    iptfs_random_free(phase);
    if (code != IPTFS_OK)
        return iptfs_fail_no_memory(error);
    iptfs_flow_schedule(flow, all->heap[0].at_ps);
    return iptfs_flow_start_sizes(flow, setup, error);
}

static int self_similar_check(const struct iptfs_traffic_options *options,
                              const struct iptfs_traffic_path *path, struct iptfs_error *error)
{
    const struct self_similar_config *config =
        iptfs_traffic_config(options, &iptfs_keys_self_similar);
    if (config->hurst < 0.55 || config->hurst > 0.95)
        return iptfs_traffic_refuse(options, error, "hurst", "0.55 to 0.95");
    if (config->activity < 0.01 || config->activity > 0.99)
        return iptfs_traffic_refuse(options, error, "activity", "0.01 to 0.99");
    double packet_ps = 8e12 * config->activity * config->sources * options->size.high_octets /
                       (double)options->rate_bps;
    int64_t least_ps = iptfs_flow_round_ps(packet_ps / 1000) + 1;
    if (config->mean_on_ps < least_ps)
        return iptfs_traffic_refuse(options, error, "mean-on",
                                    "%s (a thousandth of the time of a packet of a source) or more",
                                    iptfs_exact_time(least_ps).text);
    return iptfs_traffic_check_size(options, path, error);
}

const struct iptfs_traffic_type iptfs_traffic_self_similar = {
    .name = "self-similar",
    .meaning = "many Pareto on-off sources: bursts on all scales",
    .source = "Taqqu et al. 1997",
    .keys = {&iptfs_keys_size, &iptfs_keys_rate, &iptfs_keys_self_similar, IPTFS_KEYS_SYNTHETIC},
    .ops = {iptfs_flow_next_ps, self_similar_take, NULL},
    .state_octets = sizeof(struct self_similar),
    .check = self_similar_check,
    .start = self_similar_start,
    .release = self_similar_release,
};
