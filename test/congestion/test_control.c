/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Congestion control through whole tunnels, on ns-3: what it sends, compared with RFC 5348 and RFC
 * 9347. */
#include "base/units.h"
#include "link/direct_link.h"
#include "ns3/engine.h"
#include "ns3/sim.h"
#include "run/run.h"
#include "support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An idle tunnel: under congestion control padding goes at the same rate as data would. */
static const char idle[] =
    "[scenario]\nduration = 100h\nseed = 11\n"
    "[tunnel]\nmode = congestion-controlled\npkt-size = 1432\n"
    "[link]\nrate = 1Gbps\n"
    "[traffic.one]\ntype = cbr\nphase = 0\nsize = 100\nrate = 1kbps\ncount = 1\n";

static struct iptfs_run run;
static struct iptfs_scenario scenario;

static bool begin(const char *const *sets, size_t n_sets)
{
    struct iptfs_error error = {0};
    int code = iptfs_scenario_parse_text(&scenario, idle, "idle.ini", sets, n_sets, &error);
    if (code != IPTFS_OK) {
        CHECK_FAIL("%s", error.text);
        return false;
    }
    CHECK_INT(iptfs_run_init(&run, &scenario, scenario.seed, 0, &error), IPTFS_OK);
    return true;
}

static void run_to(double time_s)
{
    struct iptfs_error error = {0};
    int64_t until_ps = (int64_t)(time_s * (double)IPTFS_PS_PER_S);
    if (iptfs_run_until(&run, until_ps, &error) != IPTFS_OK)
        CHECK_FAIL("%s", error.text);
}

static uint64_t sent(void)
{
    return run.direction[IPTFS_FORWARD].tunnel.link->stats.sent.pkts;
}

/* Packets per second from now on. */
static double rate_until(double from_s, double to_s)
{
    uint64_t before = sent();
    run_to(to_s);
    return (double)(sent() - before) / (to_s - from_s);
}

static void end(void)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        CHECK_INT(iptfs_tunnel_close(&run.direction[i].tunnel, iptfs_ns3_now_ps()), IPTFS_OK);
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
}

/* RFC 9347, appendix B; written again here, so that the model is not tested by itself. */
static double equation(double p, double rtt_s)
{
    return 1.0 / (rtt_s * (sqrt(2 * p / 3) + 12 * sqrt(3 * p / 8) * p * (1 + 32 * p * p)));
}

/* Replaces the impairments of a link. */
static void impair_anew(enum iptfs_direction direction,
                        const struct iptfs_impairments_config *config)
{
    struct iptfs_impairments *impairments = &run.direction[direction].tunnel.link->impairments;
    iptfs_impairments_free(impairments);
    CHECK_INT(iptfs_impairments_init(impairments, config,
                                     &run.direction[direction].tunnel.link->config.streams),
              IPTFS_OK);
}

/* Every Nth packet is lost. The loss rate is then the loss event rate too, since no two of them are
 * in one round trip. */
static void lose_every(uint64_t nth)
{
    enum {
        ITEMS = 20000
    };
    static struct iptfs_impair_item items[ITEMS];
    for (uint64_t i = 0; i < ITEMS; i++)
        items[i] = (struct iptfs_impair_item){.seq = (i + 1) * nth, .action = IPTFS_IMPAIR_DROP};
    const struct iptfs_impairments_config config = {.list = {items, ITEMS}};
    impair_anew(IPTFS_FORWARD, &config);
}

/* The loss event rate when each packet is lost with this probability: of the packets within a round
 * trip of the first lost one, further losses are the same event. */
static double event_rate(double loss, double rtt_s)
{
    double p = loss;
    for (int i = 0; i < 100; i++)
        p = loss / (1 + loss * equation(p, rtt_s) * rtt_s);
    return p;
}

/* Packets per second in the steady state. */
static double steady_rate(double loss, double rtt_s, bool by_chance)
{
    char loss_set[64], delay_set[64];
    /* What comes back must not fill a queue of its own, which would lengthen the round trip. */
    const char *sets[] = {loss_set, delay_set, "tunnel.reverse.max-rate=5Mbps"};
    snprintf(loss_set, sizeof loss_set, "link.loss=%g", by_chance ? loss : 0);
    snprintf(delay_set, sizeof delay_set, "link.delay=%gms", rtt_s * 500);
    if (!begin(sets, 3))
        return 0;
    if (!by_chance)
        lose_every((uint64_t)(1 / loss + 0.5));
    /* The same number of losses for each: the lower the loss, the more packets. */
    double warm_s = 200 * rtt_s + 20;
    run_to(warm_s);
    double rate = rate_until(warm_s, warm_s + 200 / loss / equation(loss, rtt_s));
    end();
    return rate;
}

static void steady_state_follows_the_equation(void)
{
    static const double losses[] = {0.001, 0.01, 0.05}, rtts_s[] = {0.02, 0.1, 0.3};
    CHECK_NEAR(equation(0.01, 0.02), 562, 0.5); /* as VPP's table has it */
    for (size_t i = 0; i < 9; i++) {
        double loss = losses[i / 3], rtt_s = rtts_s[i % 3];
        double expected = equation(loss, rtt_s);
        double evenly = steady_rate(loss, rtt_s, false);
        if (!CHECK_NEAR(evenly / expected, 1, 0.10))
            CHECK_FAIL("each 1/%g lost, RTT %g s: %g packets/s, equation %g", loss, rtt_s, evenly,
                       expected);
        double by_chance = steady_rate(loss, rtt_s, true);
        expected = equation(event_rate(loss, rtt_s), rtt_s);
        if (!CHECK_NEAR(by_chance / expected, 1, 0.10))
            CHECK_FAIL("loss %g, RTT %g s: %g packets/s, equation %g", loss, rtt_s, by_chance,
                       expected);
        if (getenv("IPTFS_SHOW") != NULL)
            printf("loss %g RTT %g: evenly %.3f, randomly %.3f of the equation (%.3f of nominal)\n",
                   loss, rtt_s, evenly / equation(loss, rtt_s), by_chance / expected,
                   by_chance / equation(loss, rtt_s));
    }
}

/* Without loss the rate doubles each round trip from the first feedback on, until the link is full.
 */
static void slow_start_doubles_each_round_trip(void)
{
    const char *sets[] = {"link.delay=50ms", "tunnel.initial-rtt=100ms"};
    if (!begin(sets, 2))
        return;
    double before = 0;
    run_to(0.3);
    for (int round = 3; round < 9; round++) {
        double rate = rate_until(round * 0.1, round * 0.1 + 0.1);
        if (before > 0 && !CHECK_TRUE(rate > 1.5 * before && rate < 2.6 * before))
            CHECK_FAIL("round trip %d: %g after %g packets/s", round, rate, before);
        before = rate;
    }
    end();
}

static double allowed_pps(void)
{
    return run.direction[IPTFS_FORWARD].tunnel.congestion.tfrc.rate_pps;
}

/* No feedback any more: after four round trips without it the rate is half, and so on. */
static void rate_halves_after_four_round_trips(void)
{
    const char *sets[] = {"link.delay=50ms", "link.loss=1%"};
    const struct iptfs_impairments_config all_lost = {.loss = {.probability = 1}};
    if (!begin(sets, 2))
        return;
    run_to(60);
    impair_anew(IPTFS_REVERSE, &all_lost);
    run_to(60.051); /* packets in flight have arrived */
    double before = allowed_pps();
    double rtt_s = iptfs_seconds(run.direction[IPTFS_FORWARD].tunnel.congestion.tfrc.rtt_ps);
    CHECK_NEAR(rtt_s, 0.1, 0.02);
    run_to(60.0 + 3.9 * rtt_s);
    CHECK_NEAR(allowed_pps() / before, 1, 0.001);
    run_to(60.051 + 4.1 * rtt_s);
    CHECK_NEAR(allowed_pps() / before, 0.5, 0.001);
    run_to(120);
    CHECK_TRUE(allowed_pps() < before / 100);
    double slow = rate_until(120, 180);
    CHECK_TRUE(slow < before / 50);
    end();
}

/* Two tunnels through one transmitter, in both directions free otherwise. */
static void two_tunnels_share_a_bottleneck(void)
{
    enum {
        TUNNELS = 2
    };
    static struct iptfs_tunnel tunnels[TUNNELS][IPTFS_DIRECTIONS];
    static struct iptfs_engine engine[TUNNELS][IPTFS_DIRECTIONS];
    struct iptfs_sender_config sender = {
        .mode = iptfs_mode_named("congestion-controlled"),
        .pkt_size_octets = 1432,
        .mtu_octets = 1500,
        .max_queue_size_octets = 1 << 20,
    };
    struct iptfs_receiver_config receiver = {.reorder_window = 3, .drop_time_ps = IPTFS_PS_PER_S};
    struct iptfs_link_config link_config = {
        .rate_bps = 10000000,
        .delay_ps = 25 * IPTFS_PS_PER_MS,
        .mtu_octets = 1500,
        .framing = IPTFS_FRAMING_NONE,
        .queue_pkts = 50,
    };
    struct iptfs_tfrc_config tfrc = {.packet_octets = 1432, .rtt_ps = 50 * IPTFS_PS_PER_MS};
    iptfs_esp_init(&sender.esp, iptfs_cipher_named("aes-gcm-16"), 4);
    struct iptfs_link *bottleneck = NULL;
    CHECK_INT(iptfs_ns3_open(), 0);
    for (int i = 0; i < TUNNELS; i++) {
        for (int j = 0; j < IPTFS_DIRECTIONS; j++) {
            struct iptfs_link *link;
            CHECK_INT(iptfs_tunnel_init(&tunnels[i][j], &sender, &receiver), IPTFS_OK);
            CHECK_INT(iptfs_engine_init(&engine[i][j], &tunnels[i][j]), IPTFS_OK);
            CHECK_INT(iptfs_direct_link_new(&link, &link_config, &tunnels[i][j].store,
                                            j == IPTFS_FORWARD ? bottleneck : NULL),
                      IPTFS_OK);
            if (i == 0 && j == IPTFS_FORWARD)
                bottleneck = link;
            iptfs_tunnel_set_link(&tunnels[i][j], link);
        }
        iptfs_tunnel_pair(&tunnels[i][IPTFS_FORWARD], &tfrc, &tunnels[i][IPTFS_REVERSE], &tfrc);
        engine[i][IPTFS_FORWARD].peer = &engine[i][IPTFS_REVERSE];
        engine[i][IPTFS_REVERSE].peer = &engine[i][IPTFS_FORWARD];
        iptfs_engine_wake(&engine[i][IPTFS_FORWARD]);
        iptfs_engine_wake(&engine[i][IPTFS_REVERSE]);
    }
    CHECK_INT(iptfs_ns3_run_until(300 * IPTFS_PS_PER_S), 0);
    double got[TUNNELS];
    for (int i = 0; i < TUNNELS; i++)
        got[i] = (double)tunnels[i][IPTFS_FORWARD].link->stats.received.octets * 8 / 300;
    if (!CHECK_NEAR(got[0] / got[1], 1, 0.2))
        CHECK_FAIL("%g and %g b/s", got[0], got[1]);
    CHECK_TRUE(got[0] + got[1] > 8e6 && got[0] + got[1] <= 10e6);
    for (int i = 0; i < TUNNELS; i++)
        for (int j = 0; j < IPTFS_DIRECTIONS; j++)
            CHECK_INT(iptfs_tunnel_close(&tunnels[i][j], iptfs_ns3_now_ps()), IPTFS_OK);
    for (int i = TUNNELS - 1; i >= 0; i--)
        for (int j = 0; j < IPTFS_DIRECTIONS; j++) {
            iptfs_tunnel_free(&tunnels[i][j]);
            iptfs_engine_free(&engine[i][j]);
        }
    iptfs_ns3_close();
}

/* Congestion information that comes back over plain ESP, in payloads without data, controls as
 * well; there are two of these in a round trip. */
static void empty_payloads_control_too(void)
{
    const char *sets[] = {"link.delay=50ms", "link.loss=1%", "tunnel.reverse.mode=esp",
                          "link.reverse.loss=0"};
    if (!begin(sets, 4))
        return;
    run_to(40);
    uint64_t before = run.direction[IPTFS_REVERSE].tunnel.sender.empty_pkts;
    double found = rate_until(40, 300);
    CHECK_NEAR(found / equation(event_rate(0.01, 0.1), 0.1), 1, 0.10);
    uint64_t empty = run.direction[IPTFS_REVERSE].tunnel.sender.empty_pkts - before;
    CHECK_NEAR((double)empty, 260 / 0.05, 260 / 0.05 * 0.1);
    CHECK_U64(empty + before, run.direction[IPTFS_REVERSE].tunnel.link->stats.sent.pkts);
    CHECK_INT(run.direction[IPTFS_FORWARD].tunnel.congestion.peer_rtt_ps, 0); /* 6.1.2 */
    end();
}

/* A CE mark is a loss to the sender, and none to the packets: with every hundredth packet marked
 * and none lost, the rate is that of one per cent. */
static void marks_count_as_losses(void)
{
    const char *sets[] = {"link.delay=10ms", "link.ce=1%", "tunnel.ecn=on"};
    if (!begin(sets, 3))
        return;
    run_to(20);
    double found = rate_until(20, 120);
    CHECK_NEAR(found / equation(0.01, 0.02), 1, 0.12);
    CHECK_U64(run.direction[IPTFS_FORWARD].tunnel.link->stats.lost[IPTFS_DROP_LINK_LOSS].pkts, 0);
    end();
}

/* Marks of inner packets say nothing about the path of the tunnel: the rate is the same whether ten
 * packets a second, or all, come with CE. */
static void marks_inside_do_not_slow_the_tunnel(void)
{
    static const char *const table[] = {"traffic.one.tos=2", "traffic.one.tos=3"};
    static const char *const rates[] = {"traffic.one.rate=8kbps", "traffic.one.rate=15Mbps"};
    for (size_t i = 0; i < 2; i++) {
        uint64_t found[2];
        for (size_t j = 0; j < 2; j++) {
            const char *sets[] = {
                "link.rate=10Gbps",    "link.delay=10ms", "tunnel.ecn=on", "tunnel.max-rate=20Mbps",
                "traffic.one.count=0", rates[i],          table[j]};
            if (!begin(sets, 7))
                return;
            run_to(20);
            found[j] = sent();
            CHECK_U64(run.direction[IPTFS_FORWARD].tunnel.congestion.losses.marked_pkts, 0);
            CHECK_U64(run.direction[IPTFS_REVERSE].tunnel.congestion.losses.marked_pkts, 0);
            end();
        }
        CHECK_U64(found[1], found[0]);
        CHECK_TRUE(found[0] > 20000); /* 1746 a second once the rate is reached */
    }
}

/* A marked packet sets E in what goes back, and its inner packets stay as they are. */
static void marks_outside_are_reported(void)
{
    const char *sets[] = {"link.delay=10ms",        "link.ce=1%",
                          "tunnel.ecn=on",          "traffic.one.count=0",
                          "traffic.one.rate=1Mbps", "traffic.one.tos=2"};
    if (!begin(sets, 6))
        return;
    run_to(20);
    const struct iptfs_tunnel *tunnel = &run.direction[IPTFS_FORWARD].tunnel;
    const struct iptfs_loss_history *losses =
        &run.direction[IPTFS_REVERSE].tunnel.congestion.losses;
    CHECK_TRUE(tunnel->link->stats.ce_marked_pkts > 10);
    CHECK_TRUE(losses->marked_pkts + 5 >= tunnel->link->stats.ce_marked_pkts);
    CHECK_TRUE(iptfs_loss_history_marked(losses));
    CHECK_TRUE(run.direction[IPTFS_FORWARD].tunnel.congestion.loss_event_rate > 0);
    CHECK_U64(tunnel->store.ledger.dropped[IPTFS_DROP_CE_NOT_ECT].pkts, 0);
    CHECK_U64(tunnel->link->stats.lost[IPTFS_DROP_LINK_LOSS].pkts, 0);
    CHECK_U64(tunnel->receiver.config.ecn_decap, IPTFS_ECN_DECAP_NOTHING);
    end();
}

/* A hash of the trace of both directions. */
static void note(void *ctx, const struct iptfs_trace_record *record)
{
    uint64_t *sum = ctx;
    *sum = (*sum ^ (uint64_t)record->at_ps) * UINT64_C(0x100000001b3) + record->seq;
}

/* An end may receive and send at the same instant, and then the order matters: here each end is
 * sped up by feedback, and sends immediately. */
static uint64_t trace_hash_on(const char *device, const char *delay, const char *back)
{
    enum {
        SETS = 9
    };
    uint64_t sum = 1;
    char sets[SETS][64];
    const char *all[SETS];
    for (size_t i = 0; i < SETS; i++)
        all[i] = sets[i];
    snprintf(sets[0], sizeof sets[0], "link.device=%s", device);
    snprintf(sets[1], sizeof sets[1], "link.reverse.device=%s", device);
    snprintf(sets[2], sizeof sets[2], "link.delay=%s", delay);
    snprintf(sets[3], sizeof sets[3], "link.reverse.delay=%s", back);
    strcpy(sets[4], "link.rate=20Mbps");
    strcpy(sets[5], "link.reverse.rate=1Gbps");
    strcpy(sets[6], "tunnel.initial-rtt=10ms");
    strcpy(sets[7], "tunnel.reverse.initial-rtt=10ms");
    strcpy(sets[8], "tunnel.reverse.mode=congestion-controlled");
    if (!begin(all, SETS))
        return 0;
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        iptfs_run_trace(&run, (enum iptfs_direction)i, (struct iptfs_trace){note, &sum});
    run_to(1);
    CHECK_TRUE(sent() > 100);
    end();
    return sum;
}

static void direct_and_p2p_agree(void)
{
    static const char *const delays[][2] = {
        {"1ms", "60ms"}, {"60ms", "1ms"}, {"5ms", "5ms"}, {"20ms", "40ms"}};
    for (size_t i = 0; i < sizeof delays / sizeof delays[0]; i++)
        CHECK_U64(trace_hash_on("p2p", delays[i][0], delays[i][1]),
                  trace_hash_on("direct", delays[i][0], delays[i][1]));
}

const CU_TestInfo iptfs_tests_control[] = {
    {"steady state follows the equation", steady_state_follows_the_equation},
    {"slow start doubles each round trip", slow_start_doubles_each_round_trip},
    {"the rate halves after four round trips without feedback", rate_halves_after_four_round_trips},
    {"two tunnels share a bottleneck", two_tunnels_share_a_bottleneck},
    {"empty payloads control too", empty_payloads_control_too},
    {"marks inside do not slow the tunnel", marks_inside_do_not_slow_the_tunnel},
    {"marks outside are reported", marks_outside_are_reported},
    {"marks count as losses", marks_count_as_losses},
    {"both ends controlled: direct and p2p agree", direct_and_p2p_agree},
    CU_TEST_INFO_NULL,
};
