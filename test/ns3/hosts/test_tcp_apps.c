/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP applications: bulk transfers, and requests with responses. */
#include "ns3/hosts/hosts.h"

#include "base/units.h"
#include "ns3/hosts/site.h"
#include "support/check.h"

static void test_a_bulk_transfer_arrives_whole_at_the_rate_of_the_link(void)
{
    struct iptfs_ns3_hosts_traffic traffic = site_bulk(2000000);
    struct observed observed;
    struct iptfs_ns3_hosts_flow flow =
        run_site(&traffic, &site_link, 10 * IPTFS_PS_PER_S, &observed);
    CHECK_U64(flow.sent_octets, 2000000);
    CHECK_U64(flow.received_octets, 2000000);
    CHECK_U64(flow.acked_octets, 2000000);
    CHECK_U64(flow.transfers, 1);
    CHECK_INT(flow.started_ps, 0);
    CHECK_U64(flow.segments - flow.retransmissions, (2000000 + 1447) / 1448);
    CHECK_U64(observed.finished, 1);
    CHECK_INT(observed.took_max_ps, flow.finished_ps);
    /* 1448 octets of data in each 1502 on the wire, and a slow start of some round trips. */
    double least_s = 2000000.0 * 8 / 10e6 * 1502 / 1448;
    CHECK_TRUE(iptfs_seconds(flow.finished_ps) > least_s);
    CHECK_NEAR(iptfs_seconds(flow.finished_ps), least_s, 0.15);
    /* Twice the delay, the time on the links; at most 100 packets more in the queue, and a
     * delayed acknowledgement. */
    CHECK_TRUE(observed.rtt_min_ps > 10 * IPTFS_PS_PER_MS);
    CHECK_TRUE(observed.rtt_min_ps < 13 * IPTFS_PS_PER_MS);
    CHECK_TRUE(observed.rtt_max_ps < 350 * IPTFS_PS_PER_MS);
    /* Of 1382 segments each second one is acknowledged; fewer where more were sent twice. */
    CHECK_TRUE(observed.rtts > 400 && observed.rtts < 1382);
}

static void test_without_an_end_a_flow_sends_until_it_is_stopped(void)
{
    struct iptfs_ns3_hosts_traffic traffic = site_bulk(0);
    traffic.flows = 3;
    traffic.from = 1;
    traffic.start_ps = IPTFS_PS_PER_S;
    traffic.stagger_ps = 100 * IPTFS_PS_PER_MS;
    traffic.stop_ps = 3 * IPTFS_PS_PER_S;
    struct site site;
    open_site(&site, &traffic, &site_link);
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
    /* Two seconds of the link, and what was in the sockets' buffers. */
    double whole = 2.0 * 10e6 / 8 * 1448 / 1502;
    CHECK_TRUE((double)received > 0.95 * whole);
    CHECK_TRUE((double)received < whole + 3 * 600000);
    CHECK_TRUE(iptfs_ns3_section_flow(site.section, 3) == NULL);
    close_site(&site);
}

static void test_requests_are_answered(void)
{
    struct iptfs_ns3_hosts_traffic traffic = site_bulk(0);
    struct observed observed;
    traffic.type = IPTFS_NS3_HOSTS_REQUEST;
    traffic.request_octets = 300;
    traffic.response_octets = 20000;
    traffic.requests = 10;
    traffic.think_ps = 50 * IPTFS_PS_PER_MS;
    traffic.ip_version = 6;
    traffic.segment_octets = 1428;
    struct iptfs_ns3_hosts_flow flow =
        run_site(&traffic, &site_link, 10 * IPTFS_PS_PER_S, &observed);
    CHECK_U64(flow.transfers, 10);
    CHECK_U64(observed.finished, 10);
    CHECK_U64(flow.sent_octets, 10 * 20300);
    CHECK_U64(flow.received_octets, 10 * 20300);
    CHECK_U64(flow.retransmissions, 0);
    CHECK_TRUE(flow.finished_ps > 0);
    /* A round trip and the transmission at the least; the first in two windows. */
    CHECK_TRUE(observed.took_max_ps > 10 * IPTFS_PS_PER_MS + 16 * IPTFS_PS_PER_MS);
    CHECK_TRUE(observed.took_max_ps < 60 * IPTFS_PS_PER_MS);
}

/* Requests without sizes, of 100 octets and responses of 1000. */
static struct iptfs_ns3_hosts_traffic small_requests(int64_t think_ps)
{
    struct iptfs_ns3_hosts_traffic traffic = site_request();
    traffic.request_octets = 100;
    traffic.response_octets = 1000;
    traffic.think_ps = think_ps;
    return traffic;
}

/* Without time to think, the next request leaves with the response: a round trip each. */
static void test_requests_without_a_pause(void)
{
    struct iptfs_ns3_hosts_traffic traffic = small_requests(0);
    struct observed observed;
    traffic.requests = 10;
    struct iptfs_ns3_hosts_flow flow =
        run_site(&traffic, &site_link, 10 * IPTFS_PS_PER_S, &observed);
    CHECK_U64(flow.transfers, 10);
    /* Each takes a round trip of 10 ms and 1 ms of transmission; the handshake another. */
    CHECK_TRUE(flow.finished_ps >= 11 * 10 * IPTFS_PS_PER_MS);
    CHECK_TRUE(flow.finished_ps < 11 * 13 * IPTFS_PS_PER_MS);
    CHECK_TRUE(observed.took_max_ps < 13 * IPTFS_PS_PER_MS);
}

/* A flow that is stopped while it thinks sends no further request. */
static void test_stopped_while_thinking(void)
{
    struct iptfs_ns3_hosts_traffic traffic = small_requests(20 * IPTFS_PS_PER_S);
    struct observed observed;
    traffic.requests = 0;
    traffic.stop_ps = 100 * IPTFS_PS_PER_MS;
    struct iptfs_ns3_hosts_flow flow =
        run_site(&traffic, &site_link, 200 * IPTFS_PS_PER_S, &observed);
    CHECK_U64(flow.transfers, 1);
    CHECK_U64(observed.finished, 1);
    CHECK_U64(flow.sent_octets, 1100);
    CHECK_INT(flow.finished_ps, -1);
}

const CU_TestInfo iptfs_tests_tcp_apps[] = {
    {"a bulk transfer arrives whole at the rate of the link",
     test_a_bulk_transfer_arrives_whole_at_the_rate_of_the_link},
    {"without an end a flow sends until it is stopped",
     test_without_an_end_a_flow_sends_until_it_is_stopped},
    {"requests are answered", test_requests_are_answered},
    {"requests without a pause", test_requests_without_a_pause},
    {"stopped while it thinks", test_stopped_while_thinking},
    CU_TEST_INFO_NULL,
};
