/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gnuplot script of a plot: NAME.gp. */
#ifndef IPTFS_PLOT_GNUPLOT_SCRIPT_H
#define IPTFS_PLOT_GNUPLOT_SCRIPT_H

#include "plot/data.h"

#include <stdio.h>

/* Writes the script that draws the data in `file`, NAME.csv or a path without quotes. */
void iptfs_plot_write_script(const struct iptfs_plot_data *data, const char *file, FILE *out);

#endif
