/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How well samples can be assigned to their classes: by a support vector machine with radial basis
 * functions (LIBSVM), by the nearest neighbour, and by the one of both that does better in
 * training. All are measured by cross-validation: each sample is tested once, by a classifier that
 * was trained on other groups. Scaling, C, gamma and the better one come from the training part
 * alone (nested cross-validation). */
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

/* The part that was assigned correctly, and its 95 % interval (Clopper and Pearson 1934). The
 * interval takes the tests for independent, but those of a cross-validation share training data: of
 * 400 cross-validations of 40 samples of equal classes, 94 % of the intervals contained chance. */
struct iptfs_accuracy {
    size_t right;
    size_t count;
    double part;
    double low, high;
};

struct iptfs_accuracy iptfs_accuracy_of(size_t right, size_t count);

/* The guesses are arrays of the caller, one class for each sample. */
struct iptfs_guesses {
    int *svm;
    int *nearest;
    int *better; /* in each fold those of the classifier that does better in its training part */
};

/* IPTFS_E_NO_MEMORY; IPTFS_E_INTERRUPTED after a signal (files/interrupt.h). */
int iptfs_classify(const struct iptfs_samples *samples, const struct iptfs_guesses *guesses);

/* The accuracy of the guesses of one classifier. */
struct iptfs_accuracy iptfs_accuracy_of_guesses(const struct iptfs_samples *samples,
                                                const int *guesses);

#endif
