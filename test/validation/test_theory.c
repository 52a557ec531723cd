/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fixed-rate tunnels beside queueing theory: waiting times of Poisson arrivals, and slots that do
 * not drift.
 *
 * Packets of which k fill an outer packet arrive at random, and every slot takes the k that have
 * waited longest, or all if there are fewer. With Q packets before a slot and A arriving in the
 * time T of a slot,
 *
 *     Q' = max(Q - k, 0) + A,   A Poisson of mean m = load * k,
 *
 * a Markov chain whose stationary distribution is worked out below. Between two slots there are
 * max(Q - k, 0) packets and, arriving evenly, m / 2 more on average; by Little's law, with m / T
 * arriving in a unit of time, a packet waits
 *
 *     W = T * (E max(Q - k, 0) / m + 1 / 2).
 *
 * For k = 1 the first term is M/D/1's T * load / (2 * (1 - load)), and the second the half slot by
 * which slotted service is later. */
#include "base/units.h"
#include "link/direct_link.h"
#include "scenario/to_model.h"
#include "support/check.h"
#include "traffic/traffic.h"
#include "tunnel/tunnel.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_statistics_double.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------- the theory */

enum {
    STATES = 512,   /* more packets wait with a probability below 1e-15 at a load of 0.95 */
    ARRIVALS = 64,  /* nor do more come in a slot */
    STEPS = 100000, /* far more than any load here needs */
};

/* Queue before a slot: probabilities of 0, 1, 2, ... packets. */
struct chain {
    double chance[STATES];
    double arrivals[ARRIVALS];
    unsigned most_arrivals; /* more have no chance worth adding */
    unsigned served;        /* at most, in a slot */
};

static void chain_init(struct chain *chain, unsigned served, double load)
{
    *chain = (struct chain){.served = served};
    chain->chance[0] = 1;
    for (unsigned n = 0; n < ARRIVALS; n++) {
        chain->arrivals[n] = gsl_ran_poisson_pdf(n, load * served);
        if (chain->arrivals[n] > 1e-18)
            chain->most_arrivals = n;
    }
}

/* One slot on; how much of the chances moved. */
static double chain_step(struct chain *chain)
{
    double next[STATES + ARRIVALS] = {0};
    for (unsigned queue = 0; queue < STATES; queue++) {
        unsigned left = queue > chain->served ? queue - chain->served : 0;
        for (unsigned n = 0; n <= chain->most_arrivals; n++)
            next[left + n] += chain->chance[queue] * chain->arrivals[n];
    }
    double moved = 0;
    for (unsigned queue = 0; queue < STATES; queue++)
        moved += fabs(next[queue] - chain->chance[queue]);
    memcpy(chain->chance, next, sizeof chain->chance);
    return moved;
}

static double chain_mean(const struct chain *chain, double (*of)(unsigned queue, unsigned served))
{
    double mean = 0;
    for (unsigned queue = 0; queue < STATES; queue++)
        mean += chain->chance[queue] * of(queue, chain->served);
    return mean;
}

static double left_behind(unsigned queue, unsigned served)
{
    return queue > served ? queue - served : 0;
}

static double taken(unsigned queue, unsigned served)
{
    return queue < served ? queue : served;
}

static void chain_settle(struct chain *chain)
{
    double moved = 1;
    for (int step = 0; step < STEPS && moved > 1e-13; step++)
        moved = chain_step(chain);
    CHECK_NEAR(moved, 0, 1e-13);
}

/* Mean wait in slots. */
static double theory_wait(unsigned served, double load)
{
    struct chain chain;
    chain_init(&chain, served, load);
    chain_settle(&chain);
    /* What comes in goes out. */
    CHECK_NEAR(chain_mean(&chain, taken), load * served, 1e-9);
    return chain_mean(&chain, left_behind) / (load * served) + 0.5;
}

static void theory_of_one_is_m_d_1(void)
{
    static const double loads[] = {0.1, 0.5, 0.8, 0.95};
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++)
        CHECK_NEAR(theory_wait(1, loads[i]), loads[i] / (2 * (1 - loads[i])) + 0.5, 1e-8);
}

/* So few packets that all that wait leave in the next slot: half a slot. */
static void theory_of_low_load_is_half_a_slot(void)
{
    CHECK_NEAR(theory_wait(20, 0.05), 0.5, 1e-9);
}

/* -------------------------------------------------------------------------- the measurement */

enum {
    SLOTS_PER_S = 812743, /* 1500 octets on 10 Gb/s Ethernet, no whole number of picoseconds */
    SPACE = 1442,         /* inner octets of 1500: 1, 7 or 14 packets of 1442, 206 or 103 */
    MOST_REPLICATIONS = 40,
};

/* Where a sanitizer makes runs slow they have a tenth of the slots, and confidence intervals are
 * wider by the root of 10; nine cases must then lie in intervals of 99.9 %, not of 95 %. */
#ifdef __SANITIZE_ADDRESS__
static const uint32_t slots_divisor = 10;
static const double tolerance = 0.065;
static const double upper_probability = 0.9995;
#else
static const uint32_t slots_divisor = 1;
static const double tolerance = 0.02;
static const double upper_probability = 0.975;
#endif

static const char poisson_text[] =
    "[scenario]\nname = theory\nseed = 9347\n"
    "[tunnel]\nmode = fixed-rate\npkt-size = 1500\nmax-queue-size = 1GiB\n"
    "[link]\nrate = 0\nqueue = 0\ndelay = 0\nframing = none\n"
    "[traffic.a]\ntype = poisson\n";

/* A scenario's tunnel, driven by hand: no ns-3. */
struct stage {
    struct iptfs_scenario scenario;
    struct iptfs_tunnel tunnel;
    struct iptfs_source *source;
};

static int stage_open(struct stage *stage, const char *const *sets, size_t n_sets, uint64_t run)
{
    struct iptfs_error error = {0};
    *stage = (struct stage){0};
    int code = iptfs_scenario_parse_text(&stage->scenario, poisson_text, "theory.ini", sets, n_sets,
                                         &error);
    if (code != IPTFS_OK) {
        CHECK_FAIL("%s", error.text);
        return code;
    }
    const struct iptfs_scenario *scenario = &stage->scenario;
    struct iptfs_sender_config sender =
        iptfs_config_sender(&scenario->tunnel[IPTFS_FORWARD], &scenario->link[IPTFS_FORWARD]);
    struct iptfs_receiver_config receiver = iptfs_config_receiver(&scenario->tunnel[IPTFS_FORWARD]);
    struct iptfs_link_config config = iptfs_config_link(&scenario->link[IPTFS_FORWARD]);
    struct iptfs_link *link;
    struct iptfs_traffic_setup traffic = {
        .options = &scenario->traffic[0], .seed = scenario->seed, .run = run};
    code = iptfs_tunnel_init(&stage->tunnel, &sender, &receiver);
    if (code == IPTFS_OK)
        code = iptfs_direct_link_new(&link, &config, &stage->tunnel.store, NULL);
    if (code == IPTFS_OK)
        iptfs_tunnel_set_link(&stage->tunnel, link);
    if (code == IPTFS_OK)
        code = iptfs_traffic_new(&stage->source, &traffic, &error);
    stage->tunnel.sender.source = stage->source;
    if (code != IPTFS_OK)
        CHECK_FAIL("%s %s", iptfs_error_name(code), error.text);
    return code;
}

static void stage_run(struct stage *stage, int64_t until_ps)
{
    for (int64_t next_ps = iptfs_tunnel_next_ps(&stage->tunnel); next_ps <= until_ps;
         next_ps = iptfs_tunnel_next_ps(&stage->tunnel))
        iptfs_tunnel_wake(&stage->tunnel, next_ps);
}

static void stage_close(struct stage *stage)
{
    iptfs_tunnel_free(&stage->tunnel);
    iptfs_traffic_free(stage->source);
    iptfs_scenario_free(&stage->scenario);
}

/* Mean wait in slots, over one run: the link takes no time, so the delay is the wait. */
static double measured_wait(unsigned served, uint64_t rate_bps, uint64_t run, uint32_t slots)
{
    char size[64], rate[64], pps[64];
    snprintf(size, sizeof size, "traffic.a.size=%u", SPACE / served);
    snprintf(rate, sizeof rate, "traffic.a.rate=%" PRIu64 "bps", rate_bps);
    snprintf(pps, sizeof pps, "tunnel.pps=%d", SLOTS_PER_S);
    const char *sets[] = {size, rate, pps};
    static struct stage stage;
    double slot_ps = (double)IPTFS_PS_PER_S / SLOTS_PER_S;
    double wait = 0;
    if (stage_open(&stage, sets, 3, run) == IPTFS_OK) {
        stage_run(&stage, (int64_t)(slots * slot_ps));
        iptfs_tunnel_sum(&stage.tunnel);
        wait = iptfs_delays_mean_ps(&stage.tunnel.delivered.delays) / slot_ps;
        CHECK_INT(iptfs_tunnel_close(&stage.tunnel, (int64_t)(slots * slot_ps)), IPTFS_OK);
        CHECK_U64(stage.tunnel.store.ledger.dropped[IPTFS_DROP_NO_QUEUE_SPACE].pkts, 0);
    }
    stage_close(&stage);
    return wait;
}

/* Independent runs, and how they agree with theory: within 2 %, and within the 95 % confidence
 * interval of their mean, which itself must be narrower than 2 %. No two cases share draws. */
static void compare_wait(unsigned served, unsigned percent, unsigned runs, uint32_t slots)
{
    double waits[MOST_REPLICATIONS] = {0};
    uint64_t rate_bps = (uint64_t)SLOTS_PER_S * SPACE * 8 * percent / 100;
    double load = (double)rate_bps / ((double)SLOTS_PER_S * SPACE * 8);
    for (unsigned run = 0; run < runs; run++)
        waits[run] = measured_wait(served, rate_bps, 10000 * served + 100 * percent + run,
                                   slots / slots_divisor);
    double mean = gsl_stats_mean(waits, 1, runs);
    double error = gsl_stats_sd(waits, 1, runs) / sqrt(runs);
    double half = gsl_cdf_tdist_Pinv(0.975, runs - 1) * error;
    double most = gsl_cdf_tdist_Pinv(upper_probability, runs - 1) * error;
    double theory = theory_wait(served, load);
    if (!CHECK_NEAR(mean, theory, fmin(most, tolerance * theory)) ||
        !CHECK_NEAR(half, 0, tolerance * theory))
        CHECK_FAIL("%u a slot, load 0.%u: waits %.5f slots, 95 %% +- %.5f, theory %.5f", served,
                   percent, mean, half, theory);
}

static void one_packet_fills_a_slot(void)
{
    compare_wait(1, 50, 20, 50000);
    compare_wait(1, 80, 20, 80000);
    compare_wait(1, 95, 30, 400000);
}

static void seven_packets_fill_a_slot(void)
{
    compare_wait(7, 50, 20, 20000);
    compare_wait(7, 80, 20, 20000);
    compare_wait(7, 95, 20, 80000);
}

static void fourteen_packets_fill_a_slot(void)
{
    compare_wait(14, 50, 20, 40000);
    compare_wait(14, 80, 20, 20000);
    compare_wait(14, 95, 20, 60000);
}

/* -------------------------------------------------------------------------------- no drift */

/* Packets of a rate up to and at a time, the one at 0 included: floor(t * rate) + 1. */
static uint64_t packets_until(int64_t t_ps, uint64_t numerator, uint64_t denominator)
{
    return (uint64_t)((iptfs_uint128)t_ps * denominator / numerator) + 1;
}

/* A rate as numerator / denominator picoseconds a packet. */
struct rate {
    uint64_t numerator;
    uint64_t denominator;
};

static const struct rate awkward_rates[] = {
    {UINT64_C(1000000000000), 3},                    /* 3 packets/s: 80 hours */
    {UINT64_C(1000000000000), 812743},               /* packets/s */
    {UINT64_C(1000000000000), 999999937},            /* a prime, a little above 1 ns */
    {UINT64_C(12304) * 1000000000000, 10000000000},  /* 1538 octets at 10 Gb/s: 1230.4 ns */
    {UINT64_C(4608) * 1000000000000, 333333333},     /* 576 octets at 333,333,333 b/s */
    {UINT64_C(72000) * 1000000000000, 400000000019}, /* 9000 octets, a prime near 400 Gb/s */
    {UINT64_C(8) * 1000000000000, 10000000000000},   /* an octet at 10 Tb/s: 0.8 ps */
};

/* Whenever a slot comes, its number is the count until then, and one picosecond before it is one
 * less: so the count is right at all times between. */
static void slots_never_drift(void)
{
    enum {
        SLOTS = 1000000
    };
    struct iptfs_trace trace = {0};
    for (size_t i = 0; i < sizeof awkward_rates / sizeof awkward_rates[0]; i++) {
        const struct rate *rate = &awkward_rates[i];
        struct iptfs_pacer pacer;
        iptfs_pacer_init(&pacer, &iptfs_pacer_fixed_rate, 0, rate->numerator, rate->denominator, 0,
                         &trace);
        uint64_t wrong = 0, slots_at_once = rate->numerator < rate->denominator;
        for (uint64_t slot = 0; slot < SLOTS; slot++) {
            int64_t now_ps = iptfs_slots_next_ps(&pacer.slots);
            uint64_t until = packets_until(now_ps, rate->numerator, rate->denominator);
            wrong += until < slot + 1 || until > slot + 1 + slots_at_once;
            wrong +=
                now_ps > 0 && packets_until(now_ps - 1, rate->numerator, rate->denominator) > slot;
            wrong += pacer.ops->due(&pacer, now_ps) != IPTFS_DUE_ONE;
        }
        if (!CHECK_U64(wrong, 0))
            CHECK_FAIL("%" PRIu64 " / %" PRIu64 " ps", rate->numerator, rate->denominator);
    }
}

static void count_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    (void)now_ps, (void)outer;
    ++*(uint64_t *)ctx;
}

/* The same of a whole tunnel, woken at times unrelated to its slots, while packets arrive and
 * leave. */
static void outer_packets_never_drift(void)
{
    const char *sets[] = {"tunnel.l2-fixed-rate=333333333bps", "link.framing=ethernet",
                          "traffic.a.size=576", "traffic.a.rate=200Mbps"};
    const uint64_t numerator = UINT64_C(1538) * 8 * 1000000000000;
    static struct stage stage;
    uint64_t sent = 0;
    if (stage_open(&stage, sets, 4, 0) == IPTFS_OK) {
        static struct iptfs_observer observer;
        observer = (struct iptfs_observer){.sent = count_sent, .ctx = &sent};
        iptfs_tunnel_observe(&stage.tunnel, &observer);
        for (int64_t t_ps = 0; t_ps < 2 * IPTFS_PS_PER_S; t_ps += INT64_C(1234567891)) {
            stage_run(&stage, t_ps);
            if (!CHECK_U64(sent, packets_until(t_ps, numerator, 333333333)))
                break;
        }
        CHECK_INT(iptfs_tunnel_close(&stage.tunnel, 2 * IPTFS_PS_PER_S), IPTFS_OK);
    }
    stage_close(&stage);
}

const CU_TestInfo iptfs_tests_theory[] = {
    {"theory of one packet a slot is M/D/1", theory_of_one_is_m_d_1},
    {"theory of a low load is half a slot", theory_of_low_load_is_half_a_slot},
    {"one packet fills a slot: slotted M/D/1", one_packet_fills_a_slot},
    {"seven packets fill a slot: bulk service", seven_packets_fill_a_slot},
    {"fourteen packets fill a slot: bulk service", fourteen_packets_fill_a_slot},
    {"slots never drift", slots_never_drift},
    {"outer packets never drift", outer_packets_never_drift},
    CU_TEST_INFO_NULL,
};
