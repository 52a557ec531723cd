/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/plotscript.h"

#include "files/gnuplot.h"
#include "plot/caption.h"
#include "text/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICS_MAX = 12, /* values of an axis that are all written */
    NUMBER_DIGITS = 12,
    CELLS_MAX = 160 /* of a heatmap, with their numbers */
};

/* Curves stand this far apart beside each other, in parts of the x axis, so that their bars do not
 * hide each other. */
static const double dodge_share = 0.006;

/* What a script needs to know before its first line. */
struct drawing {
    const struct iptfs_plot_data *data;
    const struct iptfs_plot *plot;
    const struct iptfs_plot_column *x, *y, *by;
    struct iptfs_scale x_scale, y_scale;
    double y_least, y_most; /* over all marks, with their intervals */
    double x_least, x_most; /* over all marks; on a logarithmic axis those above 0 */
    FILE *out;
};

/* ---------------------------------------------------------------------------------------- data */

static void write_number(double number, FILE *out)
{
    if (!isnan(number))
        fprintf(out, "%.*g", NUMBER_DIGITS, number);
}

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
    static const char *const columns[] = {[IPTFS_PLOT_LINES] = "x,mean,ci95,n",
                                          [IPTFS_PLOT_HEATMAP] = "column,row,mean,ci95,n",
                                          [IPTFS_PLOT_CDF] = "y,share,n",
                                          [IPTFS_PLOT_BOXES] = "column,min,q1,median,q3,max,n"};
    const struct iptfs_plot_column *column = data->table.columns;
    const struct iptfs_plot *plot = data->plot;
    fprintf(out, "# %s: %s", plot->name, column[IPTFS_PLOT_Y].name);
    if (plot->kind != IPTFS_PLOT_CDF)
        fprintf(out, " over %s", column[IPTFS_PLOT_X].name);
    fputs("\n# units:", out);
    for (size_t i = 0; i < IPTFS_PLOT_BY + plot->n_by; i++)
        if (i != IPTFS_PLOT_X || plot->kind != IPTFS_PLOT_CDF)
            fprintf(out, "%s %s %s", i > 0 ? "," : "", column[i].name,
                    *column[i].unit != '\0' ? unit_of(&column[i]) : "(none)");
    fputs("\n# n: runs; ci95: half the 95 % confidence interval of the mean (Student's t)\n", out);
    fprintf(out, "# %s", columns[plot->kind]);
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
    enum iptfs_plot_kind kind = data->plot->kind;
    fprintf(out, "%.12g,", mark->x);
    if (kind == IPTFS_PLOT_HEATMAP)
        fprintf(out, "%zu,", mark->curve);
    if (kind == IPTFS_PLOT_CDF)
        fprintf(out, "%.12g", (double)mark->n / (double)runs);
    for (size_t i = 0; kind == IPTFS_PLOT_BOXES && i < 5; i++)
        fprintf(out, "%s%.12g", i > 0 ? "," : "", mark->quartile[i]);
    if (kind == IPTFS_PLOT_LINES || kind == IPTFS_PLOT_HEATMAP) {
        fprintf(out, "%.12g,", mark->mean);
        write_number(mark->ci, out);
    }
    fprintf(out, ",%zu", mark->n);
    if (data->steps != NULL)
        write_cell(&data->steps[(size_t)mark->x], out);
    for (size_t i = 0; i < data->plot->n_by; i++)
        write_cell(&data->curves[mark->curve * data->plot->n_by + i], out);
    fputc('\n', out);
}

void iptfs_plot_write_csv(const struct iptfs_plot_data *data, FILE *out)
{
    bool cdf = data->plot->kind == IPTFS_PLOT_CDF, heatmap = data->plot->kind == IPTFS_PLOT_HEATMAP;
    write_head(data, out);
    for (size_t curve = 0, mark = 0; curve < data->n_curves; curve++) {
        size_t runs = runs_of_curve(data, curve);
        if (curve > 0 && !heatmap)
            fputs("\n\n", out);
        if (cdf && runs > 0) { /* the first step begins at none */
            struct iptfs_plot_mark none = data->marks[mark];
            none.n = 0;
            write_mark(data, &none, runs, out);
        }
        if (runs == 0)
            fputs(",,,\n", out); /* an index of its own all the same */
        for (; mark < data->n_marks && data->marks[mark].curve == curve; mark++)
            write_mark(data, &data->marks[mark], runs, out);
    }
}

/* ---------------------------------------------------------------------------------------- axes */

/* How far down the interval of a mean is drawn: not below 0 where the mean is not. */
static double least_of(const struct iptfs_plot_mark *mark, double half)
{
    return fmax(mark->mean - half, fmin(mark->mean, 0.0));
}

static void measure(struct drawing *drawing)
{
    const struct iptfs_plot_data *data = drawing->data;
    bool boxes = drawing->plot->kind == IPTFS_PLOT_BOXES;
    bool lines = drawing->plot->kind == IPTFS_PLOT_LINES;
    bool logx = drawing->plot->logx && data->steps == NULL;
    double x_most = 0.0;
    drawing->x_least = (double)INFINITY;
    drawing->x_most = (double)-INFINITY;
    drawing->y_least = (double)INFINITY;
    drawing->y_most = (double)-INFINITY;
    for (size_t i = 0; i < data->n_marks; i++) {
        const struct iptfs_plot_mark *mark = &data->marks[i];
        double half = lines && !isnan(mark->ci) ? mark->ci : 0.0;
        double low = boxes ? mark->quartile[0] : least_of(mark, half);
        double high = boxes ? mark->quartile[4] : mark->mean + half;
        drawing->y_least = fmin(drawing->y_least, low);
        drawing->y_most = fmax(drawing->y_most, high);
        x_most = fmax(x_most, fabs(mark->x));
        if (!logx || mark->x > 0.0) {
            drawing->x_least = fmin(drawing->x_least, mark->x);
            drawing->x_most = fmax(drawing->x_most, mark->x);
        }
    }
    for (size_t i = 0; i < data->n_steps; i++)
        if (data->steps[i].text == NULL)
            x_most =
                i == 0 ? fabs(data->steps[i].number) : fmax(x_most, fabs(data->steps[i].number));
    drawing->x_scale = iptfs_caption_scale(drawing->x->unit, x_most);
    drawing->y_scale =
        iptfs_caption_scale(drawing->y->unit, fmax(fabs(drawing->y_least), fabs(drawing->y_most)));
}

/* "set ylabel 'delay, mean (ms)'" */
static void write_label(const struct drawing *drawing, const char *which,
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

/* Labels for values with even steps; of many only some. */
static void write_steps(const struct drawing *drawing, const char *axis,
                        const struct iptfs_plot_cell *values, size_t stride, size_t count,
                        struct iptfs_scale scale)
{
    size_t every = 1 + (count - 1) / 24, longest = 0;
    for (size_t i = 0; i < count; i += every) {
        size_t length = strlen(axis_value(&values[i * stride], scale).text);
        longest = length > longest ? length : longest;
    }
    bool crowded = *axis == 'x' && longest * ((count + every - 1) / every) > 70;
    fprintf(drawing->out, "set %stics%s (", axis, crowded ? " rotate by 30 right" : "");
    for (size_t i = 0; i < count; i += every) {
        fputs(i > 0 ? ", " : "", drawing->out);
        iptfs_gnuplot_tic(axis_value(&values[i * stride], scale).text, drawing->out);
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

/* On a logarithmic axis 0 has no place: it stands one step before the smallest value, labelled. */
static void write_log_x(const struct drawing *drawing)
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
    double room = pow(most > left ? most / left : 2.0, 0.04);
    fprintf(drawing->out, "set logscale x\nzero = %.6g\nset xrange [%.6g:%.6g]\n", place,
            left / room, most * room);
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

/* Marks do not touch the frame. */
static void write_linear_x(const struct drawing *drawing)
{
    double least = drawing->x_least, most = drawing->x_most;
    double room = most > least ? 0.03 * (most - least) : most != 0.0 ? 0.1 * fabs(most) : 1.0;
    fprintf(drawing->out, "set xrange [%.6g:%.6g]\n", (least - room) * drawing->x_scale.factor,
            (most + room) * drawing->x_scale.factor);
}

#define LOG_TICS_MAX 90

/* The steps on a logarithmic scale: powers of ten in so many parts, of which some have labels. */
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

/* Where fewer than three powers of ten are in sight, steps between them have labels too: of the
 * coarsest that give three. */
static void write_log_y_tics(double low, double high, FILE *out)
{
    static const char *const kinds[] = {"1", "125", "123456789", ""};
    double tics[LOG_TICS_MAX];
    size_t kind = 0, count = list_log_tics(low, high, kinds[0], tics);
    if (count >= 3)
        return; /* gnuplot's own */
    while (count < 3 && kind < 3)
        count = list_log_tics(low, high, kinds[++kind], tics);
    size_t every = count > 10 ? 1 + count / 10 : 1;
    fputs("set ytics (", out);
    for (size_t i = 0; i < count; i += every)
        fprintf(out, "%s'%.4g' %.6g", i > 0 ? ", " : "", tics[i], tics[i]);
    fputs(")\n", out);
}

/* A scale that begins at 0 shows differences as large as they are, where it costs no detail. */
static void write_y_range(const struct drawing *drawing)
{
    double factor = drawing->y_scale.factor;
    double least = (double)INFINITY;
    if (!drawing->plot->logy) {
        if (drawing->y_least >= 0.0 && drawing->y_least <= 0.6 * drawing->y_most)
            fputs("set yrange [0:*]\n", drawing->out);
        return;
    }
    for (size_t i = 0; i < drawing->data->n_marks; i++) {
        const struct iptfs_plot_mark *mark = &drawing->data->marks[i];
        double low = drawing->plot->kind == IPTFS_PLOT_BOXES ? mark->quartile[0] : mark->mean;
        least = low > 0.0 ? fmin(least, low) : least;
    }
    fputs("set logscale y\n", drawing->out);
    if (isinf(least) || drawing->y_most <= 0.0)
        return;
    double low = least * factor / 1.4, high = drawing->y_most * factor * 1.2;
    fprintf(drawing->out, "set yrange [%.4g:%.4g]\n", low, high);
    write_log_y_tics(low, high, drawing->out);
}

/* ---------------------------------------------------------------------------------------- head */

static void write_title(const struct drawing *drawing)
{
    char y[256], x[256], title[600];
    const struct iptfs_plot *plot = drawing->plot;
    iptfs_caption_name(drawing->y->name, y, sizeof y);
    iptfs_caption_name(drawing->x->name, x, sizeof x);
    if (plot->title.line != 0)
        snprintf(title, sizeof title, "%s", plot->title.text);
    else if (plot->kind == IPTFS_PLOT_CDF)
        snprintf(title, sizeof title, "%s", y);
    else
        snprintf(title, sizeof title, "%s over %s", y, x);
    fputs("set title ", drawing->out);
    iptfs_gnuplot_text(title, drawing->out);
    fputs(" noenhanced\n", drawing->out);
}

/* A line of small letters in the corner below; 1 is the lowest. */
static void write_small(const struct drawing *drawing, int line, const char *text)
{
    if (*text == '\0')
        return;
    fprintf(drawing->out, "if (!dumb) set label %d ", line);
    iptfs_gnuplot_text(text, drawing->out);
    fprintf(drawing->out,
            " at screen 0.99, screen %.3f right noenhanced font ',11' textcolor rgb '#606060'\n",
            0.025 + 0.027 * (line - 1));
}

/* What the marks are, and which could not be drawn. */
static void write_note(const struct drawing *drawing)
{
    char runs[64], note[128] = "", missing[64] = "";
    const struct iptfs_plot_data *data = drawing->data;
    size_t hidden = 0;
    if (data->least_n == data->most_n)
        snprintf(runs, sizeof runs, "%zu", data->most_n);
    else
        snprintf(runs, sizeof runs, "%zu to %zu", data->least_n, data->most_n);
    if (drawing->plot->kind == IPTFS_PLOT_BOXES)
        snprintf(note, sizeof note, "quartiles, least and most of %s runs", runs);
    else if (drawing->plot->kind == IPTFS_PLOT_LINES && data->most_n > 1)
        snprintf(note, sizeof note, "means of %s runs, 95 %% confidence", runs);
    else if (drawing->plot->kind == IPTFS_PLOT_HEATMAP && data->most_n > 1)
        snprintf(note, sizeof note, "means of %s runs", runs);
    for (size_t i = 0; drawing->plot->logy && i < data->n_marks; i++)
        hidden += data->marks[i].mean <= 0.0;
    if (hidden > 0)
        snprintf(missing, sizeof missing, "%zu of 0 not drawn (logarithmic scale)", hidden);
    write_small(drawing, 1, note);
    write_small(drawing, 2, missing);
}

/* What the legend's values are of. */
static void write_key_title(const struct drawing *drawing)
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

static void write_curve_name(const struct drawing *drawing, size_t curve)
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

/* --------------------------------------------------------------------------------------- kinds */

/* The least distance between two marks of a curve. */
static double least_gap(const struct iptfs_plot_data *data)
{
    double gap = (double)INFINITY;
    for (size_t i = 1; i < data->n_marks; i++)
        if (data->marks[i].curve == data->marks[i - 1].curve)
            gap = fmin(gap, fabs(data->marks[i].x - data->marks[i - 1].x));
    return gap;
}

/* Where a curve's marks stand: at their x, and a little beside it when there are several; all of
 * them within half the distance to the next x, so that it is plain which they belong to. */
static void write_place(const struct drawing *drawing, size_t curve)
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

static void write_lines(const struct drawing *drawing)
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
        write_curve_name(drawing, i);
        fputs(i + 1 < data->n_curves ? ", \\\n     " : "\n", drawing->out);
    }
}

static void write_cdf(const struct drawing *drawing)
{
    const struct iptfs_plot_data *data = drawing->data;
    fputs("set yrange [0:1]\nset ytics 0.25\nplot ", drawing->out);
    for (size_t i = 0; i < data->n_curves; i++) {
        fprintf(drawing->out, "data index %zu using ($1 * xunit):2 with steps linestyle %zu title ",
                i, i + 1);
        write_curve_name(drawing, i);
        fputs(i + 1 < data->n_curves ? ", \\\n     " : "\n", drawing->out);
    }
}

/* Boxes of several curves stand beside each other; the median's point is that of the legend. */
static void write_boxes(const struct drawing *drawing)
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
        write_curve_name(drawing, i);
        fputs(i + 1 < data->n_curves ? ", \\\n     " : "\n", drawing->out);
    }
}

static void write_heatmap(const struct drawing *drawing)
{
    const struct iptfs_plot_data *data = drawing->data;
    double factor = drawing->y_scale.factor;
    double low = drawing->y_least * factor, high = drawing->y_most * factor;
    bool labelled = data->n_marks <= CELLS_MAX;
    struct iptfs_plot_text none = {.line = 0};
    fputs("unset grid\nunset key\nunset border\nset tics scale 0\nset style fill solid 1 noborder\n"
          "set cblabel offset 1\n",
          drawing->out);
    write_label(drawing, "cblabel",
                drawing->plot->ylabel.line != 0 ? &drawing->plot->ylabel : &none, drawing->y->name,
                drawing->y_scale.unit);
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

/* ------------------------------------------------------------------------------------ the whole */

static void write_axes(const struct drawing *drawing)
{
    const struct iptfs_plot_data *data = drawing->data;
    const struct iptfs_plot *plot = drawing->plot;
    bool cdf = plot->kind == IPTFS_PLOT_CDF, heatmap = plot->kind == IPTFS_PLOT_HEATMAP;
    write_label(drawing, "xlabel", &plot->xlabel, drawing->x->name, drawing->x_scale.unit);
    if (data->steps != NULL)
        write_steps(drawing, "x", data->steps, 1, data->n_steps, drawing->x_scale);
    else if (plot->logx)
        write_log_x(drawing);
    else
        write_linear_x(drawing);
    if (heatmap) {
        struct iptfs_plot_text none = {.line = 0};
        double most = 0.0;
        for (size_t i = 0; i < data->n_curves; i++)
            most = fmax(most, data->curves[i].text == NULL ? fabs(data->curves[i].number) : 0.0);
        struct iptfs_scale scale = iptfs_caption_scale(drawing->by[0].unit, most);
        write_label(drawing, "ylabel", &none, drawing->by[0].name, scale.unit);
        write_steps(drawing, "y", data->curves, 1, data->n_curves, scale);
        return;
    }
    if (cdf) {
        fputs("set ylabel 'share of runs'\n", drawing->out);
        return;
    }
    write_label(drawing, "ylabel", &plot->ylabel, drawing->y->name, drawing->y_scale.unit);
    write_y_range(drawing);
}

void iptfs_plot_write_script(const struct iptfs_plot_data *data, FILE *out)
{
    static void (*const write_kind[])(const struct drawing *drawing) = {
        [IPTFS_PLOT_LINES] = write_lines,
        [IPTFS_PLOT_HEATMAP] = write_heatmap,
        [IPTFS_PLOT_CDF] = write_cdf,
        [IPTFS_PLOT_BOXES] = write_boxes};
    const struct iptfs_plot_column *columns = data->table.columns;
    struct drawing drawing = {.data = data,
                              .plot = data->plot,
                              .x = &columns[IPTFS_PLOT_X],
                              .y = &columns[IPTFS_PLOT_Y],
                              .by = &columns[IPTFS_PLOT_BY],
                              .out = out};
    measure(&drawing);
    iptfs_gnuplot_begin(data->plot->name, out);
    fprintf(out, "set datafile separator comma\ndata = '%s.csv'\nxunit = %g\nyunit = %g\n",
            data->plot->name, data->steps != NULL ? 1.0 : drawing.x_scale.factor,
            drawing.y_scale.factor);
    write_title(&drawing);
    write_note(&drawing);
    write_key_title(&drawing);
    write_axes(&drawing);
    write_kind[data->plot->kind](&drawing);
    iptfs_gnuplot_end(data->plot->name, out);
}
