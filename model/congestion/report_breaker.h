/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The circuit breaker of the sending end (RFC 9347, 2.4.2.1; RFC 8084): it acts on the congestion
 * information that the peer returns in band.
 *
 * The header states the loss event rate, which is not the loss rate that circuit_breaker.h
 * measures at the receiving end: losses within one round trip are one event. The breaker trips when
 * the rate reported stays at or above the limit for `time_ps`, and when no report comes for
 * `time_ps` after a packet was sent: then the path to the peer or back is broken. A report is a
 * header that echoes a packet sent after the one echoed last; headers that repeat an old echo are
 * no news of this path. */
#ifndef IPTFS_CONGESTION_REPORT_BREAKER_H
#define IPTFS_CONGESTION_REPORT_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

struct iptfs_report_breaker_config {
    double rate; /* loss event rate, 0 to 1; 0: no breaker */
    int64_t time_ps;
};

struct iptfs_report_breaker {
    struct iptfs_report_breaker_config config;
    int64_t high_ps;   /* when the rate will have been too high for too long; or IPTFS_NEVER */
    int64_t silent_ps; /* when a report will be overdue; IPTFS_NEVER: none is expected */
    double rate;       /* as reported last */
    bool tripped;
    bool silence; /* tripped since no report came */
    int64_t tripped_ps;
};

void iptfs_report_breaker_init(struct iptfs_report_breaker *breaker,
                               const struct iptfs_report_breaker_config *config);

/* A packet that the peer has to report was sent. */
void iptfs_report_breaker_sent(struct iptfs_report_breaker *breaker, int64_t now_ps);

/* A report has come: LossEventRate as it stands in the header, the inverse, 0 for no loss. */
void iptfs_report_breaker_input(struct iptfs_report_breaker *breaker, int64_t now_ps,
                                uint32_t loss_event_rate);

/* When iptfs_report_breaker_wake must be called next; IPTFS_NEVER for not, also for a breaker of
 * which all is 0. */
int64_t iptfs_report_breaker_next_ps(const struct iptfs_report_breaker *breaker);

/* Trips the breaker when it is due. */
void iptfs_report_breaker_wake(struct iptfs_report_breaker *breaker, int64_t now_ps);

#endif
