/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run over time: rates, queues and windows of each interval, as CSV. */
#ifndef IPTFS_RUN_SERIES_H
#define IPTFS_RUN_SERIES_H

#include "base/error.h"
#include "files/outfile.h"
#include "summary/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iptfs_summary_row;

struct iptfs_series_column {
    const struct iptfs_summary_row *row;
    enum iptfs_direction direction;
    bool of_flow;
    size_t flow; /* index of its traffic section */
    char name[80];
    double before; /* what the getter returned at the end of the interval before */
};

/* The series of one run. */
struct iptfs_series {
    const struct iptfs_scenario *scenario;
    struct iptfs_series_column *columns;
    size_t count;
    int64_t last_ps; /* the end of the interval written last */
    struct iptfs_outfile csv;
};

/* Opens DIRECTORY/series.csv. IPTFS_E_IO, IPTFS_E_NO_MEMORY. Whatever the outcome the series is
 * freed with iptfs_series_free. */
int iptfs_series_open(struct iptfs_series *series, const char *directory,
                      struct iptfs_error *error);

/* Writes the head for a run at time 0, whose scenario must outlive the series. The columns are the
 * rows of the summary that have a series getter. IPTFS_E_NO_MEMORY. */
int iptfs_series_begin(struct iptfs_series *series, const struct iptfs_summary_view *view);

/* Writes a line for the interval from the previous sample (or 0) to the time of the view. */
void iptfs_series_sample(struct iptfs_series *series, const struct iptfs_summary_view *view);

/* Renames the file to its name. IPTFS_E_IO. */
int iptfs_series_commit(struct iptfs_series *series, struct iptfs_error *error);

/* Frees the series; a file that was not committed is removed. An all-zero one is allowed. */
void iptfs_series_free(struct iptfs_series *series);

#endif
