/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What leaks: how much an observer of the outer packets learns about the inner traffic.
 *
 * Such an observer sees when each outer packet leaves, how long it is, and the DSCP and ECN of its
 * header. Measured are the entropies of sizes and gaps, how many packets of which size there were,
 * and how much the outer packets, and the outer octets, of a time interval reveal about the inner
 * octets that were offered in an interval before, or in the same. */
#ifndef IPTFS_STATS_LEAK_H
#define IPTFS_STATS_LEAK_H

#include "stats/dependence.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Intervals a run may have. */
#define IPTFS_LEAK_INTERVALS_MIN 10
#define IPTFS_LEAK_INTERVALS_MAX 1000000

/* Bins of gaps: 0 has one of its own, and each power of two of picoseconds has 8 equally wide ones:
 * gaps that differ by less than about 6 to 12 % may fall together. */
#define IPTFS_LEAK_GAP_BINS 488

/* Lags are tried up to this many intervals at least, as far as a quarter of the run allows. */
#define IPTFS_LEAK_LAG_MIN 10u

struct iptfs_leak_config {
    int64_t interval_ps;
    int64_t start_ps;      /* packets before it are not measured, and not to be added */
    int64_t duration_ps;   /* from then on */
    int64_t init_delay_ps; /* of the sender: outer packets are expected that much later */
    bool independent;      /* times and sizes of outer packets cannot depend on the inner ones */
};

/* The packets of one interval. */
struct iptfs_leak_interval {
    uint64_t inner_octets;
    uint64_t outer_octets;
    uint64_t outer_pkts;
};

/* Owned by the caller; fields are read only. */
struct iptfs_leak {
    struct iptfs_leak_config config;
    struct iptfs_leak_interval *intervals;
    size_t interval_count; /* whole ones: an incomplete last one is not in the series */
    double *sizes;         /* packets of each size */
    double gaps[IPTFS_LEAK_GAP_BINS];
    double tos[256];
    uint64_t pkts;
    uint64_t octets;
    uint64_t inner_pkts;
    int64_t wait_max_ps; /* from the arrival of an inner packet until it had been sent */
    int64_t last_ps;
    int64_t gap_min_ps;
    int64_t gap_max_ps;
};

/* Draws the inner load of a run anew, with other random numbers: the reference for what unrelated
 * traffic shows. */
struct iptfs_leak_reference {
    /* Adds the inner octets of each whole interval to load[]; the number is another one for each
     * draw. An error code. NULL: the load cannot be drawn anew. */
    int (*draw)(void *ctx, unsigned number, const struct iptfs_leak *leak, double *load);
    void *ctx;
};

struct iptfs_leak_report {
    size_t intervals;
    size_t lag_max;                 /* in intervals: the highest lag tried */
    double rate_pps;                /* outer packets */
    double rate_bps;                /* outer octets, IP headers included */
    double size_mean_octets;        /* of outer packets; NaN: there was none */
    double presence;                /* share of intervals with an outer packet */
    double size_bits;               /* entropy of the outer packets' sizes */
    double gap_bits;                /* entropy of the gaps between them, as binned */
    double tos_bits;                /* entropy of their DSCP and ECN */
    double load_bits;               /* entropy of the inner load per interval, as binned */
    double information_bps;         /* estimate of the information rate; NaN: no leak was found */
    struct iptfs_dependence pkts;   /* of outer packets on inner octets */
    struct iptfs_dependence octets; /* of outer octets on inner octets */
};

/* Takes all memory that counting needs, untouched. The duration must be a multiple of the interval
 * by IPTFS_LEAK_INTERVALS_MAX at most: IPTFS_E_INVALID. IPTFS_E_NO_MEMORY. Freed with
 * iptfs_leak_free whatever the outcome. */
int iptfs_leak_init(struct iptfs_leak *leak, const struct iptfs_leak_config *config);

/* The run ends at end_ps, after start_ps and before its duration: only whole intervals until then
 * count. */
void iptfs_leak_end(struct iptfs_leak *leak, int64_t end_ps);
void iptfs_leak_free(struct iptfs_leak *leak);

/* An inner packet arrived at the tunnel. */
void iptfs_leak_arrived(struct iptfs_leak *leak, int64_t at_ps, uint32_t octets);

/* An outer packet left the tunnel, `octets` with its IP header (up to IPTFS_PACKET_MAX_OCTETS;
 * longer ones count as that long). Its first inner packet had waited for waited_ps, 0 if there is
 * none. Times must not decrease. */
void iptfs_leak_sent(struct iptfs_leak *leak, int64_t at_ps, uint32_t octets, uint8_t tos,
                     int64_t waited_ps);

/* The report of a finished run. Lags are tried from 0 to the longest wait of an inner packet, init-
 * delay included, and to IPTFS_LEAK_LAG_MIN at least. Where times and sizes are independent of the
 * inner packets, information is 0 without any test. Gaps that differ by one picosecond count as
 * equal, because times are rounded. `reference` is NULL when the load cannot be drawn anew; what it
 * returns is passed on. IPTFS_E_NO_MEMORY. */
int iptfs_leak_report(const struct iptfs_leak *leak, const struct iptfs_leak_reference *reference,
                      struct iptfs_leak_report *report);

#endif
