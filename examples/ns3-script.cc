/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ns-3 script with a tunnel: a host sends a file by TCP to another, and an IP-TFS tunnel
 * connects their gateways. The include and install_tunnel are all that differs from
 * any other script.
 *
 *   host - gateway = tunnel = gateway - host
 *
 * To build it with an installed library (`./waf install`) and Debian's ns-3:
 *
 *     g++ -std=c++17 ns3-script.cc $(pkg-config --cflags --libs iptfs) -lns3-applications \
 *         -lns3-internet -lns3-point-to-point -lns3-network -lns3-core -o ns3-script
 */
#include "ns3/iptfs_helper.h"

#include <ns3/applications-module.h>
#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>

#include <iostream>
#include <map>

using namespace ns3;

static std::map<std::string, uint64_t> drops;
static uint64_t delivered;

static void on_drop(Ptr<const Packet>, std::string cause)
{
    drops[cause]++;
}

static void on_deliver(Ptr<const Packet>, Time)
{
    delivered++;
}

/* A tunnel between two gateways. */
static NetDeviceContainer install_tunnel(Ptr<Node> a, Ptr<Node> b, const std::string &loss,
                                         const std::string &device)
{
    IptfsHelper tunnel;
    tunnel.SetAttribute("Rate", DataRateValue(DataRate("20Mbps")));
    tunnel.SetAttribute("Delay", TimeValue(MilliSeconds(10)));
    tunnel.SetAttribute("Loss", StringValue(loss));
    tunnel.SetAttribute("Device", StringValue(device));
    tunnel.SetAttribute("DropTime", TimeValue(MilliSeconds(20)));
    NetDeviceContainer devices = tunnel.Install(a, b);

    Config::ConnectWithoutContext("/NodeList/*/DeviceList/*/$ns3::IptfsTunnel/Drop",
                                  MakeCallback(&on_drop));
    devices.Get(0)->GetObject<IptfsTunnel>()->TraceConnectWithoutContext("Deliver",
                                                                         MakeCallback(&on_deliver));
    return devices;
}

/* Static routes: host, gateway, gateway, host. Interface 0 of a node is its loopback. */
static void set_routes(const NodeContainer &nodes)
{
    Ipv4StaticRoutingHelper routing;
    const char *next[] = {"10.1.0.2", "10.2.0.2", "10.2.0.1", "10.3.0.1"};
    const uint32_t interface[] = {1, 2, 1, 1};

    for (uint32_t i = 0; i < nodes.GetN(); i++)
        routing.GetStaticRouting(nodes.Get(i)->GetObject<Ipv4>())
            ->SetDefaultRoute(next[i], interface[i]);
}

/* Prints the outcome; 1 when something is missing. */
static int report(uint64_t received, uint64_t octets, Ptr<IptfsTunnel> end)
{
    std::cout << "received " << received << " of " << octets << " octets\n"
              << "inner packets delivered " << delivered << " of " << end->GetCounter("offered")
              << ", outer packets sent " << end->GetCounter("ipsec-stats/tx-pkts") << "\n";
    for (const auto &drop : drops)
        std::cout << "dropped: " << drop.first << " " << drop.second << "\n";
    return received == octets && delivered == end->GetCounter("delivered") ? 0 : 1;
}

int main(int argc, char **argv)
{
    const uint64_t octets = 1000000;
    std::string loss = "0.5%", device = "direct";
    CommandLine cmd(__FILE__);
    cmd.AddValue("loss", "of outer packets", loss);
    cmd.AddValue("device", "the tunnel's link: direct, or p2p for a device of ns-3", device);
    cmd.Parse(argc, argv);
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1400));

    NodeContainer nodes(4); /* host, gateway, gateway, host */
    InternetStackHelper().Install(nodes);

    PointToPointHelper access;
    access.SetDeviceAttribute("DataRate", StringValue("100Mbps"));
    NetDeviceContainer left = access.Install(nodes.Get(0), nodes.Get(1));
    NetDeviceContainer right = access.Install(nodes.Get(2), nodes.Get(3));
    NetDeviceContainer middle = install_tunnel(nodes.Get(1), nodes.Get(2), loss, device);

    Ipv4AddressHelper address;
    address.SetBase("10.1.0.0", "255.255.255.0");
    address.Assign(left);
    address.SetBase("10.2.0.0", "255.255.255.0");
    address.Assign(middle);
    address.SetBase("10.3.0.0", "255.255.255.0");
    Ipv4InterfaceContainer far = address.Assign(right);
    set_routes(nodes);

    PacketSinkHelper sink("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 9));
    ApplicationContainer receiver = sink.Install(nodes.Get(3));
    BulkSendHelper bulk("ns3::TcpSocketFactory", InetSocketAddress(far.GetAddress(1), 9));
    bulk.SetAttribute("MaxBytes", UintegerValue(octets));
    bulk.Install(nodes.Get(0)).Start(Seconds(0.1));

    Simulator::Stop(Seconds(60));
    Simulator::Run();
    int status = report(DynamicCast<PacketSink>(receiver.Get(0))->GetTotalRx(), octets,
                        middle.Get(0)->GetObject<IptfsTunnel>());
    Simulator::Destroy();
    return status;
}
