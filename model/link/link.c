/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/link.h"

#include "base/error.h"
#include "base/units.h"

#include <stdbool.h>
#include <stdlib.h>

enum {
    ETHERNET_EXTRA_OCTETS = 38,
    ETHERNET_PAYLOAD_MIN_OCTETS = 46,
    PPP_EXTRA_OCTETS = 2,
    ECN_CE = 3
};

struct direct_link {
    struct iptfs_link link;
    struct iptfs_transmitter *transmitter; /* maybe shared with others */
};

uint32_t iptfs_framed_octets(enum iptfs_framing framing, uint32_t ip_octets)
{
    switch (framing) {
    case IPTFS_FRAMING_ETHERNET:
        if (ip_octets < ETHERNET_PAYLOAD_MIN_OCTETS)
            ip_octets = ETHERNET_PAYLOAD_MIN_OCTETS;
        return ip_octets + ETHERNET_EXTRA_OCTETS;
    case IPTFS_FRAMING_PPP:
        return ip_octets + PPP_EXTRA_OCTETS;
    case IPTFS_FRAMING_NONE:
        break;
    }
    return ip_octets;
}

void iptfs_link_init(struct iptfs_link *link, const struct iptfs_link_ops *ops,
                     const struct iptfs_link_config *config, const struct iptfs_impair *impair,
                     struct iptfs_store *store)
{
    *link = (struct iptfs_link){
        .ops = ops,
        .config = *config,
        .impair = *impair,
        .store = store,
    };
    iptfs_in_flight_init(&link->flight);
}

void iptfs_link_end_inside(struct iptfs_link *link, struct iptfs_outer *outer)
{
    iptfs_tally_add(&link->stats.in_flight, outer->ip_octets);
    iptfs_outer_unref(link->store, outer);
}

void iptfs_link_clear(struct iptfs_link *link)
{
    struct iptfs_outer *outer;
    while ((outer = iptfs_in_flight_take(&link->flight)) != NULL)
        iptfs_link_end_inside(link, outer);
}

void iptfs_link_deinit(struct iptfs_link *link)
{
    iptfs_in_flight_free(&link->flight);
    iptfs_impair_free(&link->impair);
}

struct iptfs_tally iptfs_link_lost(const struct iptfs_link_stats *stats)
{
    return (struct iptfs_tally){
        stats->lost_mtu.pkts + stats->lost_queue.pkts + stats->lost_way.pkts +
            stats->lost_blackout.pkts,
        stats->lost_mtu.octets + stats->lost_queue.octets + stats->lost_way.octets +
            stats->lost_blackout.octets,
    };
}

bool iptfs_link_balanced(const struct iptfs_link_stats *stats)
{
    struct iptfs_tally lost = iptfs_link_lost(stats);
    return stats->sent.pkts + stats->duplicated.pkts ==
               stats->received.pkts + lost.pkts + stats->in_flight.pkts &&
           stats->sent.octets + stats->duplicated.octets ==
               stats->received.octets + lost.octets + stats->in_flight.octets;
}

bool iptfs_link_admit(struct iptfs_link *link, struct iptfs_outer *outer)
{
    iptfs_tally_add(&link->stats.sent, outer->ip_octets);
    if (outer->ip_octets <= link->config.mtu_octets)
        return true;
    iptfs_tally_add(&link->stats.lost_mtu, outer->ip_octets);
    iptfs_outer_drop(link->store, outer, IPTFS_DROP_LINK_MTU);
    return false;
}

void iptfs_link_refuse(struct iptfs_link *link, struct iptfs_outer *outer)
{
    iptfs_tally_add(&link->stats.lost_queue, outer->ip_octets);
    iptfs_outer_drop(link->store, outer, IPTFS_DROP_LINK_QUEUE);
}

bool iptfs_link_apply(struct iptfs_link *link, struct iptfs_outer *outer,
                      const struct iptfs_verdict *verdict)
{
    bool goes_on = !verdict->lost || verdict->duplicate;
    if (goes_on && (verdict->ce || (verdict->ce_if_capable && outer->ecn != 0))) {
        link->impair.counts.marked++;
        outer->ecn = ECN_CE;
    }
    if (verdict->duplicate) {
        iptfs_tally_add(&link->stats.duplicated, outer->ip_octets);
        outer->refs++;
    }
    if (verdict->lost) {
        iptfs_tally_add(verdict->blackout ? &link->stats.lost_blackout : &link->stats.lost_way,
                        outer->ip_octets);
        iptfs_outer_drop(link->store, outer,
                         verdict->blackout ? IPTFS_DROP_BLACKOUT : IPTFS_DROP_LINK_LOSS);
    }
    return goes_on;
}

static void add_copy(struct iptfs_link *link, struct iptfs_outer *outer, int64_t arrival_ps)
{
    int error = iptfs_in_flight_add(&link->flight, arrival_ps, outer);
    if (error == IPTFS_OK)
        return;
    link->store->error = error;
    iptfs_link_refuse(link, outer);
}

/* When a packet really arrives that without impairment would at arrival_ps. */
static int64_t shifted(struct iptfs_link *link, int64_t arrival_ps,
                       const struct iptfs_verdict *verdict, int64_t extra_ps)
{
    int64_t departed_ps = arrival_ps - link->config.delay_ps;
    if (verdict->at_once)
        return departed_ps;
    int64_t shifted_ps = iptfs_later(departed_ps, iptfs_time_after(arrival_ps, extra_ps));
    if (!verdict->in_order)
        return shifted_ps;
    link->latest_ps = iptfs_later(link->latest_ps, shifted_ps);
    return link->latest_ps;
}

void iptfs_link_launch(struct iptfs_link *link, struct iptfs_outer *outer, int64_t arrival_ps,
                       const struct iptfs_verdict *verdict)
{
    if (!verdict->lost)
        add_copy(link, outer, shifted(link, arrival_ps, verdict, verdict->extra_ps));
    if (verdict->duplicate)
        add_copy(link, outer, shifted(link, arrival_ps, verdict, verdict->duplicate_extra_ps));
}

void iptfs_link_wake(struct iptfs_link *link, int64_t now_ps)
{
    while (iptfs_in_flight_next_ps(&link->flight) <= now_ps) {
        struct iptfs_outer *outer = iptfs_in_flight_take(&link->flight);
        iptfs_tally_add(&link->stats.received, outer->ip_octets);
        link->deliver(link->deliver_ctx, now_ps, outer);
    }
}

static void direct_submit(struct iptfs_link *link, int64_t now_ps, struct iptfs_outer *outer)
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
        iptfs_link_refuse(link, outer);
        return;
    }
    struct iptfs_verdict verdict = iptfs_impair_judge(&link->impair, depart_ps, outer->number);
    if (iptfs_link_apply(link, outer, &verdict))
        iptfs_link_launch(link, outer, iptfs_time_after(depart_ps, link->config.delay_ps),
                          &verdict);
}

static int64_t direct_idle_ps(const struct iptfs_link *link, int64_t now_ps)
{
    return iptfs_later(now_ps, ((const struct direct_link *)link)->transmitter->busy_until_ps);
}

static void direct_free(struct iptfs_link *link)
{
    struct direct_link *direct = (struct direct_link *)link;
    iptfs_link_deinit(link);
    if (--direct->transmitter->users == 0) {
        iptfs_transmitter_free(direct->transmitter);
        free(direct->transmitter);
    }
    free(direct);
}

static const struct iptfs_link_ops direct_ops = {
    .submit = direct_submit,
    .idle_ps = direct_idle_ps,
    .clear = iptfs_link_clear,
    .free = direct_free,
};

static struct iptfs_transmitter *new_transmitter(const struct iptfs_link_config *config)
{
    struct iptfs_transmitter *transmitter = malloc(sizeof *transmitter);
    if (transmitter == NULL)
        return NULL;
    iptfs_transmitter_init(transmitter, config->rate_bps, config->queue_pkts, config->queue_octets);
    iptfs_transmitter_set_changes(transmitter, config->rate_changes, config->rate_change_count);
    return transmitter;
}

int iptfs_direct_link_new(struct iptfs_link **out, const struct iptfs_link_config *config,
                          const struct iptfs_impair *impair, struct iptfs_store *store,
                          struct iptfs_link *bottleneck)
{
    struct direct_link *direct = calloc(1, sizeof *direct);
    struct iptfs_transmitter *shared =
        bottleneck != NULL ? ((struct direct_link *)bottleneck)->transmitter : NULL;
    struct iptfs_transmitter *transmitter = shared != NULL ? shared : new_transmitter(config);
    if (direct == NULL || transmitter == NULL) {
        struct iptfs_impair lost = *impair;
        iptfs_impair_free(&lost);
        if (shared == NULL)
            free(transmitter);
        free(direct);
        return IPTFS_E_NO_MEMORY;
    }
    iptfs_link_init(&direct->link, &direct_ops, config, impair, store);
    direct->transmitter = transmitter;
    transmitter->users += shared != NULL;
    *out = &direct->link;
    return IPTFS_OK;
}
