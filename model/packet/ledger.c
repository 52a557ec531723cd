/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/ledger.h"

#include "base/asserts.h"

struct iptfs_tally iptfs_ledger_dropped(const struct iptfs_ledger *ledger)
{
    struct iptfs_tally sum = {0, 0};
    enum iptfs_drop_cause cause;
    for (size_t i = 0; (cause = iptfs_drop_cause_at(i)) != IPTFS_DROP_NONE; i++) {
        sum.pkts += ledger->dropped[cause].pkts;
        sum.octets += ledger->dropped[cause].octets;
    }
    return sum;
}

uint64_t iptfs_ledger_in_flight(const struct iptfs_ledger *ledger)
{
    uint64_t ended = ledger->delivered.pkts + iptfs_ledger_dropped(ledger).pkts;
    IPTFS_ASSERT(ended <= ledger->offered.pkts);
    return ledger->offered.pkts - ended;
}

bool iptfs_ledger_balanced(const struct iptfs_ledger *ledger, uint64_t found_in_flight)
{
    IPTFS_ASSERT(ledger->dropped[IPTFS_DROP_NONE].pkts == 0);
    return ledger->unexplained == 0 && iptfs_ledger_in_flight(ledger) == found_in_flight;
}
