/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/entropy.h"

#include "base/asserts.h"

#include <gsl/gsl_math.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    BINS_MAX = IPTFS_ENTROPY_BINS_MAX
};

double iptfs_entropy_bits(const double *counts, size_t cells)
{
    double samples = 0, sum = 0;
    unsigned occurred = 0;
    for (size_t i = 0; i < cells; i++) {
        if (counts[i] <= 0)
            continue;
        samples += counts[i];
        sum += counts[i] * log2(counts[i]);
        occurred++;
    }
    if (occurred < 2)
        return 0;
    return log2(samples) - sum / samples + (occurred - 1) / (2 * samples * M_LN2);
}

static size_t most_bins(size_t count)
{
    size_t bins = (size_t)(cbrt((double)count) + 1e-9);
    bins = bins < 2 ? 2 : bins;
    return bins < BINS_MAX ? bins : BINS_MAX;
}

static size_t run_of_equals(const double *sorted, size_t count, size_t from)
{
    size_t to = from + 1;
    while (to < count && !(sorted[to] > sorted[from]))
        to++;
    return to - from;
}

static size_t count_values(const double *sorted, size_t count)
{
    size_t values = 0;
    for (size_t i = 0; i < count; i += run_of_equals(sorted, count, i))
        values++;
    return values;
}

/* Whether a bin of `held` values ends before `more` equal ones: when it is nearer to its share of
 * what was left at its beginning, and a bin remains. */
static bool ends_before(size_t held, size_t more, double share)
{
    double without = fabs((double)held - share);
    double with = fabs((double)(held + more) - share);
    return without <= with;
}

/* Cuts the values into bins, each from an edge up to, not including, the next one. Returns how
 * many. */
static unsigned cut(const double *sorted, size_t count, double *edges)
{
    size_t most = most_bins(count), held = 0;
    unsigned bins = 0;
    bool each_its_own = count_values(sorted, count) <= most;
    double share = (double)count / (double)most;
    edges[0] = sorted[0];
    for (size_t i = 0, equals; i < count; i += equals) {
        equals = run_of_equals(sorted, count, i);
        bool ends = each_its_own || ends_before(held, equals, share);
        if (held > 0 && ends && bins + 1 < most) {
            edges[++bins] = sorted[i];
            share = (double)(count - i) / (double)(most - bins);
            held = 0;
        }
        held += equals;
    }
    return bins + 1;
}

static uint8_t bin_of(double value, const double *edges, unsigned bins)
{
    unsigned bin = 0;
    while (bin + 1 < bins && value >= edges[bin + 1])
        bin++;
    return (uint8_t)bin;
}

struct iptfs_binned iptfs_bin_series(const double *values, size_t count, uint8_t *bin,
                                     double *scratch)
{
    double edges[BINS_MAX + 1];
    if (count == 0)
        return (struct iptfs_binned){.bin = bin};
    memcpy(scratch, values, count * sizeof *scratch);
    gsl_sort(scratch, 1, count);
    unsigned bins = cut(scratch, count, edges);
    for (size_t i = 0; i < count; i++)
        bin[i] = bin_of(values[i], edges, bins);
    return (struct iptfs_binned){bin, count, bins};
}

double iptfs_binned_bits(const struct iptfs_binned *series)
{
    double counts[BINS_MAX] = {0};
    for (size_t i = 0; i < series->count; i++)
        counts[series->bin[i]]++;
    return iptfs_entropy_bits(counts, BINS_MAX);
}

double iptfs_mutual_bits(const struct iptfs_binned *x, size_t x_from, const struct iptfs_binned *y,
                         size_t y_from, size_t count)
{
    double joint[BINS_MAX * BINS_MAX] = {0}, rows[BINS_MAX] = {0}, columns[BINS_MAX] = {0};
    IPTFS_ASSERT(x_from + count <= x->count && y_from + count <= y->count);
    for (size_t i = 0; i < count; i++)
        joint[x->bin[x_from + i] * BINS_MAX + y->bin[y_from + i]]++;
    for (size_t i = 0; i < BINS_MAX * BINS_MAX; i++) {
        rows[i / BINS_MAX] += joint[i];
        columns[i % BINS_MAX] += joint[i];
    }
    return iptfs_entropy_bits(rows, BINS_MAX) + iptfs_entropy_bits(columns, BINS_MAX) -
           iptfs_entropy_bits(joint, sizeof joint / sizeof joint[0]);
}
