/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets, and the store that owns them.
 *
 * Nothing is copied: an outer packet holds slices (inner packet, offset, length), as the kernel
 * shares page fragments. The inner packets of an outer packet follow each other in the order of the
 * queue they came from, so the slices need no array: the first packet, the octets to skip in it, a
 * count and the total octets describe them. */
#ifndef IPTFS_PACKET_H
#define IPTFS_PACKET_H

#include "base/octets.h"
#include "packet/ecn_decap.h"
#include "packet/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An AGGFRAG header, sub-type 0 (the first two fields) or 1 (all). */
struct iptfs_aggfrag {
    uint8_t sub_type;
    uint16_t block_offset;      /* octets before the first new data block */
    bool plpmtud;               /* P: path MTU probing is in progress */
    bool ecn;                   /* E: CE marks went into the loss event rate */
    uint32_t loss_event_rate;   /* 1/p; 0 for no loss */
    uint32_t rtt_us;            /* saturates at IPTFS_AGGFRAG_RTT_MAX_US */
    uint32_t echo_delay_us;     /* saturates at IPTFS_AGGFRAG_DELAY_MAX_US */
    uint32_t transmit_delay_us; /* likewise */
    uint32_t tval;
    uint32_t techo;
    float receive_pps; /* not on the wire: X_recv as the receiver measured it, in simulations */
};

/* An inner packet: a user's IP packet inside the tunnel. What it takes from struct iptfs_arrival
 * stands in the same order here, so that it is copied in few steps. */
struct iptfs_inner {
    struct iptfs_inner *next; /* the next packet in the queue, later in the outer packets */
    int64_t arrived_ps;       /* when it entered the tunnel */
    void *handle;             /* opaque, of the caller that offered it; NULL for none */
    uint8_t *bytes;           /* its octets; NULL: only its size is simulated */
    uint32_t octets;          /* whole IP packet */
    uint32_t id;              /* IPv4 identification or IPv6 flow label, for traces */
    uint16_t flow;            /* which traffic source it came from */
    uint8_t ip_version;       /* 4 or 6 */
    uint8_t tos;              /* IPv4 TOS or IPv6 traffic class, ECN in the lowest two bits */
    bool local;               /* sent by the gateway itself, not forwarded */
    bool df;                  /* IPv4's Don't Fragment */
    uint8_t drop_cause;       /* enum iptfs_drop_cause; without effect once it is delivered */
    uint8_t ecn_sent; /* its ECN when it was sent, if that of an outer packet came on; else 0 */
    union {
        int64_t gathered_ps;       /* when its first IP fragment came, while they are gathered */
        struct iptfs_inner *whole; /* of a fragment: the packet it is of, reference held */
    };
    uint32_t refs; /* the queue, outer packets and the reassembly that hold it */
    union {
        uint32_t got;  /* octets that have come, while IP fragments of it are gathered */
        uint32_t from; /* of a fragment: where its payload begins in that of `whole` */
    };
    bool ce_refused : 1;  /* is not ECN-capable, and an outer packet's CE asks to drop it */
    bool ecn_alarm : 1;   /* counted in ecn_alarms of the store */
    bool owns_bytes : 1;  /* bytes is a buffer of the store */
    bool delivered : 1;   /* has left the tunnel whole */
    bool is_fragment : 1; /* see packet/ip_fragment.h; the ledger does not count it */
};

/* An outer packet: what ESP carries. Its payload is slices, or bytes where it came from outside. */
struct iptfs_outer {
    struct iptfs_outer *next;  /* free list */
    struct iptfs_inner *first; /* packet of the first slice; NULL when there is none */
    struct iptfs_inner *last;  /* packet of the last slice */
    uint8_t *payload;          /* AGGFRAG payload as bytes (a buffer of the store), or NULL */
    uint64_t seq;              /* ESP sequence number */
    uint64_t number;           /* counts on over all SAs, while seq starts again */
    uint32_t sa;               /* which SA of the tunnel, from 0 */
    int64_t sent_ps;
    int64_t arrived_ps;        /* of the copy that is held or processed */
    uint32_t first_offset;     /* octets of the first packet that went before */
    uint32_t slices;           /* how many */
    uint32_t data_octets;      /* in the slices */
    uint32_t pad_octets;       /* AGGFRAG padding behind the data blocks */
    uint32_t payload_octets;   /* of payload */
    uint32_t block_offset;     /* RFC 9347, 6.1.1 */
    uint32_t ip_octets;        /* the whole outer IP packet */
    uint32_t refs;             /* copies in flight */
    uint8_t sub_type;          /* AGGFRAG sub-type, 0 or 1 */
    uint8_t ecn;               /* of the outer IP header */
    uint8_t dscp;              /* likewise, 0 to 63 */
    uint8_t drop_cause;        /* of the first copy that was dropped, enum iptfs_drop_cause */
    bool processed;            /* a copy went through the reassembly */
    struct iptfs_aggfrag info; /* congestion information, when sub_type is 1 */
};

struct iptfs_slice {
    struct iptfs_inner *inner;
    uint32_t offset;
    uint32_t octets;
};

/* A walk over an outer packet's slices. */
struct iptfs_slice_walk {
    struct iptfs_inner *inner;
    uint32_t offset;
    uint32_t slices;
    uint32_t octets;
};

/* Largest IP packet (IPv6: header and 65535 octets), and so the size of the store's buffers. */
#define IPTFS_PACKET_MAX_OCTETS 65575u

struct iptfs_chunk; /* a piece of memory that free packets come from */
struct iptfs_buffer;

/* Pools of packets and the ledger of one direction of a tunnel. Memory grows in chunks and is
 * given back only at the end: in steady state nothing is allocated. */
struct iptfs_store {
    struct iptfs_ledger ledger;
    struct iptfs_inner *free_inner;
    struct iptfs_outer *free_outer;
    struct iptfs_buffer *free_buffer;
    struct iptfs_chunk *chunks;
    uint64_t octets;     /* of the chunks */
    uint64_t max_octets; /* more are refused as if memory had run out; 0: no limit */
    bool full;           /* max_octets was reached */
    uint64_t live_inner;
    uint64_t live_outer;
    /* Inner packets whose ECN field did not fit that of an outer packet they came in, each once, by
     * enum iptfs_ecn_alarm (RFC 6040, 4.2). */
    uint64_t ecn_alarms[IPTFS_ECN_ALARMS];
    uint64_t found_in_flight; /* packets freed after iptfs_store_close, not delivered or dropped */
    bool closing;
    int error; /* IPTFS_E_NO_MEMORY once memory ran out, else 0 */
    /* Called with the handle of each packet that was not delivered, once; may be NULL. */
    void (*release)(void *ctx, void *handle);
    void *release_ctx;
    /* Called for each packet that is dropped, or in flight at the end of the run (its drop_cause
     * is IPTFS_DROP_NONE then); may be NULL. */
    void (*ended)(void *ctx, const struct iptfs_inner *inner);
    void *ended_ctx;
};

void iptfs_store_init(struct iptfs_store *store);

/* The run ends: packets freed from now on without a drop cause are in flight, and are counted in
 * found_in_flight. */
void iptfs_store_close(struct iptfs_store *store);

/* The drop cause of packets that a part of the tunnel still holds when it is freed: none at the end
 * of a run, for they are in flight; before that, their SA was removed. */
static inline enum iptfs_drop_cause iptfs_store_release_cause(const struct iptfs_store *store)
{
    return store->closing ? IPTFS_DROP_NONE : IPTFS_DROP_SA_REMOVED;
}

/* Frees all memory. Every packet must have been freed. */
void iptfs_store_free(struct iptfs_store *store);

/* Calls for each inner packet that is in flight: offered, and neither delivered nor dropped yet. */
void iptfs_store_each_in_flight(const struct iptfs_store *store,
                                void (*take)(void *ctx, const struct iptfs_inner *inner),
                                void *ctx);

/* A new inner packet with one reference, counted as offered, all else 0. NULL (and store->error
 * set) when memory ran out. */
struct iptfs_inner *iptfs_inner_new(struct iptfs_store *store, uint32_t octets);

/* A new packet with one reference that the ledger does not count: an IP fragment, whose `whole` the
 * caller sets, with a reference to it. When it ends without being delivered, its drop cause becomes
 * that of `whole`. NULL (and store->error set) when memory ran out. */
struct iptfs_inner *iptfs_inner_new_fragment(struct iptfs_store *store, uint32_t octets);

/* Gives the packet a buffer of IPTFS_PACKET_MAX_OCTETS of its own: inner packets that are made
 * from bytes. False when memory ran out. */
bool iptfs_inner_own_bytes(struct iptfs_store *store, struct iptfs_inner *inner);

/* Sets why the packet is dropped. The first cause counts, unless the packet is delivered after all
 * (a duplicate of the outer packet arrives). It is counted in the ledger with the last reference.
 */
static inline void iptfs_inner_set_drop_cause(struct iptfs_inner *inner,
                                              enum iptfs_drop_cause cause)
{
    if (inner->drop_cause == IPTFS_DROP_NONE)
        inner->drop_cause = (uint8_t)cause;
}

enum iptfs_delivery {
    IPTFS_DELIVERY_FIRST,
    IPTFS_DELIVERY_AGAIN,  /* a second copy */
    IPTFS_DELIVERY_REFUSED /* it must be dropped (RFC 6040, 4.2), and its cause is set */
};

/* Of a packet with any of the bits that iptfs_inner_deliver tests. */
enum iptfs_delivery iptfs_inner_deliver_other(struct iptfs_inner *inner);

/* The packet leaves the tunnel whole. The bits are tested together: one test for nearly all
 * packets. */
static inline enum iptfs_delivery iptfs_inner_deliver(struct iptfs_store *store,
                                                      struct iptfs_inner *inner)
{
    if (inner->ce_refused || inner->delivered || inner->is_fragment)
        return iptfs_inner_deliver_other(inner);
    inner->delivered = true;
    iptfs_tally_add(&store->ledger.delivered, inner->octets);
    return IPTFS_DELIVERY_FIRST;
}

/* TOS or traffic class as the sender sent it: without a mark that an outer packet brought. */
static inline uint8_t iptfs_inner_sent_tos(const struct iptfs_inner *inner)
{
    return inner->ecn_sent != 0 ? (uint8_t)((inner->tos & ~IPTFS_ECN_MASK) | inner->ecn_sent)
                                : inner->tos;
}

/* An outer packet that arrived with this ECN field carried octets of this inner packet: its mark
 * comes on, or the packet will not be delivered. Of several outer packets the most severe mark
 * counts. */
void iptfs_inner_decap_ecn(struct iptfs_store *store, struct iptfs_inner *inner, uint8_t outer_ecn,
                           enum iptfs_ecn_decap decap);

/* True when iptfs_inner_decap_ecn has changed what becomes of the packet. */
static inline bool iptfs_inner_ecn_came(const struct iptfs_inner *inner)
{
    return inner->ecn_sent != 0 || inner->ce_refused;
}

/* Sets the length of a packet, once it is known (only while it is made from bytes). */
void iptfs_inner_resize(struct iptfs_store *store, struct iptfs_inner *inner, uint32_t octets);

/* Drops one reference; the last one frees the packet. */
void iptfs_inner_unref(struct iptfs_store *store, struct iptfs_inner *inner);

/* A new outer packet with one reference, all else 0; NULL when memory ran out. */
struct iptfs_outer *iptfs_outer_new(struct iptfs_store *store);

/* Gives the packet a payload of bytes, copied from `bytes`. IPTFS_E_INVALID when longer than
 * IPTFS_PACKET_MAX_OCTETS, IPTFS_E_NO_MEMORY. */
int iptfs_outer_set_payload(struct iptfs_store *store, struct iptfs_outer *outer,
                            const uint8_t *bytes, uint32_t octets);

/* Adds `octets` of `inner`, from `offset` on, behind the slices there are, and takes a reference of
 * its own. A packet that begins in the middle can only be the first. */
void iptfs_outer_add(struct iptfs_outer *outer, struct iptfs_inner *inner, uint32_t offset,
                     uint32_t octets);

/* One copy of the packet is dropped. When the last copy has ended and none was processed, the inner
 * packets that are not delivered get the cause of the first copy that was dropped. */
void iptfs_outer_drop(struct iptfs_store *store, struct iptfs_outer *outer,
                      enum iptfs_drop_cause cause);

/* One copy of the packet has gone through the reassembly, which sets the causes of inner packets
 * that it does not deliver. */
void iptfs_outer_processed(struct iptfs_store *store, struct iptfs_outer *outer);

/* Drops one reference: a copy that is in flight at the end of the run. */
void iptfs_outer_unref(struct iptfs_store *store, struct iptfs_outer *outer);

void iptfs_slices(const struct iptfs_outer *outer, struct iptfs_slice_walk *walk);

/* The next slice, false after the last. */
bool iptfs_slice_next(struct iptfs_slice_walk *walk, struct iptfs_slice *slice);

#endif
