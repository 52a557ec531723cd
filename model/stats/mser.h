/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much of a series is warm-up: MSER-5 (K. P. White Jr., M. J. Cobb, S. C. Spratt, "A comparison
 * of five steady-state truncation heuristics for simulation", Winter Simulation Conference 2000).
 *
 * Of the batches Y(1) .. Y(n), each the mean of five observations, the first d are left out for
 * which
 *
 *     sum over i > d of (Y(i) - mean of these)^2 / (n - d)^2
 *
 * is least: the squared standard error of the mean of the rest. The last batches have a small
 * variance by chance, so that at least five are left over (K. Hoad, S. Robinson, R. Davies,
 * "Automating warm-up length estimation", Journal of the Operational Research Society 61, 2010).
 * A cut beyond half of the series means that the series is too short. */
#ifndef IPTFS_STATS_MSER_H
#define IPTFS_STATS_MSER_H

#include <stdbool.h>
#include <stddef.h>

enum {
    IPTFS_MSER_BATCH = 5,        /* observations of a batch */
    IPTFS_MSER_BATCHES_LEFT = 5, /* at least */
    IPTFS_MSER_BATCHES_MIN = 10, /* fewer are too short whatever they hold */
    IPTFS_MSER_OBSERVATIONS_MIN = IPTFS_MSER_BATCHES_MIN * IPTFS_MSER_BATCH
};

struct iptfs_mser {
    size_t batches; /* whole ones: up to four observations at the end are not used */
    size_t cut;     /* d, in batches; the least one, when several are equally good */
    bool too_short; /* the cut is beyond half, or there are too few batches */
};

/* Finite observations of equal intervals. */
struct iptfs_mser iptfs_mser5(const double *observations, size_t count);

#endif
