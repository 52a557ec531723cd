/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The link: one direction of a path, with a rate, a delay, a drop-tail queue, an MTU and its
 * impairments. `direct` is our own arithmetic; an ns-3 link stands behind the same functions (see
 * ns3/p2plink.h). */
#ifndef IPTFS_LINK_H
#define IPTFS_LINK_H

#include "link/impair.h"
#include "link/in_flight.h"
#include "link/transmitter.h"
#include "packet/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum iptfs_framing {
    IPTFS_FRAMING_ETHERNET, /* 14 header, 4 FCS, 20 preamble and gap; payload at least 46 */
    IPTFS_FRAMING_PPP,      /* 2 octets, as ns-3's PointToPoint */
    IPTFS_FRAMING_NONE
};

struct iptfs_link_config {
    uint64_t rate_bps; /* 0: no limit */
    int64_t delay_ps;  /* propagation */
    uint32_t mtu_octets;
    uint32_t mtu_most_octets; /* that it will have in the run; 0: mtu_octets stays */
    enum iptfs_framing framing;
    /* Limits of the queue before the transmitter, the packet under transmission not counted; 0: no
     * limit. Octets are those on the wire, framing included. */
    uint64_t queue_pkts;
    uint64_t queue_octets;
    /* The rate from these times on, see iptfs_transmitter_set_changes; direct links alone. */
    const struct iptfs_timed *rate_changes;
    size_t rate_change_count;
};

/* Outer packets: sent + duplicated = received + lost + in flight. */
struct iptfs_link_stats {
    struct iptfs_tally sent;
    struct iptfs_tally received;
    struct iptfs_tally lost_mtu;
    struct iptfs_tally lost_queue;
    struct iptfs_tally lost_way; /* by chance or by the list */
    struct iptfs_tally lost_blackout;
    struct iptfs_tally duplicated;
    struct iptfs_tally in_flight; /* known when the link is cleared */
};

struct iptfs_link;

struct iptfs_link_ops {
    /* Sends a packet, which the link takes over: sooner or later it is delivered or ended. */
    void (*submit)(struct iptfs_link *link, int64_t now_ps, struct iptfs_outer *outer);
    /* When all that was submitted will have been transmitted; now_ps when it has been. */
    int64_t (*idle_ps)(const struct iptfs_link *link, int64_t now_ps);
    /* A packet will still come out at now_ps, by an event of its own; NULL: never. */
    bool (*arriving)(const struct iptfs_link *link, int64_t now_ps);
    /* Ends all packets that are still under way (counted in stats.in_flight). */
    void (*clear)(struct iptfs_link *link);
    /* Frees the link, after clear. */
    void (*free)(struct iptfs_link *link);
};

/* Embedded first in each kind of link. */
struct iptfs_link {
    const struct iptfs_link_ops *ops;
    struct iptfs_link_config config;
    struct iptfs_link_stats stats;
    struct iptfs_impair impair;
    struct iptfs_in_flight flight;
    int64_t latest_ps; /* arrival of a packet before which the next, if in_order, must not come */
    struct iptfs_store *store;
    /* A packet arrives at the far end, which takes it over. */
    void (*deliver)(void *ctx, int64_t now_ps, struct iptfs_outer *outer);
    void *deliver_ctx;
};

/* All that was lost on the link, for whatever cause. */
struct iptfs_tally iptfs_link_lost(const struct iptfs_link_stats *stats);

/* True when the packets of a cleared link add up. */
bool iptfs_link_balanced(const struct iptfs_link_stats *stats);

/* Octets that a packet takes on the wire. */
uint32_t iptfs_framed_octets(enum iptfs_framing framing, uint32_t ip_octets);

/* A direct link. `impair` passes to the link (also on failure). Returns 0 and the link in *out, to
 * be cleared and freed with its ops; IPTFS_E_NO_MEMORY. The store must outlive it. With
 * `bottleneck`, another direct link, it shares that one's transmitter and queue, whose rate and
 * limits then count; NULL: it has its own. */
int iptfs_direct_link_new(struct iptfs_link **out, const struct iptfs_link_config *config,
                          const struct iptfs_impair *impair, struct iptfs_store *store,
                          struct iptfs_link *bottleneck);

/* When iptfs_link_wake must be called next; IPTFS_NEVER for not. */
static inline int64_t iptfs_link_next_ps(const struct iptfs_link *link)
{
    return iptfs_in_flight_next_ps(&link->flight);
}

/* Delivers what has arrived by now. */
void iptfs_link_wake(struct iptfs_link *link, int64_t now_ps);

/* For kinds of links: the parts they share. */

void iptfs_link_init(struct iptfs_link *link, const struct iptfs_link_ops *ops,
                     const struct iptfs_link_config *config, const struct iptfs_impair *impair,
                     struct iptfs_store *store);

/* Counts a packet as sent and refuses it when it is longer than the MTU: false, and it is ended. */
bool iptfs_link_admit(struct iptfs_link *link, struct iptfs_outer *outer);

/* The queue has no room for the packet: it is ended. */
void iptfs_link_refuse(struct iptfs_link *link, struct iptfs_outer *outer);

/* Ends or marks an admitted packet as the verdict says; true when copies of it go on, which then
 * must be given to iptfs_link_launch. */
bool iptfs_link_apply(struct iptfs_link *link, struct iptfs_outer *outer,
                      const struct iptfs_verdict *verdict);

/* Puts the copies of a packet that the link itself delivers at `arrival_ps` into flight. */
void iptfs_link_launch(struct iptfs_link *link, struct iptfs_outer *outer, int64_t arrival_ps,
                       const struct iptfs_verdict *verdict);

/* A copy is still under way at the end of the run: counts and ends it. */
void iptfs_link_end_inside(struct iptfs_link *link, struct iptfs_outer *outer);

/* Ends what is in flight. */
void iptfs_link_clear(struct iptfs_link *link);

/* Frees what iptfs_link_init took over. */
void iptfs_link_deinit(struct iptfs_link *link);

#endif
