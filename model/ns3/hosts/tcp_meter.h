/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++, for the sources of this folder: what is measured of one TCP socket. */
#ifndef IPTFS_NS3_HOSTS_TCP_METER_H
#define IPTFS_NS3_HOSTS_TCP_METER_H

#include "ns3/hosts/section.h"

#include <ns3/packet.h>
#include <ns3/sequence-number.h>
#include <ns3/tcp-header.h>
#include <ns3/tcp-socket-base.h>
#include <ns3/tcp-socket-state.h>

#include <cstdint>
#include <deque>

namespace iptfs
{

/* Observes one TCP socket through its trace sources: segments, retransmissions, timeouts,
 * acknowledged octets, round trips, the congestion window. */
class TcpMeter final : public ns3::SimpleRefCount<TcpMeter>
{
public:
    /* `is_main`: the congestion window of this socket is the flow's. */
    TcpMeter(const Section &section, unsigned flow, bool is_main);

    /* Connects it to the trace sources of the socket. */
    static ns3::Ptr<TcpMeter> watch(ns3::Ptr<ns3::TcpSocketBase> socket, const Section &section,
                                    unsigned flow, bool is_main);

    /* Octets in the send buffer that have never been sent. */
    uint64_t unsent_octets(const ns3::TcpSocketBase &socket) const;

private:
    /* Data sent and not acknowledged yet. */
    struct Segment {
        ns3::SequenceNumber32 end;
        uint32_t octets;
        int64_t sent_ps; /* -1: sent more than once, so the acknowledgement gives no round trip */

        ns3::SequenceNumber32 begin() const
        {
            return end - static_cast<int32_t>(octets);
        }
    };

    void on_tx(ns3::Ptr<const ns3::Packet> packet, const ns3::TcpHeader &header,
               ns3::Ptr<const ns3::TcpSocketBase>);
    void on_rx(ns3::Ptr<const ns3::Packet>, const ns3::TcpHeader &header,
               ns3::Ptr<const ns3::TcpSocketBase>);
    void on_cwnd(uint32_t, uint32_t octets);
    void on_state(ns3::TcpSocketState::TcpCongState_t, ns3::TcpSocketState::TcpCongState_t state);

    struct iptfs_ns3_hosts_flow &flow();
    void discard_times(ns3::SequenceNumber32 begin, ns3::SequenceNumber32 end);

    Section section_;
    unsigned index_;
    bool is_main_;
    bool has_sent_ = false;
    ns3::SequenceNumber32 high_; /* behind all that was sent, once something was */
    std::deque<Segment> unacked_;
};

} // namespace iptfs

#endif
