/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kind = boxes: minimum, quartiles and maximum over seeds. */
#include "plot/kind.h"

static void write_csv(const struct iptfs_plot_mark *mark, size_t runs, FILE *out)
{
    (void)runs;
    for (size_t i = 0; i < 5; i++)
        fprintf(out, "%s%.12g", i > 0 ? "," : "", mark->quartile[i]);
}

static struct iptfs_plot_extent extent(const struct iptfs_plot_mark *mark)
{
    return (struct iptfs_plot_extent){mark->quartile[0], mark->quartile[4], mark->quartile[0]};
}

static void note(const struct iptfs_plot_data *data, const char *runs, char *text, size_t size)
{
    (void)data;
    snprintf(text, size, "quartiles, least and most of %s runs", runs);
}

/* Boxes of several curves stand beside each other; the median's point is that of the legend. */
static void write_plot(const struct iptfs_plot_drawing *drawing)
{
    const struct iptfs_plot_data *data = drawing->data;
    double width = 0.8 / (double)data->n_curves;
    fprintf(drawing->out, "width = %.4g\nplot ", width);
    for (size_t i = 0; i < data->n_curves; i++) {
        double offset = ((double)i - ((double)data->n_curves - 1.0) / 2.0) * width;
        fprintf(drawing->out,
                "data index %zu using ($1 + %.4g):($3 * yunit):($2 * yunit):($6 * yunit):($5 * "
                "yunit):(width * 0.8) \\\n         with candlesticks linestyle %zu dashtype solid "
                "notitle whiskerbars 0.5, \\\n     ",
                i, offset, i + 1);
        fprintf(drawing->out,
                "data index %zu using ($1 + %.4g - width * 0.4):($4 * yunit):(width * 0.8):(0) \\\n"
                "         with vectors nohead linestyle %zu dashtype solid linewidth 2.5 notitle, "
                "\\\n     ",
                i, offset, i + 1);
        fprintf(drawing->out,
                "data index %zu using ($1 + %.4g):($4 * yunit) with points linestyle %zu title ", i,
                offset, i + 1);
        iptfs_plot_write_curve_name(drawing, i);
        fputs(i + 1 < data->n_curves ? ", \\\n     " : "\n", drawing->out);
    }
}

const struct iptfs_plot_kind iptfs_plot_boxes = {
    .name = "boxes",
    .meaning = "quartiles over seeds",
    .x_has_steps = true,
    .add_marks = iptfs_plot_marks_of_groups,
    .csv_columns = "column,min,q1,median,q3,max,n",
    .write_csv = write_csv,
    .extent = extent,
    .note = note,
    .write_y_axis = iptfs_plot_write_y_axis,
    .write_plot = write_plot,
};
