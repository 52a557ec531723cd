/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Congestion information: the fields of the header, and two ends that use each other's. */
#include "base/units.h"
#include "congestion/congestion.h"
#include "support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define US IPTFS_PS_PER_US
#define MS IPTFS_PS_PER_MS
#define S IPTFS_PS_PER_S

static const struct iptfs_tfrc_config plain = {.packet_octets = 1460,
                                               .oscillation_reduction = true};

static struct iptfs_aggfrag sent_at(struct iptfs_congestion *end, int64_t now_ps)
{
    struct iptfs_aggfrag header = {.block_offset = 77, .plpmtud = true};
    iptfs_congestion_fill(end, now_ps, &header);
    return header;
}

static void test_first_header_is_empty(void)
{
    struct iptfs_congestion end;
    iptfs_congestion_init(&end, &plain, 0);
    CHECK_INT(iptfs_congestion_gap_ps(&end, 0), 0);
    struct iptfs_aggfrag header = sent_at(&end, 0);
    CHECK_U64(header.sub_type, 1);
    CHECK_U64(header.block_offset, 77);
    CHECK_TRUE(header.plpmtud);
    CHECK_TRUE(!header.ecn);
    CHECK_U64(header.loss_event_rate, 0);
    CHECK_U64(header.rtt_us, 0);
    CHECK_U64(header.echo_delay_us, 0);
    CHECK_U64(header.transmit_delay_us, 1000000); /* one packet a second is what it may send */
    CHECK_U64(header.tval, 1);                    /* time 0 would be "nothing" */
    CHECK_U64(header.techo, 0);
    CHECK_INT(iptfs_congestion_gap_ps(&end, 0), S);
    CHECK_INT(iptfs_congestion_gap_ps(&end, 400 * MS), 600 * MS);
    CHECK_INT(iptfs_congestion_gap_ps(&end, 2 * S), 0);
    CHECK_INT(iptfs_congestion_next_ps(&end), 2 * S);
    CHECK_U64(sent_at(&end, S).echo_delay_us, 0);
}

static void test_echo_of_a_new_tval_only(void)
{
    struct iptfs_congestion end;
    iptfs_congestion_init(&end, &plain, 0);
    struct iptfs_aggfrag header = {.sub_type = 1, .tval = 5000};
    iptfs_congestion_input(&end, 10 * MS, 1, false, &header);
    struct iptfs_aggfrag reply = sent_at(&end, 12 * MS);
    CHECK_U64(reply.techo, 5000);
    CHECK_U64(reply.echo_delay_us, 2000);
    iptfs_congestion_input(&end, 14 * MS, 2, false, &header); /* the same again */
    reply = sent_at(&end, 15 * MS);
    CHECK_U64(reply.techo, 5000);
    CHECK_U64(reply.echo_delay_us, 5000);
    header.tval = 6000;
    iptfs_congestion_input(&end, 20 * MS, 4, false, &header);
    header.tval = 5500; /* older: its number is lower */
    iptfs_congestion_input(&end, 21 * MS, 3, false, &header);
    reply = sent_at(&end, 23 * MS);
    CHECK_U64(reply.techo, 6000);
    CHECK_U64(reply.echo_delay_us, 3000);
    /* A header without congestion information is an arrival and no more. */
    header = (struct iptfs_aggfrag){.sub_type = 0, .tval = 9000};
    iptfs_congestion_input(&end, 24 * MS, 5, false, &header);
    CHECK_U64(sent_at(&end, 25 * MS).techo, 6000);
    CHECK_U64(end.losses.received_pkts, 5);
}

static void test_transmit_delay_is_the_mean_interval(void)
{
    struct iptfs_congestion end;
    iptfs_congestion_init(&end, &plain, 0);
    sent_at(&end, 0);
    CHECK_U64(sent_at(&end, 10 * MS).transmit_delay_us, 10000);
    CHECK_U64(sent_at(&end, 40 * MS).transmit_delay_us, 20000);
    for (int i = 1; i <= 7; i++)
        sent_at(&end, (40 + i) * MS);
    /* The last eight: 30 ms and seven of 1 ms; then eight of 1 ms. */
    CHECK_INT(iptfs_congestion_send_interval_ps(&end), 37 * MS / 8);
    CHECK_U64(sent_at(&end, 48 * MS).transmit_delay_us, 1000);
}

static void test_fields_saturate(void)
{
    struct iptfs_congestion end;
    iptfs_congestion_init(&end, &plain, 0);
    struct iptfs_aggfrag header = {.sub_type = 1, .tval = 5};
    iptfs_congestion_input(&end, 0, 1, false, &header);
    sent_at(&end, 0);
    header = sent_at(&end, 2097151 * US - 1);
    CHECK_U64(header.echo_delay_us, 2097150);
    CHECK_U64(header.transmit_delay_us, 2097150);
    end.tfrc.rtt_ps = 4194302 * US;
    header = sent_at(&end, 8388608 * US);
    CHECK_U64(header.echo_delay_us, 0x1FFFFF);
    CHECK_U64(header.transmit_delay_us, 0x1FFFFF);
    CHECK_U64(header.rtt_us, 4194302);
    end.tfrc.rtt_ps = 3600 * S;
    CHECK_U64(sent_at(&end, 9000000 * US).rtt_us, 0x3FFFFF);
    end.tfrc.rtt_ps = 1; /* known, and not 0 */
    CHECK_U64(sent_at(&end, 9000001 * US).rtt_us, 1);
    end.tfrc.rtt_ps = 1500 * 1000; /* 1.5 us */
    CHECK_U64(sent_at(&end, 9000002 * US).rtt_us, 2);
}

/* Our packet of 0 s, and its echo: the round trip less what the peer held it. */
static void test_round_trip_sample(void)
{
    struct iptfs_congestion end;
    iptfs_congestion_init(&end, &plain, 10 * S);
    struct iptfs_aggfrag ours = sent_at(&end, 10 * S);
    sent_at(&end, 10 * S + 10 * MS);
    struct iptfs_aggfrag header = {
        .sub_type = 1, .techo = ours.tval, .echo_delay_us = 50000, .transmit_delay_us = 1000};
    iptfs_congestion_input(&end, 10 * S + 150 * MS, 1, false, &header);
    CHECK_INT(end.tfrc.rtt_ps, 100 * MS);
    CHECK_NEAR(end.tfrc.rate_pps, 30, 1e-9);
    CHECK_INT(iptfs_congestion_next_ps(&end), 10 * S + 550 * MS);
    CHECK_U64(sent_at(&end, 10 * S + 200 * MS).rtt_us, 100000);

    /* The mean intervals of both ends are the larger estimate where packets are few. */
    iptfs_congestion_init(&end, &plain, 10 * S);
    ours = sent_at(&end, 10 * S);
    sent_at(&end, 10 * S + 70 * MS);
    header.transmit_delay_us = 60000;
    iptfs_congestion_input(&end, 10 * S + 150 * MS, 1, false, &header);
    CHECK_INT(end.tfrc.rtt_ps, 130 * MS);
    CHECK_INT(end.tfrc.rtt_path_ps, 100 * MS);
}

/* X_recv as the receiver measured it reaches the sender beside the wire, and is used when asked. */
static void test_measured_receive_rate(void)
{
    static const struct {
        enum iptfs_receive_rate_kind kind;
        double pps;
    } cases[] = {{IPTFS_RECEIVE_RATE_MEASURED, 123}, {IPTFS_RECEIVE_RATE_SENT, 30}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct iptfs_congestion end;
        struct iptfs_tfrc_config config = plain;
        config.receive_rate = cases[i].kind;
        config.rtt_ps = 100 * MS;
        iptfs_congestion_init(&end, &config, 10 * S);
        end.losses.receive_pps = 55;
        struct iptfs_aggfrag ours = sent_at(&end, 10 * S);
        CHECK_NEAR((double)ours.receive_pps, 55, 0);
        struct iptfs_aggfrag header = {.sub_type = 1, .techo = ours.tval, .receive_pps = 123};
        iptfs_congestion_input(&end, 10 * S + 100 * MS, 1, false, &header);
        CHECK_NEAR(end.receive_pps, cases[i].pps, 1e-9);
    }
}

static void test_echoes_without_information(void)
{
    struct iptfs_congestion end;
    iptfs_congestion_init(&end, &plain, 10 * S);
    struct iptfs_aggfrag ours = sent_at(&end, 10 * S);
    struct iptfs_aggfrag header = {.sub_type = 1, .loss_event_rate = 100};
    iptfs_congestion_input(&end, 10 * S + 1 * MS, 1, false, &header); /* none */
    header.techo = ours.tval + 500000;
    iptfs_congestion_input(&end, 10 * S + 2 * MS, 2, false, &header); /* from the future */
    CHECK_U64(end.feedbacks, 0);
    header.techo = ours.tval;
    header.echo_delay_us = 0x1FFFFF; /* may be any time: no sample of the path, but a feedback */
    iptfs_congestion_input(&end, 13 * S, 3, false, &header);
    CHECK_U64(end.feedbacks, 1);
    CHECK_INT(end.tfrc.rtt_path_ps, 0);
    CHECK_INT(end.tfrc.rtt_ps, 1 * S); /* our own interval */
    int64_t deadline_ps = iptfs_congestion_next_ps(&end);
    header.echo_delay_us = 3500000 & 0x1FFFFF;
    header.loss_event_rate = 10;
    iptfs_congestion_input(&end, 13 * S + MS, 4, false, &header); /* the same echo again */
    CHECK_U64(end.feedbacks, 1);
    CHECK_INT(iptfs_congestion_next_ps(&end), deadline_ps);
    /* A delay longer than all the time since is no sample either. */
    header.techo = sent_at(&end, 13 * S + 2 * MS).tval;
    header.echo_delay_us = 40000;
    iptfs_congestion_input(&end, 13 * S + 30 * MS, 5, false, &header);
    CHECK_U64(end.feedbacks, 2);
    CHECK_INT(end.tfrc.rtt_path_ps, 0);
}

static void test_feedback_once_in_a_round_trip(void)
{
    struct iptfs_congestion end;
    struct iptfs_tfrc_config config = {
        .packet_octets = 1460, .oscillation_reduction = true, .rtt_ps = 100 * MS};
    iptfs_congestion_init(&end, &config, S);
    struct iptfs_aggfrag header = {.sub_type = 1};
    uint64_t seq = 1;
    int64_t now_ps = S;
    /* A packet each 10 ms, echoed after 100 ms. */
    for (; now_ps < S + 500 * MS; now_ps += 10 * MS) {
        sent_at(&end, now_ps);
        if (now_ps < S + 100 * MS)
            continue;
        header.techo = (uint32_t)((now_ps - 100 * MS) / US);
        iptfs_congestion_input(&end, now_ps, seq++, false, &header);
        CHECK_INT(iptfs_congestion_next_ps(&end), now_ps + 400 * MS);
    }
    CHECK_U64(end.feedbacks, 4); /* at 100, 200, 300, 400 ms */
    /* A loss is taken at once; a rate that falls waits. */
    header.techo = (uint32_t)((now_ps - 100 * MS + US) / US);
    header.loss_event_rate = 200;
    now_ps -= 5 * MS;
    iptfs_congestion_input(&end, now_ps, seq++, false, &header);
    CHECK_U64(end.feedbacks, 5);
    CHECK_NEAR(end.tfrc.p, 1.0 / 200, 1e-15);
    header.techo++;
    header.loss_event_rate = 201;
    iptfs_congestion_input(&end, now_ps + US, seq++, false, &header);
    CHECK_U64(end.feedbacks, 5);
    header.techo++;
    header.loss_event_rate = 199;
    iptfs_congestion_input(&end, now_ps + 2 * US, seq++, false, &header);
    CHECK_U64(end.feedbacks, 6);
    /* A late packet gives no information. */
    header.techo++;
    header.loss_event_rate = 2;
    iptfs_congestion_input(&end, now_ps + 3 * US, seq - 2, false, &header);
    CHECK_U64(end.feedbacks, 6);
    /* A packet sent since has come back, but the round trip is longer by the intervals. */
    int64_t last_ps = end.feedback_ps;
    end.tfrc.rtt_ps = 200 * MS;
    header.loss_event_rate = 250;
    header.techo = (uint32_t)(last_ps / US) + 1;
    iptfs_congestion_input(&end, last_ps + 150 * MS, seq++, false, &header);
    CHECK_U64(end.feedbacks, 6);
    header.techo++;
    iptfs_congestion_input(&end, last_ps + 200 * MS, seq++, false, &header);
    CHECK_U64(end.feedbacks, 7);
}

static void test_marks_and_losses_go_back(void)
{
    struct iptfs_congestion end;
    iptfs_congestion_init(&end, &plain, 0);
    struct iptfs_aggfrag header = {.sub_type = 1, .rtt_us = 10000};
    for (uint64_t seq = 1; seq <= 100; seq++)
        iptfs_congestion_input(&end, (int64_t)seq * MS, seq, false, &header);
    CHECK_U64(sent_at(&end, 100 * MS).loss_event_rate, 0);
    iptfs_congestion_input(&end, 101 * MS, 101, true, &header);
    /* 1000 packets/s at 10 ms are 10 in a round trip: p such that the equation gives these. */
    double p = iptfs_tfrc_loss_for_rate(1000, 10 * MS);
    struct iptfs_aggfrag reply = sent_at(&end, 101 * MS);
    CHECK_U64(reply.loss_event_rate, lround(1 / p));
    CHECK_TRUE(reply.ecn);
    CHECK_U64(end.losses.events, 1);
    /* The round trip the peer states makes events; one that it does not know leaves the last. */
    header.rtt_us = 0;
    iptfs_congestion_input(&end, 111 * MS, 102, true, &header);
    CHECK_U64(end.losses.events, 1);
    header.rtt_us = 9999;
    iptfs_congestion_input(&end, 111 * MS, 103, true, &header);
    CHECK_U64(end.losses.events, 2);
    /* As long as it never knew one, ours stands in. */
    struct iptfs_tfrc_config config = {
        .packet_octets = 1460, .oscillation_reduction = true, .rtt_ps = 10 * MS};
    iptfs_congestion_init(&end, &config, 0);
    header.rtt_us = 0;
    iptfs_congestion_input(&end, 1 * MS, 1, true, &header);
    iptfs_congestion_input(&end, 11 * MS, 2, true, &header);
    CHECK_U64(end.losses.events, 1);
    iptfs_congestion_input(&end, 12 * MS, 3, true, &header);
    CHECK_U64(end.losses.events, 2);
}

static void test_clock_wraps(void)
{
    const int64_t wrap_ps = INT64_C(4294967296) * US;
    struct iptfs_congestion end;
    struct iptfs_tfrc_config config = {.packet_octets = 1460, .oscillation_reduction = true};
    iptfs_congestion_init(&end, &config, wrap_ps - 10 * MS);
    struct iptfs_aggfrag before = sent_at(&end, wrap_ps - 10 * MS);
    CHECK_U64(before.tval, UINT64_C(4294967296) - 10000);
    struct iptfs_aggfrag at = sent_at(&end, wrap_ps);
    CHECK_U64(at.tval, 1);
    CHECK_U64(sent_at(&end, wrap_ps + 7 * US).tval, 7);
    struct iptfs_aggfrag header = {.sub_type = 1, .techo = before.tval, .echo_delay_us = 5000};
    iptfs_congestion_input(&end, wrap_ps + 30 * MS, 1, false, &header);
    CHECK_INT(end.tfrc.rtt_path_ps, 35 * MS);
    header.techo = 7;
    header.echo_delay_us = 5007;
    header.loss_event_rate = 50;
    iptfs_congestion_input(&end, wrap_ps + 50 * MS + 14 * US, 2, false, &header);
    CHECK_U64(end.feedbacks, 2);
    CHECK_INT(end.tfrc.rtt_path_ps, 36 * MS); /* 0.9 * 35 + 0.1 * 45 */
    /* After more than half a wrap of the clock without packets an echo is still new. */
    int64_t much_later_ps = 2 * wrap_ps - 100 * S;
    header.techo = sent_at(&end, much_later_ps).tval;
    header.loss_event_rate = 40;
    iptfs_congestion_input(&end, much_later_ps + 60 * MS, 3, false, &header);
    CHECK_U64(end.feedbacks, 3);
}

/* X_recv: the rate when the echoed packet left, less the losses, less what queues stretched. */
static void test_receive_rate_is_made(void)
{
    struct iptfs_congestion end;
    struct iptfs_tfrc_config config = {
        .packet_octets = 1460, .oscillation_reduction = true, .rtt_ps = 100 * MS};
    iptfs_congestion_init(&end, &config, S); /* 30 packets/s */
    struct iptfs_aggfrag header = {.sub_type = 1};
    sent_at(&end, S);
    sent_at(&end, S + 33 * MS);
    header.techo = 1000000;
    iptfs_congestion_input(&end, S + 100 * MS, 1, false, &header);
    CHECK_NEAR(end.receive_pps, 30, 1e-9);
    CHECK_NEAR(end.tfrc.rate_pps, 30, 1e-9); /* the initial rate, with the first sample */
    header.techo = 1099000; /* sent before the rate rose, and before the last feedback */
    iptfs_congestion_input(&end, S + 205 * MS, 2, false, &header);
    CHECK_U64(end.feedbacks, 1);
    header.techo = 1100000; /* sent at 30, arrived more slowly: 50 ms later than 100 ms after */
    iptfs_congestion_input(&end, S + 250 * MS, 3, false, &header);
    CHECK_NEAR(end.receive_pps, 30 / 1.5, 1e-9);
    CHECK_NEAR(end.tfrc.rate_pps, 60, 1e-9);
    CHECK_NEAR(end.tfrc.send_pps, 60 * 0.834847, 1e-3); /* the sample is 1.5 of R (RFC 5348, 4.5) */
    header.techo = 1260000;
    header.loss_event_rate = 10; /* round trip shorter again: no faster than sent */
    iptfs_congestion_input(&end, S + 370 * MS, 4, false, &header);
    CHECK_NEAR(end.receive_pps, 60 * 0.834847 * 0.9, 1e-3);
    /* Halved by the timer, it is the half that was sent. */
    iptfs_congestion_init(&end, &config, S);
    sent_at(&end, S);
    iptfs_congestion_wake(&end, S + 400 * MS);
    header = (struct iptfs_aggfrag){.sub_type = 1, .techo = sent_at(&end, S + 500 * MS).tval};
    iptfs_congestion_input(&end, S + 600 * MS, 1, false, &header);
    CHECK_NEAR(end.receive_pps, 15, 1e-9);
    /* A path faster than the clock: one microsecond, not none. */
    iptfs_congestion_init(&end, &plain, S);
    header.techo = sent_at(&end, S).tval;
    sent_at(&end, S);
    header.echo_delay_us = 5;
    iptfs_congestion_input(&end, S + 5 * US, 1, false, &header);
    CHECK_INT(end.tfrc.rtt_path_ps, US);
}

/* ---- two ends, and a pipe of fixed delay that loses packets at random */

enum {
    PIPE_PLACES = 1 << 16
};

struct flight {
    int64_t arrives_ps;
    uint64_t seq;
    struct iptfs_aggfrag header;
};

struct side {
    struct iptfs_congestion congestion;
    struct flight *flights; /* sent by this side, a ring */
    uint64_t first;
    uint64_t after;
    uint64_t seq;
    double loss; /* of what this side sends */
};

struct pair {
    struct side sides[2];
    int64_t now_ps;
    int64_t delay_ps;
    uint64_t random;
};

static double draw(struct pair *pair)
{
    pair->random = pair->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(pair->random >> 11) * 0x1p-53;
}

static void pair_init(struct pair *pair, int64_t rtt_ps, double loss, double back_pps)
{
    struct iptfs_tfrc_config config = {
        .packet_octets = 1460, .oscillation_reduction = true, .max_pps = 20000};
    *pair = (struct pair){.delay_ps = rtt_ps / 2, .random = 12345};
    for (int i = 0; i < 2; i++) {
        pair->sides[i].flights = malloc(PIPE_PLACES * sizeof(struct flight));
        CU_ASSERT_PTR_NOT_NULL_FATAL(pair->sides[i].flights);
        iptfs_congestion_init(&pair->sides[i].congestion, &config, 0);
        config.max_pps = back_pps;
    }
    pair->sides[0].loss = loss;
}

static void pair_free(struct pair *pair)
{
    free(pair->sides[0].flights);
    free(pair->sides[1].flights);
}

static void side_send(struct pair *pair, struct side *side)
{
    struct flight *flight = &side->flights[side->after % PIPE_PLACES];
    *flight = (struct flight){.arrives_ps = pair->now_ps + pair->delay_ps, .seq = ++side->seq};
    iptfs_congestion_fill(&side->congestion, pair->now_ps, &flight->header);
    if (draw(pair) >= side->loss && side->after - side->first < PIPE_PLACES)
        side->after++;
}

/* When something happens next at a side, and what: 0 an arrival at the other, 1 it sends, 2 its
 * timer. */
static int64_t side_next(const struct side *side, int64_t now_ps, int *what)
{
    int64_t next_ps = now_ps + iptfs_congestion_gap_ps(&side->congestion, now_ps);
    *what = 1;
    if (iptfs_congestion_next_ps(&side->congestion) < next_ps) {
        next_ps = iptfs_congestion_next_ps(&side->congestion);
        *what = 2;
    }
    if (side->first < side->after &&
        side->flights[side->first % PIPE_PLACES].arrives_ps <= next_ps) {
        next_ps = side->flights[side->first % PIPE_PLACES].arrives_ps;
        *what = 0;
    }
    return next_ps;
}

/* Runs the next event; false when that is after `until_ps`. */
static bool pair_step(struct pair *pair, int64_t until_ps)
{
    int what[2];
    int64_t next_ps[2];
    for (int i = 0; i < 2; i++)
        next_ps[i] = side_next(&pair->sides[i], pair->now_ps, &what[i]);
    int who = next_ps[1] < next_ps[0] ? 1 : 0;
    if (next_ps[who] > until_ps)
        return false;
    pair->now_ps = next_ps[who];
    struct side *side = &pair->sides[who];
    if (what[who] == 1) {
        side_send(pair, side);
    } else if (what[who] == 2) {
        iptfs_congestion_wake(&side->congestion, pair->now_ps);
    } else {
        const struct flight *flight = &side->flights[side->first++ % PIPE_PLACES];
        iptfs_congestion_input(&pair->sides[1 - who].congestion, pair->now_ps, flight->seq, false,
                               &flight->header);
    }
    return true;
}

static void pair_run(struct pair *pair, int64_t until_ps)
{
    while (pair_step(pair, until_ps))
        continue;
    pair->now_ps = until_ps;
}

/* Bernoulli losses: after the first loss of an event a round trip of packets, n = X * R, begins no
 * other, so that an event takes n + 1/loss packets. The equation gives n by p again. */
static double event_rate(double loss)
{
    double p = loss;
    for (int i = 0; i < 100; i++)
        p = loss / (1 + loss * iptfs_tfrc_rate(p, S));
    return p;
}

static void steady_state(double loss, int64_t rtt_ps, bool show)
{
    struct pair pair;
    pair_init(&pair, rtt_ps, loss, 10 * (double)S / (double)rtt_ps);
    int64_t warm_ps = 1000 * rtt_ps + 10 * S;
    int64_t span_ps = 15000 * rtt_ps;
    pair_run(&pair, warm_ps);
    const struct iptfs_loss_history *losses = &pair.sides[1].congestion.losses;
    uint64_t sent = pair.sides[0].seq;
    uint64_t events = losses->events;
    pair_run(&pair, warm_ps + span_ps);
    sent = pair.sides[0].seq - sent;
    events = losses->events - events;
    double rate = (double)sent / iptfs_seconds(span_ps);
    double measured = iptfs_tfrc_rate((double)events / (double)sent, rtt_ps);
    double expected = iptfs_tfrc_rate(event_rate(loss), rtt_ps);
    double nominal = iptfs_tfrc_rate(loss, rtt_ps);
    if (show)
        printf("%5.3f %3d ms %8.2f/s; p of events measured %7.5f %8.2f/s %+5.1f%%, expected %7.5f "
               "%8.2f/s %+5.1f%%; of packets %8.2f/s %+5.1f%%\n",
               loss, (int)(rtt_ps / MS), rate, (double)events / (double)sent, measured,
               100 * (rate / measured - 1), event_rate(loss), expected, 100 * (rate / expected - 1),
               nominal, 100 * (rate / nominal - 1));
    CHECK_NEAR(rate / measured, 1, 0.06);
    CHECK_NEAR(rate / expected, 1, 0.1);
    /* The loss rate of packets is above that of events, the most where losses are many. */
    CHECK_NEAR(rate / nominal, 1, loss < 0.05 ? 0.1 : 0.15);
    CHECK_INT(pair.sides[0].congestion.tfrc.rtt_ps / US, rtt_ps / US);
    CHECK_U64(pair.sides[0].congestion.tfrc.halvings, 0);
    CHECK_TRUE(losses->lost_pkts > events);
    pair_free(&pair);
}

static void test_steady_state_follows_the_equation(void)
{
    const double losses[] = {0.001, 0.01, 0.05};
    const int64_t rtts_ps[] = {20 * MS, 100 * MS, 300 * MS};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            steady_state(losses[i], rtts_ps[j], getenv("IPTFS_TEST_SHOW") != NULL);
}

/* From the first known round trip on: in each of the rounds that follow, twice the rate. */
static void test_slow_start_doubles_each_round_trip(void)
{
    struct pair pair;
    pair_init(&pair, 100 * MS, 0, 100);
    struct iptfs_tfrc *tfrc = &pair.sides[0].congestion.tfrc;
    while (tfrc->rate_pps < 60 && pair_step(&pair, 60 * S))
        continue;
    CHECK_TRUE(pair.now_ps < 10 * S);
    double rate = tfrc->rate_pps;
    while (rate < 10000) {
        int64_t from_ps = pair.now_ps;
        while (tfrc->rate_pps == rate && pair_step(&pair, 60 * S))
            continue;
        CHECK_NEAR(tfrc->rate_pps / rate, 2, 1e-3); /* the clock's microseconds round X_recv */
        /* The round trip, a gap until the first packet at the new rate, one until the peer sends.
         */
        CHECK_TRUE(pair.now_ps - from_ps >= 100 * MS);
        CHECK_TRUE((double)(pair.now_ps - from_ps) < 110e9 + 2e12 / rate);
        rate = tfrc->rate_pps;
    }
    /* Until the first loss. */
    pair.sides[0].loss = 1;
    pair_run(&pair, pair.now_ps + MS);
    pair.sides[0].loss = 0;
    pair_run(&pair, pair.now_ps + 150 * MS);
    CHECK_U64(pair.sides[1].congestion.losses.events, 1);
    CHECK_TRUE(tfrc->p > 0);
    CHECK_TRUE(tfrc->rate_pps < rate);
    pair_free(&pair);
}

static void test_rate_halves_after_four_round_trips(void)
{
    struct pair pair;
    pair_init(&pair, 100 * MS, 0, 100);
    const struct iptfs_congestion *end = &pair.sides[0].congestion;
    while (end->tfrc.rate_pps < 5000 && pair_step(&pair, 60 * S))
        continue;
    pair.sides[1].loss = 1; /* nothing comes back from now on */
    int64_t feedback_ps = pair.now_ps;
    while (pair.sides[1].first < pair.sides[1].after && pair_step(&pair, 60 * S))
        feedback_ps = pair.now_ps;
    double rate = end->tfrc.rate_pps;
    int64_t deadline_ps = feedback_ps + 4 * end->tfrc.rtt_ps;
    CHECK_INT(iptfs_congestion_next_ps(end), deadline_ps);
    pair_run(&pair, deadline_ps - 1);
    CHECK_NEAR(end->tfrc.rate_pps, rate, 0);
    pair_run(&pair, deadline_ps);
    CHECK_NEAR(end->tfrc.rate_pps, rate / 2, 0);
    pair_run(&pair, deadline_ps + 4 * end->tfrc.rtt_ps);
    CHECK_NEAR(end->tfrc.rate_pps, rate / 4, 0);
    /* In the other direction nothing arrives, and the echoes are old ones: no feedback either. */
    pair.sides[1].loss = 0;
    pair_run(&pair, pair.now_ps + 500 * MS);
    CHECK_TRUE(end->tfrc.rate_pps > rate / 4);
    uint64_t halvings = end->tfrc.halvings;
    pair.sides[0].loss = 1;
    pair_run(&pair, pair.now_ps + 550 * MS);
    CHECK_U64(end->tfrc.halvings, halvings + 1);
    pair_free(&pair);
}

const CU_TestInfo iptfs_tests_congestion[] = {
    {"first header is empty", test_first_header_is_empty},
    {"echo of a new TVal only", test_echo_of_a_new_tval_only},
    {"TransmitDelay is the mean interval", test_transmit_delay_is_the_mean_interval},
    {"fields saturate", test_fields_saturate},
    {"round trip sample", test_round_trip_sample},
    {"measured receive rate", test_measured_receive_rate},
    {"echoes without information", test_echoes_without_information},
    {"feedback once in a round trip", test_feedback_once_in_a_round_trip},
    {"marks and losses go back", test_marks_and_losses_go_back},
    {"clock wraps", test_clock_wraps},
    {"receive rate is made", test_receive_rate_is_made},
    {"steady state follows the equation", test_steady_state_follows_the_equation},
    {"slow start doubles each round trip", test_slow_start_doubles_each_round_trip},
    {"four round trips without feedback halve the rate", test_rate_halves_after_four_round_trips},
    CU_TEST_INFO_NULL,
};
