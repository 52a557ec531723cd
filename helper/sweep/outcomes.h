/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the points of a sweep ended: which have a result in DIR/points, which failed and why. */
#ifndef IPTFS_SWEEP_OUTCOMES_H
#define IPTFS_SWEEP_OUTCOMES_H

#include "base/error.h"
#include "sweep/point.h"
#include "sweep/sweep.h"
#include "text/progress.h"
#include "text/quantity.h"

#include <stdbool.h>
#include <stddef.h>

/* How a point ended. */
struct iptfs_sweep_outcome {
    struct iptfs_text id; /* iptfs_sweep_id */
    bool wanted;          /* it is part of the sweep (rounds.h) */
    bool done;            /* its result is there */
    bool damaged;         /* a file of its name is there, but is not its result */
    bool ended;           /* its run in this call has ended */
    int status;           /* of a point without result: the exit status of its run, */
    char *message;        /* and what it wrote; NULL when it has not been run */
};

struct iptfs_sweep_outcomes {
    const struct iptfs_sweep *sweep;
    struct iptfs_sweep_outcome *points; /* points[i] is of point i + 1 */
    size_t n_done;                      /* points that have a result, wanted or not */
    size_t n_ended;                     /* points whose run in this call has ended */
};

/* Reads and checks the scenarios of all points, before any runs; the name of the first scenario, a
 * new string, in *name. Whatever the outcome the caller frees with iptfs_outcomes_free. Errors name
 * the point. */
int iptfs_outcomes_init(struct iptfs_sweep_outcomes *outcomes, const struct iptfs_sweep *sweep,
                        char **name, struct iptfs_error *error);
void iptfs_outcomes_free(struct iptfs_sweep_outcomes *outcomes);

/* Looks in DIR/points for the results that are there. A file that is not the result of its point is
 * reported as a message. IPTFS_E_NO_MEMORY. */
int iptfs_outcomes_find_results(struct iptfs_sweep_outcomes *outcomes, const char *directory,
                                const struct iptfs_progress *progress, struct iptfs_error *error);

/* The points that are wanted and have neither a result nor ended in this call: a new array, which
 * refers to the outcomes, and their number; NULL when memory ran out. */
struct iptfs_planned_point *iptfs_outcomes_pending(const struct iptfs_sweep_outcomes *outcomes,
                                                   size_t *count);

/* Points that are wanted. */
size_t iptfs_outcomes_count_wanted(const struct iptfs_sweep_outcomes *outcomes);

/* Takes a line "+ POINT" or "- POINT STATUS MESSAGE" of a process of points; false for another. */
bool iptfs_outcomes_take_line(struct iptfs_sweep_outcomes *outcomes, const char *line);

/* Points that are wanted and have a result: those of before and those whose run in this call wrote
 * one. */
size_t iptfs_outcomes_count_done(const struct iptfs_sweep_outcomes *outcomes);

/* Reports each wanted point without a result as a message, and those that were not run in one;
 * returns their number. */
size_t iptfs_outcomes_report_failures(struct iptfs_sweep_outcomes *outcomes,
                                      const struct iptfs_progress *progress);

#endif
