/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times with a value each: "2s 1400, 5s 1500"; "none" is an empty list. Times rise. Those of a new
 * MTU or rate are above 0; a blackout begins after the one before has ended. The kinds that fill
 * such lists are iptfs_kind_mtus, iptfs_kind_rates and iptfs_kind_blackouts. */
#ifndef IPTFS_OPTION_TIMED_H
#define IPTFS_OPTION_TIMED_H

#include "base/units.h"

#include <stdint.h>

enum {
    IPTFS_TIMED_MAX = 16
};

struct iptfs_timed_list {
    uint64_t count;
    struct iptfs_timed item[IPTFS_TIMED_MAX]; /* those not used are 0 */
};

#endif
