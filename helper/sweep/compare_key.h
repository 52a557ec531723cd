/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of [sweep] that name two cases, or two values of a line, to compare:
 *   compare = case.a, case.b
 *   compare = tunnel.init-delay: 0, 2ms
 * Points are compared in pairs that have the same seed and the same values otherwise
 * (comparison.h). */
#ifndef IPTFS_SWEEP_COMPARE_KEY_H
#define IPTFS_SWEEP_COMPARE_KEY_H

#include "sweep/axes.h"

/* Reads such a line, when the axes of the sweep are complete. IPTFS_E_INVALID, IPTFS_E_NO_MEMORY.
 */
int iptfs_sweep_read_compare(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                             const char *value);

#endif
