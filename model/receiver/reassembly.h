/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reassembly: inner packets out of the AGGFRAG payloads of outer packets in order (RFC 9347, 2.5,
 * 6.1), as Linux does it. Payloads are slices or bytes; the rules are the same. */
#ifndef IPTFS_RECEIVER_REASSEMBLY_H
#define IPTFS_RECEIVER_REASSEMBLY_H

#include "packet/aggfrag.h"
#include "packet/packet.h"
#include "receiver/reorder.h"
#include "stats/counters.h"
#include "stats/delays.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_reassembly {
    struct iptfs_store *store;
    struct iptfs_counters *counters;
    struct iptfs_drop_timer *timer;
    /* A whole inner packet leaves. The packet stays the tunnel's: the callee may take its handle
     * and set it to NULL. `again`: it has left before (a duplicate that no window caught). */
    void (*deliver)(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again);
    void *deliver_ctx;
    struct iptfs_waits *waits;   /* what delivered packets waited goes there; NULL: not measured */
    int64_t arrived_ps;          /* of the outer packet that is taken apart */
    bool waited;                 /* what is delivered now may have come before now */
    bool brings_ce;              /* the payload, of bytes, came with a mark to pass on */
    bool partial_ce;             /* ... and so did one that carried a part of the packet begun */
    int64_t first_ps;            /* of the outer packets that brought the packet begun: the first */
    int64_t last_ps;             /* ... and the last that arrived */
    struct iptfs_inner *partial; /* an inner packet begun, reference held; NULL for none */
    uint32_t have;               /* octets of it that have come */
    uint32_t total;              /* of it in all; 0 while its length field has not come */
    uint64_t want;               /* the outer packet that must continue it */
};

void iptfs_reassembly_init(struct iptfs_reassembly *reassembly, struct iptfs_store *store,
                           struct iptfs_counters *counters, struct iptfs_drop_timer *timer);

/* Takes the inner packets out of an outer packet, which stays the caller's. */
void iptfs_reassembly_input(struct iptfs_reassembly *reassembly, int64_t now_ps,
                            struct iptfs_outer *outer);

/* The drop timer has fired: a partial packet is discarded. */
void iptfs_reassembly_expire(struct iptfs_reassembly *reassembly);

/* For receivers that take payloads apart in an order of their own (see immediate.h). What a payload
 * holds besides whole inner packets and padding: */
struct iptfs_payload_shape {
    bool all_pad;   /* not an octet of any inner packet */
    bool continued; /* octets of an earlier packet come first */
    bool passes;    /* ... and fill it, and by BlockOffset more of them are to come */
    bool begins;    /* the last packet in it is not all here */
};

/* The whole inner packets of a payload leave, its errors and padding are counted, and *shape says
 * what remains. */
void iptfs_reassembly_wholes(struct iptfs_reassembly *reassembly, int64_t now_ps,
                             const struct iptfs_outer *outer, struct iptfs_payload_shape *shape);

/* Begins the packet of which the payload holds the beginning. None may be begun. */
void iptfs_reassembly_begin(struct iptfs_reassembly *reassembly, int64_t now_ps,
                            const struct iptfs_outer *outer);

/* Continues the packet begun, which leaves when it is whole. The caller vouches for the order. */
void iptfs_reassembly_continue(struct iptfs_reassembly *reassembly, int64_t now_ps,
                               const struct iptfs_outer *outer);

/* Nobody waits for the octets that continue an earlier packet. */
void iptfs_reassembly_skip(const struct iptfs_outer *outer, enum iptfs_drop_cause cause);

/* Gives up the packet begun, if there is one. */
void iptfs_reassembly_give_up(struct iptfs_reassembly *reassembly, enum iptfs_drop_cause cause);

/* Lets go of a partial packet (end of the run). */
void iptfs_reassembly_clear(struct iptfs_reassembly *reassembly);

#endif
