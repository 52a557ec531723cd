/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/entropy.h"

#include <gsl/gsl_histogram2d.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    BINS_MAX = IPTFS_ENTROPY_BINS_MAX,
    ROTATIONS = IPTFS_ENTROPY_ROTATIONS
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

/* The joint counts: GSL's histogram, in memory of our own, which GSL leaves to its user. */
struct table {
    gsl_histogram2d histogram;
    double x_edges[BINS_MAX + 1];
    double y_edges[BINS_MAX + 1];
    double counts[BINS_MAX * BINS_MAX];
};

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

/* Cuts the values into bins, each from an edge up to, not including, the next. Returns how many. */
static size_t cut(const double *sorted, size_t count, double *edges)
{
    size_t most = most_bins(count), bins = 0, held = 0;
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
    edges[++bins] = nextafter(sorted[count - 1], INFINITY);
    return bins;
}

static size_t bin_series(const double *values, size_t count, double *edges, double *sorted)
{
    memcpy(sorted, values, count * sizeof *sorted);
    gsl_sort(sorted, 1, count);
    return cut(sorted, count, edges);
}

static double row_entropy_bits(const struct table *table)
{
    double sums[BINS_MAX] = {0};
    for (size_t i = 0; i < table->histogram.nx; i++)
        for (size_t j = 0; j < table->histogram.ny; j++)
            sums[i] += gsl_histogram2d_get(&table->histogram, i, j);
    return iptfs_entropy_bits(sums, table->histogram.nx);
}

static double column_entropy_bits(const struct table *table)
{
    double sums[BINS_MAX] = {0};
    for (size_t i = 0; i < table->histogram.nx; i++)
        for (size_t j = 0; j < table->histogram.ny; j++)
            sums[j] += gsl_histogram2d_get(&table->histogram, i, j);
    return iptfs_entropy_bits(sums, table->histogram.ny);
}

static double shared_bits(const struct table *table, const struct iptfs_mutual *mutual)
{
    size_t cells = table->histogram.nx * table->histogram.ny;
    double joint_bits = iptfs_entropy_bits(table->counts, cells);
    return fmax(0, mutual->x_bits + mutual->y_bits - joint_bits);
}

/* The noise of the estimate: the same series, but one of them rotated by at least a quarter of its
 * length, so that related values are no longer paired. */
static double noise_bits(struct table *table, const struct iptfs_mutual *mutual,
                         const uint8_t *rows, const uint8_t *columns, size_t count,
                         struct iptfs_random *stream)
{
    double bits[ROTATIONS];
    size_t least = count / 4 > 0 ? count / 4 : 1;
    for (size_t i = 0; i < ROTATIONS; i++) {
        size_t shift = (size_t)iptfs_random_between(stream, least, count - least);
        gsl_histogram2d_reset(&table->histogram);
        for (size_t k = 0; k < count; k++) {
            size_t from = k + shift < count ? k + shift : k + shift - count;
            table->counts[rows[from] * table->histogram.ny + columns[k]]++;
        }
        bits[i] = shared_bits(table, mutual);
    }
    gsl_sort(bits, 1, ROTATIONS);
    return gsl_stats_quantile_from_sorted_data(bits, 1, ROTATIONS, 0.95);
}

void iptfs_mutual_information(struct iptfs_mutual *mutual, const double *x, const double *y,
                              size_t count, double *scratch, struct iptfs_random *stream)
{
    struct table table = {0};
    *mutual = (struct iptfs_mutual){0};
    if (count == 0)
        return;
    table.histogram = (gsl_histogram2d){
        .nx = bin_series(x, count, table.x_edges, scratch),
        .ny = bin_series(y, count, table.y_edges, scratch),
        .xrange = table.x_edges,
        .yrange = table.y_edges,
        .bin = table.counts,
    };
    uint8_t *rows = (uint8_t *)scratch, *columns = rows + count;
    for (size_t k = 0; k < count; k++) {
        size_t row = 0, column = 0;
        gsl_histogram2d_find(&table.histogram, x[k], y[k], &row, &column);
        rows[k] = (uint8_t)row;
        columns[k] = (uint8_t)column;
        table.counts[row * table.histogram.ny + column]++;
    }
    mutual->x_bits = row_entropy_bits(&table);
    mutual->y_bits = column_entropy_bits(&table);
    mutual->bits = shared_bits(&table, mutual);
    if (mutual->x_bits > 0 && mutual->y_bits > 0)
        mutual->noise_bits = noise_bits(&table, mutual, rows, columns, count, stream);
}
