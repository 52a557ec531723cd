/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which part of a run is its warm-up. With warm-up = auto the run is done twice: once to observe
 * the series that has to settle, and once, with the same random numbers, to measure what is after
 * the cut. That costs the double time, and needs no memory of all that happened. */
#ifndef IPTFS_RUN_WARM_UP_H
#define IPTFS_RUN_WARM_UP_H

#include "base/error.h"
#include "run/run.h"
#include "scenario/scenario.h"
#include "summary/view.h"
#include "text/progress.h"

#include <stdint.h>

/* Sets *warm_up: the time that the scenario gives, or, with warm-up = auto, what MSER-5 finds
 * (stats/mser.h): the cut, or half of the run when it is too short. `run` is used for that run, and
 * is freed; `progress` may be NULL. Errors are those of a run, IPTFS_E_INVALID when there is no
 * such series, IPTFS_E_INTERRUPTED when a signal has come (files/interrupt.h). */
int iptfs_warm_up_find(struct iptfs_run *run, const struct iptfs_scenario *scenario, uint64_t seed,
                       uint64_t number, const struct iptfs_progress *progress,
                       struct iptfs_warm_up *warm_up, struct iptfs_error *error);

#endif
