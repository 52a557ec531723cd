/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kind = cdf: the distribution of y over all runs of a curve. */
#include "plot/kind.h"

static int check(const struct iptfs_plot *plot, struct iptfs_error *error)
{
    if (!plot->logy)
        return 0;
    return iptfs_plot_refuse(plot, plot->logy_line, "logy", error,
                             "found 'on', allowed: off with kind = cdf, whose y is a share");
}

/* The share of runs up to this one. */
static void write_csv(const struct iptfs_plot_mark *mark, size_t runs, FILE *out)
{
    fprintf(out, "%.12g", (double)mark->n / (double)runs);
}

static struct iptfs_plot_extent extent(const struct iptfs_plot_mark *mark)
{
    return (struct iptfs_plot_extent){mark->mean, mark->mean, mark->mean};
}

static void write_y_axis(const struct iptfs_plot_drawing *drawing)
{
    fputs("set ylabel 'share of runs'\n", drawing->out);
}

static void write_plot(const struct iptfs_plot_drawing *drawing)
{
    const struct iptfs_plot_data *data = drawing->data;
    fputs("set yrange [0:1]\nset ytics 0.25\nplot ", drawing->out);
    for (size_t i = 0; i < data->n_curves; i++) {
        fprintf(drawing->out, "data index %zu using ($1 * xunit):2 with steps linestyle %zu title ",
                i, i + 1);
        iptfs_plot_write_curve_name(drawing, i);
        fputs(i + 1 < data->n_curves ? ", \\\n     " : "\n", drawing->out);
    }
}

const struct iptfs_plot_kind iptfs_plot_cdf = {
    .name = "cdf",
    .meaning = "the distribution of y over runs",
    .x_is_y = true,
    .starts_at_zero = true,
    .check = check,
    .add_marks = iptfs_plot_marks_of_points,
    .csv_columns = "y,share,n",
    .write_csv = write_csv,
    .extent = extent,
    .write_y_axis = write_y_axis,
    .write_plot = write_plot,
};
