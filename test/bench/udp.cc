/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same packets over ns-3 only: one UdpClient for each size sends at an even rate, all of them
 * together just fill the link, and a PacketSink receives. The quickest of the common set-ups: the
 * fastest scheduler, no queue disc, IPv4 only. */
#include "bench/bench.h"

#include <cinttypes>
#include <cstdio>

#include <ns3/applications-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>
#include <ns3/traffic-control-module.h>

namespace
{

const uint16_t port = 9;
const uint32_t header_octets = 28; /* IPv4 and UDP */
const uint32_t ppp_octets = 2;

struct network {
    ns3::NodeContainer nodes;
    ns3::NetDeviceContainer devices;
    ns3::Ipv4InterfaceContainer addresses;
    ns3::Ptr<ns3::PacketSink> sink;
};

void start_engine()
{
    ns3::ObjectFactory scheduler;

    ns3::Time::SetResolution(ns3::Time::PS);
    scheduler.SetTypeId("ns3::PriorityQueueScheduler");
    ns3::Simulator::SetScheduler(scheduler);
}

void build(network &net, const bench_case *what)
{
    ns3::PointToPointHelper link;
    ns3::InternetStackHelper stack;
    ns3::Ipv4AddressHelper address("10.0.0.0", "255.255.255.0");
    ns3::PacketSinkHelper sink("ns3::UdpSocketFactory",
                               ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), port));

    net.nodes.Create(2);
    link.SetDeviceAttribute("DataRate", ns3::StringValue(what->link_rate));
    link.SetChannelAttribute("Delay", ns3::StringValue(BENCH_LINK_DELAY));
    link.SetQueue("ns3::DropTailQueue", "MaxSize", ns3::StringValue("1000p"));
    net.devices = link.Install(net.nodes);
    stack.SetIpv6StackInstall(false);
    stack.Install(net.nodes);
    net.addresses = address.Assign(net.devices);
    ns3::TrafficControlHelper().Uninstall(net.devices);
    net.sink = sink.Install(net.nodes.Get(1)).Get(0)->GetObject<ns3::PacketSink>();
}

/* How long the link transmits all packets. */
ns3::Time link_time(const bench_case *what, uint64_t pkts)
{
    uint64_t octets = 0;

    for (const bench_part *part = what->mix; part->share != 0; ++part)
        octets += pkts / BENCH_MIX_WHOLE * part->share * (part->octets + ppp_octets);
    return ns3::Seconds(static_cast<double>(octets) * 8.0 /
                        static_cast<double>(ns3::DataRate(what->link_rate).GetBitRate()));
}

/* The octets that the sink should receive. */
uint64_t add_clients(network &net, const bench_case *what, uint64_t pkts)
{
    uint64_t octets = 0;

    for (const bench_part *part = what->mix; part->share != 0; ++part) {
        uint64_t count = pkts / BENCH_MIX_WHOLE * part->share;
        ns3::UdpClientHelper client(net.addresses.GetAddress(1), port);
        int64_t interval_ps =
            link_time(what, pkts).GetPicoSeconds() / static_cast<int64_t>(count) + 1;

        client.SetAttribute("PacketSize", ns3::UintegerValue(part->octets - header_octets));
        client.SetAttribute("MaxPackets", ns3::UintegerValue(count));
        client.SetAttribute("Interval",
                            ns3::TimeValue(ns3::PicoSeconds(static_cast<uint64_t>(interval_ps))));
        client.Install(net.nodes.Get(0));
        octets += count * (part->octets - header_octets);
    }
    return octets;
}

} // namespace

extern "C" bool bench_udp(const struct bench_case *what, uint64_t pkts, struct bench_result *result)
{
    network net;

    start_engine();
    build(net, what);
    uint64_t octets = add_clients(net, what, pkts);
    int64_t start_ns = bench_cpu_ns();
    ns3::Simulator::Run();
    result->cpu_ns = bench_cpu_ns() - start_ns;
    result->inner_pkts = pkts;
    result->outer_pkts = pkts;
    result->events = ns3::Simulator::GetEventCount();
    uint64_t received = net.sink->GetTotalRx();
    ns3::Simulator::Destroy();
    if (received != octets)
        std::fprintf(stderr,
                     "iptfs-bench: ns-3's sink received %" PRIu64 " of %" PRIu64 " octets\n",
                     received, octets);
    return received == octets;
}
