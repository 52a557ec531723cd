/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of a plot from the grid of a sweep, before it runs. */
#ifndef IPTFS_PLOT_GRID_TABLE_H
#define IPTFS_PLOT_GRID_TABLE_H

#include "base/error.h"
#include "plot/table.h"
#include "sweep/sweep.h"

#include <stddef.h>

/* Keys that are neither of the sweep nor of scenarios are taken for values of the summary. The
 * sweep must outlive the table, which the caller frees. IPTFS_E_NO_MEMORY. */
int iptfs_plot_table_of_sweep(struct iptfs_plot_table *table, const struct iptfs_sweep *sweep,
                              const char *const *keys, size_t count, struct iptfs_error *error);

#endif
