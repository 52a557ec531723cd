/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ns-3's internet stack behind two gateways. As sim.cc: interfaces that ns-3 3.37 to 3.48
 * share, arguments checked first, no exception over the C interface.
 *
 * What ns-3 calls back at is either an application, which its node owns, or a Meter. Neither holds
 * the hosts, and sections hold neither: so the hosts may be freed at any time.
 */
#include "ns3/hosts/hosts.h"

#include "ns3/guard.h"
#include "ns3/p2p_parts.h"
#include "ns3/pmtu.h"

#include <ns3/application.h>
#include <ns3/boolean.h>
#include <ns3/data-rate.h>
#include <ns3/icmpv6-l4-protocol.h>
#include <ns3/inet-socket-address.h>
#include <ns3/inet6-socket-address.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-static-routing-helper.h>
#include <ns3/ipv4-static-routing.h>
#include <ns3/ipv4.h>
#include <ns3/ipv6-static-routing-helper.h>
#include <ns3/ipv6-static-routing.h>
#include <ns3/ipv6.h>
#include <ns3/onoff-application.h>
#include <ns3/packet-sink.h>
#include <ns3/pointer.h>
#include <ns3/random-variable-stream.h>
#include <ns3/simulator.h>
#include <ns3/tcp-bbr.h>
#include <ns3/tcp-header.h>
#include <ns3/tcp-l4-protocol.h>
#include <ns3/tcp-socket-base.h>
#include <ns3/tcp-tx-buffer.h>
#include <ns3/udp-socket-factory.h>
#include <ns3/uinteger.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <vector>

/* A section of traffic: what it is to do, and what has become of it. */
struct iptfs_ns3_section final : public ns3::SimpleRefCount<iptfs_ns3_section> {
    struct iptfs_ns3_hosts_traffic traffic;
    struct iptfs_ns3_hosts_observer observer;
    unsigned number;
    std::vector<struct iptfs_ns3_hosts_flow> flows;
    ns3::Address server; /* with port 0 */
};

struct iptfs_ns3_hosts {
    ns3::Ptr<ns3::Node> gateway[IPTFS_NS3_HOSTS_SIDES];
    bool joined;
    std::map<unsigned, ns3::Ptr<iptfs_ns3_section>> sections;
};

namespace
{

using Section = ns3::Ptr<iptfs_ns3_section>;

const uint16_t first_port = 50000; /* of no protocol, where a capture is looked at */
const uint32_t ipv4_udp_octets = 28;
const uint32_t ipv6_udp_octets = 48;

/* An application keeps this much ready behind what the socket has sent: enough that the window
 * never waits for it, and little enough to stop soon. */
const uint64_t ready_octets = 262144;

/* Random streams of a section: its number, then the flow, then what for. */
enum StreamUse {
    STREAM_THINK,
    STREAM_ONOFF, /* two */
    STREAM_CLIENT = 3,
    STREAM_SERVER,
    STREAM_USES = 8
};

const char *const tcp_types[IPTFS_NS3_TCP_COUNT] = {
    "ns3::TcpNewReno",  "ns3::TcpLinuxReno", "ns3::TcpCubic",     "ns3::TcpBbr",
    "ns3::TcpBic",      "ns3::TcpDctcp",     "ns3::TcpHighSpeed", "ns3::TcpHtcp",
    "ns3::TcpHybla",    "ns3::TcpIllinois",  "ns3::TcpLedbat",    "ns3::TcpLp",
    "ns3::TcpScalable", "ns3::TcpVegas",     "ns3::TcpVeno",      "ns3::TcpYeah",
};

int64_t now_ps()
{
    return ns3::Simulator::Now().GetTimeStep();
}

int64_t stream_of(const iptfs_ns3_section &section, unsigned flow, StreamUse use)
{
    int64_t flows = static_cast<int64_t>(section.number) * IPTFS_NS3_HOSTS_FLOWS_MAX + flow;

    return flows * STREAM_USES + use;
}

/* ------------------------------------------------------------------------------ measurements */

void note_start(struct iptfs_ns3_hosts_flow &flow)
{
    if (flow.started_ps < 0)
        flow.started_ps = now_ps();
}

void note_received(struct iptfs_ns3_hosts_flow &flow, uint32_t octets)
{
    flow.received_octets += octets;
    flow.last_ps = now_ps();
}

void note_finished(const Section &section, unsigned index, int64_t begun_ps, bool last)
{
    struct iptfs_ns3_hosts_flow &flow = section->flows[index];

    ++flow.transfers;
    if (last)
        flow.finished_ps = now_ps();
    if (section->observer.finished != nullptr)
        section->observer.finished(section->observer.ctx, now_ps() - begun_ps);
}

/* Watches one TCP socket. */
class Meter final : public ns3::SimpleRefCount<Meter>
{
public:
    Meter(const Section &section, unsigned index, bool is_main)
        : section_(section), index_(index), is_main_(is_main)
    {
    }

    /* Sequence number behind all that was sent; only where something was. */
    ns3::SequenceNumber32 high;
    bool has_sent = false;

    void on_tx(ns3::Ptr<const ns3::Packet> packet, const ns3::TcpHeader &header,
               ns3::Ptr<const ns3::TcpSocketBase>)
    {
        uint32_t octets = packet->GetSize();
        ns3::SequenceNumber32 end = header.GetSequenceNumber() + static_cast<int32_t>(octets);

        if (octets == 0)
            return;
        ++flow().segments;
        if (has_sent && end <= high) {
            ++flow().retransmissions;
            forget_time(header.GetSequenceNumber(), end);
            return;
        }
        has_sent = true;
        high = end;
        under_way_.push_back({end, octets, now_ps()});
    }

    void on_rx(ns3::Ptr<const ns3::Packet>, const ns3::TcpHeader &header,
               ns3::Ptr<const ns3::TcpSocketBase>)
    {
        int64_t sent_ps = -1;
        bool again = false;

        if ((header.GetFlags() & ns3::TcpHeader::ACK) == 0)
            return;
        while (!under_way_.empty() && under_way_.front().end <= header.GetAckNumber()) {
            sent_ps = under_way_.front().sent_ps;
            again = again || sent_ps < 0;
            flow().acked_octets += under_way_.front().octets;
            under_way_.pop_front();
        }
        if (sent_ps >= 0 && !again && section_->observer.rtt != nullptr)
            section_->observer.rtt(section_->observer.ctx, now_ps() - sent_ps);
    }

    void on_cwnd(uint32_t, uint32_t octets)
    {
        if (is_main_)
            flow().cwnd_octets = octets;
    }

    void on_state(ns3::TcpSocketState::TcpCongState_t, ns3::TcpSocketState::TcpCongState_t state)
    {
        if (state == ns3::TcpSocketState::CA_LOSS)
            ++flow().timeouts;
    }

private:
    struct Segment {
        ns3::SequenceNumber32 end;
        uint32_t octets;
        int64_t sent_ps; /* -1: more than once, so that nobody knows which one was acknowledged */

        ns3::SequenceNumber32 begin() const
        {
            return end - static_cast<int32_t>(octets);
        }
    };

    struct iptfs_ns3_hosts_flow &flow()
    {
        return section_->flows[index_];
    }

    void forget_time(ns3::SequenceNumber32 begin, ns3::SequenceNumber32 end)
    {
        auto first = std::upper_bound(
            under_way_.begin(), under_way_.end(), begin,
            [](ns3::SequenceNumber32 at, const Segment &segment) { return at < segment.end; });

        for (; first != under_way_.end() && first->begin() < end; ++first)
            first->sent_ps = -1;
    }

    Section section_;
    unsigned index_;
    bool is_main_; /* its window is the flow's */
    std::deque<Segment> under_way_;
};

/* ------------------------------------------------------------------------------------ sockets */

/* ns-3's BBR forgets its bandwidth after a timeout or a pause, and then paces at next to nothing
 * (and divides by nothing, which ends the process). Here never below the four segments a round trip
 * that BBR's least window is. */
class Bbr final : public ns3::TcpBbr
{
public:
    void CongControl(ns3::Ptr<ns3::TcpSocketState> state,
                     const ns3::TcpRateOps::TcpRateConnection &connection,
                     const ns3::TcpRateOps::TcpRateSample &sample) override
    {
        ns3::TcpBbr::CongControl(state, connection, sample);
        keep_going(state);
    }

    void CwndEvent(ns3::Ptr<ns3::TcpSocketState> state,
                   const ns3::TcpSocketState::TcpCAEvent_t event) override
    {
        ns3::TcpBbr::CwndEvent(state, event);
        keep_going(state);
    }

    ns3::Ptr<ns3::TcpCongestionOps> Fork() override
    {
        return ns3::CopyObject<Bbr>(this);
    }

private:
    static void keep_going(ns3::Ptr<ns3::TcpSocketState> state)
    {
        double rtt_s = std::max(state->m_lastRtt.Get().GetSeconds(), 0.001);
        ns3::DataRate least(static_cast<uint64_t>(4 * 8 * state->m_segmentSize / rtt_s) + 1);

        if (state->m_pacingRate.Get() < least)
            state->m_pacingRate = least;
    }
};

/* A TCP socket, and what it has yet to be given. */
struct Talk {
    ns3::Ptr<ns3::TcpSocketBase> socket;
    ns3::Ptr<Meter> meter;
    uint64_t left = 0;
    bool ending = false; /* close it behind that */
};

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

ns3::Ptr<ns3::TcpSocketBase> make_socket(ns3::Ptr<ns3::Node> node, const iptfs_ns3_section &section,
                                         unsigned flow, StreamUse use)
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

/* The socket of a talk is there: watches it. */
void watch(Talk &talk, const Section &section, unsigned flow, bool is_main)
{
    talk.meter = ns3::Create<Meter>(section, flow, is_main);
    talk.socket->TraceConnectWithoutContext("Tx", ns3::MakeCallback(&Meter::on_tx, talk.meter));
    talk.socket->TraceConnectWithoutContext("Rx", ns3::MakeCallback(&Meter::on_rx, talk.meter));
    talk.socket->TraceConnectWithoutContext("CongestionWindow",
                                            ns3::MakeCallback(&Meter::on_cwnd, talk.meter));
    talk.socket->TraceConnectWithoutContext("CongState",
                                            ns3::MakeCallback(&Meter::on_state, talk.meter));
}

uint64_t unsent_octets(const Talk &talk)
{
    ns3::Ptr<ns3::TcpTxBuffer> buffer = talk.socket->GetTxBuffer();

    if (!talk.meter->has_sent)
        return buffer->Size();
    return static_cast<uint64_t>(std::max(buffer->TailSequence() - talk.meter->high, int32_t{0}));
}

/* Gives the socket what it has room for, and the flow the count of it. */
void pump(Talk &talk, const Section &section, struct iptfs_ns3_hosts_flow &flow)
{
    while (talk.left > 0 && unsent_octets(talk) < ready_octets) {
        uint64_t octets = std::min<uint64_t>(talk.left, section->traffic.segment_octets);
        if (octets > talk.socket->GetTxAvailable())
            return; /* whole segments, or they would be sent in parts */
        int taken = talk.socket->Send(ns3::Create<ns3::Packet>(static_cast<uint32_t>(octets)), 0);
        if (taken <= 0)
            return;
        talk.left -= static_cast<uint64_t>(taken);
        flow.sent_octets += static_cast<uint64_t>(taken);
    }
    if (talk.left == 0 && talk.ending) {
        talk.ending = false;
        talk.socket->Close();
    }
}

/* Takes all that has come in order; how much that was. */
uint32_t take(ns3::Ptr<ns3::Socket> socket, struct iptfs_ns3_hosts_flow &flow)
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

void let_go(ns3::Ptr<ns3::Socket> socket)
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

ns3::Address with_port(const ns3::Address &address, unsigned flow)
{
    uint16_t port = static_cast<uint16_t>(first_port + flow);

    if (ns3::Inet6SocketAddress::IsMatchingType(address))
        return ns3::Inet6SocketAddress(ns3::Inet6SocketAddress::ConvertFrom(address).GetIpv6(),
                                       port);
    return ns3::InetSocketAddress(ns3::InetSocketAddress::ConvertFrom(address).GetIpv4(), port);
}

/* ------------------------------------------------------------------------------- applications */

/* The side that connects: sends a BULK, or asks REQUESTs. */
class Client final : public ns3::Application
{
public:
    Client(const Section &section, unsigned flow) : section_(section), index_(flow)
    {
    }

protected:
    void DoDispose() override
    {
        let_go(talk_.socket);
        talk_ = Talk();
        think_ = nullptr;
        section_ = nullptr;
        ns3::Application::DoDispose();
    }

private:
    struct iptfs_ns3_hosts_flow &flow()
    {
        return section_->flows[index_];
    }

    bool asks() const
    {
        return section_->traffic.type == IPTFS_NS3_HOSTS_REQUEST;
    }

    void StartApplication() override
    {
        note_start(flow());
        talk_.socket = make_socket(GetNode(), *section_, index_, STREAM_CLIENT);
        watch(talk_, section_, index_, !asks());
        think_ = ns3::CreateObject<ns3::ExponentialRandomVariable>();
        think_->SetStream(stream_of(*section_, index_, STREAM_THINK));
        if (section_->traffic.ip_version == 6)
            talk_.socket->Bind6();
        else
            talk_.socket->Bind();
        talk_.socket->SetConnectCallback(ns3::MakeCallback(&Client::on_connected, this),
                                         ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>());
        talk_.socket->SetSendCallback(ns3::MakeCallback(&Client::on_room, this));
        talk_.socket->SetRecvCallback(ns3::MakeCallback(&Client::on_received, this));
        talk_.socket->Connect(with_port(section_->server, index_));
    }

    void StopApplication() override
    {
        if (!talk_.socket)
            return;
        stopped_ = true;
        talk_.left = 0;
        talk_.socket->Close();
    }

    void on_connected(ns3::Ptr<ns3::Socket>)
    {
        uint64_t octets = section_->traffic.octets;

        if (stopped_)
            return;
        if (asks()) {
            ask();
            return;
        }
        talk_.left = octets > 0 ? octets : UINT64_MAX;
        talk_.ending = true;
        pump(talk_, section_, flow());
    }

    void on_room(ns3::Ptr<ns3::Socket>, uint32_t)
    {
        if (!stopped_)
            pump(talk_, section_, flow());
    }

    void ask()
    {
        if (stopped_)
            return;
        asked_ps_ = now_ps();
        got_octets_ = 0;
        talk_.left = section_->traffic.request_octets;
        pump(talk_, section_, flow());
    }

    void on_received(ns3::Ptr<ns3::Socket> socket)
    {
        got_octets_ += take(socket, flow());
        if (!asks() || asked_ps_ < 0 || got_octets_ < section_->traffic.response_octets)
            return;
        bool last = ++answered_ == section_->traffic.requests;
        note_finished(section_, index_, asked_ps_, last);
        asked_ps_ = -1;
        if (last)
            socket->Close();
        else
            ns3::Simulator::Schedule(thinking(), &Client::ask, ns3::Ptr<Client>(this));
    }

    ns3::Time thinking()
    {
        double mean_ps = static_cast<double>(section_->traffic.think_ps);
        double most_ps = static_cast<double>(IPTFS_NS3_DELAY_MAX_PS);

        if (section_->traffic.think_ps == 0)
            return ns3::Time(0);
        return ns3::Time(static_cast<int64_t>(std::min(think_->GetValue(mean_ps, 0), most_ps)));
    }

    Section section_;
    unsigned index_;
    Talk talk_;
    ns3::Ptr<ns3::ExponentialRandomVariable> think_;
    int64_t asked_ps_ = -1; /* when the request under way was made; -1: there is none */
    uint64_t got_octets_ = 0;
    uint64_t answered_ = 0;
    bool stopped_ = false;
};

/* The side that listens, for one client: takes a BULK, or answers REQUESTs. */
class Server final : public ns3::Application
{
public:
    Server(const Section &section, unsigned flow) : section_(section), index_(flow)
    {
    }

protected:
    void DoDispose() override
    {
        let_go(listening_);
        let_go(talk_.socket);
        listening_ = nullptr;
        talk_ = Talk();
        section_ = nullptr;
        ns3::Application::DoDispose();
    }

private:
    struct iptfs_ns3_hosts_flow &flow()
    {
        return section_->flows[index_];
    }

    bool answers() const
    {
        return section_->traffic.type == IPTFS_NS3_HOSTS_REQUEST;
    }

    void StartApplication() override
    {
        listening_ = make_socket(GetNode(), *section_, index_, STREAM_SERVER);
        listening_->Bind(with_port(section_->server, index_));
        listening_->Listen();
        listening_->SetAcceptCallback(
            ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address &>(),
            ns3::MakeCallback(&Server::on_accepted, this));
    }

    void on_accepted(ns3::Ptr<ns3::Socket> socket, const ns3::Address &)
    {
        talk_.socket = ns3::DynamicCast<ns3::TcpSocketBase>(socket);
        watch(talk_, section_, index_, answers());
        if (answers()) /* a copy of BBR draws from a stream that nobody numbered */
            talk_.socket->SetCongestionControlAlgorithm(
                make_congestion_control(*section_, index_, STREAM_SERVER));
        talk_.socket->SetRecvCallback(ns3::MakeCallback(&Server::on_received, this));
        talk_.socket->SetSendCallback(ns3::MakeCallback(&Server::on_room, this));
        talk_.socket->SetCloseCallbacks(ns3::MakeCallback(&Server::on_closed, this),
                                        ns3::MakeCallback(&Server::on_closed, this));
    }

    void on_received(ns3::Ptr<ns3::Socket> socket)
    {
        uint32_t octets = take(socket, flow());

        if (answers())
            answer(octets);
        else if (octets > 0 && flow().received_octets == section_->traffic.octets)
            note_finished(section_, index_, flow().started_ps, true);
    }

    void answer(uint32_t octets)
    {
        asked_octets_ += octets;
        while (asked_octets_ >= section_->traffic.request_octets) {
            asked_octets_ -= section_->traffic.request_octets;
            talk_.left += section_->traffic.response_octets;
        }
        pump(talk_, section_, flow());
    }

    void on_room(ns3::Ptr<ns3::Socket>, uint32_t)
    {
        pump(talk_, section_, flow());
    }

    void on_closed(ns3::Ptr<ns3::Socket> socket)
    {
        talk_.left = 0;
        socket->Close();
    }

    Section section_;
    unsigned index_;
    ns3::Ptr<ns3::TcpSocketBase> listening_;
    Talk talk_;
    uint64_t asked_octets_ = 0; /* of a request that is not whole yet */
};

/* Hears of ns-3's own UDP applications. */
class Counter final : public ns3::SimpleRefCount<Counter>
{
public:
    Counter(const Section &section, unsigned flow) : section_(section), index_(flow)
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

uint32_t udp_payload_octets(const struct iptfs_ns3_hosts_traffic &traffic)
{
    return traffic.packet_octets - (traffic.ip_version == 6 ? ipv6_udp_octets : ipv4_udp_octets);
}

ns3::Ptr<ns3::Application> make_onoff(const Section &section, unsigned flow)
{
    const struct iptfs_ns3_hosts_traffic &traffic = section->traffic;
    ns3::Ptr<ns3::OnOffApplication> sender = ns3::CreateObject<ns3::OnOffApplication>();
    uint32_t octets = udp_payload_octets(traffic);
    double rate_bps = static_cast<double>(traffic.rate_bps) * octets / traffic.packet_octets;
    bool always = traffic.off_ps == 0;
    const double longest_s = 4e6;

    sender->SetAttribute("Protocol", ns3::TypeIdValue(ns3::UdpSocketFactory::GetTypeId()));
    sender->SetAttribute("Remote", ns3::AddressValue(with_port(section->server, flow)));
    sender->SetAttribute("PacketSize", ns3::UintegerValue(octets));
    sender->SetAttribute("DataRate", ns3::DataRateValue(ns3::DataRate(
                                         std::max<uint64_t>(1, static_cast<uint64_t>(rate_bps)))));
    sender->SetAttribute(
        "OnTime", ns3::PointerValue(always ? make_constant(longest_s)
                                           : make_period(traffic.on_ps, traffic.pareto_shape)));
    sender->SetAttribute(
        "OffTime", ns3::PointerValue(always ? make_constant(0)
                                            : make_period(traffic.off_ps, traffic.pareto_shape)));
    sender->AssignStreams(stream_of(*section, flow, STREAM_ONOFF));
    sender->TraceConnectWithoutContext(
        "Tx", ns3::MakeCallback(&Counter::on_sent, ns3::Create<Counter>(section, flow)));
    return sender;
}

ns3::Ptr<ns3::Application> make_sink(const Section &section, unsigned flow)
{
    ns3::Ptr<ns3::PacketSink> sink = ns3::CreateObject<ns3::PacketSink>();

    sink->SetAttribute("Protocol", ns3::TypeIdValue(ns3::UdpSocketFactory::GetTypeId()));
    sink->SetAttribute("Local", ns3::AddressValue(with_port(section->server, flow)));
    sink->TraceConnectWithoutContext(
        "Rx", ns3::MakeCallback(&Counter::on_received, ns3::Create<Counter>(section, flow)));
    return sink;
}

void add_flow(const Section &section, unsigned flow, ns3::Ptr<ns3::Node> client,
              ns3::Ptr<ns3::Node> server)
{
    const struct iptfs_ns3_hosts_traffic &traffic = section->traffic;
    bool udp = traffic.type == IPTFS_NS3_HOSTS_ONOFF;
    int64_t start_ps = traffic.start_ps + flow * traffic.stagger_ps;
    ns3::Ptr<ns3::Application> listener, speaker;

    if (udp) {
        listener = make_sink(section, flow);
        speaker = make_onoff(section, flow);
    } else {
        listener = ns3::CreateObject<Server>(section, flow);
        speaker = ns3::CreateObject<Client>(section, flow);
    }
    server->AddApplication(listener);
    if (start_ps >= traffic.stop_ps)
        return;
    speaker->SetStartTime(ns3::Time(start_ps));
    speaker->SetStopTime(ns3::Time(traffic.stop_ps));
    client->AddApplication(speaker);
}

/* --------------------------------------------------------------------------------- addresses */

/* 10.SIDE.NUMBER.0/24 and fd00:0:SIDE:NUMBER::/64 hold a host (1) and its gateway (2). The gateways
 * reach each other through 192.168.255.0/30 and fd00:0:ff::/64. */
ns3::Ipv4Address ipv4_of(unsigned side, unsigned number, unsigned host)
{
    return ns3::Ipv4Address(10u << 24 | side << 16 | number << 8 | host);
}

ns3::Ipv6Address ipv6_from(unsigned net, unsigned number, unsigned host)
{
    uint8_t octets[16] = {0xfd};

    octets[5] = static_cast<uint8_t>(net);
    octets[7] = static_cast<uint8_t>(number);
    octets[15] = static_cast<uint8_t>(host);
    return ns3::Ipv6Address(octets);
}

const ns3::Ipv4Mask ipv4_site_mask()
{
    return ns3::Ipv4Mask(0xffff0000u);
}

uint32_t add_ipv4(ns3::Ptr<ns3::Node> node, ns3::Ptr<ns3::NetDevice> device,
                  ns3::Ipv4Address address, uint32_t mask)
{
    ns3::Ptr<ns3::Ipv4> ip = node->GetObject<ns3::Ipv4>();
    uint32_t interface = ip->AddInterface(device);

    ip->AddAddress(interface, ns3::Ipv4InterfaceAddress(address, ns3::Ipv4Mask(mask)));
    ip->SetMetric(interface, 1);
    ip->SetUp(interface);
    return interface;
}

uint32_t add_ipv6(ns3::Ptr<ns3::Node> node, ns3::Ptr<ns3::NetDevice> device,
                  ns3::Ipv6Address address)
{
    ns3::Ptr<ns3::Ipv6> ip = node->GetObject<ns3::Ipv6>();
    uint32_t interface = ip->AddInterface(device);

    ip->AddAddress(interface, ns3::Ipv6InterfaceAddress(address, ns3::Ipv6Prefix(64)));
    ip->SetMetric(interface, 1);
    ip->SetUp(interface);
    return interface;
}

ns3::Ptr<ns3::Ipv4StaticRouting> ipv4_routes(ns3::Ptr<ns3::Node> node)
{
    return ns3::DynamicCast<ns3::Ipv4StaticRouting>(
        node->GetObject<ns3::Ipv4>()->GetRoutingProtocol());
}

ns3::Ptr<ns3::Ipv6StaticRouting> ipv6_routes(ns3::Ptr<ns3::Node> node)
{
    return ns3::DynamicCast<ns3::Ipv6StaticRouting>(
        node->GetObject<ns3::Ipv6>()->GetRoutingProtocol());
}

/* Nothing is drawn at random, and nodes send nothing of their own accord: no search for duplicate
 * addresses (a second's wait), and no calls for routers, since all forward. */
ns3::Ptr<ns3::Node> make_node()
{
    ns3::Ptr<ns3::Node> node = ns3::CreateObject<ns3::Node>();
    ns3::InternetStackHelper stack;

    stack.SetIpv4ArpJitter(false);
    stack.SetIpv6NsRsJitter(false);
    stack.SetRoutingHelper(ns3::Ipv4StaticRoutingHelper());
    stack.SetRoutingHelper(ns3::Ipv6StaticRoutingHelper());
    stack.Install(node);
    node->GetObject<ns3::Icmpv6L4Protocol>()->SetAttribute("DAD", ns3::BooleanValue(false));
    node->GetObject<ns3::Ipv6>()->SetAttribute("IpForward", ns3::BooleanValue(true));
    return node;
}

/* A host behind its gateway, whose TCP sends what the path takes. */
ns3::Ptr<ns3::Node> make_host(ns3::Ptr<ns3::Node> gateway, unsigned side, unsigned number,
                              const struct iptfs_ns3_hosts_traffic &traffic)
{
    ns3::Ptr<ns3::Node> host = make_node();
    ns3::Ptr<ns3::PointToPointChannel> channel = iptfs_ns3_p2p_channel(&traffic.access);
    ns3::Ptr<ns3::NetDevice> near = iptfs_ns3_p2p_device(&traffic.access, channel, host);
    ns3::Ptr<ns3::NetDevice> far = iptfs_ns3_p2p_device(&traffic.access, channel, gateway);
    const uint32_t mask = 0xffffff00u;

    if (traffic.ip_version == 6) {
        uint32_t interface = add_ipv6(host, near, ipv6_from(side, number, 1));
        ipv6_routes(host)->SetDefaultRoute(ipv6_from(side, number, 2), interface);
        add_ipv6(gateway, far, ipv6_from(side, number, 2));
    } else {
        uint32_t interface = add_ipv4(host, near, ipv4_of(side, number, 1), mask);
        ipv4_routes(host)->SetDefaultRoute(ipv4_of(side, number, 2), interface);
        add_ipv4(gateway, far, ipv4_of(side, number, 2), mask);
    }
    iptfs_ns3_pmtu_follow(ns3::PeekPointer(host));
    return host;
}

void lead_through(ns3::Ptr<ns3::Node> gateway, ns3::Ptr<ns3::NetDevice> device, unsigned side)
{
    const unsigned between = 0xff, other = 1 - side;
    uint32_t ipv4 = add_ipv4(gateway, device, ns3::Ipv4Address(0xc0a8ff01u + side), 0xfffffffcu);
    uint32_t ipv6 = add_ipv6(gateway, device, ipv6_from(between, 0, 1 + side));

    ipv4_routes(gateway)->AddNetworkRouteTo(ipv4_of(other, 0, 0), ipv4_site_mask(), ipv4);
    ipv6_routes(gateway)->AddNetworkRouteTo(ipv6_from(other, 0, 0), ns3::Ipv6Prefix(48), ipv6);
}

/* ------------------------------------------------------------------------------------- checks */

bool is_open()
{
    return iptfs_ns3_now_ps() >= 0;
}

bool has_tcp(unsigned tcp)
{
    ns3::TypeId type;

    return tcp < IPTFS_NS3_TCP_COUNT && ns3::TypeId::LookupByNameFailSafe(tcp_types[tcp], &type);
}

bool tcp_is_valid(const struct iptfs_ns3_hosts_traffic *t)
{
    uint32_t headers = t->ip_version == 6 ? 72 : 52;

    return has_tcp(t->tcp) && t->segment_octets >= IPTFS_NS3_HOSTS_SEGMENT_MIN &&
           t->segment_octets <= t->access.mtu_octets - headers &&
           t->buffer_octets >= IPTFS_NS3_HOSTS_BUFFER_MIN &&
           t->buffer_octets >= 2 * t->segment_octets &&
           t->buffer_octets <= IPTFS_NS3_HOSTS_BUFFER_MAX && t->min_rto_ps > 0 &&
           t->min_rto_ps <= IPTFS_NS3_DELAY_MAX_PS;
}

bool onoff_is_valid(const struct iptfs_ns3_hosts_traffic *t)
{
    uint32_t headers = t->ip_version == 6 ? ipv6_udp_octets : ipv4_udp_octets;

    return t->packet_octets > headers && t->packet_octets <= IPTFS_NS3_MTU_MAX_OCTETS &&
           t->rate_bps >= 1 && t->rate_bps <= IPTFS_NS3_RATE_MAX_BPS && t->off_ps >= 0 &&
           t->off_ps <= IPTFS_NS3_DELAY_MAX_PS && (t->off_ps == 0 || t->on_ps > 0) &&
           t->on_ps <= IPTFS_NS3_DELAY_MAX_PS && (t->pareto_shape == 0 || t->pareto_shape > 1);
}

bool traffic_is_valid(const struct iptfs_ns3_hosts_traffic *t)
{
    if (t->from >= IPTFS_NS3_HOSTS_SIDES || t->flows < 1 || t->flows > IPTFS_NS3_HOSTS_FLOWS_MAX ||
        (t->ip_version != 4 && t->ip_version != 6) || t->start_ps < 0 || t->stagger_ps < 0 ||
        t->start_ps >= t->stop_ps || t->stop_ps > IPTFS_NS3_TIME_MAX_PS ||
        t->stagger_ps > IPTFS_NS3_DELAY_MAX_PS || !iptfs_ns3_p2p_valid(&t->access) ||
        t->access.mtu_octets < IPTFS_NS3_HOSTS_MTU_MIN)
        return false;
    switch (t->type) {
    case IPTFS_NS3_HOSTS_BULK:
        return tcp_is_valid(t);
    case IPTFS_NS3_HOSTS_REQUEST:
        return tcp_is_valid(t) && t->request_octets > 0 && t->response_octets > 0 &&
               t->think_ps >= 0 && t->think_ps <= IPTFS_NS3_DELAY_MAX_PS;
    case IPTFS_NS3_HOSTS_ONOFF:
        return onoff_is_valid(t);
    }
    return false;
}

Section make_section(struct iptfs_ns3_hosts *hosts, unsigned number,
                     const struct iptfs_ns3_hosts_traffic *traffic)
{
    Section section = ns3::Create<iptfs_ns3_section>();
    ns3::Ptr<ns3::Node> node[IPTFS_NS3_HOSTS_SIDES];
    unsigned to = 1 - traffic->from;

    section->traffic = *traffic;
    section->number = number;
    section->flows.resize(traffic->flows);
    for (struct iptfs_ns3_hosts_flow &flow : section->flows) {
        flow = {};
        flow.started_ps = flow.finished_ps = flow.last_ps = -1;
    }
    for (unsigned side = 0; side < IPTFS_NS3_HOSTS_SIDES; side++)
        node[side] = make_host(hosts->gateway[side], side, number, *traffic);
    if (traffic->ip_version == 6)
        section->server = ns3::Inet6SocketAddress(ipv6_from(to, number, 1), 0);
    else
        section->server = ns3::InetSocketAddress(ipv4_of(to, number, 1), 0);
    for (unsigned flow = 0; flow < traffic->flows; flow++)
        add_flow(section, flow, node[traffic->from], node[to]);
    return section;
}

} // namespace

int iptfs_ns3_hosts_new(struct iptfs_ns3_hosts **out)
{
    if (out == nullptr)
        return IPTFS_NS3_EINVAL;
    *out = nullptr;
    if (!is_open())
        return IPTFS_NS3_ESTATE;
    return iptfs_ns3_guarded([out]() {
        std::unique_ptr<struct iptfs_ns3_hosts> hosts(new struct iptfs_ns3_hosts());
        for (ns3::Ptr<ns3::Node> &gateway : hosts->gateway)
            gateway = make_node();
        *out = hosts.release();
        return 0;
    });
}

void *iptfs_ns3_hosts_gateway(const struct iptfs_ns3_hosts *hosts, unsigned side)
{
    return hosts != nullptr && side < IPTFS_NS3_HOSTS_SIDES ? ns3::PeekPointer(hosts->gateway[side])
                                                            : nullptr;
}

int iptfs_ns3_hosts_join(struct iptfs_ns3_hosts *hosts, const uint32_t index[IPTFS_NS3_HOSTS_SIDES])
{
    if (hosts == nullptr || index == nullptr || hosts->joined)
        return IPTFS_NS3_EINVAL;
    if (!is_open())
        return IPTFS_NS3_ESTATE;
    for (unsigned side = 0; side < IPTFS_NS3_HOSTS_SIDES; side++)
        if (index[side] >= hosts->gateway[side]->GetNDevices())
            return IPTFS_NS3_EINVAL;
    hosts->joined = true;
    return iptfs_ns3_guarded([hosts, index]() {
        for (unsigned side = 0; side < IPTFS_NS3_HOSTS_SIDES; side++)
            lead_through(hosts->gateway[side], hosts->gateway[side]->GetDevice(index[side]), side);
        return 0;
    });
}

int iptfs_ns3_hosts_join_p2p(struct iptfs_ns3_hosts *hosts,
                             const struct iptfs_ns3_p2p_config *config)
{
    if (hosts == nullptr || config == nullptr || !iptfs_ns3_p2p_valid(config) || hosts->joined)
        return IPTFS_NS3_EINVAL;
    if (!is_open())
        return IPTFS_NS3_ESTATE;
    return iptfs_ns3_guarded([hosts, config]() {
        ns3::Ptr<ns3::PointToPointChannel> channel = iptfs_ns3_p2p_channel(config);
        uint32_t index[IPTFS_NS3_HOSTS_SIDES];
        for (unsigned side = 0; side < IPTFS_NS3_HOSTS_SIDES; side++)
            index[side] = iptfs_ns3_p2p_device(config, channel, hosts->gateway[side])->GetIfIndex();
        return iptfs_ns3_hosts_join(hosts, index);
    });
}

int iptfs_ns3_hosts_add(struct iptfs_ns3_hosts *hosts, unsigned number,
                        const struct iptfs_ns3_hosts_traffic *traffic,
                        const struct iptfs_ns3_hosts_observer *observer,
                        struct iptfs_ns3_section **section)
{
    if (section == nullptr)
        return IPTFS_NS3_EINVAL;
    *section = nullptr;
    if (hosts == nullptr || number >= IPTFS_NS3_HOSTS_SECTIONS_MAX || traffic == nullptr ||
        !traffic_is_valid(traffic) || hosts->sections.count(number) > 0)
        return IPTFS_NS3_EINVAL;
    if (iptfs_ns3_now_ps() != 0)
        return IPTFS_NS3_ESTATE;
    return iptfs_ns3_guarded([=]() {
        Section made = make_section(hosts, number, traffic);
        if (observer != nullptr)
            made->observer = *observer;
        hosts->sections[number] = made;
        *section = ns3::PeekPointer(made);
        return 0;
    });
}

const struct iptfs_ns3_hosts_flow *iptfs_ns3_section_flow(const struct iptfs_ns3_section *section,
                                                          unsigned flow)
{
    return section != nullptr && flow < section->flows.size() ? &section->flows[flow] : nullptr;
}

/* The number in an address of a host, or -1. */
static int ipv4_number(const uint8_t *address)
{
    return address[0] == 10 ? address[2] : -1;
}

static int ipv6_number(const uint8_t *address)
{
    return address[0] == 0xfd && address[5] != 0xff ? address[7] : -1;
}

int iptfs_ns3_hosts_number(const uint8_t *head, uint32_t octets)
{
    int from = -1, to = -1;

    if (octets >= 20 && head[0] >> 4 == 4) {
        from = ipv4_number(head + 12);
        to = ipv4_number(head + 16);
    } else if (octets >= 40 && head[0] >> 4 == 6) {
        from = ipv6_number(head + 8);
        to = ipv6_number(head + 24);
    }
    return to >= 0 ? to : from;
}

void iptfs_ns3_hosts_free(struct iptfs_ns3_hosts *hosts)
{
    if (hosts == nullptr)
        return;
    for (auto &section : hosts->sections)
        section.second->observer = {};
    delete hosts;
}
