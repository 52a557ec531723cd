/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The points of a sweep as a table of what a plot asks for: from the sweep before it runs, or from
 * results.db afterwards. Both know the same keys, so that what is drawn later is checked first. */
#ifndef IPTFS_PLOTTABLE_H
#define IPTFS_PLOTTABLE_H

#include "base/error.h"
#include "sweep/sweep.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* One value: a text, or else a number, NAN for none. */
struct iptfs_plot_cell {
    const char *text; /* NULL: a number */
    double number;
};

/* Where the values of a key come from. */
enum iptfs_plot_source {
    IPTFS_PLOT_SWEPT,    /* a column of the sweep, its cases and seed included */
    IPTFS_PLOT_SCENARIO, /* another key of the scenario, which cases may set */
    IPTFS_PLOT_SUMMARY   /* a value of the summary */
};

struct iptfs_plot_column {
    char name[160];
    char unit[16]; /* "s", "bit/s", "octets", ...; "share" for parts of one; "" */
    enum iptfs_plot_source source;
};

struct iptfs_plot_table {
    struct iptfs_plot_column *columns; /* those asked for, then all of the sweep but its seed */
    size_t n_columns;
    size_t n_asked;
    struct iptfs_plot_cell *cells; /* row by row */
    size_t n_rows;                 /* one a point, in the order of points */
    bool run;                      /* summaries are known; else their cells are NAN */
    char **texts;                  /* that cells refer to */
    size_t n_texts;
};

/* The grid of a sweep. Keys that are neither of the sweep nor of scenarios are taken for values of
 * the summary. The sweep must outlive the table, which the caller frees. IPTFS_E_NO_MEMORY. */
int iptfs_plot_table_of_sweep(struct iptfs_plot_table *table, const struct iptfs_sweep *sweep,
                              const char *const *keys, size_t count, struct iptfs_error *error);

/* What DIR/results.db holds. A key that nothing knows is IPTFS_E_INVALID, its index in *unknown
 * and the nearest name, or "", in `error`. IPTFS_E_IO, IPTFS_E_NO_MEMORY. */
int iptfs_plot_table_of_results(struct iptfs_plot_table *table, const char *directory,
                                const char *const *keys, size_t count, size_t *unknown,
                                struct iptfs_error *error);

void iptfs_plot_table_free(struct iptfs_plot_table *table);

const struct iptfs_plot_cell *iptfs_plot_cell(const struct iptfs_plot_table *table, size_t row,
                                              size_t column);
bool iptfs_plot_same(const struct iptfs_plot_cell *a, const struct iptfs_plot_cell *b);

/* A text as a value of a key: "2ms" of a time is 0.002. The text must outlive the cell. */
struct iptfs_plot_cell iptfs_plot_cell_of(const char *key, const char *text);

#endif
