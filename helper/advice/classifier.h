/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How well samples can be assigned to their classes: a support vector machine with radial basis
 * functions (LIBSVM), and the nearest neighbour as a baseline. Both are measured by
 * cross-validation: each sample is tested once, by a classifier that was trained on other groups.
 * Scaling, C and gamma come from the training part alone (nested cross-validation). */
#ifndef IPTFS_ADVICE_CLASSIFIER_H
#define IPTFS_ADVICE_CLASSIFIER_H

#include "base/error.h"

#include <stddef.h>

/* Refers to arrays of the caller. A group, such as a run, is never divided: group mod folds is the
 * fold in which it is tested. */
struct iptfs_samples {
    const double *values; /* count * width */
    const int *classes;   /* from 0 */
    const int *groups;    /* from 0 */
    size_t count;
    size_t width;
    int folds; /* at least 2; each has a group */
};

/* The part that was assigned correctly, and its 95 % interval (Clopper and Pearson 1934). */
struct iptfs_accuracy {
    size_t right;
    size_t count;
    double part;
    double low, high;
};

struct iptfs_accuracy iptfs_accuracy_of(size_t right, size_t count);

/* IPTFS_E_NO_MEMORY. */
int iptfs_classify_svm(const struct iptfs_samples *samples, struct iptfs_accuracy *accuracy);
int iptfs_classify_nearest(const struct iptfs_samples *samples, struct iptfs_accuracy *accuracy);

#endif
