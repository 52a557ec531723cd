/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The replications of a sweep with `until` (until.h): which points are wanted, given the results
 * that are there. The plan follows from the results alone, and so is the same after a kill, for any
 * number of jobs, and in a folder that holds more results than are wanted. */
#ifndef IPTFS_SWEEP_ROUNDS_H
#define IPTFS_SWEEP_ROUNDS_H

#include "base/error.h"
#include "sweep/outcomes.h"
#include "sweep/results_writer.h"
#include "sweep/until.h"

#include <stddef.h>
#include <stdio.h>

/* A combination of values whose replications differ in their seeds. */
struct iptfs_sweep_combination {
    size_t first;  /* its first point, from 1; the others follow it */
    size_t wanted; /* replications */
    struct iptfs_until_step step;
};

struct iptfs_sweep_rounds {
    struct iptfs_sweep_outcomes *outcomes;
    struct iptfs_sweep_combination *all; /* NULL: the sweep has no `until` */
    size_t count;
    double *values; /* of the measure, by point; NAN: none, or not yet known */
    bool *known;
};

/* Prepares for these outcomes, which must outlive the rounds; without `until` all points are
 * wanted. The caller frees whatever the outcome. IPTFS_E_NO_MEMORY. */
int iptfs_sweep_rounds_init(struct iptfs_sweep_rounds *rounds,
                            struct iptfs_sweep_outcomes *outcomes, struct iptfs_error *error);
void iptfs_sweep_rounds_free(struct iptfs_sweep_rounds *rounds);

/* Marks the points that are wanted, from the results in DIR. IPTFS_E_IO, IPTFS_E_NO_MEMORY. */
int iptfs_sweep_rounds_plan(struct iptfs_sweep_rounds *rounds, const char *directory,
                            struct iptfs_error *error);

/* Reports combinations that have not reached their target as messages, at most 20 of them, and
 * prints how many have. */
void iptfs_sweep_rounds_report(const struct iptfs_sweep_rounds *rounds,
                               const struct iptfs_progress *progress);
void iptfs_sweep_rounds_print(const struct iptfs_sweep_rounds *rounds, FILE *out);

/* Writes the table `stopping` of results.db, a row for each combination: its values, measure, mean,
 * low and high (the ends of the interval), relative (half of the interval as a part of the mean),
 * target (of relative), replications and state. IPTFS_E_IO, IPTFS_E_NO_MEMORY. */
int iptfs_sweep_rounds_write(const struct iptfs_sweep_rounds *rounds,
                             struct iptfs_results_writer *writer);

#endif
