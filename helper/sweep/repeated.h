/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that are the same though they may be written in two ways: 1% and 0.01, 1500 and 1.5kB.
 * Their points would be the same run, and count as replications in means and intervals. */
#ifndef IPTFS_SWEEP_REPEATED_H
#define IPTFS_SWEEP_REPEATED_H

#include "sweep/axes.h"

/* Refuses a value that a line has twice. IPTFS_E_INVALID, IPTFS_E_NO_MEMORY. */
int iptfs_sweep_check_values(struct iptfs_sweep_reader *reader,
                             const struct iptfs_sweep_track *track);

/* Refuses two cases that set the same values. IPTFS_E_INVALID, IPTFS_E_NO_MEMORY. */
int iptfs_sweep_check_cases(struct iptfs_sweep_reader *reader,
                            const struct iptfs_sweep_track *track);

#endif
