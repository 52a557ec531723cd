/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++, for the sources of this folder: TCP sockets with the settings of a section. */
#ifndef IPTFS_NS3_HOSTS_TCP_SOCKET_H
#define IPTFS_NS3_HOSTS_TCP_SOCKET_H

#include "ns3/hosts/section.h"

#include <ns3/node.h>
#include <ns3/tcp-congestion-ops.h>
#include <ns3/tcp-socket-base.h>

namespace iptfs
{

/* Whether this ns-3 has the variant of TCP, a value of enum iptfs_ns3_tcp. */
bool has_tcp_variant(unsigned tcp);

/* The congestion control of the section's variant, with its own random stream. */
ns3::Ptr<ns3::TcpCongestionOps> make_congestion_control(const iptfs_ns3_section &section,
                                                        unsigned flow, StreamUse use);

/* A TCP socket of the node, neither bound nor connected. */
ns3::Ptr<ns3::TcpSocketBase> make_tcp_socket(ns3::Ptr<ns3::Node> node,
                                             const iptfs_ns3_section &section, unsigned flow,
                                             StreamUse use);

} // namespace iptfs

#endif
