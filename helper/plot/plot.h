/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plots of a sweep: `iptfs-sim plot`, and what `iptfs-sim sweep` draws when it is done. The
 * sections [plot.NAME] (sections.h) are those of DIR/sweep.ini, a copy of the sweep's file, so that
 * DIR is sufficient to draw again. */
#ifndef IPTFS_PLOT_H
#define IPTFS_PLOT_H

#include "base/error.h"
#include "sweep/sweep.h"
#include "text/progress.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct iptfs_plot_request {
    const char *directory;
    const char *path; /* a file with sections [plot.NAME]; NULL: DIR/sweep.ini */
    const char *const *names;
    size_t n_names; /* 0: all plots */
    bool terminal;  /* draw with letters to `out`, write no files */
    bool quiet;     /* do not print what was written */
    bool may_be_none;
    const struct iptfs_progress *progress; /* may be NULL */
};

/* Checks the [plot.NAME] sections of a sweep before any of its points runs: runs of 1 ps show which
 * values the summaries have. IPTFS_E_INVALID with "FILE:LINE: [plot.NAME] KEY: ...". */
int iptfs_plot_check(const struct iptfs_sweep *sweep, struct iptfs_error *error);

/* Draws plots from DIR/results.db into DIR/plots: NAME.svg, NAME.png, NAME.gp (the gnuplot script)
 * and NAME.csv (its data). After a plot that fails the others are still drawn; the first error is
 * returned, further ones are messages. IPTFS_E_INVALID, IPTFS_E_IO (no results; gnuplot missing;
 * not writable). */
int iptfs_plot_command(const struct iptfs_plot_request *request, FILE *out,
                       struct iptfs_error *error);

/* Removes the files of the plots that DIR/sweep.ini has and `text` does not have, before `text`
 * replaces it. Other files in DIR/plots stay. IPTFS_E_IO, IPTFS_E_NO_MEMORY. */
int iptfs_plot_remove_old(const char *directory, const char *text, struct iptfs_error *error);

#endif
