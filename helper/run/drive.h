/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drives a run to its end: in slices of time, between which its progress is reported, its output
 * checked and its series sampled. */
#ifndef IPTFS_RUN_DRIVE_H
#define IPTFS_RUN_DRIVE_H

#include "base/error.h"
#include "run/output.h"
#include "run/run.h"
#include "text/progress.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_run_drive {
    struct iptfs_run *run;
    struct iptfs_run_output *output;
    const struct iptfs_progress *progress; /* may be NULL */
    bool quiet;                            /* say nothing of what is ahead */
    int64_t series_ps;                     /* interval of the samples; 0: none */
    int64_t now_ps;                        /* how far the run has come; starts at 0 */
    /* private */
    double start_s;
    int64_t slice_ps;
    bool announced; /* what is ahead */
};

/* Runs until the duration of the scenario, or until a signal has come (files/interrupt.h): then the
 * run is interrupted, and its series ends with the last whole interval; IPTFS_E_INTERRUPTED when
 * that was within the warm-up, so that there is nothing to report. A slice takes a fraction of
 * a second, and slices change nothing in the run. When much is ahead, a message says how much,
 * once. Errors are those of the run, and IPTFS_E_IO as soon as its output cannot be written or
 * reaches its limit. */
int iptfs_run_drive(struct iptfs_run_drive *drive, struct iptfs_error *error);

#endif
