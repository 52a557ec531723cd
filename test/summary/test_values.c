/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of the summary by group: each has the figure that its scenario makes certain. */
#include "support/check.h"
#include "support/run_summary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Ten packets of 100 octets each second, over a link without limits. */
#define PLAIN                                                                                      \
    "[scenario]\nname = plain\nduration = 2s\nseed = 7\n[tunnel]\ncipher = null\n"                 \
    "[link]\nrate = 0\nqueue = 0\ndelay = 1ms\nframing = none\n"                                   \
    "[traffic.a]\ntype = cbr\nphase = 0\nsize = 100\nrate = 8kbps\n"

#define TCP                                                                                        \
    "[scenario]\nduration = 2s\n[link]\nrate = 10Mbps\ndelay = 1ms\n"                              \
    "[traffic.web]\ntype = tcp-request\nrequest = 300\nresponse = 20kB\nrequests = 5\n"            \
    "think = 10ms\n"

/* A scenario, values replaced in it, and what its summary must have; NAN: null. */
struct expected {
    const char *path;
    double value, tolerance;
};

static void check_values(const char *text, const char *const *sets, const struct expected *expected,
                         size_t count)
{
    size_t n_sets = 0;
    while (sets[n_sets] != NULL)
        n_sets++;
    json_t *summary = summary_of(text, sets, n_sets);
    for (size_t i = 0; summary != NULL && i < count; i++) {
        const json_t *value = summary_at(summary, expected[i].path);
        double number = json_is_boolean(value) ? json_is_true(value) : json_number_value(value);
        bool held = isnan(expected[i].value)
                        ? CHECK_TRUE(json_is_null(value))
                        : CHECK_NEAR(number, expected[i].value, expected[i].tolerance);
        if (!held)
            CHECK_FAIL("%s", expected[i].path);
    }
    json_decref(summary);
}
#define CHECK_VALUES(text, sets, expected)                                                         \
    check_values((text), (sets), (expected), sizeof(expected) / sizeof(expected)[0])

/* At a constant rate, when no packet arrives for the whole time, all are lost. */
static void breaker(void)
{
    static const char *const trips[] = {"tunnel.circuit-breaker=10%, 500ms",
                                        "link.blackouts=1s 5s",
                                        "tunnel.mode=fixed-rate",
                                        "tunnel.pps=100",
                                        "tunnel.pkt-size=200",
                                        NULL};
    static const struct expected tripped[] = {
        {"breaker.tripped", 1, 0},
        {"breaker.loss", 1, 0},
        {"breaker.at_s", 1.5, 0.02},
        {"inner.delivered.pkts", 10, 1},
        {"inner.dropped.tunnel-stopped", 5, 1},
    };
    static const char *const holds[] = {"tunnel.circuit-breaker=10%, 500ms", NULL};
    static const struct expected held[] = {
        {"breaker.tripped", 0, 0},
        {"breaker.loss", (double)NAN, 0},
        {"breaker.at_s", (double)NAN, 0},
        {"inner.dropped.tunnel-stopped", 0, 0},
    };
    CHECK_VALUES(PLAIN, trips, tripped);
    CHECK_VALUES(PLAIN, holds, held);
}

static void inner(void)
{
    static const char *const sets[] = {"tunnel.dont-frag=on", "link.mtu=100", NULL};
    static const char *const local[] = {"tunnel.dont-frag=on", "link.mtu=100",
                                        "traffic.a.origin=local", NULL};
    static const struct expected answered[] = {
        {"inner.offered.pkts", 20, 0},   {"inner.offered.octets", 2000, 0},
        {"inner.delivered.pkts", 0, 0},  {"inner.dropped.too-big", 20, 0},
        {"inner.icmp_sent", 20, 0},      {"inner.local_errors", 0, 0},
        {"inner.delivered_again", 0, 0}, {"inner.ce_marked", 0, 0},
        {"inner.in_flight", 0, 0},       {"inner.skipped", 0, 0},
    };
    static const struct expected reported[] = {
        {"inner.dropped.too-big", 20, 0},
        {"inner.icmp_sent", 0, 0},
        {"inner.local_errors", 20, 0},
    };
    CHECK_VALUES(PLAIN, sets, answered);
    CHECK_VALUES(PLAIN, local, reported);
}

/* Outer packets: 20 + 8 + (4 + 100 + 2, padded to 108) octets each. */
static void outer(void)
{
    static const char *const twice[] = {"link.duplicate=100%", "link.ce=100%", "tunnel.ecn=on",
                                        "traffic.a.tos=2", NULL};
    static const struct expected marked[] = {
        {"outer.sent.pkts", 20, 0},  {"outer.sent.octets", 20 * 136, 0},
        {"outer.duplicated", 20, 0}, {"outer.ce_marked", 20, 20},
        {"outer.lost.pkts", 0, 0},   {"inner.delivered.pkts", 20, 0},
        {"outer.rekeys", 0, 0},      {"inner.delivered_again", 0, 0},
    };
    static const char *const rekeys[] = {"tunnel.rekey-after=5p", "link.loss=0", NULL};
    static const struct expected renewed[] = {
        {"outer.sent.pkts", 20, 0},
        {"outer.rekeys", 3, 0},
        {"inner.delivered.pkts", 20, 0},
        {"outer.late", 0, 0},
    };
    static const char *const lost[] = {"link.loss=100%", NULL};
    static const struct expected gone[] = {
        {"outer.sent.pkts", 20, 0},         {"outer.lost.pkts", 20, 0},
        {"outer.lost.octets", 20 * 136, 0}, {"outer.received.pkts", 0, 0},
        {"inner.dropped.link-loss", 20, 0}, {"loss_amplification", 1, 0},
        {"delay_s.mean", (double)NAN, 0},   {"goodput_bps", 0, 0},
    };
    CHECK_VALUES(PLAIN, twice, marked);
    CHECK_VALUES(PLAIN, rekeys, renewed);
    CHECK_VALUES(PLAIN, lost, gone);
}

static void rates(void)
{
    static const char *const none[] = {NULL};
    static const struct expected plain[] = {
        {"goodput_bps", 8000, 0},
        {"outer_bps", 20 * 136 * 8 / 2.0, 0},
        {"loss_amplification", (double)NAN, 0},
        {"delay_s.mean", 0.001, 1e-12},
        {"jitter_s.mean", 0, 0},
        {"stall_s.share", 0, 0},
        {"gather_s.share", 0, 0},
        {"simulated_s", 2, 0},
        {"seed", 7, 0},
        {"run", 0, 0},
        {"ledger_balanced", 1, 0},
        {"counters.yang.ipsec-stats.tx-pkts", 20, 0},
    };
    CHECK_VALUES(PLAIN, none, plain);
}

/* Every flow of UDP, and TCP's as its sockets and applications see them. */
static void flows(void)
{
    static const char two[] =
        PLAIN "[traffic.b]\ntype = cbr\nphase = 0\nsize = 200\nrate = 8kbps\n";
    static const char *const sets[] = {"link.loss=0", NULL};
    static const struct expected cbr[] = {
        {"flows.a.offered.pkts", 20, 0},
        {"flows.a.offered.octets", 2000, 0},
        {"flows.a.delivered.pkts", 20, 0},
        {"flows.a.delivered.octets", 2000, 0},
        {"flows.b.offered.pkts", 10, 0},
        {"flows.b.delivered.octets", 2000, 0},
        {"flows.a.lost", 0, 0},
        {"flows.a.loss", 0, 0},
        {"flows.a.in_flight", 0, 0},
        {"flows.a.delay_s.p99", 0.001, 1e-12},
        {"flows.a.jitter_s.mean", 0, 0},
        {"flows.b.delay_s.mean", 0.001, 1e-12},
    };
    static const struct expected tcp[] = {
        {"flows.web.transfers", 5, 0},
        {"flows.web.received_octets", 5 * 20300, 0},
        {"flows.web.sent_octets", 5 * 20300, 0},
        {"flows.web.acked_octets", 5 * 20300, 0},
        {"flows.web.retransmissions", 0, 0},
        {"flows.web.timeouts", 0, 0},
        {"flows.web.fairness", 1, 0},
        {"flows.web.segments", 5 * (1 + 14), 0}, /* 20,000 octets in segments of 1448 */
        {"flows.web.rtt_s.min", 0.0026, 0.0005},
        {"flows.web.completion_s.mean", 0.0211, 0.003},
    };
    CHECK_VALUES(two, sets, cbr);
    CHECK_VALUES(TCP, sets, tcp);
}

/* A constant rate of one size shows an observer nothing of its load. */
static void leak(void)
{
    static const char *const paced[] = {"tunnel.mode=fixed-rate",       "tunnel.pps=100",
                                        "tunnel.pkt-size=200",          "scenario.leak=on",
                                        "scenario.leak-interval=100ms", NULL};
    static const char *const plain[] = {"tunnel.mode=on-demand", "scenario.leak=on",
                                        "scenario.leak-interval=100ms",
                                        "traffic.a.size=uniform(40, 1000)", NULL};
    static const struct expected hidden[] = {
        {"leak.intervals", 20, 0},
        {"leak.outer_size_entropy_bits", 0, 0},
        {"leak.outer_gap_entropy_bits", 0, 0},
        {"leak.outer_tos_entropy_bits", 0, 0},
        {"leak.mutual_information_bits", 0, 1e-9},
    };
    static const struct expected shown[] = {
        {"leak.outer_size_entropy_bits", 3, 2},
        {"leak.intervals", 20, 0},
    };
    CHECK_VALUES(PLAIN, paced, hidden);
    CHECK_VALUES(PLAIN, plain, shown);
}

static void control(void)
{
    static const char *const sets[] = {"tunnel.mode=congestion-controlled",
                                       "link.rate=1Mbps",
                                       "link.queue=20p",
                                       "link.framing=ethernet",
                                       "tunnel.pkt-size=400",
                                       "scenario.duration=10s",
                                       NULL};
    json_t *summary = summary_of(PLAIN, sets, 6);
    if (summary == NULL)
        return;
    double pps = summary_number(summary, "congestion.allowed_pps");
    double rtt_s = summary_number(summary, "congestion.rtt_s");
    CHECK_TRUE(pps > 10 && rtt_s > 0.002);
    CHECK_TRUE(summary_number(summary, "congestion.loss_event_rate") >= 0);
    CHECK_TRUE(summary_number(summary, "congestion.halvings") >= 0);
    json_decref(summary);
}

const CU_TestInfo iptfs_tests_summary_values[] = {
    {"circuit breaker", breaker},
    {"inner packets", inner},
    {"outer packets", outer},
    {"rates", rates},
    {"flows", flows},
    {"leak", leak},
    {"congestion control", control},
    CU_TEST_INFO_NULL,
};
