/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of [sweep] for sequential stopping (until.h):
 *   until = 2 % of goodput_bps     the half of the interval, and the measure
 *   until-min = 5                  replications before the first look
 *   until-max = 100                replications at most */
#ifndef IPTFS_SWEEP_UNTIL_KEY_H
#define IPTFS_SWEEP_UNTIL_KEY_H

#include "sweep/axes.h"

/* Reads one of these keys. IPTFS_E_INVALID. */
int iptfs_sweep_read_until(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                           const char *value);

/* When all lines are read: fills in the defaults, and adds an axis of seeds where the sweep has
 * none, or cuts it to the most replications. IPTFS_E_INVALID, IPTFS_E_NO_MEMORY. */
int iptfs_sweep_finish_until(struct iptfs_sweep_reader *reader);

#endif
