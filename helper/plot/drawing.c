/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/drawing.h"

#include "base/asserts.h"
#include "plot/gnuplot.h"
#include "plot/kind.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICS_MAX = 12,    /* values of an axis that are all written */
    LOG_TICS_MAX = 90 /* of a logarithmic axis */
};

/* The largest value on the x axis, for its unit. */
static double most_x(const struct iptfs_plot_data *data)
{
    double most = 0.0;
    for (size_t i = 0; i < data->n_marks; i++)
        most = fmax(most, fabs(data->marks[i].x));
    for (size_t i = 0; i < data->n_steps; i++)
        if (data->steps[i].text == NULL)
            most = i == 0 ? fabs(data->steps[i].number) : fmax(most, fabs(data->steps[i].number));
    return most;
}

void iptfs_plot_measure(struct iptfs_plot_drawing *drawing)
{
    const struct iptfs_plot_data *data = drawing->data;
    bool logx = drawing->plot->logx && data->steps == NULL;
    drawing->x_least = (double)INFINITY;
    drawing->x_most = (double)-INFINITY;
    drawing->y_least = (double)INFINITY;
    drawing->y_most = (double)-INFINITY;
    for (size_t i = 0; i < data->n_marks; i++) {
        const struct iptfs_plot_mark *mark = &data->marks[i];
        struct iptfs_plot_extent extent = drawing->plot->kind->extent(mark);
        drawing->y_least = fmin(drawing->y_least, extent.low);
        drawing->y_most = fmax(drawing->y_most, extent.high);
        if (!logx || mark->x > 0.0) {
            drawing->x_least = fmin(drawing->x_least, mark->x);
            drawing->x_most = fmax(drawing->x_most, mark->x);
        }
    }
    drawing->x_scale = iptfs_caption_scale(drawing->x->unit, most_x(data));
    drawing->y_scale =
        iptfs_caption_scale(drawing->y->unit, fmax(fabs(drawing->y_least), fabs(drawing->y_most)));
}

void iptfs_plot_write_label(const struct iptfs_plot_drawing *drawing, const char *which,
                            const struct iptfs_plot_text *given, const char *key, const char *unit)
{
    char name[256], label[300];
    iptfs_caption_name(key, name, sizeof name);
    snprintf(label, sizeof label, "%s%s%s%s", given->line != 0 ? given->text : name,
             *unit != '\0' ? " (" : "", unit, *unit != '\0' ? ")" : "");
    fprintf(drawing->out, "set %s ", which);
    iptfs_gnuplot_text(label, drawing->out);
    fputs(" noenhanced\n", drawing->out);
}

/* A value in the unit of its axis. */
static struct iptfs_text axis_value(const struct iptfs_plot_cell *cell, struct iptfs_scale scale)
{
    struct iptfs_text text;
    if (cell->text != NULL)
        return iptfs_quoted(cell->text);
    snprintf(text.text, sizeof text.text, "%.4g", cell->number * scale.factor);
    return text;
}

void iptfs_plot_write_steps(const struct iptfs_plot_drawing *drawing, const char *axis,
                            const struct iptfs_plot_cell *values, size_t count,
                            struct iptfs_scale scale)
{
    size_t every = 1 + (count - 1) / 24, longest = 0;
    for (size_t i = 0; i < count; i += every) {
        size_t length = strlen(axis_value(&values[i], scale).text);
        longest = length > longest ? length : longest;
    }
    bool crowded = *axis == 'x' && longest * ((count + every - 1) / every) > 70;
    fprintf(drawing->out, "set %stics%s (", axis, crowded ? " rotate by 30 right" : "");
    for (size_t i = 0; i < count; i += every) {
        fputs(i > 0 ? ", " : "", drawing->out);
        iptfs_gnuplot_tic(axis_value(&values[i], scale).text, drawing->out);
        fprintf(drawing->out, " %zu", i);
    }
    fprintf(drawing->out, ") noenhanced\nset %srange [-0.5:%g]\n", axis, (double)count - 0.5);
}

static int compare_numbers(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* The different x of all marks, rising; more than `most` are not counted. */
static size_t list_x(const struct iptfs_plot_data *data, double *values, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < data->n_marks && count <= most; i++) {
        size_t j = 0;
        while (j < count && values[j] != data->marks[i].x)
            j++;
        if (j == count && count++ < most)
            values[j] = data->marks[i].x;
    }
    qsort(values, count < most ? count : most, sizeof *values, compare_numbers);
    return count;
}

/* A logarithmic axis cannot show 0: its marks stand one step before the smallest value, with the
 * label 0. */
static void write_log_x(const struct iptfs_plot_drawing *drawing)
{
    double values[TICS_MAX];
    double factor = drawing->x_scale.factor;
    size_t count = list_x(drawing->data, values, TICS_MAX), first = 0;
    bool all = count <= TICS_MAX && drawing->x->source != IPTFS_PLOT_SUMMARY;
    bool zero = false;
    for (size_t i = 0; i < drawing->data->n_marks; i++)
        zero = zero || drawing->data->marks[i].x <= 0.0;
    while (first < count && count <= TICS_MAX && values[first] <= 0.0)
        first++;
    double step = all && first + 1 < count ? fmin(values[first + 1] / values[first], 10.0) : 2.0;
    double place = isinf(drawing->x_least) ? 1.0 : drawing->x_least * factor / step;
    double most = isinf(drawing->x_least) ? 1.0 : drawing->x_most * factor;
    double left = zero ? place : drawing->x_least * factor;
    double margin = pow(most > left ? most / left : 2.0, 0.04);
    fprintf(drawing->out, "set logscale x\nzero = %.6g\nset xrange [%.6g:%.6g]\n", place,
            left / margin, most * margin);
    if (!all && !zero)
        return;
    fputs(all ? "set xtics (" : "set xtics add (", drawing->out);
    if (zero)
        fprintf(drawing->out, "'0' %.6g", place);
    for (size_t i = first; all && i < count; i++)
        fprintf(drawing->out, "%s'%.4g' %.9g", i > 0 ? ", " : "", values[i] * factor,
                values[i] * factor);
    fputs(")\n", drawing->out);
}

/* Leaves a margin, so that no mark touches the frame. */
static void write_linear_x(const struct iptfs_plot_drawing *drawing)
{
    double least = drawing->x_least, most = drawing->x_most;
    double margin = most > least ? 0.03 * (most - least) : most != 0.0 ? 0.1 * fabs(most) : 1.0;
    fprintf(drawing->out, "set xrange [%.6g:%.6g]\n", (least - margin) * drawing->x_scale.factor,
            (most + margin) * drawing->x_scale.factor);
}

/* The tics of a logarithmic axis: those tenths of each power of ten that `tenths` names, every
 * hundredth where it is empty. */
static size_t list_log_tics(double low, double high, const char *tenths, double *tics)
{
    size_t count = 0;
    for (double power = pow(10.0, floor(log10(low))); power <= high; power *= 10.0)
        for (int i = 10; i < 100; i++) {
            double tic = i * power / 10.0;
            bool wanted = *tenths == '\0' || (i % 10 == 0 && strchr(tenths, '0' + i / 10) != NULL);
            if (wanted && tic >= low && tic <= high && count < LOG_TICS_MAX)
                tics[count++] = tic;
        }
    return count;
}

/* Where the axis has fewer than three powers of ten, tics between them have labels too: those of
 * the coarsest division that gives three. */
static void write_log_y_tics(double low, double high, FILE *out)
{
    static const char *const kinds[] = {"1", "125", "123456789", ""};
    double tics[LOG_TICS_MAX];
    size_t kind = 0, count = list_log_tics(low, high, kinds[0], tics);
    if (count >= 3)
        return; /* gnuplot sets them */
    while (count < 3 && kind < 3)
        count = list_log_tics(low, high, kinds[++kind], tics);
    size_t every = count > 10 ? 1 + count / 10 : 1;
    fputs("set ytics (", out);
    for (size_t i = 0; i < count; i += every)
        fprintf(out, "%s'%.4g' %.6g", i > 0 ? ", " : "", tics[i], tics[i]);
    fputs(")\n", out);
}

/* Starts the axis at 0 where no detail is lost by it, so that differences show at their size. */
static void write_y_range(const struct iptfs_plot_drawing *drawing)
{
    double factor = drawing->y_scale.factor;
    double least = (double)INFINITY;
    if (!drawing->plot->logy) {
        if (drawing->y_least >= 0.0 && drawing->y_least <= 0.6 * drawing->y_most)
            fputs("set yrange [0:*]\n", drawing->out);
        return;
    }
    for (size_t i = 0; i < drawing->data->n_marks; i++) {
        double low = drawing->plot->kind->extent(&drawing->data->marks[i]).log_low;
        least = low > 0.0 ? fmin(least, low) : least;
    }
    fputs("set logscale y\n", drawing->out);
    IPTFS_ASSERT(drawing->y_most > 0.0); /* iptfs_plot_data_load has checked it */
    if (isinf(least))
        return; /* boxes that all begin at 0 */
    double low = least * factor / 1.4, high = drawing->y_most * factor * 1.2;
    fprintf(drawing->out, "set yrange [%.4g:%.4g]\n", low, high);
    write_log_y_tics(low, high, drawing->out);
}

void iptfs_plot_write_x_axis(const struct iptfs_plot_drawing *drawing)
{
    const struct iptfs_plot_data *data = drawing->data;
    iptfs_plot_write_label(drawing, "xlabel", &drawing->plot->xlabel, drawing->x->name,
                           drawing->x_scale.unit);
    if (data->steps != NULL)
        iptfs_plot_write_steps(drawing, "x", data->steps, data->n_steps, drawing->x_scale);
    else if (drawing->plot->logx)
        write_log_x(drawing);
    else
        write_linear_x(drawing);
}

void iptfs_plot_write_y_axis(const struct iptfs_plot_drawing *drawing)
{
    iptfs_plot_write_label(drawing, "ylabel", &drawing->plot->ylabel, drawing->y->name,
                           drawing->y_scale.unit);
    write_y_range(drawing);
}

void iptfs_plot_write_curve_name(const struct iptfs_plot_drawing *drawing, size_t curve)
{
    char name[512] = "";
    for (size_t i = 0; i < drawing->plot->n_by; i++) {
        const struct iptfs_plot_cell *cell =
            &drawing->data->curves[curve * drawing->plot->n_by + i];
        size_t length = strlen(name);
        snprintf(name + length, sizeof name - length, "%s%s", i > 0 ? ", " : "",
                 cell->text != NULL ? iptfs_quoted(cell->text).text
                                    : iptfs_caption_value(drawing->by[i].unit, cell->number).text);
    }
    iptfs_gnuplot_text(name, drawing->out);
}
