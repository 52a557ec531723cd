/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels driven by ns-3's events: one timer a tunnel, set to whatever is due next in it. */
#ifndef IPTFS_NS3_ENGINE_H
#define IPTFS_NS3_ENGINE_H

#include "link/link.h"
#include "tunnel/tunnel.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_ns3_timer;

/* A tunnel in ns-3's hands. The tunnel must outlive it, and neither may move in memory. */
struct iptfs_engine {
    struct iptfs_tunnel *tunnel;
    struct iptfs_engine
        *peer; /* the other direction, which what arrives here may speed up; or NULL */
    struct iptfs_ns3_timer *timer;
    int64_t set_ps; /* what the timer is set to; IPTFS_NEVER for not */
    bool p2p;       /* the link is ns-3's: the tunnel wakes after ns-3's own events of an instant */
    bool deferred;  /* a wake-up at this very instant is on its way */
    int error;      /* the first thing that went wrong in an event, or 0 */
};

/* IPTFS_E_NO_MEMORY. */
int iptfs_engine_init(struct iptfs_engine *engine, struct iptfs_tunnel *tunnel);
void iptfs_engine_free(struct iptfs_engine *engine);

/* Does what is due in the tunnel now and sets the timer anew: to be called once the tunnel has its
 * link and source, and after whatever happens to it outside of its timer. `engine` is a struct
 * iptfs_engine, untyped so that it can serve as a callback. */
void iptfs_engine_wake(void *engine);

/* Sets the timer anew and does nothing else: after iptfs_sender_offer, so that all that is offered
 * at one instant is in the queue before the sender's timer fires. */
void iptfs_engine_arm(struct iptfs_engine *engine);

/* A p2p link for the tunnel: what comes out of ns-3 wakes it. Errors as iptfs_p2p_link_new. */
int iptfs_engine_p2p_link(struct iptfs_engine *engine, const struct iptfs_link_config *config);

#endif
