/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/statistics.h"

#include "base/asserts.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

/* What the deviation of `count` numbers is multiplied by for half of the interval of their mean. */
static double interval_factor(size_t count)
{
    return gsl_cdf_tdist_Pinv(0.975, (double)count - 1.0) / sqrt((double)count);
}

double iptfs_statistics_mean(const double *numbers, size_t count, double *half_interval)
{
    IPTFS_ASSERT(count > 0);
    double mean = gsl_stats_mean(numbers, 1, count);
    *half_interval = (double)NAN;
    if (count > 1)
        *half_interval = interval_factor(count) * gsl_stats_sd_m(numbers, 1, count, mean);
    return mean;
}

double iptfs_statistics_half_of(double half_interval, size_t count, size_t next)
{
    IPTFS_ASSERT(count > 1 && next > 1);
    return half_interval / interval_factor(count) * interval_factor(next);
}

void iptfs_statistics_quartiles(double *numbers, size_t count, double quartiles[5])
{
    IPTFS_ASSERT(count > 0);
    gsl_sort(numbers, 1, count);
    for (size_t i = 0; i < 5; i++)
        quartiles[i] = gsl_stats_quantile_from_sorted_data(numbers, 1, count, (double)i / 4.0);
}

/* The variance of a[i] - b[i], without an array of the differences. */
static double variance_of_differences(const double *a, const double *b, size_t count, double mean)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += (b[i] - a[i] - mean) * (b[i] - a[i] - mean);
    return sum / ((double)count - 1.0);
}

struct iptfs_statistics_pairs iptfs_statistics_pairs(const double *a, const double *b, size_t count)
{
    const double none = (double)NAN;
    struct iptfs_statistics_pairs pairs = {none, none, none, none, none, none};
    if (count == 0)
        return pairs;
    pairs.mean_a = gsl_stats_mean(a, 1, count);
    pairs.mean_b = gsl_stats_mean(b, 1, count);
    pairs.difference = pairs.mean_b - pairs.mean_a;
    if (count < 2)
        return pairs;
    double of_a = gsl_stats_variance_m(a, 1, count, pairs.mean_a);
    double of_b = gsl_stats_variance_m(b, 1, count, pairs.mean_b);
    double of_pairs = variance_of_differences(a, b, count, pairs.difference);
    pairs.half_interval = interval_factor(count) * sqrt(of_pairs);
    if (of_a > 0.0 && of_b > 0.0)
        pairs.correlation = gsl_stats_covariance_m(a, 1, b, 1, count, pairs.mean_a, pairs.mean_b) /
                            sqrt(of_a * of_b);
    if (of_pairs > 0.0)
        pairs.gain = (of_a + of_b) / of_pairs;
    return pairs;
}
