/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger: every inner packet ends in exactly one named place.
 *
 *   offered = delivered + dropped by each named cause + still inside
 *
 * The first cause that befalls a packet is the one that counts: when one fragment dies on the link
 * and the receiver gives the rest up a second later, the link lost the packet. */
#ifndef IPTFS_LEDGER_H
#define IPTFS_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

enum iptfs_fate {
    IPTFS_FATE_INSIDE, /* no end yet */
    IPTFS_FATE_DELIVERED,
    /* at the sender */
    IPTFS_FATE_NO_QUEUE_SPACE,   /* the queue was full (XfrmOutNoQueueSpace) */
    IPTFS_FATE_TOO_BIG,          /* dont-frag and too long, on arrival (XfrmOutError) */
    IPTFS_FATE_MTU_SHRUNK,       /* dont-frag, and too long only when it was to be sent */
    IPTFS_FATE_AGGREGATION_TIME, /* waited longer than max-aggregation-time */
    IPTFS_FATE_TUNNEL_STOPPED,   /* the circuit breaker has stopped the tunnel */
    /* on the link */
    IPTFS_FATE_LINK_MTU,   /* the outer packet was longer than the link carries */
    IPTFS_FATE_LINK_QUEUE, /* the link's drop-tail queue was full */
    IPTFS_FATE_LINK_LOSS,  /* lost on the way, by chance or by a list */
    IPTFS_FATE_BLACKOUT,   /* sent while the link carried nothing */
    /* at the receiver */
    IPTFS_FATE_REPLAY,     /* the replay window refused the outer packet */
    IPTFS_FATE_LATE,       /* the outer packet came after its number was given up */
    IPTFS_FATE_DUPLICATE,  /* a second copy of a packet held in the reorder window */
    IPTFS_FATE_INCOMPLETE, /* a fragment is missing, or came before the one it continues */
    IPTFS_FATE_DROP_TIME,  /* the drop timer discarded the partial packet */
    IPTFS_FATE_SA_REMOVED, /* its SA was removed while it was inside */
    IPTFS_FATE_BAD_HEADER, /* no such AGGFRAG sub-type, or the inner header makes no sense */
    IPTFS_FATE_COUNT
};

struct iptfs_tally {
    uint64_t pkts;
    uint64_t octets;
};

struct iptfs_ledger {
    struct iptfs_tally offered;
    struct iptfs_tally ended[IPTFS_FATE_COUNT]; /* [IPTFS_FATE_INSIDE] stays 0 */
    uint64_t unexplained; /* packets that vanished without a cause: always 0, or a fault of ours */
};

/* The cause as results print it, such as "no-queue-space". Static storage. */
const char *iptfs_fate_name(enum iptfs_fate fate);

/* What the cause means, in a line. Static storage. */
const char *iptfs_fate_meaning(enum iptfs_fate fate);

static inline void iptfs_tally_add(struct iptfs_tally *tally, uint32_t octets)
{
    tally->pkts++;
    tally->octets += octets;
}

/* Packets offered and not yet ended: those that are blamed on a cause but still held somewhere, as
 * the other fragments of a lost one, count as inside until they are let go. */
uint64_t iptfs_ledger_inside(const struct iptfs_ledger *ledger);

/* True when the packets counted as inside are as many as `found_inside`, which the caller has
 * counted independently, and none has vanished without a cause. */
bool iptfs_ledger_balanced(const struct iptfs_ledger *ledger, uint64_t found_inside);

#endif
