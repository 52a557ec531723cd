/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kind = lines: means over seeds with 95 % confidence intervals. */
#include "plot/kind.h"

#include <math.h>

/* Horizontal offset between curves, as a share of the x axis, so that their bars do not hide each
 * other. */
static const double dodge_share = 0.006;

static void write_csv(const struct iptfs_plot_mark *mark, size_t runs, FILE *out)
{
    (void)runs;
    fprintf(out, "%.12g,", mark->mean);
    if (!isnan(mark->ci))
        fprintf(out, "%.12g", mark->ci);
}

/* The interval of a mean is not drawn below 0 where the mean is not. */
static struct iptfs_plot_extent extent(const struct iptfs_plot_mark *mark)
{
    double half = isnan(mark->ci) ? 0.0 : mark->ci;
    return (struct iptfs_plot_extent){.low = fmax(mark->mean - half, fmin(mark->mean, 0.0)),
                                      .high = mark->mean + half,
                                      .log_low = mark->mean};
}

static void note(const struct iptfs_plot_data *data, const char *runs, char *text, size_t size)
{
    if (data->most_n > 1)
        snprintf(text, size, "means of %s runs, 95 %% confidence", runs);
}

/* The least distance between two marks of a curve. */
static double least_gap(const struct iptfs_plot_data *data)
{
    double gap = (double)INFINITY;
    for (size_t i = 1; i < data->n_marks; i++)
        if (data->marks[i].curve == data->marks[i - 1].curve)
            gap = fmin(gap, fabs(data->marks[i].x - data->marks[i - 1].x));
    return gap;
}

/* Writes where the marks of a curve stand: at their x, of several curves a little beside it, but
 * within half the distance to the next x, so that no mark seems to belong to another x. */
static void write_place(const struct iptfs_plot_drawing *drawing, size_t curve)
{
    const struct iptfs_plot_data *data = drawing->data;
    double middle = ((double)data->n_curves - 1.0) / 2.0;
    double share = fmin(dodge_share, 0.03 / (double)data->n_curves);
    bool steps = data->steps != NULL;
    double width = steps ? (double)data->n_steps : drawing->x_most - drawing->x_least;
    if (!drawing->plot->logx && width > 0.0)
        share = fmin(share, 0.5 * least_gap(data) / width / (double)data->n_curves);
    share *= (double)curve - middle;
    if (data->most_n < 2 || drawing->x->source == IPTFS_PLOT_SUMMARY)
        share = 0.0;
    if (drawing->plot->logx && !steps)
        fprintf(drawing->out, "(($1 > 0 ? $1 * xunit : zero) * %.6g)",
                isinf(drawing->x_least) || drawing->x_most <= drawing->x_least
                    ? 1.0
                    : pow(drawing->x_most / drawing->x_least, share));
    else if (share == 0.0)
        fputs("($1 * xunit)", drawing->out);
    else
        fprintf(drawing->out, "(($1 + %.6g) * xunit)", share * width);
}

static void write_plot(const struct iptfs_plot_drawing *drawing)
{
    const struct iptfs_plot_data *data = drawing->data;
    fputs("plot ", drawing->out);
    for (size_t i = 0; i < data->n_curves; i++) {
        if (data->most_n > 1) {
            fprintf(drawing->out, "data index %zu using ", i);
            write_place(drawing, i);
            fprintf(drawing->out,
                    ":($2 * yunit):(dumb ? NaN : $3 * yunit) with yerrorbars linestyle %zu "
                    "dashtype solid linewidth 1 pointsize 0 notitle, \\\n     ",
                    i + 1);
        }
        fprintf(drawing->out, "data index %zu using ", i);
        write_place(drawing, i);
        fprintf(drawing->out, ":($2 * yunit) with linespoints linestyle %zu title ", i + 1);
        iptfs_plot_write_curve_name(drawing, i);
        fputs(i + 1 < data->n_curves ? ", \\\n     " : "\n", drawing->out);
    }
}

const struct iptfs_plot_kind iptfs_plot_lines = {
    .name = "lines",
    .meaning = "means over seeds with 95 % confidence intervals",
    .x_may_be_summary = true,
    .add_marks = iptfs_plot_marks_of_groups,
    .csv_columns = "x,mean,ci95,n",
    .write_csv = write_csv,
    .extent = extent,
    .note = note,
    .write_y_axis = iptfs_plot_write_y_axis,
    .write_plot = write_plot,
};
