/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tunnel between two ns-3 nodes: what one sends is what the other gets, to the octet, and no
 * packet of ns-3's is lost or given back twice, however a run ends. */
#include "check.h"
#include "device.h"
#include "error.h"
#include "fixture.h"
#include "ns3net.h"
#include "ns3shim.h"
#include "units.h"

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
};

struct net {
    struct iptfs_tunnel tunnel[IPTFS_DEVICE_ENDS];
    struct iptfs_engine engine[IPTFS_DEVICE_ENDS];
    struct iptfs_device device;
    struct side side[IPTFS_DEVICE_ENDS];
};

static const char *const address[] = {"10.0.0.1", "10.0.0.2"};
static const char *const address6[] = {"2001:db8::1", "2001:db8::2"};

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
    struct iptfs_impair impair;
    struct iptfs_link *link;
    struct iptfs_tunnel *tunnel = &net->tunnel[way];
    uint32_t number = (uint32_t)way;
    CHECK_INT(iptfs_tunnel_init(tunnel, &plan->sender, &plan->receiver), IPTFS_OK);
    CHECK_INT(iptfs_engine_init(&net->engine[way], tunnel), IPTFS_OK);
    CHECK_INT(iptfs_impair_init(&impair, plan->loss,
                                iptfs_random_new(1, 1, IPTFS_RANDOM_LOSS, number),
                                way == 0 ? plan->items : NULL, way == 0 ? plan->item_count : 0),
              IPTFS_OK);
    iptfs_impair_set_ce(&impair, plan->ce, iptfs_random_new(1, 1, IPTFS_RANDOM_CE, number));
    if (!CHECK_INT(iptfs_direct_link_new(&link, &plan->link, &impair, &tunnel->store, NULL),
                   IPTFS_OK))
        return false;
    iptfs_tunnel_set_link(tunnel, link);
    return true;
}

static void address_side(struct net *net, int end)
{
    struct side *side = &net->side[end];
    uint32_t index = iptfs_device_index(&net->device, end);
    CHECK_INT(net_address(side->node, index, address[end], address[1 - end]), 0);
    CHECK_INT(net_address(side->node, index, address6[end], address6[1 - end]), 0);
    CHECK_INT(net_udp_receive(side->node, false, on_datagram, side), 0);
    CHECK_INT(net_udp_receive(side->node, true, on_datagram, side), 0);
    net_sniff(side->node, on_packet, side);
}

static bool open_net(struct net *net, const struct plan *plan)
{
    struct iptfs_device_setup setup = {.mtu_octets = plan->mtu_octets};
    memset(net, 0, sizeof *net);
    if (!CHECK_INT(ns3shim_open(), 0))
        return false;
    for (int i = 0; i < IPTFS_DEVICE_ENDS; i++) {
        if (!add_way(net, i, plan))
            return false;
        net->side[i].passed = calloc(PASSED_MAX, sizeof *net->side[i].passed);
        setup.node[i] = net->side[i].node = net_node();
        setup.engine[i] = &net->engine[i];
    }
    if (!CHECK_INT(iptfs_device_init(&net->device, &setup), IPTFS_OK))
        return false;
    for (int i = 0; i < IPTFS_DEVICE_ENDS; i++)
        address_side(net, i);
    return true;
}

static void run_net(struct net *net, int64_t until_ps)
{
    CHECK_INT(ns3shim_run_until(until_ps), 0);
    for (int i = 0; i < IPTFS_DEVICE_ENDS; i++)
        CHECK_INT(net->engine[i].error, IPTFS_OK);
}

/* Ends all, and looks whether every packet was given back. */
static void close_net(struct net *net)
{
    int64_t now_ps = ns3shim_now_ps();
    for (int i = 0; i < IPTFS_DEVICE_ENDS; i++)
        CHECK_INT(iptfs_tunnel_close(&net->tunnel[i], now_ps), IPTFS_OK);
    CHECK_TRUE(iptfs_device_balanced(&net->device, 0));
    for (int i = 0; i < IPTFS_DEVICE_ENDS; i++) {
        const struct iptfs_device_end *end = &net->device.end[i];
        CHECK_U64(end->taken, net->tunnel[i].store.ledger.offered.pkts);
        CHECK_U64(end->delivered, net->tunnel[i].store.ledger.ended[IPTFS_FATE_DELIVERED].pkts);
    }
    iptfs_device_free(&net->device);
    for (int i = 0; i < IPTFS_DEVICE_ENDS; i++) {
        iptfs_tunnel_free(&net->tunnel[i]);
        iptfs_engine_free(&net->engine[i]);
        free(net->side[i].passed);
    }
    CHECK_INT(ns3shim_close(), 0);
    net_checksums(false);
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

const CU_TestInfo iptfs_tests_device[] = {
    {"packets come out as they went in, checksums and all", test_exact},
    CU_TEST_INFO_NULL,
};
