/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two nodes of ns-3 joined by tunnels, for the tests of this folder: what passes their IP is kept.
 */
#ifndef IPTFS_TEST_NS3_TUNNEL_NET_H
#define IPTFS_TEST_NS3_TUNNEL_NET_H

#include "link/link.h"
#include "ns3/device_pair.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A packet that passed the IP of a node. */
struct tunnel_net_packet {
    char direction;
    uint32_t octets;
    uint8_t bytes[4096];
};

struct tunnel_net_side {
    void *node;
    struct tunnel_net_packet *passed;
    size_t count;
    size_t datagrams;
};

/* What a test changes before its network is made. */
struct tunnel_net_plan {
    struct iptfs_sender_config sender;
    struct iptfs_receiver_config receiver;
    struct iptfs_link_config link;
    double loss;
    double ce;
    const struct iptfs_impair_item *items; /* of the direction from node 0 to node 1 */
    size_t item_count;
    uint32_t mtu_octets;
    struct iptfs_observer *observer; /* of the tunnel from node 0 to node 1; may be NULL */
};

struct tunnel_net {
    struct iptfs_tunnel tunnel[IPTFS_DEVICE_PAIR_ENDS];
    struct iptfs_engine engine[IPTFS_DEVICE_PAIR_ENDS];
    struct iptfs_device_pair pair;
    struct tunnel_net_side side[IPTFS_DEVICE_PAIR_ENDS];
};
/* The addresses of the nodes. Not 2001:db8::, which ns-3 does not forward. */
extern const char *const tunnel_net_ipv4[IPTFS_DEVICE_PAIR_ENDS];
extern const char *const tunnel_net_ipv6[IPTFS_DEVICE_PAIR_ENDS];

/* Links of 100 Mb/s and 5 ms. */
struct tunnel_net_plan tunnel_net_usual(void);

/* Makes nodes and tunnels in the simulation that is open; opens one for them. The net must not
 * move.
 */
bool tunnel_net_make(struct tunnel_net *net, const struct tunnel_net_plan *plan);
bool tunnel_net_open(struct tunnel_net *net, const struct tunnel_net_plan *plan);

/* Runs the simulation of tunnel_net_open until a time. */
void tunnel_net_run(struct tunnel_net *net, int64_t until_ps);

/* Ends the tunnels at a time, and checks that every packet was given back; at the present time, and
 * the simulation with them. */
void tunnel_net_free(struct tunnel_net *net, int64_t now_ps);
void tunnel_net_close(struct tunnel_net *net);

/* Sends `count` datagrams from node 0, a millisecond apart, each `step` octets longer. */
void tunnel_net_send(const struct tunnel_net *net, const char *to, uint32_t count, uint32_t step,
                     uint8_t tos);

#endif
