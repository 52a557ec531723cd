/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statistics over the runs of a point, which differ in their seeds: mean and confidence interval
 * (Student's t), quartiles, and the difference of runs in pairs. */
#ifndef IPTFS_SWEEP_STATISTICS_H
#define IPTFS_SWEEP_STATISTICS_H

#include <stddef.h>

/* The mean of numbers, at least one, and half of its 95 % confidence interval by Student's t; NAN
 * for a single one. */
double iptfs_statistics_mean(const double *numbers, size_t count, double *half_interval);

/* Half of the interval of `next` numbers with the deviation of `count` numbers, whose half interval
 * is given; both at least 2. */
double iptfs_statistics_half_of(double half_interval, size_t count, size_t next);

/* Minimum, lower quartile, median, upper quartile and maximum of numbers, at least one. Sorts the
 * numbers. */
void iptfs_statistics_quartiles(double *numbers, size_t count, double quartiles[5]);

/* What runs in pairs say about the difference of their means. NAN where it is not defined. */
struct iptfs_statistics_pairs {
    double mean_a, mean_b;
    double difference;    /* mean_b - mean_a */
    double half_interval; /* of the difference: 95 %, Student's t of the differences in the pairs */
    double correlation;   /* of a and b (Pearson) */
    double gain; /* the variance of the difference of independent runs, divided by that of pairs */
};

/* From the numbers a[i] and b[i] of each pair. */
struct iptfs_statistics_pairs iptfs_statistics_pairs(const double *a, const double *b,
                                                     size_t count);

#endif
