/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What leaks: how much an observer of the outer packets learns about the inner traffic.
 *
 * Such an observer sees when each outer packet leaves, how long it is, and the DSCP and ECN of its
 * header. Measured are the entropies of sizes and gaps, and how much the outer packets, and the
 * outer octets, of a time interval reveal about the inner octets that were offered in it. */
#ifndef IPTFS_STATS_LEAK_H
#define IPTFS_STATS_LEAK_H

#include "base/random.h"
#include "stats/entropy.h"

#include <stddef.h>
#include <stdint.h>

/* Intervals a run may have. */
#define IPTFS_LEAK_INTERVALS_MIN 10
#define IPTFS_LEAK_INTERVALS_MAX 1000000

/* Bins of gaps: 0 has one of its own, and each power of two of picoseconds has 8 equally wide ones:
 * gaps that differ by less than about 6 to 12 % may fall together. */
#define IPTFS_LEAK_GAP_BINS 488

/* The packets of one interval. */
struct iptfs_leak_interval {
    uint64_t inner_octets;
    uint64_t outer_octets;
    uint64_t outer_pkts;
};

/* Owned by the caller; fields are read only. */
struct iptfs_leak {
    int64_t interval_ps;
    int64_t duration_ps;
    struct iptfs_leak_interval *intervals;
    size_t interval_count; /* whole ones: an incomplete last one is not in the series */
    double *sizes;         /* packets of each size */
    double gaps[IPTFS_LEAK_GAP_BINS];
    double tos[256];
    uint64_t pkts;
    int64_t first_ps;
    int64_t last_ps;
    int64_t gap_min_ps;
    int64_t gap_max_ps;
};

struct iptfs_leak_report {
    size_t intervals;
    double size_bits; /* entropy of the outer packets' sizes */
    double gap_bits;  /* entropy of the gaps between them, as binned */
    double tos_bits;  /* entropy of their DSCP and ECN */
    double
        load_bits; /* entropy of the inner load per interval, as binned: the most that can leak */
    struct iptfs_mutual pkts;   /* of inner octets and outer packets per interval */
    struct iptfs_mutual octets; /* of inner octets and outer octets per interval */
};

/* Takes all memory there will be, untouched. The duration must be a multiple of the interval by
 * IPTFS_LEAK_INTERVALS_MAX at most: IPTFS_E_INVALID. IPTFS_E_NO_MEMORY. Freed with iptfs_leak_free
 * whatever the outcome. */
int iptfs_leak_init(struct iptfs_leak *leak, int64_t interval_ps, int64_t duration_ps);

/* The run ends at end_ps, before its duration: only whole intervals until then count. */
void iptfs_leak_end(struct iptfs_leak *leak, int64_t end_ps);
void iptfs_leak_free(struct iptfs_leak *leak);

/* An inner packet arrived at the tunnel. */
void iptfs_leak_arrived(struct iptfs_leak *leak, int64_t at_ps, uint32_t octets);

/* An outer packet left the tunnel, `octets` with its IP header (up to IPTFS_PACKET_MAX_OCTETS;
 * longer ones count as that long). Times must not decrease. */
void iptfs_leak_sent(struct iptfs_leak *leak, int64_t at_ps, uint32_t octets, uint8_t tos);

/* The report of a finished run. Where all packets have one size and one gap, their number reveals
 * nothing: an interval may hold one packet more or fewer, but this depends only on where its edges
 * are. Gaps that differ by one picosecond count as equal, because times are rounded.
 * IPTFS_E_NO_MEMORY. */
int iptfs_leak_report(const struct iptfs_leak *leak, struct iptfs_random *stream,
                      struct iptfs_leak_report *report);

#endif
