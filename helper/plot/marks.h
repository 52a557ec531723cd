/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks of a plot: statistics over the points that differ only in their seeds. The functions are
 * for struct iptfs_plot_kind; data->marks has space for a mark an item. */
#ifndef IPTFS_PLOT_MARKS_H
#define IPTFS_PLOT_MARKS_H

#include "base/error.h"
#include "plot/data.h"

/* One mark for all points of a curve with the same x: mean, interval, quartiles. IPTFS_E_INVALID
 * where they differ in more than their seeds. */
int iptfs_plot_marks_of_groups(struct iptfs_plot_data *data, const struct iptfs_plot_items *all,
                               struct iptfs_error *error);

/* One mark for each point, at x = y, with the number of points of its curve up to it. */
int iptfs_plot_marks_of_points(struct iptfs_plot_data *data, const struct iptfs_plot_items *all,
                               struct iptfs_error *error);

#endif
