/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On and off periods of random length: the keys on, off, periods and shape. */
#ifndef IPTFS_TRAFFIC_PERIODS_H
#define IPTFS_TRAFFIC_PERIODS_H

#include "base/error.h"
#include "traffic/keys.h"

#include <stdint.h>

enum iptfs_periods_distribution {
    IPTFS_PERIODS_EXPONENTIAL,
    IPTFS_PERIODS_PARETO
};

struct iptfs_periods {
    int64_t on_ps; /* means */
    int64_t off_ps;
    enum iptfs_periods_distribution distribution;
    double shape; /* with IPTFS_PERIODS_PARETO, above 1 */
};

extern const struct iptfs_traffic_keys iptfs_keys_periods;

const struct iptfs_periods *iptfs_periods_of(const struct iptfs_traffic_options *options);

/* Refuses on periods so short that drawing those of one gap would not end soon, and a shape with
 * which hardly any run would come near the mean. IPTFS_E_INVALID. */
int iptfs_periods_check(const struct iptfs_traffic_options *options, struct iptfs_error *error);

#endif
