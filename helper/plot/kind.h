/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of plots. A kind is a file in kinds/ and a row of the table in kind.c; the values of
 * the key `kind`, its errors, `list` and completion are made from the table. */
#ifndef IPTFS_PLOT_KIND_H
#define IPTFS_PLOT_KIND_H

#include "base/error.h"
#include "plot/data.h"
#include "plot/drawing.h"
#include "plot/marks.h"
#include "plot/sections.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What a mark covers on the y axis. */
struct iptfs_plot_extent {
    double low, high;
    double log_low; /* what a logarithmic axis has to show, where it is above 0 */
};

struct iptfs_plot_kind {
    const char *name; /* as the key `kind` takes it */
    const char *meaning;

    bool x_is_y;           /* the x axis shows y: the section has no key x */
    bool x_has_steps;      /* the values of x stand at even distances */
    bool x_may_be_summary; /* x may be a value of the summary: a line joins the points */
    bool by_is_axis;       /* the values of `by` are the other axis, and no curves */
    bool starts_at_zero;   /* the CSV rows of a curve start with one of n = 0 */

    /* Checks a section for what only this kind needs; NULL: nothing. IPTFS_E_INVALID. */
    int (*check)(const struct iptfs_plot *plot, struct iptfs_error *error);

    /* Makes marks of the sorted points: iptfs_plot_marks_of_groups or _of_points. */
    int (*add_marks)(struct iptfs_plot_data *data, const struct iptfs_plot_items *items,
                     struct iptfs_error *error);

    /* Columns of the CSV file, "x,mean,ci95,n", and those of a mark between x and n, each with a
     * comma before it but the first. `runs` is the number of marks of the curve. */
    const char *csv_columns;
    void (*write_csv)(const struct iptfs_plot_mark *mark, size_t runs, FILE *out);

    struct iptfs_plot_extent (*extent)(const struct iptfs_plot_mark *mark);

    /* What the marks are, for the corner of the plot: of `runs` runs each; NULL: nothing. */
    void (*note)(const struct iptfs_plot_data *data, const char *runs, char *note, size_t size);

    /* Writes label, range and tics of the y axis. */
    void (*write_y_axis)(const struct iptfs_plot_drawing *drawing);

    /* Writes the commands of gnuplot that draw the marks, the last being `plot`. */
    void (*write_plot)(const struct iptfs_plot_drawing *drawing);
};

/* The kinds in the order of the table, the first being the default; NULL behind the last. */
const struct iptfs_plot_kind *iptfs_plot_kind_at(size_t index);

/* The kind of that name. IPTFS_E_INVALID with "found '...', allowed: ...". */
int iptfs_plot_kind_find(const char *name, const struct iptfs_plot_kind **kind,
                         struct iptfs_error *error);

#endif
