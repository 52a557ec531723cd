/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/link.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/octets.h"
#include "base/units.h"

#include <stdbool.h>

enum {
    ETHERNET_EXTRA_OCTETS = 38,
    ETHERNET_PAYLOAD_MIN_OCTETS = 46,
    PPP_EXTRA_OCTETS = 2
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

int iptfs_link_init(struct iptfs_link *link, const struct iptfs_link_ops *ops,
                    const struct iptfs_link_config *config, struct iptfs_store *store)
{
    *link = (struct iptfs_link){.ops = ops, .config = *config, .store = store};
    iptfs_in_flight_init(&link->flight);
    return iptfs_impairments_init(&link->impairments, &config->impairments, &config->streams);
}

void iptfs_link_clear(struct iptfs_link *link)
{
    struct iptfs_outer *outer;
    while ((outer = iptfs_in_flight_take(&link->flight)) != NULL) {
        iptfs_tally_add(&link->stats.in_flight, outer->ip_octets);
        iptfs_outer_unref(link->store, outer);
    }
    IPTFS_ASSERT(iptfs_link_balanced(&link->stats));
}

void iptfs_link_deinit(struct iptfs_link *link)
{
    iptfs_in_flight_free(&link->flight);
    iptfs_impairments_free(&link->impairments);
}

struct iptfs_tally iptfs_link_lost(const struct iptfs_link_stats *stats)
{
    struct iptfs_tally lost = {0};
    for (size_t cause = 0; cause < IPTFS_DROP_COUNT; cause++) {
        lost.pkts += stats->lost[cause].pkts;
        lost.octets += stats->lost[cause].octets;
    }
    return lost;
}

struct iptfs_tally iptfs_link_in_flight(const struct iptfs_link_stats *stats)
{
    struct iptfs_tally lost = iptfs_link_lost(stats);
    return (struct iptfs_tally){
        stats->sent.pkts + stats->duplicated.pkts - stats->received.pkts - lost.pkts,
        stats->sent.octets + stats->duplicated.octets - stats->received.octets - lost.octets,
    };
}

bool iptfs_link_balanced(const struct iptfs_link_stats *stats)
{
    struct iptfs_tally in_flight = iptfs_link_in_flight(stats);
    return in_flight.pkts == stats->in_flight.pkts && in_flight.octets == stats->in_flight.octets;
}

bool iptfs_link_admit(struct iptfs_link *link, struct iptfs_outer *outer)
{
    iptfs_tally_add(&link->stats.sent, outer->ip_octets);
    if (outer->ip_octets <= link->config.mtu_octets)
        return true;
    iptfs_link_drop(link, outer, IPTFS_DROP_LINK_MTU);
    return false;
}

void iptfs_link_drop(struct iptfs_link *link, struct iptfs_outer *outer,
                     enum iptfs_drop_cause cause)
{
    iptfs_tally_add(&link->stats.lost[cause], outer->ip_octets);
    iptfs_outer_drop(link->store, outer, cause);
}

bool iptfs_link_impair(struct iptfs_link *link, struct iptfs_outer *outer, int64_t depart_ps,
                       struct iptfs_impair_effect *effect)
{
    iptfs_impairments_apply(&link->impairments, outer, depart_ps, effect);
    bool goes_on = effect->lost_by == NULL || effect->duplicate;
    link->stats.reordered_pkts += effect->no_delay;
    if (goes_on && effect->ce) {
        link->stats.ce_marked_pkts++;
        outer->ecn = IPTFS_ECN_CE;
    }
    if (effect->duplicate) {
        iptfs_tally_add(&link->stats.duplicated, outer->ip_octets);
        outer->refs++;
    }
    if (effect->lost_by != NULL)
        iptfs_link_drop(link, outer, effect->lost_by->kind->drop_cause);
    return goes_on;
}

static void add_copy(struct iptfs_link *link, struct iptfs_outer *outer, int64_t arrival_ps)
{
    int error = iptfs_in_flight_add(&link->flight, arrival_ps, outer);
    if (error == IPTFS_OK)
        return;
    link->store->error = error;
    iptfs_link_drop(link, outer, IPTFS_DROP_LINK_QUEUE);
}

/* When a packet arrives that without impairments would arrive at arrival_ps. */
static int64_t impaired_arrival_ps(struct iptfs_link *link, int64_t arrival_ps,
                                   const struct iptfs_impair_effect *effect, int64_t extra_ps)
{
    int64_t departed_ps = arrival_ps - link->config.delay_ps;
    if (effect->no_delay)
        return departed_ps;
    int64_t shifted_ps = iptfs_later(departed_ps, iptfs_time_after(arrival_ps, extra_ps));
    if (!effect->in_order)
        return shifted_ps;
    link->latest_ps = iptfs_later(link->latest_ps, shifted_ps);
    return link->latest_ps;
}

void iptfs_link_propagate(struct iptfs_link *link, struct iptfs_outer *outer, int64_t arrival_ps,
                          const struct iptfs_impair_effect *effect)
{
    if (effect->lost_by == NULL)
        add_copy(link, outer, impaired_arrival_ps(link, arrival_ps, effect, effect->extra_ps));
    if (effect->duplicate)
        add_copy(link, outer,
                 impaired_arrival_ps(link, arrival_ps, effect, effect->duplicate_extra_ps));
}

void iptfs_link_wake(struct iptfs_link *link, int64_t now_ps)
{
    while (iptfs_in_flight_next_ps(&link->flight) <= now_ps) {
        struct iptfs_outer *outer = iptfs_in_flight_take(&link->flight);
        iptfs_tally_add(&link->stats.received, outer->ip_octets);
        link->deliver(link->deliver_ctx, now_ps, outer);
    }
}
