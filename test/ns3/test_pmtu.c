/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets that are too big for a tunnel with dont-frag: ICMP errors, errors at sockets, and TCP
 * that follows the path MTU. */
#include "ns3/pmtu.h"

#include "base/units.h"
#include "ns3/sim.h"
#include "ns3/tunnel_net.h"
#include "support/check.h"
#include "support/ns3_network.h"

#include <string.h>

#define MS IPTFS_PS_PER_MS

/* A host behind node 0: net 10.1.0.0, linked with this MTU; its packets are forwarded. */
static void *add_host(struct tunnel_net *net, uint32_t mtu_octets)
{
    uint32_t at_host, at_gateway;
    void *host = net_node(), *gateway = net->side[0].node;
    net_link(host, gateway, mtu_octets, &at_host, &at_gateway);
    net_address(host, at_host, "10.1.0.1", "10.1.0.2");
    net_address(gateway, at_gateway, "10.1.0.2", NULL);
    net_address(host, at_host, "fd00:1::1", "fd00:1::2");
    net_address(gateway, at_gateway, "fd00:1::2", NULL);
    return host;
}

/* ICMP messages that a node got. */
struct pings {
    size_t replies;
    size_t too_big;
    uint32_t mtu; /* of the last of those */
    uint32_t quoted_octets;
};

static uint32_t uint16_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 8 | bytes[1];
}

static void on_icmp(void *ctx, char direction, const uint8_t *bytes, uint32_t octets)
{
    struct pings *pings = ctx;
    bool ipv6 = bytes[0] >> 4 == 6;
    const uint8_t *icmp = bytes + (ipv6 ? 40 : 20);
    if (direction != 'r' || octets < 48 || bytes[ipv6 ? 6 : 9] != (ipv6 ? 58 : 1))
        return;
    pings->replies += icmp[0] == (ipv6 ? 129 : 0);
    if (ipv6 ? icmp[0] != 2 : icmp[0] != 3 || icmp[1] != 4)
        return;
    pings->too_big++;
    pings->mtu = uint16_at(icmp + 6);
    pings->quoted_octets = ipv6 ? 40 + uint16_at(icmp + 8 + 4) : uint16_at(icmp + 8 + 2);
}

/* A ping of 2000 octets through a tunnel whose outer packets are 1500, by a host of the network
 * behind the gateway or by the gateway itself: the outcome. */
static void ping(bool dont_frag, bool ipv6, bool forwarded, struct pings *pings)
{
    struct tunnel_net net;
    struct tunnel_net_plan plan = tunnel_net_usual();
    const char *to = ipv6 ? tunnel_net_ipv6[1] : tunnel_net_ipv4[1];
    memset(pings, 0, sizeof *pings);
    plan.sender.dont_frag = dont_frag;
    if (!tunnel_net_open(&net, &plan))
        return;
    void *from = forwarded ? add_host(&net, 9000) : net.side[0].node;
    const char *hosts = ipv6 ? "fd00:1::1" : "10.1.0.1";
    const char *own = ipv6 ? tunnel_net_ipv6[0] : tunnel_net_ipv4[0];
    net_sniff(from, on_icmp, pings);
    CHECK_INT(net_ping(from, 2000 * MS, forwarded ? hosts : own, to, 2000), 0);
    tunnel_net_run(&net, 3000 * MS);
    const struct iptfs_sender *sender = &net.tunnel[0].sender;
    CHECK_U64(sender->icmp_sent, dont_frag && forwarded);
    CHECK_U64(sender->local_errors, dont_frag && !forwarded);
    CHECK_U64(net.tunnel[0].counters.value[IPTFS_XFRM_OUT_ERROR], dont_frag);
    CHECK_U64(net.tunnel[0].store.ledger.dropped[IPTFS_DROP_TOO_BIG].pkts, dont_frag);
    tunnel_net_close(&net);
}

/* linux-behaviour: without dont-frag the tunnel fragments the packet, IPv6 too; with it a forwarded
 * one is answered by ICMP with the payload size as MTU, and a local one by an error at the socket.
 */
static void test_ping(void)
{
    for (int i = 0; i < 8; i++) {
        bool dont_frag = (i & 1) != 0, ipv6 = (i & 2) != 0, forwarded = (i & 4) != 0;
        struct pings pings;
        ping(dont_frag, ipv6, forwarded, &pings);
        CHECK_U64(pings.replies, !dont_frag);
        CHECK_U64(pings.too_big, dont_frag && forwarded);
        CHECK_U64(pings.mtu, dont_frag && forwarded ? 1466 : 0);
        if (pings.too_big > 0)
            CHECK_U64(pings.quoted_octets, ipv6 ? 2048 : 2028);
    }
}

/* A UDP socket of the gateway gets the error in its callback, as on Linux it gets EMSGSIZE. */
static void test_local_udp(void)
{
    static const uint8_t bytes[1600];
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        struct tunnel_net net;
        struct tunnel_net_plan plan = tunnel_net_usual();
        plan.sender.dont_frag = true;
        if (!tunnel_net_open(&net, &plan))
            return;
        const char *to = ipv6 ? tunnel_net_ipv6[1] : tunnel_net_ipv4[1];
        CHECK_INT(net_udp_send(net.side[0].node, 2000 * MS, to, bytes, 1600, 0), 0);
        tunnel_net_run(&net, 2100 * MS);
        CHECK_U64(net.side[1].datagrams, 0);
        CHECK_U64(net_udp_reported_mtu(), 1466);
        tunnel_net_close(&net);
    }
}

/* TCP with segments of 1448 octets, over a tunnel with dont-frag that carries 1406 (IPv4): the
 * transfer finishes without a retransmission timeout (1 s at least). */
static void check_adapting(bool ipv6, bool forwarded, bool follows)
{
    enum {
        OCTETS = 300000
    };
    struct tunnel_net net;
    struct tunnel_net_plan plan = tunnel_net_usual();
    plan.sender.dont_frag = true;
    if (!tunnel_net_open(&net, &plan))
        return;
    void *from = forwarded ? add_host(&net, 9000) : net.side[0].node;
    uint32_t index = iptfs_device_pair_index(&net.pair, 1);
    CHECK_INT(net_route(net.side[1].node, index, ipv6 ? "fd00:1::" : "10.1.0.0",
                        ipv6 ? tunnel_net_ipv6[0] : tunnel_net_ipv4[0]),
              0);
    if (follows && forwarded)
        CHECK_INT(iptfs_ns3_pmtu_follow(from), 0);
    struct net_tcp *tcp =
        net_tcp_start(from, net.side[1].node, ipv6 ? tunnel_net_ipv6[1] : tunnel_net_ipv4[1],
                      2000 * MS, OCTETS, 1448);
    tunnel_net_run(&net, 4000 * MS);
    CHECK_INT(net_tcp_received(tcp), follows ? OCTETS : 0);
    if (follows)
        CHECK_TRUE(net_tcp_done_ps(tcp) < 2500 * MS);
    CHECK_TRUE(net.tunnel[0].store.ledger.dropped[IPTFS_DROP_TOO_BIG].pkts > 0);
    tunnel_net_close(&net);
    net_tcp_free(tcp);
}

static void test_adapting(void)
{
    check_adapting(false, false, true);
    check_adapting(false, true, true);
    check_adapting(true, false, true);
    check_adapting(true, true, true);
    check_adapting(false, true, false); /* ns-3's own TCP stands still */
}
/* A host that follows the path MTU gets errors for packets that are not TCP's too, and other
 * ICMP messages: nothing changes for its sockets. */
static void check_other_icmp(bool ipv6)
{
    struct tunnel_net net;
    struct tunnel_net_plan plan = tunnel_net_usual();
    struct pings pings = {0};
    plan.sender.dont_frag = true;
    if (!tunnel_net_open(&net, &plan))
        return;
    const char *to = ipv6 ? tunnel_net_ipv6[1] : tunnel_net_ipv4[1];
    const char *own = ipv6 ? "fd00:1::1" : "10.1.0.1";
    void *from = add_host(&net, 9000);
    uint32_t index = iptfs_device_pair_index(&net.pair, 1);
    CHECK_INT(net_route(net.side[1].node, index, ipv6 ? "fd00:1::" : "10.1.0.0",
                        ipv6 ? tunnel_net_ipv6[0] : tunnel_net_ipv4[0]),
              0);
    CHECK_INT(iptfs_ns3_pmtu_follow(from), 0);
    net_sniff(from, on_icmp, &pings);
    CHECK_INT(net_ping(from, 2000 * MS, own, to, 2000), 0);
    CHECK_INT(net_ping(from, 2100 * MS, own, to, 100), 0);
    struct net_tcp *tcp = net_tcp_start(from, net.side[1].node, to, 2200 * MS, 50000, 1200);
    tunnel_net_run(&net, 4000 * MS);
    CHECK_U64(pings.too_big, 1);
    CHECK_U64(pings.replies, 1);
    CHECK_INT(net_tcp_received(tcp), 50000);
    CHECK_U64(net.tunnel[0].store.ledger.dropped[IPTFS_DROP_TOO_BIG].pkts, 1);
    tunnel_net_close(&net);
    net_tcp_free(tcp);
}

static void test_other_icmp(void)
{
    check_other_icmp(false);
    check_other_icmp(true);
}

static void test_arguments(void)
{
    CHECK_INT(iptfs_ns3_pmtu_follow(NULL), IPTFS_NS3_EINVAL);
    iptfs_ns3_pmtu_refuse(NULL, NULL, 1280); /* nothing happens */
    iptfs_ns3_pmtu_refuse_local(NULL, NULL, 1280);
}

const CU_TestInfo iptfs_tests_pmtu[] = {
    {"a 2000-octet ping is fragmented, or answered as Linux does", test_ping},
    {"a UDP socket of the gateway gets the error", test_local_udp},
    {"TCP adapts to the path MTU", test_adapting},
    {"errors for others than TCP change nothing", test_other_icmp},
    {"bad arguments are refused", test_arguments},
    CU_TEST_INFO_NULL,
};
