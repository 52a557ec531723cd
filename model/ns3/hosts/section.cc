/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/hosts/section.h"

#include "ns3/sim.h"

#include <ns3/inet-socket-address.h>
#include <ns3/inet6-socket-address.h>

namespace iptfs
{

namespace
{

const uint16_t first_port = 50000; /* assigned to no protocol, so captures show plain payload */

} // namespace

int64_t stream_of(const iptfs_ns3_section &section, unsigned flow, StreamUse use)
{
    int64_t flows = static_cast<int64_t>(section.number) * IPTFS_NS3_HOSTS_FLOWS_MAX + flow;

    return flows * STREAM_USES + use;
}

ns3::Address server_of(const iptfs_ns3_section &section, unsigned flow)
{
    uint16_t port = static_cast<uint16_t>(first_port + flow);

    if (ns3::Inet6SocketAddress::IsMatchingType(section.server))
        return ns3::Inet6SocketAddress(
            ns3::Inet6SocketAddress::ConvertFrom(section.server).GetIpv6(), port);
    return ns3::InetSocketAddress(ns3::InetSocketAddress::ConvertFrom(section.server).GetIpv4(),
                                  port);
}

void note_start(struct iptfs_ns3_hosts_flow &flow)
{
    if (flow.started_ps < 0)
        flow.started_ps = iptfs_ns3_now_ps();
}

void note_received(struct iptfs_ns3_hosts_flow &flow, uint32_t octets)
{
    flow.received_octets += octets;
    flow.last_ps = iptfs_ns3_now_ps();
}

void note_finished(iptfs_ns3_section &section, unsigned index, int64_t since_ps, bool last)
{
    struct iptfs_ns3_hosts_flow &flow = section.flows[index];
    int64_t now_ps = iptfs_ns3_now_ps();

    ++flow.transfers;
    if (last)
        flow.finished_ps = now_ps;
    if (section.observer.finished != nullptr)
        section.observer.finished(section.observer.ctx, now_ps - since_ps);
}

} // namespace iptfs
