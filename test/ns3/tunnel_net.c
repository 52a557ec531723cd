/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/tunnel_net.h"

#include "base/error.h"
#include "base/units.h"
#include "link/direct_link.h"
#include "ns3/sim.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/ns3_network.h"

#include <stdlib.h>
#include <string.h>

#define MS IPTFS_PS_PER_MS

enum {
    PASSED_MAX = 400
};

const char *const tunnel_net_ipv4[] = {"10.0.0.1", "10.0.0.2"};
const char *const tunnel_net_ipv6[] = {"fd00::1", "fd00::2"};

struct tunnel_net_plan tunnel_net_usual(void)
{
    return (struct tunnel_net_plan){
        .sender = plain_sender(),
        .receiver = {.reorder_window = 3, .drop_time_ps = 1000 * MS, .replay_window = 64},
        .link = {.rate_bps = 100000000, .delay_ps = 5 * MS, .mtu_octets = 1500, .queue_pkts = 100},
    };
}

static void on_packet(void *ctx, char direction, const uint8_t *bytes, uint32_t octets)
{
    struct tunnel_net_side *side = ctx;
    bool udp = bytes[0] >> 4 == 4 ? bytes[9] == 17 : bytes[6] == 17; /* no neighbour discovery */
    if (!udp || side->count == PASSED_MAX || octets > sizeof side->passed->bytes)
        return;
    struct tunnel_net_packet *passed = &side->passed[side->count++];
    passed->direction = direction;
    passed->octets = octets;
    memcpy(passed->bytes, bytes, octets);
}

static void on_datagram(void *ctx, const uint8_t *bytes, uint32_t octets)
{
    (void)bytes;
    (void)octets;
    ((struct tunnel_net_side *)ctx)->datagrams++;
}

static bool add_direction(struct tunnel_net *net, int direction, const struct tunnel_net_plan *plan)
{
    struct iptfs_link_config config = plan->link;
    struct iptfs_link *link;
    struct iptfs_tunnel *tunnel = &net->tunnel[direction];
    config.streams = (struct iptfs_random_streams){1, 1, (uint64_t)direction};
    config.impairments.loss.probability = plan->loss;
    config.impairments.ce.probability = plan->ce;
    if (direction == 0)
        config.impairments.list = (struct iptfs_impair_list_config){plan->items, plan->item_count};
    CHECK_INT(iptfs_tunnel_init(tunnel, &plan->sender, &plan->receiver), IPTFS_OK);
    CHECK_INT(iptfs_engine_init(&net->engine[direction], tunnel), IPTFS_OK);
    if (!CHECK_INT(iptfs_direct_link_new(&link, &config, &tunnel->store, NULL), IPTFS_OK))
        return false;
    iptfs_tunnel_set_link(tunnel, link);
    if (direction == 0 && plan->observer != NULL)
        iptfs_tunnel_observe(tunnel, plan->observer);
    return true;
}

static void address_side(struct tunnel_net *net, int end)
{
    struct tunnel_net_side *side = &net->side[end];
    uint32_t index = iptfs_device_pair_index(&net->pair, end);
    CHECK_INT(net_address(side->node, index, tunnel_net_ipv4[end], tunnel_net_ipv4[1 - end]), 0);
    CHECK_INT(net_address(side->node, index, tunnel_net_ipv6[end], tunnel_net_ipv6[1 - end]), 0);
    CHECK_INT(net_udp_receive(side->node, false, on_datagram, side), 0);
    CHECK_INT(net_udp_receive(side->node, true, on_datagram, side), 0);
    net_sniff(side->node, on_packet, side);
}

bool tunnel_net_make(struct tunnel_net *net, const struct tunnel_net_plan *plan)
{
    struct iptfs_device_pair_setup setup = {.mtu_octets = plan->mtu_octets};
    memset(net, 0, sizeof *net);
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++) {
        if (!add_direction(net, i, plan))
            return false;
        net->side[i].passed = calloc(PASSED_MAX, sizeof *net->side[i].passed);
        setup.node[i] = net->side[i].node = net_node();
        setup.engine[i] = &net->engine[i];
    }
    if (!CHECK_INT(iptfs_device_pair_init(&net->pair, &setup), IPTFS_OK))
        return false;
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++)
        address_side(net, i);
    return true;
}

bool tunnel_net_open(struct tunnel_net *net, const struct tunnel_net_plan *plan)
{
    return CHECK_INT(iptfs_ns3_open(), 0) && tunnel_net_make(net, plan);
}

void tunnel_net_run(struct tunnel_net *net, int64_t until_ps)
{
    CHECK_INT(iptfs_ns3_run_until(until_ps), 0);
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++)
        CHECK_INT(net->engine[i].error, IPTFS_OK);
}

void tunnel_net_free(struct tunnel_net *net, int64_t now_ps)
{
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++)
        CHECK_INT(iptfs_tunnel_close(&net->tunnel[i], now_ps), IPTFS_OK);
    CHECK_TRUE(iptfs_device_pair_balanced(&net->pair, 0));
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++) {
        const struct iptfs_device_pair_end *end = &net->pair.end[i];
        CHECK_U64(end->taken, net->tunnel[i].store.ledger.offered.pkts);
        CHECK_TRUE(end->delivered <= net->tunnel[i].store.ledger.delivered.pkts);
    }
    iptfs_device_pair_free(&net->pair);
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++) {
        iptfs_tunnel_free(&net->tunnel[i]);
        iptfs_engine_free(&net->engine[i]);
        free(net->side[i].passed);
    }
    net_checksums(false);
}

void tunnel_net_close(struct tunnel_net *net)
{
    tunnel_net_free(net, iptfs_ns3_now_ps());
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++)
        CHECK_U64(net->pair.end[i].delivered, net->tunnel[i].store.ledger.delivered.pkts);
    CHECK_INT(iptfs_ns3_close(), 0);
}

void tunnel_net_send(const struct tunnel_net *net, const char *to, uint32_t count, uint32_t step,
                     uint8_t tos)
{
    uint8_t bytes[4000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    for (uint32_t i = 0; i < count; i++)
        CHECK_INT(net_udp_send(net->side[0].node, (int64_t)i * MS, to, bytes, 1 + i * step, tos),
                  0);
}
