/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections [plot.NAME] of a sweep file:
 *
 *   [plot.NAME]
 *   kind = lines                  a name of the table of kinds (kind.h)
 *   x = tunnel.init-delay         a key of the sweep or of the scenario, a value of the summary
 *   y = delay_s.p99               a value of the summary
 *   by = link.loss, case          a curve for each value of these
 *   where = link.rate=2Mbps; ...  only the points that have these values
 *   title = ...
 *   xlabel, ylabel = ...          instead of the captions of x and y
 *   logx, logy = on
 *
 * Whether the keys they name exist is checked by data.h, not here. */
#ifndef IPTFS_PLOT_SECTIONS_H
#define IPTFS_PLOT_SECTIONS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct iptfs_plot_kind;

enum {
    IPTFS_PLOT_NAME_MAX = 40,
    IPTFS_PLOT_TEXT_MAX = 200, /* more than a line of an INI file has */
    IPTFS_PLOT_BY_MAX = 4,
    IPTFS_PLOT_WHERE_MAX = 8
};

struct iptfs_plot_text {
    char text[IPTFS_PLOT_TEXT_MAX];
    unsigned line; /* 0: not given */
};

struct iptfs_plot {
    const char *path; /* of the file, for messages */
    unsigned line;    /* of the section */
    char name[IPTFS_PLOT_NAME_MAX + 1];
    const struct iptfs_plot_kind *kind;
    unsigned kind_line;
    struct iptfs_plot_text x, y, title, xlabel, ylabel;
    struct iptfs_plot_text by[IPTFS_PLOT_BY_MAX];
    size_t n_by;
    struct iptfs_plot_text where_key[IPTFS_PLOT_WHERE_MAX];
    struct iptfs_plot_text where_value[IPTFS_PLOT_WHERE_MAX];
    size_t n_where;
    bool logx, logy;
    unsigned logx_line, logy_line;
};

struct iptfs_plots {
    char *path;
    struct iptfs_plot *plots; /* in the order of the file */
    size_t count;
};

/* Reads the sections [plot.NAME] of a text; there may be none. `path` stands for the file. The
 * caller frees them with iptfs_plots_free. IPTFS_E_INVALID with "FILE:LINE: [plot.NAME] KEY: ...",
 * IPTFS_E_NO_MEMORY. */
int iptfs_plots_parse(struct iptfs_plots *plots, const char *text, const char *path,
                      struct iptfs_error *error);
void iptfs_plots_free(struct iptfs_plots *plots);

/* Fails with "FILE:LINE: [plot.NAME] KEY: " and the rest. */
int iptfs_plot_refuse(const struct iptfs_plot *plot, unsigned line, const char *key,
                      struct iptfs_error *error, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
