/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/hosts/tcp_stream.h"

#include <algorithm>

namespace iptfs
{

namespace
{

/* An application keeps this much in the send buffer behind what the socket has sent: enough that
 * the window never waits for it, and so little that a stop takes effect soon. */
const uint64_t ready_octets = 262144;

} // namespace

void send_pending(TcpStream &stream, const iptfs_ns3_section &section,
                  struct iptfs_ns3_hosts_flow &flow)
{
    while (stream.to_send_octets > 0 &&
           stream.meter->unsent_octets(*stream.socket) < ready_octets) {
        uint64_t octets = std::min<uint64_t>(stream.to_send_octets, section.traffic.segment_octets);
        if (octets > stream.socket->GetTxAvailable())
            return; /* whole segments, or they would be sent in parts */
        int taken = stream.socket->Send(ns3::Create<ns3::Packet>(static_cast<uint32_t>(octets)), 0);
        if (taken <= 0)
            return;
        stream.to_send_octets -= static_cast<uint64_t>(taken);
        flow.sent_octets += static_cast<uint64_t>(taken);
    }
    if (stream.to_send_octets == 0 && stream.close_when_sent) {
        stream.close_when_sent = false;
        stream.socket->Close();
    }
}

uint32_t read_all(ns3::Ptr<ns3::Socket> socket, struct iptfs_ns3_hosts_flow &flow)
{
    uint32_t octets = 0;

    while (ns3::Ptr<ns3::Packet> packet = socket->Recv()) {
        if (packet->GetSize() == 0)
            break;
        octets += packet->GetSize();
    }
    if (octets > 0)
        note_received(flow, octets);
    return octets;
}

void clear_callbacks(ns3::Ptr<ns3::Socket> socket)
{
    if (!socket)
        return;
    socket->SetConnectCallback(ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>(),
                               ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>());
    socket->SetCloseCallbacks(ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>(),
                              ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>());
    socket->SetRecvCallback(ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>());
    socket->SetSendCallback(ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>, uint32_t>());
    socket->SetAcceptCallback(
        ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address &>(),
        ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>, const ns3::Address &>());
}

} // namespace iptfs
