/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data of a plot: the points of a sweep as marks on curves, with statistics over their seeds.
 */
#ifndef IPTFS_PLOT_DATA_H
#define IPTFS_PLOT_DATA_H

#include "base/error.h"
#include "plot/sections.h"
#include "plot/table.h"
#include "sweep/sweep.h"

#include <stdbool.h>
#include <stddef.h>

/* One mark of a plot. Means are those of the runs that have a number there. */
struct iptfs_plot_mark {
    size_t curve;
    double x;    /* a number, or with steps the index of a step */
    size_t n;    /* runs; cdf: how many have this value or less */
    double mean; /* cdf: the value */
    double ci;   /* half the 95 % confidence interval of the mean; NAN for fewer than two runs */
    double quartile[5]; /* boxes: least, 25 %, median, 75 %, most */
};

struct iptfs_plot_data {
    const struct iptfs_plot *plot;
    struct iptfs_plot_table table;
    struct iptfs_plot_mark *marks; /* curve by curve, x rising (or the sweep's order) */
    size_t n_marks;
    struct iptfs_plot_cell *steps; /* values of an x that has even steps; NULL: x is a number */
    size_t n_steps;
    struct iptfs_plot_cell *curves; /* values of by, n_by for each curve */
    size_t n_curves;
    size_t least_n, most_n; /* runs in a mark */
};

/* Columns of the table. */
enum {
    IPTFS_PLOT_Y = 0,
    IPTFS_PLOT_X = 1, /* of a cdf: y again */
    IPTFS_PLOT_BY = 2 /* and those behind it; then those of where */
};

/* A point of the sweep on its curve. */
struct iptfs_plot_item {
    size_t curve;
    double x;   /* the items of a curve are sorted by it */
    size_t row; /* of the table */
    double y;
};

struct iptfs_plot_items {
    struct iptfs_plot_item *items;
    size_t count;
};

/* Checks a plot against the grid of a sweep, before it runs: that its keys and values are there,
 * and that the points behind one mark differ only in their seeds. Values of the summary are known
 * by `summary_names`, a JSON object that has them all as keys; NULL: not known. IPTFS_E_INVALID
 * with "FILE:LINE: [plot.NAME] KEY: ...", IPTFS_E_NO_MEMORY. */
int iptfs_plot_check_data(const struct iptfs_plot *plot, const struct iptfs_sweep *sweep,
                          json_t *summary_names, struct iptfs_error *error);

/* Makes the data of a plot from DIR/results.db. The caller frees it with iptfs_plot_data_free; it
 * refers to the plot. Errors as above, and IPTFS_E_IO. */
int iptfs_plot_data_load(struct iptfs_plot_data *data, const struct iptfs_plot *plot,
                         const char *directory, struct iptfs_error *error);
void iptfs_plot_data_free(struct iptfs_plot_data *data);

#endif
