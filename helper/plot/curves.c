/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/curves.h"

#include "plot/gnuplot.h"
#include "plot/kind.h"

#include <stdlib.h>

enum {
    STEPS_MAX = 200 /* of an axis with even steps: more cannot be read */
};

static bool same_curve(const struct iptfs_plot_data *data, size_t curve, size_t row)
{
    for (size_t i = 0; i < data->plot->n_by; i++)
        if (!iptfs_plot_same(&data->curves[curve * data->plot->n_by + i],
                             iptfs_plot_cell(&data->table, row, IPTFS_PLOT_BY + i)))
            return false;
    return true;
}

static size_t most_curves(const struct iptfs_plot *plot)
{
    return plot->kind->by_is_axis ? STEPS_MAX : IPTFS_GNUPLOT_STYLES;
}

int iptfs_plot_find_curve(struct iptfs_plot_data *data, size_t row, size_t *curve,
                          struct iptfs_error *error)
{
    for (*curve = 0; *curve < data->n_curves; (*curve)++)
        if (same_curve(data, *curve, row))
            return 0;
    if (data->n_curves == most_curves(data->plot))
        return iptfs_plot_refuse(
            data->plot, data->plot->by[0].line, "by", error,
            "found more than %zu values, allowed: that many; where = KEY=VALUE "
            "leaves some out",
            data->n_curves);
    for (size_t i = 0; i < data->plot->n_by; i++)
        data->curves[*curve * data->plot->n_by + i] =
            *iptfs_plot_cell(&data->table, row, IPTFS_PLOT_BY + i);
    data->n_curves++;
    return 0;
}

/* Whether x has even steps: where the kind asks for it, and where its values are words. */
static bool wants_steps(const struct iptfs_plot_data *data, const bool *chosen)
{
    const struct iptfs_plot_kind *kind = data->plot->kind;
    if (kind->x_has_steps || kind->x_is_y)
        return kind->x_has_steps;
    for (size_t row = 0; row < data->table.n_rows; row++)
        if (chosen[row] && iptfs_plot_cell(&data->table, row, IPTFS_PLOT_X)->text != NULL)
            return true;
    return false;
}

static int find_step(struct iptfs_plot_data *data, const struct iptfs_plot_cell *value,
                     struct iptfs_error *error)
{
    for (size_t i = 0; i < data->n_steps; i++)
        if (iptfs_plot_same(&data->steps[i], value))
            return 0;
    if (data->n_steps == STEPS_MAX)
        return iptfs_plot_refuse(data->plot, data->plot->x.line, "x", error,
                                 "found more than %d values, allowed: that many with even steps",
                                 STEPS_MAX);
    data->steps[data->n_steps++] = *value;
    return 0;
}

/* Numbers rise; words stay in the order of the sweep. */
static void sort_cells(struct iptfs_plot_cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cells[i].text != NULL)
            return;
    qsort(cells, count, sizeof *cells, iptfs_plot_compare_cells);
}

int iptfs_plot_find_steps(struct iptfs_plot_data *data, const bool *chosen,
                          struct iptfs_error *error)
{
    int code = 0;
    if (!wants_steps(data, chosen))
        return 0;
    data->steps = calloc(STEPS_MAX, sizeof *data->steps);
    if (data->steps == NULL)
        return iptfs_fail_no_memory(error);
    for (size_t row = 0; row < data->table.n_rows && code == 0; row++)
        if (chosen[row])
            code = find_step(data, iptfs_plot_cell(&data->table, row, IPTFS_PLOT_X), error);
    sort_cells(data->steps, data->n_steps);
    return code;
}

int iptfs_plot_find_curves(struct iptfs_plot_data *data, const bool *chosen,
                           struct iptfs_error *error)
{
    size_t curve;
    int code = 0;
    data->curves = calloc(most_curves(data->plot) * (data->plot->n_by + 1), sizeof *data->curves);
    if (data->curves == NULL)
        return iptfs_fail_no_memory(error);
    for (size_t row = 0; row < data->table.n_rows && code == 0; row++)
        if (chosen[row])
            code = iptfs_plot_find_curve(data, row, &curve, error);
    if (data->plot->kind->by_is_axis)
        sort_cells(data->curves, data->n_curves);
    return code;
}
