/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/p2p.h"

#include "ns3/guard.h"
#include "ns3/p2p_parts.h"
#include "ns3/sim_state.h"

#include <ns3/data-rate.h>
#include <ns3/drop-tail-queue.h>
#include <ns3/packet.h>
#include <ns3/tag.h>

namespace iptfs
{

bool p2p_is_valid(const struct iptfs_ns3_p2p_config &c)
{
    uint32_t queue = c.queue_packets != 0 ? c.queue_packets : c.queue_octets;

    return c.rate_bps >= IPTFS_NS3_RATE_MIN_BPS && c.rate_bps <= IPTFS_NS3_RATE_MAX_BPS &&
           c.delay_ps >= 0 && c.delay_ps <= IPTFS_NS3_DELAY_MAX_PS && c.mtu_octets >= 1 &&
           c.mtu_octets <= IPTFS_NS3_MTU_MAX_OCTETS &&
           (c.queue_packets == 0) != (c.queue_octets == 0) && queue <= IPTFS_NS3_QUEUE_MAX;
}

ns3::Ptr<ns3::PointToPointChannel> make_p2p_channel(const struct iptfs_ns3_p2p_config &config)
{
    ns3::Ptr<ns3::PointToPointChannel> channel = ns3::CreateObject<ns3::PointToPointChannel>();

    channel->SetAttribute("Delay", ns3::TimeValue(ns3::Time(config.delay_ps)));
    return channel;
}

ns3::Ptr<ns3::PointToPointNetDevice> make_p2p_device(const struct iptfs_ns3_p2p_config &config,
                                                     ns3::Ptr<ns3::PointToPointChannel> channel,
                                                     ns3::Ptr<ns3::Node> node)
{
    bool in_packets = config.queue_packets != 0;
    ns3::QueueSize limit(in_packets ? ns3::QueueSizeUnit::PACKETS : ns3::QueueSizeUnit::BYTES,
                         in_packets ? config.queue_packets : config.queue_octets);
    ns3::Ptr<ns3::DropTailQueue<ns3::Packet>> queue =
        ns3::CreateObject<ns3::DropTailQueue<ns3::Packet>>();
    ns3::Ptr<ns3::PointToPointNetDevice> device = ns3::CreateObject<ns3::PointToPointNetDevice>();

    queue->SetMaxSize(limit);
    device->SetQueue(queue);
    device->SetDataRate(ns3::DataRate(config.rate_bps));
    device->SetInterframeGap(ns3::Time(0));
    device->SetMtu(static_cast<uint16_t>(config.mtu_octets));
    node->AddDevice(device);
    device->Attach(channel);
    return device;
}

} // namespace iptfs

/* Reference counted, because the callback in the receiving device lives until the close. */
struct iptfs_ns3_p2p final : public ns3::SimpleRefCount<iptfs_ns3_p2p> {
    ns3::Ptr<ns3::PointToPointNetDevice> sender;
    ns3::Address broadcast;
    ns3::DataRate rate;
    uint32_t octets_max = 0; /* on the wire */
    uint64_t epoch = 0;
    void (*receive)(void *ctx, uint64_t tag, uint32_t octets) = nullptr; /* NULL: freed */
    void *ctx = nullptr;
};

namespace
{

const uint16_t protocol_ipv4 = 0x0800; /* ns-3's PPP header knows only IPv4 and IPv6 */

class PacketNumber final : public ns3::Tag
{
public:
    uint64_t value = 0;

    static ns3::TypeId GetTypeId()
    {
        static ns3::TypeId id =
            ns3::TypeId("iptfs::PacketNumber").SetParent<ns3::Tag>().AddConstructor<PacketNumber>();
        return id;
    }

    ns3::TypeId GetInstanceTypeId() const override
    {
        return GetTypeId();
    }

    uint32_t GetSerializedSize() const override
    {
        return sizeof(value);
    }

    void Serialize(ns3::TagBuffer buffer) const override
    {
        buffer.WriteU64(value);
    }

    void Deserialize(ns3::TagBuffer buffer) override
    {
        value = buffer.ReadU64();
    }

    void Print(std::ostream &os) const override
    {
        os << value;
    }
};

bool deliver(ns3::Ptr<iptfs_ns3_p2p> p2p, ns3::Ptr<ns3::NetDevice>,
             ns3::Ptr<const ns3::Packet> packet, uint16_t, const ns3::Address &)
{
    PacketNumber number;

    if (p2p->receive != nullptr && packet->PeekPacketTag(number))
        p2p->receive(p2p->ctx, number.value, packet->GetSize() + IPTFS_NS3_PPP_OCTETS);
    return true;
}

int build_link(ns3::Ptr<iptfs_ns3_p2p> p2p, const struct iptfs_ns3_p2p_config *config)
{
    ns3::Ptr<ns3::PointToPointChannel> channel = iptfs::make_p2p_channel(*config);
    ns3::Ptr<ns3::PointToPointNetDevice> receiver;

    p2p->sender = iptfs::make_p2p_device(*config, channel, ns3::CreateObject<ns3::Node>());
    receiver = iptfs::make_p2p_device(*config, channel, ns3::CreateObject<ns3::Node>());
    receiver->SetReceiveCallback(ns3::MakeBoundCallback(&deliver, p2p));
    p2p->broadcast = p2p->sender->GetBroadcast();
    p2p->rate = ns3::DataRate(config->rate_bps);
    p2p->octets_max = config->mtu_octets + IPTFS_NS3_PPP_OCTETS;
    p2p->epoch = iptfs::sim.epoch;
    return 0;
}

} // namespace

int iptfs_ns3_p2p_new(struct iptfs_ns3_p2p **out, const struct iptfs_ns3_p2p_config *config,
                      void (*receive)(void *ctx, uint64_t tag, uint32_t octets), void *ctx)
{
    if (out == nullptr)
        return IPTFS_NS3_EINVAL;
    *out = nullptr;
    if (config == nullptr || receive == nullptr || !iptfs::p2p_is_valid(*config))
        return IPTFS_NS3_EINVAL;
    if (!iptfs_ns3_counts_ps())
        return IPTFS_NS3_ESTATE;
    return iptfs::guarded([out, config, receive, ctx]() {
        ns3::Ptr<iptfs_ns3_p2p> p2p = ns3::Create<iptfs_ns3_p2p>();
        int rc = build_link(p2p, config);

        p2p->receive = receive;
        p2p->ctx = ctx;
        *out = ns3::GetPointer(p2p);
        return rc;
    });
}

int iptfs_ns3_p2p_send(struct iptfs_ns3_p2p *p2p, uint32_t octets, uint64_t tag)
{
    if (p2p == nullptr || octets <= IPTFS_NS3_PPP_OCTETS || octets > p2p->octets_max)
        return IPTFS_NS3_EINVAL;
    if (iptfs::sim.impl == nullptr || p2p->epoch != iptfs::sim.epoch)
        return IPTFS_NS3_ESTATE;
    return iptfs::guarded([p2p, octets, tag]() {
        ns3::Ptr<ns3::Packet> packet = ns3::Create<ns3::Packet>(octets - IPTFS_NS3_PPP_OCTETS);
        PacketNumber number;

        number.value = tag;
        packet->AddPacketTag(number);
        return p2p->sender->Send(packet, p2p->broadcast, protocol_ipv4) ? 0 : IPTFS_NS3_EDROP;
    });
}

int64_t iptfs_ns3_p2p_tx_time_ps(const struct iptfs_ns3_p2p *p2p, uint32_t octets)
{
    if (p2p == nullptr || octets == 0 || octets > p2p->octets_max)
        return IPTFS_NS3_EINVAL;
    return p2p->rate.CalculateBytesTxTime(octets).GetTimeStep();
}

void iptfs_ns3_p2p_free(struct iptfs_ns3_p2p *p2p)
{
    if (p2p == nullptr)
        return;
    p2p->receive = nullptr;
    p2p->sender = nullptr; /* the devices hold the callback, which holds p2p */
    p2p->Unref();
}
