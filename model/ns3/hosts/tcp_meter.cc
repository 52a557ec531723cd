/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/hosts/tcp_meter.h"

#include "ns3/sim.h"

#include <ns3/tcp-tx-buffer.h>

#include <algorithm>

namespace iptfs
{

TcpMeter::TcpMeter(const Section &section, unsigned flow, bool is_main)
    : section_(section), index_(flow), is_main_(is_main)
{
}

ns3::Ptr<TcpMeter> TcpMeter::watch(ns3::Ptr<ns3::TcpSocketBase> socket, const Section &section,
                                   unsigned flow, bool is_main)
{
    ns3::Ptr<TcpMeter> meter = ns3::Create<TcpMeter>(section, flow, is_main);

    socket->TraceConnectWithoutContext("Tx", ns3::MakeCallback(&TcpMeter::on_tx, meter));
    socket->TraceConnectWithoutContext("Rx", ns3::MakeCallback(&TcpMeter::on_rx, meter));
    socket->TraceConnectWithoutContext("CongestionWindow",
                                       ns3::MakeCallback(&TcpMeter::on_cwnd, meter));
    socket->TraceConnectWithoutContext("CongState", ns3::MakeCallback(&TcpMeter::on_state, meter));
    return meter;
}

uint64_t TcpMeter::unsent_octets(const ns3::TcpSocketBase &socket) const
{
    ns3::Ptr<ns3::TcpTxBuffer> buffer = socket.GetTxBuffer();

    if (!has_sent_)
        return buffer->Size();
    return static_cast<uint64_t>(std::max<int64_t>(buffer->TailSequence() - high_, 0));
}

void TcpMeter::on_tx(ns3::Ptr<const ns3::Packet> packet, const ns3::TcpHeader &header,
                     ns3::Ptr<const ns3::TcpSocketBase>)
{
    uint32_t octets = packet->GetSize();
    ns3::SequenceNumber32 end = header.GetSequenceNumber() + static_cast<int32_t>(octets);

    if (octets == 0)
        return;
    ++flow().segments;
    if (has_sent_ && end <= high_) {
        ++flow().retransmissions;
        discard_times(header.GetSequenceNumber(), end);
        return;
    }
    has_sent_ = true;
    high_ = end;
    unacked_.push_back({end, octets, iptfs_ns3_now_ps()});
}

void TcpMeter::on_rx(ns3::Ptr<const ns3::Packet>, const ns3::TcpHeader &header,
                     ns3::Ptr<const ns3::TcpSocketBase>)
{
    int64_t sent_ps = -1;
    bool retransmitted = false;

    if ((header.GetFlags() & ns3::TcpHeader::ACK) == 0)
        return;
    while (!unacked_.empty() && unacked_.front().end <= header.GetAckNumber()) {
        sent_ps = unacked_.front().sent_ps;
        retransmitted = retransmitted || sent_ps < 0;
        flow().acked_octets += unacked_.front().octets;
        unacked_.pop_front();
    }
    if (sent_ps >= 0 && !retransmitted && section_->observer.rtt != nullptr)
        section_->observer.rtt(section_->observer.ctx, iptfs_ns3_now_ps() - sent_ps);
}

void TcpMeter::on_cwnd(uint32_t, uint32_t octets)
{
    if (is_main_)
        flow().cwnd_octets = octets;
}

void TcpMeter::on_state(ns3::TcpSocketState::TcpCongState_t,
                        ns3::TcpSocketState::TcpCongState_t state)
{
    if (state == ns3::TcpSocketState::CA_LOSS)
        ++flow().timeouts;
}

struct iptfs_ns3_hosts_flow &TcpMeter::flow()
{
    return section_->flows[index_];
}

/* Karn's algorithm: an acknowledgement of a segment sent twice does not identify the copy. */
void TcpMeter::discard_times(ns3::SequenceNumber32 begin, ns3::SequenceNumber32 end)
{
    auto first = std::upper_bound(
        unacked_.begin(), unacked_.end(), begin,
        [](ns3::SequenceNumber32 at, const Segment &segment) { return at < segment.end; });

    for (; first != unacked_.end() && first->begin() < end; ++first)
        first->sent_ps = -1;
}

} // namespace iptfs
