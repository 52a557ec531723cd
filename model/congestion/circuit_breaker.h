/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The circuit breaker (RFC 9347, 2.4.2.1; RFC 8084): a tunnel without congestion control stops when
 * the loss of its outer packets stays high.
 *
 * The receiving end measures, by sequence numbers: missed / (missed + received), over consecutive
 * intervals of a fifth of `time`. An interval begins with a packet; the breaker trips at the end of
 * the fifth in a row whose loss was at or above the limit. A packet that arrives out of order is no
 * longer counted as missed; a second copy does not count.
 *
 * If no packets arrive, the count of intervals is kept until packets arrive again, because there
 * may be nothing to send. With a sender of constant rate, no packet during `time` means that all
 * are lost. */
#ifndef IPTFS_CONGESTION_CIRCUIT_BREAKER_H
#define IPTFS_CONGESTION_CIRCUIT_BREAKER_H

#include "esp/replay_window.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    IPTFS_CIRCUIT_BREAKER_INTERVALS = 5
};

struct iptfs_circuit_breaker_config {
    double loss; /* 0 to 1; 0: no breaker */
    int64_t time_ps;
    bool constant_rate; /* packets are sent at a constant rate, with or without data */
};

struct iptfs_circuit_breaker {
    struct iptfs_circuit_breaker_config config;
    struct iptfs_replay_window seen; /* packets received */
    bool started;
    uint64_t first, top;               /* lowest and highest number received */
    uint64_t missed, received;         /* in this interval */
    uint64_t row_missed, row_received; /* in the consecutive intervals */
    unsigned row;                      /* intervals in a row at or above the limit */
    int64_t end_ps;                    /* of this interval; IPTFS_NEVER between intervals */
    int64_t silent_ps; /* when no packet has arrived for too long; IPTFS_NEVER: not checked */
    bool tripped;
    int64_t tripped_ps;
    double tripped_loss; /* over the consecutive intervals; 1: no packet arrived */
};

void iptfs_circuit_breaker_init(struct iptfs_circuit_breaker *breaker,
                                const struct iptfs_circuit_breaker_config *config);

/* Whether there is a limit; without one the breaker does nothing. */
static inline bool iptfs_circuit_breaker_used(const struct iptfs_circuit_breaker *breaker)
{
    return breaker->config.loss > 0;
}

/* An outer packet of this number has arrived. A packet that arrives when an interval ends belongs
 * to that interval. */
void iptfs_circuit_breaker_input(struct iptfs_circuit_breaker *breaker, int64_t now_ps,
                                 uint64_t seq);

/* When iptfs_circuit_breaker_wake must be called next; IPTFS_NEVER for not. */
int64_t iptfs_circuit_breaker_next_ps(const struct iptfs_circuit_breaker *breaker);

/* Ends the intervals that end by now; afterwards the breaker may have tripped. */
void iptfs_circuit_breaker_wake(struct iptfs_circuit_breaker *breaker, int64_t now_ps);

#endif
