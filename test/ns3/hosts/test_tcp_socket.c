/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of TCP sockets: every variant of TCP, and its random stream. */
#include "ns3/hosts/hosts.h"

#include "base/units.h"
#include "ns3/hosts/site.h"
#include "support/check.h"

static void test_what_a_full_queue_loses_is_sent_again(void)
{
    struct iptfs_ns3_hosts_traffic traffic = site_bulk(1000000);
    struct iptfs_ns3_p2p_config narrow = site_link;
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

static void test_the_same_seed_gives_the_same_run(void)
{
    struct iptfs_ns3_hosts_traffic traffic = site_bulk(0);
    struct observed observed[2];
    struct iptfs_ns3_hosts_flow flow[2];
    traffic.type = IPTFS_NS3_HOSTS_REQUEST;
    traffic.tcp = IPTFS_NS3_TCP_BBR;
    traffic.request_octets = 100;
    traffic.response_octets = 400000;
    traffic.think_ps = 20 * IPTFS_PS_PER_MS;
    for (int i = 0; i < 2; i++)
        flow[i] = run_site(&traffic, &site_link, 5 * IPTFS_PS_PER_S, &observed[i]);
    CHECK_TRUE(flow[0].transfers > 3);
    CHECK_U64(flow[1].received_octets, flow[0].received_octets);
    CHECK_U64(flow[1].segments, flow[0].segments);
    CHECK_U64(flow[1].retransmissions, flow[0].retransmissions);
    CHECK_U64(flow[1].cwnd_octets, flow[0].cwnd_octets);
    CHECK_INT(flow[1].last_ps, flow[0].last_ps);
    CHECK_U64(observed[1].rtts, observed[0].rtts);
    CHECK_INT(observed[1].rtt_max_ps, observed[0].rtt_max_ps);
    CHECK_INT(observed[1].took_max_ps, observed[0].took_max_ps);
}

const CU_TestInfo iptfs_tests_tcp_socket[] = {
    {"what a full queue loses is sent again", test_what_a_full_queue_loses_is_sent_again},
    {"the same seed gives the same run", test_the_same_seed_gives_the_same_run},
    CU_TEST_INFO_NULL,
};
