/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file
 * C++, for scripts of ns-3's users: a tunnel between two nodes in three lines.
 *
 *     ns3::IptfsHelper tunnel;
 *     tunnel.SetAttribute("Rate", ns3::StringValue("10Mbps"));
 *     ns3::NetDeviceContainer devices = tunnel.Install(gatewayA, gatewayB);
 *
 * Then the devices get IP addresses and routes as any two devices do. Routes into the tunnel are
 * static: ns-3's global routing takes it for a stub network. Tunnels must be
 * installed before the simulation runs. Options, counters and drop causes are those of iptfs.h.
 * examples/ns3-script.cc is a whole script, and says how to build it. */
#ifndef IPTFS_NS3_IPTFS_HELPER_H
#define IPTFS_NS3_IPTFS_HELPER_H

#include <ns3/attribute.h>
#include <ns3/net-device-container.h>
#include <ns3/node.h>
#include <ns3/nstime.h>
#include <ns3/object.h>
#include <ns3/packet.h>
#include <ns3/traced-callback.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace ns3
{

struct IptfsPair;

/** One end of a tunnel, aggregated to its device.
 *
 * A script finds it by device->GetObject<IptfsTunnel>(), and ns-3's Config by the path
 * "/NodeList/0/DeviceList/1/$ns3::IptfsTunnel/Drop". Its trace sources report what this end sent:
 *
 * | source   | arguments                             | when |
 * | -------- | ------------------------------------- | ---- |
 * | Tx       | uint32_t octets, uint32_t pieces      | an outer packet leaves |
 * | Rx       | uint32_t octets, uint32_t pieces      | an outer packet arrives at the other end |
 * | Deliver  | Ptr<const Packet>, Time delay         | an inner packet is delivered to the other
 * node | | Drop     | Ptr<const Packet>, std::string cause  | an inner packet is dropped |
 */
class IptfsTunnel : public Object
{
public:
    /** Registers the class with ns-3.
     * @return its type */
    static TypeId GetTypeId();

    /** Reads a counter, also after the simulation was destroyed. NS_FATAL_ERROR when there is none
     * of that name.
     *
     * @param name as iptfs_pair_counter takes it: "XfrmOutError", "ipsec-stats/tx-pkts",
     * "link-loss"
     * @return the counter of what this end has sent */
    uint64_t GetCounter(const std::string &name) const;

protected:
    /** Releases the tunnel: ns-3 calls it when the simulation is destroyed. */
    void DoDispose() override;

private:
    friend class IptfsHelper;
    friend struct IptfsPair;

    std::shared_ptr<IptfsPair> m_pair;
    int m_end = 0;
    TracedCallback<uint32_t, uint32_t> m_tx;
    TracedCallback<uint32_t, uint32_t> m_rx;
    TracedCallback<Ptr<const Packet>, Time> m_deliver;
    TracedCallback<Ptr<const Packet>, std::string> m_drop;
};

/** Installs tunnels, as other helpers of ns-3 install devices. */
class IptfsHelper
{
public:
    /** Sets an option of tunnels installed from now on, in both directions.
     *
     * @param name a name of struct iptfs_setting in either spelling: "PktSize" or "pkt-size"
     * @param value times, rates, switches and whole numbers as ns-3's own values; all as
     * StringValue
     */
    void SetAttribute(const std::string &name, const AttributeValue &value);

    /** Chooses the random streams: the next tunnel uses this one, the tunnel after it the next
     * number, and so on.
     *
     * Without it each tunnel uses a stream that nothing else uses, as ns-3's random variables do.
     * Seed and run are those of RngSeedManager, unless "Seed" or "Run" is set.
     *
     * @param stream the first stream, 0 or more
     * @return 1, the number of streams that a tunnel needs */
    int64_t AssignStreams(int64_t stream);

    /** Chooses the random streams of tunnels that are installed: the first one uses this stream,
     * the next one the next number, and so on. To be called before the simulation runs, in place of
     * the other AssignStreams. NS_FATAL_ERROR after that.
     *
     * @param devices ends of tunnels, other devices are ignored; a tunnel counts once
     * @param stream the first stream, 0 or more
     * @return how many streams were used */
    static int64_t AssignStreams(NetDeviceContainer devices, int64_t stream);

    /** Puts a device on each node and a tunnel between them. NS_FATAL_ERROR with a line that says
     * what is wrong and what is allowed.
     *
     * @param a a node
     * @param b another node
     * @return the devices, in the order of the nodes */
    NetDeviceContainer Install(Ptr<Node> a, Ptr<Node> b);

private:
    std::map<std::string, std::string> WithStream();

    int64_t m_stream = -1; /* not assigned */
    std::map<std::string, std::string> m_settings;
};

} // namespace ns3

#endif
