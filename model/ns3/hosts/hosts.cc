/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gateways and their sections: arguments are checked first, and no exception leaves the C
 * interface. Nodes, addresses and routes are in topology.cc, the applications in tcp_apps.cc and
 * udp_apps.cc. */
#include "ns3/hosts/hosts.h"

#include "ns3/guard.h"
#include "ns3/hosts/section.h"
#include "ns3/hosts/tcp_apps.h"
#include "ns3/hosts/tcp_socket.h"
#include "ns3/hosts/topology.h"
#include "ns3/hosts/udp_apps.h"
#include "ns3/p2p_parts.h"

#include <ns3/application.h>
#include <ns3/node.h>

#include <map>
#include <memory>

struct iptfs_ns3_hosts {
    ns3::Ptr<ns3::Node> gateway[IPTFS_NS3_HOSTS_SIDES];
    bool joined;
    std::map<unsigned, iptfs::Section> sections;
};

namespace
{

using iptfs::Section;

bool is_open()
{
    return iptfs_ns3_now_ps() >= 0;
}

bool tcp_is_valid(const struct iptfs_ns3_hosts_traffic *t)
{
    uint32_t headers = t->ip_version == 6 ? 72 : 52;

    return iptfs::has_tcp_variant(t->tcp) && t->segment_octets >= IPTFS_NS3_HOSTS_SEGMENT_MIN &&
           t->segment_octets <= t->access.mtu_octets - headers &&
           t->buffer_octets >= IPTFS_NS3_HOSTS_BUFFER_MIN &&
           t->buffer_octets >= 2 * t->segment_octets &&
           t->buffer_octets <= IPTFS_NS3_HOSTS_BUFFER_MAX && t->min_rto_ps > 0 &&
           t->min_rto_ps <= IPTFS_NS3_DELAY_MAX_PS;
}

bool onoff_is_valid(const struct iptfs_ns3_hosts_traffic *t)
{
    return t->packet_octets > iptfs::udp_header_octets(t->ip_version) &&
           t->packet_octets <= IPTFS_NS3_MTU_MAX_OCTETS && t->rate_bps >= 1 &&
           t->rate_bps <= IPTFS_NS3_RATE_MAX_BPS && t->off_ps >= 0 &&
           t->off_ps <= IPTFS_NS3_DELAY_MAX_PS && (t->off_ps == 0 || t->on_ps > 0) &&
           t->on_ps <= IPTFS_NS3_DELAY_MAX_PS && (t->pareto_shape == 0 || t->pareto_shape > 1);
}

bool traffic_is_valid(const struct iptfs_ns3_hosts_traffic *t)
{
    if (t->from >= IPTFS_NS3_HOSTS_SIDES || t->flows < 1 || t->flows > IPTFS_NS3_HOSTS_FLOWS_MAX ||
        (t->ip_version != 4 && t->ip_version != 6) || t->start_ps < 0 || t->stagger_ps < 0 ||
        t->start_ps >= t->stop_ps || t->stop_ps > IPTFS_NS3_TIME_MAX_PS ||
        t->stagger_ps > IPTFS_NS3_DELAY_MAX_PS || !iptfs::p2p_is_valid(t->access) ||
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

void add_flow(const Section &section, unsigned flow, ns3::Ptr<ns3::Node> client,
              ns3::Ptr<ns3::Node> server)
{
    const struct iptfs_ns3_hosts_traffic &traffic = section->traffic;
    bool udp = traffic.type == IPTFS_NS3_HOSTS_ONOFF;
    int64_t start_ps = traffic.start_ps + flow * traffic.stagger_ps;
    ns3::Ptr<ns3::Application> responder =
        udp ? iptfs::make_udp_server(section, flow) : iptfs::make_tcp_server(section, flow);
    ns3::Ptr<ns3::Application> initiator =
        udp ? iptfs::make_udp_client(section, flow) : iptfs::make_tcp_client(section, flow);

    server->AddApplication(responder);
    if (start_ps >= traffic.stop_ps)
        return;
    initiator->SetStartTime(ns3::Time(start_ps));
    initiator->SetStopTime(ns3::Time(traffic.stop_ps));
    client->AddApplication(initiator);
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
        node[side] = iptfs::make_host(hosts->gateway[side], side, number, *traffic);
    section->server = iptfs::host_address(to, number, traffic->ip_version);
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
    return iptfs::guarded([out]() {
        std::unique_ptr<struct iptfs_ns3_hosts> hosts(new struct iptfs_ns3_hosts());
        for (ns3::Ptr<ns3::Node> &gateway : hosts->gateway)
            gateway = iptfs::make_node();
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
    return iptfs::guarded([hosts, index]() {
        for (unsigned side = 0; side < IPTFS_NS3_HOSTS_SIDES; side++)
            iptfs::route_through(hosts->gateway[side], hosts->gateway[side]->GetDevice(index[side]),
                                 side);
        return 0;
    });
}

int iptfs_ns3_hosts_join_p2p(struct iptfs_ns3_hosts *hosts,
                             const struct iptfs_ns3_p2p_config *config)
{
    if (hosts == nullptr || config == nullptr || !iptfs::p2p_is_valid(*config) || hosts->joined)
        return IPTFS_NS3_EINVAL;
    if (!is_open())
        return IPTFS_NS3_ESTATE;
    return iptfs::guarded([hosts, config]() {
        ns3::Ptr<ns3::PointToPointChannel> channel = iptfs::make_p2p_channel(*config);
        uint32_t index[IPTFS_NS3_HOSTS_SIDES];
        for (unsigned side = 0; side < IPTFS_NS3_HOSTS_SIDES; side++)
            index[side] =
                iptfs::make_p2p_device(*config, channel, hosts->gateway[side])->GetIfIndex();
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
    return iptfs::guarded([=]() {
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

void iptfs_ns3_hosts_free(struct iptfs_ns3_hosts *hosts)
{
    if (hosts == nullptr)
        return;
    for (auto &section : hosts->sections)
        section.second->observer = {};
    delete hosts;
}
