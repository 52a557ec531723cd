/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/device_pair.h"

#include "base/error.h"
#include "base/units.h"
#include "ns3/pmtu.h"
#include "ns3/sim.h"

static int other(int end)
{
    return 1 - end;
}

static int end_number(const struct iptfs_device_pair_end *end)
{
    return (int)(end - end->device->end);
}

static void on_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    struct iptfs_device_pair_end *end = ctx;
    void *handle = inner->handle;
    (void)now_ps;
    if (handle == NULL)
        return; /* a second copy, or a packet of another source */
    inner->handle = NULL;
    struct iptfs_ns3_device *far = end->device->end[other(end_number(end))].ns3;
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
        iptfs_ns3_pmtu_refuse(iptfs_ns3_device_node(end->ns3), inner->handle, mtu_octets);
}

static void on_released(void *ctx, void *handle)
{
    struct iptfs_device_pair_end *end = ctx;
    end->released++;
    iptfs_ns3_packet_release(handle);
}

/* Too big for a tunnel that may not cut, and sent here: the socket gets the error. Known only to
 * those who ask before the tunnel has the packet. */
static bool refuse_local(const struct iptfs_device_pair_end *end,
                         const struct iptfs_ns3_packet *packet)
{
    const struct iptfs_sender *sender = &end->engine->tunnel->sender;
    if (!iptfs_ns3_device_is_local(end->ns3, packet->handle))
        return false;
    if (iptfs_sender_too_big(sender, packet->octets, packet->ip_version))
        iptfs_ns3_pmtu_refuse_local(iptfs_ns3_device_node(end->ns3), packet->handle,
                                    sender->packer.payload_octets);
    return true;
}

/* The node sends a packet. It is only queued here and never delivered at once, whatever is due:
 * ns-3's TCP does not expect an answer while it sends. */
static bool on_send(void *ctx, const struct iptfs_ns3_packet *packet)
{
    struct iptfs_device_pair_end *end = ctx;
    struct iptfs_sender *sender = &end->engine->tunnel->sender;
    const struct iptfs_device_pair *device = end->device;
    int64_t now_ps = iptfs_ns3_now_ps();
    /* Where ns-3's clock ticks more coarsely than ours, a timer is called late: what came after it
     * must not be sent by it. */
    if (iptfs_sender_next_ps(sender) < now_ps)
        iptfs_sender_wake(sender, now_ps - 1);
    /* What other sources sent until now stands before this packet. */
    iptfs_sender_collect(sender, now_ps);
    struct iptfs_arrival arrival = {
        .at_ps = now_ps,
        .handle = packet->handle,
        .octets = packet->octets,
        .id = packet->id,
        .ip_version = packet->ip_version,
        .tos = packet->tos,
        /* Only said of packets that may be too big, so only asked for those. */
        .local = packet->octets > sender->packer.payload_octets && refuse_local(end, packet),
    };
    if (device->flow != NULL)
        arrival.flow = device->flow(device->flow_ctx, end_number(end), packet);
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
    iptfs_observers_add(&tunnel->observers, &end->observer);
    tunnel->store.release = on_released;
    tunnel->store.release_ctx = end;
}

static int add_device(struct iptfs_device_pair *device, const struct iptfs_device_pair_setup *setup,
                      int i)
{
    struct iptfs_device_pair_end *end = &device->end[i];
    uint32_t mtu = setup->mtu_octets > 0 ? setup->mtu_octets : IPTFS_DEVICE_PAIR_MTU_OCTETS;
    end->device = device;
    end->engine = setup->engine[i];
    switch (iptfs_ns3_device_new(&end->ns3, setup->node[i], mtu, on_send, end)) {
    case 0:
        return IPTFS_OK;
    case IPTFS_NS3_EINVAL:
        return IPTFS_E_INVALID;
    case IPTFS_NS3_ENOMEM:
        return IPTFS_E_NO_MEMORY;
    default:
        return IPTFS_E_ENGINE;
    }
}

int iptfs_device_pair_init(struct iptfs_device_pair *device,
                           const struct iptfs_device_pair_setup *setup)
{
    *device = (struct iptfs_device_pair){.flow = setup->flow, .flow_ctx = setup->flow_ctx};
    if (setup->node[0] == setup->node[1] || setup->engine[0] == setup->engine[1])
        return IPTFS_E_INVALID;
    int error = add_device(device, setup, 0);
    if (error == IPTFS_OK)
        error = add_device(device, setup, 1);
    if (error != IPTFS_OK) {
        iptfs_device_pair_free(device);
        return error;
    }
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++)
        join(&device->end[i]);
    return IPTFS_OK;
}

uint32_t iptfs_device_pair_index(const struct iptfs_device_pair *device, int end)
{
    return iptfs_ns3_device_index(device->end[end].ns3);
}

void *iptfs_device_pair_pointer(const struct iptfs_device_pair *device, int end)
{
    return iptfs_ns3_device_pointer(device->end[end].ns3);
}

bool iptfs_device_pair_balanced(const struct iptfs_device_pair *device, uint64_t inside)
{
    uint64_t left = 0;
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++)
        left += device->end[i].taken - device->end[i].delivered - device->end[i].released;
    return left == inside;
}

void iptfs_device_pair_free(struct iptfs_device_pair *device)
{
    for (int i = 0; i < IPTFS_DEVICE_PAIR_ENDS; i++) {
        iptfs_ns3_device_free(device->end[i].ns3);
        device->end[i].ns3 = NULL;
    }
}
