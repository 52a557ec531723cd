/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim run`: runs a scenario, writes its files and prints its summary. */
#ifndef IPTFS_RUN_RUN_COMMAND_H
#define IPTFS_RUN_RUN_COMMAND_H

#include "base/error.h"
#include "run/series.h"
#include "text/progress.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum iptfs_output {
    IPTFS_OUTPUT_TEXT,
    IPTFS_OUTPUT_JSON,
    IPTFS_OUTPUT_CSV
};

struct iptfs_run_request {
    const char *scenario_path;
    const char *const *sets; /* "section.key=value" */
    size_t n_sets;
    bool seed_given; /* else the scenario's */
    uint64_t seed;
    uint64_t run;
    const char *out_dir;     /* NULL: out/NAME */
    const char *trace_path;  /* NULL: no trace */
    const char *pcap_prefix; /* NULL: no captures */
    int64_t series_ps;       /* a line of series.csv for each such interval; 0: none */
    /* Called when series.csv is written, to draw it; an error ends the command. NULL: nothing. */
    int (*series_written)(const struct iptfs_series *series, const char *directory,
                          struct iptfs_error *error);
    uint64_t max_output_octets; /* of all files; 0: no limit */
    enum iptfs_output output;
    bool quiet;                            /* print nothing but errors */
    const struct iptfs_progress *progress; /* may be NULL */
};

/* Runs the scenario, writes summary.json, summary.csv, the trace, captures and the series, and
 * prints the summary to `out`. On an error no file is written. Returns 0 or a negative code with a
 * line of text: IPTFS_E_INVALID and IPTFS_E_IO for what the user can correct; IPTFS_E_STOPPED when
 * a circuit breaker stopped the tunnel, IPTFS_E_INTERRUPTED when a signal came
 * (files/interrupt.h): then all files are written, of an interrupted run up to that time; none when
 * that was within its warm-up. */
int iptfs_run_command(const struct iptfs_run_request *request, FILE *out,
                      struct iptfs_error *error);

#endif
