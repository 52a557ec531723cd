/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reassembly: inner packets out of the AGGFRAG payloads of outer packets in order (RFC 9347, 2.5,
 * 6.1), as Linux does it. Payloads are slices or bytes; the rules are the same. */
#ifndef IPTFS_REASSEMBLY_H
#define IPTFS_REASSEMBLY_H

#include "aggfrag.h"
#include "counters.h"
#include "packet.h"
#include "reorder.h"

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

/* Lets go of a partial packet (end of the run). */
void iptfs_reassembly_clear(struct iptfs_reassembly *reassembly);

#endif
