/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/device.h"

#include "base/asserts.h"
#include "base/octets.h"
#include "ns3/guard.h"
#include "ns3/sim.h"

#include <ns3/ipv4-header.h>
#include <ns3/ipv4.h>
#include <ns3/ipv6-header.h>
#include <ns3/ipv6.h>
#include <ns3/mac48-address.h>
#include <ns3/node.h>
#include <ns3/packet.h>
#include <ns3/virtual-net-device.h>

struct iptfs_ns3_device {
    ns3::Ptr<ns3::VirtualNetDevice> device;
    uint32_t index;
    iptfs_ns3_device_send *send;
    void *ctx;
    ns3::VirtualNetDevice::SendCallback refuse; /* set when the device is freed; made before */
};

namespace
{

const uint32_t mtu_min_octets = 68; /* RFC 791 */
const uint32_t mtu_max_octets = 65535;
const uint16_t protocol_ipv4 = 0x0800;
const uint16_t protocol_ipv6 = 0x86dd;
const uint32_t ipv4_octets = 20;
const uint32_t ipv6_octets = 40;

uint8_t tos_of(const uint8_t *head)
{
    if (head[0] >> 4 == 4)
        return head[1];
    return static_cast<uint8_t>((head[0] & 0xf) << 4 | head[1] >> 4);
}

uint32_t id_of(const uint8_t *head)
{
    if (head[0] >> 4 == 4)
        return iptfs_get16(head + 4);
    return static_cast<uint32_t>(head[1] & 0xf) << 16 | static_cast<uint32_t>(head[2]) << 8 |
           head[3];
}

/* ns-3 makes no IP packet shorter than its header, but an application of the user might. */
bool is_ip(const uint8_t *head, uint32_t octets, uint16_t protocol)
{
    if (protocol == protocol_ipv4)
        return octets >= ipv4_octets && head[0] >> 4 == 4;
    return protocol == protocol_ipv6 && octets >= ipv6_octets && head[0] >> 4 == 6;
}

bool on_send(struct iptfs_ns3_device *device, ns3::Ptr<ns3::Packet> packet, const ns3::Address &,
             const ns3::Address &, uint16_t protocol)
{
    uint8_t head[IPTFS_NS3_PACKET_HEAD_OCTETS];
    struct iptfs_ns3_packet sent = {};

    sent.head_octets = packet->CopyData(head, sizeof head);
    if (!is_ip(head, sent.head_octets, protocol))
        return false;
    sent.head = head;
    sent.octets = packet->GetSize();
    sent.ip_version = head[0] >> 4;
    sent.tos = tos_of(head);
    sent.id = id_of(head);
    sent.df = sent.ip_version == 4 && (head[6] & 0x40) != 0;
    sent.handle = ns3::GetPointer(packet); /* takes a reference, which the callee owns */
    return device->send(device->ctx, &sent);
}

bool refuse(ns3::Ptr<ns3::Packet>, const ns3::Address &, const ns3::Address &, uint16_t)
{
    return false;
}

/* TCP's and UDP's checksums do not cover the TOS. */
void write_tos(ns3::Ptr<ns3::Packet> packet, uint8_t version, uint8_t tos)
{
    if (version == 4) {
        ns3::Ipv4Header header;
        packet->RemoveHeader(header);
        header.SetTos(tos);
        if (ns3::Node::ChecksumEnabled())
            header.EnableChecksum();
        packet->AddHeader(header);
    } else {
        ns3::Ipv6Header header;
        packet->RemoveHeader(header);
        header.SetTrafficClass(tos);
        packet->AddHeader(header);
    }
}

void receive(ns3::Ptr<ns3::VirtualNetDevice> device, ns3::Ptr<ns3::Packet> packet, uint8_t tos)
{
    uint8_t head[2];

    packet->CopyData(head, sizeof head);
    uint8_t version = head[0] >> 4;
    if (tos_of(head) != tos)
        write_tos(packet, version, tos);
    device->Receive(packet, version == 4 ? protocol_ipv4 : protocol_ipv6, device->GetBroadcast(),
                    device->GetAddress(), ns3::NetDevice::PACKET_HOST);
}

ns3::Ptr<ns3::VirtualNetDevice> make_device(ns3::Ptr<ns3::Node> node, uint32_t mtu_octets)
{
    ns3::Ptr<ns3::VirtualNetDevice> device = ns3::CreateObject<ns3::VirtualNetDevice>();

    device->SetAddress(
        ns3::Mac48Address::Allocate()); /* IPv6 derives its link-local address from it */
    /* Without a channel it must be a stub network to ns-3's global routing: a point-to-point device
     * without one crashes it. */
    device->SetIsPointToPoint(false);
    device->SetNeedsArp(false);
    device->SetMtu(static_cast<uint16_t>(mtu_octets));
    node->AddDevice(device);
    return device;
}

} // namespace

int iptfs_ns3_device_new(struct iptfs_ns3_device **out, void *node, uint32_t mtu_octets,
                         iptfs_ns3_device_send *send, void *ctx)
{
    if (out == nullptr)
        return IPTFS_NS3_EINVAL;
    *out = nullptr;
    if (node == nullptr || send == nullptr || mtu_octets < mtu_min_octets ||
        mtu_octets > mtu_max_octets)
        return IPTFS_NS3_EINVAL;
    if (iptfs_ns3_now_ps() < 0)
        return IPTFS_NS3_ESTATE;
    return iptfs::guarded([out, node, mtu_octets, send, ctx]() {
        ns3::Ptr<ns3::VirtualNetDevice> device =
            make_device(ns3::Ptr<ns3::Node>(static_cast<ns3::Node *>(node)), mtu_octets);
        *out = new iptfs_ns3_device{device, device->GetIfIndex(), send, ctx,
                                    ns3::MakeCallback(&refuse)};
        device->SetSendCallback(ns3::MakeBoundCallback(&on_send, *out));
        return 0;
    });
}

uint32_t iptfs_ns3_device_index(const struct iptfs_ns3_device *device)
{
    return device->index;
}

void *iptfs_ns3_device_pointer(const struct iptfs_ns3_device *device)
{
    if (device->device->GetNode() == nullptr)
        return nullptr;
    return static_cast<ns3::NetDevice *>(ns3::PeekPointer(device->device));
}

void *iptfs_ns3_device_node(const struct iptfs_ns3_device *device)
{
    return ns3::PeekPointer(device->device->GetNode());
}

uint32_t iptfs_ns3_device_node_id(const struct iptfs_ns3_device *device)
{
    return device->device->GetNode()->GetId();
}

bool iptfs_ns3_device_receive(struct iptfs_ns3_device *device, void *handle, uint8_t tos)
{
    ns3::Ptr<ns3::Packet> packet(static_cast<ns3::Packet *>(handle), false);

    if (device == nullptr || device->device->GetNode() == nullptr)
        return false;
    return iptfs::guarded([device, &packet, tos]() {
               receive(device->device, packet, tos);
               return 0;
           }) == 0;
}

bool iptfs_ns3_device_is_local(const struct iptfs_ns3_device *device, const void *handle)
{
    ns3::Ptr<ns3::Node> node = device->device->GetNode();
    const ns3::Packet *packet = static_cast<const ns3::Packet *>(handle);
    uint8_t head[ipv6_octets];

    packet->CopyData(head, sizeof head);
    if (head[0] >> 4 == 4) {
        ns3::Ptr<ns3::Ipv4> ip = node->GetObject<ns3::Ipv4>();
        return ip != nullptr &&
               ip->GetInterfaceForAddress(ns3::Ipv4Address::Deserialize(head + 12)) >= 0;
    }
    ns3::Ptr<ns3::Ipv6> ip = node->GetObject<ns3::Ipv6>();
    return ip != nullptr &&
           ip->GetInterfaceForAddress(ns3::Ipv6Address::Deserialize(head + 8)) >= 0;
}

void iptfs_ns3_device_free(struct iptfs_ns3_device *device)
{
    if (device == nullptr)
        return;
    device->device->SetSendCallback(device->refuse);
    delete device;
}

uint32_t iptfs_ns3_packet_copy(const void *handle, uint32_t offset, uint8_t *bytes, uint32_t octets)
{
    const ns3::Packet *packet = static_cast<const ns3::Packet *>(handle);

    if (offset == 0)
        return packet->CopyData(bytes, octets);
    if (offset >= packet->GetSize())
        return 0;
    uint32_t left = packet->GetSize() - offset;
    return packet->CreateFragment(offset, left)->CopyData(bytes, octets);
}

void iptfs_ns3_packet_release(void *handle)
{
    static_cast<ns3::Packet *>(handle)->Unref();
}
