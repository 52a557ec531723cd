/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws the load of a run anew, with other random numbers, as the reference of what it leaks. */
#ifndef IPTFS_RUN_REDRAW_H
#define IPTFS_RUN_REDRAW_H

#include "run/sources.h"
#include "stats/leak.h"

#include <stdbool.h>

/* Whether the load of a direction can be drawn anew: it does not depend on what the tunnel does (as
 * ns-3's applications and saturate do), and is not read from a capture. */
bool iptfs_redraw_possible(const struct iptfs_direction_traffic *traffic);

/* The `draw` of struct iptfs_leak_reference; ctx is a struct iptfs_direction_traffic. */
int iptfs_redraw(void *ctx, unsigned number, const struct iptfs_leak *leak, double *load);

#endif
