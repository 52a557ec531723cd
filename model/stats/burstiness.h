/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How bursty a stream of packets is, in two figures that need no record of it: how uneven the gaps
 * between packets are, and how uneven the numbers of packets in intervals of 10 ms. */
#ifndef IPTFS_STATS_BURSTINESS_H
#define IPTFS_STATS_BURSTINESS_H

#include <stdint.h>

#define IPTFS_BURSTINESS_INTERVAL_PS INT64_C(10000000000)

struct iptfs_burstiness {
    uint64_t pkts;
    int64_t last_ps;
    int64_t first_gap_ps; /* gaps are summed up as differences from it: equal ones leave no error */
    double gap_sum;
    double gap_squares;
    int64_t interval_end_ps;
    uint64_t intervals; /* whole ones, those without packets included */
    uint64_t in_interval;
    uint64_t counted; /* packets in whole intervals, and the sum of the squares of their numbers */
    double squares;
};

/* The stream is observed from this time on; packets before it were not. */
void iptfs_burstiness_init(struct iptfs_burstiness *burst, int64_t from_ps);

/* A packet at now_ps, which never goes back. */
void iptfs_burstiness_add(struct iptfs_burstiness *burst, int64_t now_ps);

/* The stream has ended: intervals up to now_ps count. */
void iptfs_burstiness_close(struct iptfs_burstiness *burst, int64_t now_ps);

/* Standard deviation of the gaps over their mean: 0 for a constant rate, 1 for Poisson. NaN when
 * there is no gap, or none above 0. */
double iptfs_burstiness_gap_cv(const struct iptfs_burstiness *burst);

/* Variance of the number of packets in an interval over its mean (the index of dispersion): 0 for
 * equal numbers, 1 for Poisson. NaN when no packet fell into a whole interval. */
double iptfs_burstiness_dispersion(const struct iptfs_burstiness *burst);

#endif
