/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of summary values: a row for each value, which says its name, unit, caption and meaning
 * and how it is computed. JSON, CSV, the series, units and captions of sweeps and plots, and the
 * reference are made from these rows. A value is added as one row (and its getter) in values_*.c.
 */
#ifndef IPTFS_SUMMARY_ROW_H
#define IPTFS_SUMMARY_ROW_H

#include "stats/flows.h"
#include "summary/view.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum iptfs_figure_kind {
    IPTFS_FIGURE_UNKNOWN, /* null in JSON, an empty field in CSV */
    IPTFS_FIGURE_COUNT,
    IPTFS_FIGURE_REAL,
    IPTFS_FIGURE_FLAG,
    IPTFS_FIGURE_TEXT
};

/* One value. */
struct iptfs_figure {
    enum iptfs_figure_kind kind;
    uint64_t count;
    double real;
    bool flag;
    const char *text; /* not owned */
};

/* Which part of a run a value is about, when a warm-up is left out. */
enum iptfs_summary_span {
    IPTFS_SPAN_MEASURED, /* what happened after the warm-up: all measures */
    IPTFS_SPAN_END,      /* the state at the end */
    IPTFS_SPAN_WHOLE,    /* the whole run, warm-up included */
    IPTFS_SPAN_NONE      /* it is no measure: a name, a setting, what was cut */
};

/* What a row measures: a direction of a run, and there perhaps a flow. */
struct iptfs_summary_subject {
    const struct iptfs_summary_view *view;
    enum iptfs_direction direction;
    const struct iptfs_tunnel *tunnel; /* for a flow with tunnel = off: the bypass */
    const struct iptfs_totals *totals; /* of the direction, counted after the warm-up */
    const struct iptfs_totals *before; /* counted by the end of the warm-up; 0 without one */
    /* In groups of flows: */
    const struct iptfs_traffic_options *traffic;
    const struct iptfs_flow *flow;
    const struct iptfs_hosts_report *hosts; /* NULL when not of ns-3's applications */
    /* In groups of ends: */
    enum iptfs_end end;
    /* In rows of several values: */
    size_t part;
};

/* When a value is there. */
struct iptfs_summary_condition {
    const char *text; /* ends the sentence "present ..." */
    bool (*holds)(const struct iptfs_summary_subject *subject);
};

/* The last part of a name where one row stands for several values, such as drop causes. */
struct iptfs_summary_parts {
    const char *placeholder;          /* in the reference, as CAUSE */
    const char *(*name)(size_t part); /* may hold dots; static storage; NULL after the last */
    const char *(*caption)(size_t part);
    const char *(*meaning)(size_t part);
    const char *(*unit)(size_t part); /* NULL: that of the row */
};

/* How a value of the series follows from what `get` returns at the end of each interval. */
enum iptfs_series_kind {
    IPTFS_SERIES_NONE,     /* the value is not in the series */
    IPTFS_SERIES_LEVEL,    /* as it is */
    IPTFS_SERIES_INCREASE, /* by how much it grew in the interval */
    IPTFS_SERIES_RATE      /* `get` counts octets: by how many bits it grew per second */
};

/* Plots of a series. */
enum iptfs_series_plot {
    IPTFS_SERIES_PLOT_NONE,
    IPTFS_SERIES_PLOT_RATES,
    IPTFS_SERIES_PLOT_WAIT,
    IPTFS_SERIES_PLOT_CWND,
    IPTFS_SERIES_PLOTS
};

/* The value over time, a column of series.csv. `get` sees the whole run: a warm-up is not left out
 * of a series. */
struct iptfs_series_getter {
    enum iptfs_series_kind kind;
    enum iptfs_series_plot plot;
    double (*get)(const struct iptfs_summary_subject *subject);
    const struct iptfs_summary_condition *when; /* NULL: in each series */
    const char *meaning;                        /* NULL: that of the row */
};

struct iptfs_summary_row {
    const char *name;    /* dotted, below the group's prefix */
    const char *unit;    /* "s", "bit/s", "octets", "packets", "share" (0.05 is 5 %), "1" ... */
    const char *caption; /* as at the axis of a plot */
    const char *meaning; /* one sentence */
    struct iptfs_figure (*get)(const struct iptfs_summary_subject *subject); /* NULL: series only */
    const struct iptfs_summary_parts *parts;                                 /* NULL: one value */
    const struct iptfs_summary_condition *when; /* NULL: in each summary */
    enum iptfs_summary_span span;
    struct iptfs_series_getter series;
};

/* For whom the rows of a group are repeated. */
enum iptfs_summary_scope {
    IPTFS_SUMMARY_ONCE, /* once in a run */
    IPTFS_SUMMARY_DIRECTION,
    IPTFS_SUMMARY_FLOW, /* for each traffic section of a direction */
    IPTFS_SUMMARY_END   /* for the initiator and the responder */
};

/* Rows that belong together. */
struct iptfs_summary_group {
    const char *title;
    enum iptfs_summary_scope scope;
    const char *prefix; /* of flows and ends: their names follow it; "" for none */
    const struct iptfs_summary_condition *when; /* NULL: always */
    const struct iptfs_summary_row *rows;
    size_t count;
};

/* Figures. NaN is unknown. */
static inline struct iptfs_figure iptfs_figure_count(uint64_t count)
{
    return (struct iptfs_figure){.kind = IPTFS_FIGURE_COUNT, .count = count};
}

static inline struct iptfs_figure iptfs_figure_real(double real)
{
    return (struct iptfs_figure){
        .kind = isnan(real) ? IPTFS_FIGURE_UNKNOWN : IPTFS_FIGURE_REAL,
        .real = real,
    };
}

static inline struct iptfs_figure iptfs_figure_flag(bool flag)
{
    return (struct iptfs_figure){.kind = IPTFS_FIGURE_FLAG, .flag = flag};
}

static inline struct iptfs_figure iptfs_figure_text(const char *text)
{
    return (struct iptfs_figure){.kind = IPTFS_FIGURE_TEXT, .text = text};
}

/* For values that there are only with a warm-up. */
extern const struct iptfs_summary_condition iptfs_summary_with_warm_up;

/* mean, min, p50, p90, p99 and max of delays. */
extern const struct iptfs_summary_parts iptfs_summary_statistics;

/* One of these in seconds; unknown when there are no delays. */
struct iptfs_figure iptfs_summary_delay(const struct iptfs_delays *delays, size_t part);

/* The mean difference between delays of successive packets of a flow, or of all flows (NULL), and
 * the 99th percentile of the delay less its median; unknown when there are no delays. */
struct iptfs_figure iptfs_summary_jitter(const struct iptfs_flows *flows,
                                         const struct iptfs_flow *flow,
                                         const struct iptfs_delays *delays);
struct iptfs_figure iptfs_summary_spread(const struct iptfs_delays *delays);

/* The groups of values_*.c. */
extern const struct iptfs_summary_group iptfs_summary_run_group;
extern const struct iptfs_summary_group iptfs_summary_inner_group;
extern const struct iptfs_summary_group iptfs_summary_outer_group;
extern const struct iptfs_summary_group iptfs_summary_delays_group;
extern const struct iptfs_summary_group iptfs_summary_rates_group;
extern const struct iptfs_summary_group iptfs_summary_leak_group;
extern const struct iptfs_summary_group iptfs_summary_congestion_group;
extern const struct iptfs_summary_group iptfs_summary_breaker_group;
extern const struct iptfs_summary_group iptfs_summary_event_breaker_group;
extern const struct iptfs_summary_group iptfs_summary_plpmtud_group;
extern const struct iptfs_summary_group iptfs_summary_flows_group;
extern const struct iptfs_summary_group iptfs_summary_counters_group;
extern const struct iptfs_summary_group iptfs_summary_negotiation_group;
extern const struct iptfs_summary_group iptfs_summary_ends_group;

#endif
