/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time, rates and sizes: int64 picoseconds, bits per second, octets. */
#ifndef IPTFS_BASE_UNITS_H
#define IPTFS_BASE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

/* No time: a timer that is not running, an arrival that never occurs. Later than any real time. */
#define IPTFS_NEVER INT64_MAX

#define IPTFS_PS_PER_NS INT64_C(1000)
#define IPTFS_PS_PER_US INT64_C(1000000)
#define IPTFS_PS_PER_MS INT64_C(1000000000)
#define IPTFS_PS_PER_S INT64_C(1000000000000)

/* The latest time a simulation may reach (1000 hours): far enough from the end of int64 that a
 * sum of two such times cannot overflow. */
#define IPTFS_TIME_MAX_PS (INT64_C(3600000) * IPTFS_PS_PER_S)

/* The earlier of two times. */
static inline int64_t iptfs_earlier(int64_t a_ps, int64_t b_ps)
{
    return a_ps < b_ps ? a_ps : b_ps;
}

/* The later of two times. */
static inline int64_t iptfs_later(int64_t a_ps, int64_t b_ps)
{
    return a_ps > b_ps ? a_ps : b_ps;
}

/* Time `from_ps` + `span_ps`, IPTFS_NEVER when either is IPTFS_NEVER or the sum does not fit. */
static inline int64_t iptfs_time_after(int64_t from_ps, int64_t span_ps)
{
    int64_t sum_ps;
    if (from_ps == IPTFS_NEVER || span_ps == IPTFS_NEVER ||
        __builtin_add_overflow(from_ps, span_ps, &sum_ps))
        return IPTFS_NEVER;
    return sum_ps;
}

/* Time that `octets` (below 2^58) take at `rate_bps`, rounded to the picosecond as ns-3's DataRate
 * does, so that a link of ours and one of ns-3's deliver at the same time; at most
 * IPTFS_TIME_MAX_PS. A rate of 0 stands for "no limit" and takes no time. */
int64_t iptfs_tx_time_ps(uint64_t octets, uint64_t rate_bps);

/* A value that holds from a time on: a rate, an MTU, the length of a period. */
struct iptfs_timed {
    int64_t at_ps;
    uint64_t value;
};

/* Seconds as a floating-point number, for output only: never computed with. */
double iptfs_seconds(int64_t span_ps);

#endif
