/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of [sweep] that are not keys of a scenario: a row for each. The reader, its errors,
 * `iptfs-sim list sweep` and the documentation are made from the table. */
#ifndef IPTFS_SWEEP_OWN_KEYS_H
#define IPTFS_SWEEP_OWN_KEYS_H

#include "sweep/axes.h"

#include <stddef.h>

/* When a line is read: those of a stage need all lines of the stages before. */
enum iptfs_sweep_stage {
    IPTFS_SWEEP_STAGE_AXES,
    IPTFS_SWEEP_STAGE_ZIPS,
    IPTFS_SWEEP_STAGE_COMPARE
};

struct iptfs_sweep_own_key {
    const char *name; /* one that ends with '.' is the beginning of a family of keys */
    const char *form; /* as users write the key */
    const char *meaning;
    enum iptfs_sweep_stage stage;
    int (*read)(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                const char *value);
};

/* The rows in their order; NULL behind the last. */
const struct iptfs_sweep_own_key *iptfs_sweep_own_key_at(size_t index);

/* The row of a key of the file; NULL for a key of a scenario, and an unknown one. */
const struct iptfs_sweep_own_key *iptfs_sweep_own_key_find(const char *key);

#endif
