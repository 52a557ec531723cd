/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Named alternatives in [sweep], each a set of values: "case.NAME = key=value; key=value". */
#ifndef IPTFS_SWEEP_CASES_H
#define IPTFS_SWEEP_CASES_H

#include "sweep/axes.h"

#define IPTFS_SWEEP_CASE_PREFIX "case."

/* Adds the values of a line "case.NAME = VALUE" to the case of that name. A long case may take
 * several lines. IPTFS_E_INVALID, IPTFS_E_NO_MEMORY. */
int iptfs_sweep_add_case(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                         const char *value);

#endif
