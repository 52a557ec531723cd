/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loss history: the receiver's measurement of the loss event rate (RFC 5348, section 5).
 *
 * A packet is lost when three packets with higher numbers have arrived. Losses within one round
 * trip of the first of them are one loss event; a loss interval lasts from one event to the next,
 * and the loss event rate p is the inverse of their weighted mean. A packet marked with congestion
 * experienced counts as lost here, and is delivered nevertheless. A mark that begins an event
 * counts when it arrives: numbers missing before it are then lost too, and the event begins with
 * the first of them (5.1).
 *
 * A packet that comes after its number was counted as lost changes nothing (5.1 leaves this open);
 * neither does a second copy. Discounting of the history (5.5) is not done. */
#ifndef IPTFS_CONGESTION_LOSS_HISTORY_H
#define IPTFS_CONGESTION_LOSS_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

enum {
    IPTFS_LOSS_INTERVALS = 8, /* closed intervals that count (5.4) */
    IPTFS_LOSS_LATER = 3      /* later arrivals that make a missing number lost (5.1) */
};

/* An arrival as the history sees it. */
struct iptfs_loss_arrival {
    uint64_t seq;
    int64_t at_ps;
    int64_t rtt_ps; /* the round trip that the sender states; 0 when it knows none */
    bool ce;        /* arrived with congestion experienced */
};

/* From the first loss of one event to the first loss of the next. */
struct iptfs_loss_interval {
    double packets;
    bool marked; /* a CE mark was part of the event it began with */
};

/* The loss event rate at which the throughput equation gives `rate_pps` at a round trip. */
typedef double iptfs_loss_for_rate_fn(double rate_pps, int64_t rtt_ps);

struct iptfs_loss_history {
    iptfs_loss_for_rate_fn *loss_for_rate;
    struct iptfs_loss_arrival last; /* highest number up to which all is settled */
    /* Arrivals beyond a number still missing, in order: one more makes that number lost. */
    struct iptfs_loss_arrival early[IPTFS_LOSS_LATER];
    uint32_t early_count;
    bool started;
    uint64_t first_seq;
    uint64_t highest_seq;

    uint64_t events;    /* loss events in all */
    uint64_t event_seq; /* first loss of the current event, while events > 0 */
    int64_t event_ps;   /* when, interpolated */
    bool event_marked;  /* a CE mark is part of it */
    uint32_t intervals; /* closed ones known */
    struct iptfs_loss_interval closed[IPTFS_LOSS_INTERVALS]; /* newest first; the oldest may be the
                                                                synthetic one of 6.3.1 */

    int64_t window_ps;      /* since when arrivals are counted for the receive rate */
    uint64_t window_pkts;   /* arrived since, without the one that began the window */
    double receive_pps;     /* over the last whole round trip (6.2); 0 when not known yet */
    double receive_max_pps; /* largest so far */

    uint64_t received_pkts; /* each number once, late ones not counted */
    uint64_t lost_pkts;
    uint64_t marked_pkts;
    uint64_t ignored_pkts; /* duplicates, and numbers already counted as lost */
};

/* `loss_for_rate` makes the first interval (6.3.1) from X_target, the largest receive rate seen, at
 * least one packet in two round trips. If no round trip is known, the interval is the packets
 * before the first loss, at least that of the lowest X_target; if `loss_for_rate` is NULL, the
 * packets before the first loss. */
void iptfs_loss_history_init(struct iptfs_loss_history *history,
                             iptfs_loss_for_rate_fn *loss_for_rate);

/* Takes one arrival; times never go back. The history starts with the first one: numbers below it
 * are not losses. Gaps of any size cost the same. */
void iptfs_loss_history_input(struct iptfs_loss_history *history,
                              const struct iptfs_loss_arrival *arrival);

/* Number `seq` is no loss if it does not arrive: it may be that of a probe of path MTU discovery
 * (RFC 9347, 6.1.2, P). To be called before the packet behind it is taken; nothing changes when the
 * number has arrived. */
void iptfs_loss_history_excuse(struct iptfs_loss_history *history, uint64_t seq, int64_t now_ps);

/* Mean loss interval in packets, the open one included where that raises it (5.4); 0 as long as
 * nothing was lost. */
double iptfs_loss_history_interval(const struct iptfs_loss_history *history);

/* Loss event rate, 0 to 1. */
double iptfs_loss_history_p(const struct iptfs_loss_history *history);

/* LossEventRate as it stands in the header: 1/p to the nearest, 1 to UINT32_MAX; 0 for no loss
 * (RFC 9347, 6.1.2). */
uint32_t iptfs_loss_history_wire(const struct iptfs_loss_history *history);

/* True when a CE mark went into the rate: the E bit (RFC 9347, 6.1.2). */
bool iptfs_loss_history_marked(const struct iptfs_loss_history *history);

#endif
