/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statistics over the runs of a point, which differ in their seeds: mean and confidence interval
 * (Student's t), quartiles. */
#ifndef IPTFS_SWEEP_STATISTICS_H
#define IPTFS_SWEEP_STATISTICS_H

#include <stddef.h>

/* The mean of numbers, at least one, and half of its 95 % confidence interval by Student's t; NAN
 * for a single one. */
double iptfs_statistics_mean(const double *numbers, size_t count, double *half_interval);

/* Minimum, lower quartile, median, upper quartile and maximum of numbers, at least one. Sorts the
 * numbers. */
void iptfs_statistics_quartiles(double *numbers, size_t count, double quartiles[5]);

#endif
