/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of values in [sweep]: a list of values and ranges, "0, 1 .. 3, log(5, 50, 3)".
 *
 *   256, 576, 1500       values; with '|' between them where they hold commas
 *   0 : 5% : 0.5%        from : to : step, both ends included
 *   log(1ms, 100ms, 5)   five values with equal ratios, four digits each
 *   0 .. 16              whole numbers */
#ifndef IPTFS_SWEEP_VALUES_H
#define IPTFS_SWEEP_VALUES_H

#include "sweep/axes.h"

/* Adds an axis with the values of the line "KEY = VALUE". IPTFS_E_INVALID, IPTFS_E_NO_MEMORY. */
int iptfs_sweep_add_values(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                           const char *value);

#endif
