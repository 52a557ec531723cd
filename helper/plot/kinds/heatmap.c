/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kind = heatmap: means over seeds as colours, over x and the one key of by. */
#include "plot/kind.h"

#include <math.h>

enum {
    NUMBERS_MAX = 160 /* cells of a map that has their numbers written in */
};

static int check(const struct iptfs_plot *plot, struct iptfs_error *error)
{
    if (plot->n_by == 1)
        return 0;
    return iptfs_plot_refuse(plot, plot->by[0].line, "by", error,
                             "found %zu keys, allowed: one with kind = heatmap, its y axis",
                             plot->n_by);
}

static void write_csv(const struct iptfs_plot_mark *mark, size_t runs, FILE *out)
{
    (void)runs;
    fprintf(out, "%zu,%.12g,", mark->curve, mark->mean);
    if (!isnan(mark->ci))
        fprintf(out, "%.12g", mark->ci);
}

static struct iptfs_plot_extent extent(const struct iptfs_plot_mark *mark)
{
    return (struct iptfs_plot_extent){mark->mean, mark->mean, mark->mean};
}

static void note(const struct iptfs_plot_data *data, const char *runs, char *text, size_t size)
{
    if (data->most_n > 1)
        snprintf(text, size, "means of %s runs", runs);
}

/* The values of by. */
static void write_y_axis(const struct iptfs_plot_drawing *drawing)
{
    const struct iptfs_plot_data *data = drawing->data;
    const struct iptfs_plot_text none = {.line = 0};
    double most = 0.0;
    for (size_t i = 0; i < data->n_curves; i++)
        most = fmax(most, data->curves[i].text == NULL ? fabs(data->curves[i].number) : 0.0);
    struct iptfs_scale scale = iptfs_caption_scale(drawing->by[0].unit, most);
    iptfs_plot_write_label(drawing, "ylabel", &none, drawing->by[0].name, scale.unit);
    iptfs_plot_write_steps(drawing, "y", data->curves, data->n_curves, scale);
}

static void write_plot(const struct iptfs_plot_drawing *drawing)
{
    const struct iptfs_plot_data *data = drawing->data;
    double factor = drawing->y_scale.factor;
    double low = drawing->y_least * factor, high = drawing->y_most * factor;
    bool labelled = data->n_marks <= NUMBERS_MAX;
    struct iptfs_plot_text none = {.line = 0};
    fputs("unset grid\nunset key\nunset border\nset tics scale 0\nset style fill solid 1 noborder\n"
          "set cblabel offset 1\n",
          drawing->out);
    iptfs_plot_write_label(drawing, "cblabel",
                           drawing->plot->ylabel.line != 0 ? &drawing->plot->ylabel : &none,
                           drawing->y->name, drawing->y_scale.unit);
    if (drawing->plot->logy)
        fputs("set logscale cb\n", drawing->out);
    fprintf(drawing->out,
            "bright(v) = v > %.6g ? 0x000000 : 0xFFFFFF\nwritten(v) = sprintf('%%.3g', v)\n",
            drawing->plot->logy && low > 0.0 ? sqrt(low * high) : low + 0.6 * (high - low));
    fprintf(drawing->out,
            "if (dumb) {\n"
            "    plot data using 1:2:(written($3 * yunit)) with labels notitle\n"
            "} else {\n"
            "    plot data using 1:2:(0.5):(0.5):($3 * yunit) with boxxyerror \\\n"
            "        fillcolor palette fillstyle solid noborder notitle%s\n"
            "}\n",
            labelled
                ? ", \\\n        data using 1:2:(written($3 * yunit)):(bright($3 * yunit)) with "
                  "labels textcolor rgb variable font ',12' notitle"
                : "");
}

const struct iptfs_plot_kind iptfs_plot_heatmap = {
    .name = "heatmap",
    .meaning = "means over seeds as colours, over x and by",
    .x_has_steps = true,
    .by_is_axis = true,
    .check = check,
    .add_marks = iptfs_plot_marks_of_groups,
    .csv_columns = "column,row,mean,ci95,n",
    .write_csv = write_csv,
    .extent = extent,
    .note = note,
    .write_y_axis = write_y_axis,
    .write_plot = write_plot,
};
