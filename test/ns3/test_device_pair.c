/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tunnel between two ns-3 nodes: what one sends is what the other gets, to the octet, and no
 * packet of ns-3's is lost or given back twice, however a run ends. */
#include "base/error.h"
#include "base/units.h"
#include "link/direct_link.h"
#include "ns3/device_pair.h"
#include "ns3/pmtu.h"
#include "ns3/sim.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/ns3_network.h"

#include <stdlib.h>
#include <string.h>

#define MS IPTFS_PS_PER_MS

enum {
    ECT0 = 2,
    CE = 3,
    PASSED_MAX = 400
};

/* A packet that passed the IP of a node. */
struct passed {
    char way;
    uint32_t octets;
    uint8_t bytes[4096];
};

struct side {
    void *node;
    struct passed *passed;
    size_t count;
    size_t datagrams;
};

/* What a test changes before its network is made. */
struct plan {
    struct iptfs_sender_config sender;
    struct iptfs_receiver_config receiver;
    struct iptfs_link_config link;
    double loss;
    double ce;
    const struct iptfs_impair_item *items; /* of the way from node 0 to node 1 */
    size_t item_count;
    uint32_t mtu_octets;
    struct iptfs_observer *observer; /* likewise; NULL: nobody */
};

struct net {
    struct iptfs_tunnel tunnel[IPTFS_DEVICE_PAIR_ENDS];
    struct iptfs_engine engine[IPTFS_DEVICE_PAIR_ENDS];
    struct iptfs_device_pair device;
    struct side side[IPTFS_DEVICE_PAIR_ENDS];
};

static const char *const address[] = {"10.0.0.1", "10.0.0.2"};
/* Not 2001:db8::, which ns-3 does not forward. */
static const char *const address6[] = {"fd00::1", "fd00::2"};

static struct plan usual(void)
{
    return (struct plan){
        .sender = plain_sender(),
        .receiver = {.reorder_window = 3, .drop_time_ps = 1000 * MS, .replay_window = 64},
        .link = {.rate_bps = 100000000, .delay_ps = 5 * MS, .mtu_octets = 1500, .queue_pkts = 100},
    };
}

static void on_packet(void *ctx, char way, const uint8_t *bytes, uint32_t octets)
{
    struct side *side = ctx;
    bool udp = bytes[0] >> 4 == 4 ? bytes[9] == 17 : bytes[6] == 17; /* no neighbour discovery */
    if (!udp || side->count == PASSED_MAX || octets > sizeof side->passed->bytes)
        return;
    struct passed *passed = &side->passed[side->count++];
    passed->way = way;
    passed->octets = octets;
    memcpy(passed->bytes, bytes, octets);
}

static void on_datagram(void *ctx, const uint8_t *bytes, uint32_t octets)
{
    (void)bytes;
    (void)octets;
    ((struct side *)ctx)->datagrams++;
}

static bool add_way(struct net *net, int way, const struct plan *plan)
{
    struct iptfs_link_config config = plan->link;
    struct iptfs_link *link;
    struct iptfs_tunnel *tunnel = &net->tunnel[way];
    config.streams = (struct iptfs_random_streams){1, 1, (uint64_t)way};
    config.impairments.loss.probability = plan->loss;
    config.impairments.ce.probability = plan->ce;
    if (way == 0)
        config.impairments.list = (struct iptfs_impair_list_config){plan->items, plan->item_count};
    CHECK_INT(iptfs_tunnel_init(tunnel, &plan->sender, &plan->receiver), IPTFS_OK);
    CHECK_INT(iptfs_engine_init(&net->engine[way], tunnel), IPTFS_OK);
    if (!CHECK_INT(iptfs_direct_link_new(&link, &config, &tunnel->store, NULL), IPTFS_OK))
        return false;
    iptfs_tunnel_set_link(tunnel, link);
    if (way == 0 && plan->observer != NULL)
        iptfs_observers_add(&tunnel->observers, plan->observer);
    return true;
}

static void address_side(struct net *net, int end)
{
    struct side *side = &net->side[end];
    uint32_t index = iptfs_device_pair_index(&net->device, end);
    CHECK_INT(net_address(side->node, index, address[end], address[1 - end]), 0);
    CHECK_INT(net_address(side->node, index, address6[end], address6[1 - end]), 0);
    CHECK_INT(net_udp_receive(side->node, false, on_datagram, side), 0);
    CHECK_INT(net_udp_receive(side->node, true, on_datagram, side), 0);
    net_sniff(side->node, on_packet, side);
}

/* Nodes and tunnels in the simulation that is open. */
static bool make_net(struct net *net, const struct plan *plan)
{
    struct iptfs_device_pair_setup setup = {.mtu_octets = plan->mtu_octets};
    memset(net, 0, sizeof *net);
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++) {
        if (!add_way(net, i, plan))
            return false;
        net->side[i].passed = calloc(PASSED_MAX, sizeof *net->side[i].passed);
        setup.node[i] = net->side[i].node = net_node();
        setup.engine[i] = &net->engine[i];
    }
    if (!CHECK_INT(iptfs_device_pair_init(&net->device, &setup), IPTFS_OK))
        return false;
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++)
        address_side(net, i);
    return true;
}

static bool open_net(struct net *net, const struct plan *plan)
{
    return CHECK_INT(iptfs_ns3_open(), 0) && make_net(net, plan);
}

static void run_net(struct net *net, int64_t until_ps)
{
    CHECK_INT(iptfs_ns3_run_until(until_ps), 0);
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++)
        CHECK_INT(net->engine[i].error, IPTFS_OK);
}

/* Ends the tunnels, and looks whether every packet was given back. */
static void free_net(struct net *net, int64_t now_ps)
{
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++)
        CHECK_INT(iptfs_tunnel_close(&net->tunnel[i], now_ps), IPTFS_OK);
    CHECK_TRUE(iptfs_device_pair_balanced(&net->device, 0));
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++) {
        const struct iptfs_device_pair_end *end = &net->device.end[i];
        CHECK_U64(end->taken, net->tunnel[i].store.ledger.offered.pkts);
        CHECK_TRUE(end->delivered <= net->tunnel[i].store.ledger.delivered.pkts);
    }
    iptfs_device_pair_free(&net->device);
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++) {
        iptfs_tunnel_free(&net->tunnel[i]);
        iptfs_engine_free(&net->engine[i]);
        free(net->side[i].passed);
    }
    net_checksums(false);
}

static void close_net(struct net *net)
{
    free_net(net, iptfs_ns3_now_ps());
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++)
        CHECK_U64(net->device.end[i].delivered, net->tunnel[i].store.ledger.delivered.pkts);
    CHECK_INT(iptfs_ns3_close(), 0);
}

/* The next packet after *at that passed this way; NULL after the last. */
static const struct passed *next_passed(const struct side *side, char way, size_t *at)
{
    while (*at < side->count)
        if (side->passed[(*at)++].way == way)
            return &side->passed[*at - 1];
    return NULL;
}

/* Everything that node 0 sent has come to node 1 as it was; returns how many. */
static size_t compare_passed(const struct net *net)
{
    size_t from = 0, to = 0, count = 0;
    const struct passed *sent;
    while ((sent = next_passed(&net->side[0], 't', &from)) != NULL) {
        const struct passed *got = next_passed(&net->side[1], 'r', &to);
        if (!CHECK_TRUE(got != NULL) || !CHECK_U64(got->octets, sent->octets) ||
            !CHECK_BYTES(got->bytes, sent->bytes, sent->octets))
            break;
        count++;
    }
    CHECK_TRUE(next_passed(&net->side[1], 'r', &to) == NULL);
    return count;
}

/* Sends `count` datagrams of growing size from node 0, a millisecond apart. */
static void send_datagrams(const struct net *net, const char *to, uint32_t count, uint32_t step,
                           uint8_t tos)
{
    uint8_t bytes[4000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    for (uint32_t i = 0; i < count; i++)
        CHECK_INT(net_udp_send(net->side[0].node, (int64_t)i * MS, to, bytes, 1 + i * step, tos),
                  0);
}

static void test_exact(void)
{
    struct net net;
    struct plan plan = usual();
    net_checksums(true);
    if (!open_net(&net, &plan))
        return;
    send_datagrams(&net, address[1], 50, 79, 0xb8);
    send_datagrams(&net, address6[1], 50, 79, 0xb8);
    run_net(&net, 200 * MS);
    CHECK_U64(compare_passed(&net), 100);
    CHECK_U64(net.side[1].datagrams, 100);
    CHECK_U64(net.side[1].passed[0].bytes[1], 0xb8);
    CHECK_TRUE(net.side[1].passed[0].bytes[10] != 0); /* there was a checksum to get wrong */
    close_net(&net);
}

/* The ECN field of each packet that node 1 got, in a row. */
static void ecn_row(const struct net *net, char *row, size_t size)
{
    size_t at = 0, used = 0;
    const struct passed *got;
    while ((got = next_passed(&net->side[1], 'r', &at)) != NULL && used + 1 < size)
        row[used++] = (char)('0' + (got->bytes[1] & CE));
    row[used] = '\0';
}

/* The 16-bit sum of an IPv4 header with its checksum is all ones (RFC 791). */
static bool header_sum_holds(const uint8_t *header)
{
    uint32_t sum = 0;
    for (int i = 0; i < 20; i += 2)
        sum += (uint32_t)header[i] << 8 | header[i + 1];
    return (sum >> 16) + (sum & 0xffff) == 0xffff;
}

/* Of a queue of 10400 octets, 95 % are 9880: the tenth packet of 1000 octets goes beyond it. */
static void test_queue_mark(void)
{
    struct net net;
    char row[20];
    struct plan plan = usual();
    plan.sender.max_queue_size_octets = 10400;
    net_checksums(true);
    if (!open_net(&net, &plan))
        return;
    uint8_t bytes[972] = {0};
    for (int i = 0; i < 11; i++) /* with headers 1000 octets; the eleventh finds no space */
        net_udp_send(net.side[0].node, MS, address[1], bytes, sizeof bytes, i == 9 ? ECT0 : 0);
    run_net(&net, 100 * MS);
    ecn_row(&net, row, sizeof row);
    CHECK_STR(row, "0000000003");
    CHECK_U64(net.side[1].datagrams, 10);
    CHECK_TRUE(header_sum_holds(net.side[1].passed[9].bytes));
    CHECK_U64(net.tunnel[0].store.ledger.dropped[IPTFS_DROP_NO_QUEUE_SPACE].pkts, 1);
    close_net(&net);
}

/* A router marked the outer packet: its inner packet bears the mark, if it is ECN-capable. */
static void test_link_mark(bool ipv6)
{
    struct net net;
    char row[20];
    struct plan plan = usual();
    plan.ce = 1;
    plan.sender.ecn = true;
    plan.receiver.ecn = true;
    net_checksums(true);
    if (!open_net(&net, &plan))
        return;
    uint8_t bytes[100] = {0};
    const char *to = ipv6 ? address6[1] : address[1];
    for (uint8_t i = 0; i < 4; i++)
        net_udp_send(net.side[0].node, (10 + i) * MS, to, bytes, sizeof bytes, i);
    run_net(&net, 100 * MS);
    if (!ipv6) {
        ecn_row(&net, row, sizeof row);
        CHECK_STR(row, "0333");
        for (size_t i = 0; i < 4; i++)
            CHECK_TRUE(header_sum_holds(net.side[1].passed[i].bytes));
    } else {
        for (size_t i = 0; i < 4 && i < net.side[1].count; i++)
            CHECK_U64(net.side[1].passed[i].bytes[1] >> 4 & CE, i > 0 ? CE : 0);
    }
    CHECK_U64(net.side[1].datagrams, 4);
    close_net(&net);
}

static void test_link_marks(void)
{
    test_link_mark(false);
    test_link_mark(true);
}

/* The outer packets come twice, with and without a replay window that catches the second copy. */
static void test_duplicates(void)
{
    struct iptfs_impair_item items[20];
    for (size_t i = 0; i < 20; i++)
        items[i] = (struct iptfs_impair_item){i + 1, IPTFS_IMPAIR_DUPLICATE, MS / 3};
    for (int window = 0; window < 2; window++) {
        struct net net;
        struct plan plan = usual();
        plan.items = items;
        plan.item_count = 20;
        plan.receiver.reorder_window = 0;
        plan.receiver.replay_window = window ? 64 : 0;
        if (!open_net(&net, &plan))
            return;
        send_datagrams(&net, address[1], 10, 100, 0);
        run_net(&net, 100 * MS);
        CHECK_U64(compare_passed(&net), 10);
        CHECK_TRUE((net.tunnel[0].delivered_again > 0) == (window == 0));
        close_net(&net);
    }
}

/* Runs that end with packets in the queue, on the link, and in the reorder window. */
static void test_early_ends(void)
{
    const struct iptfs_impair_item lost = {3, IPTFS_IMPAIR_DROP, 0};
    for (int64_t end_ps = 0; end_ps <= 12 * MS; end_ps += MS / 2) {
        struct net net;
        struct plan plan = usual();
        plan.items = &lost;
        plan.item_count = 1;
        plan.sender.init_delay_ps = MS;
        if (!open_net(&net, &plan))
            return;
        send_datagrams(&net, address[1], 12, 300, 0);
        run_net(&net, end_ps);
        if (end_ps == 6 * MS) {
            CHECK_TRUE(!iptfs_device_pair_balanced(&net.device, 0));
            CHECK_TRUE(iptfs_device_pair_balanced(
                &net.device, iptfs_ledger_in_flight(&net.tunnel[0].store.ledger) +
                                 iptfs_ledger_in_flight(&net.tunnel[1].store.ledger)));
        }
        close_net(&net);
    }
}

/* Nothing arrives: every packet ends inside, and is given back. */
static void test_all_lost(void)
{
    struct net net;
    struct plan plan = usual();
    plan.loss = 1;
    if (!open_net(&net, &plan))
        return;
    send_datagrams(&net, address[1], 50, 79, 0);
    struct net_tcp *tcp =
        net_tcp_start(net.side[0].node, net.side[1].node, address[1], 0, 1000, 536);
    run_net(&net, 5000 * MS);
    CHECK_INT(net_tcp_received(tcp), 0);
    CHECK_U64(net.side[1].count, 0);
    CHECK_TRUE(net.device.end[0].released > 50);
    CHECK_U64(net.device.end[0].delivered, 0);
    close_net(&net);
    net_tcp_free(tcp);
}

/* Half a megabyte by TCP, both ways at once, through a tunnel that cuts each segment and loses. */
static void check_tcp(const char *const to[2], double loss, uint32_t segment_octets)
{
    enum {
        OCTETS = 500000
    };
    struct net net;
    struct net_tcp *tcp[2];
    struct plan plan = usual();
    plan.loss = loss;
    plan.receiver.drop_time_ps = 20 * MS;
    if (!open_net(&net, &plan))
        return;
    for (int i = 0; i < 2; i++)
        tcp[i] = net_tcp_start(net.side[i].node, net.side[1 - i].node, to[1 - i], 10 * MS, OCTETS,
                               segment_octets);
    run_net(&net, 60 * IPTFS_PS_PER_S);
    for (int i = 0; i < 2; i++)
        CHECK_INT(net_tcp_received(tcp[i]), OCTETS);
    CHECK_TRUE((net.tunnel[0].link->stats.lost[IPTFS_DROP_LINK_LOSS].pkts > 0) == (loss > 0));
    close_net(&net);
    for (int i = 0; i < 2; i++)
        net_tcp_free(tcp[i]);
}

static void test_tcp(void)
{
    check_tcp(address, 0, 1400);
    check_tcp(address, 0.01, 1400);
    check_tcp(address, 0.01, 4000);
    check_tcp(address6, 0.01, 1400);
}

/* An observer of the tunnel sees all packets, and may ask for their octets. */
struct watch {
    size_t arrived, sent, delivered;
    bool differs;
};

static void watch_arrived(void *ctx, struct iptfs_inner *inner)
{
    struct watch *watch = ctx;
    uint8_t head[20], tail[20];
    watch->arrived++;
    if (inner->ip_version == 6)
        return; /* neighbour discovery */
    watch->differs |= iptfs_ns3_packet_copy(inner->handle, 0, head, 20) != 20 || head[0] != 0x45 ||
                      (head[2] << 8 | head[3]) != (int)inner->octets ||
                      iptfs_ns3_packet_copy(inner->handle, 10, tail, 10) != 10 ||
                      memcmp(head + 10, tail, 10) != 0 ||
                      iptfs_ns3_packet_copy(inner->handle, inner->octets, tail, 20) != 0;
}

static void watch_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    (void)now_ps;
    (void)outer;
    ((struct watch *)ctx)->sent++;
}

static void watch_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    (void)now_ps;
    struct watch *watch = ctx;
    watch->delivered++;
    watch->differs |= inner->handle == NULL;
}

static void test_observer(void)
{
    struct watch watch = {0};
    struct iptfs_observer observer = {
        .arrived = watch_arrived,
        .sent = watch_sent,
        .delivered = watch_delivered,
        .ctx = &watch,
    };
    struct net net;
    struct plan plan = usual();
    plan.observer = &observer;
    if (!open_net(&net, &plan))
        return;
    send_datagrams(&net, address[1], 10, 100, 0);
    run_net(&net, 100 * MS);
    CHECK_U64(net.side[1].datagrams, 10);
    CHECK_TRUE(watch.arrived >= 10);
    CHECK_U64(watch.arrived, net.device.end[0].taken);
    CHECK_U64(watch.delivered, net.device.end[0].delivered);
    CHECK_TRUE(watch.sent >= 10);
    CHECK_TRUE(!watch.differs);
    close_net(&net);
}

/* The devices go first, with packets under way; and the simulation goes first, with all still
 * there. */
static void test_any_order_of_ends(void)
{
    struct net net;
    struct plan plan = usual();
    for (int first = 0; first < 2; first++) {
        if (!open_net(&net, &plan))
            return;
        send_datagrams(&net, address[1], 12, 300, 0);
        run_net(&net, 6 * MS);
        if (first == 0) {
            uint64_t taken = net.device.end[0].taken;
            iptfs_device_pair_free(&net.device);
            CHECK_INT(iptfs_ns3_run_until(20 * MS), 0);
            CHECK_U64(net.device.end[0].taken, taken);
            CHECK_TRUE(net.device.end[0].released > 0);
            CHECK_TRUE(iptfs_device_pair_balanced(&net.device, 0));
            CHECK_INT(iptfs_ns3_close(), 0);
        } else {
            CHECK_INT(iptfs_ns3_close(), 0);
            CHECK_TRUE(iptfs_device_pair_pointer(&net.device, 0) == NULL);
        }
        free_net(&net, first == 0 ? 20 * MS : 6 * MS);
    }
}

static void test_attached(void)
{
    struct net net;
    struct plan plan = usual();
    CHECK_INT(iptfs_ns3_open(), 0); /* so that the resolution is ours in any order of tests */
    CHECK_INT(iptfs_ns3_attach(), 0);
    CHECK_INT(iptfs_ns3_close(), 0);
    for (int run = 0; run < 3; run++) {
        CHECK_INT(iptfs_ns3_attach(), 0);
        CHECK_INT(iptfs_ns3_attach(), 0);
        if (!make_net(&net, &plan))
            return;
        send_datagrams(&net, address[1], 10, 300, 0);
        CHECK_INT(iptfs_ns3_run_until(MS), IPTFS_NS3_ESTATE);
        CHECK_INT(iptfs_ns3_close(), IPTFS_NS3_ESTATE);
        CHECK_INT(iptfs_ns3_open(), IPTFS_NS3_ESTATE);
        net_run(7 * MS);
        CHECK_INT(iptfs_ns3_now_ps(), 7 * MS);
        CHECK_TRUE(!iptfs_device_pair_balanced(&net.device, 0));
        if (run > 0)
            net_run(100 * MS);
        CHECK_U64(net.side[1].datagrams, run > 0 ? 10 : 2);
        net_destroy();
        CHECK_INT(iptfs_ns3_now_ps(), IPTFS_NS3_ESTATE);
        free_net(&net, run > 0 ? 100 * MS : 7 * MS);
    }
    CHECK_INT(iptfs_ns3_open(), 0);
    CHECK_INT(iptfs_ns3_close(), 0);
}

/* ------------------------------------------------------------------------------- too big */

/* A host behind node 0: net 10.1.0.0, linked with this MTU; its packets are forwarded. */
static void *add_host(struct net *net, uint32_t mtu_octets)
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

static void on_icmp(void *ctx, char way, const uint8_t *bytes, uint32_t octets)
{
    struct pings *pings = ctx;
    bool ipv6 = bytes[0] >> 4 == 6;
    const uint8_t *icmp = bytes + (ipv6 ? 40 : 20);
    if (way != 'r' || octets < 48 || bytes[ipv6 ? 6 : 9] != (ipv6 ? 58 : 1))
        return;
    pings->replies += icmp[0] == (ipv6 ? 129 : 0);
    if (ipv6 ? icmp[0] != 2 : icmp[0] != 3 || icmp[1] != 4)
        return;
    pings->too_big++;
    pings->mtu = uint16_at(icmp + 6);
    pings->quoted_octets = ipv6 ? 40 + uint16_at(icmp + 8 + 4) : uint16_at(icmp + 8 + 2);
}

/* A ping of 2000 octets through a tunnel whose outer packets are 1500, by a host of the network
 * behind the gateway or by the gateway itself: what came of it. */
static void ping(bool dont_frag, bool ipv6, bool forwarded, struct pings *pings)
{
    struct net net;
    struct plan plan = usual();
    const char *to = ipv6 ? address6[1] : address[1];
    memset(pings, 0, sizeof *pings);
    plan.sender.dont_frag = dont_frag;
    if (!open_net(&net, &plan))
        return;
    void *from = forwarded ? add_host(&net, 9000) : net.side[0].node;
    const char *hosts = ipv6 ? "fd00:1::1" : "10.1.0.1";
    const char *own = ipv6 ? address6[0] : address[0];
    net_sniff(from, on_icmp, pings);
    CHECK_INT(net_ping(from, 2000 * MS, forwarded ? hosts : own, to, 2000), 0);
    run_net(&net, 3000 * MS);
    const struct iptfs_sender *sender = &net.tunnel[0].sender;
    CHECK_U64(sender->icmp_sent, dont_frag && forwarded);
    CHECK_U64(sender->local_errors, dont_frag && !forwarded);
    CHECK_U64(net.tunnel[0].counters.value[IPTFS_XFRM_OUT_ERROR], dont_frag);
    CHECK_U64(net.tunnel[0].store.ledger.dropped[IPTFS_DROP_TOO_BIG].pkts, dont_frag);
    close_net(&net);
}

/* linux-behaviour: without dont-frag the packet is cut by the tunnel, IPv6 too; with it a forwarded
 * one is answered by ICMP that carries the space, and a local one by an error at the socket. */
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

/* A UDP socket of the gateway's own is told by its callback, as Linux gives it EMSGSIZE. */
static void test_local_udp(void)
{
    static const uint8_t bytes[1600];
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        struct net net;
        struct plan plan = usual();
        plan.sender.dont_frag = true;
        if (!open_net(&net, &plan))
            return;
        const char *to = ipv6 ? address6[1] : address[1];
        CHECK_INT(net_udp_send(net.side[0].node, 2000 * MS, to, bytes, 1600, 0), 0);
        run_net(&net, 2100 * MS);
        CHECK_U64(net.side[1].datagrams, 0);
        CHECK_U64(net_udp_told_mtu(), 1466);
        close_net(&net);
    }
}

/* TCP with segments of 1448 octets, over a tunnel with room for 1406 (IPv4) and dont-frag: it gets
 * through, and loses no retransmission timeout (1 s at least) over it. */
static void check_adapting(bool ipv6, bool forwarded, bool follows)
{
    enum {
        OCTETS = 300000
    };
    struct net net;
    struct plan plan = usual();
    plan.sender.dont_frag = true;
    if (!open_net(&net, &plan))
        return;
    void *from = forwarded ? add_host(&net, 9000) : net.side[0].node;
    uint32_t index = iptfs_device_pair_index(&net.device, 1);
    CHECK_INT(net_route(net.side[1].node, index, ipv6 ? "fd00:1::" : "10.1.0.0",
                        ipv6 ? address6[0] : address[0]),
              0);
    if (follows && forwarded)
        CHECK_INT(iptfs_ns3_pmtu_follow(from), 0);
    struct net_tcp *tcp = net_tcp_start(from, net.side[1].node, ipv6 ? address6[1] : address[1],
                                        2000 * MS, OCTETS, 1448);
    run_net(&net, 4000 * MS);
    CHECK_INT(net_tcp_received(tcp), follows ? OCTETS : 0);
    if (follows)
        CHECK_TRUE(net_tcp_done_ps(tcp) < 2500 * MS);
    CHECK_TRUE(net.tunnel[0].store.ledger.dropped[IPTFS_DROP_TOO_BIG].pkts > 0);
    close_net(&net);
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

static void test_refusals(void)
{
    struct net net;
    struct plan plan = usual();
    struct iptfs_ns3_device *ns3;
    struct iptfs_device_pair device;
    if (!open_net(&net, &plan))
        return;
    struct iptfs_device_pair_setup setup = {
        .node = {net.side[0].node, net.side[0].node},
        .engine = {&net.engine[0], &net.engine[1]},
    };
    CHECK_INT(iptfs_device_pair_init(&device, &setup), IPTFS_E_INVALID);
    setup.node[1] = NULL;
    CHECK_INT(iptfs_device_pair_init(&device, &setup), IPTFS_E_INVALID);
    setup.node[1] = net.side[1].node;
    setup.mtu_octets = 65536;
    CHECK_INT(iptfs_device_pair_init(&device, &setup), IPTFS_E_INVALID);
    setup.mtu_octets = 67;
    CHECK_INT(iptfs_device_pair_init(&device, &setup), IPTFS_E_INVALID);
    CHECK_INT(iptfs_ns3_device_new(&ns3, net.side[0].node, 1500, NULL, NULL), IPTFS_NS3_EINVAL);
    close_net(&net);
    CHECK_INT(iptfs_ns3_device_new(&ns3, setup.node[0], 1500,
                                   (iptfs_ns3_device_send *)(void (*)(void))test_refusals, NULL),
              IPTFS_NS3_ESTATE);
    CHECK_TRUE(ns3 == NULL);
}

const CU_TestInfo iptfs_tests_device[] = {
    {"packets come out as they went in, checksums and all", test_exact},
    {"a mark of the tunnel's queue reaches the IP header", test_queue_mark},
    {"a mark of a router on the way reaches it too", test_link_marks},
    {"a packet that comes twice is delivered once", test_duplicates},
    {"runs that end early give every packet back", test_early_ends},
    {"so do runs in which nothing arrives", test_all_lost},
    {"TCP transfers arrive whole through cuts and losses", test_tcp},
    {"an observer of the tunnel sees octets", test_observer},
    {"device, tunnel and simulation end in any order", test_any_order_of_ends},
    {"a simulation of the user's own is joined", test_attached},
    {"a 2000-octet ping is cut, or answered as Linux does", test_ping},
    {"a UDP socket of the gateway's hears of it", test_local_udp},
    {"TCP adapts to the path MTU", test_adapting},
    {"what makes no sense is refused", test_refusals},
    CU_TEST_INFO_NULL,
};
