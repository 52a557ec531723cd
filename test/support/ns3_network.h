/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small ns-3 networks for tests: nodes with an IP stack, sockets on them, and what passes their IP.
 * All of it lives until the simulation is closed; functions that return int give 0 when all went
 * well. */
#ifndef IPTFS_SUPPORT_NS3_NETWORK_H
#define IPTFS_SUPPORT_NS3_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A simulation that iptfs_ns3_attach may join, run as a user's own C++ does it; and its end. */
void net_run(int64_t until_ps);
void net_destroy(void);

/* A node with IPv4 and IPv6, TCP and UDP: an ns3::Node. */
void *net_node(void);

/* ns-3 computes checksums, or not (the default), from now on. */
void net_checksums(bool on);

/* Gives a device of a node this address, IPv4 with 24 bits of prefix or IPv6 with 64, and sends all
 * that is not local through it to `gateway`, which may be NULL. */
int net_address(void *node, uint32_t device, const char *address, const char *gateway);

/* An ns-3 point-to-point link of 1 Gb/s and 1 ms with this MTU; *device_a and *device_b are the
 * indices of the devices it gets at the two nodes. */
void net_link(void *a, void *b, uint32_t mtu_octets, uint32_t *device_a, uint32_t *device_b);

/* Sends what is for the network of `address` to `gateway`, which is reached by this device. */
int net_route(void *node, uint32_t device, const char *address, const char *gateway);

/* Sends an ICMP or ICMPv6 echo request with `octets` octets after its header at a time. */
int net_ping(void *node, int64_t at_ps, const char *from, const char *to, uint32_t octets);

/* Sends UDP octets at some time, from port 9 to port 9, with this TOS. The octets are copied. */
int net_udp_send(void *node, int64_t at_ps, const char *to, const uint8_t *bytes, uint32_t octets,
                 uint8_t tos);

/* The packets that pass the IPv4 and IPv6 of a node, with headers: 't'o a device or 'r'eceived from
 * one. */
typedef void net_sniffer(void *ctx, char direction, const uint8_t *bytes, uint32_t octets);
void net_sniff(void *node, net_sniffer *sniffer, void *ctx);

/* The MTU that an ICMP error last reported to a UDP socket of net_udp_send; 0: none. */
uint32_t net_udp_reported_mtu(void);

/* UDP datagrams that arrive at port 9 of a node. */
typedef void net_datagram(void *ctx, const uint8_t *bytes, uint32_t octets);
int net_udp_receive(void *node, bool ipv6, net_datagram *receive, void *ctx);

/* A TCP transfer of `octets` from one node to another, started at some time. The receiver checks
 * the pattern of the octets. `net_tcp_received` returns how many arrived, if all are right and in
 * order, else -1. */
struct net_tcp;
struct net_tcp *net_tcp_start(void *from, void *to, const char *address, int64_t at_ps,
                              uint32_t octets, uint32_t segment_octets);
int64_t net_tcp_received(const struct net_tcp *tcp);
int64_t net_tcp_done_ps(const struct net_tcp *tcp); /* when the last octet came; -1: not yet */
void net_tcp_free(struct net_tcp *tcp);             /* once the simulation is closed */

#ifdef __cplusplus
}
#endif

#endif
