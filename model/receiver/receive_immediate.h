/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiver that delivers immediately (RFC 9347, 2.5): whole inner packets leave as soon as
 * their outer packet arrives, in any order; only fragments wait for each other.
 *
 * The window means the same as in the reorder window: a missing number is given up when a number
 * arrives that is more than `window` above it. Payloads with fragments are held beyond that as long
 * as no number between them is given up: otherwise a packet of more fragments than the window is
 * wide could never be reassembled. Each is held for at most drop-time after its arrival.
 *
 * A second copy is recognised, and dropped, as long as its number is remembered (received.h). A
 * packet that comes for the first time after its number was given up is late: its fragments are
 * dropped, but its whole inner packets leave. A number that was given up stays counted as missed,
 * and late fragments count no further packet as incomplete. */
#ifndef IPTFS_RECEIVER_RECEIVE_IMMEDIATE_H
#define IPTFS_RECEIVER_RECEIVE_IMMEDIATE_H

#include "packet/packet.h"
#include "receiver/incomplete.h"
#include "receiver/reassembly.h"
#include "receiver/received.h"
#include "receiver/reorder.h"
#include "stats/counters.h"

#include <stdbool.h>
#include <stdint.h>

/* The state of one sequence number. */
struct iptfs_receive_immediate_place {
    struct iptfs_outer *outer; /* held while fragments in it wait; else NULL */
    int64_t arrived_ps;
    uint64_t older, newer; /* numbers held that arrived before and after this one */
    bool seen;             /* the number has been received */
    bool all_pad;          /* it may be between fragments */
    bool head;             /* waiting: the octets that continue an earlier packet */
    bool passes;           /* ... which continues in the next payload */
    bool tail;             /* waiting: the first octets of a packet */
    bool continued;        /* `head` as it arrived; that packet has been counted as incomplete: */
    bool head_counted;
    uint32_t block_offset;
    struct iptfs_incomplete behind; /* the packet that continues after it, also of `passes` */
};

struct iptfs_receive_immediate {
    struct iptfs_store *store;
    struct iptfs_counters *counters;
    struct iptfs_drop_timer *timer;
    struct iptfs_reassembly *reassembly;
    struct iptfs_received received;
    struct iptfs_receive_immediate_place *places; /* a ring by sequence number */
    uint64_t mask;                                /* places - 1 */
    uint64_t limit;                               /* most places there may be */
    uint64_t window;
    struct iptfs_reorder_depth *depth; /* of an adaptive window; NULL: the window stays */
    uint64_t bottom;                   /* lowest number in `places` */
    uint64_t settled;                  /* every number below it has been received or given up */
    uint64_t top;                      /* highest number received */
    uint64_t first;                    /* lowest number received: none below it counts as missed */
    uint64_t oldest, newest;           /* held, in the order of arrival */
    uint64_t held;                     /* outer packets held now */
    bool started;                      /* a packet has been received */
    struct iptfs_incomplete below; /* the packet that continues after the numbers below `bottom` */
    uint64_t held_max;
    uint64_t late_pkts;
    uint64_t duplicate_pkts;
};

/* Inner packets leave through `reassembly`, which must have no other user and must not share
 * `timer`. IPTFS_E_NO_MEMORY. */
int iptfs_receive_immediate_init(struct iptfs_receive_immediate *immediate, uint32_t window,
                                 struct iptfs_reassembly *reassembly,
                                 struct iptfs_drop_timer *timer);

/* Releases the packets held, and frees the window. */
void iptfs_receive_immediate_free(struct iptfs_receive_immediate *immediate);

/* Takes over an outer packet that arrives now. */
void iptfs_receive_immediate_input(struct iptfs_receive_immediate *immediate, int64_t now_ps,
                                   struct iptfs_outer *outer);

/* The drop timer has fired: fragments that have waited for drop-time are given up. */
void iptfs_receive_immediate_expire(struct iptfs_receive_immediate *immediate, int64_t now_ps);

#endif
