/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is measured of a TCP socket: each octet is acknowledged once, however often it was sent, and
 * only segments sent once give a round trip. */
#include "ns3/hosts/hosts.h"

#include "base/units.h"
#include "ns3/hosts/site.h"
#include "support/check.h"

enum {
    OCTETS = 1000000,
    SEGMENTS = (OCTETS + 1447) / 1448
};

static void test_without_loss(void)
{
    struct iptfs_ns3_hosts_traffic traffic = site_bulk(OCTETS);
    struct iptfs_ns3_p2p_config wide = site_link;
    struct observed observed;
    wide.queue_packets = 10000;
    struct iptfs_ns3_hosts_flow flow = run_site(&traffic, &wide, 20 * IPTFS_PS_PER_S, &observed);
    CHECK_U64(flow.segments, SEGMENTS);
    CHECK_U64(flow.retransmissions, 0);
    CHECK_U64(flow.timeouts, 0);
    CHECK_U64(flow.acked_octets, OCTETS);
    /* An acknowledgement covers one or two segments, and gives one round trip. */
    CHECK_TRUE(observed.rtts >= SEGMENTS / 2 && observed.rtts <= SEGMENTS);
}

static void test_with_loss(void)
{
    struct iptfs_ns3_hosts_traffic traffic = site_bulk(OCTETS);
    struct iptfs_ns3_p2p_config narrow = site_link;
    struct observed observed;
    narrow.queue_packets = 12;
    struct iptfs_ns3_hosts_flow flow = run_site(&traffic, &narrow, 20 * IPTFS_PS_PER_S, &observed);
    CHECK_TRUE(flow.retransmissions > 0);
    CHECK_U64(flow.segments - flow.retransmissions, SEGMENTS);
    CHECK_U64(flow.acked_octets, OCTETS);
    CHECK_TRUE(observed.rtts <= SEGMENTS - flow.retransmissions);
    /* Two delays of 5 ms; at the most the queue of 12 packets and a delayed acknowledgement more. A
     * segment sent again after a loss would give a longer one. */
    CHECK_TRUE(observed.rtt_min_ps > 10 * IPTFS_PS_PER_MS);
    CHECK_TRUE(observed.rtt_max_ps < (10 + 13 * 2 + 200) * IPTFS_PS_PER_MS);
}

const CU_TestInfo iptfs_tests_tcp_meter[] = {
    {"without loss each segment is counted once", test_without_loss},
    {"with loss octets are acknowledged once", test_with_loss},
    CU_TEST_INFO_NULL,
};
