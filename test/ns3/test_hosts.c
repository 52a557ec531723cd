/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts of ns-3, their gateways joined by a plain link of ns-3's: what every tunnel is compared
 * with. */
#include "ns3/hosts/hosts.h"

#include "base/units.h"
#include "run/run.h"
#include "scenario/scenario.h"
#include "support/check.h"

#include <stddef.h>
#include <string.h>

/* What the observer of a section heard. */
struct heard {
    uint64_t rtts;
    int64_t rtt_min_ps;
    int64_t rtt_max_ps;
    uint64_t finished;
    int64_t took_max_ps;
};

static void on_rtt(void *ctx, int64_t rtt_ps)
{
    struct heard *heard = ctx;
    if (heard->rtts++ == 0)
        heard->rtt_min_ps = rtt_ps;
    heard->rtt_min_ps = iptfs_earlier(heard->rtt_min_ps, rtt_ps);
    heard->rtt_max_ps = iptfs_later(heard->rtt_max_ps, rtt_ps);
}

static void on_finished(void *ctx, int64_t took_ps)
{
    struct heard *heard = ctx;
    heard->finished++;
    heard->took_max_ps = iptfs_later(heard->took_max_ps, took_ps);
}

/* 10 Mb/s and 5 ms between the gateways, 100 Mb/s to the hosts. */
static const struct iptfs_ns3_p2p_config between = {
    .rate_bps = 10000000,
    .delay_ps = 5 * IPTFS_PS_PER_MS,
    .mtu_octets = 1500,
    .queue_packets = 100,
};

static struct iptfs_ns3_hosts_traffic bulk(uint64_t octets)
{
    return (struct iptfs_ns3_hosts_traffic){
        .type = IPTFS_NS3_HOSTS_BULK,
        .flows = 1,
        .ip_version = 4,
        .stop_ps = 20 * IPTFS_PS_PER_S,
        .access = {100000000, 0, 1500, 10000, 0},
        .tcp = IPTFS_NS3_TCP_CUBIC,
        .sack = true,
        .segment_octets = 1448,
        .buffer_octets = 1 << 20,
        .min_rto_ps = IPTFS_PS_PER_S,
        .octets = octets,
    };
}

/* A section between gateways joined by ns-3's own link. */
struct site {
    struct iptfs_ns3_hosts *hosts;
    struct iptfs_ns3_section *section;
    struct heard heard;
};

static void open_site(struct site *site, const struct iptfs_ns3_hosts_traffic *traffic,
                      const struct iptfs_ns3_p2p_config *link)
{
    const struct iptfs_ns3_hosts_observer observer = {on_rtt, on_finished, &site->heard};
    *site = (struct site){0};
    CHECK_INT(iptfs_ns3_open(), 0);
    CHECK_INT(iptfs_ns3_seed(7, 3), 0);
    CHECK_INT(iptfs_ns3_hosts_new(&site->hosts), 0);
    CHECK_INT(iptfs_ns3_hosts_join_p2p(site->hosts, link), 0);
    CHECK_INT(iptfs_ns3_hosts_add(site->hosts, 3, traffic, &observer, &site->section), 0);
}

static void close_site(struct site *site)
{
    iptfs_ns3_hosts_free(site->hosts);
    CHECK_INT(iptfs_ns3_close(), 0);
}

/* Runs it for so long; the first flow, and what was heard of all. */
static struct iptfs_ns3_hosts_flow run_site(const struct iptfs_ns3_hosts_traffic *traffic,
                                            const struct iptfs_ns3_p2p_config *link,
                                            int64_t until_ps, struct heard *heard)
{
    struct site site;
    open_site(&site, traffic, link);
    CHECK_INT(iptfs_ns3_run_until(until_ps), 0);
    struct iptfs_ns3_hosts_flow flow = *iptfs_ns3_section_flow(site.section, 0);
    if (heard != NULL)
        *heard = site.heard;
    close_site(&site);
    return flow;
}

static void test_a_bulk_transfer_arrives_whole_at_the_rate_of_the_link(void)
{
    struct iptfs_ns3_hosts_traffic traffic = bulk(2000000);
    struct heard heard;
    struct iptfs_ns3_hosts_flow flow = run_site(&traffic, &between, 10 * IPTFS_PS_PER_S, &heard);
    CHECK_U64(flow.sent_octets, 2000000);
    CHECK_U64(flow.received_octets, 2000000);
    CHECK_U64(flow.acked_octets, 2000000);
    CHECK_U64(flow.transfers, 1);
    CHECK_INT(flow.started_ps, 0);
    CHECK_U64(flow.segments - flow.retransmissions, (2000000 + 1447) / 1448);
    CHECK_U64(heard.finished, 1);
    CHECK_INT(heard.took_max_ps, flow.finished_ps);
    /* 1448 octets of data in each 1502 on the wire, and a slow start of some round trips. */
    double least_s = 2000000.0 * 8 / 10e6 * 1502 / 1448;
    CHECK_TRUE(iptfs_seconds(flow.finished_ps) > least_s);
    CHECK_NEAR(iptfs_seconds(flow.finished_ps), least_s, 0.15);
    /* Twice the delay, the time on the links; at most 100 packets more in the queue, and an
     * acknowledgement that was waited for. */
    CHECK_TRUE(heard.rtt_min_ps > 10 * IPTFS_PS_PER_MS);
    CHECK_TRUE(heard.rtt_min_ps < 13 * IPTFS_PS_PER_MS);
    CHECK_TRUE(heard.rtt_max_ps < 350 * IPTFS_PS_PER_MS);
    /* Of 1382 segments each second one is acknowledged; fewer where more were sent twice. */
    CHECK_TRUE(heard.rtts > 400 && heard.rtts < 1382);
}

static void test_what_a_full_queue_loses_is_sent_again(void)
{
    struct iptfs_ns3_hosts_traffic traffic = bulk(1000000);
    struct iptfs_ns3_p2p_config narrow = between;
    narrow.queue_packets = 12;
    for (int tcp = 0; tcp < IPTFS_NS3_TCP_COUNT; tcp++)
        for (int sack = 0; sack < 2; sack++) {
            traffic.tcp = (enum iptfs_ns3_tcp)tcp;
            traffic.sack = sack == 1;
            struct iptfs_ns3_hosts_flow flow =
                run_site(&traffic, &narrow, 20 * IPTFS_PS_PER_S, NULL);
            CHECK_U64(flow.received_octets, 1000000);
            CHECK_U64(flow.transfers, 1);
        }
    traffic.tcp = IPTFS_NS3_TCP_CUBIC;
    struct iptfs_ns3_hosts_flow flow = run_site(&traffic, &narrow, 20 * IPTFS_PS_PER_S, NULL);
    CHECK_TRUE(flow.retransmissions > 0);
    CHECK_TRUE(flow.cwnd_octets > 1448);
}

static void test_without_an_end_a_flow_sends_until_it_is_stopped(void)
{
    struct iptfs_ns3_hosts_traffic traffic = bulk(0);
    traffic.flows = 3;
    traffic.from = 1;
    traffic.start_ps = IPTFS_PS_PER_S;
    traffic.stagger_ps = 100 * IPTFS_PS_PER_MS;
    traffic.stop_ps = 3 * IPTFS_PS_PER_S;
    struct site site;
    open_site(&site, &traffic, &between);
    CHECK_INT(iptfs_ns3_run_until(6 * IPTFS_PS_PER_S), 0);
    uint64_t received = 0;
    for (unsigned i = 0; i < 3; i++) {
        const struct iptfs_ns3_hosts_flow *flow = iptfs_ns3_section_flow(site.section, i);
        received += flow->received_octets;
        CHECK_INT(flow->started_ps, IPTFS_PS_PER_S + i * 100 * IPTFS_PS_PER_MS);
        CHECK_INT(flow->finished_ps, -1);
        CHECK_U64(flow->transfers, 0);
        CHECK_U64(flow->received_octets, flow->sent_octets);
        CHECK_TRUE(flow->last_ps > traffic.stop_ps);
    }
    /* Two seconds of the link, and what stood in the sockets. */
    double whole = 2.0 * 10e6 / 8 * 1448 / 1502;
    CHECK_TRUE((double)received > 0.95 * whole);
    CHECK_TRUE((double)received < whole + 3 * 600000);
    CHECK_TRUE(iptfs_ns3_section_flow(site.section, 3) == NULL);
    close_site(&site);
}

static void test_requests_are_answered(void)
{
    struct iptfs_ns3_hosts_traffic traffic = bulk(0);
    struct heard heard;
    traffic.type = IPTFS_NS3_HOSTS_REQUEST;
    traffic.request_octets = 300;
    traffic.response_octets = 20000;
    traffic.requests = 10;
    traffic.think_ps = 50 * IPTFS_PS_PER_MS;
    traffic.ip_version = 6;
    traffic.segment_octets = 1428;
    struct iptfs_ns3_hosts_flow flow = run_site(&traffic, &between, 10 * IPTFS_PS_PER_S, &heard);
    CHECK_U64(flow.transfers, 10);
    CHECK_U64(heard.finished, 10);
    CHECK_U64(flow.sent_octets, 10 * 20300);
    CHECK_U64(flow.received_octets, 10 * 20300);
    CHECK_U64(flow.retransmissions, 0);
    CHECK_TRUE(flow.finished_ps > 0);
    /* A round trip and the transmission at the least; the first in two windows. */
    CHECK_TRUE(heard.took_max_ps > 10 * IPTFS_PS_PER_MS + 16 * IPTFS_PS_PER_MS);
    CHECK_TRUE(heard.took_max_ps < 60 * IPTFS_PS_PER_MS);
}

static struct iptfs_ns3_hosts_traffic onoff(void)
{
    struct iptfs_ns3_hosts_traffic traffic = bulk(0);
    traffic.type = IPTFS_NS3_HOSTS_ONOFF;
    traffic.packet_octets = 500;
    traffic.rate_bps = 1000000;
    return traffic;
}

static void test_udp_keeps_its_rate(void)
{
    struct iptfs_ns3_hosts_traffic traffic = onoff();
    struct iptfs_ns3_hosts_flow flow = run_site(&traffic, &between, 4 * IPTFS_PS_PER_S, NULL);
    /* 250 packets a second, each of 472 octets of data. */
    CHECK_NEAR((double)flow.sent_octets, 4.0 * 250 * 472, 2 * 472);
    CHECK_NEAR((double)flow.received_octets, (double)flow.sent_octets, 10 * 472);
    traffic.on_ps = 10 * IPTFS_PS_PER_MS;
    traffic.off_ps = 10 * IPTFS_PS_PER_MS;
    flow = run_site(&traffic, &between, 20 * IPTFS_PS_PER_S, NULL);
    CHECK_NEAR((double)flow.sent_octets, 10.0 * 250 * 472, 0.1 * 10 * 250 * 472);
    traffic.pareto_shape = 1.9;
    traffic.ip_version = 6;
    flow = run_site(&traffic, &between, 20 * IPTFS_PS_PER_S, NULL);
    CHECK_NEAR((double)flow.sent_octets, 10.0 * 250 * 452, 0.2 * 10 * 250 * 452);
}

static void test_the_same_seed_gives_the_same_run(void)
{
    struct iptfs_ns3_hosts_traffic traffic = bulk(0);
    struct heard heard[2];
    struct iptfs_ns3_hosts_flow flow[2];
    traffic.type = IPTFS_NS3_HOSTS_REQUEST;
    traffic.tcp = IPTFS_NS3_TCP_BBR;
    traffic.request_octets = 100;
    traffic.response_octets = 400000;
    traffic.think_ps = 20 * IPTFS_PS_PER_MS;
    for (int i = 0; i < 2; i++)
        flow[i] = run_site(&traffic, &between, 5 * IPTFS_PS_PER_S, &heard[i]);
    CHECK_TRUE(flow[0].transfers > 3);
    CHECK_U64(flow[1].received_octets, flow[0].received_octets);
    CHECK_U64(flow[1].segments, flow[0].segments);
    CHECK_U64(flow[1].retransmissions, flow[0].retransmissions);
    CHECK_U64(flow[1].cwnd_octets, flow[0].cwnd_octets);
    CHECK_INT(flow[1].last_ps, flow[0].last_ps);
    CHECK_U64(heard[1].rtts, heard[0].rtts);
    CHECK_INT(heard[1].rtt_max_ps, heard[0].rtt_max_ps);
    CHECK_INT(heard[1].took_max_ps, heard[0].took_max_ps);
}

static void test_a_run_may_end_at_any_time(void)
{
    struct iptfs_ns3_hosts_traffic traffic = bulk(0);
    struct site site;
    traffic.flows = 5;
    for (int i = 0; i < 20; i++) {
        open_site(&site, &traffic, &between);
        CHECK_INT(iptfs_ns3_run_until(i * 7 * IPTFS_PS_PER_MS), 0);
        if (i % 2 == 0) {
            iptfs_ns3_hosts_free(site.hosts);
            CHECK_INT(iptfs_ns3_close(), 0);
        } else {
            CHECK_INT(iptfs_ns3_close(), 0);
            iptfs_ns3_hosts_free(site.hosts);
        }
    }
}

static void test_bad_values_are_refused(void)
{
    struct iptfs_ns3_hosts_traffic good = bulk(1000), bad[12];
    struct iptfs_ns3_section *section;
    struct iptfs_ns3_hosts *hosts;
    const uint32_t index[IPTFS_NS3_HOSTS_SIDES] = {9, 9};
    CHECK_INT(iptfs_ns3_hosts_new(&hosts), IPTFS_NS3_ESTATE);
    CHECK_INT(iptfs_ns3_open(), 0);
    CHECK_INT(iptfs_ns3_hosts_new(&hosts), 0);
    CHECK_TRUE(iptfs_ns3_hosts_gateway(hosts, 1) != NULL);
    CHECK_TRUE(iptfs_ns3_hosts_gateway(hosts, 2) == NULL);
    CHECK_INT(iptfs_ns3_hosts_join(hosts, index), IPTFS_NS3_EINVAL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        bad[i] = good;
    bad[0].from = 2;
    bad[1].flows = 0;
    bad[2].ip_version = 5;
    bad[3].stop_ps = 0;
    bad[4].access.mtu_octets = 1279;
    bad[5].tcp = IPTFS_NS3_TCP_COUNT;
    bad[6].segment_octets = 1449;
    bad[7].buffer_octets = 4095;
    bad[8].min_rto_ps = 0;
    bad[9].type = IPTFS_NS3_HOSTS_REQUEST; /* without sizes */
    bad[10] = onoff();
    bad[10].packet_octets = 28;
    bad[11] = onoff();
    bad[11].pareto_shape = 1;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK_INT(iptfs_ns3_hosts_add(hosts, 0, &bad[i], NULL, &section), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_hosts_add(hosts, 255, &good, NULL, &section), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_hosts_add(hosts, 254, &good, NULL, &section), 0);
    CHECK_INT(iptfs_ns3_hosts_add(hosts, 254, &good, NULL, &section), IPTFS_NS3_EINVAL);
    iptfs_ns3_hosts_free(hosts);
    CHECK_INT(iptfs_ns3_close(), 0);
}

static void test_addresses_tell_the_section(void)
{
    uint8_t head[40] = {0x45};
    const uint8_t left[4] = {10, 0, 17, 1}, right[4] = {10, 1, 17, 1};
    const uint8_t gateway[4] = {192, 168, 255, 1};
    memcpy(head + 12, left, 4);
    memcpy(head + 16, right, 4);
    CHECK_INT(iptfs_ns3_hosts_number(head, 20), 17);
    CHECK_INT(iptfs_ns3_hosts_number(head, 19), -1);
    memcpy(head + 12, gateway, 4);
    CHECK_INT(iptfs_ns3_hosts_number(head, 20), 17);
    memcpy(head + 16, gateway, 4);
    CHECK_INT(iptfs_ns3_hosts_number(head, 20), -1);
    memset(head, 0, sizeof head);
    head[0] = 0x60;
    head[8] = head[24] = 0xfd;
    head[13] = 0;
    head[29] = 1;
    head[15] = head[31] = 200;
    CHECK_INT(iptfs_ns3_hosts_number(head, 40), 200);
    head[29] = 0xff; /* to a gateway */
    CHECK_INT(iptfs_ns3_hosts_number(head, 40), 200);
}

/* ------------------------------------------------------------------- from a scenario to results */

/* The summary of a scenario with these overrides, NULL-terminated; to be let go with json_decref.
 */
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
    struct iptfs_ns3_hosts_traffic traffic = bulk(2000000);
    struct iptfs_ns3_hosts_flow flow = run_site(&traffic, &between, 10 * IPTFS_PS_PER_S, NULL);
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

static const char two_paths[] = "[scenario]\nduration = 10s\n[tunnel]\nmode = none\n"
                                "[link]\nrate = 5Mbps\ndelay = 10ms\nqueue = 40p\n"
                                "[traffic.in]\ntype = tcp-bulk\ntcp = newreno\nflows = 3\n"
                                "[traffic.by]\ntype = tcp-bulk\ntcp = newreno\nflows = 3\n"
                                "tunnel = off\n"
                                "[traffic.cbr]\ntype = cbr\nsize = 200B\nrate = 500kbps\n";

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

static void test_the_seed_alone_decides(void)
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

/* Each ends with packets everywhere, and is like the first. */
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

const CU_TestInfo iptfs_tests_hosts[] = {
    {"a bulk transfer arrives whole at the rate of the link",
     test_a_bulk_transfer_arrives_whole_at_the_rate_of_the_link},
    {"what a full queue loses is sent again", test_what_a_full_queue_loses_is_sent_again},
    {"without an end a flow sends until it is stopped",
     test_without_an_end_a_flow_sends_until_it_is_stopped},
    {"requests are answered", test_requests_are_answered},
    {"UDP keeps its rate", test_udp_keeps_its_rate},
    {"the same seed gives the same run", test_the_same_seed_gives_the_same_run},
    {"a run may end at any time", test_a_run_may_end_at_any_time},
    {"bad values are refused", test_bad_values_are_refused},
    {"addresses tell the section", test_addresses_tell_the_section},
    {"without loss goodput is what the overhead leaves",
     test_without_loss_goodput_is_what_the_overhead_leaves},
    {"without a tunnel all is as over a plain link",
     test_without_a_tunnel_all_is_as_over_a_plain_link},
    {"all octets arrive whatever is lost", test_all_octets_arrive_whatever_is_lost},
    {"TCP follows what a tunnel takes", test_tcp_follows_what_a_tunnel_takes},
    {"traffic beside the tunnel shares its link", test_traffic_beside_the_tunnel_shares_its_link},
    {"the seed alone decides", test_the_seed_alone_decides},
    {"many runs in one process", test_many_runs_in_one_process},
    CU_TEST_INFO_NULL,
};
