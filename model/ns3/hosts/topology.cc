/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/hosts/topology.h"

#include "base/asserts.h"
#include "ns3/p2p_parts.h"
#include "ns3/pmtu.h"

#include <ns3/boolean.h>
#include <ns3/icmpv6-l4-protocol.h>
#include <ns3/inet-socket-address.h>
#include <ns3/inet6-socket-address.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-static-routing-helper.h>
#include <ns3/ipv4-static-routing.h>
#include <ns3/ipv4.h>
#include <ns3/ipv6-static-routing-helper.h>
#include <ns3/ipv6-static-routing.h>
#include <ns3/ipv6.h>

namespace iptfs
{

namespace
{

const unsigned host = 1; /* last part of an address */
const unsigned gateway_of_host = 2;
const unsigned between = 0xff; /* in place of a side: the network of the two gateways */

ns3::Ipv4Address ipv4_of(unsigned side, unsigned number, unsigned last)
{
    return ns3::Ipv4Address(10u << 24 | side << 16 | number << 8 | last);
}

ns3::Ipv6Address ipv6_of(unsigned side, unsigned number, unsigned last)
{
    uint8_t octets[16] = {0xfd};

    octets[5] = static_cast<uint8_t>(side);
    octets[7] = static_cast<uint8_t>(number);
    octets[15] = static_cast<uint8_t>(last);
    return ns3::Ipv6Address(octets);
}

uint32_t add_ipv4(ns3::Ptr<ns3::Node> node, ns3::Ptr<ns3::NetDevice> device,
                  ns3::Ipv4Address address, uint32_t mask)
{
    ns3::Ptr<ns3::Ipv4> ip = node->GetObject<ns3::Ipv4>();
    uint32_t interface = ip->AddInterface(device);

    ip->AddAddress(interface, ns3::Ipv4InterfaceAddress(address, ns3::Ipv4Mask(mask)));
    ip->SetMetric(interface, 1);
    ip->SetUp(interface);
    return interface;
}

uint32_t add_ipv6(ns3::Ptr<ns3::Node> node, ns3::Ptr<ns3::NetDevice> device,
                  ns3::Ipv6Address address)
{
    ns3::Ptr<ns3::Ipv6> ip = node->GetObject<ns3::Ipv6>();
    uint32_t interface = ip->AddInterface(device);

    ip->AddAddress(interface, ns3::Ipv6InterfaceAddress(address, ns3::Ipv6Prefix(64)));
    ip->SetMetric(interface, 1);
    ip->SetUp(interface);
    return interface;
}

ns3::Ptr<ns3::Ipv4StaticRouting> ipv4_routes(ns3::Ptr<ns3::Node> node)
{
    return ns3::DynamicCast<ns3::Ipv4StaticRouting>(
        node->GetObject<ns3::Ipv4>()->GetRoutingProtocol());
}

ns3::Ptr<ns3::Ipv6StaticRouting> ipv6_routes(ns3::Ptr<ns3::Node> node)
{
    return ns3::DynamicCast<ns3::Ipv6StaticRouting>(
        node->GetObject<ns3::Ipv6>()->GetRoutingProtocol());
}

/* The section's number in an address of a host, or -1. */
int ipv4_number(const uint8_t *address)
{
    return address[0] == 10 ? address[2] : -1;
}

int ipv6_number(const uint8_t *address)
{
    return address[0] == 0xfd && address[5] != between ? address[7] : -1;
}

} // namespace

/* Nothing is drawn at random, and nodes send nothing by themselves: no duplicate address detection,
 * which takes a second, and no router solicitations, since all nodes forward. */
ns3::Ptr<ns3::Node> make_node()
{
    ns3::Ptr<ns3::Node> node = ns3::CreateObject<ns3::Node>();
    ns3::InternetStackHelper stack;

    stack.SetIpv4ArpJitter(false);
    stack.SetIpv6NsRsJitter(false);
    stack.SetRoutingHelper(ns3::Ipv4StaticRoutingHelper());
    stack.SetRoutingHelper(ns3::Ipv6StaticRoutingHelper());
    stack.Install(node);
    node->GetObject<ns3::Icmpv6L4Protocol>()->SetAttribute("DAD", ns3::BooleanValue(false));
    node->GetObject<ns3::Ipv6>()->SetAttribute("IpForward", ns3::BooleanValue(true));
    return node;
}

ns3::Ptr<ns3::Node> make_host(ns3::Ptr<ns3::Node> gateway, unsigned side, unsigned number,
                              const struct iptfs_ns3_hosts_traffic &traffic)
{
    ns3::Ptr<ns3::Node> node = make_node();
    ns3::Ptr<ns3::PointToPointChannel> channel = make_p2p_channel(traffic.access);
    ns3::Ptr<ns3::NetDevice> near = make_p2p_device(traffic.access, channel, node);
    ns3::Ptr<ns3::NetDevice> far = make_p2p_device(traffic.access, channel, gateway);
    const uint32_t mask = 0xffffff00u;

    IPTFS_ASSERT(side < IPTFS_NS3_HOSTS_SIDES && number < IPTFS_NS3_HOSTS_SECTIONS_MAX);
    if (traffic.ip_version == 6) {
        uint32_t interface = add_ipv6(node, near, ipv6_of(side, number, host));
        ipv6_routes(node)->SetDefaultRoute(ipv6_of(side, number, gateway_of_host), interface);
        add_ipv6(gateway, far, ipv6_of(side, number, gateway_of_host));
    } else {
        uint32_t interface = add_ipv4(node, near, ipv4_of(side, number, host), mask);
        ipv4_routes(node)->SetDefaultRoute(ipv4_of(side, number, gateway_of_host), interface);
        add_ipv4(gateway, far, ipv4_of(side, number, gateway_of_host), mask);
    }
    iptfs_ns3_pmtu_follow(ns3::PeekPointer(node));
    return node;
}

ns3::Address host_address(unsigned side, unsigned number, int ip_version)
{
    if (ip_version == 6)
        return ns3::Inet6SocketAddress(ipv6_of(side, number, host), 0);
    return ns3::InetSocketAddress(ipv4_of(side, number, host), 0);
}

void route_through(ns3::Ptr<ns3::Node> gateway, ns3::Ptr<ns3::NetDevice> device, unsigned side)
{
    const unsigned other = 1 - side;
    uint32_t ipv4 = add_ipv4(gateway, device, ns3::Ipv4Address(0xc0a8ff01u + side), 0xfffffffcu);
    uint32_t ipv6 = add_ipv6(gateway, device, ipv6_of(between, 0, 1 + side));

    ipv4_routes(gateway)->AddNetworkRouteTo(ipv4_of(other, 0, 0), ns3::Ipv4Mask(0xffff0000u), ipv4);
    ipv6_routes(gateway)->AddNetworkRouteTo(ipv6_of(other, 0, 0), ns3::Ipv6Prefix(48), ipv6);
}

} // namespace iptfs

int iptfs_ns3_hosts_number(const uint8_t *head, uint32_t octets)
{
    int from = -1, to = -1;

    if (head == nullptr)
        return -1;
    if (octets >= 20 && head[0] >> 4 == 4) {
        from = iptfs::ipv4_number(head + 12);
        to = iptfs::ipv4_number(head + 16);
    } else if (octets >= 40 && head[0] >> 4 == 6) {
        from = iptfs::ipv6_number(head + 8);
        to = iptfs::ipv6_number(head + 24);
    }
    return to >= 0 ? to : from;
}
