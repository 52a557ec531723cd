/* SPDX-License-Identifier: GPL-2.0-or-later */
/* New SAs in the middle of traffic: numbers start again, no inner packet spans two, and nothing is
 * lost by it; SAs that are removed with packets inside account for them. */
#include "base/units.h"
#include "run/run.h"
#include "support/check.h"
#include "support/run_summary.h"

#include <stdio.h>
#include <string.h>

enum {
    PKTS_MAX = 100000
};

static struct iptfs_run run;
static struct iptfs_scenario scenario;

/* What was seen of a run. */
static struct {
    uint32_t sa_of[PKTS_MAX]; /* of each inner packet, 0 for not seen, else SA + 1 */
    uint32_t spanning;        /* packets in two SAs */
    uint32_t sa;
    uint64_t seq;
    uint32_t misnumbered;
    uint32_t last_delivered;
    uint32_t disordered;
} seen;

static void on_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    (void)ctx, (void)now_ps;
    if (outer->sa != seen.sa) {
        seen.misnumbered += outer->sa != seen.sa + 1;
        seen.sa = outer->sa;
        seen.seq = 0;
    }
    seen.misnumbered += outer->seq != ++seen.seq;
    struct iptfs_slice_walk walk;
    struct iptfs_slice slice;
    iptfs_slices(outer, &walk);
    while (iptfs_slice_next(&walk, &slice)) {
        uint32_t *sa = &seen.sa_of[slice.inner->id % PKTS_MAX];
        seen.spanning += *sa != 0 && *sa != outer->sa + 1;
        *sa = outer->sa + 1;
    }
}

static void on_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    (void)ctx, (void)now_ps;
    seen.disordered += inner->id <= seen.last_delivered;
    seen.last_delivered = inner->id;
}

static const char traffic[] = "[scenario]\nduration = 400ms\nseed = 5\n"
                              "[tunnel]\npkt-size = 1432\ndrop-time = 3ms\n"
                              "[link]\nrate = 1Gbps\ndelay = 2ms\nqueue = 0\n"
                              "[traffic.a]\ntype = poisson\nsize = uniform(20, 4000)\n"
                              "rate = 15Mbps\nstop = 350ms\n";

static const struct iptfs_tunnel *tunnel_of(const char *const *sets, size_t n_sets,
                                            int64_t until_ps)
{
    struct iptfs_error error = {0};
    memset(&seen, 0, sizeof seen);
    int code = iptfs_scenario_parse_text(&scenario, traffic, "rekey.ini", sets, n_sets, &error);
    if (code == IPTFS_OK)
        code = iptfs_run_init(&run, &scenario, scenario.seed, 0, &error);
    if (code != IPTFS_OK) {
        CHECK_FAIL("%s", error.text);
        return NULL;
    }
    struct iptfs_tunnel *tunnel = &run.direction[IPTFS_FORWARD].tunnel;
    static struct iptfs_observer observer;
    observer = (struct iptfs_observer){.sent = on_sent, .delivered = on_delivered};
    iptfs_tunnel_observe(tunnel, &observer);
    CHECK_INT(iptfs_run_until(&run, until_ps, &error), IPTFS_OK);
    CHECK_INT(iptfs_tunnel_close(tunnel, until_ps), IPTFS_OK);
    return tunnel;
}

static void end(void)
{
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
}

static void nothing_is_lost_without_loss(void)
{
    static const char *const modes[] = {"tunnel.mode=on-demand", "tunnel.mode=fixed-rate",
                                        "tunnel.mode=min-rate", "tunnel.mode=esp"};
    static const char *const lifetimes[] = {"tunnel.rekey-after=1p", "tunnel.rekey-after=7p",
                                            "tunnel.rekey-after=5ms"};
    for (size_t i = 0; i < 12; i++) {
        const char *sets[] = {modes[i / 3], lifetimes[i % 3],
                              i / 3 == 1 || i / 3 == 2 ? "tunnel.l3-fixed-rate=20Mbps"
                                                       : "tunnel.l3-fixed-rate=0"};
        const struct iptfs_tunnel *tunnel = tunnel_of(sets, 3, 400 * IPTFS_PS_PER_MS);
        if (tunnel == NULL)
            return;
        const struct iptfs_ledger *ledger = &tunnel->store.ledger;
        bool good = CHECK_U64(ledger->delivered.pkts, ledger->offered.pkts);
        good &= CHECK_U64(seen.spanning, 0);
        good &= CHECK_U64(seen.misnumbered, 0);
        good &= CHECK_U64(seen.disordered, 0);
        good &= CHECK_TRUE(seen.sa > 20);
        if (!good)
            CHECK_FAIL("%s %s: %u SAs", sets[0], sets[1], seen.sa + 1);
        end();
    }
}

/* Loss, and SAs with a lifetime of a few packets: windows and partial packets are removed with
 * them, timers outlast removed SAs, and the run stops at any time. */
static void removed_sas_account_for_their_packets(void)
{
    uint64_t removed = 0;
    for (int i = 0; i < 60; i++) {
        char seed[32], life[32], window[40];
        snprintf(seed, sizeof seed, "scenario.seed=%d", i + 1);
        snprintf(life, sizeof life, "tunnel.rekey-after=%dp", i % 12 + 1);
        snprintf(window, sizeof window, "tunnel.reorder-window=%d", i % 5 * 2);
        const char *sets[] = {seed,
                              life,
                              window,
                              "link.loss=10%",
                              i % 2 == 0 ? "tunnel.mode=fixed-rate" : "tunnel.mode=on-demand",
                              "tunnel.l3-fixed-rate=20Mbps",
                              i % 3 == 0 ? "tunnel.receive=immediate" : "tunnel.receive=in-order"};
        const struct iptfs_tunnel *tunnel = tunnel_of(sets, 7, (37 + i * 5) * IPTFS_PS_PER_MS);
        if (tunnel == NULL)
            return;
        removed += tunnel->store.ledger.dropped[IPTFS_DROP_SA_REMOVED].pkts;
        CHECK_U64(tunnel->store.ledger.unexplained, 0);
        CHECK_U64(tunnel->store.live_inner, 0);
        CHECK_U64(seen.spanning, 0);
        end();
    }
    CHECK_TRUE(removed > 0);
}

/* A tunnel that is freed in the middle of a run, with queue and timers. */
static void removed_tunnels_account_for_their_packets(void)
{
    const char *sets[] = {"tunnel.init-delay=50ms", "link.loss=5%"};
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_scenario_parse_text(&scenario, traffic, "rekey.ini", sets, 2, &error),
              IPTFS_OK);
    CHECK_INT(iptfs_run_init(&run, &scenario, 1, 0, &error), IPTFS_OK);
    CHECK_INT(iptfs_run_until(&run, 120 * IPTFS_PS_PER_MS, &error), IPTFS_OK);
    struct iptfs_tunnel *tunnel = &run.direction[IPTFS_FORWARD].tunnel;
    iptfs_sender_clear(&tunnel->sender);
    iptfs_receiver_renew(&tunnel->receiver, 2);
    CHECK_U64(tunnel->store.ledger.unexplained, 0);
    CHECK_TRUE(tunnel->store.ledger.dropped[IPTFS_DROP_SA_REMOVED].pkts > 0);
    CHECK_INT(iptfs_run_until(&run, 200 * IPTFS_PS_PER_MS, &error), IPTFS_OK);
    CHECK_INT(iptfs_tunnel_close(tunnel, 200 * IPTFS_PS_PER_MS), IPTFS_OK);
    end();
}

/* ------------------------------------------------------------------- lifetimes and numbers */

static const char calls[] = "[scenario]\nduration = 1s\n"
                            "[tunnel]\nmode = fixed-rate\npps = 1000\nphase = 0\npkt-size = 1000\n"
                            "[link]\nrate = 1Gbps\ndelay = 2ms\n"
                            "[traffic.a]\ntype = cbr\nsize = 200\nrate = 160kbps\nphase = 0\n";

struct life {
    const char *sets[4];
    double sent, rekeys, expired, exhausted, ended_s;
};

static void check_life(const struct life *life)
{
    size_t n = 0;
    while (n < 4 && life->sets[n] != NULL)
        n++;
    json_t *summary = summary_of(calls, life->sets, n);
    bool good = CHECK_NEAR(summary_number(summary, "outer.sent.pkts"), life->sent, 0);
    good &= CHECK_NEAR(summary_number(summary, "outer.rekeys"), life->rekeys, 0);
    good &= CHECK_NEAR(summary_number(summary, "inner.dropped.sa-expired"), life->expired, 0);
    good &= CHECK_NEAR(summary_number(summary, "inner.dropped.seq-exhausted"), life->exhausted, 0);
    good &= CHECK_NEAR(summary_number(summary, "outer.sa_ended_s"), life->ended_s, 1e-12);
    good &=
        CHECK_NEAR(summary_number(summary, "counters.linux.XfrmOutStateExpired"), life->expired, 0);
    good &= CHECK_NEAR(summary_number(summary, "counters.linux.XfrmOutStateSeqError"),
                       life->exhausted, 0);
    if (!good)
        CHECK_FAIL("%s", life->sets[0]);
    json_decref(summary);
}

/* A packet a millisecond for 1 s, of which 948 octets are encrypted (AES-GCM: 20 + 8 + 8 + 16 are
 * not), and an inner packet each 10 ms. */
static void lifetimes_end_sas(void)
{
    static const struct life lives[] = {
        {{"tunnel.rekey-after=100p"}, 1000, 9, 0, 0, 0},
        {{"tunnel.rekey-after=94800B"}, 1000, 9, 0, 0, 0},
        {{"tunnel.rekey-after=94801B"}, 1000, 9, 0, 0, 0},
        {{"tunnel.rekey-after=100ms"}, 1000, 9, 0, 0, 0},
        {{"tunnel.rekey-after=1GB, 100p, 1h"}, 1000, 9, 0, 0, 0},
        {{"tunnel.expire-after=100p"}, 100, 0, 90, 0, 0.1},
        {{"tunnel.expire-after=94800B"}, 100, 0, 90, 0, 0.1},
        {{"tunnel.expire-after=100ms"}, 100, 0, 90, 0, 0.1},
        {{"tunnel.rekey-after=100p", "tunnel.expire-after=200p"}, 1000, 9, 0, 0, 0},
        /* The rekey of 50 ms is done before the hard lifetime, or 30 ms after it. */
        {{"tunnel.rekey-after=100p", "tunnel.rekey-time=50ms", "tunnel.expire-after=200p"},
         1000,
         6,
         0,
         0,
         0},
        {{"tunnel.rekey-after=100p", "tunnel.rekey-time=50ms", "tunnel.expire-after=120p"},
         820,
         6,
         18,
         0,
         0},
    };
    for (size_t i = 0; i < sizeof lives / sizeof lives[0]; i++)
        check_life(&lives[i]);
}

/* RFC 4303, 3.3.3: no number twice. 100 numbers are left. */
static void numbers_are_used_up(void)
{
    static const struct life lives[] = {
        {{"tunnel.oseq=4294967195"}, 100, 0, 0, 90, 0.1},
        {{"tunnel.oseq=4294967195", "tunnel.esn=on"}, 1000, 0, 0, 0, 0},
        {{"tunnel.oseq=18446744073709551515", "tunnel.esn=on"}, 100, 0, 0, 90, 0.1},
        {{"tunnel.oseq=4294967195", "tunnel.rekey-after=1h"}, 1000, 1, 0, 0, 0},
        {{"tunnel.oseq=4294967195", "tunnel.rekey-after=1h", "tunnel.rekey-time=20ms"},
         980,
         1,
         0,
         2,
         0},
    };
    for (size_t i = 0; i < sizeof lives / sizeof lives[0]; i++)
        check_life(&lives[i]);
}

/* The ledger balances in each mode while SAs expire and take over in the middle of packets. */
static void expired_sas_account_for_their_packets(void)
{
    static const char *const modes[] = {"tunnel.mode=on-demand", "tunnel.mode=fixed-rate",
                                        "tunnel.mode=min-rate", "tunnel.mode=esp",
                                        "tunnel.mode=congestion-controlled"};
    uint64_t expired = 0;
    for (int i = 0; i < 60; i++) {
        char hard[40], soft[40], seed[40];
        snprintf(hard, sizeof hard, "tunnel.expire-after=%dp", i % 7 + 2);
        snprintf(soft, sizeof soft, "tunnel.rekey-after=%dp", i % 5 + 1);
        snprintf(seed, sizeof seed, "scenario.seed=%d", i + 1);
        const char *sets[] = {modes[i % 5],
                              hard,
                              soft,
                              seed,
                              i % 5 == 1 || i % 5 == 2 ? "tunnel.l3-fixed-rate=20Mbps"
                                                       : "tunnel.l3-fixed-rate=0",
                              i % 3 == 0 ? "tunnel.rekey-time=0" : "tunnel.rekey-time=4ms",
                              i % 2 == 0 ? "link.loss=0" : "link.loss=5%"};
        const struct iptfs_tunnel *tunnel = tunnel_of(sets, 7, 300 * IPTFS_PS_PER_MS);
        if (tunnel == NULL)
            return;
        expired += tunnel->store.ledger.dropped[IPTFS_DROP_SA_EXPIRED].pkts;
        CHECK_U64(tunnel->store.ledger.unexplained, 0);
        CHECK_U64(seen.spanning, 0);
        CHECK_U64(seen.misnumbered, 0);
        CHECK_TRUE(seen.sa > 5 || i % 5 == 4); /* TFRC begins slowly */
        end();
    }
    CHECK_TRUE(expired > 100);
}

/* -------------------------------------------------------------------------- the loss history */

static const char measured[] = "[scenario]\nduration = 40s\nseed = 7\n"
                               "[tunnel]\nmode = fixed-rate\npps = 1000\npkt-size = "
                               "400\nrequire-cc = on\nloss-event-breaker = "
                               "off\n[link]\ndelay = 10ms\n"
                               "[traffic.a]\ntype = cbr\nsize = 200\nrate = 160kbps\n";

static double loss_event_rate(const char *const *sets, size_t n)
{
    json_t *summary = summary_of(measured, sets, n);
    double rate = summary_number(summary, "congestion.loss_event_rate");
    json_decref(summary);
    return rate;
}

/* A rekey is no loss: numbers start at 1 again, and packets overtake each other around it. */
static void a_rekey_is_no_loss_event(void)
{
    static const char *const in_order[] = {"tunnel.rekey-after=50p"};
    static const char *const overtaking[] = {"tunnel.rekey-after=50p", "link.jitter=1.4ms"};
    static const char *const restarting[] = {"tunnel.rekey-after=50p", "link.jitter=1.4ms",
                                             "tunnel.loss-history=restart"};
    CHECK_NEAR(loss_event_rate(in_order, 1), 0, 0);
    CHECK_NEAR(loss_event_rate(overtaking, 2), 0, 0);
    CHECK_NEAR(loss_event_rate(restarting, 3), 0, 0);
}

/* The history that the receiver has at the end, and the packets that the link lost. */
static struct iptfs_loss_history history_of(const char *const *sets, size_t n, uint64_t *lost)
{
    struct iptfs_error error = {0};
    struct iptfs_loss_history history = {.started = false};
    int code = iptfs_scenario_parse_text(&scenario, measured, "history.ini", sets, n, &error);
    if (code == IPTFS_OK)
        code = iptfs_run_init(&run, &scenario, scenario.seed, 0, &error);
    if (!CHECK_INT(code, IPTFS_OK)) {
        CHECK_FAIL("%s", error.text);
        return history;
    }
    CHECK_INT(iptfs_run_until(&run, 40 * IPTFS_PS_PER_S, &error), IPTFS_OK);
    *lost = run.direction[IPTFS_FORWARD].tunnel.link->stats.lost[IPTFS_DROP_LINK_LOSS].pkts;
    history = run.direction[IPTFS_REVERSE].tunnel.congestion.losses;
    end();
    return history;
}

/* At 1 % of loss: 400 of 40000 packets. One in 50 is the last of its SA; when that one is lost, the
 * receiver cannot know it. The loss event rate is that of a single SA otherwise. */
static void the_loss_history_continues(void)
{
    static const char *const sets[] = {"link.loss=1%", "tunnel.rekey-after=50p",
                                       "tunnel.loss-history=restart"};
    uint64_t lost[3];
    struct iptfs_loss_history one = history_of(sets, 1, &lost[0]);
    struct iptfs_loss_history many = history_of(sets, 2, &lost[1]);
    struct iptfs_loss_history anew = history_of(sets, 3, &lost[2]);
    CHECK_U64(lost[1], lost[0]);
    CHECK_U64(one.lost_pkts, lost[0]);
    CHECK_TRUE(many.lost_pkts < lost[1] && many.lost_pkts >= lost[1] * 95 / 100);
    CHECK_TRUE(many.events >= one.events * 95 / 100 && many.events <= one.events);
    CHECK_NEAR(iptfs_loss_history_p(&many), iptfs_loss_history_p(&one),
               0.2 * iptfs_loss_history_p(&one));
    CHECK_TRUE(one.events > 300);
    CHECK_TRUE(anew.events <= 3);
}

const CU_TestInfo iptfs_tests_rekey[] = {
    {"nothing is lost without loss", nothing_is_lost_without_loss},
    {"removed SAs account for their packets", removed_sas_account_for_their_packets},
    {"lifetimes end SAs", lifetimes_end_sas},
    {"numbers are used up", numbers_are_used_up},
    {"expired SAs account for their packets", expired_sas_account_for_their_packets},
    {"a rekey is no loss event", a_rekey_is_no_loss_event},
    {"the loss history continues", the_loss_history_continues},
    {"removed tunnels account for their packets", removed_tunnels_account_for_their_packets},
    CU_TEST_INFO_NULL,
};
