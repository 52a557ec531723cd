/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/grid_table.h"

#include "sweep/grid.h"
#include "sweep/key.h"

#include <string.h>

static bool find_swept(const struct iptfs_sweep_point *point, const char *name, size_t *index)
{
    for (*index = 0; *index < point->n_columns; (*index)++)
        if (strcmp(point->columns[*index], name) == 0)
            return true;
    return false;
}

static void fill_from_point(struct iptfs_plot_table *table, const struct iptfs_sweep_point *point,
                            const json_t *base)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct iptfs_plot_column *column = &table->columns[i];
        struct iptfs_plot_cell *cell = iptfs_plot_table_cell(table, point->index - 1, i);
        size_t index;
        if (column->source == IPTFS_PLOT_SWEPT && find_swept(point, column->name, &index))
            *cell = iptfs_plot_cell_of(column->name, point->labels[index]);
        if (column->source != IPTFS_PLOT_SCENARIO)
            continue;
        *cell = iptfs_plot_base_cell(base, column->name);
        for (size_t j = 0; j < point->n_sets; j++)
            if (strcmp(point->sets[j].key, column->name) == 0)
                *cell = iptfs_plot_cell_of(column->name, point->sets[j].value);
    }
}

static void set_asked(struct iptfs_plot_column *column, const char *key,
                      const struct iptfs_sweep_point *point)
{
    size_t index;
    const char *name = iptfs_plot_column_name(key);
    enum iptfs_plot_source source = find_swept(point, name, &index)    ? IPTFS_PLOT_SWEPT
                                    : iptfs_sweep_option(name) != NULL ? IPTFS_PLOT_SCENARIO
                                                                       : IPTFS_PLOT_SUMMARY;
    iptfs_plot_table_set_column(column, name, source, iptfs_plot_unit_of_key(name));
}

int iptfs_plot_table_of_sweep(struct iptfs_plot_table *table, const struct iptfs_sweep *sweep,
                              const char *const *keys, size_t count, struct iptfs_error *error)
{
    *table = (struct iptfs_plot_table){.run = false};
    struct iptfs_sweep_point point;
    iptfs_sweep_point_at(sweep, 1, &point);
    json_t *base = iptfs_sweep_base(sweep);
    int code = base != NULL ? iptfs_plot_table_make_columns(table, count, point.n_columns, error)
                            : iptfs_fail_no_memory(error);
    for (size_t i = 0; i < count && code == 0; i++)
        set_asked(&table->columns[i], keys[i], &point);
    for (size_t i = 0; i < point.n_columns && code == 0; i++)
        iptfs_plot_table_add_swept(table, point.columns[i]);
    if (code == 0)
        code = iptfs_plot_table_make_cells(table, sweep->n_points, error);
    for (size_t i = 0; i < sweep->n_points && code == 0; i++) {
        iptfs_sweep_point_at(sweep, i + 1, &point);
        fill_from_point(table, &point, base);
    }
    for (size_t i = 0; i < table->n_rows * table->n_columns && code == 0; i++)
        code = iptfs_plot_table_keep_text(table, &table->cells[i], error); /* those of base go */
    json_decref(base);
    if (code != 0)
        iptfs_plot_table_free(table);
    return code;
}
