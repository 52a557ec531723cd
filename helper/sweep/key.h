/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of a scenario as a sweep names them, "section.key", and their values as numbers. */
#ifndef IPTFS_SWEEP_KEY_H
#define IPTFS_SWEEP_KEY_H

#include "option/option.h"

#include <stdbool.h>

/* The line and column of seeds, and the key that they set. */
#define IPTFS_SWEEP_SEED "seed"
#define IPTFS_SWEEP_SEED_KEY "scenario.seed"

/* The option that a key "section.key" of a scenario sets; NULL where there is none. */
const struct iptfs_option *iptfs_sweep_option(const char *key);

/* A value of a scenario key as a number: seconds, bits per second, octets, a count, a part of one.
 * False when it is none of these. The unit ("s", "bit/s", "octets", "") in *unit. */
bool iptfs_sweep_number(const char *key, const char *value, double *number, const char **unit);

#endif
