/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The results of a sweep, gathered from the files of its points: results.db and results.csv, one
 * row a point. Both are written again each time and depend only on the points' results. */
#ifndef IPTFS_SWEEP_COLLECT_H
#define IPTFS_SWEEP_COLLECT_H

#include "base/error.h"
#include "sweep/rounds.h"
#include "text/progress.h"

/* Writes results.db and results.csv into the directory; points of the outcomes
 * that are done have their results there. results.db holds the tables
 *   points     one row a point that is done: its number, id, parameters (numbers in seconds, bits
 *              per second, octets where they can be), seed, and every value of its summary
 *   columns    each column of points in its order, with role (point, parameter, value) and unit
 *   sets       what each point sets over the scenario, as written in the sweep
 *   failures   the other points, with exit status and message
 *   comparison   with `compare` (comparison.h)
 *   stopping     with `until` (rounds.h)
 * IPTFS_E_IO, IPTFS_E_NO_MEMORY; then older results are still there. */
int iptfs_collect(const struct iptfs_sweep_rounds *rounds, const char *directory,
                  const struct iptfs_progress *progress, struct iptfs_error *error);

#endif
