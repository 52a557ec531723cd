/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger: every inner packet ends in exactly one named place.
 *
 *   offered = delivered + dropped by each named cause + still inside
 *
 * The first cause that befalls a packet is the one that counts: when one fragment dies on the link
 * and the receiver gives the rest up a second later, the link lost the packet. */
#ifndef IPTFS_PACKET_LEDGER_H
#define IPTFS_PACKET_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

enum iptfs_drop_cause {
    IPTFS_DROP_NONE, /* no end yet */
    IPTFS_DROP_DELIVERED,
    /* at the sender */
    IPTFS_DROP_NO_QUEUE_SPACE,   /* the queue was full (XfrmOutNoQueueSpace) */
    IPTFS_DROP_TOO_BIG,          /* dont-frag and too long, on arrival (XfrmOutError) */
    IPTFS_DROP_MTU_SHRUNK,       /* dont-frag, and too long only when it was to be sent */
    IPTFS_DROP_AGGREGATION_TIME, /* waited longer than max-aggregation-time */
    IPTFS_DROP_TUNNEL_STOPPED,   /* the circuit breaker has stopped the tunnel */
    /* on the link */
    IPTFS_DROP_LINK_MTU,   /* the outer packet was longer than the link carries */
    IPTFS_DROP_LINK_QUEUE, /* the link's drop-tail queue was full */
    IPTFS_DROP_LINK_LOSS,  /* lost on the way, by chance or by a list */
    IPTFS_DROP_BLACKOUT,   /* sent while the link carried nothing */
    /* at the receiver */
    IPTFS_DROP_REPLAY,     /* the replay window refused the outer packet */
    IPTFS_DROP_LATE,       /* the outer packet came after its number was given up */
    IPTFS_DROP_DUPLICATE,  /* a second copy of a packet held in the reorder window */
    IPTFS_DROP_INCOMPLETE, /* a fragment is missing, or came before the one it continues */
    IPTFS_DROP_DROP_TIME,  /* the drop timer discarded the partial packet */
    IPTFS_DROP_SA_REMOVED, /* its SA was removed while it was inside */
    IPTFS_DROP_BAD_HEADER, /* no such AGGFRAG sub-type, or the inner header makes no sense */
    IPTFS_DROP_COUNT
};

struct iptfs_tally {
    uint64_t pkts;
    uint64_t octets;
};

struct iptfs_ledger {
    struct iptfs_tally offered;
    struct iptfs_tally ended[IPTFS_DROP_COUNT]; /* [IPTFS_DROP_NONE] stays 0 */
    uint64_t unexplained; /* packets that vanished without a cause: always 0, or a fault of ours */
};

/* The cause as results print it, such as "no-queue-space". Static storage. */
const char *iptfs_drop_cause_name(enum iptfs_drop_cause drop_cause);

/* What the cause means, in a line. Static storage. */
const char *iptfs_drop_cause_meaning(enum iptfs_drop_cause drop_cause);

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
