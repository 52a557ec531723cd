/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On-off traffic: cbr while on, silent while off, and the lengths of both random. */
#ifndef IPTFS_TRAFFIC_ONOFF_H
#define IPTFS_TRAFFIC_ONOFF_H

#include "traffic/flow.h"

/* Makes a flow on-off traffic. Its cbr knows on time alone: packet n is due when the on periods add
 * up to n packets' time, so that the long-run rate is exactly rate * on / (on + off) and short
 * periods may stay empty. It begins on with the probability on / (on + off), at the beginning of a
 * period; for exponential periods that makes it stationary from the start. Lengths of on and off
 * come from streams of their own. IPTFS_E_NO_MEMORY. */
int iptfs_onoff_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                      struct iptfs_error *error);

#endif
