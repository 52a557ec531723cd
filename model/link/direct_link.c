/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/direct_link.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/units.h"
#include "link/transmitter.h"

#include <stdlib.h>

struct direct_link {
    struct iptfs_link link;
    struct iptfs_transmitter *transmitter; /* may be shared with other links */
};

static void submit(struct iptfs_link *link, int64_t now_ps, struct iptfs_outer *outer)
{
    struct direct_link *direct = (struct direct_link *)link;
    if (!iptfs_link_admit(link, outer))
        return;
    uint32_t octets = iptfs_framed_octets(link->config.framing, outer->ip_octets);
    int64_t depart_ps;
    int error = iptfs_transmitter_send(direct->transmitter, now_ps, octets, &depart_ps);
    if (error != IPTFS_OK) {
        if (error != IPTFS_E_NO_SPACE)
            link->store->error = error;
        iptfs_link_drop(link, outer, IPTFS_DROP_LINK_QUEUE);
        return;
    }
    struct iptfs_impair_effect effect;
    if (iptfs_link_impair(link, outer, depart_ps, &effect))
        iptfs_link_propagate(link, outer, iptfs_time_after(depart_ps, link->config.delay_ps),
                             &effect);
}

static int64_t idle_ps(const struct iptfs_link *link, int64_t now_ps)
{
    return iptfs_later(now_ps, ((const struct direct_link *)link)->transmitter->busy_until_ps);
}

static void release_transmitter(struct iptfs_transmitter *transmitter)
{
    IPTFS_ASSERT(transmitter->users > 0);
    if (--transmitter->users > 0)
        return;
    iptfs_transmitter_free(transmitter);
    free(transmitter);
}

static void free_link(struct iptfs_link *link)
{
    struct direct_link *direct = (struct direct_link *)link;
    iptfs_link_deinit(link);
    release_transmitter(direct->transmitter);
    free(direct);
}

static const struct iptfs_link_ops ops = {
    .submit = submit,
    .idle_ps = idle_ps,
    .clear = iptfs_link_clear,
    .free = free_link,
};

/* The transmitter of `bottleneck`, with one user more, or a new one. NULL when memory ran out. */
static struct iptfs_transmitter *transmitter_for(const struct iptfs_link_config *config,
                                                 struct iptfs_link *bottleneck)
{
    struct iptfs_transmitter *transmitter;
    if (bottleneck != NULL) {
        IPTFS_ASSERT(bottleneck->ops == &ops);
        transmitter = ((struct direct_link *)bottleneck)->transmitter;
        transmitter->users++;
        return transmitter;
    }
    transmitter = malloc(sizeof *transmitter);
    if (transmitter == NULL)
        return NULL;
    iptfs_transmitter_init(transmitter, config->rate_bps, config->queue_pkts, config->queue_octets);
    iptfs_transmitter_set_changes(transmitter, config->rate_changes, config->rate_change_count);
    return transmitter;
}

int iptfs_direct_link_new(struct iptfs_link **out, const struct iptfs_link_config *config,
                          struct iptfs_store *store, struct iptfs_link *bottleneck)
{
    struct direct_link *direct = malloc(sizeof *direct);
    if (direct == NULL)
        return IPTFS_E_NO_MEMORY;
    int error = iptfs_link_init(&direct->link, &ops, config, store);
    if (error != IPTFS_OK) {
        free(direct);
        return error;
    }
    direct->transmitter = transmitter_for(config, bottleneck);
    if (direct->transmitter == NULL) {
        iptfs_link_deinit(&direct->link);
        free(direct);
        return IPTFS_E_NO_MEMORY;
    }
    *out = &direct->link;
    return IPTFS_OK;
}
