/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP and UDP on hosts of ns-3 through tunnels of scenarios, from the scenario to the summary. */
#include "run/hosts.h"

#include "base/units.h"
#include "ns3/hosts/site.h"
#include "run/run.h"
#include "scenario/scenario.h"
#include "support/check.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The summary of a scenario with these overrides, NULL-terminated: a new reference. */
static json_t *summary_of(const char *text, const char *const *sets)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    json_t *summary = NULL;
    size_t count = 0;
    while (sets != NULL && sets[count] != NULL)
        count++;
    if (iptfs_scenario_parse_text(&scenario, text, "test.ini", sets, count, &error) != IPTFS_OK) {
        CHECK_FAIL("%s", error.text);
        return NULL;
    }
    if (iptfs_run_summary(&scenario, &summary, &error) != IPTFS_OK)
        CHECK_FAIL("%s", error.text);
    iptfs_scenario_free(&scenario);
    return summary;
}

/* A number by its dotted name, such as flows.x.goodput_bps. */
static double number_in(const json_t *summary, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s", name);
    const json_t *value = summary;
    char *rest = NULL;
    for (char *word = strtok_r(path, ".", &rest); word != NULL; word = strtok_r(NULL, ".", &rest))
        value = json_object_get(value, word);
    if (!json_is_number(value)) {
        CHECK_FAIL("%s is no number", name);
        return -1;
    }
    return json_number_value(value);
}

static double figure(const char *text, const char *const *sets, const char *name)
{
    json_t *summary = summary_of(text, sets);
    double value = summary != NULL ? number_in(summary, name) : -1;
    json_decref(summary);
    return value;
}

/* The sockets' buffers hold back what the queue would lose. */
static const char saturating[] = "[scenario]\nduration = 4s\n"
                                 "[link]\nrate = 5Mbps\ndelay = 5ms\n"
                                 "framing = none\nmtu = 1500\n[tunnel]\ncipher = null\n"
                                 "[traffic.x]\ntype = tcp-bulk\nbuffer = 64kB\n";

/* What is left for TCP's data when the link is always busy: of each 1500 octets of inner packet
 * 1448 are data. */
static void test_without_loss_goodput_is_what_the_overhead_leaves(void)
{
    static const struct {
        const char *sets[4];
        double share; /* of the link's rate */
    } cases[] = {
        {{"tunnel.mode=none"}, 1448.0 / 1500},
        /* IP 20, SPI and number 8, padded to 4 with 2 octets of trailer; the rest in a fragment. */
        {{"tunnel.mode=esp", "link.mtu=1600"}, 1448.0 / (20 + 8 + 1504)},
        /* Each inner packet in two outer ones: 1466 octets in 1500, and 34 in 68. */
        {{"tunnel.mode=on-demand"}, 1448.0 / (1500 + 68)},
        /* Full packets: 1500 octets carry 1466. */
        {{"tunnel.mode=fixed-rate", "tunnel.l3-fixed-rate=5Mbps", "link.rate=5Mbps"},
         1448.0 / 1500 * 1466 / 1500},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double found = figure(saturating, cases[i].sets, "flows.x.goodput_bps");
        CHECK_NEAR(found / 5e6, cases[i].share, 0.01 * cases[i].share);
    }
}

/* The same transfer over a link of ns-3's, and through our device in mode none: framing, queue and
 * delay are the same, and so is what TCP sees. */
static void test_without_a_tunnel_all_is_as_over_a_plain_link(void)
{
    static const char text[] = "[scenario]\nduration = 10s\n[tunnel]\nmode = none\n"
                               "[link]\nrate = 10Mbps\ndelay = 5ms\nqueue = 100p\n"
                               "framing = ppp\ndevice = p2p\n"
                               "[traffic.x]\ntype = tcp-bulk\noctets = 2MB\n"
                               "access-rate = 100Mbps\nbuffer = 1MiB\n";
    static const char *const direct[] = {"link.device=direct", NULL};
    struct iptfs_ns3_hosts_traffic traffic = site_bulk(2000000);
    struct iptfs_ns3_hosts_flow flow = run_site(&traffic, &site_link, 10 * IPTFS_PS_PER_S, NULL);
    double plain_s = iptfs_seconds(flow.finished_ps);
    CHECK_NEAR(figure(text, NULL, "flows.x.completion_s.mean"), plain_s, 0.01 * plain_s);
    CHECK_NEAR(figure(text, direct, "flows.x.completion_s.mean"), plain_s, 0.01 * plain_s);
}

static void test_all_octets_arrive_whatever_is_lost(void)
{
    static const char text[] = "[scenario]\nduration = 60s\n[tunnel]\ninit-delay = 1ms\n"
                               "[link]\nrate = 10Mbps\ndelay = 5ms\nloss = 2%\n"
                               "duplicate = 1%\nqueue = 30p\n"
                               "[traffic.x]\ntype = tcp-bulk\noctets = 300kB\nflows = 3\n";
    static const char *const modes[][4] = {
        {"tunnel.mode=on-demand", "tunnel.drop-time=20ms"},
        {"tunnel.mode=esp"},
        {"tunnel.mode=fixed-rate", "tunnel.l3-fixed-rate=4Mbps", "tunnel.drop-time=20ms"},
        {"tunnel.receive=immediate", "tunnel.replay-window=64", "traffic.x.ip=6"},
    };
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        json_t *summary = summary_of(text, modes[i]);
        if (summary == NULL)
            continue;
        CHECK_INT(number_in(summary, "flows.x.transfers"), 3);
        CHECK_INT(number_in(summary, "flows.x.sent_octets"), 900000);
        CHECK_INT(number_in(summary, "flows.x.received_octets"), 900000);
        CHECK_INT(number_in(summary, "flows.x.acked_octets"), 900000);
        CHECK_TRUE(number_in(summary, "flows.x.retransmissions") > 0);
        CHECK_TRUE(number_in(summary, "reverse.flows.x.delivered.pkts") > 300);
        json_decref(summary);
    }
}

/* The tunnel may not cut what is too big: TCP follows the ICMP of the gateway. */
static void test_tcp_follows_what_a_tunnel_takes(void)
{
    static const char text[] = "[scenario]\nduration = 10s\n[tunnel]\ndont-frag = on\n"
                               "[link]\nrate = 10Mbps\ndelay = 5ms\nqueue = 30p\n"
                               "[traffic.x]\ntype = tcp-bulk\noctets = 300kB\nflows = 3\n"
                               "[traffic.y]\ntype = tcp-request\nrequests = 3\n"
                               "response = 30kB\n";
    static const char *const versions[][3] = {{"traffic.x.ip=4", "traffic.y.ip=4"},
                                              {"traffic.x.ip=6", "traffic.y.ip=6"}};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        json_t *summary = summary_of(text, versions[i]);
        if (summary == NULL)
            continue;
        CHECK_INT(number_in(summary, "flows.x.transfers"), 3);
        CHECK_INT(number_in(summary, "flows.x.received_octets"), 900000);
        CHECK_INT(number_in(summary, "flows.y.transfers"), 3);
        CHECK_TRUE(number_in(summary, "inner.icmp_sent") > 0);
        CHECK_TRUE(number_in(summary, "reverse.inner.icmp_sent") > 0);
        json_decref(summary);
    }
}

static const char two_paths[] =
    "[scenario]\nduration = 10s\n[tunnel]\nmode = none\n"
    "[link]\nrate = 5Mbps\ndelay = 10ms\nqueue = 40p\n"
    "[traffic.in]\ntype = tcp-bulk\ntcp = newreno\nflows = 3\n"
    "[traffic.by]\ntype = tcp-bulk\ntcp = newreno\nflows = 3\n"
    "tunnel = off\n"
    "[traffic.cbr]\ntype = cbr\nphase = 0\nsize = 200B\nrate = 500kbps\n";

static void test_traffic_beside_the_tunnel_shares_its_link(void)
{
    json_t *summary = summary_of(two_paths, NULL);
    if (summary == NULL)
        return;
    double in = number_in(summary, "flows.in.goodput_bps");
    double by = number_in(summary, "flows.by.goodput_bps");
    CHECK_NEAR(in / by, 1, 0.4);
    /* The link is full: 1448 octets of data in each 1538, 200 in 238. */
    CHECK_NEAR((in + by) * 1538 / 1448 + 500e3 * 238 / 200, 5e6, 0.03 * 5e6);
    /* Each counted in its own ledger. */
    CHECK_INT(number_in(summary, "inner.delivered.pkts"),
              number_in(summary, "flows.in.delivered.pkts") +
                  number_in(summary, "flows.cbr.delivered.pkts"));
    CHECK_TRUE(number_in(summary, "flows.by.lost") > 0);
    CHECK_TRUE(number_in(summary, "flows.in.fairness") > 0.5);
    json_decref(summary);
}

static void test_only_the_seed_decides(void)
{
    static const char *const lossy[] = {"link.loss=0.5%", "tunnel.mode=on-demand",
                                        "scenario.duration=3s", NULL};
    static const char *const other[] = {"link.loss=0.5%", "tunnel.mode=on-demand",
                                        "scenario.duration=3s", "scenario.seed=2", NULL};
    json_t *one = summary_of(two_paths, lossy), *again = summary_of(two_paths, lossy);
    json_t *two = summary_of(two_paths, other);
    CHECK_TRUE(json_equal(one, again));
    CHECK_TRUE(!json_equal(json_object_get(one, "flows"), json_object_get(two, "flows")));
    json_decref(one);
    json_decref(again);
    json_decref(two);
}

/* Each run ends with packets in every part, and equals the first. */
static void test_many_runs_in_one_process(void)
{
    static const char *const sets[] = {"scenario.duration=50ms", "tunnel.mode=on-demand",
                                       "link.loss=5%", "tunnel.init-delay=1ms", NULL};
    json_t *first = summary_of(two_paths, sets);
    CHECK_TRUE(number_in(first, "inner.in_flight") > 0);
    for (int i = 0; i < 200; i++) {
        json_t *again = summary_of(two_paths, sets);
        CHECK_TRUE(json_equal(first, again));
        json_decref(again);
    }
    json_decref(first);
}

const CU_TestInfo iptfs_tests_run_hosts[] = {
    {"without loss goodput is what the overhead leaves",
     test_without_loss_goodput_is_what_the_overhead_leaves},
    {"without a tunnel all is as over a plain link",
     test_without_a_tunnel_all_is_as_over_a_plain_link},
    {"all octets arrive whatever is lost", test_all_octets_arrive_whatever_is_lost},
    {"TCP follows what a tunnel takes", test_tcp_follows_what_a_tunnel_takes},
    {"traffic beside the tunnel shares its link", test_traffic_beside_the_tunnel_shares_its_link},
    {"only the seed decides", test_only_the_seed_decides},
    {"many runs in one process", test_many_runs_in_one_process},
    CU_TEST_INFO_NULL,
};
