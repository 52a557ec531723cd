/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Path MTU discovery by probes (RFC 8899), on a path that is played here, and in whole tunnels. */
#include "congestion/plpmtud.h"

#include "base/units.h"
#include "congestion/congestion.h"
#include "support/check.h"
#include "support/run_summary.h"

enum {
    RTT_MS = 20
};

static const int64_t rtt_ps = RTT_MS * IPTFS_PS_PER_MS;

/* A sender of one packet each millisecond, and a peer that echoes the last TVal. */
struct path {
    struct iptfs_plpmtud plpmtud;
    uint32_t mtu;
    int64_t now_ms;
    int64_t tval_ps[100]; /* of the packets of the last round trip, by time; -1: none came */
    int64_t echoed_ps;
    uint64_t silent_pkts;
    int64_t silent_max_ms; /* longest time without TVal */
    int64_t silent_ms;
};

static void open_path(struct path *path, uint32_t max, uint32_t mtu)
{
    const struct iptfs_plpmtud_config config = {576, 1200, max, 4};
    *path = (struct path){.mtu = mtu, .echoed_ps = -1};
    for (size_t i = 0; i < 100; i++)
        path->tval_ps[i] = -1;
    iptfs_plpmtud_init(&path->plpmtud, &config);
}

static void step(struct path *path)
{
    int64_t now_ps = path->now_ms * IPTFS_PS_PER_MS;
    int64_t *slot = &path->tval_ps[path->now_ms % RTT_MS];
    if (*slot > path->echoed_ps)
        path->echoed_ps = *slot; /* what was sent a round trip ago */
    uint32_t probe = iptfs_plpmtud_next(&path->plpmtud, now_ps, path->echoed_ps,
                                        path->echoed_ps < 0 ? 0 : rtt_ps, true);
    uint32_t octets = probe > 0 ? probe : path->plpmtud.octets;
    bool silent = probe == 0 && iptfs_plpmtud_silent(&path->plpmtud, now_ps);
    *slot = !silent && octets <= path->mtu ? now_ps : -1;
    path->silent_ms = silent ? path->silent_ms + 1 : 0;
    if (path->silent_ms > path->silent_max_ms)
        path->silent_max_ms = path->silent_ms;
    path->now_ms++;
}

static void run(struct path *path, int64_t ms)
{
    for (int64_t end = path->now_ms + ms; path->now_ms < end;)
        step(path);
}

static void test_finds_each_size(void)
{
    for (uint32_t mtu = 1200; mtu <= 1500; mtu += 4) {
        struct path path;
        open_path(&path, 1500, mtu);
        run(&path, 3000);
        CHECK_INT(path.plpmtud.octets, mtu);
        CHECK_U64(path.plpmtud.black_holes, 0);
        CHECK_TRUE(!iptfs_plpmtud_probing(&path.plpmtud));
        CHECK_TRUE(path.silent_max_ms <= RTT_MS);
        CHECK_TRUE(path.plpmtud.probes <= 3 * 8);
    }
}

/* One probe finds the maximum where the path carries it. */
static void test_the_largest_first(void)
{
    struct path path;
    open_path(&path, 1500, 9000);
    run(&path, 3 * RTT_MS);
    CHECK_INT(path.plpmtud.octets, 1500);
    CHECK_U64(path.plpmtud.probes, 1);
    CHECK_U64(path.plpmtud.probes_lost, 0);
}

static void test_black_hole(void)
{
    struct path path;
    open_path(&path, 1500, 1500);
    run(&path, 1000);
    CHECK_INT(path.plpmtud.octets, 1500);
    path.mtu = 1300;
    run(&path, 8 * RTT_MS);
    CHECK_U64(path.plpmtud.black_holes, 1);
    CHECK_INT(path.plpmtud.octets, 1200);
    run(&path, 3000);
    CHECK_INT(path.plpmtud.octets, 1300);
    path.mtu = 800; /* below the base */
    run(&path, 5000);
    CHECK_U64(path.plpmtud.black_holes, 3);
    CHECK_INT(path.plpmtud.octets, 800);
    path.mtu = 0;
    run(&path, 5000);
    CHECK_INT(path.plpmtud.octets, 576);
    path.mtu = 1500;
    run(&path, 3000);
    CHECK_INT(path.plpmtud.octets, 1500);
}

/* PMTU_RAISE_TIMER: a path that carries more is found after ten minutes. */
static void test_raise(void)
{
    struct path path;
    open_path(&path, 1500, 1400);
    run(&path, 3000);
    CHECK_INT(path.plpmtud.octets, 1400);
    path.mtu = 1500;
    run(&path, 590000);
    CHECK_INT(path.plpmtud.octets, 1400);
    run(&path, 15000);
    CHECK_INT(path.plpmtud.octets, 1500);
}

static void arrive(struct iptfs_congestion *end, int64_t at_ps, uint64_t seq, uint8_t sub_type,
                   bool p)
{
    const struct iptfs_aggfrag header = {
        .sub_type = sub_type, .plpmtud = p, .rtt_us = 20000, .tval = (uint32_t)seq + 1};
    iptfs_congestion_input(end, at_ps, seq, false, &header);
}

/* P, and then the first packet without information: the number before it is no loss. Without P it
 * is, and so is another number. */
static void test_a_lost_probe_is_no_loss(void)
{
    static const struct {
        bool p;
        uint64_t probe;
        double lost;
    } rows[] = {{true, 50, 0}, {false, 50, 1}, {true, 49, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_congestion end;
        static const struct iptfs_tfrc_config config = {.packet_octets = 1500};
        iptfs_congestion_init(&end, &config, 0);
        for (uint64_t seq = 1; seq <= 100; seq++)
            if (seq != rows[i].probe)
                arrive(&end, (int64_t)seq * IPTFS_PS_PER_MS, seq, seq < 51 || seq > 60, rows[i].p);
        CHECK_U64(end.losses.lost_pkts, (uint64_t)rows[i].lost);
        CHECK_U64(end.losses.received_pkts, 99);
        CHECK_INT(iptfs_loss_history_wire(&end.losses) == 0, rows[i].lost == 0);
    }
}

static const char tunnel[] =
    "[scenario]\nduration = 20s\n"
    "[tunnel]\nmode = congestion-controlled\npkt-size = 1500\nmax-rate = 2Mbps\nplpmtud = on\n"
    "[tunnel.reverse]\nmode = congestion-controlled\npkt-size = 1500\nmax-rate = 2Mbps\n"
    "[link]\nmtu = 1400\ndelay = 20ms\n"
    "[traffic.a]\ntype = cbr\nsize = 500B\nrate = 500kbps\nstop = 19s\n";

/* Only probes are lost; no inner packet is, and the peer states no loss. */
static void test_tunnel(void)
{
    static const char *const reverse[] = {"tunnel.reverse.plpmtud=on", "tunnel.reverse.pkt-size=0"};
    for (size_t n = 0; n <= 2; n += 2) {
        json_t *summary = summary_of(tunnel, reverse, n);
        CHECK_NEAR(summary_number(summary, "plpmtud.octets"), 1400, 0);
        CHECK_NEAR(summary_number(summary, "plpmtud.black_holes"), 0, 0);
        CHECK_NEAR(summary_number(summary, "outer.lost.pkts"),
                   summary_number(summary, "plpmtud.lost"), 0);
        CHECK_NEAR(summary_number(summary, "inner.delivered.pkts"),
                   summary_number(summary, "inner.offered.pkts"), 0);
        json_decref(summary);
    }
}

/* The MTU falls while data is sent: lost packets stop after the black hole is found. */
static void test_tunnel_black_hole(void)
{
    static const char *const sets[] = {"link.mtu=1500", "link.mtu-changes=8s 1300",
                                       "scenario.duration=60s"};
    json_t *summary = summary_of(tunnel, sets, 3);
    CHECK_NEAR(summary_number(summary, "plpmtud.octets"), 1300, 0);
    CHECK_NEAR(summary_number(summary, "plpmtud.black_holes"), 1, 0);
    CHECK_TRUE(summary_number(summary, "outer.lost.pkts") < 100);
    json_decref(summary);
}

/* Where the peer returns congestion information, each AGGFRAG mode finds the MTU. At a rate of
 * octets the packets get another gap, and the rate stays. */
static const char by_mode[] =
    "[scenario]\nduration = 20s\n[tunnel]\nplpmtud = on\nrequire-cc = on\npkt-size = 1500\n"
    "[link]\nmtu = 1400\ndelay = 20ms\nframing = ethernet\n"
    "[traffic.a]\ntype = cbr\nsize = 500B\nrate = 500kbps\nstop = 19s\n"
    "[traffic.b]\ntype = cbr\nsize = 500B\nrate = 100kbps\nstop = 19s\ndirection = reverse\n";

static void check_mode(const char *const *sets, size_t n, uint32_t octets, double bps)
{
    json_t *summary = summary_of(by_mode, sets, n);
    bool good = CHECK_NEAR(summary_number(summary, "plpmtud.octets"), octets, 0);
    /* On demand the peer reports twice in a round trip: one probe is echoed too late. */
    double unseen =
        summary_number(summary, "plpmtud.lost") - summary_number(summary, "outer.lost.pkts");
    good &= CHECK_TRUE(unseen == 0 || (bps == 0 && unseen == 1));
    good &= CHECK_NEAR(summary_number(summary, "plpmtud.black_holes"), 0, 0);
    good &= CHECK_NEAR(summary_number(summary, "inner.delivered.pkts"),
                       summary_number(summary, "inner.offered.pkts"), 0);
    if (bps > 0)
        good &= CHECK_NEAR(summary_number(summary, "outer_bps"), bps, 0.005 * bps);
    if (!good)
        CHECK_FAIL("%s", sets[0]);
    json_decref(summary);
}

static void test_other_modes(void)
{
    static const char *const l3[] = {"tunnel.mode=fixed-rate", "tunnel.l3-fixed-rate=2Mbps"};
    static const char *const l2[] = {"tunnel.mode=fixed-rate", "tunnel.l2-fixed-rate=2Mbps"};
    static const char *const pps[] = {"tunnel.mode=fixed-rate", "tunnel.pps=200"};
    static const char *const least[] = {"tunnel.mode=min-rate", "tunnel.l3-fixed-rate=2Mbps"};
    static const char *const demand[] = {"tunnel.mode=on-demand", "tunnel.congestion-info=on"};
    check_mode(l3, 2, 1400, 2e6);
    check_mode(l2, 2, 1400, 2e6 * 1400 / 1438);
    check_mode(pps, 2, 1400, 200 * 8 * 1400);
    check_mode(least, 2, 1400, 0);
    check_mode(demand, 2, 1400, 0);
}

const CU_TestInfo iptfs_tests_plpmtud[] = {
    {"finds each size", test_finds_each_size},
    {"the largest first", test_the_largest_first},
    {"black hole", test_black_hole},
    {"raise", test_raise},
    {"a lost probe is no loss", test_a_lost_probe_is_no_loss},
    {"tunnel", test_tunnel},
    {"tunnel in a black hole", test_tunnel_black_hole},
    {"other modes", test_other_modes},
    CU_TEST_INFO_NULL,
};
