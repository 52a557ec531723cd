/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out whether the allowed rate has collapsed.
 *
 * RFC 9347 (section 3) takes R as the larger of the round trip of the path and the sum of the send
 * intervals of both ends. As long as several packets leave in a round trip, the path decides. Below
 * one packet in a round trip the send intervals decide: each lower rate makes R larger, and a
 * larger R makes the rate lower. With both ends alike the throughput equation has no fixed point
 * then above a loss event rate of 9.08 %, with a fast peer none above 14.6 %. The loss event rate
 * fluctuates, so that less is enough, and with few packets the end of the losses is found late.
 *
 * The rate counts as collapsed at a feedback when
 * - a loss has been reported: before, the start decides;
 * - less than one packet leaves in a round trip of the path;
 * - max-rate allows more than twice the rate;
 * - the own send interval is a quarter of R or more. With both ends alike it is half. A peer that
 *   is slow by its max-rate makes R long too, but there the equation has a fixed point. */
#ifndef IPTFS_CONGESTION_COLLAPSE_H
#define IPTFS_CONGESTION_COLLAPSE_H

#include "congestion/tfrc.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_collapse {
    bool collapsed;
    int64_t since_ps; /* while collapsed */
    int64_t total_ps; /* before `since_ps` */
};

/* A feedback has been processed. */
void iptfs_collapse_feedback(struct iptfs_collapse *collapse, const struct iptfs_tfrc *tfrc,
                             int64_t now_ps);

/* For how long the rate was collapsed. */
int64_t iptfs_collapse_time_ps(const struct iptfs_collapse *collapse, int64_t now_ps);

/* Whether that was a fifth of the time observed, and 100 round trips of the path: what recovers by
 * itself does so sooner. */
bool iptfs_collapse_lasted(int64_t collapsed_ps, int64_t observed_ps,
                           const struct iptfs_tfrc *tfrc);

#endif
