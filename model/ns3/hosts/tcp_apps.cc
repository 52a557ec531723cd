/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/hosts/tcp_apps.h"

#include "base/asserts.h"
#include "ns3/hosts/tcp_socket.h"
#include "ns3/hosts/tcp_stream.h"
#include "ns3/p2p.h"
#include "ns3/sim.h"

#include <ns3/node.h>
#include <ns3/random-variable-stream.h>
#include <ns3/simulator.h>

#include <algorithm>

namespace iptfs
{

namespace
{

bool is_request(const iptfs_ns3_section &section)
{
    return section.traffic.type == IPTFS_NS3_HOSTS_REQUEST;
}

/* The side that connects. */
class Client final : public ns3::Application
{
public:
    Client(const Section &section, unsigned flow) : section_(section), index_(flow)
    {
    }

protected:
    void DoDispose() override
    {
        clear_callbacks(stream_.socket);
        stream_ = TcpStream();
        think_ = nullptr;
        section_ = nullptr;
        ns3::Application::DoDispose();
    }

private:
    struct iptfs_ns3_hosts_flow &flow()
    {
        return section_->flows[index_];
    }

    void StartApplication() override
    {
        note_start(flow());
        stream_.socket = make_tcp_socket(GetNode(), *section_, index_, STREAM_CLIENT);
        stream_.meter = TcpMeter::watch(stream_.socket, section_, index_, !is_request(*section_));
        think_ = ns3::CreateObject<ns3::ExponentialRandomVariable>();
        think_->SetStream(stream_of(*section_, index_, STREAM_THINK));
        if (section_->traffic.ip_version == 6)
            stream_.socket->Bind6();
        else
            stream_.socket->Bind();
        stream_.socket->SetConnectCallback(ns3::MakeCallback(&Client::on_connected, this),
                                           ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>());
        stream_.socket->SetSendCallback(ns3::MakeCallback(&Client::on_send_space, this));
        stream_.socket->SetRecvCallback(ns3::MakeCallback(&Client::on_received, this));
        stream_.socket->Connect(server_of(*section_, index_));
    }

    void StopApplication() override
    {
        IPTFS_ASSERT(stream_.socket != nullptr); /* flows stop after they start */
        stopped_ = true;
        stream_.to_send_octets = 0;
        stream_.socket->Close();
    }

    void on_connected(ns3::Ptr<ns3::Socket>)
    {
        uint64_t octets = section_->traffic.octets;

        if (stopped_)
            return;
        if (is_request(*section_)) {
            send_request();
            return;
        }
        stream_.to_send_octets = octets > 0 ? octets : UINT64_MAX;
        stream_.close_when_sent = true;
        send_pending(stream_, *section_, flow());
    }

    void on_send_space(ns3::Ptr<ns3::Socket>, uint32_t)
    {
        if (!stopped_)
            send_pending(stream_, *section_, flow());
    }

    void send_request()
    {
        if (stopped_)
            return;
        IPTFS_ASSERT(requested_ps_ < 0);
        requested_ps_ = iptfs_ns3_now_ps();
        response_octets_ = 0;
        stream_.to_send_octets = section_->traffic.request_octets;
        send_pending(stream_, *section_, flow());
    }

    void on_received(ns3::Ptr<ns3::Socket> socket)
    {
        response_octets_ += read_all(socket, flow());
        if (!is_request(*section_) || requested_ps_ < 0 ||
            response_octets_ < section_->traffic.response_octets)
            return;
        bool last = ++responses_ == section_->traffic.requests;
        note_finished(*section_, index_, requested_ps_, last);
        requested_ps_ = -1;
        if (last)
            socket->Close();
        else
            ns3::Simulator::Schedule(think_time(), &Client::send_request, ns3::Ptr<Client>(this));
    }

    ns3::Time think_time()
    {
        double mean_ps = static_cast<double>(section_->traffic.think_ps);
        double most_ps = static_cast<double>(IPTFS_NS3_DELAY_MAX_PS);

        if (section_->traffic.think_ps == 0)
            return ns3::Time(0);
        return ns3::Time(static_cast<int64_t>(std::min(think_->GetValue(mean_ps, 0), most_ps)));
    }

    Section section_;
    unsigned index_;
    TcpStream stream_;
    ns3::Ptr<ns3::ExponentialRandomVariable> think_;
    int64_t requested_ps_ = -1; /* when the outstanding request was sent; -1: there is none */
    uint64_t response_octets_ = 0;
    uint64_t responses_ = 0;
    bool stopped_ = false;
};

/* The side that listens. */
class Server final : public ns3::Application
{
public:
    Server(const Section &section, unsigned flow) : section_(section), index_(flow)
    {
    }

protected:
    void DoDispose() override
    {
        clear_callbacks(listening_);
        clear_callbacks(stream_.socket);
        listening_ = nullptr;
        stream_ = TcpStream();
        section_ = nullptr;
        ns3::Application::DoDispose();
    }

private:
    struct iptfs_ns3_hosts_flow &flow()
    {
        return section_->flows[index_];
    }

    void StartApplication() override
    {
        listening_ = make_tcp_socket(GetNode(), *section_, index_, STREAM_SERVER);
        listening_->Bind(server_of(*section_, index_));
        listening_->Listen();
        listening_->SetAcceptCallback(
            ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address &>(),
            ns3::MakeCallback(&Server::on_accepted, this));
    }

    void on_accepted(ns3::Ptr<ns3::Socket> socket, const ns3::Address &)
    {
        stream_.socket = ns3::DynamicCast<ns3::TcpSocketBase>(socket);
        stream_.meter = TcpMeter::watch(stream_.socket, section_, index_, is_request(*section_));
        if (is_request(*section_)) /* the copy of BBR that ns-3 made has no fixed random stream */
            stream_.socket->SetCongestionControlAlgorithm(
                make_congestion_control(*section_, index_, STREAM_SERVER));
        stream_.socket->SetRecvCallback(ns3::MakeCallback(&Server::on_received, this));
        stream_.socket->SetSendCallback(ns3::MakeCallback(&Server::on_send_space, this));
        stream_.socket->SetCloseCallbacks(ns3::MakeCallback(&Server::on_closed, this),
                                          ns3::MakeCallback(&Server::on_closed, this));
    }

    void on_received(ns3::Ptr<ns3::Socket> socket)
    {
        uint32_t octets = read_all(socket, flow());

        if (is_request(*section_))
            respond(octets);
        else if (octets > 0 && flow().received_octets == section_->traffic.octets)
            note_finished(*section_, index_, flow().started_ps, true);
    }

    /* More octets of requests have arrived. */
    void respond(uint32_t octets)
    {
        request_octets_ += octets;
        while (request_octets_ >= section_->traffic.request_octets) {
            request_octets_ -= section_->traffic.request_octets;
            stream_.to_send_octets += section_->traffic.response_octets;
        }
        send_pending(stream_, *section_, flow());
    }

    void on_send_space(ns3::Ptr<ns3::Socket>, uint32_t)
    {
        send_pending(stream_, *section_, flow());
    }

    void on_closed(ns3::Ptr<ns3::Socket> socket)
    {
        stream_.to_send_octets = 0;
        socket->Close();
    }

    Section section_;
    unsigned index_;
    ns3::Ptr<ns3::TcpSocketBase> listening_;
    TcpStream stream_;
    uint64_t request_octets_ = 0; /* of a request that has arrived in part */
};

} // namespace

ns3::Ptr<ns3::Application> make_tcp_client(const Section &section, unsigned flow)
{
    return ns3::CreateObject<Client>(section, flow);
}

ns3::Ptr<ns3::Application> make_tcp_server(const Section &section, unsigned flow)
{
    return ns3::CreateObject<Server>(section, flow);
}

} // namespace iptfs
