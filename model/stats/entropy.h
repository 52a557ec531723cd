/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Information in bits: the entropy of a distribution and the mutual information of two
 * series, estimated from samples.
 *
 * Counting cells gives an entropy that is too small and a mutual information that is too large, and
 * the more so the fewer the samples. Both are corrected as Miller and Madow did: an entropy gains
 * (cells that occurred - 1) / (2 * samples) nats, and a mutual information is what results from the
 * three corrected entropies, 0 where that is negative. */
#ifndef IPTFS_STATS_ENTROPY_H
#define IPTFS_STATS_ENTROPY_H

#include "base/random.h"

#include <stddef.h>

/* Most bins that a series is put into. */
#define IPTFS_ENTROPY_BINS_MAX 16u

/* Rotations of a series from which the noise is estimated. */
#define IPTFS_ENTROPY_ROTATIONS 100u

/* Entropy in bits of a distribution of which counts[i] samples were in cell i, corrected. 0 when
 * all are in one cell, or there are none. */
double iptfs_entropy_bits(const double *counts, size_t cells);

struct iptfs_mutual {
    double bits;       /* information that one series gives about the other */
    double noise_bits; /* 95 % quantile for unrelated series: a value below is noise */
    double x_bits;     /* entropy of each series as it was binned: `bits` cannot go far beyond */
    double y_bits;
};

/* Mutual information of the pairs (x[i], y[i]). Values are put into as many bins as the cube root
 * of `count` (2 to IPTFS_ENTROPY_BINS_MAX), with about equally many values in each: so neither
 * scale nor outliers matter. Equal values share a bin, and each value has its own where there are
 * no more values than bins. Works in `scratch`, of `count` numbers.
 *
 * The noise is estimated by rotating one series against the other. A rotation keeps slow changes
 * within each series; two series that drift share information though they are unrelated, which
 * shuffled series would not show. */
void iptfs_mutual_information(struct iptfs_mutual *mutual, const double *x, const double *y,
                              size_t count, double *scratch, struct iptfs_random *stream);

#endif
