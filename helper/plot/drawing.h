/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of writing one gnuplot script, and the parts that several kinds share. */
#ifndef IPTFS_PLOT_DRAWING_H
#define IPTFS_PLOT_DRAWING_H

#include "plot/caption.h"
#include "plot/data.h"
#include "plot/sections.h"

#include <stddef.h>
#include <stdio.h>

struct iptfs_plot_drawing {
    const struct iptfs_plot_data *data;
    const struct iptfs_plot *plot;
    const struct iptfs_plot_column *x, *y, *by; /* `by` is the first of them */
    struct iptfs_scale x_scale, y_scale;
    double y_least, y_most; /* over all marks, with their intervals */
    double x_least, x_most; /* over all marks; on a logarithmic axis those above 0 */
    FILE *out;
};

/* Finds the ranges and scales of all marks. */
void iptfs_plot_measure(struct iptfs_plot_drawing *drawing);

/* Writes "set WHICH 'delay, mean (ms)'": the text of the section, else the caption of the key. */
void iptfs_plot_write_label(const struct iptfs_plot_drawing *drawing, const char *which,
                            const struct iptfs_plot_text *given, const char *key, const char *unit);

/* Writes labels for the values of an axis ("x", "y") with even steps; of many only some. */
void iptfs_plot_write_steps(const struct iptfs_plot_drawing *drawing, const char *axis,
                            const struct iptfs_plot_cell *values, size_t count,
                            struct iptfs_scale scale);

/* Writes label, range and tics of the x axis. */
void iptfs_plot_write_x_axis(const struct iptfs_plot_drawing *drawing);

/* The same of a y axis that shows y, for struct iptfs_plot_kind. */
void iptfs_plot_write_y_axis(const struct iptfs_plot_drawing *drawing);

/* Writes the name of a curve in quotes: its values of `by`. */
void iptfs_plot_write_curve_name(const struct iptfs_plot_drawing *drawing, size_t curve);

#endif
