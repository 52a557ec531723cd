/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The points of a sweep as a table of the keys that a plot uses. It is made of the grid before the
 * sweep runs (grid_table.h) and of results.db afterwards (results_table.h), with the same keys, so
 * that a plot is checked before anything runs. */
#ifndef IPTFS_PLOT_TABLE_H
#define IPTFS_PLOT_TABLE_H

#include "base/error.h"
#include "text/quantity.h"

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
    bool run;                      /* summaries are known; otherwise their cells are NAN */
    char **texts;                  /* that cells refer to */
    size_t n_texts;
};

void iptfs_plot_table_free(struct iptfs_plot_table *table);

const struct iptfs_plot_cell *iptfs_plot_cell(const struct iptfs_plot_table *table, size_t row,
                                              size_t column);
bool iptfs_plot_same(const struct iptfs_plot_cell *a, const struct iptfs_plot_cell *b);

/* Orders cells for qsort: numbers, NAN first, then words. */
int iptfs_plot_compare_cells(const void *a, const void *b);

/* A text as a value of a key: "2ms" of a time is 0.002. The text must outlive the cell. */
struct iptfs_plot_cell iptfs_plot_cell_of(const char *key, const char *text);

/* A cell as messages show it, with its unit. */
struct iptfs_text iptfs_plot_cell_text(const struct iptfs_plot_column *column,
                                       const struct iptfs_plot_cell *cell);

/* ---- for those that make a table; all return 0 or IPTFS_E_NO_MEMORY ---- */

/* Makes space for the columns asked for and `more` columns of the sweep. */
int iptfs_plot_table_make_columns(struct iptfs_plot_table *table, size_t n_asked, size_t more,
                                  struct iptfs_error *error);

void iptfs_plot_table_set_column(struct iptfs_plot_column *column, const char *name,
                                 enum iptfs_plot_source source, const char *unit);

/* Adds a column of the sweep, unless it is the seed. */
void iptfs_plot_table_add_swept(struct iptfs_plot_table *table, const char *name);

/* Makes the cells of all columns, each a number without value. */
int iptfs_plot_table_make_cells(struct iptfs_plot_table *table, size_t rows,
                                struct iptfs_error *error);

struct iptfs_plot_cell *iptfs_plot_table_cell(struct iptfs_plot_table *table, size_t row,
                                              size_t column);

/* Keeps a copy of the cell's text, which then lives as long as the table. */
int iptfs_plot_table_keep_text(struct iptfs_plot_table *table, struct iptfs_plot_cell *cell,
                               struct iptfs_error *error);

/* The name of the column of a key: "scenario.seed" is "seed". */
const char *iptfs_plot_column_name(const char *key);

/* The unit of a key of the scenario; "" for none. */
const char *iptfs_plot_unit_of_key(const char *key);

/* The value of a key that no point sets: as the file has it, or its default. Refers to `base`. */
struct iptfs_plot_cell iptfs_plot_base_cell(const json_t *base, const char *key);

#endif
