/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an observer of the outer packets sees of a run in which one class of traffic runs: its
 * features (run/features.h), for `attack`. */
#ifndef IPTFS_RUN_OBSERVATION_H
#define IPTFS_RUN_OBSERVATION_H

#include "run/features.h"
#include "run/run.h"

#include <jansson.h>

/* Must not move in memory while the run lasts. All zero: observes nothing. */
struct iptfs_observation {
    struct iptfs_seen_packets seen;
    struct iptfs_observer observers[IPTFS_DIRECTIONS];
};

/* Observes the outer packets of a run, which was just built. */
void iptfs_observation_start(struct iptfs_observation *observation, struct iptfs_run *run);

/* Adds "observed": [features] to the summary of the run, which is finished. The observer sees what
 * is measured: nothing of the warm-up. Without memory the summary is released and NULL. */
void iptfs_observation_report(struct iptfs_observation *observation,
                              const struct iptfs_summary_view *view, json_t **summary);

void iptfs_observation_free(struct iptfs_observation *observation);

#endif
