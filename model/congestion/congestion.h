/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Congestion information: what one end of a tunnel puts into the sub-type 1 headers it sends, and
 * learns from those it gets (RFC 9347, section 3).
 *
 * Both directions are here: the losses of what arrives, which are stated to the peer, and the rate
 * of what is sent, which follows what the peer states.
 *
 * The header has no receive rate, which RFC 5348 needs: congestion/receive_rate infers it. */
#ifndef IPTFS_CONGESTION_H
#define IPTFS_CONGESTION_H

#include "congestion/collapse.h"
#include "congestion/loss_history.h"
#include "congestion/numbering.h"
#include "congestion/receive_rate.h"
#include "congestion/report_breaker.h"
#include "congestion/tfrc.h"
#include "packet/aggfrag.h"
#include "packet/packet.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    IPTFS_CONGESTION_SENDS = 8 /* intervals whose mean is the send interval */
};

struct iptfs_congestion {
    struct iptfs_loss_history losses; /* of what arrives */
    struct iptfs_tfrc tfrc;           /* of what is sent */
    struct iptfs_collapse collapse;   /* of that rate */
    struct iptfs_report_breaker breaker;
    struct iptfs_numbering numbering; /* of what arrives */
    uint64_t to_report_pkts; /* arrived, empty payloads not counted: reports of reports never end */

    /* Sending. */
    uint64_t sent_pkts;
    int64_t sent_ps[IPTFS_CONGESTION_SENDS + 1]; /* when the last ones left, a ring */

    /* To be echoed to the peer. */
    uint32_t peer_tval;   /* 0: none has come */
    int64_t peer_tval_ps; /* when it arrived */
    int64_t peer_rtt_ps;  /* as the peer last stated it; 0: it has not */

    /* Learnt from the peer. */
    bool peer_known;          /* a header of sub-type 1 has come */
    uint64_t peer_seq;        /* highest number of such packets */
    bool peer_probing;        /* it had P set, and no packet of sub-type 0 has come behind it */
    int64_t echoed_ps;        /* when the newest packet that it echoed was sent; -1: none yet */
    uint64_t feedbacks;       /* handed to tfrc */
    int64_t feedback_ps;      /* when the last one was */
    uint32_t loss_event_rate; /* and what it stated */
    double receive_pps;       /* and the receive rate inferred for it */
    struct iptfs_receive_rate receive_rate;
};

/* Both directions start at `now_ps`. */
void iptfs_congestion_init(struct iptfs_congestion *congestion,
                           const struct iptfs_tfrc_config *config, int64_t now_ps);

/* A packet is sent now: makes its header sub-type 1 and fills the congestion information. The
 * BlockOffset and the P bit are left to the caller. To be called once for each packet, in the order
 * of their numbers. */
void iptfs_congestion_fill(struct iptfs_congestion *congestion, int64_t now_ps,
                           struct iptfs_aggfrag *header);

/* The same for a packet without congestion information, which counts for the rate only. */
void iptfs_congestion_sent(struct iptfs_congestion *congestion, int64_t now_ps);

/* A packet has arrived (after the replay check, before any reordering is undone), `ce` when its
 * outer IP header is marked with congestion experienced. A header of sub-type 0 counts only as
 * an arrival. Afterwards the rate may have changed: ask for the gap and the timer again. */
void iptfs_congestion_input(struct iptfs_congestion *congestion, int64_t now_ps, uint64_t seq,
                            bool ce, const struct iptfs_aggfrag *header);

/* The same for a packet of any of the SAs that follow each other: their numbers are counted on, so
 * that a rekey is no loss event and the loss event rate continues. */
void iptfs_congestion_receive(struct iptfs_congestion *congestion, int64_t now_ps,
                              const struct iptfs_outer *outer, bool ce);

/* Forgets the losses: the loss event rate is 0 until the next one. */
void iptfs_congestion_restart_history(struct iptfs_congestion *congestion);

/* When the no-feedback timer fires. */
int64_t iptfs_congestion_next_ps(const struct iptfs_congestion *congestion);

/* The no-feedback timer fires if it is due; the rate halves. */
void iptfs_congestion_wake(struct iptfs_congestion *congestion, int64_t now_ps);

/* Time from now to when the next packet may leave: 0 when it is due, and before the first. Does not
 * change anything: it may be called at any time, and again when the rate has changed. */
int64_t iptfs_congestion_gap_ps(const struct iptfs_congestion *congestion, int64_t now_ps);

/* The mean interval of the last packets sent; that of the allowed rate before the second. */
int64_t iptfs_congestion_send_interval_ps(const struct iptfs_congestion *congestion);

#endif
