/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TCP socket with the octets that are still to be sent: what it is given, and what is read. */
#include "ns3/hosts/tcp_stream.h"

#include "ns3/sim.h"

extern "C" {
#include "support/check.h"
#include "support/ns3_network.h"

extern const CU_TestInfo iptfs_tests_tcp_stream[];
}

#include <ns3/inet-socket-address.h>
#include <ns3/node.h>
#include <ns3/tcp-socket-factory.h>
#include <ns3/uinteger.h>

namespace
{

const int64_t ms = INT64_C(1000000000);
const uint32_t segment = 1000;

/* Two nodes with a link and a socket each: that of the second listens. */
struct Pair {
    void *node[2];
    iptfs::Section section = ns3::Create<iptfs_ns3_section>();
    iptfs::TcpStream stream;
    ns3::Ptr<ns3::TcpSocketBase> listening;
    ns3::Ptr<ns3::Socket> accepted;
    int calls = 0;

    Pair()
    {
        uint32_t device[2];

        CHECK_INT(iptfs_ns3_open(), 0);
        for (void *&own : node)
            own = net_node();
        net_link(node[0], node[1], 9000, &device[0], &device[1]);
        net_address(node[0], device[0], "10.0.0.1", "10.0.0.2");
        net_address(node[1], device[1], "10.0.0.2", "10.0.0.1");
        section->number = 0;
        section->traffic = {};
        section->traffic.segment_octets = segment;
        section->observer = {};
        section->flows.resize(1);
        section->flows[0] = {};
        stream.socket = make_socket(node[0]);
        stream.meter = iptfs::TcpMeter::watch(stream.socket, section, 0, true);
        listening = make_socket(node[1]);
        listening->Bind(ns3::InetSocketAddress(ns3::Ipv4Address("10.0.0.2"), 80));
        listening->Listen();
        listening->SetAcceptCallback(
            ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address &>(),
            ns3::MakeCallback(&Pair::on_accepted, this));
    }

    ~Pair()
    {
        iptfs::clear_callbacks(listening);
        iptfs::clear_callbacks(stream.socket);
        iptfs::clear_callbacks(accepted);
        CHECK_INT(iptfs_ns3_close(), 0);
    }

    static ns3::Ptr<ns3::TcpSocketBase> make_socket(void *node)
    {
        ns3::Ptr<ns3::Socket> socket =
            ns3::Socket::CreateSocket(ns3::Ptr<ns3::Node>(static_cast<ns3::Node *>(node)),
                                      ns3::TcpSocketFactory::GetTypeId());

        socket->SetAttribute("SegmentSize", ns3::UintegerValue(segment));
        return ns3::DynamicCast<ns3::TcpSocketBase>(socket);
    }

    void on_accepted(ns3::Ptr<ns3::Socket> socket, const ns3::Address &)
    {
        accepted = socket;
        socket->SetRecvCallback(ns3::MakeCallback(&Pair::on_received, this));
    }

    void on_received(ns3::Ptr<ns3::Socket>)
    {
        calls++;
    }

    void connect()
    {
        stream.socket->Bind();
        stream.socket->Connect(ns3::InetSocketAddress(ns3::Ipv4Address("10.0.0.2"), 80));
        CHECK_INT(iptfs_ns3_run_until(100 * ms), 0);
    }

    void send(uint64_t octets)
    {
        stream.to_send_octets = octets;
        iptfs::send_pending(stream, *section, flow());
    }

    struct iptfs_ns3_hosts_flow &flow()
    {
        return section->flows[0];
    }
};

/* Whole segments, as many as the buffer takes; the rest waits for the next call. */
void test_whole_segments()
{
    Pair pair;

    pair.stream.socket->SetAttribute("SndBufSize", ns3::UintegerValue(5 * segment / 2));
    pair.connect();
    if (!CHECK_TRUE(pair.accepted != nullptr))
        return;
    pair.send(4 * segment + 10);
    CHECK_U64(pair.stream.to_send_octets, 2 * segment + 10);
    CHECK_U64(pair.flow().sent_octets, 2 * segment);
    CHECK_INT(iptfs_ns3_run_until(200 * ms), 0);
    iptfs::send_pending(pair.stream, *pair.section, pair.flow());
    CHECK_INT(iptfs_ns3_run_until(300 * ms), 0);
    iptfs::send_pending(pair.stream, *pair.section, pair.flow());
    CHECK_U64(pair.stream.to_send_octets, 0);
    CHECK_U64(pair.flow().sent_octets, 4 * segment + 10);
    CHECK_INT(iptfs_ns3_run_until(400 * ms), 0);
    struct iptfs_ns3_hosts_flow received = {};
    CHECK_U64(iptfs::read_all(pair.accepted, received), 4 * segment + 10);
    CHECK_U64(received.received_octets, 4 * segment + 10);
    CHECK_INT(received.last_ps, 400 * ms);
    CHECK_U64(iptfs::read_all(pair.accepted, received), 0);
    CHECK_INT(received.last_ps, 400 * ms);
}

/* A socket without a connection takes nothing, and nothing counts as sent. */
void test_not_connected()
{
    Pair pair;

    pair.send(3 * segment);
    CHECK_U64(pair.stream.to_send_octets, 3 * segment);
    CHECK_U64(pair.flow().sent_octets, 0);
}

/* The socket closes behind the last octet; what it reads then ends there. */
void test_closed_behind_the_last()
{
    Pair pair;
    struct iptfs_ns3_hosts_flow received = {};

    pair.connect();
    if (!CHECK_TRUE(pair.accepted != nullptr))
        return;
    pair.stream.close_when_sent = true;
    pair.send(segment);
    CHECK_TRUE(!pair.stream.close_when_sent);
    CHECK_INT(iptfs_ns3_run_until(200 * ms), 0);
    CHECK_U64(iptfs::read_all(pair.accepted, received), segment);
    CHECK_U64(iptfs::read_all(pair.accepted, received), 0); /* the end of the connection */
    CHECK_U64(received.received_octets, segment);
    pair.send(segment); /* after Close */
    CHECK_U64(pair.stream.to_send_octets, segment);
}

void test_callbacks()
{
    Pair pair;

    iptfs::clear_callbacks(nullptr);
    pair.connect();
    if (!CHECK_TRUE(pair.accepted != nullptr))
        return;
    pair.send(segment);
    CHECK_INT(iptfs_ns3_run_until(200 * ms), 0);
    int calls = pair.calls;
    CHECK_TRUE(calls > 0);
    iptfs::clear_callbacks(pair.accepted);
    pair.send(segment);
    CHECK_INT(iptfs_ns3_run_until(300 * ms), 0);
    CHECK_INT(pair.calls, calls);
}

} // namespace

const CU_TestInfo iptfs_tests_tcp_stream[] = {
    {"whole segments", test_whole_segments},
    {"a socket without a connection", test_not_connected},
    {"closed behind the last octet", test_closed_behind_the_last},
    {"callbacks are cleared", test_callbacks},
    CU_TEST_INFO_NULL,
};
