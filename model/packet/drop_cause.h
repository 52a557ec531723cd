/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The causes for which inner packets are dropped. One row of IPTFS_DROP_CAUSES is one cause; the
 * enumeration, the names, the meanings and the places are made from the rows, in their order. To
 * add a cause, add a row and raise it with iptfs_inner_set_drop_cause or iptfs_outer_drop. */
#ifndef IPTFS_PACKET_DROP_CAUSE_H
#define IPTFS_PACKET_DROP_CAUSE_H

#include <stddef.h>

/* ROW(symbol, place, name, meaning) */
#define IPTFS_DROP_CAUSES(ROW)                                                                     \
    /* XfrmOutNoQueueSpace */                                                                      \
    ROW(NO_QUEUE_SPACE, SENDER, "no-queue-space", "the sender's queue was full")                   \
    /* found on arrival (XfrmOutError) */                                                          \
    ROW(TOO_BIG, SENDER, "too-big", "longer than the MTU of the tunnel, and not to be cut")        \
    /* found when the packet was to be sent */                                                     \
    ROW(MTU_SHRUNK, SENDER, "mtu-shrunk", "not to be cut, and the path MTU fell while it waited")  \
    ROW(AGGREGATION_TIME, SENDER, "aggregation-time",                                              \
        "it waited longer than max-aggregation-time")                                              \
    ROW(TUNNEL_STOPPED, SENDER, "tunnel-stopped", "the circuit breaker had stopped the tunnel")    \
    /* XfrmOutStateExpired, XfrmOutStateSeqError */                                                \
    ROW(SA_EXPIRED, SENDER, "sa-expired",                                                          \
        "the hard lifetime of its SA was over, and no other SA had taken over")                    \
    ROW(SEQ_EXHAUSTED, SENDER, "seq-exhausted",                                                    \
        "the sequence numbers of its SA were used up, and no other SA had taken over")             \
    ROW(LINK_MTU, LINK, "link-mtu", "its outer packet was longer than the link's MTU")             \
    ROW(LINK_QUEUE, LINK, "link-queue", "the link's drop-tail queue was full")                     \
    ROW(LINK_LOSS, LINK, "link-loss", "its outer packet was lost on the link")                     \
    ROW(BLACKOUT, LINK, "blackout", "its outer packet was sent into a blackout of the link")       \
    ROW(REPLAY, RECEIVER, "replay", "the replay window refused its outer packet")                  \
    ROW(LATE, RECEIVER, "late", "its outer packet came after the reorder window had moved on")     \
    ROW(DUPLICATE, RECEIVER, "duplicate", "second copy of an outer packet")                        \
    /* missing, or received before the fragment that it continues */                               \
    ROW(INCOMPLETE, RECEIVER, "incomplete", "a fragment of it was missing at reassembly")          \
    ROW(DROP_TIME, RECEIVER, "drop-time", "the drop timer ended its reassembly")                   \
    ROW(CE_NOT_ECT, RECEIVER, "ce-not-ect",                                                        \
        "its outer packet arrived with CE, and it is not ECN-capable (RFC 6040, 4.2)")             \
    ROW(SA_REMOVED, RECEIVER, "sa-removed", "its SA was removed while it was inside")              \
    ROW(BAD_HEADER, RECEIVER, "bad-header", "its payload or its own header made no sense")

enum iptfs_drop_cause {
    IPTFS_DROP_NONE, /* not dropped */
#define IPTFS_DROP_CAUSE_ENUMERATOR(symbol, place, name, meaning) IPTFS_DROP_##symbol,
    IPTFS_DROP_CAUSES(IPTFS_DROP_CAUSE_ENUMERATOR)
#undef IPTFS_DROP_CAUSE_ENUMERATOR
    /* the size of an array that a cause is an index of */
    IPTFS_DROP_COUNT
};

/* Where packets are dropped. */
enum iptfs_drop_place {
    IPTFS_DROP_AT_SENDER,
    IPTFS_DROP_AT_LINK,
    IPTFS_DROP_AT_RECEIVER
};

/* The cause in the row of that index, IPTFS_DROP_NONE behind the last: a walk over all causes. */
enum iptfs_drop_cause iptfs_drop_cause_at(size_t index);

/* The cause as results print it, such as "no-queue-space"; "none" for IPTFS_DROP_NONE. Static
 * storage. */
const char *iptfs_drop_cause_name(enum iptfs_drop_cause cause);

/* What the cause means, in one line. Static storage. */
const char *iptfs_drop_cause_meaning(enum iptfs_drop_cause cause);

/* Where a packet is dropped for this cause, which must be one of the rows. */
enum iptfs_drop_place iptfs_drop_cause_place(enum iptfs_drop_cause cause);

#endif
