/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger: every inner packet ends in exactly one place.
 *
 *   offered = delivered + dropped for each cause + in flight
 *
 * The first cause counts: when one fragment is lost on the link and the receiver discards the rest
 * a second later, the packet is counted as lost on the link. */
#ifndef IPTFS_PACKET_LEDGER_H
#define IPTFS_PACKET_LEDGER_H

#include "packet/drop_cause.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_tally {
    uint64_t pkts;
    uint64_t octets;
};

struct iptfs_ledger {
    struct iptfs_tally offered;
    struct iptfs_tally delivered;
    struct iptfs_tally dropped[IPTFS_DROP_COUNT]; /* [IPTFS_DROP_NONE] stays 0 */
    uint64_t unexplained; /* packets freed without a cause: more than 0 is an error of the model */
};

static inline void iptfs_tally_add(struct iptfs_tally *tally, uint32_t octets)
{
    tally->pkts++;
    tally->octets += octets;
}

/* Packets dropped for all causes together. */
struct iptfs_tally iptfs_ledger_dropped(const struct iptfs_ledger *ledger);

/* Packets offered and neither delivered nor dropped yet. A packet that has a drop cause and is
 * still referenced, such as one whose other fragments are not processed yet, counts as in
 * flight. */
uint64_t iptfs_ledger_in_flight(const struct iptfs_ledger *ledger);

/* True when the packets in flight are as many as `found_in_flight`, which the caller has counted
 * independently, and none was freed without a cause. */
bool iptfs_ledger_balanced(const struct iptfs_ledger *ledger, uint64_t found_in_flight);

#endif
