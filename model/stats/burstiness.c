/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/burstiness.h"

#include "base/asserts.h"

#include <math.h>

void iptfs_burstiness_init(struct iptfs_burstiness *burst, int64_t from_ps)
{
    *burst = (struct iptfs_burstiness){.interval_end_ps = from_ps + IPTFS_BURSTINESS_INTERVAL_PS};
}

/* Ends the interval that was open, and passes those without packets. */
static void pass_intervals(struct iptfs_burstiness *burst, int64_t now_ps)
{
    int64_t passed = (now_ps - burst->interval_end_ps) / IPTFS_BURSTINESS_INTERVAL_PS + 1;
    burst->intervals += (uint64_t)passed;
    burst->interval_end_ps += passed * IPTFS_BURSTINESS_INTERVAL_PS;
    burst->counted += burst->in_interval;
    burst->squares += (double)burst->in_interval * (double)burst->in_interval;
    burst->in_interval = 0;
}

void iptfs_burstiness_add(struct iptfs_burstiness *burst, int64_t now_ps)
{
    IPTFS_ASSERT(now_ps >= burst->last_ps);
    if (now_ps >= burst->interval_end_ps)
        pass_intervals(burst, now_ps);
    burst->in_interval++;
    if (burst->pkts == 1)
        burst->first_gap_ps = now_ps - burst->last_ps;
    if (burst->pkts > 1) {
        double beyond = (double)(now_ps - burst->last_ps - burst->first_gap_ps);
        burst->gap_sum += beyond;
        burst->gap_squares += beyond * beyond;
    }
    burst->pkts++;
    burst->last_ps = now_ps;
}

void iptfs_burstiness_close(struct iptfs_burstiness *burst, int64_t now_ps)
{
    if (now_ps >= burst->interval_end_ps)
        pass_intervals(burst, now_ps);
}

static double variance(double sum, double squares, double count)
{
    double mean = sum / count;
    return fmax(squares / count - mean * mean, 0);
}

double iptfs_burstiness_gap_cv(const struct iptfs_burstiness *burst)
{
    if (burst->pkts < 2)
        return (double)NAN;
    double gaps = (double)(burst->pkts - 1);
    double mean = (double)burst->first_gap_ps + burst->gap_sum / gaps;
    if (!(mean > 0))
        return (double)NAN;
    return sqrt(variance(burst->gap_sum, burst->gap_squares, gaps)) / mean;
}

double iptfs_burstiness_dispersion(const struct iptfs_burstiness *burst)
{
    if (burst->counted == 0)
        return (double)NAN;
    double intervals = (double)burst->intervals, counted = (double)burst->counted;
    return variance(counted, burst->squares, intervals) / (counted / intervals);
}
