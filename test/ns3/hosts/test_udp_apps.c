/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UDP applications: their rate, also in on periods. */
#include "ns3/hosts/hosts.h"

#include "base/units.h"
#include "ns3/hosts/site.h"
#include "support/check.h"

static void test_udp_keeps_its_rate(void)
{
    struct iptfs_ns3_hosts_traffic traffic = site_onoff();
    struct iptfs_ns3_hosts_flow flow = run_site(&traffic, &site_link, 4 * IPTFS_PS_PER_S, NULL);
    /* 250 packets a second, each of 472 octets of data. */
    CHECK_NEAR((double)flow.sent_octets, 4.0 * 250 * 472, 2 * 472);
    CHECK_NEAR((double)flow.received_octets, (double)flow.sent_octets, 10 * 472);
    traffic.on_ps = 10 * IPTFS_PS_PER_MS;
    traffic.off_ps = 10 * IPTFS_PS_PER_MS;
    flow = run_site(&traffic, &site_link, 20 * IPTFS_PS_PER_S, NULL);
    CHECK_NEAR((double)flow.sent_octets, 10.0 * 250 * 472, 0.1 * 10 * 250 * 472);
    traffic.pareto_shape = 1.9;
    traffic.ip_version = 6;
    flow = run_site(&traffic, &site_link, 20 * IPTFS_PS_PER_S, NULL);
    CHECK_NEAR((double)flow.sent_octets, 10.0 * 250 * 452, 0.2 * 10 * 250 * 452);
}

const CU_TestInfo iptfs_tests_udp_apps[] = {
    {"UDP keeps its rate", test_udp_keeps_its_rate},
    CU_TEST_INFO_NULL,
};
