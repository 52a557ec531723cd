/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++, for the sources of this folder: one end of ns-3's point-to-point links. */
#ifndef IPTFS_NS3_P2P_PARTS_H
#define IPTFS_NS3_P2P_PARTS_H

#include <ns3/node.h>
#include <ns3/point-to-point-channel.h>
#include <ns3/point-to-point-net-device.h>

struct iptfs_ns3_p2p_config; /* sim.h; the functions are in sim.cc */

/* Whether ns-3 can make such a link. */
bool iptfs_ns3_p2p_valid(const struct iptfs_ns3_p2p_config *config);

/* A channel of the delay that the link is to have. */
ns3::Ptr<ns3::PointToPointChannel> iptfs_ns3_p2p_channel(const struct iptfs_ns3_p2p_config *config);

/* A new device on `node`, attached to the channel. */
ns3::Ptr<ns3::PointToPointNetDevice>
iptfs_ns3_p2p_device(const struct iptfs_ns3_p2p_config *config,
                     ns3::Ptr<ns3::PointToPointChannel> channel, ns3::Ptr<ns3::Node> node);

#endif
