/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim attack`: how well someone who sees only outer packets recognises the class of inner
 * traffic, and what a tunnel pays against it. The file is that of a sweep with `[scenario]
 * classes`; its seeds are the runs of each class, all other values the tunnels that are compared.
 * The points of the sweep have one more value, the class (`scenario.class`). */
#ifndef IPTFS_ADVICE_ATTACK_H
#define IPTFS_ADVICE_ATTACK_H

#include "base/error.h"
#include "sweep/sweep_run.h"

#include <stdio.h>

enum {
    IPTFS_ATTACK_FOLDS = 5,
    IPTFS_ATTACK_RUNS_MIN = 2 * IPTFS_ATTACK_FOLDS
};

/* Runs the sweep of all classes as iptfs_sweep_command does, and classifies the runs of each tunnel
 * whose runs are all done. Writes results.db and results.csv, a row for each tunnel, confusion.csv,
 * and plots/accuracy and plots/classes (.svg, .png, .gp, .csv). Prints a table to `out`. The hooks
 * of the request are set here. Errors as of iptfs_sweep_command. */
int iptfs_attack_command(struct iptfs_sweep_request *request, FILE *out, struct iptfs_error *error);

#endif
