/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/ns3_network.h"

#include "ns3/sim.h"

#include <string>
#include <vector>

#include <ns3/boolean.h>
#include <ns3/callback.h>
#include <ns3/global-value.h>
#include <ns3/icmpv4-l4-protocol.h>
#include <ns3/icmpv4.h>
#include <ns3/icmpv6-header.h>
#include <ns3/icmpv6-l4-protocol.h>
#include <ns3/inet-socket-address.h>
#include <ns3/inet6-socket-address.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-l3-protocol.h>
#include <ns3/ipv4-static-routing-helper.h>
#include <ns3/ipv6-l3-protocol.h>
#include <ns3/ipv6-static-routing-helper.h>
#include <ns3/node.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/simulator.h>
#include <ns3/string.h>
#include <ns3/tcp-socket-factory.h>
#include <ns3/tcp-socket.h>
#include <ns3/udp-socket-factory.h>
#include <ns3/uinteger.h>

using namespace ns3;

namespace
{

uint32_t reported_mtu;

void on_icmp(Ipv4Address, uint8_t, uint8_t, uint8_t, uint32_t info)
{
    reported_mtu = info;
}

void on_icmp6(Ipv6Address, uint8_t, uint8_t, uint8_t, uint32_t info)
{
    reported_mtu = info;
}

const uint16_t port = 9;

bool is_ipv6(const char *address)
{
    return std::string(address).find(':') != std::string::npos;
}

Ptr<Node> node_of(void *node)
{
    return Ptr<Node>(static_cast<Node *>(node));
}

Address socket_address(const char *address)
{
    if (is_ipv6(address))
        return Inet6SocketAddress(Ipv6Address(address), port);
    return InetSocketAddress(Ipv4Address(address), port);
}

Address any_address(bool ipv6)
{
    if (ipv6)
        return Inet6SocketAddress(Ipv6Address::GetAny(), port);
    return InetSocketAddress(Ipv4Address::GetAny(), port);
}

/* Calls fn(ctx) on a node, as its applications do. */
template <typename Function> void at(Ptr<Node> node, int64_t at_ps, Function function)
{
    Simulator::ScheduleWithContext(
        node->GetId(), PicoSeconds(static_cast<uint64_t>(at_ps)) - Simulator::Now(), function);
}

int add_ipv4(Ptr<Node> node, Ptr<NetDevice> device, const char *address, const char *gateway)
{
    Ptr<Ipv4> ip = node->GetObject<Ipv4>();
    int32_t interface = ip->GetInterfaceForDevice(device);
    if (interface < 0)
        interface = static_cast<int32_t>(ip->AddInterface(device));
    uint32_t index = static_cast<uint32_t>(interface);
    ip->AddAddress(index, Ipv4InterfaceAddress(Ipv4Address(address), Ipv4Mask("/24")));
    ip->SetUp(index);
    if (gateway != nullptr)
        Ipv4StaticRoutingHelper().GetStaticRouting(ip)->SetDefaultRoute(Ipv4Address(gateway),
                                                                        index);
    return 0;
}

int add_ipv6(Ptr<Node> node, Ptr<NetDevice> device, const char *address, const char *gateway)
{
    Ptr<Ipv6> ip = node->GetObject<Ipv6>();
    int32_t interface = ip->GetInterfaceForDevice(device);
    if (interface < 0)
        interface = static_cast<int32_t>(ip->AddInterface(device));
    uint32_t index = static_cast<uint32_t>(interface);
    ip->AddAddress(index, Ipv6InterfaceAddress(Ipv6Address(address), Ipv6Prefix(64)));
    ip->SetForwarding(index, true);
    ip->SetUp(index);
    if (gateway != nullptr)
        Ipv6StaticRoutingHelper().GetStaticRouting(ip)->SetDefaultRoute(Ipv6Address(gateway),
                                                                        index);
    return 0;
}

void pass_to_sniffer(net_sniffer *sniffer, void *ctx, char direction, Ptr<const Packet> packet)
{
    std::vector<uint8_t> bytes(packet->GetSize());
    packet->CopyData(bytes.data(), packet->GetSize());
    sniffer(ctx, direction, bytes.data(), packet->GetSize());
}

void on_datagram(net_datagram *receive, void *ctx, Ptr<Socket> socket)
{
    Ptr<Packet> packet;
    while ((packet = socket->Recv()) != nullptr) {
        std::vector<uint8_t> bytes(packet->GetSize());
        packet->CopyData(bytes.data(), packet->GetSize());
        receive(ctx, bytes.data(), packet->GetSize());
    }
}

uint8_t pattern(int64_t at)
{
    return static_cast<uint8_t>(at * 31 + at / 251);
}

} // namespace

void net_run(int64_t until_ps)
{
    Simulator::Stop(PicoSeconds(static_cast<uint64_t>(until_ps)) - Simulator::Now());
    Simulator::Run();
}

void net_destroy(void)
{
    Simulator::Destroy();
}

void *net_node(void)
{
    Ptr<Node> node = CreateObject<Node>(); /* the list of nodes keeps it */
    InternetStackHelper().Install(node);
    return PeekPointer(node);
}

void net_checksums(bool on)
{
    GlobalValue::Bind("ChecksumEnabled", BooleanValue(on));
}

int net_address(void *node, uint32_t device, const char *address, const char *gateway)
{
    Ptr<Node> owner = node_of(node);
    return is_ipv6(address) ? add_ipv6(owner, owner->GetDevice(device), address, gateway)
                            : add_ipv4(owner, owner->GetDevice(device), address, gateway);
}

void net_link(void *a, void *b, uint32_t mtu_octets, uint32_t *device_a, uint32_t *device_b)
{
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
    link.SetDeviceAttribute("Mtu", UintegerValue(mtu_octets));
    link.SetChannelAttribute("Delay", StringValue("1ms"));
    NetDeviceContainer devices = link.Install(node_of(a), node_of(b));
    *device_a = devices.Get(0)->GetIfIndex();
    *device_b = devices.Get(1)->GetIfIndex();
}

int net_route(void *node, uint32_t device, const char *address, const char *gateway)
{
    Ptr<NetDevice> out = node_of(node)->GetDevice(device);
    if (is_ipv6(address)) {
        Ptr<Ipv6> ip = node_of(node)->GetObject<Ipv6>();
        Ipv6StaticRoutingHelper().GetStaticRouting(ip)->AddNetworkRouteTo(
            Ipv6Address(address).CombinePrefix(Ipv6Prefix(64)), Ipv6Prefix(64),
            Ipv6Address(gateway), static_cast<uint32_t>(ip->GetInterfaceForDevice(out)));
        return 0;
    }
    Ptr<Ipv4> ip = node_of(node)->GetObject<Ipv4>();
    Ipv4StaticRoutingHelper().GetStaticRouting(ip)->AddNetworkRouteTo(
        Ipv4Address(address).CombineMask(Ipv4Mask("/24")), Ipv4Mask("/24"), Ipv4Address(gateway),
        static_cast<uint32_t>(ip->GetInterfaceForDevice(out)));
    return 0;
}

int net_ping(void *node, int64_t at_ps, const char *from, const char *to, uint32_t octets)
{
    Ptr<Packet> packet = Create<Packet>(octets);
    Ptr<Socket> socket;
    Address source, target;
    if (is_ipv6(to)) {
        Icmpv6Echo echo(true);
        packet->AddHeader(echo);
        socket =
            Socket::CreateSocket(node_of(node), TypeId::LookupByName("ns3::Ipv6RawSocketFactory"));
        socket->SetAttribute("Protocol", UintegerValue(Icmpv6L4Protocol::PROT_NUMBER));
        source = Inet6SocketAddress(Ipv6Address(from), 0);
        target = Inet6SocketAddress(Ipv6Address(to), 0);
    } else {
        Icmpv4Echo echo;
        Icmpv4Header icmp;
        echo.SetData(packet);
        packet = Create<Packet>();
        packet->AddHeader(echo);
        icmp.SetType(Icmpv4Header::ICMPV4_ECHO);
        packet->AddHeader(icmp);
        socket =
            Socket::CreateSocket(node_of(node), TypeId::LookupByName("ns3::Ipv4RawSocketFactory"));
        socket->SetAttribute("Protocol", UintegerValue(Icmpv4L4Protocol::PROT_NUMBER));
        source = InetSocketAddress(Ipv4Address(from), 0);
        target = InetSocketAddress(Ipv4Address(to), 0);
    }
    if (socket->Bind(source) != 0)
        return -1;
    at(node_of(node), at_ps, [socket, packet, target]() { socket->SendTo(packet, 0, target); });
    return 0;
}

int net_udp_send(void *node, int64_t at_ps, const char *to, const uint8_t *bytes, uint32_t octets,
                 uint8_t tos)
{
    Ptr<Socket> socket = Socket::CreateSocket(node_of(node), UdpSocketFactory::GetTypeId());
    Ptr<Packet> packet = Create<Packet>(bytes, octets);
    bool ipv6 = is_ipv6(to);
    if ((ipv6 ? socket->Bind6() : socket->Bind()) != 0 || socket->Connect(socket_address(to)) != 0)
        return -1;
    reported_mtu = 0;
    socket->SetAttribute("IcmpCallback", CallbackValue(MakeCallback(&on_icmp)));
    socket->SetAttribute("IcmpCallback6", CallbackValue(MakeCallback(&on_icmp6)));
    if (ipv6) /* only now: to connect sets it too */
        socket->SetIpv6Tclass(tos);
    else
        socket->SetIpTos(tos);
    at(node_of(node), at_ps, [socket, packet]() { socket->Send(packet); });
    return 0;
}

uint32_t net_udp_reported_mtu(void)
{
    return reported_mtu;
}

void net_sniff(void *node, net_sniffer *sniffer, void *ctx)
{
    Ptr<Ipv4L3Protocol> ip = node_of(node)->GetObject<Ipv4L3Protocol>();
    Ptr<Ipv6L3Protocol> ip6 = node_of(node)->GetObject<Ipv6L3Protocol>();
    for (char direction : {'t', 'r'}) {
        const char *source = direction == 't' ? "Tx" : "Rx";
        auto on_ipv4 = [sniffer, ctx, direction](Ptr<const Packet> packet, Ptr<Ipv4>, uint32_t) {
            pass_to_sniffer(sniffer, ctx, direction, packet);
        };
        auto on_ipv6 = [sniffer, ctx, direction](Ptr<const Packet> packet, Ptr<Ipv6>, uint32_t) {
            pass_to_sniffer(sniffer, ctx, direction, packet);
        };
        ip->TraceConnectWithoutContext(
            source, Callback<void, Ptr<const Packet>, Ptr<Ipv4>, uint32_t>(on_ipv4));
        ip6->TraceConnectWithoutContext(
            source, Callback<void, Ptr<const Packet>, Ptr<Ipv6>, uint32_t>(on_ipv6));
    }
}

int net_udp_receive(void *node, bool ipv6, net_datagram *receive, void *ctx)
{
    Ptr<Socket> socket = Socket::CreateSocket(node_of(node), UdpSocketFactory::GetTypeId());
    socket->SetRecvCallback(MakeBoundCallback(&on_datagram, receive, ctx));
    return socket->Bind(any_address(ipv6));
}

/* Held by the caller and by its sockets' callbacks. */
struct net_tcp : public SimpleRefCount<net_tcp> {
    Ptr<Socket> listener;
    Ptr<Socket> sender;
    uint32_t octets = 0;
    uint32_t sent = 0;
    int64_t received = 0;
    int64_t done_ps = -1;
    bool wrong = false;
};

namespace
{

void fill(Ptr<net_tcp> tcp, Ptr<Socket> socket, uint32_t)
{
    while (tcp->sent < tcp->octets) {
        std::vector<uint8_t> bytes;
        uint32_t available = std::min(socket->GetTxAvailable(), tcp->octets - tcp->sent);
        for (uint32_t i = 0; i < available; i++)
            bytes.push_back(pattern(tcp->sent + i));
        if (available == 0 || socket->Send(Create<Packet>(bytes.data(), available)) <= 0)
            return;
        tcp->sent += available;
    }
    socket->Close();
}

void on_octets(Ptr<net_tcp> tcp, Ptr<Socket> socket)
{
    Ptr<Packet> packet;
    while ((packet = socket->Recv()) != nullptr && packet->GetSize() > 0) {
        std::vector<uint8_t> bytes(packet->GetSize());
        packet->CopyData(bytes.data(), packet->GetSize());
        for (uint8_t byte : bytes)
            tcp->wrong |= byte != pattern(tcp->received++);
    }
    if (tcp->received == tcp->octets && tcp->done_ps < 0)
        tcp->done_ps = Simulator::Now().GetPicoSeconds();
}

void on_accept(Ptr<net_tcp> tcp, Ptr<Socket> socket, const Address &)
{
    socket->SetRecvCallback(MakeBoundCallback(&on_octets, tcp));
}

} // namespace

struct net_tcp *net_tcp_start(void *from, void *to, const char *address, int64_t at_ps,
                              uint32_t octets, uint32_t segment_octets)
{
    Ptr<net_tcp> tcp = Create<net_tcp>();
    tcp->octets = octets;
    tcp->listener = Socket::CreateSocket(node_of(to), TcpSocketFactory::GetTypeId());
    tcp->listener->Bind(any_address(is_ipv6(address)));
    tcp->listener->Listen();
    tcp->listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address &>(),
                                     MakeBoundCallback(&on_accept, tcp));
    tcp->sender = Socket::CreateSocket(node_of(from), TcpSocketFactory::GetTypeId());
    tcp->sender->SetAttribute("SegmentSize", UintegerValue(segment_octets));
    tcp->sender->SetSendCallback(MakeBoundCallback(&fill, tcp));
    Ptr<Socket> sender = tcp->sender;
    Address peer = socket_address(address);
    at(node_of(from), at_ps, [sender, peer]() {
        Inet6SocketAddress::IsMatchingType(peer) ? sender->Bind6() : sender->Bind();
        sender->Connect(peer);
    });
    return GetPointer(tcp);
}

int64_t net_tcp_done_ps(const struct net_tcp *tcp)
{
    return tcp->done_ps;
}

void net_tcp_free(struct net_tcp *tcp)
{
    /* The sockets' callbacks hold what holds the sockets. */
    tcp->sender->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
    tcp->listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address &>(),
                                     MakeNullCallback<void, Ptr<Socket>, const Address &>());
    tcp->Unref();
}

int64_t net_tcp_received(const struct net_tcp *tcp)
{
    return tcp->wrong ? -1 : tcp->received;
}
