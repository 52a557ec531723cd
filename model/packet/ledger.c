/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/ledger.h"

#include <stddef.h>

static const struct {
    const char *name;
    const char *meaning;
} fates[IPTFS_FATE_COUNT] = {
    [IPTFS_FATE_INSIDE] = {"inside", "still in the tunnel"},
    [IPTFS_FATE_DELIVERED] = {"delivered", "left the tunnel whole"},
    [IPTFS_FATE_NO_QUEUE_SPACE] = {"no-queue-space", "the sender's queue was full"},
    [IPTFS_FATE_TOO_BIG] = {"too-big", "dont-frag, and longer than one outer packet"},
    [IPTFS_FATE_MTU_SHRUNK] = {"mtu-shrunk", "dont-frag, and the path MTU fell while it waited"},
    [IPTFS_FATE_AGGREGATION_TIME] = {"aggregation-time", "it waited longer than "
                                                         "max-aggregation-time"},
    [IPTFS_FATE_TUNNEL_STOPPED] = {"tunnel-stopped", "the circuit breaker had stopped the tunnel"},
    [IPTFS_FATE_LINK_MTU] = {"link-mtu", "its outer packet was longer than the link's MTU"},
    [IPTFS_FATE_LINK_QUEUE] = {"link-queue", "the link's drop-tail queue was full"},
    [IPTFS_FATE_LINK_LOSS] = {"link-loss", "its outer packet was lost on the link"},
    [IPTFS_FATE_BLACKOUT] = {"blackout", "its outer packet was sent into a blackout of the link"},
    [IPTFS_FATE_REPLAY] = {"replay", "the replay window refused its outer packet"},
    [IPTFS_FATE_LATE] = {"late", "its outer packet came after the reorder window had moved on"},
    [IPTFS_FATE_DUPLICATE] = {"duplicate", "second copy of an outer packet in the reorder window"},
    [IPTFS_FATE_INCOMPLETE] = {"incomplete", "a fragment of it was missing at reassembly"},
    [IPTFS_FATE_DROP_TIME] = {"drop-time", "the drop timer ended its reassembly"},
    [IPTFS_FATE_SA_REMOVED] = {"sa-removed", "its SA was removed while it was inside"},
    [IPTFS_FATE_BAD_HEADER] = {"bad-header", "its payload or its own header made no sense"},
};

const char *iptfs_fate_name(enum iptfs_fate fate)
{
    return (size_t)fate < IPTFS_FATE_COUNT ? fates[fate].name : "unknown";
}

const char *iptfs_fate_meaning(enum iptfs_fate fate)
{
    return (size_t)fate < IPTFS_FATE_COUNT ? fates[fate].meaning : "unknown";
}

uint64_t iptfs_ledger_inside(const struct iptfs_ledger *ledger)
{
    uint64_t ended = 0;
    for (int fate = IPTFS_FATE_DELIVERED; fate < IPTFS_FATE_COUNT; fate++)
        ended += ledger->ended[fate].pkts;
    return ledger->offered.pkts - ended;
}

bool iptfs_ledger_balanced(const struct iptfs_ledger *ledger, uint64_t found_inside)
{
    return ledger->unexplained == 0 && iptfs_ledger_inside(ledger) == found_inside;
}
