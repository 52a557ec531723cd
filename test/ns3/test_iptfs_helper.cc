/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The helper for C++ scripts: attributes in both spellings, trace sources, counters, random
 * streams.
 */
#include "ns3/iptfs_helper.h"

#include "ns3/sim.h"

extern "C" {
#include "support/check.h"
#include "support/child.h"
#include "support/ns3_network.h"

extern const CU_TestInfo iptfs_tests_iptfs_helper[];
}

#include <ns3/boolean.h>
#include <ns3/data-rate.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/ipv4-global-routing-helper.h>
#include <ns3/ipv4-route.h>
#include <ns3/ipv4-routing-protocol.h>
#include <ns3/ipv4.h>
#include <ns3/node-container.h>
#include <ns3/node-list.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/rng-seed-manager.h>
#include <ns3/simulator.h>
#include <ns3/string.h>
#include <set>
#include <unistd.h>

namespace
{

using namespace ns3;

struct Seen {
    uint64_t sent = 0;
    uint64_t received = 0;
    uint64_t delivered = 0;
    uint64_t dropped = 0;
    Time delay;
    std::string cause;             /* of the last drop */
    std::set<uint32_t> at_sending; /* ids of the nodes in whose context this happened */
    std::set<uint32_t> at_receiving;
};

void on_sent(Seen *seen, uint32_t octets, uint32_t)
{
    seen->sent += octets > 0;
    seen->at_sending.insert(Simulator::GetContext());
}

void on_received(Seen *seen, uint32_t octets, uint32_t)
{
    seen->received += octets > 0;
    seen->at_receiving.insert(Simulator::GetContext());
}

void on_delivered(Seen *seen, Ptr<const Packet>, Time delay)
{
    seen->delivered++;
    seen->delay = delay;
    seen->at_receiving.insert(Simulator::GetContext());
}

void on_dropped(Seen *seen, Ptr<const Packet>, std::string cause)
{
    seen->dropped++;
    seen->cause = cause;
}

/* 20 datagrams through a tunnel between two new nodes: the end that sent them. */
Ptr<IptfsTunnel> send_datagrams(IptfsHelper &helper, Seen *seen)
{
    static const uint8_t bytes[400] = {};
    Ptr<Node> a(static_cast<Node *>(net_node())), b(static_cast<Node *>(net_node()));
    NetDeviceContainer devices = helper.Install(a, b);
    Ptr<IptfsTunnel> end = devices.Get(0)->GetObject<IptfsTunnel>();

    CHECK_U64(devices.GetN(), 2);
    CHECK_TRUE(devices.Get(0)->GetNode() == a && devices.Get(1)->GetNode() == b);
    end->TraceConnectWithoutContext("Tx", MakeBoundCallback(&on_sent, seen));
    end->TraceConnectWithoutContext("Rx", MakeBoundCallback(&on_received, seen));
    end->TraceConnectWithoutContext("Deliver", MakeBoundCallback(&on_delivered, seen));
    end->TraceConnectWithoutContext("Drop", MakeBoundCallback(&on_dropped, seen));
    net_address(PeekPointer(a), devices.Get(0)->GetIfIndex(), "10.0.0.1", "10.0.0.2");
    net_address(PeekPointer(b), devices.Get(1)->GetIfIndex(), "10.0.0.2", "10.0.0.1");
    for (int i = 0; i < 20; i++)
        net_udp_send(PeekPointer(a), (i + 1) * INT64_C(1000000000), "10.0.0.2", bytes, sizeof bytes,
                     0);
    return end;
}

void open_simulation()
{
    CHECK_INT(iptfs_ns3_open(), 0); /* picoseconds, in any order of tests */
    CHECK_INT(iptfs_ns3_close(), 0);
}

void test_traces_and_counters()
{
    IptfsHelper helper;
    Seen seen;

    open_simulation();
    helper.SetAttribute("PktSize", StringValue("600B"));
    helper.SetAttribute("rate", DataRateValue(DataRate("10Mbps")));
    helper.SetAttribute("Delay", TimeValue(MilliSeconds(5)));
    helper.SetAttribute("DontFrag", BooleanValue(false));
    Ptr<IptfsTunnel> end = send_datagrams(helper, &seen);
    net_run(INT64_C(100000000000));
    CHECK_TRUE(seen.sent >= 20);
    CHECK_U64(seen.sent, end->GetCounter("ipsec-stats/tx-pkts"));
    CHECK_U64(seen.received, seen.sent);
    CHECK_TRUE(seen.delivered >= 20);
    CHECK_U64(seen.delivered, end->GetCounter("delivered"));
    CHECK_U64(seen.dropped, 0);
    CHECK_TRUE(seen.delay >= MilliSeconds(5) && seen.delay < MilliSeconds(7));
    end = nullptr;
    net_destroy();
}

/* Packets inside the tunnel are released at the end; the counters stay. */
void test_counters_after_the_end()
{
    IptfsHelper helper;
    Seen seen;

    open_simulation();
    helper.SetAttribute("Delay", TimeValue(MilliSeconds(10)));
    Ptr<IptfsTunnel> end = send_datagrams(helper, &seen);
    net_run(INT64_C(15000000000));
    uint64_t delivered = end->GetCounter("delivered");
    net_destroy();
    CHECK_TRUE(delivered > 0 && delivered < 20);
    CHECK_U64(end->GetCounter("delivered"), delivered);
}

void test_drops()
{
    IptfsHelper helper;
    Seen seen;

    open_simulation();
    helper.SetAttribute("Loss", StringValue("100%"));
    Ptr<IptfsTunnel> end = send_datagrams(helper, &seen);
    net_run(INT64_C(100000000000));
    CHECK_U64(seen.delivered, 0);
    CHECK_TRUE(seen.dropped >= 20);
    CHECK_U64(seen.dropped, end->GetCounter("link-loss"));
    CHECK_STR(seen.cause.c_str(), "link-loss");
    end = nullptr;
    net_destroy();
}

/* A chain of point-to-point links, each with a network of its own. */
NodeContainer make_chain(uint32_t count)
{
    NodeContainer nodes(count);
    InternetStackHelper().Install(nodes);
    for (uint32_t i = 0; i + 1 < count; i++) {
        NetDeviceContainer link = PointToPointHelper().Install(nodes.Get(i), nodes.Get(i + 1));
        Ipv4AddressHelper(Ipv4Address(0x0a010000 + (i << 8)), "255.255.255.0").Assign(link);
    }
    return nodes;
}

/* The device by which a node sends to this address; -1: it has no route. */
int64_t device_towards(Ptr<Node> node, Ipv4Address address)
{
    Ipv4Header header;
    Socket::SocketErrno error;

    header.SetDestination(address);
    Ptr<Ipv4Route> route = node->GetObject<Ipv4>()->GetRoutingProtocol()->RouteOutput(
        Create<Packet>(), header, nullptr, error);
    return route != nullptr ? static_cast<int64_t>(route->GetOutputDevice()->GetIfIndex()) : -1;
}

/* Outer packets must not be routed into the tunnel between the ends of a chain: ns-3's global
 * routing takes it for a stub network, at both ends. */
void check_global_routing(uint32_t routers)
{
    NodeContainer nodes = make_chain(routers + 2);
    Ptr<Node> first = nodes.Get(0), last = nodes.Get(routers + 1);
    Ipv4Address far = last->GetObject<Ipv4>()->GetAddress(1, 0).GetLocal();
    Ipv4Address near = first->GetObject<Ipv4>()->GetAddress(1, 0).GetLocal();
    IptfsHelper helper;
    NetDeviceContainer ends = helper.Install(first, last);

    Ipv4AddressHelper("10.9.0.0", "255.255.255.0").Assign(ends);
    Ipv4GlobalRoutingHelper::PopulateRoutingTables();
    for (uint32_t i = 0; i <= routers; i++) { /* device 0 is the loopback */
        CHECK_INT(device_towards(nodes.Get(i), far), i == 0 ? 1 : 2);
        CHECK_INT(device_towards(nodes.Get(i + 1), near), 1);
    }
    CHECK_INT(device_towards(first, "10.9.0.2"), ends.Get(0)->GetIfIndex());
    net_destroy();
}

void test_global_routing()
{
    open_simulation();
    check_global_routing(1);
    check_global_routing(3);
}

/* As ns-3's asserts have it (node.cc). */
void test_contexts()
{
    IptfsHelper helper;
    Seen seen;

    open_simulation();
    helper.SetAttribute("InitDelay", TimeValue(MilliSeconds(3)));
    helper.SetAttribute("Rate", DataRateValue(DataRate("1Mbps")));
    Ptr<IptfsTunnel> end = send_datagrams(helper, &seen);
    Ptr<Node> a = NodeList::GetNode(NodeList::GetNNodes() - 2);
    Ptr<Node> b = NodeList::GetNode(NodeList::GetNNodes() - 1);
    net_run(INT64_C(100000000000));
    CHECK_TRUE(seen.delivered >= 20);
    CHECK_TRUE(seen.at_sending == std::set<uint32_t>{a->GetId()});
    CHECK_TRUE(seen.at_receiving == std::set<uint32_t>{b->GetId()});
    end = nullptr;
    net_destroy();
}

/* The user's seed and run stay as they are. */
void test_random_state()
{
    IptfsHelper helper;
    Seen seen;

    open_simulation();
    RngSeedManager::SetSeed(7);
    RngSeedManager::SetRun(3);
    helper.SetAttribute("Loss", StringValue("50%"));
    Ptr<IptfsTunnel> end = send_datagrams(helper, &seen);
    net_run(INT64_C(100000000000));
    CHECK_U64(RngSeedManager::GetSeed(), 7);
    CHECK_U64(RngSeedManager::GetRun(), 3);
    end = nullptr;
    net_destroy();
    RngSeedManager::SetSeed(1);
    RngSeedManager::SetRun(1);
}

/* The MTU of both devices, which the gateways' IP layers see. */
void test_device_mtu()
{
    IptfsHelper helper;
    Seen seen;

    open_simulation();
    helper.SetAttribute("DeviceMtu", StringValue("1400B"));
    Ptr<IptfsTunnel> end = send_datagrams(helper, &seen);
    Ptr<Node> node = NodeList::GetNode(NodeList::GetNNodes() - 1);
    CHECK_U64(node->GetDevice(node->GetNDevices() - 1)->GetMtu(), 1400);
    end = nullptr;
    net_destroy();
}

/* How many of the datagrams are lost with this stream; -1: none assigned. */
uint64_t losses(int64_t stream)
{
    IptfsHelper helper;
    Seen seen;

    open_simulation();
    helper.SetAttribute("Loss", StringValue("50%"));
    if (stream >= 0)
        CHECK_INT(helper.AssignStreams(stream), 1);
    Ptr<IptfsTunnel> end = send_datagrams(helper, &seen);
    uint64_t outcome = 1;
    for (int64_t ms = 1; ms <= 30; ms++) {
        net_run(ms * INT64_C(1000000000));
        outcome = outcome * 31 + seen.dropped;
    }
    end = nullptr;
    net_destroy();
    return outcome;
}

/* ns-3 ends the process where a script asks for what there is not; the children end with 0 in place
 * of a signal, so that the checks before are counted. */
void die_quietly()
{
    /* Not exit: a sanitizer would look for leaks, and nothing is freed here. */
    std::set_terminate([]() { _exit(0); });
}

void unknown_counter()
{
    IptfsHelper helper;
    Seen seen;

    die_quietly();
    Ptr<IptfsTunnel> end = send_datagrams(helper, &seen);
    end->GetCounter("delivred");
    CHECK_TRUE(false);
}

void unknown_attribute()
{
    IptfsHelper helper;
    Seen seen;

    die_quietly();
    helper.SetAttribute("tunnel.PktSize", StringValue("600B"));
    send_datagrams(helper, &seen);
    CHECK_TRUE(false);
}

void check_fatal(void (*body)(), const char *part)
{
    struct child child;

    child_run(body, &child);
    CHECK_INT(child.status, 0);
    if (std::string(child.err).find(part) == std::string::npos)
        CHECK_FAIL("'%s' has not '%s'", child.err, part);
}

void test_fatal_errors()
{
    open_simulation();
    check_fatal(unknown_counter, "IptfsTunnel: ");
    check_fatal(unknown_counter, "delivered");
    check_fatal(unknown_attribute, "IptfsHelper: ");
    check_fatal(unknown_attribute, "PktSize");
}

/* The same, with the stream chosen for the devices once the tunnel is there. */
uint64_t losses_assigned(int64_t stream)
{
    IptfsHelper helper;
    Seen seen;

    open_simulation();
    helper.SetAttribute("Loss", StringValue("50%"));
    Ptr<IptfsTunnel> end = send_datagrams(helper, &seen);
    NetDeviceContainer devices;
    for (uint32_t i = 2; i > 0; i--) {
        Ptr<Node> node = NodeList::GetNode(NodeList::GetNNodes() - i);
        for (uint32_t j = 0; j < node->GetNDevices(); j++) /* loopback, too */
            devices.Add(node->GetDevice(j));
    }
    CHECK_INT(IptfsHelper::AssignStreams(devices, stream), 1);
    uint64_t outcome = 1;
    for (int64_t ms = 1; ms <= 30; ms++) {
        net_run(ms * INT64_C(1000000000));
        outcome = outcome * 31 + seen.dropped;
    }
    CHECK_U64(seen.dropped, end->GetCounter("link-loss"));
    end = nullptr;
    net_destroy();
    return outcome;
}

void test_streams_of_devices()
{
    CHECK_U64(losses_assigned(5), losses(5));
    CHECK_U64(losses_assigned(6), losses(6));
}

void test_streams()
{
    CHECK_U64(losses(5), losses(5));
    CHECK_TRUE(losses(5) != losses(6));
    CHECK_TRUE(losses(-1) != losses(-1));
}

} // namespace

const CU_TestInfo iptfs_tests_iptfs_helper[] = {
    {"trace sources and counters agree", test_traces_and_counters},
    {"counters after the end", test_counters_after_the_end},
    {"drops have a cause", test_drops},
    {"what there is not ends the script, and says so", test_fatal_errors},
    {"MTU of the devices", test_device_mtu},
    {"global routing", test_global_routing},
    {"each end is in the context of its node", test_contexts},
    {"seed and run of the user stay", test_random_state},
    {"streams decide what is lost", test_streams},
    {"streams of devices", test_streams_of_devices},
    CU_TEST_INFO_NULL,
};
