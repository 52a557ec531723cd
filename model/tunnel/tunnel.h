/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One direction of a tunnel: sender, link and receiver, with the ledger, counters and measurements.
 * A tunnel in both directions is a pair of these. */
#ifndef IPTFS_TUNNEL_H
#define IPTFS_TUNNEL_H

#include "congestion/circuit_breaker.h"
#include "link/link.h"
#include "packet/packet.h"
#include "receiver/receiver.h"
#include "sender/sender.h"
#include "sender/source.h"
#include "stats/burstiness.h"
#include "stats/counters.h"
#include "stats/delays.h"
#include "stats/flows.h"
#include "stats/trace.h"
#include "tunnel/observers.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_tunnel {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_observers observers; /* see iptfs_tunnel_observe */
    struct iptfs_sender sender;
    struct iptfs_link *link; /* owned */
    /* Receivers of the SAs 0, 2, 4 ... and of the SAs 1, 3, 5 ...: after a new SA has taken over,
     * packets of the old one still arrive. */
    struct iptfs_receiver receiver;
    struct iptfs_receiver receiver_between;
    const struct iptfs_mtu_change *mtu_changes; /* the next one */
    size_t mtu_changes_left;
    struct iptfs_circuit_breaker breaker;
    struct iptfs_numbering numbering; /* of what arrives, for the breaker */
    int64_t stop_ps; /* when the tripped breaker stops the sender, or IPTFS_NEVER */
    struct iptfs_congestion congestion; /* of the sending end, once paired */
    struct iptfs_flows flows;           /* delivered and lost packets, flow by flow */
    struct iptfs_measure delivered; /* delays from arrival to delivery, without second copies: the
                                       sum of all flows, set by iptfs_tunnel_sum */
    struct iptfs_waits waits;       /* of delivered packets at the receiver */
    struct iptfs_burstiness burst;  /* of outer packets sent */
    uint64_t data_octets;           /* of data blocks sent, padding not counted */
    uint64_t pad_octets;            /* of AGGFRAG or TFC padding sent */
    uint64_t payload_octets;        /* inner octets that the packets sent could have carried */
    uint64_t delivered_again;       /* second copies that no window recognised */
    uint64_t in_flight_pkts;        /* set by iptfs_tunnel_close */
    int64_t woken_ps;               /* the last time given to iptfs_tunnel_wake */
};

/* Prepares a tunnel without a link. IPTFS_E_INVALID for a pkt-size or MTU that carries nothing,
 * IPTFS_E_NO_MEMORY. The tunnel must not move in memory; whatever the outcome it is freed with
 * iptfs_tunnel_free. */
int iptfs_tunnel_init(struct iptfs_tunnel *tunnel, const struct iptfs_sender_config *sender,
                      const struct iptfs_receiver_config *receiver);

/* Gives the tunnel its link, made on &tunnel->store; the tunnel frees it. Also sets how much
 * sources that fill the link may offer at a time without loss. */
void iptfs_tunnel_set_link(struct iptfs_tunnel *tunnel, struct iptfs_link *link);

/* The link's MTU changes at these times, which are in ascending order; the array must outlive the
 * tunnel. The sender knows of each change immediately. At one instant the change precedes arrivals
 * and packets sent; packets already given to the link are not affected. To be called before the run
 * starts. */
void iptfs_tunnel_set_mtu_changes(struct iptfs_tunnel *tunnel,
                                  const struct iptfs_mtu_change *changes, size_t count);

/* Gives the tunnel a circuit breaker, before it starts. The receiving end measures and reports to
 * the sender out of band: the tunnel stops one link delay after the breaker has tripped. */
void iptfs_tunnel_set_breaker(struct iptfs_tunnel *tunnel,
                              const struct iptfs_circuit_breaker_config *config);

/* Gives the sending end a circuit breaker that acts on the reports of the peer; after
 * iptfs_tunnel_pair, and before the run starts. The tunnel stops in the instant in which it trips.
 */
void iptfs_tunnel_set_report_breaker(struct iptfs_tunnel *tunnel,
                                     const struct iptfs_report_breaker_config *config);

/* Makes two tunnels the directions of one: the end that sends into `one` receives from `other`.
 * A congestion-controlled one adjusts its rate to the information that the other end returns.
 * `config` of each: see struct iptfs_tfrc_config. */
void iptfs_tunnel_pair(struct iptfs_tunnel *one, const struct iptfs_tfrc_config *one_config,
                       struct iptfs_tunnel *other, const struct iptfs_tfrc_config *other_config);

/* Adds an observer, as iptfs_observers_add; after iptfs_tunnel_init. It sees what comes from now
 * on.
 */
void iptfs_tunnel_observe(struct iptfs_tunnel *tunnel, struct iptfs_observer *observer);

/* When iptfs_tunnel_wake must be called next; IPTFS_NEVER for not. */
int64_t iptfs_tunnel_next_ps(const struct iptfs_tunnel *tunnel);

/* Does all that is due, in this order: a change of the MTU, the stop of the sender, arrivals and
 * the sender's timer, packets from the link, the receivers' drop timers, the circuit breaker. Times
 * must not decrease. */
void iptfs_tunnel_wake(struct iptfs_tunnel *tunnel, int64_t now_ps);

/* The same for each end by itself, where each runs on a node of its own: the sending end does all
 * that stands before "packets from the link", the receiving end the rest. What is due at both ends
 * at one instant is done at the sending end first. */
int64_t iptfs_tunnel_sending_next_ps(const struct iptfs_tunnel *tunnel);
int64_t iptfs_tunnel_receiving_next_ps(const struct iptfs_tunnel *tunnel);
void iptfs_tunnel_wake_sending(struct iptfs_tunnel *tunnel, int64_t now_ps);
void iptfs_tunnel_wake_receiving(struct iptfs_tunnel *tunnel, int64_t now_ps);

/* A warm-up ends at now_ps, up to which the tunnel was woken: delays, waits, burstiness, the
 * figures of flows and the most packets held start anew. Counts go on (tunnel/totals.h). A packet
 * counts when it is delivered or dropped, with its whole delay, also when it had arrived before. */
void iptfs_tunnel_restart(struct iptfs_tunnel *tunnel, int64_t now_ps);

/* Brings `delivered` up to date; iptfs_tunnel_close does it too. */
void iptfs_tunnel_sum(struct iptfs_tunnel *tunnel);

/* Ends the run at now_ps: arrivals before now are taken, then every packet inside is released and
 * counted. IPTFS_E_UNBALANCED when inner or outer packets do not add up, IPTFS_E_NO_MEMORY when
 * memory had run out during the run. Nothing but reading and iptfs_tunnel_free may follow. */
int iptfs_tunnel_close(struct iptfs_tunnel *tunnel, int64_t now_ps);

void iptfs_tunnel_free(struct iptfs_tunnel *tunnel);

/* As the functions of receiver.h of these names, for all SAs. */
uint64_t iptfs_tunnel_late_pkts(const struct iptfs_tunnel *tunnel);
uint64_t iptfs_tunnel_duplicate_pkts(const struct iptfs_tunnel *tunnel);
uint64_t iptfs_tunnel_held_max(const struct iptfs_tunnel *tunnel);

#endif
