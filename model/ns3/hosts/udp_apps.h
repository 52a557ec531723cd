/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++, for the sources of this folder: the UDP applications of a flow, which are ns-3's. */
#ifndef IPTFS_NS3_HOSTS_UDP_APPS_H
#define IPTFS_NS3_HOSTS_UDP_APPS_H

#include "ns3/hosts/section.h"

#include <ns3/application.h>

#include <cstdint>

namespace iptfs
{

/* Octets of the headers in front of a UDP payload. */
uint32_t udp_header_octets(int ip_version);

/* ns-3's OnOffApplication: packets of one size at a constant rate in on periods. */
ns3::Ptr<ns3::Application> make_udp_client(const Section &section, unsigned flow);

/* ns-3's PacketSink. */
ns3::Ptr<ns3::Application> make_udp_server(const Section &section, unsigned flow);

} // namespace iptfs

#endif
