/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The results of a sweep, gathered from the files of its points: results.db and results.csv, one
 * row a point. Both are made anew each time and depend on nothing but the points' results. */
#ifndef IPTFS_SWEEP_COLLECT_H
#define IPTFS_SWEEP_COLLECT_H

#include "base/error.h"
#include "sweep/sweep.h"
#include "text/progress.h"
#include "text/quantity.h"

#include <stdbool.h>

/* How a point ended. */
struct iptfs_sweep_outcome {
    struct iptfs_text id; /* iptfs_sweep_id */
    bool done;            /* its file is there */
    bool told;            /* its run of this time has ended */
    int status;           /* else: the exit status of its run, */
    char *message;        /* and what it said; NULL when it has not been run */
};

/* "DIR/points/ID.json" as a new string, NULL when memory ran out. */
char *iptfs_point_path(const char *directory, const struct iptfs_text *id);

/* Writes results.db and results.csv into the directory; outcomes[i] is of point i + 1, those done
 * have their files there. results.db holds the tables
 *   points     one row a point that is done: its number, id, parameters (numbers in seconds, bits
 *              per second, octets where they can be), seed, and every value of its summary
 *   columns    each column of points in its order, with role (point, parameter, value) and unit
 *   sets       what each point sets over the scenario, as written in the sweep
 *   failures   the other points, with exit status and message
 * IPTFS_E_IO, IPTFS_E_NO_MEMORY; then older results are still there. */
int iptfs_collect(const struct iptfs_sweep *sweep, const struct iptfs_sweep_outcome *outcomes,
                  const char *directory, const struct iptfs_progress *progress,
                  struct iptfs_error *error);

#endif
