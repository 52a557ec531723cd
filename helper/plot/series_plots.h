/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plots of a run over time. */
#ifndef IPTFS_PLOT_SERIES_PLOTS_H
#define IPTFS_PLOT_SERIES_PLOTS_H

#include "base/error.h"
#include "run/series.h"

/* Draws DIRECTORY/series-rates, and series-wait and series-cwnd where the series has columns for
 * them: .svg, .png and the .gp they are made by. After iptfs_series_commit. IPTFS_E_IO. */
int iptfs_series_plots(const struct iptfs_series *series, const char *directory,
                       struct iptfs_error *error);

#endif
