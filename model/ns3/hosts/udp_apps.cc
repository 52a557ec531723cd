/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/hosts/udp_apps.h"

#include "base/asserts.h"

#include <ns3/data-rate.h>
#include <ns3/double.h>
#include <ns3/onoff-application.h>
#include <ns3/packet-sink.h>
#include <ns3/pointer.h>
#include <ns3/random-variable-stream.h>
#include <ns3/udp-socket-factory.h>
#include <ns3/uinteger.h>

#include <algorithm>

namespace iptfs
{

namespace
{

const uint32_t ipv4_udp_octets = 28;
const uint32_t ipv6_udp_octets = 48;

/* Counts what ns-3's applications send and receive, through their trace sources. */
class UdpMeter final : public ns3::SimpleRefCount<UdpMeter>
{
public:
    UdpMeter(const Section &section, unsigned flow) : section_(section), index_(flow)
    {
    }

    void on_sent(ns3::Ptr<const ns3::Packet> packet)
    {
        note_start(section_->flows[index_]);
        section_->flows[index_].sent_octets += packet->GetSize();
    }

    void on_received(ns3::Ptr<const ns3::Packet> packet, const ns3::Address &)
    {
        note_received(section_->flows[index_], packet->GetSize());
    }

private:
    Section section_;
    unsigned index_;
};

/* The length of a period: Pareto with this shape, or exponential when the shape is 0. */
ns3::Ptr<ns3::RandomVariableStream> make_period(int64_t mean_ps, double shape)
{
    double mean_s = static_cast<double>(mean_ps) / 1e12;

    if (shape > 0) {
        ns3::Ptr<ns3::ParetoRandomVariable> pareto = ns3::CreateObject<ns3::ParetoRandomVariable>();
        pareto->SetAttribute("Shape", ns3::DoubleValue(shape));
        pareto->SetAttribute("Scale", ns3::DoubleValue(mean_s * (shape - 1) / shape));
        return pareto;
    }
    ns3::Ptr<ns3::ExponentialRandomVariable> exponential =
        ns3::CreateObject<ns3::ExponentialRandomVariable>();
    exponential->SetAttribute("Mean", ns3::DoubleValue(mean_s));
    return exponential;
}

ns3::Ptr<ns3::RandomVariableStream> make_constant(double value)
{
    ns3::Ptr<ns3::ConstantRandomVariable> constant =
        ns3::CreateObject<ns3::ConstantRandomVariable>();

    constant->SetAttribute("Constant", ns3::DoubleValue(value));
    return constant;
}

/* On for longer than any simulation where there are no off periods. */
void set_periods(ns3::OnOffApplication &sender, const struct iptfs_ns3_hosts_traffic &traffic)
{
    const bool always = traffic.off_ps == 0;
    const double longest_s = 4e6;

    sender.SetAttribute(
        "OnTime", ns3::PointerValue(always ? make_constant(longest_s)
                                           : make_period(traffic.on_ps, traffic.pareto_shape)));
    sender.SetAttribute(
        "OffTime", ns3::PointerValue(always ? make_constant(0)
                                            : make_period(traffic.off_ps, traffic.pareto_shape)));
}

} // namespace

uint32_t udp_header_octets(int ip_version)
{
    return ip_version == 6 ? ipv6_udp_octets : ipv4_udp_octets;
}

ns3::Ptr<ns3::Application> make_udp_client(const Section &section, unsigned flow)
{
    const struct iptfs_ns3_hosts_traffic &traffic = section->traffic;
    ns3::Ptr<ns3::OnOffApplication> sender = ns3::CreateObject<ns3::OnOffApplication>();
    IPTFS_ASSERT(traffic.packet_octets > udp_header_octets(traffic.ip_version));
    uint32_t octets = traffic.packet_octets - udp_header_octets(traffic.ip_version);
    double rate_bps = static_cast<double>(traffic.rate_bps) * octets / traffic.packet_octets;

    sender->SetAttribute("Protocol", ns3::TypeIdValue(ns3::UdpSocketFactory::GetTypeId()));
    sender->SetAttribute("Remote", ns3::AddressValue(server_of(*section, flow)));
    sender->SetAttribute("PacketSize", ns3::UintegerValue(octets));
    sender->SetAttribute("DataRate", ns3::DataRateValue(ns3::DataRate(
                                         std::max<uint64_t>(1, static_cast<uint64_t>(rate_bps)))));
    set_periods(*sender, traffic);
    sender->AssignStreams(stream_of(*section, flow, STREAM_ONOFF));
    sender->TraceConnectWithoutContext(
        "Tx", ns3::MakeCallback(&UdpMeter::on_sent, ns3::Create<UdpMeter>(section, flow)));
    return sender;
}

ns3::Ptr<ns3::Application> make_udp_server(const Section &section, unsigned flow)
{
    ns3::Ptr<ns3::PacketSink> sink = ns3::CreateObject<ns3::PacketSink>();

    sink->SetAttribute("Protocol", ns3::TypeIdValue(ns3::UdpSocketFactory::GetTypeId()));
    sink->SetAttribute("Local", ns3::AddressValue(server_of(*section, flow)));
    sink->TraceConnectWithoutContext(
        "Rx", ns3::MakeCallback(&UdpMeter::on_received, ns3::Create<UdpMeter>(section, flow)));
    return sink;
}

} // namespace iptfs
