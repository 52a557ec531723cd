/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/pmtu.h"

#include "base/octets.h"
#include "ns3/guard.h"

#include <ns3/icmpv4-l4-protocol.h>
#include <ns3/icmpv4.h>
#include <ns3/icmpv6-header.h>
#include <ns3/icmpv6-l4-protocol.h>
#include <ns3/inet-socket-address.h>
#include <ns3/inet6-socket-address.h>
#include <ns3/ipv4-l3-protocol.h>
#include <ns3/ipv6-l3-protocol.h>
#include <ns3/node.h>
#include <ns3/object-ptr-container.h>
#include <ns3/packet.h>
#include <ns3/simulator.h>
#include <ns3/tcp-l4-protocol.h>
#include <ns3/tcp-socket-base.h>
#include <ns3/tcp-tx-buffer.h>

namespace
{

const uint32_t ipv6_octets = 40;
const uint32_t icmpv6_octets = 8;
const uint32_t tcp_octets = 20;
const uint32_t tcp_options_max = 40;
const uint32_t timestamp_octets = 12; /* as sent, with padding */
const uint32_t segment_min = 48;      /* Linux's least */
const uint32_t ports_octets = 8;      /* of the transport header that an ICMP error quotes */
const uint8_t local_ttl = 64;

/* A packet that was refused. */
struct Refused {
    uint32_t octets;
    uint32_t ip_octets; /* of its IP header */
    uint32_t mtu;
    ns3::Address from; /* with ports */
    ns3::Address to;
};

/* ns-3 does not allow to change the segment size of a connection from outside. Derived classes may,
 * so this one names the protected members. */
struct SocketAccess : public ns3::TcpSocketBase {
    static uint32_t options(const ns3::TcpSocketBase &socket)
    {
        return socket.*(&SocketAccess::m_timestampEnabled) ? timestamp_octets : 0;
    }

    static uint32_t segment(const ns3::TcpSocketBase &socket)
    {
        return (socket.*(&SocketAccess::m_tcb))->m_segmentSize;
    }

    static void set_segment(ns3::TcpSocketBase &socket, uint32_t octets)
    {
        (socket.*(&SocketAccess::m_tcb))->m_segmentSize = octets;
        (socket.*(&SocketAccess::m_txBuffer))->SetSegmentSize(octets);
    }

    /* Marks all unacknowledged data as lost, which opens the window, and sends it. */
    static void send_again(ns3::TcpSocketBase &socket)
    {
        (socket.*(&SocketAccess::m_txBuffer))->SetSentListLost();
        (socket.*(&SocketAccess::SendPendingData))(true);
    }
};

/* Octets that a segment may have from now on. If a packet was refused although its segment would
 * fit, it carried additional options, such as SACK. */
uint32_t fitting_segment(const ns3::TcpSocketBase &socket, const Refused &refused)
{
    uint32_t segment = SocketAccess::segment(socket);
    uint32_t headers = refused.ip_octets + tcp_octets + SocketAccess::options(socket);
    uint32_t fits = refused.mtu > headers ? refused.mtu - headers : 0;
    uint32_t longest = refused.ip_octets + tcp_octets + tcp_options_max + segment;

    if (fits >= segment && refused.octets > refused.mtu && refused.octets <= longest)
        fits = segment - std::min(segment, refused.octets - refused.mtu);
    return std::max(fits, segment_min);
}

void follow(ns3::TcpSocketBase &socket, const Refused &refused)
{
    uint32_t fits = fitting_segment(socket, refused);

    if (fits >= SocketAccess::segment(socket))
        return;
    SocketAccess::set_segment(socket, fits);
    SocketAccess::send_again(socket);
}

/* Makes the socket that sent the packet follow the path MTU. */
void notify_tcp(const ns3::Node *node, const Refused &refused)
{
    ns3::Ptr<ns3::TcpL4Protocol> tcp = node->GetObject<ns3::TcpL4Protocol>();
    ns3::ObjectPtrContainerValue sockets;

    if (tcp == nullptr)
        return;
    tcp->GetAttribute("SocketList", sockets);
    for (auto it = sockets.Begin(); it != sockets.End(); ++it) {
        ns3::Ptr<ns3::TcpSocketBase> socket = it->second->GetObject<ns3::TcpSocketBase>();
        ns3::Address from;
        ns3::Address to;
        if (socket != nullptr && socket->GetSockName(from) == 0 && socket->GetPeerName(to) == 0 &&
            from == refused.from && to == refused.to) {
            follow(*socket, refused);
            return;
        }
    }
}

uint16_t uint16_at(const uint8_t *bytes)
{
    return static_cast<uint16_t>(iptfs_get16(bytes));
}

Refused refused_ipv4(const ns3::Ipv4Header &ip, const uint8_t *ports, uint32_t mtu)
{
    return Refused{ip.GetPayloadSize() + ip.GetSerializedSize(), ip.GetSerializedSize(), mtu,
                   ns3::InetSocketAddress(ip.GetSource(), uint16_at(ports)),
                   ns3::InetSocketAddress(ip.GetDestination(), uint16_at(ports + 2))};
}

Refused refused_ipv6(const ns3::Ipv6Header &ip, const uint8_t *ports, uint32_t mtu)
{
    return Refused{ip.GetPayloadLength() + ipv6_octets, ipv6_octets, mtu,
                   ns3::Inet6SocketAddress(ip.GetSource(), uint16_at(ports)),
                   ns3::Inet6SocketAddress(ip.GetDestination(), uint16_at(ports + 2))};
}

void on_ipv4(ns3::Node *node, const ns3::Ipv4Header &ip, ns3::Ptr<const ns3::Packet> packet,
             uint32_t)
{
    ns3::Icmpv4Header icmp;
    ns3::Icmpv4DestinationUnreachable unreachable;
    uint8_t ports[ports_octets];

    if (ip.GetProtocol() != ns3::Icmpv4L4Protocol::PROT_NUMBER)
        return;
    ns3::Ptr<ns3::Packet> rest = packet->Copy();
    if (rest->GetSize() < icmp.GetSerializedSize())
        return;
    rest->RemoveHeader(icmp);
    if (icmp.GetType() != ns3::Icmpv4Header::ICMPV4_DEST_UNREACH ||
        icmp.GetCode() != ns3::Icmpv4DestinationUnreachable::ICMPV4_FRAG_NEEDED)
        return;
    rest->RemoveHeader(unreachable);
    if (unreachable.GetHeader().GetProtocol() != ns3::TcpL4Protocol::PROT_NUMBER)
        return;
    unreachable.GetData(ports);
    notify_tcp(node, refused_ipv4(unreachable.GetHeader(), ports, unreachable.GetNextHopMtu()));
}

void on_ipv6(ns3::Node *node, const ns3::Ipv6Header &ip, ns3::Ptr<const ns3::Packet> packet,
             uint32_t)
{
    uint8_t head[icmpv6_octets]; /* type, code, checksum, MTU (RFC 4443, 3.2) */
    uint8_t ports[ports_octets];
    ns3::Ipv6Header quoted;

    if (ip.GetNextHeader() != ns3::Icmpv6L4Protocol::PROT_NUMBER ||
        packet->GetSize() < icmpv6_octets + ipv6_octets ||
        packet->CopyData(head, sizeof head) < sizeof head ||
        head[0] != ns3::Icmpv6Header::ICMPV6_ERROR_PACKET_TOO_BIG)
        return;
    ns3::Ptr<ns3::Packet> rest = packet->Copy();
    rest->RemoveAtStart(icmpv6_octets);
    rest->RemoveHeader(quoted);
    if (quoted.GetNextHeader() != ns3::TcpL4Protocol::PROT_NUMBER ||
        rest->CopyData(ports, sizeof ports) < sizeof ports)
        return;
    uint32_t mtu = iptfs_get32(head + 4);
    notify_tcp(node, refused_ipv6(quoted, ports, mtu));
}

bool is_ipv4(ns3::Ptr<const ns3::Packet> packet)
{
    uint8_t first = 0;

    packet->CopyData(&first, sizeof first);
    return first >> 4 == 4;
}

void answer_ipv4(ns3::Ptr<ns3::Node> node, ns3::Ptr<ns3::Packet> packet, uint32_t mtu)
{
    ns3::Ptr<ns3::Icmpv4L4Protocol> icmp = node->GetObject<ns3::Icmpv4L4Protocol>();
    ns3::Ipv4Header ip;

    packet->RemoveHeader(ip);
    if (icmp == nullptr || ip.GetFragmentOffset() != 0 || ip.GetDestination().IsMulticast() ||
        ip.GetDestination().IsBroadcast())
        return;
    icmp->SendDestUnreachFragNeeded(ip, packet, static_cast<uint16_t>(mtu));
}

void answer_ipv6(ns3::Ptr<ns3::Node> node, ns3::Ptr<ns3::Packet> packet, uint32_t mtu)
{
    ns3::Ptr<ns3::Icmpv6L4Protocol> icmp = node->GetObject<ns3::Icmpv6L4Protocol>();
    ns3::Ipv6Header ip;

    packet->PeekHeader(ip);
    if (icmp != nullptr)
        icmp->SendErrorTooBig(packet, ip.GetSource(), mtu);
}

void answer_local_ipv4(ns3::Ptr<ns3::Node> node, ns3::Ptr<ns3::Packet> packet, uint32_t mtu)
{
    ns3::Ptr<ns3::Ipv4L3Protocol> layer = node->GetObject<ns3::Ipv4L3Protocol>();
    ns3::Ipv4Header ip;
    uint8_t ports[ports_octets] = {};

    packet->RemoveHeader(ip);
    packet->CopyData(ports, sizeof ports);
    ns3::Ptr<ns3::IpL4Protocol> protocol =
        layer != nullptr ? layer->GetProtocol(ip.GetProtocol()) : nullptr;
    if (protocol == nullptr || ip.GetFragmentOffset() != 0)
        return;
    protocol->ReceiveIcmp(ip.GetSource(), local_ttl, ns3::Icmpv4Header::ICMPV4_DEST_UNREACH,
                          ns3::Icmpv4DestinationUnreachable::ICMPV4_FRAG_NEEDED, mtu,
                          ip.GetSource(), ip.GetDestination(), ports);
    if (ip.GetProtocol() == ns3::TcpL4Protocol::PROT_NUMBER)
        notify_tcp(ns3::PeekPointer(node), refused_ipv4(ip, ports, mtu));
}

void answer_local_ipv6(ns3::Ptr<ns3::Node> node, ns3::Ptr<ns3::Packet> packet, uint32_t mtu)
{
    ns3::Ptr<ns3::Ipv6L3Protocol> layer = node->GetObject<ns3::Ipv6L3Protocol>();
    ns3::Ipv6Header ip;
    uint8_t ports[ports_octets] = {};

    packet->RemoveHeader(ip);
    packet->CopyData(ports, sizeof ports);
    ns3::Ptr<ns3::IpL4Protocol> protocol =
        layer != nullptr ? layer->GetProtocol(ip.GetNextHeader()) : nullptr;
    if (protocol == nullptr)
        return;
    protocol->ReceiveIcmp(ip.GetSource(), local_ttl, ns3::Icmpv6Header::ICMPV6_ERROR_PACKET_TOO_BIG,
                          0, mtu, ip.GetSource(), ip.GetDestination(), ports);
    if (ip.GetNextHeader() == ns3::TcpL4Protocol::PROT_NUMBER)
        notify_tcp(ns3::PeekPointer(node), refused_ipv6(ip, ports, mtu));
}

void answer(ns3::Ptr<ns3::Node> node, ns3::Ptr<ns3::Packet> packet, uint32_t mtu)
{
    if (is_ipv4(packet))
        answer_ipv4(node, packet, mtu);
    else
        answer_ipv6(node, packet, mtu);
}

void answer_local(ns3::Ptr<ns3::Node> node, ns3::Ptr<ns3::Packet> packet, uint32_t mtu)
{
    if (is_ipv4(packet))
        answer_local_ipv4(node, packet, mtu);
    else
        answer_local_ipv6(node, packet, mtu);
}

/* After the present event: the sender of the packet is still inside its send function. */
void schedule(void (*answer)(ns3::Ptr<ns3::Node>, ns3::Ptr<ns3::Packet>, uint32_t), void *node,
              const void *handle, uint32_t mtu)
{
    if (node == nullptr || handle == nullptr)
        return;
    iptfs::guarded([answer, node, handle, mtu]() {
        ns3::Ptr<ns3::Node> owner(static_cast<ns3::Node *>(node));
        ns3::Ptr<ns3::Packet> packet = static_cast<const ns3::Packet *>(handle)->Copy();
        ns3::Simulator::ScheduleWithContext(owner->GetId(), ns3::Time(0), answer, owner, packet,
                                            mtu);
        return 0;
    });
}

} // namespace

int iptfs_ns3_pmtu_follow(void *node)
{
    if (node == nullptr)
        return IPTFS_NS3_EINVAL;
    return iptfs::guarded([node]() {
        ns3::Ptr<ns3::Node> owner(static_cast<ns3::Node *>(node));
        ns3::Ptr<ns3::Ipv4L3Protocol> ip = owner->GetObject<ns3::Ipv4L3Protocol>();
        ns3::Ptr<ns3::Ipv6L3Protocol> ip6 = owner->GetObject<ns3::Ipv6L3Protocol>();
        if (owner->GetObject<ns3::TcpL4Protocol>() == nullptr || (ip == nullptr && ip6 == nullptr))
            return int{IPTFS_NS3_EINVAL};
        ns3::Node *peek = static_cast<ns3::Node *>(node); /* a Ptr would be a cycle of references */
        if (ip != nullptr)
            ip->TraceConnectWithoutContext("LocalDeliver", ns3::MakeBoundCallback(&on_ipv4, peek));
        if (ip6 != nullptr)
            ip6->TraceConnectWithoutContext("LocalDeliver", ns3::MakeBoundCallback(&on_ipv6, peek));
        return 0;
    });
}

void iptfs_ns3_pmtu_refuse(void *node, const void *handle, uint32_t mtu_octets)
{
    schedule(answer, node, handle, mtu_octets);
}

void iptfs_ns3_pmtu_refuse_local(void *node, const void *handle, uint32_t mtu_octets)
{
    schedule(answer_local, node, handle, mtu_octets);
}
