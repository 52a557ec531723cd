/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim attack`: how well someone who sees only outer packets recognises the class of inner
 * traffic, and what a tunnel pays against it. The file is that of a sweep with `[scenario]
 * classes`; its seeds are the runs of each class, all other values the tunnels that are compared.
 */
#ifndef IPTFS_ADVICE_ATTACK_H
#define IPTFS_ADVICE_ATTACK_H

#include "advice/classifier.h"
#include "base/error.h"
#include "text/progress.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum {
    IPTFS_ATTACK_FOLDS = 5,
    IPTFS_ATTACK_RUNS_MIN = 2 * IPTFS_ATTACK_FOLDS
};

struct iptfs_attack_request {
    const char *path;
    const char *out_dir; /* NULL: out/NAME */
    size_t jobs;         /* 0: one for each core */
    bool quiet;
    const struct iptfs_progress *progress; /* NULL: not reported */
};

/* Runs all classes, classifies them by cross-validation, and writes DIR/results.csv,
 * DIR/results.db (as of a sweep, a row for each tunnel), DIR/attack.ini (a copy of the file) and
 * DIR/plots/accuracy.svg, .png, .gp and .csv. Prints a table to `out`. IPTFS_E_INVALID, IPTFS_E_IO,
 * IPTFS_E_NO_MEMORY, IPTFS_E_INTERRUPTED, errors of runs; then nothing is written. */
int iptfs_attack_command(const struct iptfs_attack_request *request, FILE *out,
                         struct iptfs_error *error);

#endif
