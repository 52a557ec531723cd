/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets that get no ICMP error, sockets that get none, and the segment size that TCP takes when a
 * packet was too big for another reason than its segment. */
#include "ns3/pmtu.h"

#include "ns3/sim.h"

extern "C" {
#include "support/check.h"
#include "support/ns3_network.h"

extern const CU_TestInfo iptfs_tests_pmtu_refuse[];
}

#include <ns3/inet-socket-address.h>
#include <ns3/ipv4-header.h>
#include <ns3/ipv6-header.h>
#include <ns3/node.h>
#include <ns3/object-vector.h>
#include <ns3/packet.h>
#include <ns3/tcp-l4-protocol.h>
#include <ns3/tcp-socket-base.h>
#include <ns3/uinteger.h>

namespace
{

const int64_t ms = INT64_C(1000000000);
const uint32_t mtu = 1280;
const uint8_t tcp = 6, no_protocol = 253;

/* Two nodes with a link, open until the end of the test. */
struct Net {
    void *node[2];

    Net()
    {
        uint32_t device[2];

        CHECK_INT(iptfs_ns3_open(), 0);
        node[0] = net_node();
        node[1] = net_node();
        net_link(node[0], node[1], 9000, &device[0], &device[1]);
        net_address(node[0], device[0], "10.0.0.1", "10.0.0.2");
        net_address(node[1], device[1], "10.0.0.2", "10.0.0.1");
    }

    ~Net()
    {
        CHECK_INT(iptfs_ns3_close(), 0);
    }
};

/* Counts the ICMP messages that a node sends. */
void on_packet(void *ctx, char direction, const uint8_t *bytes, uint32_t octets)
{
    *static_cast<int *>(ctx) += direction == 't' && octets > 20 && bytes[9] == 1;
}

ns3::Ptr<ns3::Packet> ipv4_packet(const char *from, const char *to, uint8_t protocol,
                                  uint16_t offset, uint32_t octets)
{
    const uint8_t ports[8] = {0, 9, 0, 9};
    ns3::Ptr<ns3::Packet> packet = ns3::Create<ns3::Packet>(ports, sizeof ports);
    ns3::Ipv4Header header;

    packet->AddAtEnd(ns3::Create<ns3::Packet>(octets - 28));
    header.SetSource(ns3::Ipv4Address(from));
    header.SetDestination(ns3::Ipv4Address(to));
    header.SetProtocol(protocol);
    header.SetFragmentOffset(offset);
    header.SetPayloadSize(static_cast<uint16_t>(octets - 20));
    packet->AddHeader(header);
    return packet;
}

/* The first fragment of a packet for one host is answered, and nothing else. */
void test_not_answered()
{
    static const struct {
        const char *to;
        uint16_t offset;
        int answers;
    } rows[] = {
        {"10.9.0.1", 0, 1},
        {"10.9.0.1", 1480, 0},
        {"224.0.0.5", 0, 0},
        {"255.255.255.255", 0, 0},
    };

    for (const auto &row : rows) {
        Net net;
        int answers = 0;

        net_sniff(net.node[0], on_packet, &answers);
        ns3::Ptr<ns3::Packet> packet = ipv4_packet("10.0.0.2", row.to, 17, row.offset, 1600);
        iptfs_ns3_pmtu_refuse(net.node[0], ns3::PeekPointer(packet), mtu);
        CHECK_INT(iptfs_ns3_run_until(100 * ms), 0);
        CHECK_INT(answers, row.answers);
    }
}

/* A protocol that the node has not, in IPv4 and IPv6, and a later fragment: no socket is there to
 * get the error, and the node goes on. */
void test_no_socket()
{
    Net net;
    ns3::Ipv6Header header;
    ns3::Ptr<ns3::Packet> packets[] = {ipv4_packet("10.0.0.1", "10.0.0.2", no_protocol, 0, 1600),
                                       ipv4_packet("10.0.0.1", "10.0.0.2", 17, 1480, 1600),
                                       ns3::Create<ns3::Packet>(1600)};
    uint32_t reported = net_udp_reported_mtu();
    int icmp = 0;

    header.SetNextHeader(no_protocol);
    header.SetPayloadLength(1600);
    packets[2]->AddHeader(header);
    net_sniff(net.node[0], on_packet, &icmp);
    for (const ns3::Ptr<ns3::Packet> &packet : packets)
        iptfs_ns3_pmtu_refuse_local(net.node[0], ns3::PeekPointer(packet), mtu);
    CHECK_INT(iptfs_ns3_run_until(100 * ms), 0);
    CHECK_INT(icmp, 0);
    CHECK_U64(net_udp_reported_mtu(), reported);
}

/* The socket of a node's only connection, its client's. */
ns3::Ptr<ns3::TcpSocketBase> client_of(void *node)
{
    ns3::ObjectVectorValue sockets;
    ns3::Ptr<ns3::TcpSocketBase> found;

    static_cast<ns3::Node *>(node)->GetObject<ns3::TcpL4Protocol>()->GetAttribute("SocketList",
                                                                                  sockets);
    for (auto it = sockets.Begin(); it != sockets.End(); ++it)
        found = it->second->GetObject<ns3::TcpSocketBase>();
    return found;
}

uint64_t segment_of(const ns3::Ptr<ns3::TcpSocketBase> &socket)
{
    ns3::UintegerValue octets;

    socket->GetAttribute("SegmentSize", octets);
    return octets.Get();
}

uint16_t port_of(const ns3::Address &address)
{
    return ns3::InetSocketAddress::ConvertFrom(address).GetPort();
}

/* A segment of the connection that was `octets` long did not fit into `fits`. */
void refuse_segment(void *node, const ns3::Ptr<ns3::TcpSocketBase> &socket, uint32_t octets,
                    uint32_t fits)
{
    ns3::Address from, to;
    ns3::Ptr<ns3::Packet> packet = ipv4_packet("10.0.0.1", "10.0.0.2", tcp, 0, octets);
    ns3::Ipv4Header header;
    uint8_t ports[8] = {};

    socket->GetSockName(from);
    socket->GetPeerName(to);
    packet->RemoveHeader(header);
    ports[0] = static_cast<uint8_t>(port_of(from) >> 8);
    ports[1] = static_cast<uint8_t>(port_of(from));
    ports[2] = static_cast<uint8_t>(port_of(to) >> 8);
    ports[3] = static_cast<uint8_t>(port_of(to));
    packet->RemoveAtStart(sizeof ports);
    ns3::Ptr<ns3::Packet> whole = ns3::Create<ns3::Packet>(ports, sizeof ports);
    whole->AddAtEnd(packet);
    whole->AddHeader(header);
    iptfs_ns3_pmtu_refuse_local(node, ns3::PeekPointer(whole), fits);
}

/* A segment of 1000 octets and its usual header fit, but a packet with more options did not: the
 * segments become shorter by what was too much. Packets of others change nothing. */
void test_additional_options()
{
    const uint32_t segment = 1000, headers = 20 + 20 + 12; /* of IP and TCP, time stamps */
    Net net;
    struct net_tcp *transfer =
        net_tcp_start(net.node[0], net.node[1], "10.0.0.2", ms, 50000000, segment);

    CHECK_INT(iptfs_ns3_run_until(50 * ms), 0);
    ns3::Ptr<ns3::TcpSocketBase> socket = client_of(net.node[0]);
    if (CHECK_TRUE(socket != nullptr) && CHECK_U64(segment_of(socket), segment)) {
        refuse_segment(net.node[0], socket, 4000, headers + segment);
        CHECK_INT(iptfs_ns3_run_until(51 * ms), 0);
        CHECK_U64(segment_of(socket), segment); /* no segment of this socket */
        refuse_segment(net.node[0], socket, headers + segment + 8, headers + segment);
        CHECK_INT(iptfs_ns3_run_until(52 * ms), 0);
        CHECK_U64(segment_of(socket), segment - 8);
        refuse_segment(net.node[0], socket, headers + segment, 600);
        CHECK_INT(iptfs_ns3_run_until(53 * ms), 0);
        CHECK_U64(segment_of(socket), 600 - headers);
    }
    socket = nullptr;
    CHECK_INT(iptfs_ns3_run_until(2000 * ms), 0);
    CHECK_INT(net_tcp_received(transfer), 50000000);
    CHECK_INT(iptfs_ns3_close(), 0);
    net_tcp_free(transfer);
}

/* TCP follows the path MTU only where there is TCP, and IP. */
void test_no_tcp()
{
    Net net;
    ns3::Ptr<ns3::Node> bare = ns3::CreateObject<ns3::Node>();

    CHECK_INT(iptfs_ns3_pmtu_follow(ns3::PeekPointer(bare)), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_pmtu_follow(net.node[0]), 0);
}

} // namespace

const CU_TestInfo iptfs_tests_pmtu_refuse[] = {
    {"packets that get no answer", test_not_answered},
    {"no socket for the error", test_no_socket},
    {"a packet with additional options", test_additional_options},
    {"a node without TCP", test_no_tcp},
    CU_TEST_INFO_NULL,
};
