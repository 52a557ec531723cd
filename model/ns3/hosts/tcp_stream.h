/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++, for the sources of this folder: a connected TCP socket with the octets that its application
 * has yet to send. */
#ifndef IPTFS_NS3_HOSTS_TCP_STREAM_H
#define IPTFS_NS3_HOSTS_TCP_STREAM_H

#include "ns3/hosts/section.h"
#include "ns3/hosts/tcp_meter.h"

#include <ns3/socket.h>
#include <ns3/tcp-socket-base.h>

#include <cstdint>

namespace iptfs
{

struct TcpStream {
    ns3::Ptr<ns3::TcpSocketBase> socket;
    ns3::Ptr<TcpMeter> meter;
    uint64_t to_send_octets = 0;
    bool close_when_sent = false;
};

/* Gives the socket as much as it has buffer for, and counts it for the flow. */
void send_pending(TcpStream &stream, const iptfs_ns3_section &section,
                  struct iptfs_ns3_hosts_flow &flow);

/* Reads all octets that have arrived in order, counts them for the flow, and returns how many. */
uint32_t read_all(ns3::Ptr<ns3::Socket> socket, struct iptfs_ns3_hosts_flow &flow);

/* The socket calls its application no more. NULL is allowed. */
void clear_callbacks(ns3::Ptr<ns3::Socket> socket);

} // namespace iptfs

#endif
