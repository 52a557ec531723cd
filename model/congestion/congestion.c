/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "congestion/congestion.h"

#include "base/asserts.h"
#include "base/units.h"

#include <math.h>

/* The clock behind TVal counts microseconds from time 0 and wraps. 0 stands for "nothing to echo",
 * so that one microsecond in 71 minutes is stated as the next. */
static uint32_t tval_of(int64_t now_ps)
{
    uint32_t us = (uint32_t)(now_ps / IPTFS_PS_PER_US);
    return us != 0 ? us : 1;
}

/* Arrivals that take this much longer than sending, as 1/quotient, come from a queue that grows. */
static const double arrivals_slow = 0.8;

/* Whole microseconds, at most what the field holds. */
static uint32_t field_us(int64_t span_ps, uint32_t most)
{
    int64_t us = span_ps / IPTFS_PS_PER_US;
    return us < (int64_t)most ? (uint32_t)us : most;
}

void iptfs_congestion_init(struct iptfs_congestion *congestion,
                           const struct iptfs_tfrc_config *config, int64_t now_ps)
{
    *congestion = (struct iptfs_congestion){.echoed_ps = -1};
    iptfs_loss_history_init(&congestion->losses, iptfs_tfrc_loss_for_rate);
    congestion->losses.discounting = config->history_discounting;
    iptfs_tfrc_init(&congestion->tfrc, config, now_ps);
    iptfs_receive_rate_init(&congestion->receive_rate, config->receive_rate);
    iptfs_receive_rate_sending(&congestion->receive_rate, now_ps, congestion->tfrc.send_pps);
}

static int64_t sent_before(const struct iptfs_congestion *congestion, uint64_t packets)
{
    IPTFS_ASSERT(packets < congestion->sent_pkts && packets <= IPTFS_CONGESTION_SENDS);
    return congestion
        ->sent_ps[(congestion->sent_pkts - 1 - packets) % (IPTFS_CONGESTION_SENDS + 1)];
}

int64_t iptfs_congestion_send_interval_ps(const struct iptfs_congestion *congestion)
{
    if (congestion->sent_pkts < 2)
        return iptfs_tfrc_gap_ps(&congestion->tfrc);
    uint64_t intervals = congestion->sent_pkts - 1;
    if (intervals > IPTFS_CONGESTION_SENDS)
        intervals = IPTFS_CONGESTION_SENDS;
    return (sent_before(congestion, 0) - sent_before(congestion, intervals)) / (int64_t)intervals;
}

void iptfs_congestion_sent(struct iptfs_congestion *congestion, int64_t now_ps)
{
    if (congestion->sent_pkts > 0)
        iptfs_tfrc_sent(&congestion->tfrc);
    congestion->sent_ps[congestion->sent_pkts % (IPTFS_CONGESTION_SENDS + 1)] = now_ps;
    congestion->sent_pkts++;
}

void iptfs_congestion_fill(struct iptfs_congestion *congestion, int64_t now_ps,
                           struct iptfs_aggfrag *header)
{
    iptfs_congestion_sent(congestion, now_ps);
    int64_t rtt_ps = congestion->tfrc.rtt_ps;
    header->sub_type = 1;
    header->ecn = iptfs_loss_history_marked(&congestion->losses);
    header->loss_event_rate = iptfs_loss_history_wire(&congestion->losses);
    header->rtt_us = field_us(rtt_ps + IPTFS_PS_PER_US / 2, IPTFS_AGGFRAG_RTT_MAX_US);
    if (header->rtt_us == 0 && rtt_ps > 0)
        header->rtt_us = 1;
    header->transmit_delay_us =
        field_us(iptfs_congestion_send_interval_ps(congestion), IPTFS_AGGFRAG_DELAY_MAX_US);
    header->receive_pps = (float)congestion->losses.receive_pps;
    header->tval = tval_of(now_ps);
    header->techo = congestion->peer_tval;
    header->echo_delay_us = 0;
    if (congestion->peer_tval != 0)
        header->echo_delay_us =
            field_us(now_ps - congestion->peer_tval_ps, IPTFS_AGGFRAG_DELAY_MAX_US);
}

static double receive_pps(const struct iptfs_congestion *congestion, int64_t sent_ps, double p,
                          const struct iptfs_aggfrag *header)
{
    if (congestion->receive_rate.kind == IPTFS_RECEIVE_RATE_MEASURED)
        return (double)header->receive_pps;
    return iptfs_receive_rate_pps(&congestion->receive_rate, sent_ps, congestion->tfrc.rtt_ps, p);
}

/* Gives TFRC the feedback of a header on the packet sent at `sent_ps`. */
static void feed(struct iptfs_congestion *congestion, int64_t now_ps, int64_t sent_ps,
                 int64_t rtt_ps, const struct iptfs_aggfrag *header)
{
    double p = header->loss_event_rate > 0 ? 1.0 / header->loss_event_rate : 0;
    int64_t peer_interval_ps = (int64_t)header->transmit_delay_us * IPTFS_PS_PER_US;
    struct iptfs_tfrc_feedback feedback = {
        .p = p,
        .receive_pps = receive_pps(congestion, sent_ps, p, header),
        .rtt_sample_ps = rtt_ps,
        .rtt_least_ps = peer_interval_ps + iptfs_congestion_send_interval_ps(congestion),
    };
    iptfs_tfrc_feedback(&congestion->tfrc, now_ps, &feedback);
    iptfs_collapse_feedback(&congestion->collapse, &congestion->tfrc, now_ps);
    iptfs_receive_rate_sending(&congestion->receive_rate, now_ps, congestion->tfrc.send_pps);
    congestion->feedbacks++;
    congestion->feedback_ps = now_ps;
    congestion->loss_event_rate = header->loss_event_rate;
    congestion->receive_pps = feedback.receive_pps;
}

/* A feedback in each round trip: when a packet is echoed that was sent after the last one, and the
 * time has passed; at once when the loss event rate has risen. Behind a queue that grows, the echo
 * of such a packet takes several round trips: then the time alone decides, as with the receiver's
 * timer of RFC 5348, 6.2. */
static bool feedback_is_due(const struct iptfs_congestion *congestion, int64_t now_ps,
                            int64_t sent_ps, uint32_t loss_event_rate)
{
    if (congestion->feedbacks == 0)
        return true;
    if (loss_event_rate != 0 &&
        (congestion->loss_event_rate == 0 || loss_event_rate < congestion->loss_event_rate))
        return true;
    int64_t rtt_ps = congestion->tfrc.rtt_ps;
    if (now_ps - congestion->feedback_ps < rtt_ps)
        return false;
    return sent_ps >= congestion->feedback_ps ||
           iptfs_receive_rate_quotient(&congestion->receive_rate, rtt_ps) < arrivals_slow;
}

/* Processes an echo. Its 32 bits stand for the latest time that they fit; an echo that is no newer
 * than the newest has no information, and one from the future would be 71 minutes old. */
static void learn(struct iptfs_congestion *congestion, int64_t now_ps,
                  const struct iptfs_aggfrag *header)
{
    int64_t now_us = now_ps / IPTFS_PS_PER_US;
    uint32_t elapsed_us = (uint32_t)now_us - header->techo;
    int64_t sent_ps = (now_us - (int64_t)elapsed_us) * IPTFS_PS_PER_US;
    if (header->techo == 0 || sent_ps <= congestion->echoed_ps)
        return;
    congestion->echoed_ps = sent_ps;
    iptfs_report_breaker_input(&congestion->breaker, now_ps, header->loss_event_rate);

    int64_t rtt_ps = 0;
    if (header->echo_delay_us < IPTFS_AGGFRAG_DELAY_MAX_US && header->echo_delay_us <= elapsed_us) {
        rtt_ps = iptfs_later(1, elapsed_us - header->echo_delay_us) * IPTFS_PS_PER_US;
        iptfs_receive_rate_echo(&congestion->receive_rate, sent_ps, sent_ps + rtt_ps,
                                congestion->tfrc.rtt_ps);
    }
    if (feedback_is_due(congestion, now_ps, sent_ps, header->loss_event_rate))
        feed(congestion, now_ps, sent_ps, rtt_ps, header);
    else
        iptfs_tfrc_restart_timer(&congestion->tfrc, now_ps);
}

void iptfs_congestion_input(struct iptfs_congestion *congestion, int64_t now_ps, uint64_t seq,
                            bool ce, const struct iptfs_aggfrag *header)
{
    bool newest = header->sub_type == 1 && (!congestion->peer_known || seq > congestion->peer_seq);
    if (newest && header->rtt_us > 0)
        congestion->peer_rtt_ps = (int64_t)header->rtt_us * IPTFS_PS_PER_US;
    struct iptfs_loss_arrival arrival = {
        .seq = seq,
        .at_ps = now_ps,
        /* Before the peer knows its round trip, ours is the best estimate. */
        .rtt_ps = congestion->peer_rtt_ps > 0 ? congestion->peer_rtt_ps : congestion->tfrc.rtt_ps,
        .ce = ce,
    };
    /* The first packet without information behind one with P follows a probe. */
    if (congestion->peer_probing && header->sub_type == 0 && seq > congestion->peer_seq) {
        congestion->peer_probing = false;
        iptfs_loss_history_excuse(&congestion->losses, seq - 1, now_ps);
    }
    iptfs_loss_history_input(&congestion->losses, &arrival);
    if (!newest)
        return;
    congestion->peer_probing = header->plpmtud;
    congestion->peer_known = true;
    congestion->peer_seq = seq;
    if (header->tval != congestion->peer_tval) {
        congestion->peer_tval = header->tval;
        congestion->peer_tval_ps = now_ps;
    }
    learn(congestion, now_ps, header);
}

void iptfs_congestion_receive(struct iptfs_congestion *congestion, int64_t now_ps,
                              const struct iptfs_outer *outer, bool ce)
{
    uint64_t number;
    if (iptfs_numbering_take(&congestion->numbering, outer->sa, outer->seq, &number))
        iptfs_congestion_input(congestion, now_ps, number, ce, &outer->info);
}

void iptfs_congestion_restart_history(struct iptfs_congestion *congestion)
{
    bool discounting = congestion->losses.discounting;
    iptfs_loss_history_init(&congestion->losses, iptfs_tfrc_loss_for_rate);
    congestion->losses.discounting = discounting;
    congestion->peer_probing = false;
}

int64_t iptfs_congestion_next_ps(const struct iptfs_congestion *congestion)
{
    return iptfs_tfrc_next_ps(&congestion->tfrc);
}

void iptfs_congestion_wake(struct iptfs_congestion *congestion, int64_t now_ps)
{
    iptfs_tfrc_wake(&congestion->tfrc, now_ps);
    iptfs_receive_rate_sending(&congestion->receive_rate, now_ps, congestion->tfrc.send_pps);
}

int64_t iptfs_congestion_gap_ps(const struct iptfs_congestion *congestion, int64_t now_ps)
{
    if (congestion->sent_pkts == 0)
        return 0;
    int64_t due_ps =
        iptfs_time_after(sent_before(congestion, 0), iptfs_tfrc_gap_ps(&congestion->tfrc));
    return due_ps > now_ps ? due_ps - now_ps : 0;
}
