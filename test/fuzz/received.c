/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/received.h"

#include "fuzz/fuzz.h"
#include "packet/aggfrag.h"

void fuzz_take_inner(struct fuzz_received *received, const struct iptfs_inner *inner)
{
    MUST(inner->bytes != NULL && inner->octets >= IPTFS_IPV4_HEADER_OCTETS);
    MUST(iptfs_inner_total(inner->bytes, inner->octets) == (int32_t)inner->octets);
    MUST(inner->ip_version == inner->bytes[0] >> 4);
    received->delivered_pkts++;
    received->delivered_octets += inner->octets;
}

void fuzz_check_received(const struct fuzz_received *received, const struct iptfs_store *store,
                         const struct iptfs_receiver *receiver)
{
    const struct iptfs_ledger *ledger = &store->ledger;
    const struct iptfs_inner *partial = receiver->reassembly.partial;
    const uint64_t *counters = receiver->counters->value;
    uint64_t octets = partial != NULL ? partial->octets : 0;
    octets += ledger->delivered.octets + iptfs_ledger_dropped(ledger).octets;
    MUST(octets == ledger->offered.octets);
    MUST(ledger->unexplained == 0);
    MUST(iptfs_ledger_in_flight(ledger) == (partial != NULL));
    MUST(store->live_inner == (partial != NULL));
    MUST(store->live_outer == receiver->reorder.held + receiver->immediate.held);
    MUST(ledger->delivered.pkts == received->delivered_pkts);
    MUST(received->delivered_octets <= received->given_octets);
    MUST(counters[IPTFS_YANG_INNER_RX_PKTS] == received->delivered_pkts);
    MUST(counters[IPTFS_YANG_INNER_RX_OCTETS] == received->delivered_octets);
    MUST(store->error == 0);
}
