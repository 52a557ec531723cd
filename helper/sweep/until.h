/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sequential stopping: replications are added until the 95 % confidence interval of a mean is
 * narrow enough. The rule depends on the values of the replications and on nothing else, so that a
 * sweep runs the same points for any number of jobs, and after it was interrupted.
 *
 * The interval is looked at several times, and a sample whose deviation is small by chance stops
 * early. So the intervals cover the true mean somewhat less often than they say: see doc/sweeps.md
 * for how often. The number of replications grows by a quarter or more from look to look, which
 * keeps the looks few. */
#ifndef IPTFS_SWEEP_UNTIL_H
#define IPTFS_SWEEP_UNTIL_H

#include <stddef.h>

enum {
    IPTFS_UNTIL_LEAST = 5,     /* fewest replications */
    IPTFS_UNTIL_MOST = 100,    /* most replications where the sweep names neither seeds nor most */
    IPTFS_UNTIL_NAME_MAX = 160 /* of a measure, with its end */
};

/* The keys `until`, `until-min` and `until-max` of [sweep]. */
struct iptfs_sweep_until {
    unsigned line; /* of `until` in the file; 0: not given */
    char measure[IPTFS_UNTIL_NAME_MAX];
    double share; /* the largest half of the interval, as a part of the mean */
    size_t least; /* replications; 0 while the file is read and names none */
    size_t most;
};

enum iptfs_until_state {
    IPTFS_UNTIL_RUNNING,  /* more replications follow */
    IPTFS_UNTIL_REACHED,  /* the interval is narrow enough */
    IPTFS_UNTIL_MISSED,   /* it is not with the most replications */
    IPTFS_UNTIL_ZERO,     /* all values are 0, of which there is no part */
    IPTFS_UNTIL_NO_VALUE, /* a replication has no number for the measure */
    IPTFS_UNTIL_FAILED    /* a replication failed; never by iptfs_until_step */
};

/* How a combination stands after its first replications. */
struct iptfs_until_step {
    enum iptfs_until_state state;
    double mean, half; /* of the interval; NAN without values */
    size_t next;       /* replications to have before the next look; RUNNING only */
};

/* The step after `count` values, until->least to until->most; NAN stands for no number. */
struct iptfs_until_step iptfs_until_step(const struct iptfs_sweep_until *until,
                                         const double *values, size_t count);

/* The state as results name it: "reached", ... Static storage. */
const char *iptfs_until_state_name(enum iptfs_until_state state);

#endif
