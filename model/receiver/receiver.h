/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiver of an incoming SA: replay window, reorder window and reassembly; or
 * receive_immediate in place of the reorder window, where only fragments wait for each other. */
#ifndef IPTFS_RECEIVER_H
#define IPTFS_RECEIVER_H

#include "congestion/congestion.h"
#include "esp/esp.h"
#include "esp/replay_window.h"
#include "packet/packet.h"
#include "receiver/ip_reassembly.h"
#include "receiver/reassembly.h"
#include "receiver/receive_immediate.h"
#include "receiver/reorder.h"
#include "stats/counters.h"
#include "stats/trace.h"

#include <stdbool.h>
#include <stdint.h>

/* The options of an incoming SA, under Linux's names. */
struct iptfs_receiver_config {
    uint32_t reorder_window; /* packets; 0: none; or IPTFS_REORDER_WINDOW_ADAPTIVE */
    int64_t drop_time_ps;
    uint32_t replay_window; /* packets, at most IPTFS_REPLAY_WINDOW_MAX; 0: no check */
    bool immediate; /* whole inner packets leave on arrival, only fragments wait (RFC 9347, 2.5) */
    bool ecn;       /* ECN is in use: an outer packet with CE counts as lost (RFC 9347, 3.1) */
    enum iptfs_ecn_decap ecn_decap; /* what inner packets get of the outer ECN field */
    bool restarts_history;          /* the loss history starts anew with each SA */
    bool plain;                     /* payloads are not AGGFRAG: no reorder window, no reassembly */
};

struct iptfs_receiver {
    struct iptfs_receiver_config config;
    struct iptfs_store *store;
    struct iptfs_counters *counters;
    const struct iptfs_trace *trace;
    struct iptfs_drop_timer timer;
    struct iptfs_drop_timer unused; /* of the reassembly, where `immediate` has the timer */
    bool is_immediate;
    struct iptfs_reorder_depth own_depth;
    struct iptfs_reorder_depth *depth; /* its own, or that of another receiver of the tunnel */
    struct iptfs_replay_window replay;
    struct iptfs_reorder reorder;
    struct iptfs_receive_immediate immediate;
    struct iptfs_reassembly reassembly;
    struct iptfs_ip_reassembly ip_reassembly; /* of the plain modes */
    struct iptfs_congestion *congestion;      /* of this end; NULL: it returns and uses none */
    uint32_t sa;                              /* which SA it serves */
};

/* IPTFS_E_NO_MEMORY. The receiver must not move in memory afterwards; store, counters and trace
 * must outlive it. */
int iptfs_receiver_init(struct iptfs_receiver *receiver, const struct iptfs_receiver_config *config,
                        struct iptfs_store *store, struct iptfs_counters *counters,
                        const struct iptfs_trace *trace);

/* Sets the callback that gets the inner packets, as in struct iptfs_reassembly. */
void iptfs_receiver_deliver_to(struct iptfs_receiver *receiver,
                               void (*deliver)(void *ctx, int64_t now_ps, struct iptfs_inner *inner,
                                               bool again),
                               void *ctx);

/* Shares what is known of the path's reordering with the receiver of another SA of the tunnel,
 * which must outlive this one. To be called before packets come. */
void iptfs_receiver_share_depth(struct iptfs_receiver *receiver, struct iptfs_receiver *other);

/* Sets where the waiting times of delivered packets are recorded; must outlive the receiver. */
void iptfs_receiver_measure_to(struct iptfs_receiver *receiver, struct iptfs_waits *waits);

/* Releases all packets inside, and frees the receiver's memory. */
void iptfs_receiver_free(struct iptfs_receiver *receiver);

/* Removes its SA and serves `sa` from now on: packets inside are dropped as `sa-removed`, timers
 * stop, and numbers start again. Statistics are kept. IPTFS_E_NO_MEMORY. */
int iptfs_receiver_renew(struct iptfs_receiver *receiver, uint32_t sa);

/* Takes over an outer packet that arrives now. At one instant packets are taken before the drop
 * timer fires, as the recorded runs of Linux show: the caller delivers what arrives now before it
 * calls iptfs_receiver_wake. A timer that was due earlier fires first. */
void iptfs_receiver_input(struct iptfs_receiver *receiver, int64_t now_ps,
                          struct iptfs_outer *outer);

/* When iptfs_receiver_wake must be called next; IPTFS_NEVER for not. */
static inline int64_t iptfs_receiver_next_ps(const struct iptfs_receiver *receiver)
{
    return receiver->timer.deadline_ps;
}

/* Outer packets received for the first time after their number was given up, second copies of outer
 * packets (but for those that the replay window refused), and the most held at one time. */
static inline uint64_t iptfs_receiver_late_pkts(const struct iptfs_receiver *receiver)
{
    return receiver->reorder.late_pkts + receiver->immediate.late_pkts;
}

static inline uint64_t iptfs_receiver_duplicate_pkts(const struct iptfs_receiver *receiver)
{
    return receiver->reorder.duplicate_pkts + receiver->immediate.duplicate_pkts;
}

static inline uint64_t iptfs_receiver_held_max(const struct iptfs_receiver *receiver)
{
    return receiver->reorder.held_max + receiver->immediate.held_max;
}

/* The most held at one time and the largest window count anew, from those of now. */
void iptfs_receiver_restart_maxima(struct iptfs_receiver *receiver);

/* Lets the drop timer fire when it is due. */
void iptfs_receiver_wake(struct iptfs_receiver *receiver, int64_t now_ps);

#endif
