/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections of traffic: the numbers of their random streams, the addresses of their servers, and
 * what is counted for their flows. */
#include "ns3/hosts/section.h"

#include "ns3/events.h"
#include "ns3/sim.h"

extern "C" {
#include "support/check.h"

extern const CU_TestInfo iptfs_tests_section[];
}

#include <ns3/inet-socket-address.h>
#include <ns3/inet6-socket-address.h>

#include <set>

namespace
{

iptfs::Section make_section(unsigned number)
{
    iptfs::Section section = ns3::Create<iptfs_ns3_section>();

    section->number = number;
    section->observer = {};
    section->flows.resize(2);
    for (struct iptfs_ns3_hosts_flow &flow : section->flows) {
        flow = {};
        flow.started_ps = flow.finished_ps = flow.last_ps = -1;
    }
    return section;
}

/* No two uses share a stream; an application of on and off periods has two. */
void test_streams()
{
    const iptfs::StreamUse uses[] = {iptfs::STREAM_THINK, iptfs::STREAM_ONOFF, iptfs::STREAM_CLIENT,
                                     iptfs::STREAM_SERVER};
    std::set<int64_t> streams;
    size_t count = 0;

    for (unsigned number : {0U, 1U, IPTFS_NS3_HOSTS_SECTIONS_MAX - 1})
        for (unsigned flow : {0U, 1U, IPTFS_NS3_HOSTS_FLOWS_MAX - 1})
            for (iptfs::StreamUse use : uses) {
                int64_t stream = iptfs::stream_of(*make_section(number), flow, use);
                for (int i = 0; i < (use == iptfs::STREAM_ONOFF ? 2 : 1); i++, count++)
                    streams.insert(stream + i);
                CHECK_TRUE(stream >= 0);
            }
    CHECK_U64(streams.size(), count);
    CHECK_INT(iptfs::stream_of(*make_section(7), 3, iptfs::STREAM_CLIENT),
              iptfs::stream_of(*make_section(7), 3, iptfs::STREAM_CLIENT));
}

void test_servers()
{
    iptfs::Section section = make_section(1);

    section->server = ns3::InetSocketAddress(ns3::Ipv4Address("10.2.1.1"), 0);
    CHECK_TRUE(iptfs::server_of(*section, 0) ==
               ns3::InetSocketAddress(ns3::Ipv4Address("10.2.1.1"), 50000));
    CHECK_TRUE(iptfs::server_of(*section, 999) ==
               ns3::InetSocketAddress(ns3::Ipv4Address("10.2.1.1"), 50999));
    section->server = ns3::Inet6SocketAddress(ns3::Ipv6Address("fd00::1"), 0);
    CHECK_TRUE(iptfs::server_of(*section, 4) ==
               ns3::Inet6SocketAddress(ns3::Ipv6Address("fd00::1"), 50004));
}

struct Finished {
    int count;
    int64_t took_ps;
};

void on_finished(void *ctx, int64_t took_ps)
{
    static_cast<Finished *>(ctx)->count++;
    static_cast<Finished *>(ctx)->took_ps = took_ps;
}

void test_counts()
{
    iptfs::Section section = make_section(1);
    struct iptfs_ns3_hosts_flow &flow = section->flows[1];
    Finished finished = {0, 0};

    CHECK_INT(iptfs_ns3_open(), 0);
    CHECK_INT(iptfs_ns3_run_until(100), 0);
    iptfs::note_start(flow);
    CHECK_INT(iptfs_ns3_run_until(200), 0);
    iptfs::note_start(flow); /* the first counts */
    iptfs::note_received(flow, 1000);
    iptfs::note_finished(*section, 1, 150, false); /* without an observer */
    CHECK_INT(flow.started_ps, 100);
    CHECK_INT(flow.last_ps, 200);
    CHECK_INT(flow.finished_ps, -1);
    section->observer.finished = on_finished;
    section->observer.ctx = &finished;
    CHECK_INT(iptfs_ns3_run_until(300), 0);
    iptfs::note_received(flow, 500);
    iptfs::note_finished(*section, 1, 120, true);
    CHECK_U64(flow.received_octets, 1500);
    CHECK_U64(flow.transfers, 2);
    CHECK_INT(flow.last_ps, 300);
    CHECK_INT(flow.finished_ps, 300);
    CHECK_INT(finished.count, 1);
    CHECK_INT(finished.took_ps, 180);
    CHECK_U64(section->flows[0].transfers, 0);
    CHECK_INT(iptfs_ns3_close(), 0);
}

} // namespace

const CU_TestInfo iptfs_tests_section[] = {
    {"streams", test_streams},
    {"servers", test_servers},
    {"what is counted", test_counts},
    CU_TEST_INFO_NULL,
};
