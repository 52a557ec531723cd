/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TFRC: the throughput equation of RFC 5348 and its sender (section 4), for packets of one size,
 * so that all rates are packets per second.
 *
 * An IP-TFS sender always sends at its allowed rate (padding when it has no data): it is never
 * idle nor limited by its data, and those branches of RFC 5348 do not exist here. */
#ifndef IPTFS_CONGESTION_TFRC_H
#define IPTFS_CONGESTION_TFRC_H

#include "congestion/receive_rate.h"

#include <stdbool.h>
#include <stdint.h>

/* The least rate, one packet each 64 s: t_mbi of RFC 5348. */
#define IPTFS_TFRC_MIN_PPS (1.0 / 64.0)

/* Packets per second of a TCP that sees this round trip (> 0) and loss event rate (0 to 1); a rate
 * of 0 gives infinity (RFC 9347, appendix B). */
double iptfs_tfrc_rate(double p, int64_t rtt_ps);

/* The loss event rate at which the equation gives `rate_pps` (> 0): its inverse. For rates out of
 * range the result is 1e-15 or 1. */
double iptfs_tfrc_loss_for_rate(double rate_pps, int64_t rtt_ps);

struct iptfs_tfrc_config {
    uint32_t packet_octets; /* s, for the initial window of 4380 octets, 2 to 4 packets */
    double max_pps;         /* 0: no limit */
    double min_pps;         /* never below, not even without feedback; raised to one in 64 s */
    int64_t rtt_ps; /* known in advance, such as from IKE: the first rate is the initial window each
                       round trip; 0: one packet per second. The first measurement replaces it */
    bool oscillation_reduction;                /* X_inst (4.5) */
    double rtt_weight;                         /* 1 - q, of a new sample in R; 0: the default */
    bool history_discounting;                  /* of the loss history of what arrives (5.5) */
    enum iptfs_receive_rate_kind receive_rate; /* how X_recv is found */
};

/* The values of one feedback. */
struct iptfs_tfrc_feedback {
    double p;              /* loss event rate, 0 to 1 */
    double receive_pps;    /* X_recv, what the receiver got over the last round trip; 0: unknown,
                              then it bounds nothing */
    int64_t rtt_sample_ps; /* goes through the filter; 0: no sample */
    int64_t rtt_least_ps;  /* the round trip is at least this, unfiltered; 0: nothing known */
};

enum {
    IPTFS_TFRC_RECEIVED = 4 /* entries of X_recv_set: two round trips, and some on new losses */
};

struct iptfs_tfrc {
    double max_pps;
    double min_pps;
    double window;   /* initial window in packets */
    double rate_pps; /* X, the allowed rate */
    double send_pps; /* X_inst, the rate of sending: X, or what 4.5 makes of it */
    bool oscillation_reduction;
    double rtt_weight;     /* 1 - q */
    double rtt_sqmean;     /* R_sqmean, in the square root of picoseconds; 0: no sample yet */
    double factor;         /* X_inst / X */
    double p;              /* from the last feedback */
    int64_t rtt_ps;        /* R; 0: not known */
    int64_t rtt_path_ps;   /* filtered samples only, before the first the one known in advance */
    bool sampled;          /* a sample has come */
    bool measured;         /* R follows from a feedback, and is not the one known in advance */
    int64_t doubled_ps;    /* tld, when the rate was last doubled */
    int64_t nofeedback_ps; /* when the no-feedback timer fires */
    struct {
        double pps;
        int64_t at_ps;
    } received[IPTFS_TFRC_RECEIVED]; /* X_recv_set, without the infinity that it starts with */
    uint32_t received_count;
    bool received_any;         /* X_recv_set still holds infinity */
    int64_t received_start_ps; /* timestamp of that infinity */
    uint64_t halvings;         /* the no-feedback timer fired */
    int64_t gap_ps;            /* 1 / send_pps: whole picoseconds */
    uint32_t gap_rest;         /* and the rest, in 2^-32 ps */
    uint32_t rest;             /* not yet waited, carried to the next gap */
};

void iptfs_tfrc_init(struct iptfs_tfrc *tfrc, const struct iptfs_tfrc_config *config,
                     int64_t now_ps);

/* Takes a feedback (4.3): to be called about once in a round trip, and at once when p has risen. */
void iptfs_tfrc_feedback(struct iptfs_tfrc *tfrc, int64_t now_ps,
                         const struct iptfs_tfrc_feedback *feedback);

/* Restarts the no-feedback timer, because the receiver has answered: max(4R, 2/X) from now, and 2 s
 * instead of 4R while R is not known. iptfs_tfrc_feedback() restarts it too. */
void iptfs_tfrc_restart_timer(struct iptfs_tfrc *tfrc, int64_t now_ps);

/* When the no-feedback timer fires. */
int64_t iptfs_tfrc_next_ps(const struct iptfs_tfrc *tfrc);

/* The no-feedback timer fires if it is due: halves the rate (4.4) and starts again. */
void iptfs_tfrc_wake(struct iptfs_tfrc *tfrc, int64_t now_ps);

/* Time from the packet sent last to the next one at the current rate. */
int64_t iptfs_tfrc_gap_ps(const struct iptfs_tfrc *tfrc);

/* A packet leaves, one gap after the previous one. The fraction of a picosecond is carried to the
 * next gap, so that a constant rate does not drift. */
void iptfs_tfrc_sent(struct iptfs_tfrc *tfrc);

#endif
