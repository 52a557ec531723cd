/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ratios and rates of a finished tunnel that both the rows and the text summary show. */
#ifndef IPTFS_SUMMARY_MEASURES_H
#define IPTFS_SUMMARY_MEASURES_H

#include "base/units.h"
#include "scenario/scenario.h"
#include "summary/view.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NaN, which JSON shows as null, when `whole` is 0. */
static inline double iptfs_ratio(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : (double)NAN;
}

static inline double iptfs_bits_per_second(uint64_t octets, int64_t time_ps)
{
    return (double)octets * 8.0 / iptfs_seconds(time_ps);
}

/* The time that the measures are about: without the warm-up. */
static inline int64_t iptfs_summary_measured_ps(const struct iptfs_summary_view *view)
{
    return view->now_ps - view->start_ps;
}

/* Whether a part of the run is to be left out, and whether the run has to find out which. */
bool iptfs_summary_has_warm_up(const struct iptfs_summary_view *view);
bool iptfs_summary_finds_warm_up(const struct iptfs_summary_view *view);

/* Outer octets sent beyond the inner octets carried, divided by these. */
double iptfs_summary_overhead(const struct iptfs_totals *totals);

/* Inner octets carried, divided by what the outer packets sent could have carried. */
double iptfs_summary_mean_fill(const struct iptfs_totals *totals);

/* Inner packets lost behind the sender for each outer packet lost on the link; NaN without these.
 */
double iptfs_summary_loss_amplification(const struct iptfs_totals *totals);

/* Whether the sender follows congestion information. */
bool iptfs_summary_controlled(const struct iptfs_tunnel *tunnel);

/* Whether single flows are in the summary: there are several sections, or ns-3's applications. */
bool iptfs_summary_lists_flows(const struct iptfs_scenario *scenario);

/* Sections with figures of their own: the first ones. */
size_t iptfs_summary_flow_count(const struct iptfs_scenario *scenario);

#endif
