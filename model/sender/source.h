/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where inner packets come from. Arrivals are pulled: a sender asks for those up to now when one of
 * its timers fires, so that the number of events grows with outer packets, not with inner ones. */
#ifndef IPTFS_SENDER_SOURCE_H
#define IPTFS_SENDER_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

/* One inner packet that arrives at the tunnel. */
struct iptfs_arrival {
    int64_t at_ps;
    void *handle;       /* opaque, NULL for none; comes out with the packet or is released once */
    uint8_t *bytes;     /* its octets, NULL for none; must outlive the packet */
    uint32_t octets;    /* whole IP packet, header included */
    uint32_t id;        /* IPv4 identification or IPv6 flow label */
    uint16_t flow;      /* index of the traffic section */
    uint8_t ip_version; /* 4 or 6 */
    uint8_t tos;
    bool local; /* sent by the gateway itself, not forwarded */
    bool df;    /* IPv4's Don't Fragment */
};

/* How much a sender can take, for sources that send whenever it can take more. */
struct iptfs_free_space {
    int64_t idle_ps; /* when the link has nothing left to transmit */
    int64_t lead_ps; /* how long before that a packet must arrive to be sent then */
    uint32_t octets; /* what queue and link can take by then without loss or CE mark */
};

struct iptfs_source;

struct iptfs_source_ops {
    /* When the next packet arrives; IPTFS_NEVER for no more (until `free_space` changes that).
     * Does not change the source. */
    int64_t (*next_ps)(const struct iptfs_source *source);
    /* Takes that packet; called only when next_ps is not IPTFS_NEVER. */
    void (*take)(struct iptfs_source *source, struct iptfs_arrival *arrival);
    /* The queue of the sender has become short at now_ps; NULL for sources that do not use it. */
    void (*free_space)(struct iptfs_source *source, int64_t now_ps,
                       const struct iptfs_free_space *free_space);
};

/* The first member of each kind of source. */
struct iptfs_source {
    const struct iptfs_source_ops *ops;
};

#endif
