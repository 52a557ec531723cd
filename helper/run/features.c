/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/features.h"

#include "base/error.h"
#include "base/units.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

static const double quantiles[IPTFS_FEATURE_QUANTILES] = {0.05, 0.1, 0.25, 0.5,
                                                          0.75, 0.9, 0.95, 0.99};

void iptfs_seen_add(struct iptfs_seen_packets *seen, int64_t at_ps, uint32_t octets, bool reverse)
{
    if (seen->count == seen->capacity) {
        size_t capacity = seen->capacity > 0 ? 2 * seen->capacity : 4096;
        struct iptfs_seen_packet *all = realloc(seen->all, capacity * sizeof *all);
        if (all == NULL) {
            seen->failed = true;
            return;
        }
        seen->all = all;
        seen->capacity = capacity;
    }
    size_t at = seen->count++;
    for (; at > 0 && !reverse && seen->all[at - 1].reverse && seen->all[at - 1].at_ps == at_ps;
         at--)
        seen->all[at] = seen->all[at - 1];
    seen->all[at] = (struct iptfs_seen_packet){at_ps, octets, reverse};
}

void iptfs_seen_from(struct iptfs_seen_packets *seen, int64_t start_ps)
{
    size_t kept = 0;
    for (size_t i = 0; i < seen->count; i++) {
        struct iptfs_seen_packet packet = seen->all[i];
        packet.at_ps -= start_ps;
        if (packet.at_ps >= 0)
            seen->all[kept++] = packet;
    }
    seen->count = kept;
}

void iptfs_seen_free(struct iptfs_seen_packets *seen)
{
    free(seen->all);
    *seen = (struct iptfs_seen_packets){.count = 0};
}

/* Packets and octets each way. Returns all octets. */
static double count_octets(const struct iptfs_seen_packets *seen, double *features)
{
    for (int i = 0; i < 4; i++)
        features[i] = 0;
    for (size_t i = 0; i < seen->count; i++) {
        features[seen->all[i].reverse] += 1;
        features[2 + seen->all[i].reverse] += seen->all[i].octets;
    }
    return features[2] + features[3];
}

/* Between packets, the signed size is interpolated. */
static void trace_cumul(const struct iptfs_seen_packets *seen, double total, double *features)
{
    double absolute = 0, signed_sum = 0;
    size_t step = 0;
    for (size_t i = 0; i < seen->count; i++) {
        const double octets = seen->all[i].octets, sign = seen->all[i].reverse ? -1 : 1;
        double at;
        while (step < IPTFS_FEATURE_STEPS &&
               (at = total * (double)(step + 1) / IPTFS_FEATURE_STEPS) <= absolute + octets)
            features[step++] = signed_sum + sign * (at - absolute);
        absolute += octets;
        signed_sum += sign * octets;
    }
    while (step < IPTFS_FEATURE_STEPS)
        features[step++] = signed_sum;
}

static void count_over_time(const struct iptfs_seen_packets *seen, int64_t duration_ps,
                            double *features)
{
    double octets[2] = {0, 0};
    size_t i = 0;
    for (size_t step = 0; step < IPTFS_FEATURE_STEPS; step++) {
        double until_ps = (double)duration_ps * (double)(step + 1) / IPTFS_FEATURE_STEPS;
        for (; i < seen->count && (double)seen->all[i].at_ps <= until_ps; i++)
            octets[seen->all[i].reverse] += seen->all[i].octets;
        features[step] = octets[0];
        features[IPTFS_FEATURE_STEPS + step] = octets[1];
    }
}

static int compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

/* A run with fewer than two packets in a direction has gaps of its whole length. */
static void measure_gaps(const struct iptfs_seen_packets *seen, int64_t duration_ps, bool reverse,
                         double *gaps, double *features)
{
    int64_t before_ps = -1;
    size_t count = 0;
    for (size_t i = 0; i < seen->count; i++) {
        if (seen->all[i].reverse != reverse)
            continue;
        if (before_ps >= 0)
            gaps[count++] = (double)(seen->all[i].at_ps - before_ps);
        before_ps = seen->all[i].at_ps;
    }
    if (count == 0)
        gaps[count++] = (double)duration_ps;
    qsort(gaps, count, sizeof *gaps, compare);
    for (int q = 0; q < IPTFS_FEATURE_QUANTILES; q++)
        features[q] = log10(1 + gsl_stats_quantile_from_sorted_data(gaps, 1, count, quantiles[q]) /
                                    (double)IPTFS_PS_PER_US);
}

int iptfs_features(const struct iptfs_seen_packets *seen, int64_t duration_ps, double *features)
{
    double *gaps = malloc((seen->count + 1) * sizeof *gaps);
    if (gaps == NULL)
        return IPTFS_E_NO_MEMORY;
    double total = count_octets(seen, features);
    features += 4;
    trace_cumul(seen, total, features);
    features += IPTFS_FEATURE_STEPS;
    count_over_time(seen, duration_ps, features);
    features += 2 * IPTFS_FEATURE_STEPS;
    for (int reverse = 0; reverse < 2; reverse++)
        measure_gaps(seen, duration_ps, reverse, gaps,
                     features + reverse * IPTFS_FEATURE_QUANTILES);
    free(gaps);
    return IPTFS_OK;
}
