/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run over time: rates, queues and windows of each interval, as CSV. */
#ifndef IPTFS_RUN_SERIES_H
#define IPTFS_RUN_SERIES_H

#include "base/error.h"
#include "files/outfile.h"
#include "run/columns.h"
#include "summary/view.h"

#include <stddef.h>
#include <stdint.h>

/* The series of one run. */
struct iptfs_series {
    const struct iptfs_scenario *scenario;
    struct iptfs_column *columns;
    size_t count;
    int64_t last_ps; /* the end of the interval written last */
    struct iptfs_outfile csv;
};

/* Opens DIRECTORY/series.csv. IPTFS_E_IO, IPTFS_E_NO_MEMORY. Whatever the outcome the series is
 * freed with iptfs_series_free. */
int iptfs_series_open(struct iptfs_series *series, const char *directory,
                      struct iptfs_error *error);

/* Writes the head for a run at time 0, whose scenario must outlive the series. IPTFS_E_NO_MEMORY.
 */
int iptfs_series_begin(struct iptfs_series *series, const struct iptfs_summary_view *view);

/* Writes a line for the interval from the previous sample (or 0) to the time of the view, which is
 * of the whole run. */
void iptfs_series_sample(struct iptfs_series *series, const struct iptfs_summary_view *view);

/* Renames the file to its name. IPTFS_E_IO. */
int iptfs_series_commit(struct iptfs_series *series, struct iptfs_error *error);

/* Frees the series; a file that was not committed is removed. An all-zero one is allowed. */
void iptfs_series_free(struct iptfs_series *series);

#endif
