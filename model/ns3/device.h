/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A network device of an ns-3 node whose other end is C: ns-3's VirtualNetDevice. device_pair.h
 * joins two of them by tunnels.
 *
 * An IP packet that the node sends through the device arrives here as a handle, which stands for
 * the ns3::Packet itself: nothing is copied. Whoever owns a handle gives it back exactly once, to
 * iptfs_ns3_device_receive or to iptfs_ns3_packet_release. Functions that return int return 0 or a
 * code of enum iptfs_ns3_error. */
#ifndef IPTFS_NS3_DEVICE_H
#define IPTFS_NS3_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Octets at the beginning of a packet that iptfs_ns3_device_send may read. */
#define IPTFS_NS3_PACKET_HEAD_OCTETS 64u

/* An IP packet that a node sends. */
struct iptfs_ns3_packet {
    void *handle;
    const uint8_t *head; /* its first octets, valid during the call only */
    uint32_t head_octets;
    uint32_t octets; /* of the whole packet with its IP header */
    uint32_t id;     /* IPv4 identification or IPv6 flow label */
    uint8_t ip_version;
    uint8_t tos; /* IPv4 TOS or IPv6 traffic class */
    bool df;     /* IPv4's Don't Fragment, which ns-3's TCP does not set */
};

struct iptfs_ns3_device;

/* What a device calls when its node sends a packet. The callee owns the handle from then on,
 * whatever it returns; true when the packet was accepted. It must not call
 * iptfs_ns3_device_receive, of any device: ns-3's TCP cannot handle an answer while it sends. */
typedef bool iptfs_ns3_device_send(void *ctx, const struct iptfs_ns3_packet *packet);

/* Adds a device to `node`, an ns3::Node of the open simulation. `mtu_octets` is the MTU as the
 * node's IP sees it, 68 to 65535. The device has no IP address yet, and needs no ARP. Packets that
 * are not IP are refused and not counted. The caller frees *out, before or after the simulation
 * ends. IPTFS_NS3_EINVAL, _ESTATE (no simulation is open), _ENOMEM, _EENGINE; *out is NULL after
 * them. */
int iptfs_ns3_device_new(struct iptfs_ns3_device **out, void *node, uint32_t mtu_octets,
                         iptfs_ns3_device_send *send, void *ctx);

/* The index of the device on its node, as ns3::Node::GetDevice takes it. */
uint32_t iptfs_ns3_device_index(const struct iptfs_ns3_device *device);

/* The ns3::NetDevice itself, which its node owns, and that ns3::Node; NULL once the simulation has
 * ended. */
void *iptfs_ns3_device_pointer(const struct iptfs_ns3_device *device);
void *iptfs_ns3_device_node(const struct iptfs_ns3_device *device);

/* The id of its node, as ns3::Node::GetId returns it. */
uint32_t iptfs_ns3_device_node_id(const struct iptfs_ns3_device *device);

/* Passes a packet to the IP stack of the device's node, and gives the handle back. If `tos` differs
 * from the packet's own it is written into the IP header first, and the checksum too where ns-3
 * computes checksums. False when the packet was not passed on: the simulation has ended, or
 * `device` is NULL. */
bool iptfs_ns3_device_receive(struct iptfs_ns3_device *device, void *handle, uint8_t tos);

/* True when the packet's source is an address of the device's own node: it was sent there, and not
 * forwarded. */
bool iptfs_ns3_device_is_local(const struct iptfs_ns3_device *device, const void *handle);

/* From now on the device drops what its node sends, and receives nothing. It stays on the node
 * until the simulation ends. NULL is allowed. */
void iptfs_ns3_device_free(struct iptfs_ns3_device *device);

/* Copies up to `octets` octets of a packet, from `offset` on, to `bytes`, and returns how many. */
uint32_t iptfs_ns3_packet_copy(const void *handle, uint32_t offset, uint8_t *bytes,
                               uint32_t octets);

/* Gives a handle back without passing the packet on. Allowed after the simulation has ended. */
void iptfs_ns3_packet_release(void *handle);

#ifdef __cplusplus
}
#endif

#endif
