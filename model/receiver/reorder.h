/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reorder window: outer packets are processed in the order of their sequence numbers. Those
 * that arrive early are held until the missing ones arrive, the window moves past them, or the drop
 * timer gives them up (RFC 9347, 2.2.3). */
#ifndef IPTFS_RECEIVER_REORDER_H
#define IPTFS_RECEIVER_REORDER_H

#include "packet/packet.h"
#include "receiver/received.h"
#include "receiver/reorder_depth.h"
#include "stats/counters.h"

#include <stdbool.h>
#include <stdint.h>

/* The one timer that the window and the reassembly share, as in Linux. */
struct iptfs_drop_timer {
    int64_t drop_time_ps;
    int64_t deadline_ps; /* IPTFS_NEVER when not running */
};

/* Starts the timer to fire at `deadline_ps`, unless it is running. */
void iptfs_drop_timer_start(struct iptfs_drop_timer *timer, int64_t deadline_ps);
void iptfs_drop_timer_stop(struct iptfs_drop_timer *timer);

/* One place of the window. */
struct iptfs_reorder_place {
    struct iptfs_outer *outer; /* NULL: empty */
    int64_t give_up_ps;        /* when an empty place is given up */
};

struct iptfs_reorder {
    struct iptfs_store *store;
    struct iptfs_counters *counters;
    struct iptfs_drop_timer *timer;
    /* Processes a packet that is next in order; the window keeps it and ends it afterwards. */
    void (*process)(void *ctx, int64_t now_ps, struct iptfs_outer *outer);
    void *process_ctx;
    struct iptfs_reorder_place *places; /* a ring by sequence number */
    uint64_t mask;                      /* places - 1 */
    struct iptfs_reorder_depth *depth;  /* of an adaptive window; NULL: the window stays */
    uint64_t window;  /* reorder-window; 0: packets are processed as they arrive */
    uint64_t expired; /* numbers below were processed, or passed before the drop timer last fired */
    bool plain;       /* payloads are not AGGFRAG: RFC 9348 counts nothing */
    uint64_t want;    /* the next number in order; without a window, the highest received */
    uint64_t top;     /* highest number held, when any is */
    uint64_t held;    /* packets held now */
    bool started;     /* `want` is known */
    struct iptfs_received received;
    uint64_t late_pkts;      /* received for the first time after their number was given up */
    uint64_t duplicate_pkts; /* second copies; without a window they are processed again */
    uint64_t held_max;
};

/* IPTFS_E_NO_MEMORY. The caller sets `process`. */
int iptfs_reorder_init(struct iptfs_reorder *reorder, uint32_t window, struct iptfs_store *store,
                       struct iptfs_counters *counters, struct iptfs_drop_timer *timer);

/* The same for a window that adapts; `depth` must outlive the reorder window. */
int iptfs_reorder_init_adaptive(struct iptfs_reorder *reorder, struct iptfs_reorder_depth *depth,
                                struct iptfs_store *store, struct iptfs_counters *counters,
                                struct iptfs_drop_timer *timer);

/* Releases the packets held, and frees the window. */
void iptfs_reorder_free(struct iptfs_reorder *reorder);

/* The first sequence number of the SA is `want`, whichever packet arrives first. Without this call
 * the number of the first packet received is taken for it, as in Linux. */
void iptfs_reorder_begin(struct iptfs_reorder *reorder, uint64_t want);

/* Takes over a packet that arrived: processes it and what follows it, holds it, or drops it. A
 * number counts as missed (RFC 9348: rx-missed-pkts) when it is given up, and stays counted if its
 * packet comes later. Without a window it is given up when a higher one arrives. */
void iptfs_reorder_input(struct iptfs_reorder *reorder, int64_t now_ps, struct iptfs_outer *outer);

/* The drop timer has fired: gives up the numbers whose time has come, and starts the timer again if
 * packets are still held. */
void iptfs_reorder_expire(struct iptfs_reorder *reorder, int64_t now_ps);

#endif
