/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/device_pair.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/units.h"
#include "ns3/failure.h"
#include "ns3/pmtu.h"
#include "ns3/sim.h"

static int other(int end)
{
    IPTFS_ASSERT(end == 0 || end == 1);
    return 1 - end;
}

static int end_number(const struct iptfs_device_pair_end *end)
{
    return (int)(end - end->pair->end);
}

static void on_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    struct iptfs_device_pair_end *end = ctx;
    void *handle = inner->handle;
    (void)now_ps;
    if (handle == NULL)
        return; /* a second copy, or a packet of another source */
    inner->handle = NULL;
    struct iptfs_ns3_device *far = end->pair->end[other(end_number(end))].device;
    if (iptfs_ns3_device_receive(far, handle, inner->tos))
        end->delivered++;
    else
        end->released++;
}

static void on_icmp(void *ctx, int64_t now_ps, const struct iptfs_inner *inner, uint32_t mtu_octets)
{
    const struct iptfs_device_pair_end *end = ctx;
    (void)now_ps;
    if (inner->handle != NULL)
        iptfs_ns3_pmtu_refuse(iptfs_ns3_device_node(end->device), inner->handle, mtu_octets);
}

static void on_released(void *ctx, void *handle)
{
    struct iptfs_device_pair_end *end = ctx;
    end->released++;
    iptfs_ns3_packet_release(handle);
}

/* Whether the node itself sent the packet. If it is too big for a tunnel with dont-frag, its socket
 * gets the error here, because the tunnel no longer knows the socket. */
static bool refuse_local(const struct iptfs_device_pair_end *end,
                         const struct iptfs_ns3_packet *packet)
{
    const struct iptfs_sender *sender = &end->engine->tunnel->sender;
    if (!iptfs_ns3_device_is_local(end->device, packet->handle))
        return false;
    if (iptfs_sender_too_big(sender, packet->octets, packet->ip_version, packet->df))
        iptfs_ns3_pmtu_refuse_local(iptfs_ns3_device_node(end->device), packet->handle,
                                    iptfs_sender_tunnel_mtu(sender));
    return true;
}

/* The node sends a packet. It is only queued here and never delivered during the call: ns-3's TCP
 * cannot handle an answer while it sends. */
static bool on_send(void *ctx, const struct iptfs_ns3_packet *packet)
{
    struct iptfs_device_pair_end *end = ctx;
    struct iptfs_sender *sender = &end->engine->tunnel->sender;
    const struct iptfs_device_pair *pair = end->pair;
    int64_t now_ps = iptfs_ns3_now_ps();
    /* Where ns-3's clock is coarser than a picosecond, a timer fires late. It must not send what
     * arrives after its own time. */
    if (iptfs_sender_next_ps(sender) < now_ps)
        iptfs_sender_wake(sender, now_ps - 1);
    /* Packets that other sources sent until now are queued before this one. */
    iptfs_sender_collect(sender, now_ps);
    struct iptfs_arrival arrival = {
        .at_ps = now_ps,
        .handle = packet->handle,
        .octets = packet->octets,
        .id = packet->id,
        .ip_version = packet->ip_version,
        .tos = packet->tos,
        .df = packet->df,
        /* Only needed for packets that may be too big, and costly to find out. */
        .local = (packet->octets > sender->packer.payload_octets ||
                  packet->octets > sender->tunnel_mtu_octets) &&
                 refuse_local(end, packet),
    };
    if (pair->flow != NULL)
        arrival.flow = pair->flow(pair->flow_ctx, end_number(end), packet);
    end->taken++;
    int error = iptfs_sender_offer(sender, &arrival);
    iptfs_engine_arm(end->engine);
    return error == IPTFS_OK;
}

static void join(struct iptfs_device_pair_end *end)
{
    struct iptfs_tunnel *tunnel = end->engine->tunnel;
    end->observer = (struct iptfs_observer){
        .delivered = on_delivered,
        .icmp = on_icmp,
        .ctx = end,
        .takes_handle = true,
    };
    iptfs_tunnel_observe(tunnel, &end->observer);
    tunnel->store.release = on_released;
    tunnel->store.release_ctx = end;
}

/* Each end sends from its node and receives on the other one. */
static int place_engines(const struct iptfs_device_pair *pair)
{
    uint32_t id[IPTFS_DEVICE_PAIR_ENDS];
    int error = IPTFS_OK;
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++)
        id[i] = iptfs_ns3_device_node_id(pair->end[i].device);
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS && error == IPTFS_OK; i++)
        error = iptfs_engine_at_nodes(pair->end[i].engine, id[i], id[other(i)]);
    return error;
}

static int add_device(struct iptfs_device_pair *pair, const struct iptfs_device_pair_setup *setup,
                      int i)
{
    struct iptfs_device_pair_end *end = &pair->end[i];
    uint32_t mtu = setup->mtu_octets > 0 ? setup->mtu_octets : IPTFS_DEVICE_PAIR_MTU_OCTETS;
    end->pair = pair;
    end->engine = setup->engine[i];
    return iptfs_ns3_failure(iptfs_ns3_device_new(&end->device, setup->node[i], mtu, on_send, end));
}

int iptfs_device_pair_join(struct iptfs_device_pair *pair)
{
    int error = place_engines(pair);
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS && error == IPTFS_OK; i++)
        join(&pair->end[i]);
    return error;
}

int iptfs_device_pair_init(struct iptfs_device_pair *pair,
                           const struct iptfs_device_pair_setup *setup)
{
    *pair = (struct iptfs_device_pair){.flow = setup->flow, .flow_ctx = setup->flow_ctx};
    if (setup->node[0] == setup->node[1] || setup->engine[0] == setup->engine[1])
        return IPTFS_E_INVALID;
    int error = add_device(pair, setup, 0);
    if (error == IPTFS_OK)
        error = add_device(pair, setup, 1);
    if (error == IPTFS_OK)
        error = iptfs_device_pair_join(pair);
    if (error != IPTFS_OK)
        iptfs_device_pair_free(pair);
    return error;
}

uint32_t iptfs_device_pair_index(const struct iptfs_device_pair *pair, int end)
{
    return iptfs_ns3_device_index(pair->end[end].device);
}

void *iptfs_device_pair_pointer(const struct iptfs_device_pair *pair, int end)
{
    return iptfs_ns3_device_pointer(pair->end[end].device);
}

bool iptfs_device_pair_balanced(const struct iptfs_device_pair *pair, uint64_t inside)
{
    uint64_t left = 0;
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++)
        left += pair->end[i].taken - pair->end[i].delivered - pair->end[i].released;
    return left == inside;
}

void iptfs_device_pair_free(struct iptfs_device_pair *pair)
{
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++) {
        iptfs_ns3_device_free(pair->end[i].device);
        pair->end[i].device = NULL;
    }
}
