/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ns-3's applications of one traffic section measured. */
#ifndef IPTFS_SUMMARY_HOSTS_REPORT_H
#define IPTFS_SUMMARY_HOSTS_REPORT_H

#include "stats/delays.h"

#include <stdbool.h>
#include <stdint.h>

/* Sums over all flows of a section, after the warm-up. */
struct iptfs_hosts_report {
    bool hosted; /* false: the section is not of ns-3's applications, and all else is 0 */
    bool tcp;    /* the fields marked TCP are measured */
    uint64_t sent_octets;
    uint64_t received_octets; /* in order and without gap */
    uint64_t acked_octets;    /* TCP */
    uint64_t segments;        /* TCP */
    uint64_t retransmissions; /* TCP */
    uint64_t timeouts;        /* TCP */
    uint64_t transfers;       /* TCP; finished */
    uint64_t cwnd_octets;     /* TCP; congestion windows at this time */
    /* Received, from the section's start, or the end of the warm-up, to its end or the last
     * transfer's; NaN when that was before. */
    double goodput_bps;
    double fairness; /* Jain's index of the flows' goodput; NaN when nothing was received */
    const struct iptfs_delays *rtt;        /* TCP; owned by the hosts */
    const struct iptfs_delays *completion; /* TCP; owned by the hosts */
};

#endif
