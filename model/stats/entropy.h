/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Information in bits: the entropy of a distribution and the mutual information of two
 * series, estimated from samples.
 *
 * Counting cells gives an entropy that is too small and a mutual information that is too large, and
 * the more so the fewer the samples. Both are corrected as Miller and Madow did: an entropy gains
 * (cells that occurred - 1) / (2 * samples) nats, and a mutual information is what results from the
 * three corrected entropies. */
#ifndef IPTFS_STATS_ENTROPY_H
#define IPTFS_STATS_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

/* Most bins that a series is put into. */
#define IPTFS_ENTROPY_BINS_MAX 16u

/* Entropy in bits of a distribution of which counts[i] samples were in cell i, corrected. 0 when
 * all are in one cell, or there are none. */
double iptfs_entropy_bits(const double *counts, size_t cells);

/* A series whose values were put into bins. */
struct iptfs_binned {
    const uint8_t *bin; /* of each value; memory of the caller */
    size_t count;
    unsigned bins;
};

/* Puts values into as many bins as the cube root of `count` (2 to IPTFS_ENTROPY_BINS_MAX), with
 * about equally many values in each: so neither scale nor outliers matter. Equal values share a
 * bin, and each value has its own where there are no more values than bins. `bin` has `count`
 * octets and must outlive the result; `scratch` has `count` numbers. */
struct iptfs_binned iptfs_bin_series(const double *values, size_t count, uint8_t *bin,
                                     double *scratch);

/* Entropy of the series as it is binned. */
double iptfs_binned_bits(const struct iptfs_binned *series);

/* Mutual information of the pairs (x[x_from + i], y[y_from + i]), i < count, corrected: it may be
 * below 0. */
double iptfs_mutual_bits(const struct iptfs_binned *x, size_t x_from, const struct iptfs_binned *y,
                         size_t y_from, size_t count);

#endif
