/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The progress bar on standard error, and messages there while a command runs. */
#ifndef IPTFS_CLI_PROGRESS_BAR_H
#define IPTFS_CLI_PROGRESS_BAR_H

#include "text/progress.h"

#include <stdbool.h>

struct iptfs_progress_bar {
    bool drawn;
    double start_s; /* when the work began */
    double next_s;  /* when the bar may be drawn again */
    char note[128]; /* behind the rest */
};

/* Starts the clock of a bar and returns what a command hands to its work; refers to the bar. The
 * bar is drawn after the first second, if it is wanted and standard error is a terminal. A message
 * becomes a line on standard error in either case, and erases the bar before. */
struct iptfs_progress iptfs_progress_bar_start(struct iptfs_progress_bar *bar, bool wanted);

#endif
