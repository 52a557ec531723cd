/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Brings results to the disk while a sweep runs, so that a power cut costs the work of seconds: all
 * results at a time, since fsync for each point would take as long as some points do. */
#ifndef IPTFS_SWEEP_RESULTS_SYNC_H
#define IPTFS_SWEEP_RESULTS_SYNC_H

#include "base/error.h"

struct iptfs_results_sync {
    int fd;        /* of the folder; -1: it cannot be synced */
    double next_s; /* of iptfs_wall_s */
};

void iptfs_results_sync_begin(struct iptfs_results_sync *sync, const char *directory);

/* Syncs when some seconds have passed, and so seldom that it takes at most a fiftieth of the time.
 */
void iptfs_results_sync_when_due(struct iptfs_results_sync *sync);

/* Syncs a last time, before results are collected. IPTFS_E_IO when results were lost. */
int iptfs_results_sync_end(struct iptfs_results_sync *sync, const char *directory,
                           struct iptfs_error *error);

#endif
