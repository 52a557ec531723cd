/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the points that are compared share: their warm-up. With warm-up = auto each of them leaves
 * out the latest cut of all, so that they are measured over the same time. A point finds it by the
 * first runs of all of them: it does not depend on which points have run. */
#ifndef IPTFS_SWEEP_COMPARED_H
#define IPTFS_SWEEP_COMPARED_H

#include "base/error.h"
#include "scenario/scenario.h"
#include "summary/view.h"
#include "sweep/identity.h"
#include "sweep/sweep.h"

#include <stddef.h>

/* The points that comparisons join with this one, directly or by others: itself first, in a new
 * array. IPTFS_E_NO_MEMORY. */
int iptfs_sweep_compared(const struct iptfs_sweep *sweep, size_t index, size_t **points,
                         size_t *count);

/* The warm-up of a point, whose scenario was read: the latest of the compared ones where it is to
 * be found. Errors are those of iptfs_warm_up_find, and IPTFS_E_INVALID when this point ends before
 * that. */
int iptfs_sweep_warm_up(const struct iptfs_sweep *sweep, size_t index,
                        const struct iptfs_scenario *scenario, struct iptfs_warm_up *warm_up,
                        struct iptfs_error *error);

/* As iptfs_sweep_identify, with the compared points where the warm-up is to be found: the result
 * depends on them. */
int iptfs_sweep_identify_point(const struct iptfs_sweep *sweep, size_t index,
                               const struct iptfs_scenario *scenario,
                               struct iptfs_sweep_identity *identity, struct iptfs_error *error);

#endif
