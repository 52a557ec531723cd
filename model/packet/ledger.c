/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/ledger.h"

#include <stddef.h>

static const struct {
    const char *name;
    const char *meaning;
} drop_causes[IPTFS_DROP_COUNT] = {
    [IPTFS_DROP_NONE] = {"inside", "still in the tunnel"},
    [IPTFS_DROP_DELIVERED] = {"delivered", "left the tunnel whole"},
    [IPTFS_DROP_NO_QUEUE_SPACE] = {"no-queue-space", "the sender's queue was full"},
    [IPTFS_DROP_TOO_BIG] = {"too-big", "dont-frag, and longer than one outer packet"},
    [IPTFS_DROP_MTU_SHRUNK] = {"mtu-shrunk", "dont-frag, and the path MTU fell while it waited"},
    [IPTFS_DROP_AGGREGATION_TIME] = {"aggregation-time", "it waited longer than "
                                                         "max-aggregation-time"},
    [IPTFS_DROP_TUNNEL_STOPPED] = {"tunnel-stopped", "the circuit breaker had stopped the tunnel"},
    [IPTFS_DROP_LINK_MTU] = {"link-mtu", "its outer packet was longer than the link's MTU"},
    [IPTFS_DROP_LINK_QUEUE] = {"link-queue", "the link's drop-tail queue was full"},
    [IPTFS_DROP_LINK_LOSS] = {"link-loss", "its outer packet was lost on the link"},
    [IPTFS_DROP_BLACKOUT] = {"blackout", "its outer packet was sent into a blackout of the link"},
    [IPTFS_DROP_REPLAY] = {"replay", "the replay window refused its outer packet"},
    [IPTFS_DROP_LATE] = {"late", "its outer packet came after the reorder window had moved on"},
    [IPTFS_DROP_DUPLICATE] = {"duplicate", "second copy of an outer packet in the reorder window"},
    [IPTFS_DROP_INCOMPLETE] = {"incomplete", "a fragment of it was missing at reassembly"},
    [IPTFS_DROP_DROP_TIME] = {"drop-time", "the drop timer ended its reassembly"},
    [IPTFS_DROP_SA_REMOVED] = {"sa-removed", "its SA was removed while it was inside"},
    [IPTFS_DROP_BAD_HEADER] = {"bad-header", "its payload or its own header made no sense"},
};

const char *iptfs_drop_cause_name(enum iptfs_drop_cause drop_cause)
{
    return (size_t)drop_cause < IPTFS_DROP_COUNT ? drop_causes[drop_cause].name : "unknown";
}

const char *iptfs_drop_cause_meaning(enum iptfs_drop_cause drop_cause)
{
    return (size_t)drop_cause < IPTFS_DROP_COUNT ? drop_causes[drop_cause].meaning : "unknown";
}

uint64_t iptfs_ledger_inside(const struct iptfs_ledger *ledger)
{
    uint64_t ended = 0;
    for (int drop_cause = IPTFS_DROP_DELIVERED; drop_cause < IPTFS_DROP_COUNT; drop_cause++)
        ended += ledger->ended[drop_cause].pkts;
    return ledger->offered.pkts - ended;
}

bool iptfs_ledger_balanced(const struct iptfs_ledger *ledger, uint64_t found_inside)
{
    return ledger->unexplained == 0 && iptfs_ledger_inside(ledger) == found_inside;
}
