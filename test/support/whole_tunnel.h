/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole tunnel, driven by hand through next_ps and wake only. Invariants are checked in each
 * step. */
#ifndef IPTFS_SUPPORT_WHOLE_TUNNEL_H
#define IPTFS_SUPPORT_WHOLE_TUNNEL_H

#include "support/fixture.h"
#include "tunnel/tunnel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PKTS_MAX = 400,
    ITEMS_MAX = 60,
    STEPS_MAX = 20000
};

/* All of one run. Arrivals have their index as id. */
struct plan {
    uint64_t seed;
    struct iptfs_sender_config sender;
    struct iptfs_receiver_config receiver;
    struct iptfs_link_config link;
    struct iptfs_impair_item items[ITEMS_MAX];
    size_t item_count;
    double loss;
    struct iptfs_arrival arrivals[PKTS_MAX];
    size_t count;
    int64_t stop_ps;
};

/* A tunnel at work. */
struct bench {
    struct iptfs_tunnel tunnel;
    struct iptfs_observer observer;
    struct feed feed;
    const struct plan *plan;
    unsigned delivered[PKTS_MAX]; /* how often each packet came out */
    unsigned released[PKTS_MAX];
    bool arrived[PKTS_MAX];
    uint64_t arrived_count;
    uint64_t distinct;
    uint64_t last_sent;
    uint32_t last_id;
    bool any;
    bool in_order;
    int64_t now_ps;
    const char *wrong; /* the first thing that was */
    uint64_t steps;
};

/* Notes `what` is wrong unless `held`; the first of these stays. */
void bench_expect(struct bench *bench, bool held, const char *what);

/* Builds the tunnel of a plan, which must outlive the bench. False, with the reason in
 * bench->wrong, when it cannot be built: then there is nothing to close. */
bool bench_start(struct bench *bench, struct plan *plan);

/* Wakes the tunnel whenever it is due, until nothing is due up to `until_ps` or something is
 * wrong. */
void bench_run_until(struct bench *bench, int64_t until_ps);

/* Ends the run (IPTFS_NEVER: where it stands), sees that each packet and each handle is somewhere
 * exactly once, and frees the tunnel. */
void bench_close(struct bench *bench, int64_t at_ps);

#endif
