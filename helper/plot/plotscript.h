/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plot as files: its data as CSV, and the gnuplot script that draws them. */
#ifndef IPTFS_PLOTSCRIPT_H
#define IPTFS_PLOTSCRIPT_H

#include "plot/plotdata.h"

#include <stdio.h>

/* Writes the data in the units of results.db, with comments that name columns and units. Curves are
 * divided by two empty lines, as gnuplot's `index` counts them. */
void iptfs_plot_write_csv(const struct iptfs_plot_data *data, FILE *out);

/* Writes the script that draws NAME.csv beside it. */
void iptfs_plot_write_script(const struct iptfs_plot_data *data, FILE *out);

#endif
