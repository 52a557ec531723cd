/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of a series: the rows of the summary that have a series getter, for the directions
 * and flows of a run. */
#ifndef IPTFS_RUN_COLUMNS_H
#define IPTFS_RUN_COLUMNS_H

#include "summary/view.h"

#include <stdbool.h>
#include <stddef.h>

struct iptfs_summary_row;

struct iptfs_column {
    const struct iptfs_summary_row *row;
    enum iptfs_direction direction;
    bool of_flow;
    size_t flow; /* index of its traffic section */
    char name[80];
    double before; /* what the getter returned at the end of the interval before */
};

/* The columns of a run at time 0, to be freed with free(). IPTFS_E_NO_MEMORY. */
int iptfs_columns_new(const struct iptfs_summary_view *view, struct iptfs_column **columns,
                      size_t *count);

/* The value of the interval of this length that ends at the time of the view, which is of the whole
 * run. Intervals follow one another. */
double iptfs_column_value(struct iptfs_column *column, const struct iptfs_summary_view *view,
                          double interval_s);

#endif
