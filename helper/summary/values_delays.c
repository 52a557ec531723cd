/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Delays of delivered inner packets. */
#include "base/units.h"
#include "summary/measures.h"
#include "summary/row.h"

/* --------------------------------------------------------------------------------- statistics */

enum {
    MEAN = 0 /* index in both tables; all others are quantiles */
};

struct statistic {
    const char *name;
    const char *caption;
    const char *meaning;
    double p;
};

static const struct statistic statistics[] = {
    [MEAN] = {"mean", "mean", "mean", 0},
    {"min", "least", "smallest", 0},
    {"p50", "median", "median", 0.5},
    {"p90", "90th percentile", "90th percentile", 0.9},
    {"p99", "99th percentile", "99th percentile", 0.99},
    {"max", "most", "largest", 1},
};

static const char *statistic_name(size_t part)
{
    return part < sizeof statistics / sizeof statistics[0] ? statistics[part].name : NULL;
}

static const char *statistic_caption(size_t part)
{
    return statistics[part].caption;
}

static const char *statistic_meaning(size_t part)
{
    return statistics[part].meaning;
}

const struct iptfs_summary_parts iptfs_summary_statistics = {
    .placeholder = "STATISTIC",
    .name = statistic_name,
    .caption = statistic_caption,
    .meaning = statistic_meaning,
};

struct iptfs_figure iptfs_summary_delay(const struct iptfs_delays *delays, size_t part)
{
    if (delays->count == 0)
        return iptfs_figure_real((double)NAN);
    if (part == MEAN)
        return iptfs_figure_real(iptfs_delays_mean_ps(delays) / (double)IPTFS_PS_PER_S);
    return iptfs_figure_real(iptfs_seconds(iptfs_delays_quantile_ps(delays, statistics[part].p)));
}

struct iptfs_figure iptfs_summary_jitter(const struct iptfs_flows *flows,
                                         const struct iptfs_flow *flow,
                                         const struct iptfs_delays *delays)
{
    double mean_ps = iptfs_flows_jitter_ps(flows, flow);
    return iptfs_figure_real(delays->count > 0 ? mean_ps / (double)IPTFS_PS_PER_S : (double)NAN);
}

struct iptfs_figure iptfs_summary_spread(const struct iptfs_delays *delays)
{
    int64_t spread_ps =
        iptfs_delays_quantile_ps(delays, 0.99) - iptfs_delays_quantile_ps(delays, 0.5);
    return iptfs_figure_real(delays->count > 0 ? iptfs_seconds(spread_ps) : (double)NAN);
}

/* --------------------------------------------------------------------------------------- waits */

/* The statistics of waits, over all delivered packets: most did not wait. */
static const struct statistic wait_statistics[] = {
    [MEAN] = {"mean", "mean", "mean", 0},
    {"p99", "99th percentile", "99th percentile", 0.99},
    {"max", "most", "largest", 1},
};

static const char *wait_name(size_t part)
{
    return part < sizeof wait_statistics / sizeof wait_statistics[0] ? wait_statistics[part].name
                                                                     : NULL;
}

static const char *wait_caption(size_t part)
{
    return wait_statistics[part].caption;
}

static const char *wait_meaning(size_t part)
{
    return wait_statistics[part].meaning;
}

static const struct iptfs_summary_parts waits_statistics = {
    .placeholder = "STATISTIC",
    .name = wait_name,
    .caption = wait_caption,
    .meaning = wait_meaning,
};

static struct iptfs_figure waits(const struct iptfs_delays *waits,
                                 const struct iptfs_summary_subject *subject)
{
    uint64_t whole = subject->tunnel->delivered.delays.count;
    if (whole == 0)
        return iptfs_figure_real((double)NAN);
    if (subject->part == MEAN)
        return iptfs_figure_real(iptfs_delays_mean_among_ps(waits, whole) / (double)IPTFS_PS_PER_S);
    double p = wait_statistics[subject->part].p;
    return iptfs_figure_real(iptfs_seconds(iptfs_delays_quantile_among_ps(waits, whole, p)));
}

static struct iptfs_figure waiting_share(const struct iptfs_delays *waits,
                                         const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(iptfs_ratio(waits->count, subject->tunnel->delivered.delays.count));
}

/* ---------------------------------------------------------------------------------------- rows */

static struct iptfs_figure delay(const struct iptfs_summary_subject *subject)
{
    return iptfs_summary_delay(&subject->tunnel->delivered.delays, subject->part);
}

static struct iptfs_figure jitter_mean(const struct iptfs_summary_subject *subject)
{
    return iptfs_summary_jitter(&subject->tunnel->flows, NULL, &subject->tunnel->delivered.delays);
}

static struct iptfs_figure jitter_spread(const struct iptfs_summary_subject *subject)
{
    return iptfs_summary_spread(&subject->tunnel->delivered.delays);
}

static struct iptfs_figure stall(const struct iptfs_summary_subject *subject)
{
    return waits(&subject->tunnel->waits.stall, subject);
}

static struct iptfs_figure stall_share(const struct iptfs_summary_subject *subject)
{
    return waiting_share(&subject->tunnel->waits.stall, subject);
}

static struct iptfs_figure gather(const struct iptfs_summary_subject *subject)
{
    return waits(&subject->tunnel->waits.gather, subject);
}

static struct iptfs_figure gather_share(const struct iptfs_summary_subject *subject)
{
    return waiting_share(&subject->tunnel->waits.gather, subject);
}

static const struct iptfs_summary_row delay_rows[] = {
    {
        .name = "delay_s",
        .unit = "s",
        .caption = "delay",
        .meaning = "Delay of delivered inner packets, from arrival at the sender to delivery.",
        .get = delay,
        .parts = &iptfs_summary_statistics,
    },
    {
        .name = "jitter_s.mean",
        .unit = "s",
        .caption = "jitter, mean",
        .meaning = "Mean difference between the delays of successive packets of a flow (RFC 3550 "
                   "smooths the same difference).",
        .get = jitter_mean,
    },
    {
        .name = "jitter_s.p99_p50",
        .unit = "s",
        .caption = "jitter, 99th percentile less median",
        .meaning = "The 99th percentile of the delay less its median.",
        .get = jitter_spread,
    },
    {
        .name = "stall_s",
        .unit = "s",
        .caption = "head-of-line stall",
        .meaning = "How long a complete inner packet waited for packets before it in the reorder "
                   "window, over all delivered packets.",
        .get = stall,
        .parts = &waits_statistics,
    },
    {
        .name = "stall_s.share",
        .unit = "share",
        .caption = "head-of-line stall, share of packets",
        .meaning = "Delivered packets that waited in the reorder window, divided by all delivered "
                   "packets.",
        .get = stall_share,
    },
    {
        .name = "gather_s",
        .unit = "s",
        .caption = "gathering of fragments",
        .meaning = "Time from the arrival of an inner packet's first fragment to that of its last, "
                   "over all delivered packets.",
        .get = gather,
        .parts = &waits_statistics,
    },
    {
        .name = "gather_s.share",
        .unit = "share",
        .caption = "gathering of fragments, share of packets",
        .meaning = "Delivered packets that came in several outer packets, divided by all delivered "
                   "packets.",
        .get = gather_share,
    },
};

const struct iptfs_summary_group iptfs_summary_delays_group = {
    .title = "Delays",
    .scope = IPTFS_SUMMARY_DIRECTION,
    .prefix = "",
    .rows = delay_rows,
    .count = sizeof delay_rows / sizeof delay_rows[0],
};
