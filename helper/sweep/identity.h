/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The identity of a point: a hash of everything that determines its result. */
#ifndef IPTFS_SWEEP_IDENTITY_H
#define IPTFS_SWEEP_IDENTITY_H

#include "base/error.h"
#include "scenario/scenario.h"
#include "text/quantity.h"

#include <stdint.h>

/* A hash of all values of a scenario, defaults included, of the contents of the files it names, and
 * of the program's version. The description does not count. Sixteen digits. IPTFS_E_IO,
 * IPTFS_E_NO_MEMORY. */
int iptfs_sweep_id(const struct iptfs_scenario *scenario, struct iptfs_text *id,
                   struct iptfs_error *error);

/* The hash of all but the seed, for points that differ only in it. */
struct iptfs_sweep_identity {
    uint64_t hash;
};

/* Errors as above. */
int iptfs_sweep_identify(const struct iptfs_scenario *scenario,
                         struct iptfs_sweep_identity *identity, struct iptfs_error *error);

/* The id of the scenario with this seed. */
struct iptfs_text iptfs_sweep_id_of_seed(const struct iptfs_sweep_identity *identity,
                                         uint64_t seed);

#endif
