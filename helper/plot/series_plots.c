/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/series_plots.h"

#include "plot/gnuplot.h"
#include "summary/row.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A plot of all columns that name it, divided by what makes its unit. */
struct plot {
    const char *name;
    const char *label;
    const char *divisor;
};

static const struct plot plots[IPTFS_SERIES_PLOTS] = {
    [IPTFS_SERIES_PLOT_RATES] = {"series-rates", "rate (Mb/s)", "1e6"},
    [IPTFS_SERIES_PLOT_WAIT] = {"series-wait", "wait before the link (ms)", "1e-3"},
    [IPTFS_SERIES_PLOT_CWND] = {"series-cwnd", "congestion windows, all flows of a section (kB)",
                                "1e3"},
};

/* "inside goodput" of flows.inside.goodput_bps: the unit stands at the axis. */
static void write_title(const char *name, FILE *out)
{
    char title[sizeof((struct iptfs_column *)NULL)->name];
    bool flow = strncmp(name, "flows.", strlen("flows.")) == 0;
    snprintf(title, sizeof title, "%s", flow ? name + strlen("flows.") : name);
    char *quantity = strrchr(title, '.');
    *quantity = ' ';
    *strrchr(quantity, '_') = '\0';
    iptfs_gnuplot_text(title, out);
}

static void write_script(const struct iptfs_series *series, enum iptfs_series_plot which, FILE *out)
{
    const struct plot *plot = &plots[which];
    unsigned style = 0;
    iptfs_gnuplot_begin(plot->name, out);
    fputs("set title ", out);
    iptfs_gnuplot_text(series->scenario->name, out);
    fprintf(out, " noenhanced\nset xlabel 'time (s)'\nset ylabel '%s'\nset yrange [0:*]\n",
            plot->label);
    fputs("set datafile separator comma\nplot", out);
    for (size_t i = 0; i < series->count; i++) {
        if (series->columns[i].row->series.plot != which)
            continue;
        fprintf(out,
                "%s \\\n    'series.csv' skip 1 using 1:($%zu/%s) with lines linestyle %u "
                "title ",
                style > 0 ? "," : "", i + 2, plot->divisor, style % IPTFS_GNUPLOT_STYLES + 1);
        write_title(series->columns[i].name, out);
        style++;
    }
    fputc('\n', out);
    iptfs_gnuplot_end(plot->name, out);
}

static bool has_columns(const struct iptfs_series *series, enum iptfs_series_plot which)
{
    for (size_t i = 0; i < series->count; i++)
        if (series->columns[i].row->series.plot == which)
            return true;
    return false;
}

static int draw(const struct iptfs_series *series, enum iptfs_series_plot which,
                const char *directory, struct iptfs_error *error)
{
    struct iptfs_outfile script = {0};
    char name[32];
    snprintf(name, sizeof name, "%s.gp", plots[which].name);
    int code = iptfs_outfile_open_in(&script, directory, name, error);
    if (code != IPTFS_OK)
        return code;
    write_script(series, which, script.file);
    code = iptfs_outfile_commit(&script, error);
    return code == IPTFS_OK ? iptfs_gnuplot_draw(directory, plots[which].name, error) : code;
}

int iptfs_series_plots(const struct iptfs_series *series, const char *directory,
                       struct iptfs_error *error)
{
    int code = IPTFS_OK;
    for (int i = IPTFS_SERIES_PLOT_NONE + 1; i < IPTFS_SERIES_PLOTS && code == IPTFS_OK; i++)
        if (has_columns(series, (enum iptfs_series_plot)i))
            code = draw(series, (enum iptfs_series_plot)i, directory, error);
    return code;
}
