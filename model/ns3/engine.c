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

void iptfs_engine_arm(struct iptfs_engine *engine)
{
    /* The other direction may have made something due in the past: it is due now. */
    int64_t next_ps = iptfs_later(iptfs_tunnel_next_ps(engine->tunnel), iptfs_ns3_now_ps());
    if (next_ps == engine->set_ps)
        return;
    engine->set_ps = next_ps;
    if (next_ps > IPTFS_NS3_TIME_MAX_PS)
        iptfs_ns3_timer_cancel(engine->timer);
    else
        fail(engine, iptfs_ns3_timer_set(engine->timer, next_ps));
}

/* Congestion information that arrives now in the other direction may raise this one's rate, and
 * this one's packets echo it. So it arrives first, whichever of the two timers fires first. */
static void receive_from_peer(const struct iptfs_engine *engine)
{
    if (engine->peer != NULL && engine->tunnel->sender.congestion != NULL)
        iptfs_link_wake(engine->peer->tunnel->link, iptfs_ns3_now_ps());
}

void iptfs_engine_wake(void *ctx)
{
    struct iptfs_engine *engine = ctx;
    receive_from_peer(engine);
    iptfs_tunnel_wake(engine->tunnel, iptfs_ns3_now_ps());
    if (engine->tunnel->store.error != IPTFS_OK)
        engine->error = engine->tunnel->store.error;
    if (engine->error != IPTFS_OK)
        iptfs_ns3_stop();
    else
        iptfs_engine_arm(engine);
    if (engine->peer != NULL && engine->error == IPTFS_OK)
        iptfs_engine_arm(engine->peer);
}

static void on_deferred(void *ctx)
{
    ((struct iptfs_engine *)ctx)->deferred = false;
    iptfs_engine_wake(ctx);
}

/* Wakes the tunnel after all that ns-3's devices do at this instant: a transmission that ends now
 * has freed its place in the queue, as on the direct link. */
static void defer(void *ctx)
{
    struct iptfs_engine *engine = ctx;
    if (engine->deferred)
        return;
    engine->deferred = !fail(engine, iptfs_ns3_at(iptfs_ns3_now_ps(), on_deferred, NULL, engine));
}

static void on_timer(void *ctx)
{
    struct iptfs_engine *engine = ctx;
    IPTFS_ASSERT(engine->set_ps == iptfs_ns3_now_ps() || !iptfs_ns3_counts_ps());
    engine->set_ps = IPTFS_NEVER;
    if (engine->p2p)
        defer(engine);
    else
        iptfs_engine_wake(engine);
}

int iptfs_engine_init(struct iptfs_engine *engine, struct iptfs_tunnel *tunnel)
{
    *engine = (struct iptfs_engine){.tunnel = tunnel, .set_ps = IPTFS_NEVER};
    engine->timer = iptfs_ns3_timer_new(on_timer, engine);
    return engine->timer != NULL ? IPTFS_OK : IPTFS_E_NO_MEMORY;
}

void iptfs_engine_free(struct iptfs_engine *engine)
{
    iptfs_ns3_timer_free(engine->timer);
    engine->timer = NULL;
}

int iptfs_engine_p2p_link(struct iptfs_engine *engine, const struct iptfs_link_config *config)
{
    struct iptfs_link *link;
    int error = iptfs_p2p_link_new(&link, config, &engine->tunnel->store, defer, engine);
    if (error != IPTFS_OK)
        return error;
    engine->p2p = true;
    iptfs_tunnel_set_link(engine->tunnel, link);
    return IPTFS_OK;
}
