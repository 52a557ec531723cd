/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sender.h"

#include "error.h"
#include "units.h"

int iptfs_sender_init(struct iptfs_sender *sender, const struct iptfs_sender_config *config,
                      struct iptfs_store *store, struct iptfs_counters *counters,
                      const struct iptfs_trace *trace)
{
    *sender = (struct iptfs_sender){
        .store = store,
        .counters = counters,
        .trace = trace,
        .config = *config,
    };
    uint32_t space = iptfs_packer_space(&config->esp, config->pkt_size_octets, config->mtu_octets);
    if (space == 0)
        return IPTFS_E_INVALID;
    iptfs_queue_init(&sender->queue, config->max_queue_size_octets);
    iptfs_pacer_init(&sender->pacer, config->init_delay_ps, trace);
    sender->packer = (struct iptfs_packer){
        .store = store,
        .counters = counters,
        .trace = trace,
        .esp = &sender->config.esp,
        .space_octets = space,
        .dont_fragment = config->dont_frag,
    };
    return IPTFS_OK;
}

static void drop(struct iptfs_sender *sender, struct iptfs_inner *inner, enum iptfs_fate fate)
{
    iptfs_count(sender->counters, IPTFS_YANG_TX_DROP_PKTS, 1);
    iptfs_inner_blame(inner, fate);
    iptfs_inner_unref(sender->store, inner);
}

static int refuse_too_big(struct iptfs_sender *sender, struct iptfs_inner *inner)
{
    uint32_t space = sender->packer.space_octets;
    iptfs_trace_inner(sender->trace, inner->arrived_ps, IPTFS_TRACE_TOO_BIG, inner, 0, space);
    iptfs_count(sender->counters, IPTFS_XFRM_OUT_ERROR, 1);
    if (inner->local) {
        sender->local_errors++;
    } else {
        sender->icmp_sent++;
        if (sender->hooks.icmp != NULL)
            sender->hooks.icmp(sender->hooks.ctx, inner->arrived_ps, inner, space);
    }
    drop(sender, inner, IPTFS_FATE_TOO_BIG);
    return IPTFS_E_TOO_BIG;
}

static int refuse_no_space(struct iptfs_sender *sender, struct iptfs_inner *inner)
{
    iptfs_trace_inner(sender->trace, inner->arrived_ps, IPTFS_TRACE_NO_QUEUE_SPACE, inner, 0,
                      (int64_t)sender->queue.octets);
    iptfs_count(sender->counters, IPTFS_XFRM_OUT_NO_QUEUE_SPACE, 1);
    drop(sender, inner, IPTFS_FATE_NO_QUEUE_SPACE);
    return IPTFS_E_NO_SPACE;
}

static struct iptfs_inner *admit(struct iptfs_sender *sender, const struct iptfs_arrival *arrival)
{
    struct iptfs_inner *inner = iptfs_inner_new(sender->store, arrival->octets);
    if (inner == NULL) {
        if (arrival->handle != NULL && sender->store->release != NULL)
            sender->store->release(sender->store->release_ctx, arrival->handle);
        return NULL;
    }
    inner->arrived_ps = arrival->at_ps;
    inner->handle = arrival->handle;
    inner->bytes = arrival->bytes;
    inner->id = arrival->id;
    inner->flow = arrival->flow;
    inner->ip_version = arrival->ip_version;
    inner->tos = arrival->tos;
    inner->local = arrival->local;
    return inner;
}

int iptfs_sender_offer(struct iptfs_sender *sender, const struct iptfs_arrival *arrival)
{
    struct iptfs_inner *inner = admit(sender, arrival);
    if (inner == NULL)
        return IPTFS_E_NO_MEMORY;
    if (sender->hooks.arrived != NULL)
        sender->hooks.arrived(sender->hooks.ctx, inner);
    if (sender->config.dont_frag && inner->octets > sender->packer.space_octets)
        return refuse_too_big(sender, inner);
    if (!iptfs_queue_push(&sender->queue, inner))
        return refuse_no_space(sender, inner);
    iptfs_trace_inner(sender->trace, inner->arrived_ps, IPTFS_TRACE_ENQUEUE, inner, 0,
                      (int64_t)sender->queue.octets);
    iptfs_pacer_queued(&sender->pacer, inner->arrived_ps);
    return IPTFS_OK;
}

static int64_t next_arrival_ps(const struct iptfs_sender *sender)
{
    return sender->source != NULL ? sender->source->ops->next_ps(sender->source) : IPTFS_NEVER;
}

int64_t iptfs_sender_next_ps(const struct iptfs_sender *sender)
{
    int64_t arrival_ps = next_arrival_ps(sender);
    int64_t due_ps = iptfs_pacer_next_ps(&sender->pacer, arrival_ps);
    return sender->eager ? iptfs_earlier(arrival_ps, due_ps) : due_ps;
}

static void tell_room(struct iptfs_sender *sender, int64_t now_ps)
{
    if (sender->source == NULL || sender->source->ops->room == NULL)
        return;
    struct iptfs_room room = {
        .idle_ps = now_ps,
        .lead_ps = sender->config.init_delay_ps,
        .room_octets = sender->window_octets,
    };
    if (sender->hooks.idle_ps != NULL)
        room.idle_ps = sender->hooks.idle_ps(sender->hooks.ctx, now_ps);
    sender->source->ops->room(sender->source, now_ps, &room);
}

/* The timer fires: the whole queue goes, in one instant. */
static void fire(struct iptfs_sender *sender, int64_t now_ps)
{
    struct iptfs_outer *outer;
    iptfs_pacer_fired(&sender->pacer, now_ps);
    while ((outer = iptfs_packer_on_demand(&sender->packer, &sender->queue, now_ps)) != NULL) {
        iptfs_count(sender->counters, IPTFS_YANG_TX_PKTS, 1);
        iptfs_count(sender->counters, IPTFS_YANG_TX_OCTETS, outer->ip_octets);
        sender->hooks.send(sender->hooks.ctx, now_ps, outer);
    }
    tell_room(sender, now_ps);
}

/* Takes the arrivals up to `until_ps`. */
static void take_arrivals(struct iptfs_sender *sender, int64_t until_ps)
{
    while (next_arrival_ps(sender) <= until_ps && sender->store->error == IPTFS_OK) {
        struct iptfs_arrival arrival;
        sender->source->ops->take(sender->source, &arrival);
        iptfs_sender_offer(sender, &arrival);
    }
}

void iptfs_sender_wake(struct iptfs_sender *sender, int64_t now_ps)
{
    while (sender->store->error == IPTFS_OK) {
        int64_t arrival_ps = next_arrival_ps(sender);
        int64_t due_ps = iptfs_pacer_next_ps(&sender->pacer, arrival_ps);
        if (iptfs_earlier(arrival_ps, due_ps) > now_ps)
            return;
        int64_t until_ps = iptfs_earlier(due_ps, now_ps);
        take_arrivals(sender, until_ps);
        /* Later than due_ps when the first arrival was refused: then others may come before it. */
        if (sender->pacer.deadline_ps <= until_ps)
            fire(sender, sender->pacer.deadline_ps);
    }
}

void iptfs_sender_collect(struct iptfs_sender *sender, int64_t now_ps)
{
    take_arrivals(sender, now_ps);
}

void iptfs_sender_clear(struct iptfs_sender *sender)
{
    struct iptfs_inner *inner;
    while ((inner = iptfs_queue_pop(&sender->queue)) != NULL)
        iptfs_inner_unref(sender->store, inner);
    iptfs_packer_clear(&sender->packer);
    sender->pacer.deadline_ps = IPTFS_NEVER;
}
