/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The observers of a tunnel: any number of callers that observe its packets. */
#ifndef IPTFS_TUNNEL_OBSERVERS_H
#define IPTFS_TUNNEL_OBSERVERS_H

#include "packet/packet.h"
#include "stats/leak.h"

#include <stdbool.h>
#include <stdint.h>

enum iptfs_observed {
    IPTFS_OBSERVED_ARRIVED,
    IPTFS_OBSERVED_SENT,
    IPTFS_OBSERVED_RECEIVED,
    IPTFS_OBSERVED_DELIVERED,
    IPTFS_OBSERVED_ENDED,
    IPTFS_OBSERVED_ICMP,
    IPTFS_OBSERVED_EVENTS
};

/* One observer. The owner sets callbacks (NULL: not called), ctx and takes_handle, and does not
 * move the struct while the tunnel exists. */
struct iptfs_observer {
    /* An inner packet arrived; called before it is queued or refused. The observer may give it
     * octets (iptfs_inner_own_bytes). */
    void (*arrived)(void *ctx, struct iptfs_inner *inner);
    /* The sender gives an outer packet to the link. */
    void (*sent)(void *ctx, int64_t now_ps, const struct iptfs_outer *outer);
    /* An outer packet, or a copy of it, came out of the link. */
    void (*received)(void *ctx, int64_t now_ps, const struct iptfs_outer *outer);
    /* An inner packet leaves the tunnel, also as a second copy that no window has recognised. */
    void (*delivered)(void *ctx, int64_t now_ps, struct iptfs_inner *inner);
    /* An inner packet ended without delivery. At the end of a run those still inside the tunnel end
     * too, without a drop cause. */
    void (*ended)(void *ctx, const struct iptfs_inner *inner);
    /* A forwarded packet is too big for a tunnel that may not fragment: its sender should get
     * ICMP "fragmentation needed" or ICMPv6 "packet too big" with this MTU. */
    void (*icmp)(void *ctx, int64_t now_ps, const struct iptfs_inner *inner, uint32_t mtu_octets);
    void *ctx;
    bool takes_handle; /* takes the handle of a delivered packet: called after all that do not */
    struct iptfs_observer *next[IPTFS_OBSERVED_EVENTS]; /* set by iptfs_observers_add */
};

/* For each event the observers that have a callback for it. All zero: there is none. */
struct iptfs_observers {
    struct iptfs_observer *first[IPTFS_OBSERVED_EVENTS];
};

/* Adds an observer, which must not be in a list already. It is called after those that were added
 * before, but ahead of those that take handles. */
void iptfs_observers_add(struct iptfs_observers *observers, struct iptfs_observer *observer);

/* The observer that measures what the tunnel leaks to those who see its outer packets; the caller
 * adds it. */
struct iptfs_observer iptfs_leak_observer(struct iptfs_leak *leak);

/* The tunnel reports its events with these functions. */

static inline void iptfs_observers_arrived(const struct iptfs_observers *observers,
                                           struct iptfs_inner *inner)
{
    const struct iptfs_observer *one = observers->first[IPTFS_OBSERVED_ARRIVED];
    for (; one != NULL; one = one->next[IPTFS_OBSERVED_ARRIVED])
        one->arrived(one->ctx, inner);
}

static inline void iptfs_observers_sent(const struct iptfs_observers *observers, int64_t now_ps,
                                        const struct iptfs_outer *outer)
{
    const struct iptfs_observer *one = observers->first[IPTFS_OBSERVED_SENT];
    for (; one != NULL; one = one->next[IPTFS_OBSERVED_SENT])
        one->sent(one->ctx, now_ps, outer);
}

static inline void iptfs_observers_received(const struct iptfs_observers *observers, int64_t now_ps,
                                            const struct iptfs_outer *outer)
{
    const struct iptfs_observer *one = observers->first[IPTFS_OBSERVED_RECEIVED];
    for (; one != NULL; one = one->next[IPTFS_OBSERVED_RECEIVED])
        one->received(one->ctx, now_ps, outer);
}

static inline void iptfs_observers_delivered(const struct iptfs_observers *observers,
                                             int64_t now_ps, struct iptfs_inner *inner)
{
    const struct iptfs_observer *one = observers->first[IPTFS_OBSERVED_DELIVERED];
    for (; one != NULL; one = one->next[IPTFS_OBSERVED_DELIVERED])
        one->delivered(one->ctx, now_ps, inner);
}

static inline void iptfs_observers_ended(const struct iptfs_observers *observers,
                                         const struct iptfs_inner *inner)
{
    const struct iptfs_observer *one = observers->first[IPTFS_OBSERVED_ENDED];
    for (; one != NULL; one = one->next[IPTFS_OBSERVED_ENDED])
        one->ended(one->ctx, inner);
}

static inline void iptfs_observers_icmp(const struct iptfs_observers *observers, int64_t now_ps,
                                        const struct iptfs_inner *inner, uint32_t mtu_octets)
{
    const struct iptfs_observer *one = observers->first[IPTFS_OBSERVED_ICMP];
    for (; one != NULL; one = one->next[IPTFS_OBSERVED_ICMP])
        one->icmp(one->ctx, now_ps, inner, mtu_octets);
}

#endif
