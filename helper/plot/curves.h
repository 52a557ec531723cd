/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The curves of a plot, one for each combination of the values of `by`, and the values of an x axis
 * with even steps. */
#ifndef IPTFS_PLOT_CURVES_H
#define IPTFS_PLOT_CURVES_H

#include "base/error.h"
#include "plot/data.h"

#include <stdbool.h>
#include <stddef.h>

/* Finds the values of x where it has even steps, of the chosen rows. Numbers rise; words stay in
 * the order of the sweep. IPTFS_E_INVALID (too many), IPTFS_E_NO_MEMORY. */
int iptfs_plot_find_steps(struct iptfs_plot_data *data, const bool *chosen,
                          struct iptfs_error *error);

/* Finds the curves of the chosen rows. IPTFS_E_INVALID (too many), IPTFS_E_NO_MEMORY. */
int iptfs_plot_find_curves(struct iptfs_plot_data *data, const bool *chosen,
                           struct iptfs_error *error);

/* The index of the curve of a row, which is added where there is none yet. IPTFS_E_INVALID (too
 * many). */
int iptfs_plot_find_curve(struct iptfs_plot_data *data, size_t row, size_t *curve,
                          struct iptfs_error *error);

#endif
