/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A path MTU that changes while the tunnel runs. */
#include "base/error.h"
#include "base/units.h"
#include "link/direct_link.h"
#include "run/run.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/run_summary.h"
#include "support/samples.h"
#include "tunnel/tunnel.h"

#include <inttypes.h>
#include <string.h>

#define MS IPTFS_PS_PER_MS

enum {
    PKTS_MAX = 200,
    CHANGES_MAX = 16
};

struct plan {
    struct iptfs_sender_config sender;
    struct iptfs_arrival arrivals[PKTS_MAX];
    size_t count;
    struct iptfs_mtu_change changes[CHANGES_MAX];
    size_t change_count;
};

struct bench {
    const struct plan *plan;
    struct iptfs_tunnel tunnel;
    struct iptfs_observer observer;
    struct feed feed;
    uint32_t outer_octets[64]; /* of the first packets */
    uint64_t sent;
    uint32_t icmp_mtu;
    bool oversized; /* a packet longer than the MTU of its time was sent */
};

static struct plan plan;
static struct bench bench;

/* The path's MTU at a time, from the plan only. */
static uint32_t mtu_at(const struct plan *of, int64_t now_ps)
{
    uint32_t mtu = of->sender.mtu_octets;
    for (size_t i = 0; i < of->change_count; i++)
        if (of->changes[i].at_ps <= now_ps)
            mtu = of->changes[i].mtu_octets;
    return mtu;
}

static void on_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    struct bench *to = ctx;
    if (to->sent < sizeof to->outer_octets / sizeof to->outer_octets[0])
        to->outer_octets[to->sent] = outer->ip_octets;
    to->sent++;
    to->oversized = to->oversized || outer->ip_octets > mtu_at(to->plan, now_ps);
}

static void on_icmp(void *ctx, int64_t now_ps, const struct iptfs_inner *inner, uint32_t mtu_octets)
{
    (void)now_ps, (void)inner;
    ((struct bench *)ctx)->icmp_mtu = mtu_octets;
}

static void begin(const char *mode)
{
    plan = (struct plan){.sender = plain_sender()};
    plan.sender.mode = iptfs_mode_named(mode);
    plan.sender.slot_numerator = (uint64_t)MS;
    plan.sender.slot_denominator = 1;
    plan.sender.ip_fragment_headers = true;
}

static void add_pkt(int64_t at_ps, uint32_t octets, uint8_t version)
{
    plan.arrivals[plan.count] = arrival_of(at_ps, octets, (uint32_t)plan.count);
    plan.arrivals[plan.count++].ip_version = version;
}

static void add_change(int64_t at_ps, uint32_t mtu)
{
    plan.changes[plan.change_count++] = (struct iptfs_mtu_change){at_ps, mtu, 0};
}

static bool run(int64_t until_ps)
{
    struct iptfs_receiver_config receiver = {
        .reorder_window = 3,
        .drop_time_ps = IPTFS_PS_PER_S,
        .plain = !plan.sender.mode->aggfrag,
    };
    struct iptfs_link_config config = {.mtu_octets = plan.sender.mtu_octets};
    struct iptfs_link *link;
    int64_t next_ps;
    memset(&bench, 0, sizeof bench);
    bench.plan = &plan;
    if (!CHECK_INT(iptfs_tunnel_init(&bench.tunnel, &plan.sender, &receiver), IPTFS_OK))
        return false;
    iptfs_direct_link_new(&link, &config, &bench.tunnel.store, NULL);
    iptfs_tunnel_set_link(&bench.tunnel, link);
    iptfs_tunnel_set_mtu_changes(&bench.tunnel, plan.changes, plan.change_count);
    bench.observer = (struct iptfs_observer){.sent = on_sent, .icmp = on_icmp, .ctx = &bench};
    iptfs_tunnel_observe(&bench.tunnel, &bench.observer);
    feed_init(&bench.feed, plan.arrivals, plan.count);
    bench.tunnel.sender.source = &bench.feed.source;
    while ((next_ps = iptfs_tunnel_next_ps(&bench.tunnel)) <= until_ps)
        iptfs_tunnel_wake(&bench.tunnel, next_ps);
    return true;
}

static uint64_t dropped(enum iptfs_drop_cause drop_cause)
{
    return bench.tunnel.store.ledger.dropped[drop_cause].pkts;
}

static void end(int64_t at_ps)
{
    CHECK_INT(iptfs_tunnel_close(&bench.tunnel, at_ps), IPTFS_OK);
    iptfs_tunnel_free(&bench.tunnel);
}

/* At 1, 2, 3 ms; the MTU changes at 2 ms: the packet of that instant already meets the new one. */
static void test_on_demand_follows(void)
{
    begin("on-demand");
    for (int64_t i = 1; i <= 3; i++)
        add_pkt(i * MS, 1400, 4);
    add_change(2 * MS, 1000);
    add_change(3 * MS, 1500);
    if (!run(10 * MS))
        return;
    /* 20 + 8 + 4 + data + 2, up to a multiple of 4: spaces of 1466 and 966 octets. */
    static const uint32_t expected[] = {1436, 1000, 468, 1436};
    CHECK_U64(bench.sent, 4);
    for (size_t i = 0; i < 4; i++)
        CHECK_INT(bench.outer_octets[i], expected[i]);
    CHECK_U64(bench.tunnel.store.ledger.delivered.pkts, 3);
    end(10 * MS);
}

/* Fragments have been sent when the payload size changes, to less and to more. */
static void test_a_partial_packet_goes_on(void)
{
    begin("fixed-rate");
    add_pkt(0, 5000, 4);
    add_pkt(0, 60, 6);
    add_change(1 * MS + 1, 600);
    add_change(4 * MS, 2000);
    if (!run(10 * MS))
        return;
    static const uint32_t expected[] = {1500, 1500, 600, 600, 2000, 2000};
    for (size_t i = 0; i < 6; i++)
        CHECK_INT(bench.outer_octets[i], expected[i]);
    CHECK_TRUE(!bench.oversized);
    CHECK_U64(bench.tunnel.store.ledger.delivered.pkts, 2);
    CHECK_INT(bench.tunnel.sender.packer.payload_octets, 2000 - 34);
    end(10 * MS);
}

/* What was queued before the change is dropped when it is to be sent, also when it was not taken
 * from the source yet; what comes at the change is refused. */
static void test_dont_frag(void)
{
    begin("on-demand");
    plan.sender.dont_frag = true;
    plan.sender.init_delay_ps = 5 * MS;
    add_pkt(1 * MS, 1400, 4);
    add_pkt(2 * MS, 900, 4);
    add_pkt(3 * MS - 1, 1400, 4);
    add_pkt(3 * MS, 1400, 4);
    add_pkt(4 * MS, 1400, 4);
    add_change(3 * MS, 1000);
    if (!run(20 * MS))
        return;
    CHECK_U64(bench.tunnel.store.ledger.delivered.pkts, 1);
    CHECK_U64(dropped(IPTFS_DROP_MTU_SHRUNK), 2);
    CHECK_U64(dropped(IPTFS_DROP_TOO_BIG), 2);
    CHECK_INT(bench.icmp_mtu, 966);
    CHECK_U64(bench.tunnel.counters.value[IPTFS_XFRM_OUT_ERROR], 4);
    end(20 * MS);
}

/* Without AGGFRAG an IPv4 packet is cut, an IPv6 packet is not. */
static void test_plain_esp(void)
{
    begin("esp-pad");
    plan.sender.mode = plan.sender.mode->with_rate;
    add_pkt(0, 1400, 4);
    add_pkt(0, 1400, 6);
    add_pkt(0, 1400, 4);
    add_pkt(0, 900, 6);
    add_change(1, 1000);
    if (!run(10 * MS))
        return;
    static const uint32_t expected[] = {1500, 1000, 1000, 1000};
    for (size_t i = 0; i < 4; i++)
        CHECK_INT(bench.outer_octets[i], expected[i]);
    CHECK_U64(bench.tunnel.store.ledger.delivered.pkts, 3);
    CHECK_U64(dropped(IPTFS_DROP_MTU_SHRUNK), 1);
    end(10 * MS);
}

/* Without path MTU discovery a pkt-size is kept, and lost on the link while it is too long. */
static void test_fixed_size_above_the_mtu(void)
{
    begin("fixed-rate");
    plan.sender.pkt_size_octets = 1400;
    plan.sender.use_path_mtu_discovery = false;
    for (int64_t i = 0; i < 10; i++)
        add_pkt(i * MS, 1000, 4);
    add_change(3 * MS, 1399);
    add_change(6 * MS, 1400);
    if (!run(9 * MS))
        return;
    for (size_t i = 0; i < 10; i++)
        CHECK_INT(bench.outer_octets[i], 1400);
    CHECK_U64(bench.tunnel.link->stats.lost[IPTFS_DROP_LINK_MTU].pkts, 3);
    CHECK_TRUE(dropped(IPTFS_DROP_LINK_MTU) >= 3);
    CHECK_TRUE(bench.tunnel.store.ledger.delivered.pkts >= 5);
    end(9 * MS);
}

/* With it the size is lowered to the longest that ESP can have within the MTU, and returns to the
 * pkt-size, never above it. */
static void test_fixed_size_is_lowered(void)
{
    static const char *const modes[] = {"fixed-rate", "min-rate", "esp-pad"};
    for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++) {
        begin(modes[m]);
        if (plan.sender.mode->with_rate != NULL)
            plan.sender.mode = plan.sender.mode->with_rate;
        plan.sender.pkt_size_octets = 1400;
        plan.sender.use_path_mtu_discovery = true;
        for (int64_t i = 0; i < 10; i++)
            add_pkt(i * MS, 900, 4);
        add_change(3 * MS, 1399);
        add_change(6 * MS, 1500);
        if (!run(9 * MS))
            return;
        for (size_t i = 0; i < bench.sent && i < 10; i++)
            CHECK_INT(bench.outer_octets[i], i >= 3 && i < 6 ? 1396 : 1400);
        CHECK_U64(bench.tunnel.link->stats.lost[IPTFS_DROP_LINK_MTU].pkts, 0);
        CHECK_TRUE(bench.tunnel.store.ledger.delivered.pkts >= 9);
        end(9 * MS);
    }
}

/* The example of the issue: 1001 packets of 1500 octets met a path MTU of 1400, and all were lost.
 * The bit rate stays, so that there are 1500/1400 as many packets. */
static void test_no_packet_is_lost(void)
{
    static const char text[] = "[scenario]\nduration = 10s\n"
                               "[tunnel]\nmode = fixed-rate\nl3-fixed-rate = 1.2Mbps\n"
                               "pkt-size = 1500\nphase = 0\n"
                               "[link]\nmtu = 1400\n"
                               "[traffic.call]\ntype = cbr\nsize = 200B\nrate = 80kbps\n";
    static const char *const later[] = {"link.mtu=1500", "link.mtu-changes=1ns 1400"};
    for (size_t n = 0; n <= 2; n += 2) {
        json_t *summary = summary_of(text, later, n);
        CHECK_NEAR(summary_number(summary, "outer.sent.pkts"), n == 0 ? 1072 : 1073, 1.5);
        CHECK_NEAR(summary_number(summary, "outer.sent.octets"), 1.5e6, 3000);
        CHECK_NEAR(summary_number(summary, "outer.lost.pkts"), 0, 0);
        json_decref(summary);
    }
}

static const char big_datagrams[] = "[scenario]\nduration = 1s\n"
                                    "[tunnel]\nmode = fixed-rate\nl3-fixed-rate = 5Mbps\n"
                                    "dont-frag = on\n"
                                    "[link]\nmtu = 1000\n"
                                    "[traffic.big]\ntype = cbr\nsize = 1500B\nrate = 1.2Mbps\n"
                                    "stop = 800ms\n";

/* RFC 9347, 2.2.6: what becomes of 80 datagrams of 1500 octets at an MTU of 1000 under dont-frag.
 */
static void test_datagrams_above_the_mtu(void)
{
    static const struct {
        const char *sets[3];
        double delivered, too_big, icmp, fragments;
    } rows[] = {
        {{"tunnel.ip-fragment=usual"}, 80, 0, 0, 160},
        {{"tunnel.ip-fragment=off"}, 0, 80, 80, 0},
        {{"traffic.big.df=on"}, 0, 80, 80, 0},
        {{"traffic.big.ip=6"}, 0, 80, 80, 0},
        {{"tunnel.mode=on-demand", "tunnel.l3-fixed-rate=0"}, 0, 80, 80, 0},
        {{"tunnel.mode=on-demand", "tunnel.l3-fixed-rate=0", "tunnel.ip-fragment=on"},
         80,
         0,
         0,
         160},
        {{"tunnel.dont-frag=off"}, 80, 0, 0, 0},
        {{"tunnel.mode=esp", "tunnel.l3-fixed-rate=0", "tunnel.dont-frag=off"}, 80, 0, 0, 160},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = 0;
        while (n < 3 && rows[i].sets[n] != NULL)
            n++;
        json_t *summary = summary_of(big_datagrams, rows[i].sets, n);
        CHECK_NEAR(summary_number(summary, "inner.delivered.pkts"), rows[i].delivered, 0);
        CHECK_NEAR(summary_number(summary, "inner.dropped.too-big"), rows[i].too_big, 0);
        CHECK_NEAR(summary_number(summary, "inner.icmp_sent"), rows[i].icmp, 0);
        CHECK_NEAR(summary_number(summary, "inner.ip_fragments"), rows[i].fragments, 0);
        json_decref(summary);
    }
}

/* RFC 9347, 2.2.7: 80 datagrams of 1500 octets through a tunnel with an MTU of its own, which is
 * longer or shorter than what an outer packet carries (966 octets). */
static void test_a_configured_tunnel_mtu(void)
{
    static const struct {
        const char *sets[4];
        double delivered, too_big, icmp, fragments;
    } rows[] = {
        {{"tunnel.tunnel-mtu=1499", "tunnel.dont-frag=off"}, 80, 0, 0, 160},
        {{"tunnel.tunnel-mtu=1500", "tunnel.dont-frag=off"}, 80, 0, 0, 0},
        {{"tunnel.tunnel-mtu=500", "tunnel.dont-frag=off"}, 80, 0, 0, 320},
        {{"tunnel.tunnel-mtu=500", "tunnel.dont-frag=off", "traffic.big.df=on"}, 0, 80, 80, 0},
        {{"tunnel.tunnel-mtu=500", "tunnel.dont-frag=off", "traffic.big.ip=6"}, 0, 80, 80, 0},
        {{"tunnel.tunnel-mtu=500", "tunnel.dont-frag=off", "tunnel.ip-fragment=off"}, 0, 80, 80, 0},
        /* Under dont-frag the shorter of both: 1400 octets become 1396 and 124, then 964, 452, 124
         */
        {{"tunnel.tunnel-mtu=1400"}, 80, 0, 0, 240},
        {{"tunnel.tunnel-mtu=500"}, 80, 0, 0, 320},
        {{"tunnel.mode=on-demand", "tunnel.l3-fixed-rate=0", "tunnel.dont-frag=off",
          "tunnel.tunnel-mtu=1499"},
         80,
         0,
         0,
         160},
        {{"tunnel.mode=esp", "tunnel.l3-fixed-rate=0", "tunnel.dont-frag=off",
          "tunnel.tunnel-mtu=500"},
         80,
         0,
         0,
         320},
        {{"tunnel.mode=none", "tunnel.l3-fixed-rate=0", "tunnel.dont-frag=off",
          "tunnel.tunnel-mtu=500"},
         80,
         0,
         0,
         160},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = 0;
        while (n < 4 && rows[i].sets[n] != NULL)
            n++;
        json_t *summary = summary_of(big_datagrams, rows[i].sets, n);
        CHECK_NEAR(summary_number(summary, "inner.delivered.pkts"), rows[i].delivered, 0);
        CHECK_NEAR(summary_number(summary, "inner.dropped.too-big"), rows[i].too_big, 0);
        CHECK_NEAR(summary_number(summary, "inner.icmp_sent"), rows[i].icmp, 0);
        CHECK_NEAR(summary_number(summary, "inner.ip_fragments"), rows[i].fragments, 0);
        json_decref(summary);
    }
}

/* What is reported to an inner sender: the MTU of the tunnel, or what an outer packet carries where
 * that is less and packets are not fragmented. */
static void test_the_mtu_that_is_reported(void)
{
    static const struct {
        uint32_t tunnel_mtu;
        bool dont_frag;
        uint32_t reported; /* 0: nothing */
    } rows[] = {
        {0, false, 0}, {0, true, 1466}, {1400, false, 1400}, {1400, true, 1400}, {1480, true, 1466},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin("on-demand");
        plan.sender.tunnel_mtu_octets = rows[i].tunnel_mtu;
        plan.sender.dont_frag = rows[i].dont_frag;
        add_pkt(0, 1490, 6);
        if (!run(10 * MS))
            return;
        CHECK_U64(bench.icmp_mtu, rows[i].reported);
        CHECK_U64(bench.tunnel.store.ledger.delivered.pkts, rows[i].reported == 0);
        end(10 * MS);
    }
}

/* Fragments that the queue does not hold are dropped, and their packets with them: the ledger adds
 * up. */
static void test_fragments_above_the_queue(void)
{
    begin("fixed-rate");
    plan.sender.tunnel_mtu_octets = 500;
    plan.sender.ip_fragment = true;
    plan.sender.max_queue_size_octets = 2000;
    for (int i = 0; i < 3; i++)
        add_pkt(0, 1500, 4);
    if (!run(10 * MS))
        return;
    CHECK_U64(bench.tunnel.store.ledger.delivered.pkts, 1);
    CHECK_U64(dropped(IPTFS_DROP_NO_QUEUE_SPACE), 2);
    end(10 * MS);
}

/* Mode esp refuses what carries DF, as Linux does. */
static void test_df_in_mode_esp(void)
{
    static const char *const sets[] = {"tunnel.mode=esp", "tunnel.l3-fixed-rate=0",
                                       "tunnel.dont-frag=off", "traffic.big.df=on"};
    json_t *summary = summary_of(big_datagrams, sets, 4);
    CHECK_NEAR(summary_number(summary, "inner.dropped.too-big"), 80, 0);
    CHECK_NEAR(summary_number(summary, "inner.icmp_sent"), 80, 0);
    json_decref(summary);
}

/* On a bad link the ledger adds up (a run ends with an error where it does not), and a datagram is
 * lost when one of its fragments is. */
static void test_lost_fragments(void)
{
    static const char *const sets[] = {"link.loss=10%", "link.duplicate=5%", "link.delay=300ms",
                                       "traffic.big.stop=1s"};
    for (size_t immediate = 0; immediate < 2; immediate++) {
        const char *all[] = {sets[0], sets[1], sets[2], sets[3],
                             immediate ? "tunnel.receive=immediate" : "tunnel.receive=in-order"};
        json_t *summary = summary_of(big_datagrams, all, 5);
        CHECK_NEAR(summary_number(summary, "inner.offered.pkts"), 100, 0);
        CHECK_TRUE(summary_number(summary, "inner.dropped.link-loss") > 5);
        CHECK_TRUE(summary_number(summary, "inner.delivered.pkts") > 30);
        json_decref(summary);
    }
}

static void test_too_small_is_refused(void)
{
    begin("on-demand");
    if (!run(0))
        return;
    struct iptfs_mtu_change change = {5, 34, 0};
    CHECK_INT(iptfs_sender_set_mtu(&bench.tunnel.sender, &change), IPTFS_E_INVALID);
    CHECK_INT(bench.tunnel.sender.packer.payload_octets, 1466);
    change.mtu_octets = 40;
    CHECK_INT(iptfs_sender_set_mtu(&bench.tunnel.sender, &change), IPTFS_OK);
    CHECK_INT(bench.tunnel.sender.packer.payload_octets, 6);
    end(10);
}

/* Nothing is lost on a path that the sender knows, and nothing is longer than it allows. */
static void test_random_changes(void)
{
    static const char *const modes[] = {"on-demand", "fixed-rate", "min-rate", "esp", "none"};
    for (uint64_t seed = 1; seed <= 500; seed++) {
        struct dice dice = {seed};
        begin(modes[dice_between(&dice, 0, 4)]);
        plan.sender.fill_full = dice_percent(&dice, 50);
        plan.sender.init_delay_ps = dice_percent(&dice, 50) ? 0 : 2 * MS;
        int64_t at_ps = 0;
        for (uint64_t i = dice_between(&dice, 1, 50); i > 0; i--) {
            add_pkt(at_ps, (uint32_t)dice_between(&dice, 40, 5000), 4);
            at_ps += (int64_t)dice_between(&dice, 0, 1000) * IPTFS_PS_PER_US;
        }
        at_ps = 1;
        for (uint64_t i = dice_between(&dice, 1, CHANGES_MAX); i > 0; i--) {
            add_change(at_ps, (uint32_t)dice_between(&dice, 100, 2000));
            at_ps += (int64_t)dice_between(&dice, 1, 5000) * IPTFS_PS_PER_US;
        }
        if (!run(IPTFS_PS_PER_S * 3))
            return;
        if (!CHECK_U64(bench.tunnel.store.ledger.delivered.pkts, plan.count) ||
            !CHECK_TRUE(!bench.oversized))
            CHECK_FAIL("... seed %" PRIu64 ", mode %s", seed, plan.sender.mode->name);
        end(IPTFS_PS_PER_S * 3);
    }
}

/* --------------------------------------------------------------------------------- as scenarios */

static const char follows[] = "[scenario]\nduration = 4s\n"
                              "[tunnel]\nmode = fixed-rate\nl3-fixed-rate = 8Mbps\n"
                              "[link]\nmtu-changes = 1s 700, 2s 9000, 3500ms 576\n";

/* The rate stays, whatever the size. */
static void check_rate(const char *const *sets, size_t n_sets, uint64_t *sent)
{
    static struct iptfs_run scenario_run;
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    int code = iptfs_scenario_parse_text(&scenario, follows, "t.ini", sets, n_sets, &error);
    if (!CHECK_STR(error.text, "") || code != IPTFS_OK)
        return;
    code = iptfs_run_init(&scenario_run, &scenario, 1, 0, &error);
    if (code == IPTFS_OK)
        code = iptfs_run_until(&scenario_run, scenario.duration_ps, &error);
    if (code == IPTFS_OK)
        code = iptfs_run_finish(&scenario_run, &error);
    CHECK_STR(error.text, "");
    CHECK_INT(code, IPTFS_OK);
    const struct iptfs_link_stats *stats = &scenario_run.direction[0].tunnel.link->stats;
    CHECK_NEAR((double)stats->sent.octets, 4e6, 2e4);
    CHECK_U64(stats->lost[IPTFS_DROP_LINK_MTU].pkts, 0);
    *sent = stats->sent.pkts;
    iptfs_run_free(&scenario_run);
    iptfs_scenario_free(&scenario);
}

static void test_rate_stays(void)
{
    static const char *const p2p[] = {"link.device=p2p"};
    uint64_t direct = 0, device = 0;
    check_rate(NULL, 0, &direct);
    check_rate(p2p, 1, &device);
    /* A megabyte in 1500, 700, then a half more in 9000, the rest in 576 octets (less what ESP's
     * steps of 4 leave): about 667, 1429, 167 and 868 packets. */
    CHECK_TRUE(direct > 3110 && direct < 3150);
    CHECK_U64(device, direct);
}

static void check_refused(const char *value, const char *outer)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    char set[160];
    const char *sets[] = {set, outer};
    snprintf(set, sizeof set, "link.mtu-changes=%s", value);
    CHECK_INT(iptfs_scenario_parse_text(&scenario, follows, "t.ini", sets, 2, &error),
              IPTFS_E_INVALID);
    if (strstr(error.text, "mtu-changes") == NULL || strchr(error.text, '\n') != NULL)
        CHECK_FAIL("%s: \"%s\"", value, error.text);
}

static void test_bad_values(void)
{
    static const char *const bad[] = {
        "",      "2s",       "2s 1400,", "1400 2s",         "0 1400",       "2s 1400, 2s 1300",
        "2s 67", "2s 65536", "2 1400",   "2s 1400 5s 1300", "none, 2s 1400"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_refused(bad[i], "tunnel.outer=4");
    check_refused("2s 79", "tunnel.outer=6");
}

const CU_TestInfo iptfs_tests_mtu[] = {
    {"on demand follows", test_on_demand_follows},
    {"a partial packet goes on", test_a_partial_packet_goes_on},
    {"dont-frag", test_dont_frag},
    {"plain ESP", test_plain_esp},
    {"fixed size above the MTU", test_fixed_size_above_the_mtu},
    {"fixed size is lowered", test_fixed_size_is_lowered},
    {"no packet is lost above the MTU", test_no_packet_is_lost},
    {"datagrams above the MTU", test_datagrams_above_the_mtu},
    {"a configured tunnel MTU", test_a_configured_tunnel_mtu},
    {"the MTU that is reported", test_the_mtu_that_is_reported},
    {"fragments above the queue", test_fragments_above_the_queue},
    {"DF in mode esp", test_df_in_mode_esp},
    {"lost fragments", test_lost_fragments},
    {"too small an MTU is refused", test_too_small_is_refused},
    {"random changes", test_random_changes},
    {"rate stays", test_rate_stays},
    {"bad values", test_bad_values},
    CU_TEST_INFO_NULL,
};
