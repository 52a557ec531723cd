/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The breaker on the peer's reports, by hand and in whole tunnels. */
#include "base/units.h"
#include "congestion/report_breaker.h"
#include "ns3/sim.h"
#include "run/run.h"
#include "support/check.h"

#include <string.h>

#define S IPTFS_PS_PER_S
#define MS IPTFS_PS_PER_MS

static struct iptfs_report_breaker breaker;

static void begin(double rate)
{
    const struct iptfs_report_breaker_config config = {rate, 2 * S};
    iptfs_report_breaker_init(&breaker, &config);
    iptfs_report_breaker_sent(&breaker, 0);
}

/* The rate has to stay at or above the limit, and each report below it starts the time anew. */
static void a_high_rate_trips(void)
{
    begin(0.1);
    CHECK_INT(iptfs_report_breaker_next_ps(&breaker), 2 * S);
    iptfs_report_breaker_input(&breaker, 1 * S, 10);
    CHECK_INT(iptfs_report_breaker_next_ps(&breaker), 3 * S);
    iptfs_report_breaker_sent(&breaker, 1 * S);
    iptfs_report_breaker_input(&breaker, 2 * S, 11);
    CHECK_INT(iptfs_report_breaker_next_ps(&breaker), IPTFS_NEVER);
    for (int64_t at = 3; at <= 5; at++) {
        iptfs_report_breaker_input(&breaker, at * S, 5);
        iptfs_report_breaker_wake(&breaker, at * S - 1);
    }
    CHECK_TRUE(!breaker.tripped);
    iptfs_report_breaker_wake(&breaker, 5 * S);
    CHECK_TRUE(breaker.tripped && !breaker.silence);
    CHECK_INT(breaker.tripped_ps, 5 * S);
    CHECK_NEAR(breaker.rate, 0.2, 1e-12);
    CHECK_INT(iptfs_report_breaker_next_ps(&breaker), IPTFS_NEVER);
}

/* Silence counts from the first packet sent after a report; without packets none is expected. */
static void silence_trips(void)
{
    begin(0.1);
    iptfs_report_breaker_sent(&breaker, 1 * S);
    iptfs_report_breaker_input(&breaker, 1 * S, 0);
    CHECK_INT(iptfs_report_breaker_next_ps(&breaker), IPTFS_NEVER);
    iptfs_report_breaker_sent(&breaker, 9 * S);
    iptfs_report_breaker_sent(&breaker, 10 * S);
    CHECK_INT(iptfs_report_breaker_next_ps(&breaker), 11 * S);
    iptfs_report_breaker_wake(&breaker, 11 * S);
    CHECK_TRUE(breaker.tripped && breaker.silence);
}

static void without_a_limit_nothing_trips(void)
{
    begin(0);
    iptfs_report_breaker_input(&breaker, 0, 1);
    iptfs_report_breaker_wake(&breaker, 100 * S);
    CHECK_TRUE(!breaker.tripped);
}

/* ---------------------------------------------------------------------------------------- runs */

static struct iptfs_run run;
static struct iptfs_scenario scenario;

static bool run_for(const char *const *sets, size_t n_sets)
{
    static const char text[] =
        "[scenario]\nduration = 20s\n[tunnel]\npps = 500\npkt-size = 600\n"
        "[link]\ndelay = 10ms\n[traffic.a]\ntype = cbr\nsize = 300\nrate = 100kbps\n";
    struct iptfs_error error = {0};
    int code = iptfs_scenario_parse_text(&scenario, text, "t.ini", sets, n_sets, &error);
    if (code == IPTFS_OK)
        code = iptfs_run_init(&run, &scenario, 1, 0, &error);
    if (code == IPTFS_OK)
        code = iptfs_run_until(&run, scenario.duration_ps, &error);
    if (code == IPTFS_OK)
        code = iptfs_run_finish(&run, &error);
    if (code != IPTFS_OK)
        CHECK_FAIL("%s", error.text);
    return code == IPTFS_OK;
}

static const struct iptfs_tunnel *tunnel_of(enum iptfs_direction direction)
{
    return &run.direction[direction].tunnel;
}

static void end(void)
{
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
}

/* 5 % of loss in a tunnel of constant rate: a loss event has the losses of one round trip of 20 ms,
 * 10 packets, so that the rate reported is near 1/30. A lower limit trips after its time, a higher
 * one does not, and nothing trips without loss. */
static void loss_at_a_constant_rate(void)
{
    static const struct {
        const char *limit, *loss;
        bool trips;
    } table[] = {
        {"tunnel.out.loss-event-breaker=1%, 2s", "link.loss=5%", true},
        {"tunnel.out.loss-event-breaker=20%, 2s", "link.loss=5%", false},
        {"tunnel.out.loss-event-breaker=1%, 2s", "link.loss=0", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const char *sets[] = {"tunnel.mode=fixed-rate", table[i].limit, table[i].loss,
                              "link.reverse.loss=0", "tunnel.reverse.loss-event-breaker=off"};
        if (!run_for(sets, 5))
            return;
        const struct iptfs_report_breaker *found = &tunnel_of(IPTFS_FORWARD)->congestion.breaker;
        CHECK_INT(found->tripped, table[i].trips);
        CHECK_TRUE(!found->silence);
        if (table[i].trips)
            CHECK_TRUE(found->tripped_ps >= 2 * S && found->tripped_ps < 6 * S);
        CHECK_INT(tunnel_of(IPTFS_FORWARD)->sender.stopped, table[i].trips);
        CHECK_TRUE(!tunnel_of(IPTFS_REVERSE)->sender.stopped);
        end();
    }
}

/* In a blackout from 5 s on, no packet is echoed any more; the peer goes on sending headers. */
static void a_blackout_is_silence(void)
{
    const char *sets[] = {"tunnel.mode=fixed-rate", "tunnel.out.loss-event-breaker=50%, 2s",
                          "link.blackouts=5s 100s", "link.reverse.blackouts=none"};
    if (!run_for(sets, 4))
        return;
    const struct iptfs_report_breaker *found = &tunnel_of(IPTFS_FORWARD)->congestion.breaker;
    CHECK_TRUE(found->tripped && found->silence);
    CHECK_NEAR((double)found->tripped_ps / (double)S, 7, 0.05);
    end();
}

/* On demand the headers of sub-type 1 come by key alone; an idle tunnel falls silent, also its
 * reports, and that trips nothing. A packet of 300 octets takes 20 octets more. */
static void on_demand_by_key(void)
{
    const char *off[] = {"tunnel.mode=on-demand", "tunnel.pps=0", "tunnel.pkt-size=0"};
    const char *on[] = {"tunnel.mode=on-demand",     "tunnel.pps=0",
                        "tunnel.pkt-size=0",         "tunnel.require-cc=on",
                        "tunnel.congestion-info=on", "tunnel.out.loss-event-breaker=10%, 1s",
                        "traffic.a.stop=5s"};
    if (!run_for(off, 3))
        return;
    CHECK_INT(tunnel_of(IPTFS_FORWARD)->sender.packer.sub_type, 0);
    CHECK_TRUE(tunnel_of(IPTFS_FORWARD)->sender.congestion == NULL);
    uint64_t size = tunnel_of(IPTFS_FORWARD)->link->stats.sent.octets /
                    tunnel_of(IPTFS_FORWARD)->link->stats.sent.pkts;
    end();
    if (!run_for(on, 7))
        return;
    const struct iptfs_link_stats *sent = &tunnel_of(IPTFS_FORWARD)->link->stats;
    const struct iptfs_tunnel *back = tunnel_of(IPTFS_REVERSE);
    CHECK_U64(tunnel_of(IPTFS_FORWARD)->sender.empty_pkts, 0);
    CHECK_U64(sent->sent.octets / sent->sent.pkts, size + 20);
    CHECK_TRUE(back->sender.empty_pkts > 30);
    CHECK_U64(back->link->stats.sent.pkts, back->sender.empty_pkts);
    CHECK_TRUE(back->sender.empty_pkts < 5 * 120); /* two in 20 ms for 5 s */
    CHECK_TRUE(!tunnel_of(IPTFS_FORWARD)->sender.stopped);
    CHECK_TRUE(tunnel_of(IPTFS_FORWARD)->congestion.tfrc.rtt_ps >= 20 * MS);
    end();
}

static void contradictions_are_refused(void)
{
    static const char load[] = "[traffic.a]\ntype = cbr\nsize = 300\nrate = 100kbps\n";
    static const struct {
        const char *keys;
        const char *message;
    } rows[] = {
        {"[tunnel]\nmode = esp\nloss-event-breaker = 5%, 2s\n",
         "t.ini:3: [tunnel] loss-event-breaker: found '5%, 2s', allowed: off (it needs a mode with "
         "AGGFRAG)"},
        {"[tunnel]\nrequire-cc = on\n[tunnel.reverse]\ncongestion-info = off\n",
         "t.ini:4: [tunnel.reverse] congestion-info: found 'off', allowed: on (the other direction "
         "requests it with require-cc)"},
        {"[tunnel]\nmode = none\ncongestion-info = on\n",
         "t.ini:3: [tunnel] congestion-info: found 'on', allowed: off (mode none has no ESP)"},
        {"[tunnel]\nmode = congestion-controlled\ncongestion-info = off\n",
         "t.ini:3: [tunnel] congestion-info: found 'off', allowed: on (mode congestion-controlled "
         "sends it)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[400];
        struct iptfs_error error = {0};
        snprintf(text, sizeof text, "%s%s", rows[i].keys, load);
        CHECK_INT(iptfs_scenario_parse_text(&scenario, text, "t.ini", NULL, 0, &error),
                  IPTFS_E_INVALID);
        CHECK_STR(error.text, rows[i].message);
        iptfs_scenario_free(&scenario);
    }
}

const CU_TestInfo iptfs_tests_report_breaker[] = {
    {"a high rate trips", a_high_rate_trips},
    {"silence trips", silence_trips},
    {"without a limit nothing trips", without_a_limit_nothing_trips},
    {"loss at a constant rate", loss_at_a_constant_rate},
    {"a blackout is silence", a_blackout_is_silence},
    {"on demand by key", on_demand_by_key},
    {"contradictions are refused", contradictions_are_refused},
    CU_TEST_INFO_NULL,
};
