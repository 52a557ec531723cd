/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sink measures of delivered packets: how many, how long, and how late.
 *
 * Delays go into a histogram of our own. GSL offers the P-square estimate, whose result depends on
 * the order of arrival, which has no bound on its error, and which moves five markers with several
 * divisions for each packet and each quantile; its exact quantiles need all samples kept and
 * sorted. HDR histogram libraries would do, but are not in Debian 12. The code is a shift and an
 * increment, so it is written here. */
#ifndef IPTFS_STATS_DELAYS_H
#define IPTFS_STATS_DELAYS_H

#include <stdint.h>

__extension__ typedef unsigned __int128 iptfs_uint128;

/* A distribution of delays. Mean, least and greatest are exact; a quantile is off by 1/1024 of its
 * value at most. Owned by the caller; fields are read only. */
struct iptfs_delays {
    uint64_t count;
    uint64_t out_of_range; /* negative or beyond IPTFS_TIME_MAX_PS: not counted elsewhere, and an
                              internal error when it is not 0 */
    int64_t min_ps;        /* IPTFS_NEVER when there is none */
    int64_t max_ps;        /* -1 when there is none */
    iptfs_uint128 sum_ps;
    uint64_t *bins;
};

/* Takes all the memory there will ever be (216 KiB, of which only touched pages become real).
 * Returns 0 or IPTFS_E_NO_MEMORY. */
int iptfs_delays_init(struct iptfs_delays *delays);
void iptfs_delays_free(struct iptfs_delays *delays);

/* Removes all delays. */
void iptfs_delays_clear(struct iptfs_delays *delays);

/* Adds one delay, 0 to IPTFS_TIME_MAX_PS; others only count as out_of_range. */
void iptfs_delays_add(struct iptfs_delays *delays, int64_t delay_ps);

/* Adds all delays of `from`, as if each had been added separately. */
void iptfs_delays_merge(struct iptfs_delays *delays, const struct iptfs_delays *from);

/* Mean delay; 0 when there is none. */
double iptfs_delays_mean_ps(const struct iptfs_delays *delays);

/* The p-quantile: the smallest delay that at least p of all delays do not exceed, that is, number
 * ceil(p * count) of them in order. Off by 1/1024 of itself at most, never outside [min, max],
 * exact for p = 0, p = 1 and delays below 1024 ps; 0 when there is none. */
int64_t iptfs_delays_quantile_ps(const struct iptfs_delays *delays, double p);

/* What some of `whole` packets waited, while the others did not: the quantile, and the mean, over
 * all, as if a delay of 0 had been added for each that is not among these delays. */
int64_t iptfs_delays_quantile_among_ps(const struct iptfs_delays *delays, uint64_t whole, double p);
double iptfs_delays_mean_among_ps(const struct iptfs_delays *delays, uint64_t whole);

/* Delivered packets, of a flow or of all. */
struct iptfs_measure {
    uint64_t octets;
    int64_t last_ps;             /* delay of the packet added last */
    iptfs_uint128 difference_ps; /* sum of the differences between successive delays */
    struct iptfs_delays delays;  /* its count is that of the packets */
};

/* Returns 0 or IPTFS_E_NO_MEMORY. */
int iptfs_measure_init(struct iptfs_measure *measure);
void iptfs_measure_free(struct iptfs_measure *measure);

/* Adds the packets of another measurement, without jitter between the two. */
void iptfs_measure_merge(struct iptfs_measure *measure, const struct iptfs_measure *from);

/* Removes all packets. */
void iptfs_measure_clear(struct iptfs_measure *measure);

/* One packet was delivered. */
void iptfs_measure_add(struct iptfs_measure *measure, uint32_t octets, int64_t delay_ps);

/* What delivered packets waited for at the receiver; those that did not wait are not added. Both
 * begin and end with the arrival of an outer packet. */
struct iptfs_waits {
    struct iptfs_delays stall;  /* the packet was complete, but waited for earlier ones */
    struct iptfs_delays gather; /* from its first fragment to its last */
};

/* Returns 0 or IPTFS_E_NO_MEMORY. */
int iptfs_waits_init(struct iptfs_waits *waits);
void iptfs_waits_free(struct iptfs_waits *waits);

/* Removes all waits. */
void iptfs_waits_clear(struct iptfs_waits *waits);

/* A packet is delivered at now_ps that came from first_ps to last_ps. */
void iptfs_waits_add(struct iptfs_waits *waits, int64_t now_ps, int64_t first_ps, int64_t last_ps);

#endif
