/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The identity of a point: a hash of everything that determines its result. */
#ifndef IPTFS_SWEEP_IDENTITY_H
#define IPTFS_SWEEP_IDENTITY_H

#include "base/error.h"
#include "scenario/scenario.h"
#include "text/quantity.h"

/* A hash of all values of a scenario, defaults included, of the contents of the files it names, and
 * of the program's version. The description does not count. Sixteen digits. IPTFS_E_IO,
 * IPTFS_E_NO_MEMORY. */
int iptfs_sweep_id(const struct iptfs_scenario *scenario, struct iptfs_text *id,
                   struct iptfs_error *error);

#endif
