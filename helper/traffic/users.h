/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many users in one section (telephone calls, game players), each with random streams of its own,
 * so that one user more does not change the packets of the others. */
#ifndef IPTFS_TRAFFIC_USERS_H
#define IPTFS_TRAFFIC_USERS_H

#include "base/octets.h"
#include "traffic/flow.h"
#include "traffic/time_heap.h"

#include <stddef.h>
#include <stdint.h>

/* Most users of a section. */
#define IPTFS_USERS_MAX 10000

struct iptfs_user {
    int64_t talks_until_ps; /* voice with vad: end of the talk spurt; may be in the past */
    struct iptfs_random
        *lengths;                /* voice with vad: of spurts; games: of gaps, NULL without clock */
    struct iptfs_random *others; /* voice with vad: of pauses; games: sizes */
};

/* Embedded first in the state of a type of many users. */
struct iptfs_users {
    struct iptfs_traffic_flow flow;
    struct iptfs_user *all;
    size_t count;
    struct iptfs_time_heap_entry *heap; /* the next packet of each clock */
    size_t clocks;                      /* one for each user, or one in all (game server) */
};

/* Makes the users, without streams, and their clocks, whose first packets are within `within_ps`
 * after `start` at random. Clocks are drawn in the order of users. IPTFS_E_NO_MEMORY. */
int iptfs_users_start(struct iptfs_users *users, const struct iptfs_traffic_setup *setup,
                      size_t count, size_t clocks, int64_t within_ps);

/* The `release` of such types: frees users, streams and clocks. */
void iptfs_users_release(struct iptfs_traffic_flow *flow);

/* A random stream of one user. NULL when memory ran out. */
struct iptfs_random *iptfs_users_stream(const struct iptfs_traffic_setup *setup,
                                        enum iptfs_random_use use, size_t user);

/* Orders the clocks, and schedules the first packet. */
void iptfs_users_schedule_first(struct iptfs_users *users);

/* The clock on top of the heap, whose packet was sent, has its next packet at at_ps. Schedules the
 * earliest packet of all clocks. */
static inline void iptfs_users_schedule(struct iptfs_users *users, int64_t at_ps)
{
    users->heap[0].at_ps = at_ps;
    iptfs_time_heap_top_changed(users->heap, users->clocks);
    iptfs_flow_schedule(&users->flow, users->heap[0].at_ps);
}

/* Octets of the IP and UDP headers. */
static inline uint32_t iptfs_users_udp_ip_octets(unsigned ip_version)
{
    return iptfs_ip_header_octets(ip_version) + IPTFS_UDP_HEADER_OCTETS;
}

#endif
