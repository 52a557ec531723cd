/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The points of a sweep: every combination of the steps of its axes, each a scenario. */
#ifndef IPTFS_SWEEP_GRID_H
#define IPTFS_SWEEP_GRID_H

#include "base/error.h"
#include "scenario/scenario.h"
#include "sweep/sweep.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One point: what it sets, and a value for each column of the sweep. Refers to the sweep and to
 * itself: it must not be copied. */
struct iptfs_sweep_point {
    size_t index; /* from 1 */
    size_t n_sets;
    struct iptfs_sweep_set sets[IPTFS_SWEEP_SETS_MAX];
    const char *columns[IPTFS_SWEEP_SETS_MAX];
    const char *labels[IPTFS_SWEEP_SETS_MAX];
    size_t n_columns;
    char texts[IPTFS_SWEEP_SETS_MAX][IPTFS_SWEEP_TEXT_MAX]; /* of computed values */
};

/* The point of this index, 1 to n_points. */
void iptfs_sweep_point_at(const struct iptfs_sweep *sweep, size_t index,
                          struct iptfs_sweep_point *point);

/* "link.loss=0.01 seed=3": the values of the point's columns, as a new string. */
char *iptfs_sweep_point_text(const struct iptfs_sweep_point *point);

/* Reads and checks the scenario of a point; errors name the line of [sweep] that sets the
 * wrong value. The caller frees it with iptfs_scenario_free. */
int iptfs_sweep_scenario(const struct iptfs_sweep *sweep, size_t index,
                         struct iptfs_scenario *scenario, struct iptfs_error *error);

/* The point that a comparison of the sweep pairs with this one, 0 for none: it has the other value
 * of the comparison, the same seed and the same values otherwise. */
size_t iptfs_sweep_partner(const struct iptfs_sweep *sweep,
                           const struct iptfs_sweep_comparison *comparison, size_t index);

/* Whether a point has the first value of a comparison. */
bool iptfs_sweep_is_first(const struct iptfs_sweep *sweep,
                          const struct iptfs_sweep_comparison *comparison, size_t index);

/* Writes one line for each point; with `until` for each that is run in any case, and how many there
 * are at least and at most. */
void iptfs_sweep_list(const struct iptfs_sweep *sweep, FILE *out);

#endif
