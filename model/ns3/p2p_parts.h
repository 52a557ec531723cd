/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++, for the sources of this folder: the parts that point-to-point links of ns-3 are made of. */
#ifndef IPTFS_NS3_P2P_PARTS_H
#define IPTFS_NS3_P2P_PARTS_H

#include "ns3/p2p.h"

#include <ns3/node.h>
#include <ns3/point-to-point-channel.h>
#include <ns3/point-to-point-net-device.h>

namespace iptfs
{

/* Whether ns-3 can make such a link. */
bool p2p_is_valid(const struct iptfs_ns3_p2p_config &config);

/* A channel with the delay of the link. */
ns3::Ptr<ns3::PointToPointChannel> make_p2p_channel(const struct iptfs_ns3_p2p_config &config);

/* A new device on `node`, attached to the channel. */
ns3::Ptr<ns3::PointToPointNetDevice> make_p2p_device(const struct iptfs_ns3_p2p_config &config,
                                                     ns3::Ptr<ns3::PointToPointChannel> channel,
                                                     ns3::Ptr<ns3::Node> node);

} // namespace iptfs

#endif
