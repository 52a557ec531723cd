/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiver that sends immediately (RFC 9347, 2.5): whole inner packets leave as soon as their
 * outer packet comes, in whatever order that is; only fragments wait for each other.
 *
 * The window means the same as in the reorder window: a missing number is waited for until one
 * comes that is more than `window` above it. Payloads with fragments are held beyond that for as
 * long as no number between them is given up, or a packet of more fragments than the window is wide
 * could never be put together. Each is held for drop-time at most, counted from its arrival.
 *
 * A second copy is known, and dropped, while its number is in the window or held. A number older
 * than that is late: its fragments are dropped, but its whole packets leave, also when they had
 * left before: against such copies there is the replay window. */
#ifndef IPTFS_RECEIVER_RECEIVE_IMMEDIATE_H
#define IPTFS_RECEIVER_RECEIVE_IMMEDIATE_H

#include "packet/packet.h"
#include "receiver/reassembly.h"
#include "receiver/reorder.h"
#include "stats/counters.h"

#include <stdbool.h>
#include <stdint.h>

/* What is known of one number. */
struct iptfs_receive_immediate_place {
    struct iptfs_outer *outer; /* held, while fragments in it are waiting */
    int64_t arrived_ps;
    uint64_t older, newer; /* numbers held that came before and after this one */
    bool seen;             /* the number has come */
    bool all_pad;          /* it may stand between fragments */
    bool head;             /* waiting: the octets that continue an earlier packet */
    bool passes;           /* ... which goes on in the next payload */
    bool tail;             /* waiting: the beginning of a packet */
};

struct iptfs_receive_immediate {
    struct iptfs_store *store;
    struct iptfs_counters *counters;
    struct iptfs_drop_timer *timer;
    struct iptfs_reassembly *reassembly;
    struct iptfs_receive_immediate_place *places; /* a ring by sequence number */
    uint64_t mask;                                /* places - 1 */
    uint64_t limit;                               /* most places */
    uint64_t window;
    uint64_t bottom;         /* lowest number that places know of */
    uint64_t settled;        /* below it every number has come or is given up */
    uint64_t top;            /* highest number that has come */
    uint64_t first;          /* lowest number that has come: none before it was missed */
    uint64_t oldest, newest; /* held, in the order of arrival */
    uint64_t held;           /* outer packets held now */
    bool started;            /* a number has come */
    uint64_t held_max;
    uint64_t late_pkts;
    uint64_t duplicate_pkts;
};

/* Inner packets leave through `reassembly`, which must be used by nobody else and must not share
 * `timer`. IPTFS_E_NO_MEMORY. */
int iptfs_receive_immediate_init(struct iptfs_receive_immediate *immediate, uint32_t window,
                                 struct iptfs_reassembly *reassembly,
                                 struct iptfs_drop_timer *timer);

/* Lets go of the packets held, and frees the window. */
void iptfs_receive_immediate_free(struct iptfs_receive_immediate *immediate);

/* Takes over an outer packet that arrives now. */
void iptfs_receive_immediate_input(struct iptfs_receive_immediate *immediate, int64_t now_ps,
                                   struct iptfs_outer *outer);

/* The drop timer has fired: fragments that have waited for drop-time are given up. */
void iptfs_receive_immediate_expire(struct iptfs_receive_immediate *immediate, int64_t now_ps);

#endif
