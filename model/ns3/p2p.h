/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file
 * Links of ns-3 for C: one direction between two PointToPointNetDevices.
 *
 * As ns3/sim.h: times are picoseconds, sizes octets, rates bits per second; arguments are checked,
 * and functions that return int return 0 or a negative code of enum iptfs_ns3_error. */
#ifndef IPTFS_NS3_P2P_H
#define IPTFS_NS3_P2P_H

#include "ns3/error.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IPTFS_NS3_RATE_MIN_BPS UINT64_C(1000)            /**< lowest rate of a link */
#define IPTFS_NS3_RATE_MAX_BPS UINT64_C(1000000000000)   /**< highest rate of a link */
#define IPTFS_NS3_DELAY_MAX_PS INT64_C(1000000000000000) /**< longest delay of a link */
#define IPTFS_NS3_MTU_MAX_OCTETS UINT32_C(65535)         /**< largest MTU of a link */
#define IPTFS_NS3_QUEUE_MAX UINT32_C(1000000000)         /**< longest queue of a link */

/** Octets of the PPP header that ns-3 puts in front of each packet of a point-to-point link. */
#define IPTFS_NS3_PPP_OCTETS UINT32_C(2)

/** What a link is like. Exactly one of the two queue limits is not 0.
 *
 * The queue is ns-3's drop-tail queue in front of the transmitter: every packet passes through it,
 * also when the link is idle, and leaves it when its transmission starts. */
struct iptfs_ns3_p2p_config {
    uint64_t rate_bps;      /**< IPTFS_NS3_RATE_MIN_BPS to IPTFS_NS3_RATE_MAX_BPS */
    int64_t delay_ps;       /**< propagation, 0 to IPTFS_NS3_DELAY_MAX_PS */
    uint32_t mtu_octets;    /**< 1 to IPTFS_NS3_MTU_MAX_OCTETS, without the PPP header */
    uint32_t queue_packets; /**< 0, or up to IPTFS_NS3_QUEUE_MAX */
    uint32_t queue_octets;  /**< 0, or up to IPTFS_NS3_QUEUE_MAX; the PPP header counts */
};

/** A link, used in one direction. */
struct iptfs_ns3_p2p;

/** Makes a link in the open simulation, whose clock must count picoseconds.
 *
 * @param out the link, to be freed before or after the simulation is closed; NULL on failure
 * @param config its values, which are copied
 * @param receive called when the last octet of a packet arrives, with what iptfs_ns3_p2p_send was
 * given
 * @param ctx passed to receive
 * @return 0; IPTFS_NS3_EINVAL; IPTFS_NS3_ESTATE; IPTFS_NS3_ENOMEM; IPTFS_NS3_EENGINE */
int iptfs_ns3_p2p_new(struct iptfs_ns3_p2p **out, const struct iptfs_ns3_p2p_config *config,
                      void (*receive)(void *ctx, uint64_t tag, uint32_t octets), void *ctx);

/** Sends a packet.
 *
 * @param p2p not NULL
 * @param octets its size on the wire, including the PPP header: IPTFS_NS3_PPP_OCTETS + 1 to
 * mtu_octets + IPTFS_NS3_PPP_OCTETS
 * @param tag any number: it arrives with the packet
 * @return 0; IPTFS_NS3_EINVAL; IPTFS_NS3_EDROP if the queue is full; IPTFS_NS3_ESTATE if the
 * simulation in which the link was made is closed; IPTFS_NS3_ENOMEM; IPTFS_NS3_EENGINE */
int iptfs_ns3_p2p_send(struct iptfs_ns3_p2p *p2p, uint32_t octets, uint64_t tag);

/** How long ns-3 takes to transmit `octets` at the rate of the link.
 *
 * With q = floor(octets * 8 * 2^64 / rate) it is floor((q * 10^12 + 2^63) / 2^64): the nearest
 * picosecond, where a half is mostly rounded down.
 *
 * @param p2p not NULL
 * @param octets 1 to mtu_octets + IPTFS_NS3_PPP_OCTETS
 * @return picoseconds, or IPTFS_NS3_EINVAL */
int64_t iptfs_ns3_p2p_tx_time_ps(const struct iptfs_ns3_p2p *p2p, uint32_t octets);

/** Frees a link at any time, also inside its own receive.
 *
 * Packets inside are not delivered any more; ns-3 keeps them and its devices until the simulation
 * is closed.
 *
 * @param p2p may be NULL */
void iptfs_ns3_p2p_free(struct iptfs_ns3_p2p *p2p);

#ifdef __cplusplus
}
#endif

#endif
