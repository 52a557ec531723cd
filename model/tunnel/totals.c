/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tunnel/totals.h"

#include "base/asserts.h"

#include <stddef.h>
#include <string.h>

enum {
    COUNTS = sizeof(struct iptfs_totals) / sizeof(uint64_t)
};

_Static_assert(sizeof(struct iptfs_totals) == COUNTS * sizeof(uint64_t), "counts only");

struct iptfs_totals iptfs_tunnel_totals(const struct iptfs_tunnel *tunnel, int64_t now_ps)
{
    const struct iptfs_sender *sender = &tunnel->sender;
    return (struct iptfs_totals){
        .ledger = tunnel->store.ledger,
        .link = tunnel->link->stats,
        .lost_in_bursts =
            iptfs_impairments_lost_pkts(&tunnel->link->impairments, &iptfs_impair_gemodel),
        .late_pkts = iptfs_tunnel_late_pkts(tunnel),
        .duplicate_pkts = iptfs_tunnel_duplicate_pkts(tunnel),
        .empty_pkts = sender->empty_pkts,
        .rekeys = sender->packer.sa,
        .data_octets = tunnel->data_octets,
        .pad_octets = tunnel->pad_octets,
        .payload_octets = tunnel->payload_octets,
        .delivered_again = tunnel->delivered_again,
        .ce_marked_pkts = sender->queue.marked_pkts,
        .ip_cut_pkts = sender->packer.ip_cut_pkts,
        .ip_fragments = sender->packer.ip_fragments,
        .icmp_sent = sender->icmp_sent,
        .local_errors = sender->local_errors,
        .ecn_dangerous = tunnel->store.ecn_alarms[IPTFS_ECN_DANGEROUS],
        .ecn_possibly_dangerous = tunnel->store.ecn_alarms[IPTFS_ECN_POSSIBLY_DANGEROUS],
        .collapsed_ps = (uint64_t)iptfs_collapse_time_ps(&tunnel->congestion.collapse, now_ps),
        .halvings = tunnel->congestion.tfrc.halvings,
        .plpmtud_probes = sender->plpmtud.probes,
        .plpmtud_lost = sender->plpmtud.probes_lost,
        .plpmtud_black_holes = sender->plpmtud.black_holes,
    };
}

struct iptfs_totals iptfs_totals_since(const struct iptfs_totals *totals,
                                       const struct iptfs_totals *before)
{
    uint64_t counts[COUNTS], earlier[COUNTS];
    struct iptfs_totals since;
    memcpy(counts, totals, sizeof counts);
    memcpy(earlier, before, sizeof earlier);
    for (size_t i = 0; i < COUNTS; i++) {
        IPTFS_ASSERT(earlier[i] <= counts[i]);
        counts[i] -= earlier[i];
    }
    memcpy(&since, counts, sizeof since);
    return since;
}

bool iptfs_totals_balanced(const struct iptfs_totals *since, const struct iptfs_totals *before,
                           uint64_t found_in_flight)
{
    const struct iptfs_ledger *ledger = &since->ledger;
    return ledger->unexplained == 0 &&
           iptfs_ledger_in_flight(&before->ledger) + ledger->offered.pkts ==
               ledger->delivered.pkts + iptfs_ledger_dropped(ledger).pkts + found_in_flight;
}
