/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether one series depends on another one that came before it: the most mutual information over a
 * set of lags, and whether chance alone gives as much.
 *
 * Two tests, each for the maximum over all lags. Both hold for periodic and autocorrelated series.
 *
 *   Redrawn series: the first series was drawn anew, with other random numbers, several times. When
 *   the second series does not depend on the first one, all of these are equally likely to have the
 *   highest value (Besag and Clifford, Biometrika 78, 1991).
 *
 *   Shifted series: the second series is shifted by IPTFS_DEPENDENCE_SHIFTS steps in either
 *   direction, always on as many pairs. When either series is stationary, the value without shift
 *   exceeds all others with a probability of at most 1 / (IPTFS_DEPENDENCE_SHIFTS + 1): of as many
 *   successive shifts only one can exceed all its neighbours (the truncated time-shift test of Yuan
 *   and Shou, 2022). Rotated series would join the end of a series to its beginning.
 *
 * Where neither test could find even a copy of the first series, the result is undecided. */
#ifndef IPTFS_STATS_DEPENDENCE_H
#define IPTFS_STATS_DEPENDENCE_H

#include "stats/entropy.h"

#include <stdbool.h>
#include <stddef.h>

#define IPTFS_DEPENDENCE_LAGS_MAX 100u
#define IPTFS_DEPENDENCE_SHIFTS 19u

enum iptfs_finding {
    IPTFS_FINDING_INDEPENDENT, /* known beforehand: not the outcome of a test */
    IPTFS_FINDING_FOUND,
    IPTFS_FINDING_NOT_FOUND,
    /* Undecided: */
    IPTFS_FINDING_CONSTANT,  /* one of the series has one value only */
    IPTFS_FINDING_SHORT,     /* too few intervals to shift one series against the other */
    IPTFS_FINDING_AMBIGUOUS, /* as much is found in series that are not related: one period */
    IPTFS_FINDINGS
};

/* The word for it, and what it means in one line. Static storage. */
const char *iptfs_finding_name(enum iptfs_finding finding);
const char *iptfs_finding_meaning(enum iptfs_finding finding);

/* Whether it is one of the undecided ones. */
bool iptfs_finding_undecided(enum iptfs_finding finding);

/* Lags in ascending order. */
struct iptfs_lags {
    size_t lag[IPTFS_DEPENDENCE_LAGS_MAX];
    size_t count;
};

/* All lags from 0 to `most` when these are no more than IPTFS_DEPENDENCE_LAGS_MAX; otherwise each
 * one up to 16, the two about `expected`, and the others by a constant ratio up to `most`. */
struct iptfs_lags iptfs_lags_up_to(size_t most, size_t expected);

/* Other draws of the first series, as long as it. */
struct iptfs_redrawn {
    const struct iptfs_binned *series; /* of the caller */
    size_t count;                      /* 0: it cannot be drawn anew */
};

struct iptfs_dependence {
    double bits;       /* the most over all lags; below 0 or NaN: no estimate */
    double noise_bits; /* what unrelated series exceed in 5 % of all cases at most; NaN: unknown */
    size_t lag;        /* where the most was found */
    enum iptfs_finding finding;
};

/* How much y[i + lag] says about x[i]. The series are of one length, above the highest lag. */
struct iptfs_dependence iptfs_dependence_of(const struct iptfs_binned *x,
                                            const struct iptfs_binned *y,
                                            const struct iptfs_lags *lags,
                                            const struct iptfs_redrawn *redrawn);

#endif
