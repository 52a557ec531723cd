/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/engine.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/units.h"
#include "ns3/events.h"
#include "ns3/failure.h"
#include "ns3/p2p_link.h"
#include "ns3/sim.h"

/* Ends the run unless `ns3_code` is 0. */
static bool fail(struct iptfs_engine *engine, int ns3_code)
{
    if (ns3_code == 0)
        return false;
    engine->error = iptfs_ns3_failure(ns3_code);
    iptfs_ns3_stop();
    return true;
}

static inline void arm(struct iptfs_engine *engine, struct iptfs_engine_alarm *alarm,
                       int64_t due_ps, int64_t now_ps)
{
    /* The other direction may have made something due in the past: it is due now. */
    int64_t next_ps = iptfs_later(due_ps, now_ps);
    if (next_ps == alarm->set_ps)
        return;
    alarm->set_ps = next_ps;
    if (next_ps > IPTFS_NS3_TIME_MAX_PS)
        iptfs_ns3_timer_cancel(alarm->timer);
    else
        fail(engine, iptfs_ns3_timer_set(alarm->timer, next_ps));
}

/* Not inlined, for runs without nodes are to be fast. */
static __attribute__((noinline)) void arm_at_nodes(struct iptfs_engine *engine)
{
    struct iptfs_engine_alarm *alarm = engine->alarm;
    int64_t now_ps = iptfs_ns3_now_ps();
    arm(engine, &alarm[IPTFS_ENGINE_SENDING], iptfs_tunnel_sending_next_ps(engine->tunnel), now_ps);
    arm(engine, &alarm[IPTFS_ENGINE_RECEIVING], iptfs_tunnel_receiving_next_ps(engine->tunnel),
        now_ps);
}

void iptfs_engine_arm(struct iptfs_engine *engine)
{
    if (engine->nodes)
        arm_at_nodes(engine);
    else
        arm(engine, engine->alarm, iptfs_tunnel_next_ps(engine->tunnel), iptfs_ns3_now_ps());
}

/* Congestion information that arrives now in the other direction may raise this one's rate, and
 * this one's packets echo it. So it arrives first, whichever of the two timers fires first. */
static void receive_from_peer(const struct iptfs_engine *engine)
{
    if (engine->peer != NULL && engine->tunnel->sender.congestion != NULL)
        iptfs_link_wake(engine->peer->tunnel->link, iptfs_ns3_now_ps());
}

/* After the tunnel was woken. */
static inline void woken(struct iptfs_engine *engine)
{
    if (engine->tunnel->store.error != IPTFS_OK)
        engine->error = engine->tunnel->store.error;
    if (engine->error != IPTFS_OK)
        iptfs_ns3_stop();
    else
        iptfs_engine_arm(engine);
    if (engine->peer != NULL && engine->error == IPTFS_OK)
        iptfs_engine_arm(engine->peer);
}

void iptfs_engine_wake(void *ctx)
{
    struct iptfs_engine *engine = ctx;
    receive_from_peer(engine);
    iptfs_tunnel_wake(engine->tunnel, iptfs_ns3_now_ps());
    woken(engine);
}

static __attribute__((noinline)) void wake_sending(struct iptfs_engine *engine)
{
    receive_from_peer(engine);
    iptfs_tunnel_wake_sending(engine->tunnel, iptfs_ns3_now_ps());
    woken(engine);
}

static __attribute__((noinline)) void wake_receiving(struct iptfs_engine *engine)
{
    iptfs_tunnel_wake_receiving(engine->tunnel, iptfs_ns3_now_ps());
    woken(engine);
}

static void on_deferred_sending(void *ctx)
{
    struct iptfs_engine *engine = ctx;
    engine->alarm[IPTFS_ENGINE_SENDING].deferred = false;
    if (engine->nodes)
        wake_sending(engine);
    else
        iptfs_engine_wake(engine);
}

static void on_deferred_receiving(void *ctx);

/* Wakes an end at this instant, after all that is in ns-3's queue for it. */
static void defer(struct iptfs_engine *engine, enum iptfs_engine_end end)
{
    struct iptfs_engine_alarm *alarm = &engine->alarm[end];
    void (*fn)(void *) = end == IPTFS_ENGINE_SENDING ? on_deferred_sending : on_deferred_receiving;
    if (alarm->deferred)
        return;
    alarm->deferred =
        !fail(engine, iptfs_ns3_at_node(alarm->node_id, iptfs_ns3_now_ps(), fn, NULL, engine));
}

/* What is due at the sending end in this instant comes first: its timer is set to it. */
static void wake_receiving_last(struct iptfs_engine *engine)
{
    if (iptfs_tunnel_sending_next_ps(engine->tunnel) <= iptfs_ns3_now_ps() &&
        engine->error == IPTFS_OK)
        defer(engine, IPTFS_ENGINE_RECEIVING);
    else
        wake_receiving(engine);
}

static void on_deferred_receiving(void *ctx)
{
    struct iptfs_engine *engine = ctx;
    engine->alarm[IPTFS_ENGINE_RECEIVING].deferred = false;
    wake_receiving_last(engine);
}

/* A packet came through ns-3's link. The tunnel wakes after all that ns-3's devices do at this
 * instant: a transmission that ends now has freed its place in the queue, as on the direct link. */
static void on_p2p_arrival(void *ctx)
{
    struct iptfs_engine *engine = ctx;
    defer(engine, engine->nodes ? IPTFS_ENGINE_RECEIVING : IPTFS_ENGINE_SENDING);
}

static void disarmed(struct iptfs_engine_alarm *alarm)
{
    IPTFS_ASSERT(alarm->set_ps == iptfs_ns3_now_ps() || !iptfs_ns3_counts_ps());
    alarm->set_ps = IPTFS_NEVER;
}

static void on_timer(void *ctx)
{
    struct iptfs_engine *engine = ctx;
    disarmed(&engine->alarm[IPTFS_ENGINE_SENDING]);
    if (engine->p2p)
        defer(engine, IPTFS_ENGINE_SENDING);
    else if (engine->nodes)
        wake_sending(engine);
    else
        iptfs_engine_wake(engine);
}

static void on_receiving_timer(void *ctx)
{
    struct iptfs_engine *engine = ctx;
    disarmed(&engine->alarm[IPTFS_ENGINE_RECEIVING]);
    if (engine->p2p)
        defer(engine, IPTFS_ENGINE_RECEIVING);
    else
        wake_receiving_last(engine);
}

static int alarm_init(struct iptfs_engine *engine, enum iptfs_engine_end end,
                      void (*on_time)(void *ctx))
{
    struct iptfs_engine_alarm *alarm = &engine->alarm[end];
    alarm->set_ps = IPTFS_NEVER;
    alarm->node_id = IPTFS_NS3_NO_NODE;
    alarm->timer = iptfs_ns3_timer_new(on_time, engine);
    return alarm->timer != NULL ? IPTFS_OK : IPTFS_E_NO_MEMORY;
}

int iptfs_engine_init(struct iptfs_engine *engine, struct iptfs_tunnel *tunnel)
{
    *engine = (struct iptfs_engine){.tunnel = tunnel};
    return alarm_init(engine, IPTFS_ENGINE_SENDING, on_timer);
}

int iptfs_engine_at_nodes(struct iptfs_engine *engine, uint32_t sending_id, uint32_t receiving_id)
{
    struct iptfs_engine_alarm *alarm = engine->alarm;
    IPTFS_ASSERT(!engine->nodes && alarm[IPTFS_ENGINE_SENDING].set_ps == IPTFS_NEVER);
    int error = alarm_init(engine, IPTFS_ENGINE_RECEIVING, on_receiving_timer);
    if (error != IPTFS_OK)
        return error;
    alarm[IPTFS_ENGINE_SENDING].node_id = sending_id;
    alarm[IPTFS_ENGINE_RECEIVING].node_id = receiving_id;
    for (int end = 0; end < IPTFS_ENGINE_ENDS; end++)
        iptfs_ns3_timer_at_node(alarm[end].timer, alarm[end].node_id);
    engine->nodes = true;
    return IPTFS_OK;
}

void iptfs_engine_free(struct iptfs_engine *engine)
{
    for (int end = 0; end < IPTFS_ENGINE_ENDS; end++) {
        iptfs_ns3_timer_free(engine->alarm[end].timer);
        engine->alarm[end].timer = NULL;
    }
}

int iptfs_engine_p2p_link(struct iptfs_engine *engine, const struct iptfs_link_config *config)
{
    struct iptfs_link *link;
    int error = iptfs_p2p_link_new(&link, config, &engine->tunnel->store, on_p2p_arrival, engine);
    if (error != IPTFS_OK)
        return error;
    engine->p2p = true;
    iptfs_tunnel_set_link(engine->tunnel, link);
    return IPTFS_OK;
}
