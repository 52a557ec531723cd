/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of a plot from the results of a sweep. */
#ifndef IPTFS_PLOT_RESULTS_TABLE_H
#define IPTFS_PLOT_RESULTS_TABLE_H

#include "base/error.h"
#include "plot/table.h"

#include <stddef.h>

/* Reads DIR/results.db. A key that nothing has is IPTFS_E_INVALID, its index in *unknown and the
 * hint to the nearest name, or "", in `error`. IPTFS_E_IO, IPTFS_E_NO_MEMORY. The caller frees the
 * table. */
int iptfs_plot_table_of_results(struct iptfs_plot_table *table, const char *directory,
                                const char *const *keys, size_t count, size_t *unknown,
                                struct iptfs_error *error);

#endif
