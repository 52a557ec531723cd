/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/data_csv.h"

#include "base/asserts.h"
#include "plot/kind.h"
#include "text/csv.h"

#include <string.h>

enum {
    NUMBER_DIGITS = 12
};

static void write_cell(const struct iptfs_plot_cell *cell, FILE *out)
{
    struct iptfs_csv csv = {.out = out, .fields = 1}; /* fields stand before it */
    if (cell->text != NULL)
        iptfs_csv_text(&csv, cell->text);
    else
        iptfs_csv_real(&csv, cell->number, NUMBER_DIGITS);
}

static const char *unit_of(const struct iptfs_plot_column *column)
{
    return strcmp(column->unit, "share") == 0 ? "parts of 1" : column->unit;
}

static void write_head(const struct iptfs_plot_data *data, FILE *out)
{
    const struct iptfs_plot_column *column = data->table.columns;
    const struct iptfs_plot *plot = data->plot;
    fprintf(out, "# %s: %s", plot->name, column[IPTFS_PLOT_Y].name);
    if (!plot->kind->x_is_y)
        fprintf(out, " over %s", column[IPTFS_PLOT_X].name);
    fputs("\n# units:", out);
    for (size_t i = 0; i < IPTFS_PLOT_BY + plot->n_by; i++)
        if (i != IPTFS_PLOT_X || !plot->kind->x_is_y)
            fprintf(out, "%s %s %s", i > 0 ? "," : "", column[i].name,
                    *column[i].unit != '\0' ? unit_of(&column[i]) : "(none)");
    fputs("\n# n: runs; ci95: half the 95 % confidence interval of the mean (Student's t)\n", out);
    fprintf(out, "# %s", plot->kind->csv_columns);
    if (data->steps != NULL)
        fprintf(out, ",%s", column[IPTFS_PLOT_X].name);
    for (size_t i = 0; i < plot->n_by; i++)
        fprintf(out, ",%s", column[IPTFS_PLOT_BY + i].name);
    fputc('\n', out);
}

static size_t runs_of_curve(const struct iptfs_plot_data *data, size_t curve)
{
    size_t count = 0;
    for (size_t i = 0; i < data->n_marks; i++)
        count += data->marks[i].curve == curve;
    return count;
}

static void write_mark(const struct iptfs_plot_data *data, const struct iptfs_plot_mark *mark,
                       size_t runs, FILE *out)
{
    fprintf(out, "%.12g,", mark->x);
    data->plot->kind->write_csv(mark, runs, out);
    fprintf(out, ",%zu", mark->n);
    IPTFS_ASSERT(data->steps == NULL || mark->x < (double)data->n_steps);
    if (data->steps != NULL)
        write_cell(&data->steps[(size_t)mark->x], out);
    for (size_t i = 0; i < data->plot->n_by; i++)
        write_cell(&data->curves[mark->curve * data->plot->n_by + i], out);
    fputc('\n', out);
}

void iptfs_plot_write_csv(const struct iptfs_plot_data *data, FILE *out)
{
    const struct iptfs_plot_kind *kind = data->plot->kind;
    write_head(data, out);
    for (size_t curve = 0, mark = 0; curve < data->n_curves; curve++) {
        size_t runs = runs_of_curve(data, curve);
        if (curve > 0 && !kind->by_is_axis)
            fputs("\n\n", out);
        if (kind->starts_at_zero && runs > 0) {
            struct iptfs_plot_mark none = data->marks[mark];
            none.n = 0;
            write_mark(data, &none, runs, out);
        }
        if (runs == 0)
            fputs(",,,\n", out); /* gnuplot counts this curve too */
        for (; mark < data->n_marks && data->marks[mark].curve == curve; mark++)
            write_mark(data, &data->marks[mark], runs, out);
    }
}
