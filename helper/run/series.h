/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run over time: rates, queues and windows, interval by interval, as CSV and as pictures. */
#ifndef IPTFS_RUN_SERIES_H
#define IPTFS_RUN_SERIES_H

#include "base/error.h"
#include "files/outfile.h"
#include "summary/results.h"

#include <stddef.h>
#include <stdint.h>

struct iptfs_series_column;

/* The series of one run. */
struct iptfs_series {
    struct iptfs_results results; /* where everything is */
    struct iptfs_series_column *columns;
    size_t count;
    int64_t last_ps; /* the end of the interval written last */
    struct iptfs_outfile csv;
};

/* Opens DIRECTORY/series.csv. IPTFS_E_IO, IPTFS_E_NO_MEMORY. Whatever the outcome the series is
 * freed with iptfs_series_free. */
int iptfs_series_open(struct iptfs_series *series, const char *directory,
                      struct iptfs_error *error);

/* Writes the head, at time 0, for the tunnels and hosts that the results refer to: they change from
 * then on, and must outlive the series. IPTFS_E_NO_MEMORY. */
int iptfs_series_begin(struct iptfs_series *series, const struct iptfs_results *results);

/* Writes a line for the interval that ends now, after the one before. */
void iptfs_series_sample(struct iptfs_series *series, int64_t now_ps);

/* Gives the file its name. IPTFS_E_IO. */
int iptfs_series_commit(struct iptfs_series *series, struct iptfs_error *error);

/* Draws DIRECTORY/series-rates, and series-wait and series-cwnd where there is something to draw:
 * .svg, .png and the .gp they are made by. After iptfs_series_commit. IPTFS_E_IO. */
int iptfs_series_draw(const struct iptfs_series *series, const char *directory,
                      struct iptfs_error *error);

/* Frees the series; a file that was not committed is gone. An all-zero one is allowed. */
void iptfs_series_free(struct iptfs_series *series);

#endif
