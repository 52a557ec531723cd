/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runs of an attack: each class of traffic through each point of a sweep, on several
 * processes. */
#ifndef IPTFS_ADVICE_TRIALS_H
#define IPTFS_ADVICE_TRIALS_H

#include "advice/classes.h"
#include "advice/features.h"
#include "base/error.h"
#include "sweep/sweep.h"
#include "text/progress.h"

#include <stdbool.h>
#include <stddef.h>

/* One run. */
struct iptfs_trial {
    double features[IPTFS_FEATURES];
    double outer_octets; /* sent, both directions */
    double inner_octets; /* delivered, both directions */
    double delay_s;      /* mean of inner packets of the forward direction; NaN for none */
    double duration_s;
    bool done; /* otherwise all else is 0 */
    int code;
    char text[1024];
};

/* In memory that processes share. */
struct iptfs_trials {
    struct iptfs_trial *all; /* n_points rows of n_classes */
    size_t n_points;
    size_t n_classes;
};

/* Runs all trials with so many processes. The class is the number of the run for the random
 * streams, so that no two classes share them. Errors of the first trial that failed;
 * IPTFS_E_INTERRUPTED when a signal has come (files/interrupt), and all processes have ended; the
 * caller frees with iptfs_trials_free, whatever the outcome. */
int iptfs_trials_run(struct iptfs_trials *trials, const struct iptfs_sweep *sweep,
                     const struct iptfs_classes *classes, size_t jobs,
                     const struct iptfs_progress *progress, struct iptfs_error *error);
void iptfs_trials_free(struct iptfs_trials *trials);

/* The trial of a point, from 0, and a class. */
struct iptfs_trial *iptfs_trial_at(const struct iptfs_trials *trials, size_t point, size_t class);

#endif
