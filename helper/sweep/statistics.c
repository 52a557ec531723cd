/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/statistics.h"

#include "base/asserts.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

double iptfs_statistics_mean(const double *numbers, size_t count, double *half_interval)
{
    IPTFS_ASSERT(count > 0);
    double mean = gsl_stats_mean(numbers, 1, count);
    *half_interval = (double)NAN;
    if (count > 1)
        *half_interval = gsl_cdf_tdist_Pinv(0.975, (double)count - 1.0) *
                         gsl_stats_sd_m(numbers, 1, count, mean) / sqrt((double)count);
    return mean;
}

void iptfs_statistics_quartiles(double *numbers, size_t count, double quartiles[5])
{
    IPTFS_ASSERT(count > 0);
    gsl_sort(numbers, 1, count);
    for (size_t i = 0; i < 5; i++)
        quartiles[i] = gsl_stats_quantile_from_sorted_data(numbers, 1, count, (double)i / 4.0);
}
