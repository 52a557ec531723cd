/* SPDX-License-Identifier: GPL-2.0-or-later */
/* X_recv, the rate at which the peer receives, as a sender infers it from echoes.
 *
 * RFC 5348 has the receiver measure X_recv and state it. The header of RFC 9347 has no field for
 * it; its appendix B allows to take the sender's own rate X. An echo says more: TEcho is when the
 * newest packet was sent that had arrived, and now - Echo Delay is when it arrived, but for the
 * delay of the way back, which cancels in differences. Over the last round trip of arrivals,
 * packets arrived more slowly than they were sent by the quotient of the two times. X_recv is the
 * rate at which the echoed packet left, times this quotient, times 1 - p, since a loss event is at
 * least one lost packet.
 *
 * What this cannot see: more losses than one in an event. Where a short queue overflows, X_recv is
 * too high until the loss event rate has risen. A delay of the way back that grows counts as one of
 * the way out. */
#ifndef IPTFS_CONGESTION_RECEIVE_RATE_H
#define IPTFS_CONGESTION_RECEIVE_RATE_H

#include <stdint.h>

enum iptfs_receive_rate_kind {
    IPTFS_RECEIVE_RATE_ARRIVALS,
    IPTFS_RECEIVE_RATE_SENT,    /* RFC 9347, appendix B: the sender's rate X */
    IPTFS_RECEIVE_RATE_MEASURED /* what the receiver measured: no field on the wire carries it */
};

enum {
    IPTFS_RECEIVE_RATE_CHANGES = 16, /* of the rate that are remembered */
    IPTFS_RECEIVE_RATE_POINTS = 16   /* an eighth of a round trip or more apart */
};

struct iptfs_receive_rate {
    enum iptfs_receive_rate_kind kind;
    struct {
        int64_t at_ps;
        double pps;
    } changes[IPTFS_RECEIVE_RATE_CHANGES]; /* the rate since when, a ring */
    uint64_t change_count;
    struct iptfs_receive_point {
        int64_t sent_ps;
        int64_t arrived_ps;                      /* on our clock, the way back included */
    } points[IPTFS_RECEIVE_RATE_POINTS], newest; /* packets that were echoed, oldest first */
    uint32_t count;
};

void iptfs_receive_rate_init(struct iptfs_receive_rate *rate, enum iptfs_receive_rate_kind kind);

/* Packets leave at `pps` from now on. The rate must be known before the first echo. */
void iptfs_receive_rate_sending(struct iptfs_receive_rate *rate, int64_t now_ps, double pps);

/* An echo that is newer than all before it. */
void iptfs_receive_rate_echo(struct iptfs_receive_rate *rate, int64_t sent_ps, int64_t arrived_ps,
                             int64_t rtt_ps);

/* Time in which packets were sent over time in which they arrived, in the last round trip of
 * arrivals: at most 1, and 1 as long as it is not known. */
double iptfs_receive_rate_quotient(const struct iptfs_receive_rate *rate, int64_t rtt_ps);

/* X_recv in packets per second for the packet sent at `sent_ps`, at loss event rate `p`. */
double iptfs_receive_rate_pps(const struct iptfs_receive_rate *rate, int64_t sent_ps,
                              int64_t rtt_ps, double p);

#endif
