/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of hosts, and the arguments that are refused. */
#include "ns3/hosts/hosts.h"

#include "base/units.h"
#include "ns3/hosts/site.h"
#include "support/check.h"

#include <stddef.h>

static void test_a_run_may_end_at_any_time(void)
{
    struct iptfs_ns3_hosts_traffic traffic = site_bulk(0);
    struct site site;
    traffic.flows = 5;
    for (int i = 0; i < 20; i++) {
        open_site(&site, &traffic, &site_link);
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
    struct iptfs_ns3_hosts_traffic good = site_bulk(1000), bad[12];
    struct iptfs_ns3_section *section;
    struct iptfs_ns3_hosts *hosts;
    const uint32_t index[IPTFS_NS3_HOSTS_SIDES] = {9, 9};
    CHECK_INT(iptfs_ns3_hosts_new(&hosts), IPTFS_NS3_ESTATE);
    CHECK_INT(iptfs_ns3_open(), 0);
    CHECK_INT(iptfs_ns3_hosts_new(NULL), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_hosts_new(&hosts), 0);
    CHECK_INT(iptfs_ns3_hosts_join(NULL, index), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_hosts_join(hosts, NULL), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_hosts_join_p2p(hosts, NULL), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_hosts_add(hosts, 0, NULL, NULL, &section), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_hosts_add(hosts, 0, &good, NULL, NULL), IPTFS_NS3_EINVAL);
    CHECK_TRUE(iptfs_ns3_section_flow(NULL, 0) == NULL);
    CHECK_TRUE(iptfs_ns3_hosts_gateway(NULL, 0) == NULL);
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
    bad[9] = site_request(); /* without sizes */
    bad[10] = site_onoff();
    bad[10].packet_octets = 28;
    bad[11] = site_onoff();
    bad[11].pareto_shape = 1;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK_INT(iptfs_ns3_hosts_add(hosts, 0, &bad[i], NULL, &section), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_hosts_add(hosts, 255, &good, NULL, &section), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_hosts_add(hosts, 254, &good, NULL, &section), 0);
    CHECK_INT(iptfs_ns3_hosts_add(hosts, 254, &good, NULL, &section), IPTFS_NS3_EINVAL);
    iptfs_ns3_hosts_free(hosts);
    CHECK_INT(iptfs_ns3_close(), 0);
}

/* Hosts are made before the run, and joined while the simulation is open. */
static void test_too_late(void)
{
    const uint32_t index[IPTFS_NS3_HOSTS_SIDES] = {0, 0};
    struct iptfs_ns3_hosts_traffic traffic = site_bulk(1000);
    struct iptfs_ns3_section *section;
    struct iptfs_ns3_hosts *hosts;
    CHECK_INT(iptfs_ns3_open(), 0);
    CHECK_INT(iptfs_ns3_hosts_new(&hosts), 0);
    CHECK_INT(iptfs_ns3_run_until(1), 0);
    CHECK_INT(iptfs_ns3_hosts_add(hosts, 0, &traffic, NULL, &section), IPTFS_NS3_ESTATE);
    CHECK_TRUE(section == NULL);
    CHECK_INT(iptfs_ns3_close(), 0);
    CHECK_INT(iptfs_ns3_hosts_join(hosts, index), IPTFS_NS3_ESTATE);
    CHECK_INT(iptfs_ns3_hosts_join_p2p(hosts, &site_link), IPTFS_NS3_ESTATE);
    iptfs_ns3_hosts_free(hosts);
}

/* Of flows that start one after the other, those that would start after the end never do. */
static void test_flows_after_the_end(void)
{
    struct iptfs_ns3_hosts_traffic traffic = site_bulk(0);
    struct site site;
    traffic.flows = 3;
    traffic.stagger_ps = IPTFS_PS_PER_S;
    traffic.stop_ps = 2 * IPTFS_PS_PER_S;
    open_site(&site, &traffic, &site_link);
    CHECK_INT(iptfs_ns3_run_until(4 * IPTFS_PS_PER_S), 0);
    for (unsigned i = 0; i < 3; i++) {
        const struct iptfs_ns3_hosts_flow *flow = iptfs_ns3_section_flow(site.section, i);
        CHECK_INT(flow->started_ps, i < 2 ? i * IPTFS_PS_PER_S : -1);
        CHECK_TRUE((flow->sent_octets > 0) == (i < 2));
    }
    close_site(&site);
}

const CU_TestInfo iptfs_tests_hosts[] = {
    {"a run may end at any time", test_a_run_may_end_at_any_time},
    {"bad values are refused", test_bad_values_are_refused},
    {"too late", test_too_late},
    {"flows after the end", test_flows_after_the_end},
    CU_TEST_INFO_NULL,
};
