/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++, for the sources of this folder: a section of traffic between two hosts, and the measurements
 * of its flows. Applications, which their node owns, and observers of sockets hold references on
 * it; it holds none on them, so the hosts may be freed at any time. */
#ifndef IPTFS_NS3_HOSTS_SECTION_H
#define IPTFS_NS3_HOSTS_SECTION_H

#include "ns3/hosts/hosts.h"

#include <ns3/address.h>
#include <ns3/ptr.h>
#include <ns3/simple-ref-count.h>

#include <cstdint>
#include <vector>

/* What a section is to do, and what its flows have done. */
struct iptfs_ns3_section final : public ns3::SimpleRefCount<iptfs_ns3_section> {
    struct iptfs_ns3_hosts_traffic traffic;
    struct iptfs_ns3_hosts_observer observer;
    unsigned number;
    std::vector<struct iptfs_ns3_hosts_flow> flows;
    ns3::Address server; /* with port 0 */
};

namespace iptfs
{

using Section = ns3::Ptr<iptfs_ns3_section>;

/* What the random streams of a flow are used for. */
enum StreamUse {
    STREAM_THINK,
    STREAM_ONOFF, /* two */
    STREAM_CLIENT = 3,
    STREAM_SERVER,
    STREAM_USES = 8
};

/* The number of a random stream: it depends on the section's number, the flow and the use only. */
int64_t stream_of(const iptfs_ns3_section &section, unsigned flow, StreamUse use);

/* The address and port that the server of a flow listens at. */
ns3::Address server_of(const iptfs_ns3_section &section, unsigned flow);

/* Counts for a flow: its start; octets that its application received; a transfer or request that
 * started at since_ps and has finished now, with `last` when no more will follow. */
void note_start(struct iptfs_ns3_hosts_flow &flow);
void note_received(struct iptfs_ns3_hosts_flow &flow, uint32_t octets);
void note_finished(iptfs_ns3_section &section, unsigned flow, int64_t since_ps, bool last);

} // namespace iptfs

#endif
