/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "congestion/tfrc.h"

#include "base/asserts.h"
#include "base/units.h"

#include <math.h>

#define MAX_PPS 1e12                          /* one packet a picosecond: the resolution of time */
#define LEAST_LOSS 1e-15                      /* where the search for p begins */
#define RTT_WEIGHT 0.1                        /* 1 - q (4.3) */
#define SQMEAN_FILTER 0.9                     /* q2 (4.5) */
#define WINDOW_OCTETS 4380.0                  /* of the initial window (4.2) */
#define FIRST_PPS 1.0                         /* before a round trip is known (4.2) */
#define FIRST_TIMEOUT_PS (2 * IPTFS_PS_PER_S) /* of the no-feedback timer, as long */
#define REST_ONE 4294967296.0                 /* 2^32 */

/* Round trips from packet to packet at this loss event rate: 1 / (X * R). */
static double spacing(double p)
{
    return sqrt(2 * p / 3) + 12 * sqrt(3 * p / 8) * p * (1 + 32 * p * p);
}

double iptfs_tfrc_rate(double p, int64_t rtt_ps)
{
    if (p <= 0)
        return INFINITY;
    return (double)IPTFS_PS_PER_S / ((double)rtt_ps * spacing(p));
}

/* The spacing rises with p: halves the interval of log p, where its slope changes little. */
double iptfs_tfrc_loss_for_rate(double rate_pps, int64_t rtt_ps)
{
    double wanted = (double)IPTFS_PS_PER_S / ((double)rtt_ps * rate_pps);
    double low = log(LEAST_LOSS);
    double high = 0;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (spacing(exp(middle)) < wanted)
            low = middle;
        else
            high = middle;
    }
    return exp(high);
}

static double within_limits(const struct iptfs_tfrc *tfrc, double pps)
{
    return fmax(fmin(pps, tfrc->max_pps), tfrc->min_pps);
}

static void set_send_rate(struct iptfs_tfrc *tfrc)
{
    tfrc->send_pps = within_limits(tfrc, tfrc->rate_pps * tfrc->factor);
    IPTFS_ASSERT(tfrc->send_pps > 0 && tfrc->send_pps <= MAX_PPS);
    double gap_ps = (double)IPTFS_PS_PER_S / tfrc->send_pps;
    tfrc->gap_ps = (int64_t)gap_ps;
    tfrc->gap_rest = (uint32_t)((gap_ps - (double)tfrc->gap_ps) * REST_ONE);
}

static void set_rate(struct iptfs_tfrc *tfrc, double rate_pps)
{
    tfrc->rate_pps = within_limits(tfrc, rate_pps);
    set_send_rate(tfrc);
}

/* The initial window each round trip. */
static double initial_rate(const struct iptfs_tfrc *tfrc)
{
    return tfrc->window * (double)IPTFS_PS_PER_S / (double)tfrc->rtt_ps;
}

void iptfs_tfrc_init(struct iptfs_tfrc *tfrc, const struct iptfs_tfrc_config *config,
                     int64_t now_ps)
{
    double packets = config->packet_octets > 0 ? WINDOW_OCTETS / config->packet_octets : 4;
    *tfrc = (struct iptfs_tfrc){
        .min_pps = fmin(fmax(config->min_pps, IPTFS_TFRC_MIN_PPS), MAX_PPS),
        .max_pps = config->max_pps > 0 ? fmin(config->max_pps, MAX_PPS) : MAX_PPS,
        .window = fmin(4, fmax(2, packets)),
        .rtt_ps = config->rtt_ps,
        .rtt_path_ps = config->rtt_ps,
        .oscillation_reduction = config->oscillation_reduction,
        .rtt_weight = config->rtt_weight > 0 ? config->rtt_weight : RTT_WEIGHT,
        .factor = 1,
        .doubled_ps = now_ps,
        .received_any = true,
        .received_start_ps = now_ps,
    };
    set_rate(tfrc, tfrc->rtt_ps > 0 ? initial_rate(tfrc) : FIRST_PPS);
    iptfs_tfrc_restart_timer(tfrc, now_ps);
}

void iptfs_tfrc_restart_timer(struct iptfs_tfrc *tfrc, int64_t now_ps)
{
    int64_t span_ps = tfrc->rtt_ps > 0 ? 4 * tfrc->rtt_ps : FIRST_TIMEOUT_PS;
    /* Of the rate after this feedback, and not, as the order of 4.3 has it, of the one before: the
     * timer would expire between two packets when the rate has fallen. */
    int64_t two_gaps_ps = llround(2 * (double)IPTFS_PS_PER_S / tfrc->send_pps);
    tfrc->nofeedback_ps = iptfs_time_after(now_ps, iptfs_later(span_ps, two_gaps_ps));
}

static void update_rtt(struct iptfs_tfrc *tfrc, const struct iptfs_tfrc_feedback *feedback)
{
    if (feedback->rtt_sample_ps > 0 && !tfrc->sampled)
        tfrc->rtt_path_ps = feedback->rtt_sample_ps;
    else if (feedback->rtt_sample_ps > 0)
        tfrc->rtt_path_ps = llround((1 - tfrc->rtt_weight) * (double)tfrc->rtt_path_ps +
                                    tfrc->rtt_weight * (double)feedback->rtt_sample_ps);
    tfrc->sampled = tfrc->sampled || feedback->rtt_sample_ps > 0;
    tfrc->rtt_ps = iptfs_later(tfrc->rtt_path_ps, feedback->rtt_least_ps);
}

/* 4.5, on the samples of the path: the send intervals in R do not grow with a queue. */
static void reduce_oscillations(struct iptfs_tfrc *tfrc, int64_t sample_ps)
{
    if (!tfrc->oscillation_reduction || sample_ps <= 0)
        return;
    double root = sqrt((double)sample_ps);
    if (tfrc->rtt_sqmean > 0)
        tfrc->rtt_sqmean = SQMEAN_FILTER * tfrc->rtt_sqmean + (1 - SQMEAN_FILTER) * root;
    else
        tfrc->rtt_sqmean = root;
    tfrc->factor = tfrc->rtt_sqmean / root;
}

/* The first measurement of R (4.2). The two round trips for which X_recv_set holds infinity begin
 * with the packet that was answered: before it, no round trip may have been known. */
static void first_measurement(struct iptfs_tfrc *tfrc, int64_t now_ps)
{
    tfrc->measured = true;
    tfrc->received_start_ps = iptfs_later(tfrc->received_start_ps, now_ps - tfrc->rtt_ps);
}

/* Adds to X_recv_set; what is older than two round trips leaves it, the oldest when it is full. */
static void update_received(struct iptfs_tfrc *tfrc, int64_t now_ps, double pps)
{
    if (now_ps - tfrc->received_start_ps > 2 * tfrc->rtt_ps)
        tfrc->received_any = false;
    uint32_t kept = 0;
    uint32_t from = tfrc->received_count == IPTFS_TFRC_RECEIVED ? 1 : 0;
    for (uint32_t i = from; i < tfrc->received_count; i++)
        if (now_ps - tfrc->received[i].at_ps <= 2 * tfrc->rtt_ps)
            tfrc->received[kept++] = tfrc->received[i];
    IPTFS_ASSERT(kept < IPTFS_TFRC_RECEIVED);
    tfrc->received[kept].pps = pps;
    tfrc->received[kept].at_ps = now_ps;
    tfrc->received_count = kept + 1;
}

/* Twice the largest of X_recv_set, which no rate exceeds. */
static double receive_limit(const struct iptfs_tfrc *tfrc)
{
    if (tfrc->received_any || tfrc->received_count == 0)
        return INFINITY;
    double most = 0;
    for (uint32_t i = 0; i < tfrc->received_count; i++)
        most = fmax(most, tfrc->received[i].pps);
    return 2 * most;
}

/* Step 4 of 4.3. The first measurement of R sets the initial rate instead (4.2), or less when the
 * peer has seen a loss by then. */
static void update_rate(struct iptfs_tfrc *tfrc, int64_t now_ps, bool first)
{
    double limit = receive_limit(tfrc);
    if (first) {
        set_rate(tfrc, fmin(iptfs_tfrc_rate(tfrc->p, tfrc->rtt_ps), initial_rate(tfrc)));
        tfrc->doubled_ps = now_ps;
    } else if (tfrc->p > 0) {
        set_rate(tfrc, fmin(iptfs_tfrc_rate(tfrc->p, tfrc->rtt_ps), limit));
    } else if (now_ps - tfrc->doubled_ps >= tfrc->rtt_ps) {
        set_rate(tfrc, fmax(fmin(2 * tfrc->rate_pps, limit), initial_rate(tfrc)));
        tfrc->doubled_ps = now_ps;
    }
}

void iptfs_tfrc_feedback(struct iptfs_tfrc *tfrc, int64_t now_ps,
                         const struct iptfs_tfrc_feedback *feedback)
{
    update_rtt(tfrc, feedback);
    bool first = !tfrc->measured && (feedback->rtt_sample_ps > 0 || feedback->rtt_least_ps > 0);
    if (first)
        first_measurement(tfrc, now_ps);
    reduce_oscillations(tfrc, feedback->rtt_sample_ps);
    tfrc->p = feedback->p;
    if (feedback->receive_pps > 0)
        update_received(tfrc, now_ps, feedback->receive_pps);
    if (tfrc->rtt_ps > 0)
        update_rate(tfrc, now_ps, first);
    set_send_rate(tfrc);
    iptfs_tfrc_restart_timer(tfrc, now_ps);
}

int64_t iptfs_tfrc_next_ps(const struct iptfs_tfrc *tfrc)
{
    return tfrc->nofeedback_ps;
}

/* RFC 5348 has one case for a rate limited by the equation and one for the receive rate. Both halve
 * the rate, and set X_recv_set such that it stays halved until feedback comes. */
void iptfs_tfrc_wake(struct iptfs_tfrc *tfrc, int64_t now_ps)
{
    if (now_ps < tfrc->nofeedback_ps)
        return;
    tfrc->halvings++;
    set_rate(tfrc, tfrc->rate_pps / 2);
    if (tfrc->p > 0) {
        tfrc->received_any = false;
        tfrc->received_count = 0;
        update_received(tfrc, now_ps, tfrc->rate_pps / 2);
    }
    iptfs_tfrc_restart_timer(tfrc, now_ps);
}

int64_t iptfs_tfrc_gap_ps(const struct iptfs_tfrc *tfrc)
{
    uint64_t rest = (uint64_t)tfrc->rest + tfrc->gap_rest;
    return tfrc->gap_ps + (int64_t)(rest >> 32);
}

void iptfs_tfrc_sent(struct iptfs_tfrc *tfrc)
{
    tfrc->rest += tfrc->gap_rest;
}
