/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels driven by ns-3's events. Each tunnel has one timer, which is set to iptfs_tunnel_next_ps:
 * the earliest time at which its sender, link or receiver is due. When the timer fires, ns-3 calls
 * iptfs_engine_wake, which calls iptfs_tunnel_wake, which wakes the sender. Where the ends are
 * nodes of ns-3, each end has a timer, and does its part in the context of its node. */
#ifndef IPTFS_NS3_ENGINE_H
#define IPTFS_NS3_ENGINE_H

#include "link/link.h"
#include "tunnel/tunnel.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_ns3_timer;

enum iptfs_engine_end {
    IPTFS_ENGINE_SENDING, /* or the whole tunnel, where the ends are no nodes */
    IPTFS_ENGINE_RECEIVING,
    IPTFS_ENGINE_ENDS
};

/* What wakes one end. */
struct iptfs_engine_alarm {
    struct iptfs_ns3_timer *timer;
    int64_t set_ps;   /* what the timer is set to; IPTFS_NEVER when disarmed */
    uint32_t node_id; /* in whose context, or IPTFS_NS3_NO_NODE */
    bool deferred;    /* an event that wakes the end at this instant is pending */
};

/* A tunnel that ns-3 drives. The tunnel must outlive it, and neither may move in memory. */
struct iptfs_engine {
    struct iptfs_tunnel *tunnel;
    struct iptfs_engine *peer; /* the other direction, whose packets control this one; or NULL */
    struct iptfs_engine_alarm alarm[IPTFS_ENGINE_ENDS]; /* the second one: with nodes only */
    bool p2p;   /* the link is ns-3's: the tunnel wakes after ns-3's own events of an instant */
    bool nodes; /* the ends are nodes */
    int error;  /* the first error in an event, or IPTFS_OK */
};

/* Prepares an engine with a disarmed timer. IPTFS_E_NO_MEMORY. */
int iptfs_engine_init(struct iptfs_engine *engine, struct iptfs_tunnel *tunnel);
void iptfs_engine_free(struct iptfs_engine *engine);

/* The ends are these nodes of ns-3: what happens at an end happens in the context of its node. To
 * be called before the tunnel is woken. IPTFS_E_NO_MEMORY. */
int iptfs_engine_at_nodes(struct iptfs_engine *engine, uint32_t sending_id, uint32_t receiving_id);

/* Does what is due in the tunnel now, at both ends, and sets the timers again. To be called once
 * the tunnel has its link and source, and after everything that happens to it outside of its timer.
 * `engine` is a struct iptfs_engine, untyped so that this can serve as a callback. */
void iptfs_engine_wake(void *engine);

/* Sets the timers again and does nothing else: after iptfs_sender_offer, so that all packets
 * offered at one instant are in the queue before the sender's timer fires. */
void iptfs_engine_arm(struct iptfs_engine *engine);

/* Gives the tunnel a p2p link: a packet that arrives in ns-3 wakes the tunnel. Errors as
 * iptfs_p2p_link_new. */
int iptfs_engine_p2p_link(struct iptfs_engine *engine, const struct iptfs_link_config *config);

#endif
