/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The throughput equation and the sender of RFC 5348, section 4. */
#include "base/units.h"
#include "congestion/tfrc.h"
#include "support/check.h"

#include <math.h>

#define MS IPTFS_PS_PER_MS
#define RTT (100 * MS)

/* A feedback with round trip RTT and nothing else. */
static void feed(struct iptfs_tfrc *tfrc, int64_t now_ps, double p, double receive_pps)
{
    struct iptfs_tfrc_feedback feedback = {
        .p = p, .receive_pps = receive_pps, .rtt_sample_ps = RTT};
    iptfs_tfrc_feedback(tfrc, now_ps, &feedback);
}

static struct iptfs_tfrc start(uint32_t packet_octets, int64_t rtt_ps)
{
    struct iptfs_tfrc tfrc;
    struct iptfs_tfrc_config config = {
        .packet_octets = packet_octets, .rtt_ps = rtt_ps, .oscillation_reduction = true};
    iptfs_tfrc_init(&tfrc, &config, 0);
    return tfrc;
}

/* After the first sample, and without the infinity with which X_recv_set starts. */
static struct iptfs_tfrc start_later(uint32_t packet_octets)
{
    struct iptfs_tfrc tfrc = start(packet_octets, RTT);
    feed(&tfrc, 0, 0, 0);
    tfrc.received_any = false;
    return tfrc;
}

static void test_equation_at_known_points(void)
{
    /* p = 0.01: sqrt(0.0066667) = 0.0816497; 12 * sqrt(0.00375) * 0.01 * 1.0032 = 0.0073720;
     * 1 / (0.02 * 0.0890217) = 561.66 */
    CHECK_NEAR(iptfs_tfrc_rate(0.01, 20 * MS), 561.66, 0.01);
    /* p = 0.1: 0.258199 + 12 * 0.193649 * 0.1 * 1.32 = 0.564939 */
    CHECK_NEAR(iptfs_tfrc_rate(0.1, IPTFS_PS_PER_S), 1.770102, 1e-5);
    /* p = 1: 0.816497 + 12 * 0.612372 * 33 = 243.3160 */
    CHECK_NEAR(iptfs_tfrc_rate(1, IPTFS_PS_PER_S), 1 / 243.3160, 1e-8);
    /* Small p: sqrt(3/2) / (R sqrt(p)), the rest is 1e-7 of it. */
    CHECK_NEAR(iptfs_tfrc_rate(1e-8, IPTFS_PS_PER_S), 12247.4487, 0.01);
    CHECK_TRUE(isinf(iptfs_tfrc_rate(0, RTT)));
}

static void test_inverse_comes_back(void)
{
    for (double p = 1e-8; p <= 1; p *= 1.37)
        for (int64_t rtt_ps = 100 * IPTFS_PS_PER_US; rtt_ps < IPTFS_PS_PER_S; rtt_ps *= 7)
            CHECK_NEAR(iptfs_tfrc_loss_for_rate(iptfs_tfrc_rate(p, rtt_ps), rtt_ps) / p, 1, 1e-9);
    CHECK_NEAR(iptfs_tfrc_loss_for_rate(1e-9, RTT), 1, 1e-12);
    CHECK_TRUE(iptfs_tfrc_loss_for_rate(1e30, RTT) < 2e-15);
    CHECK_TRUE(iptfs_tfrc_loss_for_rate(1e30, RTT) > 0);
}

static void test_initial_rate(void)
{
    /* min(4, max(2, 4380 / s)) packets in 100 ms. */
    CHECK_NEAR(start(1000, RTT).rate_pps, 40, 1e-9);
    CHECK_NEAR(start(1460, RTT).rate_pps, 30, 1e-9);
    CHECK_NEAR(start(1752, RTT).rate_pps, 25, 1e-9);
    CHECK_NEAR(start(9000, RTT).rate_pps, 20, 1e-9);
    struct iptfs_tfrc tfrc = start(1460, 0);
    CHECK_NEAR(tfrc.rate_pps, 1, 0);
    CHECK_INT(iptfs_tfrc_next_ps(&tfrc), 2 * IPTFS_PS_PER_S);
    feed(&tfrc, 300 * MS, 0, 1);
    CHECK_INT(tfrc.rtt_ps, RTT);
    CHECK_NEAR(tfrc.rate_pps, 30, 1e-9);
    /* No second step before a round trip has passed. */
    feed(&tfrc, 300 * MS + RTT - 1, 0, 30);
    CHECK_NEAR(tfrc.rate_pps, 30, 1e-9);
    feed(&tfrc, 300 * MS + RTT, 0, 30);
    CHECK_NEAR(tfrc.rate_pps, 60, 1e-9);
    feed(&tfrc, 300 * MS + 2 * RTT - 1, 0, 60);
    CHECK_NEAR(tfrc.rate_pps, 60, 1e-9);
}

/* The first sample replaces the round-trip time known in advance (RFC 5348, 4.3, step 2), and the
 * rate becomes the initial window in each of the new ones (4.2), whatever it was. */
static void test_first_sample_replaces_the_initial_rtt(void)
{
    struct iptfs_tfrc tfrc = start(1460, 5 * MS);
    CHECK_NEAR(tfrc.rate_pps, 600, 1e-9);
    struct iptfs_tfrc_feedback feedback = {.receive_pps = 600, .rtt_sample_ps = 200 * MS};
    iptfs_tfrc_feedback(&tfrc, 200 * MS, &feedback);
    CHECK_INT(tfrc.rtt_ps, 200 * MS); /* 0.9 * 5 + 0.1 * 200 = 24.5 ms in the filter */
    CHECK_NEAR(tfrc.rate_pps, 15, 1e-9);
    /* The next sample goes through the filter. */
    feedback.rtt_sample_ps = 300 * MS;
    iptfs_tfrc_feedback(&tfrc, 400 * MS, &feedback);
    CHECK_INT(tfrc.rtt_ps, 210 * MS);
    /* The other way round. */
    tfrc = start(1460, 200 * MS);
    feedback.rtt_sample_ps = 5 * MS;
    iptfs_tfrc_feedback(&tfrc, 5 * MS, &feedback);
    CHECK_INT(tfrc.rtt_ps, 5 * MS);
    CHECK_NEAR(tfrc.rate_pps, 600, 1e-9);
    /* A feedback without a sample: the value known in advance stays. */
    tfrc = start(1460, 200 * MS);
    feed(&tfrc, 5 * MS, 0, 0);
    struct iptfs_tfrc unsampled = start(1460, 200 * MS);
    iptfs_tfrc_feedback(&unsampled, 5 * MS, &(struct iptfs_tfrc_feedback){.rtt_least_ps = MS});
    CHECK_INT(unsampled.rtt_ps, 200 * MS);
    iptfs_tfrc_feedback(&unsampled, 250 * MS, &feedback);
    CHECK_INT(unsampled.rtt_ps, 5 * MS);
    /* A loss that the first feedback states counts. */
    tfrc = start(1460, 5 * MS);
    feed(&tfrc, 100 * MS, 0.2, 0);
    CHECK_NEAR(tfrc.rate_pps, iptfs_tfrc_rate(0.2, RTT), 1e-9);
}

/* X_recv_set starts with infinity: for two round trips no receive rate bounds the rate (4.3). */
static void test_receive_rate_does_not_bound_the_first_two_round_trips(void)
{
    struct iptfs_tfrc tfrc = start(1460, RTT);
    feed(&tfrc, 1 * RTT, 0, 1);
    CHECK_NEAR(tfrc.rate_pps, 30, 1e-9);
    feed(&tfrc, 2 * RTT, 0, 1);
    CHECK_NEAR(tfrc.rate_pps, 60, 1e-9);
    feed(&tfrc, 2 * RTT + 1, 1e-4, 1);
    CHECK_NEAR(tfrc.rate_pps, 2, 1e-9); /* infinity is older than two round trips */
    /* Without a round-trip time they begin with the packet that the first feedback answers. */
    tfrc = start(1460, 0);
    feed(&tfrc, 50 * RTT, 0, 1);
    CHECK_NEAR(tfrc.rate_pps, 30, 1e-9);
    feed(&tfrc, 51 * RTT, 1e-4, 10);
    CHECK_NEAR(tfrc.rate_pps, iptfs_tfrc_rate(1e-4, RTT), 1e-9);
    feed(&tfrc, 51 * RTT + 1, 1e-4, 10);
    CHECK_NEAR(tfrc.rate_pps, 20, 1e-9);
    /* The no-feedback timer replaces the set (4.4). */
    tfrc = start(1460, RTT);
    feed(&tfrc, RTT, 0.01, 1);
    iptfs_tfrc_wake(&tfrc, iptfs_tfrc_next_ps(&tfrc));
    CHECK_NEAR(tfrc.rate_pps, 15, 1e-9);
    CHECK_TRUE(!tfrc.received_any);
}

static void test_slow_start_doubles_until_the_first_loss(void)
{
    struct iptfs_tfrc tfrc = start_later(1460);
    double rate = 30;
    for (int64_t i = 1; i <= 20; i++) {
        feed(&tfrc, i * RTT, 0, tfrc.rate_pps);
        rate *= 2;
        CHECK_NEAR(tfrc.rate_pps, rate, rate * 1e-12);
    }
    feed(&tfrc, 21 * RTT, 0.01, tfrc.rate_pps);
    CHECK_NEAR(tfrc.rate_pps, 112.33, 0.01);
    CHECK_NEAR(tfrc.p, 0.01, 0);
}

static void test_receive_rate_bounds(void)
{
    struct iptfs_tfrc tfrc = start_later(1460);
    feed(&tfrc, 1 * RTT, 0, 30);
    feed(&tfrc, 2 * RTT, 0, 45); /* the bottleneck gives 45 of 60 */
    CHECK_NEAR(tfrc.rate_pps, 90, 1e-9);
    feed(&tfrc, 3 * RTT, 0, 45);
    CHECK_NEAR(tfrc.rate_pps, 90, 1e-9);
    /* Less for once: the largest of two round trips counts. */
    feed(&tfrc, 4 * RTT, 0, 20);
    CHECK_NEAR(tfrc.rate_pps, 90, 1e-9);
    feed(&tfrc, 5 * RTT, 0, 20);
    CHECK_NEAR(tfrc.rate_pps, 90, 1e-9);
    feed(&tfrc, 6 * RTT, 0, 20);
    CHECK_NEAR(tfrc.rate_pps, 40, 1e-9);
    feed(&tfrc, 7 * RTT, 0, 2); /* but never below the initial rate here */
    feed(&tfrc, 8 * RTT, 0, 2);
    feed(&tfrc, 9 * RTT, 0, 2);
    CHECK_NEAR(tfrc.rate_pps, 30, 1e-9);
    /* With losses the equation would give 1220; below the initial rate is allowed. */
    feed(&tfrc, 10 * RTT, 1e-4, 5);
    CHECK_NEAR(tfrc.rate_pps, 10, 1e-9);
    /* One that is unknown bounds nothing. */
    struct iptfs_tfrc unknown = start_later(1460);
    feed(&unknown, RTT, 0.01, 0);
    CHECK_NEAR(unknown.rate_pps, 112.33, 0.01);
    /* Many feedbacks in a round trip: the newest four are kept. */
    struct iptfs_tfrc many = start_later(1460);
    for (int i = 1; i <= 5; i++)
        feed(&many, RTT + i, 0.0001, 100 - 10 * i);
    CHECK_U64(many.received_count, IPTFS_TFRC_RECEIVED);
    CHECK_NEAR(many.rate_pps, 2 * 80, 1e-9);
}

static void test_round_trip_is_filtered(void)
{
    struct iptfs_tfrc tfrc = start(1460, 0);
    struct iptfs_tfrc_feedback feedback = {.rtt_sample_ps = 100 * MS};
    iptfs_tfrc_feedback(&tfrc, 1 * IPTFS_PS_PER_S, &feedback);
    CHECK_INT(tfrc.rtt_ps, 100 * MS);
    feedback.rtt_sample_ps = 200 * MS;
    iptfs_tfrc_feedback(&tfrc, 2 * IPTFS_PS_PER_S, &feedback);
    CHECK_INT(tfrc.rtt_ps, 110 * MS);
    iptfs_tfrc_feedback(&tfrc, 3 * IPTFS_PS_PER_S, &feedback);
    CHECK_INT(tfrc.rtt_ps, 119 * MS);
    /* The other estimate bounds it from below, unfiltered, and is not stored. */
    feedback.rtt_least_ps = 500 * MS;
    feedback.rtt_sample_ps = 0;
    iptfs_tfrc_feedback(&tfrc, 4 * IPTFS_PS_PER_S, &feedback);
    CHECK_INT(tfrc.rtt_ps, 500 * MS);
    feedback.rtt_least_ps = 118 * MS;
    iptfs_tfrc_feedback(&tfrc, 5 * IPTFS_PS_PER_S, &feedback);
    CHECK_INT(tfrc.rtt_ps, 119 * MS);
    /* A feedback without a round trip: the rate stays, the timer is restarted. */
    struct iptfs_tfrc blank = start(1460, 0);
    iptfs_tfrc_feedback(&blank, MS, &(struct iptfs_tfrc_feedback){.p = 0});
    CHECK_NEAR(blank.rate_pps, 1, 0);
    CHECK_INT(iptfs_tfrc_next_ps(&blank), 2001 * MS);
}

static void test_missing_feedback_halves_the_rate(void)
{
    struct iptfs_tfrc tfrc = start_later(1460);
    for (int64_t i = 1; i <= 5; i++)
        feed(&tfrc, i * RTT, 0, tfrc.rate_pps); /* 960 */
    CHECK_INT(iptfs_tfrc_next_ps(&tfrc), 9 * RTT);
    iptfs_tfrc_wake(&tfrc, 9 * RTT - 1);
    CHECK_NEAR(tfrc.rate_pps, 960, 1e-9);
    iptfs_tfrc_wake(&tfrc, 9 * RTT);
    CHECK_NEAR(tfrc.rate_pps, 480, 1e-9);
    CHECK_INT(iptfs_tfrc_next_ps(&tfrc), 13 * RTT);
    iptfs_tfrc_restart_timer(&tfrc, 12 * RTT);
    CHECK_INT(iptfs_tfrc_next_ps(&tfrc), 16 * RTT);
    /* Two packets take longer than four round trips when the rate is below 5: 3.75. */
    int64_t last_ps = 0;
    for (int i = 0; i < 7; i++) {
        last_ps = iptfs_tfrc_next_ps(&tfrc);
        iptfs_tfrc_wake(&tfrc, last_ps);
    }
    CHECK_NEAR(tfrc.rate_pps, 3.75, 1e-9);
    CHECK_NEAR(iptfs_seconds(iptfs_tfrc_next_ps(&tfrc) - last_ps), 2 / 3.75, 1e-9);
    for (int i = 0; i < 20; i++)
        iptfs_tfrc_wake(&tfrc, iptfs_tfrc_next_ps(&tfrc));
    CHECK_NEAR(tfrc.rate_pps, 1.0 / 64, 0);
    CHECK_INT(iptfs_tfrc_gap_ps(&tfrc), 64 * IPTFS_PS_PER_S);
    CHECK_U64(tfrc.halvings, 28);
}

/* After a loss: 4.4 halves what the equation allowed, or what the receive rate did. */
static void test_missing_feedback_after_losses(void)
{
    struct iptfs_tfrc by_equation = start_later(1460);
    feed(&by_equation, RTT, 0.01, 1000);
    iptfs_tfrc_wake(&by_equation, 5 * RTT);
    CHECK_NEAR(by_equation.rate_pps, 112.33 / 2, 0.01);
    iptfs_tfrc_wake(&by_equation, 9 * RTT);
    CHECK_NEAR(by_equation.rate_pps, 112.33 / 4, 0.01);
    struct iptfs_tfrc by_receiver = start_later(1460);
    feed(&by_receiver, RTT, 0.01, 40);
    CHECK_NEAR(by_receiver.rate_pps, 80, 1e-9);
    iptfs_tfrc_wake(&by_receiver, 5 * RTT);
    CHECK_NEAR(by_receiver.rate_pps, 40, 1e-9);
    /* What was received before the timeout no longer counts. */
    feed(&by_receiver, 5 * RTT + 1, 0.01, 10);
    CHECK_NEAR(by_receiver.rate_pps, 40, 1e-9);
    feed(&by_receiver, 8 * RTT, 0.01, 10);
    CHECK_NEAR(by_receiver.rate_pps, 20, 1e-9);
}

/* RFC 5348, 4.5: a sample of twice the mean leaves roughly 0.7 of the rate. */
static void test_oscillations_are_reduced(void)
{
    struct iptfs_tfrc tfrc = start_later(1460);
    feed(&tfrc, RTT, 0.01, 0);
    CHECK_NEAR(tfrc.send_pps, tfrc.rate_pps, 1e-9);
    struct iptfs_tfrc_feedback feedback = {.p = 0.01, .rtt_sample_ps = 2 * RTT};
    iptfs_tfrc_feedback(&tfrc, 2 * RTT, &feedback);
    CHECK_INT(tfrc.rtt_ps, 110 * MS);
    /* R_sqmean = (0.9 + 0.1 * sqrt(2)) * sqrt(R); over sqrt(2 R): 0.736396 */
    CHECK_NEAR(tfrc.send_pps / tfrc.rate_pps, 0.736396, 1e-6);
    CHECK_NEAR((double)iptfs_tfrc_gap_ps(&tfrc) * tfrc.send_pps / 1e12, 1, 1e-9);
    /* The send intervals of RFC 9347 in R are no sample of the path. */
    feedback = (struct iptfs_tfrc_feedback){.p = 0.01, .rtt_least_ps = 10 * RTT};
    iptfs_tfrc_feedback(&tfrc, 3 * RTT, &feedback);
    CHECK_NEAR(tfrc.send_pps / tfrc.rate_pps, 0.736396, 1e-6);
    /* Never below one packet in 64 s. */
    feedback = (struct iptfs_tfrc_feedback){.p = 1, .rtt_sample_ps = 60 * IPTFS_PS_PER_S};
    iptfs_tfrc_feedback(&tfrc, 4 * RTT, &feedback);
    CHECK_NEAR(tfrc.send_pps, IPTFS_TFRC_MIN_PPS, 0);
    /* Without it a sample has the same small weight in R. */
    struct iptfs_tfrc off;
    struct iptfs_tfrc_config config = {.packet_octets = 1460, .rtt_ps = RTT};
    iptfs_tfrc_init(&off, &config, 0);
    feed(&off, 0, 0.01, 0);
    feedback = (struct iptfs_tfrc_feedback){.p = 0.01, .rtt_sample_ps = 2 * RTT};
    iptfs_tfrc_feedback(&off, RTT, &feedback);
    CHECK_INT(off.rtt_ps, 110 * MS);
    CHECK_NEAR(off.send_pps, off.rate_pps, 0);
}

static void test_limits(void)
{
    struct iptfs_tfrc tfrc;
    struct iptfs_tfrc_config config = {
        .packet_octets = 1460, .max_pps = 50, .min_pps = 10, .rtt_ps = RTT};
    iptfs_tfrc_init(&tfrc, &config, 0);
    feed(&tfrc, 0, 0, 30);
    feed(&tfrc, RTT, 0, 30);
    CHECK_NEAR(tfrc.rate_pps, 50, 0);
    feed(&tfrc, 2 * RTT, 1e-4, 50); /* the equation allows more */
    CHECK_NEAR(tfrc.rate_pps, 50, 0);
    iptfs_tfrc_wake(&tfrc, 6 * RTT); /* half of what was sent, not of the equation's rate */
    CHECK_NEAR(tfrc.rate_pps, 25, 0);
    feed(&tfrc, 7 * RTT, 0.9, 25);
    CHECK_NEAR(tfrc.rate_pps, 10, 0);
    config.rtt_ps = 0;
    iptfs_tfrc_init(&tfrc, &config, 0);
    CHECK_NEAR(tfrc.rate_pps, 10, 0);
    CHECK_INT(iptfs_tfrc_next_ps(&tfrc), 2 * IPTFS_PS_PER_S);
}

/* 1 - q: 10 % where nothing else is given, with and without the reduction of oscillations. */
static void test_weight_of_a_sample(void)
{
    static const struct {
        double weight;
        bool reduction;
        int64_t rtt_ps; /* after samples of 100 and 200 ms */
    } cases[] = {
        {0, true, 110 * MS}, {0, false, 110 * MS}, {0.02, false, 102 * MS}, {0.9, true, 190 * MS}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct iptfs_tfrc tfrc;
        struct iptfs_tfrc_config config = {.packet_octets = 1460,
                                           .oscillation_reduction = cases[i].reduction,
                                           .rtt_weight = cases[i].weight};
        iptfs_tfrc_init(&tfrc, &config, 0);
        struct iptfs_tfrc_feedback feedback = {.rtt_sample_ps = 100 * MS};
        iptfs_tfrc_feedback(&tfrc, 1 * IPTFS_PS_PER_S, &feedback);
        feedback.rtt_sample_ps = 200 * MS;
        iptfs_tfrc_feedback(&tfrc, 2 * IPTFS_PS_PER_S, &feedback);
        CHECK_NEAR((double)tfrc.rtt_ps, (double)cases[i].rtt_ps, 1);
    }
}

static void test_gaps_do_not_drift(void)
{
    struct iptfs_tfrc tfrc;
    struct iptfs_tfrc_config config = {.min_pps = 3, .max_pps = 3};
    iptfs_tfrc_init(&tfrc, &config, 0);
    int64_t now_ps = 0;
    for (int i = 0; i < 3000000; i++) {
        now_ps += iptfs_tfrc_gap_ps(&tfrc);
        iptfs_tfrc_sent(&tfrc);
    }
    /* 3 gaps are a second; a double knows 1/3 s to 6e-5 ps, so that 200 ps may be missing. */
    CHECK_TRUE(now_ps <= 1000000 * IPTFS_PS_PER_S);
    CHECK_TRUE(now_ps > 1000000 * IPTFS_PS_PER_S - 200);
}

const CU_TestInfo iptfs_tests_tfrc[] = {
    {"equation at known points", test_equation_at_known_points},
    {"inverse comes back", test_inverse_comes_back},
    {"initial rate", test_initial_rate},
    {"the first sample replaces the initial RTT", test_first_sample_replaces_the_initial_rtt},
    {"X_recv does not bound the first two round trips",
     test_receive_rate_does_not_bound_the_first_two_round_trips},
    {"slow start doubles until the first loss", test_slow_start_doubles_until_the_first_loss},
    {"receive rate bounds", test_receive_rate_bounds},
    {"round trip is filtered", test_round_trip_is_filtered},
    {"weight of a sample", test_weight_of_a_sample},
    {"missing feedback halves the rate", test_missing_feedback_halves_the_rate},
    {"missing feedback after losses", test_missing_feedback_after_losses},
    {"oscillations are reduced", test_oscillations_are_reduced},
    {"limits", test_limits},
    {"gaps do not drift", test_gaps_do_not_drift},
    CU_TEST_INFO_NULL,
};
