/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A progress bar on standard error, when that is a terminal; else nothing. */
#ifndef IPTFS_FILES_PROGRESS_H
#define IPTFS_FILES_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct iptfs_progress {
    bool on;
    bool drawn;
    double begun_s;
    double next_s; /* when it is drawn again */
};

/* Seconds of a clock that only goes forward. */
double iptfs_wall_s(void);

/* Begins to count the time. Nothing is drawn within the first second, or when not `wanted`. */
void iptfs_progress_begin(struct iptfs_progress *progress, bool wanted);

/* Draws how far it is, but not more often than a terminal needs. `what` is the plural of the thing
 * counted. */
void iptfs_progress_show(struct iptfs_progress *progress, size_t done, size_t all,
                         const char *what);

/* Wipes the bar; to be called before anything else is written to standard error. */
void iptfs_progress_wipe(struct iptfs_progress *progress);

#endif
