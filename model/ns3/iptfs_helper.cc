/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/iptfs_helper.h"

#include "iptfs.h"

#include <cctype>
#include <set>
#include <vector>

#include <ns3/boolean.h>
#include <ns3/data-rate.h>
#include <ns3/fatal-error.h>
#include <ns3/log.h>
#include <ns3/net-device.h>
#include <ns3/rng-seed-manager.h>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("IptfsTunnel");
NS_OBJECT_ENSURE_REGISTERED(IptfsTunnel);

/* The tunnel. Its two ends share it. It ends when the first of them is disposed of, and is freed
 * with the last: counters can be read in between. */
struct IptfsPair {
    struct iptfs_pair *pair = nullptr;
    IptfsTunnel *end[2] = {nullptr, nullptr}; /* NULL once disposed of */

    ~IptfsPair()
    {
        iptfs_pair_free(pair);
    }

    static IptfsTunnel *at(void *ctx, int end)
    {
        return static_cast<IptfsPair *>(ctx)->end[end];
    }

    static Ptr<const Packet> packet_of(const void *packet)
    {
        return Ptr<const Packet>(static_cast<const Packet *>(packet));
    }

    static void on_sent(void *ctx, int end, int64_t, uint32_t octets, uint32_t pieces)
    {
        if (at(ctx, end) != nullptr)
            at(ctx, end)->m_tx(octets, pieces);
    }

    static void on_received(void *ctx, int end, int64_t, uint32_t octets, uint32_t pieces)
    {
        if (at(ctx, end) != nullptr)
            at(ctx, end)->m_rx(octets, pieces);
    }

    static void on_delivered(void *ctx, int end, int64_t, const void *packet, int64_t delay_ps)
    {
        if (at(ctx, end) != nullptr)
            at(ctx, end)->m_deliver(packet_of(packet),
                                    PicoSeconds(static_cast<uint64_t>(delay_ps)));
    }

    static void on_dropped(void *ctx, int end, const void *packet, const char *cause)
    {
        NS_LOG_LOGIC("end " << end << " drops an inner packet: " << cause);
        if (at(ctx, end) != nullptr)
            at(ctx, end)->m_drop(packet_of(packet), cause);
    }
};

TypeId IptfsTunnel::GetTypeId()
{
    static TypeId id =
        TypeId("ns3::IptfsTunnel")
            .SetParent<Object>()
            .SetGroupName("Iptfs")
            .AddTraceSource(
                "Tx",
                "An outer packet leaves: its octets, and how many inner packets and fragments.",
                MakeTraceSourceAccessor(&IptfsTunnel::m_tx), "ns3::IptfsTunnel::OuterCallback")
            .AddTraceSource("Rx", "An outer packet arrives at the other end.",
                            MakeTraceSourceAccessor(&IptfsTunnel::m_rx),
                            "ns3::IptfsTunnel::OuterCallback")
            .AddTraceSource("Deliver",
                            "An inner packet is delivered to the other node, after this delay.",
                            MakeTraceSourceAccessor(&IptfsTunnel::m_deliver),
                            "ns3::IptfsTunnel::DeliverCallback")
            .AddTraceSource("Drop", "An inner packet is dropped, with this cause.",
                            MakeTraceSourceAccessor(&IptfsTunnel::m_drop),
                            "ns3::IptfsTunnel::DropCallback");
    return id;
}

uint64_t IptfsTunnel::GetCounter(const std::string &name) const
{
    char error[IPTFS_PAIR_ERROR_SIZE] = "it was not made by IptfsHelper";
    uint64_t value = 0;

    if (m_pair == nullptr ||
        iptfs_pair_counter(m_pair->pair, m_end, name.c_str(), &value, error) != 0)
        NS_FATAL_ERROR("IptfsTunnel: " << error);
    return value;
}

void IptfsTunnel::DoDispose()
{
    char error[IPTFS_PAIR_ERROR_SIZE];

    if (m_pair != nullptr) {
        m_pair->end[m_end] = nullptr;
        iptfs_pair_finish(m_pair->pair, error); /* an error was reported when it occurred */
    }
    Object::DoDispose();
}

namespace
{

/* "pkt-size" for "PktSize". */
std::string option_name(const std::string &name)
{
    std::string option;

    if (name.find_first_of("-.") != std::string::npos)
        return name;
    for (char c : name) {
        if (std::isupper(static_cast<unsigned char>(c)) && !option.empty())
            option += '-';
        option += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return option;
}

std::string option_text(const AttributeValue &value)
{
    if (auto time = dynamic_cast<const TimeValue *>(&value))
        return std::to_string(time->Get().GetPicoSeconds()) + "ps";
    if (auto rate = dynamic_cast<const DataRateValue *>(&value))
        return std::to_string(rate->Get().GetBitRate()) + "bps";
    if (auto flag = dynamic_cast<const BooleanValue *>(&value))
        return flag->Get() ? "on" : "off";
    return value.SerializeToString(nullptr);
}

} // namespace

void IptfsHelper::SetAttribute(const std::string &name, const AttributeValue &value)
{
    m_settings[option_name(name)] = option_text(value);
}

int64_t IptfsHelper::AssignStreams(int64_t stream)
{
    m_stream = stream;
    return 1;
}

int64_t IptfsHelper::AssignStreams(NetDeviceContainer devices, int64_t stream)
{
    std::set<const IptfsPair *> seen;
    char error[IPTFS_PAIR_ERROR_SIZE];

    for (auto device = devices.Begin(); device != devices.End(); ++device) {
        Ptr<IptfsTunnel> tunnel = (*device)->GetObject<IptfsTunnel>();
        if (tunnel == nullptr || tunnel->m_pair == nullptr ||
            !seen.insert(tunnel->m_pair.get()).second)
            continue;
        uint64_t number = static_cast<uint64_t>(stream) + seen.size() - 1;
        if (iptfs_pair_set_stream(tunnel->m_pair->pair, number, error) != 0)
            NS_FATAL_ERROR("IptfsHelper: " << error);
    }
    return static_cast<int64_t>(seen.size());
}

/* As for a random variable of ns-3: a new stream when none is assigned, with the seed and run of
 * the simulation. */
std::map<std::string, std::string> IptfsHelper::WithStream()
{
    std::map<std::string, std::string> settings = m_settings;
    uint64_t stream =
        m_stream >= 0 ? static_cast<uint64_t>(m_stream++) : RngSeedManager::GetNextStreamIndex();

    settings.insert({"seed", std::to_string(RngSeedManager::GetSeed())});
    settings.insert({"run", std::to_string(RngSeedManager::GetRun())});
    settings.insert({"stream", std::to_string(stream)});
    return settings;
}

NetDeviceContainer IptfsHelper::Install(Ptr<Node> a, Ptr<Node> b)
{
    struct iptfs_pair_watch watch = {};
    char error[IPTFS_PAIR_ERROR_SIZE];
    std::map<std::string, std::string> named = WithStream();
    std::vector<struct iptfs_setting> settings;
    std::shared_ptr<IptfsPair> pair = std::make_shared<IptfsPair>();
    NetDeviceContainer devices;

    watch.version = IPTFS_API_VERSION;
    watch.ctx = pair.get();
    watch.sent = IptfsPair::on_sent;
    watch.received = IptfsPair::on_received;
    watch.delivered = IptfsPair::on_delivered;
    watch.dropped = IptfsPair::on_dropped;
    for (const auto &setting : named)
        settings.push_back({setting.first.c_str(), setting.second.c_str()});
    if (iptfs_pair_new(&pair->pair, PeekPointer(a), PeekPointer(b), settings.data(),
                       settings.size(), &watch, error) != 0)
        NS_FATAL_ERROR("IptfsHelper: " << error);
    for (int end = 0; end < 2; end++) {
        Ptr<NetDevice> device(static_cast<NetDevice *>(iptfs_pair_device(pair->pair, end)));
        Ptr<IptfsTunnel> tunnel = CreateObject<IptfsTunnel>();
        tunnel->m_pair = pair;
        tunnel->m_end = end;
        pair->end[end] = PeekPointer(tunnel);
        device->AggregateObject(tunnel);
        devices.Add(device);
    }
    NS_LOG_INFO("tunnel between nodes " << a->GetId() << " and " << b->GetId());
    return devices;
}

} // namespace ns3
