/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++, for the sources of this folder: nodes, access links, addresses and routes.
 *
 * 10.SIDE.NUMBER.0/24 and fd00:0:SIDE:NUMBER::/64 hold a host (1) and its gateway (2), where NUMBER
 * is that of the section. The gateways reach each other through 192.168.255.0/30 and
 * fd00:0:ff::/64.
 */
#ifndef IPTFS_NS3_HOSTS_TOPOLOGY_H
#define IPTFS_NS3_HOSTS_TOPOLOGY_H

#include "ns3/hosts/hosts.h"

#include <ns3/address.h>
#include <ns3/net-device.h>
#include <ns3/node.h>

namespace iptfs
{

/* A node with ns-3's internet stack, static routes, that sends no packets by itself. */
ns3::Ptr<ns3::Node> make_node();

/* A host with its access link to the gateway of its side. Its TCP follows the path MTU. */
ns3::Ptr<ns3::Node> make_host(ns3::Ptr<ns3::Node> gateway, unsigned side, unsigned number,
                              const struct iptfs_ns3_hosts_traffic &traffic);

/* The address of a host as a socket address with port 0. */
ns3::Address host_address(unsigned side, unsigned number, int ip_version);

/* Gives a device of the gateway addresses, and routes packets for the other side through it. */
void route_through(ns3::Ptr<ns3::Node> gateway, ns3::Ptr<ns3::NetDevice> device, unsigned side);

} // namespace iptfs

#endif
