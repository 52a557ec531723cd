/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/gnuplot_script.h"

#include "plot/drawing.h"
#include "plot/gnuplot.h"
#include "plot/kind.h"

#include <string.h>

static void write_title(const struct iptfs_plot_drawing *drawing)
{
    char y[256], x[256], title[600];
    const struct iptfs_plot *plot = drawing->plot;
    iptfs_caption_name(drawing->y->name, y, sizeof y);
    iptfs_caption_name(drawing->x->name, x, sizeof x);
    if (plot->title.line != 0)
        snprintf(title, sizeof title, "%s", plot->title.text);
    else if (plot->kind->x_is_y)
        snprintf(title, sizeof title, "%s", y);
    else
        snprintf(title, sizeof title, "%s over %s", y, x);
    fputs("set title ", drawing->out);
    iptfs_gnuplot_text(title, drawing->out);
    fputs(" noenhanced\n", drawing->out);
}

/* A line of small letters in the corner below; 1 is the lowest. */
static void write_small(const struct iptfs_plot_drawing *drawing, int line, const char *text)
{
    if (*text == '\0')
        return;
    fprintf(drawing->out, "if (!dumb) set label %d ", line);
    iptfs_gnuplot_text(text, drawing->out);
    fprintf(drawing->out,
            " at screen 0.99, screen %.3f right noenhanced font ',11' textcolor rgb '#606060'\n",
            0.025 + 0.027 * (line - 1));
}

/* Notes in the corner: what the marks are, and how many could not be drawn. */
static void write_note(const struct iptfs_plot_drawing *drawing)
{
    char runs[64], note[128] = "", missing[64] = "";
    const struct iptfs_plot_data *data = drawing->data;
    size_t hidden = 0;
    if (data->least_n == data->most_n)
        snprintf(runs, sizeof runs, "%zu", data->most_n);
    else
        snprintf(runs, sizeof runs, "%zu to %zu", data->least_n, data->most_n);
    if (drawing->plot->kind->note != NULL)
        drawing->plot->kind->note(data, runs, note, sizeof note);
    for (size_t i = 0; drawing->plot->logy && i < data->n_marks; i++)
        hidden += data->marks[i].mean <= 0.0;
    if (hidden > 0)
        snprintf(missing, sizeof missing, "%zu of 0 not drawn (logarithmic scale)", hidden);
    write_small(drawing, 1, note);
    write_small(drawing, 2, missing);
}

/* Names the keys whose values the legend shows. */
static void write_key_title(const struct iptfs_plot_drawing *drawing)
{
    char title[600] = "", name[256];
    for (size_t i = 0; i < drawing->plot->n_by; i++) {
        size_t length = strlen(title);
        iptfs_caption_name(drawing->by[i].name, name, sizeof name);
        snprintf(title + length, sizeof title - length, "%s%s", i > 0 ? ", " : "", name);
    }
    if (*title == '\0') {
        fputs("unset key\n", drawing->out);
        return;
    }
    fputs("set key title ", drawing->out);
    iptfs_gnuplot_text(title, drawing->out);
    fputs(" left noenhanced\n", drawing->out);
}

void iptfs_plot_write_script(const struct iptfs_plot_data *data, const char *file, FILE *out)
{
    const struct iptfs_plot_column *columns = data->table.columns;
    struct iptfs_plot_drawing drawing = {.data = data,
                                         .plot = data->plot,
                                         .x = &columns[IPTFS_PLOT_X],
                                         .y = &columns[IPTFS_PLOT_Y],
                                         .by = &columns[IPTFS_PLOT_BY],
                                         .out = out};
    iptfs_plot_measure(&drawing);
    iptfs_gnuplot_begin(data->plot->name, out);
    fprintf(out, "set datafile separator comma\ndata = '%s'\nxunit = %g\nyunit = %g\n", file,
            data->steps != NULL ? 1.0 : drawing.x_scale.factor, drawing.y_scale.factor);
    write_title(&drawing);
    write_note(&drawing);
    write_key_title(&drawing);
    iptfs_plot_write_x_axis(&drawing);
    data->plot->kind->write_y_axis(&drawing);
    data->plot->kind->write_plot(&drawing);
    iptfs_gnuplot_end(data->plot->name, out);
}
