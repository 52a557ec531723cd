/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the values of a scenario to the configuration of the model: the one place where values that
 * depend on others become the model's. */
#ifndef IPTFS_SCENARIO_TO_MODEL_H
#define IPTFS_SCENARIO_TO_MODEL_H

#include "congestion/circuit_breaker.h"
#include "link/link.h"
#include "receiver/receiver.h"
#include "scenario/scenario.h"
#include "sender/mode.h"
#include "sender/sender.h"
#include "tunnel/use_aggfrag.h"

#include <stddef.h>
#include <stdint.h>

/* The agreement of the two ends of the tunnel. The forward direction's sender is the initiator. */
struct iptfs_agreement iptfs_config_agreement(const struct iptfs_scenario *scenario);

/* The mode of a tunnel: esp-pad with a rate is another mode than without one, and when the peer
 * refused AGGFRAG its modes become plain ESP. */
const struct iptfs_mode *iptfs_config_mode(const struct iptfs_tunnel_options *tunnel);

/* How many of the keys that state a rate are given: l3-fixed-rate, l2-fixed-rate, pps. */
unsigned iptfs_config_rates(const struct iptfs_tunnel_options *tunnel);

/* Octets of each outer IP packet of a mode with packets of one size. */
uint32_t iptfs_config_pkt_octets(const struct iptfs_tunnel_options *tunnel,
                                 const struct iptfs_link_options *link);

/* The configurations of both ends and of the link, complete. */
struct iptfs_sender_config iptfs_config_sender(const struct iptfs_tunnel_options *tunnel,
                                               const struct iptfs_link_options *link);
struct iptfs_tfrc_config iptfs_config_tfrc(const struct iptfs_tunnel_options *tunnel,
                                           const struct iptfs_link_options *link);
/* The changes of the link's MTU; returns how many. */
size_t iptfs_config_mtu_changes(const struct iptfs_tunnel_options *tunnel,
                                const struct iptfs_link_options *link,
                                struct iptfs_mtu_change changes[IPTFS_TIMED_MAX]);

/* The largest MTU of the link in the run. */
uint32_t iptfs_config_mtu_most(const struct iptfs_link_options *link);

struct iptfs_circuit_breaker_config iptfs_config_breaker(const struct iptfs_tunnel_options *tunnel);
struct iptfs_receiver_config iptfs_config_receiver(const struct iptfs_tunnel_options *tunnel);
/* Refers to the options, which must outlive the link. Its random streams are still to be set. */
struct iptfs_link_config iptfs_config_link(const struct iptfs_link_options *link);

/* Whether times and sizes of the outer packets of a direction cannot depend on its traffic. Under
 * congestion control this takes a peer whose packets do not depend on traffic either. */
bool iptfs_config_oblivious(const struct iptfs_scenario *scenario, enum iptfs_direction direction);

/* The path of traffic that bypasses the tunnel: no tunnel, over the same link. */
struct iptfs_tunnel_options iptfs_config_beside(const struct iptfs_tunnel_options *tunnel);

#endif
