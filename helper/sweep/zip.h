/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys in [sweep] that move together: "zip = KEY, KEY". */
#ifndef IPTFS_SWEEP_ZIP_H
#define IPTFS_SWEEP_ZIP_H

#include "sweep/axes.h"

/* Joins the axes of the keys of a line "zip = KEYS", step by step. All keys must be known.
 * IPTFS_E_INVALID, IPTFS_E_NO_MEMORY. */
int iptfs_sweep_zip(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                    const char *keys);

#endif
