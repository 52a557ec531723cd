/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/hosts/tcp_socket.h"

#include <ns3/boolean.h>
#include <ns3/data-rate.h>
#include <ns3/nstime.h>
#include <ns3/object-factory.h>
#include <ns3/tcp-bbr.h>
#include <ns3/tcp-l4-protocol.h>
#include <ns3/uinteger.h>

#include <algorithm>

namespace iptfs
{

namespace
{

const char *const tcp_types[IPTFS_NS3_TCP_COUNT] = {
    "ns3::TcpNewReno",  "ns3::TcpLinuxReno", "ns3::TcpCubic",     "ns3::TcpBbr",
    "ns3::TcpBic",      "ns3::TcpDctcp",     "ns3::TcpHighSpeed", "ns3::TcpHtcp",
    "ns3::TcpHybla",    "ns3::TcpIllinois",  "ns3::TcpLedbat",    "ns3::TcpLp",
    "ns3::TcpScalable", "ns3::TcpVegas",     "ns3::TcpVeno",      "ns3::TcpYeah",
};

/* ns-3's BBR loses its bandwidth estimate after a timeout or a pause. It then paces at almost 0,
 * and divides by 0, which ends the process. This class keeps the pacing rate at or above four
 * segments a round trip, which is the least window of BBR. */
class Bbr final : public ns3::TcpBbr
{
public:
    void CongControl(ns3::Ptr<ns3::TcpSocketState> state,
                     const ns3::TcpRateOps::TcpRateConnection &connection,
                     const ns3::TcpRateOps::TcpRateSample &sample) override
    {
        ns3::TcpBbr::CongControl(state, connection, sample);
        raise_pacing_rate(state);
    }

    void CwndEvent(ns3::Ptr<ns3::TcpSocketState> state,
                   const ns3::TcpSocketState::TcpCAEvent_t event) override
    {
        ns3::TcpBbr::CwndEvent(state, event);
        raise_pacing_rate(state);
    }

    ns3::Ptr<ns3::TcpCongestionOps> Fork() override
    {
        return ns3::CopyObject<Bbr>(this);
    }

private:
    static void raise_pacing_rate(ns3::Ptr<ns3::TcpSocketState> state)
    {
        double rtt_s = std::max(state->m_lastRtt.Get().GetSeconds(), 0.001);
        ns3::DataRate least(static_cast<uint64_t>(4 * 8 * state->m_segmentSize / rtt_s) + 1);

        if (state->m_pacingRate.Get() < least)
            state->m_pacingRate = least;
    }
};

} // namespace

bool has_tcp_variant(unsigned tcp)
{
    ns3::TypeId type;

    return tcp < IPTFS_NS3_TCP_COUNT && ns3::TypeId::LookupByNameFailSafe(tcp_types[tcp], &type);
}

ns3::Ptr<ns3::TcpCongestionOps> make_congestion_control(const iptfs_ns3_section &section,
                                                        unsigned flow, StreamUse use)
{
    ns3::ObjectFactory factory;

    if (section.traffic.tcp == IPTFS_NS3_TCP_BBR) {
        ns3::Ptr<Bbr> bbr = ns3::CreateObject<Bbr>();
        bbr->SetStream(static_cast<uint32_t>(stream_of(section, flow, use)));
        return bbr;
    }
    factory.SetTypeId(tcp_types[section.traffic.tcp]);
    return factory.Create<ns3::TcpCongestionOps>();
}

ns3::Ptr<ns3::TcpSocketBase> make_tcp_socket(ns3::Ptr<ns3::Node> node,
                                             const iptfs_ns3_section &section, unsigned flow,
                                             StreamUse use)
{
    const struct iptfs_ns3_hosts_traffic &traffic = section.traffic;
    ns3::Ptr<ns3::TcpSocketBase> socket =
        ns3::DynamicCast<ns3::TcpSocketBase>(node->GetObject<ns3::TcpL4Protocol>()->CreateSocket());

    socket->SetAttribute("SegmentSize", ns3::UintegerValue(traffic.segment_octets));
    socket->SetAttribute("SndBufSize", ns3::UintegerValue(traffic.buffer_octets));
    socket->SetAttribute("RcvBufSize", ns3::UintegerValue(traffic.buffer_octets));
    socket->SetAttribute("Sack", ns3::BooleanValue(traffic.sack));
    socket->SetAttribute("MinRto", ns3::TimeValue(ns3::Time(traffic.min_rto_ps)));
    if (traffic.ecn)
        socket->SetUseEcn(ns3::TcpSocketState::On);
    socket->SetCongestionControlAlgorithm(make_congestion_control(section, flow, use));
    return socket;
}

} // namespace iptfs
