/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++, for scripts of ns-3's users: a tunnel between two nodes in three lines.
 *
 *   ns3::IptfsHelper tunnel;
 *   tunnel.SetAttribute("Rate", ns3::StringValue("10Mbps"));
 *   ns3::NetDeviceContainer devices = tunnel.Install(gatewayA, gatewayB);
 *
 * On it stand IP addresses and routes as on any two devices; static routes, for ns-3's global
 * routing wants a channel. To be used before the simulation runs. examples/ns3-script.cc is one
 * such script; the options, counters and causes are those of iptfs.h. */
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

/* The end of a tunnel: aggregated to its device, so that a script finds it by
 * device->GetObject<IptfsTunnel>(), and ns-3's Config by the path
 * "/NodeList/0/DeviceList/1/$ns3::IptfsTunnel/Drop". Its trace sources tell of what this end sent:
 *
 *   Tx, Rx   (uint32_t octets, uint32_t pieces)      an outer packet leaves; it arrives
 *   Deliver  (Ptr<const Packet>, Time delay)         an inner packet reaches the other node
 *   Drop     (Ptr<const Packet>, std::string cause)  it ends otherwise */
class IptfsTunnel : public Object
{
public:
    static TypeId GetTypeId();

    /* A counter by name, as "XfrmOutError", "ipsec-stats/tx-pkts" or "link-loss", until the
     * simulation is destroyed. NS_FATAL_ERROR when there is none of that name. */
    uint64_t GetCounter(const std::string &name) const;

protected:
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

class IptfsHelper
{
public:
    /* An option for tunnels installed from now on, both directions: "PktSize" and "pkt-size" are
     * the same. Times, rates, switches and whole numbers may be given as ns-3's own values, all as
     * StringValue. */
    void SetAttribute(const std::string &name, const AttributeValue &value);

    /* The next tunnel draws its losses and other chances from this stream, the one after it from
     * the next, and so on; else each takes a stream that nobody has, as ns-3's random variables do.
     * Seed and run are those of RngSeedManager, unless "Seed" is set. Returns 1, the streams that a
     * tunnel needs. */
    int64_t AssignStreams(int64_t stream);

    /* Puts a device on each node and a tunnel between them; devices in the order of the nodes.
     * NS_FATAL_ERROR, with a line that says what is wrong and allowed. */
    NetDeviceContainer Install(Ptr<Node> a, Ptr<Node> b);

private:
    std::map<std::string, std::string> WithStream();

    int64_t m_stream = -1; /* not assigned */
    std::map<std::string, std::string> m_settings;
};

} // namespace ns3

#endif
