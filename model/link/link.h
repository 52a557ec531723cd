/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link: one direction of a path, with a rate, a delay, a drop-tail queue, an MTU and impairments.
 * This is the part that all kinds of links share; link/direct_link.h computes everything itself,
 * ns3/p2p_link.h sends frames through a device and a channel of ns-3. */
#ifndef IPTFS_LINK_H
#define IPTFS_LINK_H

#include "link/impairments.h"
#include "link/in_flight.h"
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
    uint32_t mtu_most_octets; /* the largest it will have in the run; 0: mtu_octets stays */
    enum iptfs_framing framing;
    /* Limits of the queue before the transmitter, the packet under transmission not counted; 0: no
     * limit. Octets are those on the wire, framing included. */
    uint64_t queue_pkts;
    uint64_t queue_octets;
    /* The rate from these times on, see iptfs_transmitter_set_changes; direct links only. */
    const struct iptfs_timed *rate_changes;
    size_t rate_change_count;
    struct iptfs_impairments_config impairments;
    struct iptfs_random_streams streams; /* of the impairments */
};

/* Outer packets: sent + duplicated = received + lost by each cause + in flight. */
struct iptfs_link_stats {
    struct iptfs_tally sent;
    struct iptfs_tally received;
    struct iptfs_tally lost[IPTFS_DROP_COUNT]; /* by cause */
    struct iptfs_tally duplicated;
    struct iptfs_tally in_flight; /* known when the link is cleared */
    uint64_t reordered_pkts;      /* sent on without the delay, lost ones included */
    uint64_t ce_marked_pkts;
};

struct iptfs_link;

struct iptfs_link_ops {
    /* Sends a packet, which the link takes over: it is delivered or ended later. */
    void (*submit)(struct iptfs_link *link, int64_t now_ps, struct iptfs_outer *outer);
    /* When all that was submitted will have been transmitted; now_ps when it has been. */
    int64_t (*idle_ps)(const struct iptfs_link *link, int64_t now_ps);
    /* Whether another event will bring a packet out of the link at now_ps. NULL: never. */
    bool (*arriving)(const struct iptfs_link *link, int64_t now_ps);
    /* Ends all packets that the link still holds (counted in stats.in_flight). */
    void (*clear)(struct iptfs_link *link);
    /* Frees the link, after clear. */
    void (*free)(struct iptfs_link *link);
};

/* The first member of each kind of link. */
struct iptfs_link {
    const struct iptfs_link_ops *ops;
    struct iptfs_link_config config;
    struct iptfs_link_stats stats;
    struct iptfs_impairments impairments;
    struct iptfs_in_flight flight;
    int64_t latest_ps; /* the next packet whose effect is in_order arrives no earlier than this */
    struct iptfs_store *store;
    /* A packet arrives at the far end, which takes it over. */
    void (*deliver)(void *ctx, int64_t now_ps, struct iptfs_outer *outer);
    void *deliver_ctx;
};

/* All packets lost on the link, of all causes. */
struct iptfs_tally iptfs_link_lost(const struct iptfs_link_stats *stats);

/* Packets on the link: sent or duplicated, and neither received nor lost yet. */
struct iptfs_tally iptfs_link_in_flight(const struct iptfs_link_stats *stats);

/* Whether the packets of a cleared link add up. */
bool iptfs_link_balanced(const struct iptfs_link_stats *stats);

/* Octets that a packet takes on the wire. */
uint32_t iptfs_framed_octets(enum iptfs_framing framing, uint32_t ip_octets);

/* When iptfs_link_wake must be called next; IPTFS_NEVER for not. */
static inline int64_t iptfs_link_next_ps(const struct iptfs_link *link)
{
    return iptfs_in_flight_next_ps(&link->flight);
}

/* Delivers what has arrived by now. */
void iptfs_link_wake(struct iptfs_link *link, int64_t now_ps);

/* The rest is for kinds of links. */

/* Prepares the common part. 0 or IPTFS_E_NO_MEMORY; then there is nothing to free. */
int iptfs_link_init(struct iptfs_link *link, const struct iptfs_link_ops *ops,
                    const struct iptfs_link_config *config, struct iptfs_store *store);

/* Counts a packet as sent. False, and the packet is dropped, when it is longer than the MTU. */
bool iptfs_link_admit(struct iptfs_link *link, struct iptfs_outer *outer);

/* Ends one copy of a packet, which the link loses for this cause, and counts it. */
void iptfs_link_drop(struct iptfs_link *link, struct iptfs_outer *outer,
                     enum iptfs_drop_cause cause);

/* Applies the impairments to an admitted packet whose last bit is sent at depart_ps: it is marked,
 * lost or duplicated. True when copies of it go on; then iptfs_link_propagate must follow, with
 * *effect. */
bool iptfs_link_impair(struct iptfs_link *link, struct iptfs_outer *outer, int64_t depart_ps,
                       struct iptfs_impair_effect *effect);

/* Puts the copies of a packet in flight that would arrive at arrival_ps without impairments. */
void iptfs_link_propagate(struct iptfs_link *link, struct iptfs_outer *outer, int64_t arrival_ps,
                          const struct iptfs_impair_effect *effect);

/* Ends what is in flight at the end of the run. */
void iptfs_link_clear(struct iptfs_link *link);

/* Frees what iptfs_link_init allocated. */
void iptfs_link_deinit(struct iptfs_link *link);

#endif
