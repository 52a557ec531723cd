/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The points of a sweep that a plot draws, each in its place: curve and x. */
#ifndef IPTFS_PLOT_ITEMS_H
#define IPTFS_PLOT_ITEMS_H

#include "base/error.h"
#include "plot/data.h"

#include <stdbool.h>
#include <stddef.h>

/* Makes an item of each chosen row that has a y and an x, sorted by curve, x and row. The caller
 * frees items->items, also after an error. IPTFS_E_INVALID, IPTFS_E_NO_MEMORY. */
int iptfs_plot_make_items(struct iptfs_plot_data *data, const bool *chosen,
                          struct iptfs_plot_items *items, struct iptfs_error *error);

/* The first column of the sweep in which two rows differ, 0 for none. The seed is not among these
 * columns. */
size_t iptfs_plot_difference(const struct iptfs_plot_table *table, size_t a, size_t b);

/* Checks, where x is a value of the summary, that the items of each curve lie along the values of
 * one key. IPTFS_E_INVALID, IPTFS_E_NO_MEMORY. */
int iptfs_plot_check_lines(const struct iptfs_plot_data *data, const struct iptfs_plot_items *all,
                           struct iptfs_error *error);

#endif
