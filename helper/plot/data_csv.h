/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data of a plot as CSV: NAME.csv. */
#ifndef IPTFS_PLOT_DATA_CSV_H
#define IPTFS_PLOT_DATA_CSV_H

#include "plot/data.h"

#include <stdio.h>

/* Writes the data in the units of results.db, with comments that name columns and units. Curves are
 * divided by two empty lines, as gnuplot's `index` counts them. */
void iptfs_plot_write_csv(const struct iptfs_plot_data *data, FILE *out);

#endif
