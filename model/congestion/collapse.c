/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "congestion/collapse.h"

#include "base/units.h"

static const double pkts_in_path = 1;     /* in a round trip of the path: below */
static const double pkts_in_rtt = 4;      /* in R: at most */
static const double limit_share = 0.5;    /* of max-rate: below */
static const int64_t lasting_trips = 100; /* round trips of the path */
static const int64_t lasting_parts = 5;   /* of the time: one of so many */

static bool is_collapsed(const struct iptfs_tfrc *tfrc)
{
    return tfrc->p > 0 && tfrc->sampled && tfrc->rate_pps < limit_share * tfrc->max_pps &&
           tfrc->rate_pps * iptfs_seconds(tfrc->rtt_path_ps) < pkts_in_path &&
           tfrc->rate_pps * iptfs_seconds(tfrc->rtt_ps) <= pkts_in_rtt;
}

void iptfs_collapse_feedback(struct iptfs_collapse *collapse, const struct iptfs_tfrc *tfrc,
                             int64_t now_ps)
{
    bool collapsed = is_collapsed(tfrc);
    if (collapsed == collapse->collapsed)
        return;
    if (collapsed)
        collapse->since_ps = now_ps;
    else
        collapse->total_ps += now_ps - collapse->since_ps;
    collapse->collapsed = collapsed;
}

int64_t iptfs_collapse_time_ps(const struct iptfs_collapse *collapse, int64_t now_ps)
{
    int64_t open_ps = collapse->collapsed ? now_ps - collapse->since_ps : 0;
    return collapse->total_ps + open_ps;
}

bool iptfs_collapse_lasted(int64_t collapsed_ps, int64_t observed_ps, const struct iptfs_tfrc *tfrc)
{
    return collapsed_ps > 0 && collapsed_ps >= observed_ps / lasting_parts &&
           collapsed_ps / lasting_trips >= tfrc->rtt_path_ps;
}
