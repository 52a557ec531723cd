/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tunnel between two ns-3 nodes: what one node sends through its device arrives at the other.
 * Read this header first, then device_pair.c; device.h is the interface to the device of one node.
 * The path of a packet:
 *
 *   IP of node 0 -> device -> iptfs_sender_offer ... tunnel ... delivered -> device -> IP of node 1
 *
 * A packet that is too big for a tunnel with dont-frag is answered by node 0: by ICMP to its
 * source, or by an error at the socket of the node that sent it (see pmtu.h).
 *
 * The handle of an inner packet is the ns3::Packet. It is taken once, when the node sends, and
 * given back once: delivered to the other node, or released where the packet ended in the tunnel.
 */
#ifndef IPTFS_NS3_DEVICE_PAIR_H
#define IPTFS_NS3_DEVICE_PAIR_H

#include "ns3/device.h"
#include "ns3/engine.h"
#include "tunnel/tunnel.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    IPTFS_DEVICE_PAIR_ENDS = 2
};

/* The default MTU of the devices: the tunnel fragments packets itself, so IP need not. */
#define IPTFS_DEVICE_PAIR_MTU_OCTETS 65535u

struct iptfs_device_pair_setup {
    void *node[IPTFS_DEVICE_PAIR_ENDS]; /* two different ns3::Node of the open simulation */
    /* engine[0] drives the tunnel from node[0] to node[1], engine[1] the one back. Both tunnels are
     * initialised and have their link; they may be paired. */
    struct iptfs_engine *engine[IPTFS_DEVICE_PAIR_ENDS];
    uint32_t mtu_octets; /* of both devices, as IP sees it, 68 to 65535; 0: the default */
    /* Returns the flow that a packet sent by node[end] is counted under (see stats/flows.h); NULL:
     * all under flow 0. */
    uint16_t (*flow)(void *ctx, int end, const struct iptfs_ns3_packet *packet);
    void *flow_ctx;
};

/* One end: its node's device, and the tunnel that it sends into. */
struct iptfs_device_pair_end {
    struct iptfs_device_pair *pair;
    struct iptfs_ns3_device *device;
    struct iptfs_engine *engine;
    struct iptfs_observer observer; /* of that tunnel: takes the packets that it delivers */
    /* Handles of packets that this end sent: taken = delivered + released + inside the tunnel. */
    uint64_t taken;
    uint64_t delivered; /* to the node at the other end */
    uint64_t released;
};

struct iptfs_device_pair {
    struct iptfs_device_pair_end end[IPTFS_DEVICE_PAIR_ENDS];
    uint16_t (*flow)(void *ctx, int end, const struct iptfs_ns3_packet *packet);
    void *flow_ctx;
};

/* Puts a device on each node and joins them by the tunnels. It observes them to take the packets
 * that they deliver, and takes the store's hook for released handles. Other observers of a tunnel
 * are called before it, and iptfs_ns3_packet_copy gives them the octets of a packet with a handle.
 *
 * The pair must not move in memory, and its memory must outlive the tunnels. IPTFS_E_INVALID,
 * IPTFS_E_NO_MEMORY, IPTFS_E_ENGINE: then nothing is joined, and nothing is to be freed. */
int iptfs_device_pair_init(struct iptfs_device_pair *pair,
                           const struct iptfs_device_pair_setup *setup);

/* Joins the devices by the tunnels again, which were made anew at the same place in memory.
 * IPTFS_E_NO_MEMORY. */
int iptfs_device_pair_join(struct iptfs_device_pair *pair);

/* The index of the device at an end, as ns3::Node::GetDevice takes it, and the ns3::NetDevice, NULL
 * once the simulation has ended. */
uint32_t iptfs_device_pair_index(const struct iptfs_device_pair *pair, int end);
void *iptfs_device_pair_pointer(const struct iptfs_device_pair *pair, int end);

/* True when all handles taken were delivered or released, except `inside` of them: 0 once the
 * tunnels are closed or freed. */
bool iptfs_device_pair_balanced(const struct iptfs_device_pair *pair, uint64_t inside);

/* Removes the devices from the nodes: before or after the simulation ends, before or after the
 * tunnels are closed or freed. Packets that are inside the tunnels are not delivered any more. */
void iptfs_device_pair_free(struct iptfs_device_pair *pair);

#endif
