/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runs of an attack as points of a sweep: each class of traffic through each tunnel, once for
 * each seed. */
#ifndef IPTFS_ADVICE_TRIALS_H
#define IPTFS_ADVICE_TRIALS_H

#include "base/error.h"
#include "run/features.h"
#include "scenario/classes.h"
#include "sweep/outcomes.h"
#include "sweep/sweep.h"

#include <stdbool.h>
#include <stddef.h>

/* The trials of a sweep. The seed changes fastest, then the class, then the tunnel. */
struct iptfs_trials {
    struct iptfs_classes classes;
    size_t runs; /* of each class: seeds */
    size_t tunnels;
};

/* Sets *text to the text of the sweep with a line of [sweep] more for the classes, and one for the
 * seeds where captures give their number: a new string. IPTFS_E_INVALID (fewer than two classes),
 * IPTFS_E_NO_MEMORY. */
int iptfs_trials_extend(const struct iptfs_sweep *sweep, char **text, struct iptfs_error *error);

/* Finds classes, runs and tunnels of such a sweep. IPTFS_E_INVALID (too few runs),
 * IPTFS_E_NO_MEMORY. The caller frees with iptfs_trials_free, whatever the outcome. */
int iptfs_trials_init(struct iptfs_trials *trials, const struct iptfs_sweep *sweep,
                      struct iptfs_error *error);
void iptfs_trials_free(struct iptfs_trials *trials);

/* Whether a column of the sweep distinguishes runs through the same tunnel. */
bool iptfs_trials_column(const char *column);

/* The same for a value "key=value" that a point sets. */
bool iptfs_trials_set(const char *text);

/* The point of a trial, from 1. */
size_t iptfs_trial_point(const struct iptfs_trials *trials, size_t tunnel, size_t class,
                         size_t run);

/* Whether all runs through a tunnel have a result. */
bool iptfs_trials_done(const struct iptfs_trials *trials, size_t tunnel,
                       const struct iptfs_sweep_outcomes *outcomes);

/* What one run shows and costs. */
struct iptfs_trial {
    double features[IPTFS_FEATURES];
    double outer_octets;   /* sent, both directions */
    double offered_octets; /* of inner packets, both directions */
    double inner_octets;   /* delivered, both directions */
    double delay_s;        /* mean of inner packets of the forward direction; NaN for none */
    double duration_s;
};

/* Reads the result of a point from the folder of the sweep. IPTFS_E_IO, IPTFS_E_NO_MEMORY. */
int iptfs_trial_read(struct iptfs_trial *trial, const char *directory,
                     const struct iptfs_sweep_outcome *outcome, struct iptfs_error *error);

#endif
