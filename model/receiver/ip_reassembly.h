/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiving end of the plain modes: inner packets leave as they arrive; IP fragments of one are
 * collected until it is whole (RFC 791, 3.2). */
#ifndef IPTFS_RECEIVER_IP_REASSEMBLY_H
#define IPTFS_RECEIVER_IP_REASSEMBLY_H

#include "packet/packet.h"
#include "stats/counters.h"
#include "stats/delays.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_ip_reassembly {
    struct iptfs_store *store;
    struct iptfs_counters *counters;
    /* As in struct iptfs_reassembly. */
    void (*deliver)(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again);
    void *deliver_ctx;
    enum iptfs_ecn_decap ecn_decap; /* of payloads of octets */
    struct iptfs_waits *waits; /* of the waiting times of delivered packets; NULL: not measured */
};

/* Takes the inner packet out of an outer packet, which stays the caller's. IP fragments that are
 * bytes are not collected: each leaves as a packet of its own. */
void iptfs_ip_reassembly_input(struct iptfs_ip_reassembly *reassembly, int64_t now_ps,
                               const struct iptfs_outer *outer);

#endif
