/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The comparisons of a sweep (`compare` in [sweep]). Two points make a pair when they differ in the
 * compared values only, and so have the same seed. The same seed gives the same random numbers to
 * each use of them (base/random.h), so what both runs have in common cancels in the difference. */
#ifndef IPTFS_SWEEP_COMPARISON_H
#define IPTFS_SWEEP_COMPARISON_H

#include "base/error.h"
#include "sweep/outcomes.h"
#include "sweep/results_writer.h"
#include "text/progress.h"

#include <jansson.h>

/* Writes the table `comparison` of results.db, whose table `points` is filled: a row for each
 * comparison, each combination of the other values, and each measure that is a number:
 *   compare, a, b        the column, and its two values
 *   (parameters)         the other values
 *   measure, unit
 *   pairs                of runs that both have a number
 *   mean_a, mean_b       over these pairs
 *   difference, low, high   mean_b - mean_a and its 95 % interval, NULL below two pairs
 *   correlation, gain    of a and b; the runs that were spared (statistics.h)
 *   note                 what is missing; NULL for nothing
 * What makes a comparison doubtful is reported as messages too. `columns` are those of the writer.
 * IPTFS_E_IO, IPTFS_E_NO_MEMORY. */
int iptfs_sweep_compare_write(const struct iptfs_sweep_outcomes *outcomes,
                              struct iptfs_results_writer *writer, json_t *columns,
                              const struct iptfs_progress *progress);

#endif
