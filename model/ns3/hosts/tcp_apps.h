/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++, for the sources of this folder: the TCP applications of a flow, for bulk transfers and for
 * requests with responses. */
#ifndef IPTFS_NS3_HOSTS_TCP_APPS_H
#define IPTFS_NS3_HOSTS_TCP_APPS_H

#include "ns3/hosts/section.h"

#include <ns3/application.h>

namespace iptfs
{

/* Connects, then sends the bulk transfer, or requests. */
ns3::Ptr<ns3::Application> make_tcp_client(const Section &section, unsigned flow);

/* Listens for one client, then receives the bulk transfer, or responds to requests. */
ns3::Ptr<ns3::Application> make_tcp_server(const Section &section, unsigned flow);

} // namespace iptfs

#endif
