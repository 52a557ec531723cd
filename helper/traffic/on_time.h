/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A clock that runs in on periods and stands still in off periods, both of random length. */
#ifndef IPTFS_TRAFFIC_ON_TIME_H
#define IPTFS_TRAFFIC_ON_TIME_H

#include "base/random.h"
#include "traffic/periods.h"

#include <stdbool.h>
#include <stdint.h>

/* The lengths of on and off periods come from a stream each. */
struct iptfs_on_time {
    struct iptfs_periods periods;
    bool equilibrium; /* see iptfs_on_time_start */
    struct iptfs_random *on;
    struct iptfs_random *off;
    int64_t on_left_ps; /* rest of the current on period */
};

/* Starts the clock: it runs with the probability on / (on + off). With `equilibrium` the rest of
 * the first period has the distribution of the rest of a period that is met at a random time, else
 * the first period begins now; for exponential periods that is the same. The other fields are set.
 * Returns how long the clock stands still first; 0: it runs. */
int64_t iptfs_on_time_start(struct iptfs_on_time *clock, struct iptfs_random *phase);

/* The time at which `on_ps` of on time have passed since at_ps, at which the clock runs; or a time
 * at or after stop_ps. */
int64_t iptfs_on_time_after(struct iptfs_on_time *clock, int64_t at_ps, int64_t on_ps,
                            int64_t stop_ps);

/* Frees both streams. An all-zero clock is allowed. */
void iptfs_on_time_release(struct iptfs_on_time *clock);

#endif
