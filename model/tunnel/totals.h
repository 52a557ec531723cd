/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that a tunnel counts, at one time: what happened after a warm-up is the difference of two of
 * these. Distributions have no difference; iptfs_tunnel_restart starts them anew instead. */
#ifndef IPTFS_TUNNEL_TOTALS_H
#define IPTFS_TUNNEL_TOTALS_H

#include "link/link.h"
#include "packet/ledger.h"
#include "tunnel/tunnel.h"

#include <stdint.h>

/* Counts from the start of the run. All are of uint64_t and never go down, but for link.in_flight,
 * which is 0 until the run ends. */
struct iptfs_totals {
    struct iptfs_ledger ledger;   /* inner packets */
    struct iptfs_link_stats link; /* outer packets */
    uint64_t lost_in_bursts;      /* outer packets, by the Gilbert-Elliott model */
    uint64_t late_pkts;           /* outer packets at the receivers */
    uint64_t duplicate_pkts;
    uint64_t empty_pkts; /* AGGFRAG payloads without data */
    uint64_t rekeys;
    uint64_t data_octets; /* of outer packets sent, as in struct iptfs_tunnel */
    uint64_t pad_octets;
    uint64_t payload_octets;
    uint64_t delivered_again; /* inner packets, as in struct iptfs_tunnel */
    uint64_t ce_marked_pkts;  /* in the sender's queue */
    uint64_t ip_cut_pkts;     /* cut into IP fragments */
    uint64_t ip_fragments;
    uint64_t icmp_sent;
    uint64_t local_errors;
    uint64_t ecn_dangerous; /* alarms of RFC 6040, 4.2 */
    uint64_t ecn_possibly_dangerous;
    uint64_t halvings;     /* by TFRC, for lack of feedback */
    uint64_t collapsed_ps; /* time with a collapsed rate (congestion/collapse.h) */
    uint64_t plpmtud_probes;
    uint64_t plpmtud_lost;
    uint64_t plpmtud_black_holes;
};

/* Until now_ps. */
struct iptfs_totals iptfs_tunnel_totals(const struct iptfs_tunnel *tunnel, int64_t now_ps);

/* What was counted after `before`. */
struct iptfs_totals iptfs_totals_since(const struct iptfs_totals *totals,
                                       const struct iptfs_totals *before);

/* Whether the inner packets that were in flight at `before` and those offered since are the ones
 * delivered, dropped and found in flight at the end. `since` is the difference. */
bool iptfs_totals_balanced(const struct iptfs_totals *since, const struct iptfs_totals *before,
                           uint64_t found_in_flight);

#endif
