/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reassembly of inner packets from the AGGFRAG payloads of outer packets that are in order (RFC
 * 9347, 2.5 and 6.1), as Linux does it. Payloads are slices or octets; the rules are the same. */
#ifndef IPTFS_RECEIVER_REASSEMBLY_H
#define IPTFS_RECEIVER_REASSEMBLY_H

#include "packet/aggfrag.h"
#include "packet/packet.h"
#include "receiver/incomplete.h"
#include "receiver/reorder.h"
#include "stats/counters.h"
#include "stats/delays.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_reassembly {
    struct iptfs_store *store;
    struct iptfs_counters *counters;
    struct iptfs_drop_timer *timer;
    /* A whole inner packet leaves. The tunnel keeps the packet; the callee may take its handle and
     * set it to NULL. `again`: it has left before (a duplicate that no window recognised). */
    void (*deliver)(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again);
    void *deliver_ctx;
    enum iptfs_ecn_decap ecn_decap; /* of payloads of octets; 0 (nothing) unless set */
    struct iptfs_waits *waits;   /* of the waiting times of delivered packets; NULL: not measured */
    int64_t arrived_ps;          /* of the outer packet that is processed */
    bool waited;                 /* a packet delivered now may have arrived before now */
    uint8_t payload_ecn;         /* ECN field that the payload, of octets, arrived with */
    uint8_t partial_ecns;        /* ... and those with parts of the partial packet: bits 1 << ECN */
    int64_t first_ps;            /* when the first outer packet with a part of it arrived */
    int64_t last_ps;             /* ... and the last */
    struct iptfs_inner *partial; /* an incomplete inner packet, reference held; or NULL */
    bool of_octets;              /* it was made from octets; else it is a simulated packet */
    uint32_t have;               /* octets of it that have been received */
    uint32_t total;              /* its length; 0 until its length field has been received */
    uint64_t want;               /* number of the outer packet that must continue it */
    bool partial_late;           /* it began in a payload that higher numbers had overtaken */
    uint32_t partial_fills;      /* octets of data blocks in the last payload with a part of it */
    /* For the counters of RFC 9348, of payloads in the order of iptfs_reassembly_input: */
    uint32_t
        payload_octets; /* of data blocks, padding included, in the payload that is processed */
    bool all_pad;       /* that payload is all padding */
    uint64_t next;      /* above the highest number processed */
    struct iptfs_incomplete given_up; /* an incomplete packet that may still continue */
};

void iptfs_reassembly_init(struct iptfs_reassembly *reassembly, struct iptfs_store *store,
                           struct iptfs_counters *counters, struct iptfs_drop_timer *timer);

/* Processes the payload of an outer packet, which the caller keeps. */
void iptfs_reassembly_input(struct iptfs_reassembly *reassembly, int64_t now_ps,
                            struct iptfs_outer *outer);

/* The drop timer has fired: a partial packet is discarded. */
void iptfs_reassembly_expire(struct iptfs_reassembly *reassembly);

/* The rest is for receivers that process payloads in another order (see receive_immediate.h). What
 * a payload holds besides whole inner packets and padding: */
struct iptfs_payload_shape {
    bool all_pad;   /* it holds no octet of any inner packet */
    bool continued; /* it starts with octets of an earlier packet */
    bool passes;    /* ... which fill it, and by BlockOffset more of them follow */
    bool begins;    /* it ends with the first octets of a packet */
    uint32_t block_offset;
    uint32_t left;           /* octets of the packet that continues after it, see incomplete.h */
    uint32_t payload_octets; /* of data blocks, padding included */
};

/* Delivers the whole inner packets of a payload, counts its errors and padding, and describes the
 * rest in *shape. */
void iptfs_reassembly_wholes(struct iptfs_reassembly *reassembly, int64_t now_ps,
                             const struct iptfs_outer *outer, struct iptfs_payload_shape *shape);

/* Starts the partial packet with the first octets that the payload holds. There may be none yet. */
void iptfs_reassembly_begin(struct iptfs_reassembly *reassembly, int64_t now_ps,
                            const struct iptfs_outer *outer);

/* Continues the partial packet, which leaves when it is whole. The caller guarantees the order. */
void iptfs_reassembly_continue(struct iptfs_reassembly *reassembly, int64_t now_ps,
                               const struct iptfs_outer *outer);

/* The octets that continue an earlier packet are not used: sets that packet's drop cause. */
void iptfs_reassembly_skip(const struct iptfs_outer *outer, enum iptfs_drop_cause cause);

/* Gives up the partial packet; false when there is none. The caller counts it as incomplete. */
bool iptfs_reassembly_give_up(struct iptfs_reassembly *reassembly, enum iptfs_drop_cause cause);

/* Releases a partial packet (end of the run). */
void iptfs_reassembly_clear(struct iptfs_reassembly *reassembly);

#endif
