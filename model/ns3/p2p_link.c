/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/p2p_link.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/units.h"
#include "ns3/failure.h"
#include "ns3/p2p.h"

#include <stdlib.h>

enum {
    FIRST_CAPACITY = 64
};

/* A packet inside ns-3's link, with the effect of the impairments at its far end. ns-3's device and
 * channel keep the order and lose no packet that was accepted, so a ring is enough. The tag of a
 * frame is the number of its entry. */
struct inside {
    struct iptfs_outer *outer; /* NULL: lost, only its frame travels */
    int64_t arrival_ps;        /* at the far end of ns-3's link */
    struct iptfs_impair_effect effect;
};

struct p2p_link {
    struct iptfs_link link;
    struct iptfs_ns3_p2p *p2p;
    void (*changed)(void *ctx);
    void *changed_ctx;
    int64_t busy_until_ps;
    int64_t beyond_ps; /* the part of the delay behind ns-3's far end, where packets may overtake */
    struct inside *ring; /* capacity a power of two */
    uint64_t capacity;
    uint64_t first; /* numbers of the oldest entry and of the next one */
    uint64_t next;
};

static struct inside *entry(const struct p2p_link *p2p, uint64_t number)
{
    IPTFS_ASSERT(p2p->next - p2p->first <= p2p->capacity);
    return &p2p->ring[number & (p2p->capacity - 1)];
}

static bool grow(struct p2p_link *p2p)
{
    uint64_t capacity = p2p->capacity > 0 ? p2p->capacity * 2 : FIRST_CAPACITY;
    struct inside *ring = malloc(capacity * sizeof *ring);
    if (ring == NULL) {
        p2p->link.store->error = IPTFS_E_NO_MEMORY;
        return false;
    }
    for (uint64_t number = p2p->first; number < p2p->next; number++)
        ring[number & (capacity - 1)] = *entry(p2p, number);
    free(p2p->ring);
    p2p->ring = ring;
    p2p->capacity = capacity;
    return true;
}

static void submit(struct iptfs_link *link, int64_t now_ps, struct iptfs_outer *outer)
{
    struct p2p_link *p2p = (struct p2p_link *)link;
    if (!iptfs_link_admit(link, outer))
        return;
    uint32_t octets = iptfs_framed_octets(link->config.framing, outer->ip_octets);
    if (p2p->next - p2p->first == p2p->capacity && !grow(p2p)) {
        iptfs_link_drop(link, outer, IPTFS_DROP_LINK_QUEUE);
        return;
    }
    int error = iptfs_ns3_p2p_send(p2p->p2p, octets, p2p->next);
    if (error != 0) {
        if (error != IPTFS_NS3_EDROP)
            link->store->error = iptfs_ns3_failure(error);
        iptfs_link_drop(link, outer, IPTFS_DROP_LINK_QUEUE);
        return;
    }
    p2p->busy_until_ps = iptfs_time_after(iptfs_later(now_ps, p2p->busy_until_ps),
                                          iptfs_tx_time_ps(octets, link->config.rate_bps));
    struct iptfs_impair_effect effect;
    bool goes_on = iptfs_link_impair(link, outer, p2p->busy_until_ps, &effect);
    *entry(p2p, p2p->next++) = (struct inside){
        .outer = goes_on ? outer : NULL,
        .arrival_ps = p2p->busy_until_ps + link->config.delay_ps,
        .effect = effect,
    };
}

static void receive(void *ctx, uint64_t tag, uint32_t octets)
{
    struct p2p_link *p2p = ctx;
    (void)octets, (void)tag;
    IPTFS_ASSERT(tag == p2p->first); /* ns-3's link loses nothing and keeps the order */
    struct inside inside = *entry(p2p, p2p->first++);
    if (inside.outer != NULL)
        iptfs_link_propagate(&p2p->link, inside.outer, inside.arrival_ps, &inside.effect);
    p2p->changed(p2p->changed_ctx);
}

static int64_t idle_ps(const struct iptfs_link *link, int64_t now_ps)
{
    return iptfs_later(now_ps, ((const struct p2p_link *)link)->busy_until_ps);
}

static bool arriving(const struct iptfs_link *link, int64_t now_ps)
{
    const struct p2p_link *p2p = (const struct p2p_link *)link;
    return p2p->first < p2p->next && entry(p2p, p2p->first)->arrival_ps - p2p->beyond_ps == now_ps;
}

static void clear(struct iptfs_link *link)
{
    struct p2p_link *p2p = (struct p2p_link *)link;
    iptfs_ns3_p2p_free(p2p->p2p);
    p2p->p2p = NULL;
    for (; p2p->first < p2p->next; p2p->first++) {
        const struct inside *inside = entry(p2p, p2p->first);
        if (inside->outer == NULL)
            continue;
        /* Packets still inside ns-3 are not in the list of packets in flight yet: add them, so that
         * all are ended together. */
        iptfs_link_propagate(link, inside->outer, 0, &inside->effect);
    }
    iptfs_link_clear(link);
}

static void free_link(struct iptfs_link *link)
{
    struct p2p_link *p2p = (struct p2p_link *)link;
    iptfs_link_deinit(link);
    free(p2p->ring);
    free(p2p);
}

static int open_ns3_link(struct p2p_link *p2p, const struct iptfs_link_config *config)
{
    /* ns-3 puts its own header on top of the MTU; ours counts the whole frame, which
     * iptfs_link_admit has checked already. */
    uint32_t most = config->mtu_octets;
    if (config->mtu_most_octets > most)
        most = config->mtu_most_octets;
    uint32_t framed = iptfs_framed_octets(config->framing, most);
    struct iptfs_ns3_p2p_config ns3_config = {
        .rate_bps = config->rate_bps,
        .delay_ps = config->delay_ps - p2p->beyond_ps,
        .mtu_octets = framed - IPTFS_NS3_PPP_OCTETS,
        .queue_packets = (uint32_t)config->queue_pkts,
        .queue_octets = (uint32_t)config->queue_octets,
    };
    if (ns3_config.mtu_octets > IPTFS_NS3_MTU_MAX_OCTETS)
        ns3_config.mtu_octets = IPTFS_NS3_MTU_MAX_OCTETS;
    return iptfs_ns3_p2p_new(&p2p->p2p, &ns3_config, receive, p2p);
}

int iptfs_p2p_link_new(struct iptfs_link **out, const struct iptfs_link_config *config,
                       struct iptfs_store *store, void (*changed)(void *ctx), void *changed_ctx)
{
    static const struct iptfs_link_ops ops = {
        .submit = submit,
        .idle_ps = idle_ps,
        .arriving = arriving,
        .clear = clear,
        .free = free_link,
    };
    struct p2p_link *p2p = calloc(1, sizeof *p2p);
    if (p2p == NULL)
        return IPTFS_E_NO_MEMORY;
    if (iptfs_link_init(&p2p->link, &ops, config, store) != IPTFS_OK) {
        free(p2p);
        return IPTFS_E_NO_MEMORY;
    }
    if (iptfs_impairments_shorten_delay(&p2p->link.impairments))
        p2p->beyond_ps = config->delay_ps;
    p2p->changed = changed;
    p2p->changed_ctx = changed_ctx;
    int error =
        config->framing == IPTFS_FRAMING_NONE ? IPTFS_NS3_EINVAL : open_ns3_link(p2p, config);
    if (error != 0) {
        free_link(&p2p->link);
        return iptfs_ns3_failure(error);
    }
    *out = &p2p->link;
    return IPTFS_OK;
}
