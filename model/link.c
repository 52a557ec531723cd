/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link.h"

#include "error.h"
#include "units.h"

#include <stdbool.h>
#include <stdlib.h>

enum {
    ETHERNET_EXTRA_OCTETS = 38,
    ETHERNET_PAYLOAD_MIN_OCTETS = 46,
    PPP_EXTRA_OCTETS = 2,
    ECN_CE = 3,
    FIRST_CAPACITY = 64
};

/* A packet before the transmitter, remembered until its transmission begins. */
struct waiting {
    int64_t start_ps;
    uint32_t octets;
};

struct direct_link {
    struct iptfs_link link;
    int64_t busy_until_ps;
    struct waiting *waiting; /* a ring, kept only where the queue is limited */
    size_t capacity;         /* a power of two */
    size_t first;
    size_t count;
    uint64_t octets;
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
    iptfs_flight_init(&link->flight);
}

void iptfs_link_end_inside(struct iptfs_link *link, struct iptfs_outer *outer)
{
    iptfs_tally_add(&link->stats.in_flight, outer->ip_octets);
    iptfs_outer_end(link->store, outer, IPTFS_FATE_INSIDE);
}

void iptfs_link_clear(struct iptfs_link *link)
{
    struct iptfs_outer *outer;
    while ((outer = iptfs_flight_take(&link->flight)) != NULL)
        iptfs_link_end_inside(link, outer);
}

void iptfs_link_deinit(struct iptfs_link *link)
{
    iptfs_flight_free(&link->flight);
    iptfs_impair_free(&link->impair);
}

struct iptfs_tally iptfs_link_lost(const struct iptfs_link_stats *stats)
{
    return (struct iptfs_tally){
        stats->lost_mtu.pkts + stats->lost_queue.pkts + stats->lost_way.pkts,
        stats->lost_mtu.octets + stats->lost_queue.octets + stats->lost_way.octets,
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
    iptfs_outer_end(link->store, outer, IPTFS_FATE_LINK_MTU);
    return false;
}

void iptfs_link_refuse(struct iptfs_link *link, struct iptfs_outer *outer)
{
    iptfs_tally_add(&link->stats.lost_queue, outer->ip_octets);
    iptfs_outer_end(link->store, outer, IPTFS_FATE_LINK_QUEUE);
}

bool iptfs_link_apply(struct iptfs_link *link, struct iptfs_outer *outer,
                      const struct iptfs_verdict *verdict)
{
    if (verdict->ce)
        outer->ecn = ECN_CE;
    if (verdict->duplicate) {
        iptfs_tally_add(&link->stats.duplicated, outer->ip_octets);
        outer->refs++;
    }
    if (verdict->lost) {
        iptfs_tally_add(&link->stats.lost_way, outer->ip_octets);
        iptfs_outer_end(link->store, outer, IPTFS_FATE_LINK_LOSS);
    }
    return !verdict->lost || verdict->duplicate;
}

static void add_copy(struct iptfs_link *link, struct iptfs_outer *outer, int64_t arrival_ps)
{
    int error = iptfs_flight_add(&link->flight, arrival_ps, outer);
    if (error == IPTFS_OK)
        return;
    link->store->error = error;
    iptfs_link_refuse(link, outer);
}

void iptfs_link_launch(struct iptfs_link *link, struct iptfs_outer *outer, int64_t arrival_ps,
                       const struct iptfs_verdict *verdict)
{
    if (!verdict->lost)
        add_copy(link, outer, iptfs_time_after(arrival_ps, verdict->extra_ps));
    if (verdict->duplicate)
        add_copy(link, outer, iptfs_time_after(arrival_ps, verdict->duplicate_extra_ps));
}

void iptfs_link_wake(struct iptfs_link *link, int64_t now_ps)
{
    while (iptfs_flight_next_ps(&link->flight) <= now_ps) {
        struct iptfs_outer *outer = iptfs_flight_take(&link->flight);
        iptfs_tally_add(&link->stats.received, outer->ip_octets);
        link->deliver(link->deliver_ctx, now_ps, outer);
    }
}

/* Packets whose transmission has begun wait no longer. */
static void forget_started(struct direct_link *direct, int64_t now_ps)
{
    while (direct->count > 0 && direct->waiting[direct->first].start_ps <= now_ps) {
        direct->octets -= direct->waiting[direct->first].octets;
        direct->first = (direct->first + 1) & (direct->capacity - 1);
        direct->count--;
    }
}

static bool grow(struct direct_link *direct)
{
    size_t capacity = direct->capacity > 0 ? direct->capacity * 2 : FIRST_CAPACITY;
    struct waiting *waiting = malloc(capacity * sizeof *waiting);
    if (waiting == NULL) {
        direct->link.store->error = IPTFS_E_NO_MEMORY;
        return false;
    }
    for (size_t i = 0; i < direct->count; i++)
        waiting[i] = direct->waiting[(direct->first + i) & (direct->capacity - 1)];
    free(direct->waiting);
    direct->waiting = waiting;
    direct->capacity = capacity;
    direct->first = 0;
    return true;
}

/* Puts a packet into the queue until its transmission begins; false when there is no room. A packet
 * that is transmitted at once passes through the queue too, as in ns-3: one larger than the whole
 * queue never gets through. */
static bool wait_in_queue(struct direct_link *direct, int64_t now_ps, int64_t start_ps,
                          uint32_t octets)
{
    const struct iptfs_link_config *config = &direct->link.config;
    if (config->queue_pkts > 0 && direct->count >= config->queue_pkts)
        return false;
    if (config->queue_octets > 0 && direct->octets + octets > config->queue_octets)
        return false;
    if (start_ps <= now_ps || (config->queue_pkts == 0 && config->queue_octets == 0))
        return true;
    if (direct->count == direct->capacity && !grow(direct))
        return false;
    size_t at = (direct->first + direct->count) & (direct->capacity - 1);
    direct->waiting[at] = (struct waiting){start_ps, octets};
    direct->count++;
    direct->octets += octets;
    return true;
}

static void direct_submit(struct iptfs_link *link, int64_t now_ps, struct iptfs_outer *outer)
{
    struct direct_link *direct = (struct direct_link *)link;
    if (!iptfs_link_admit(link, outer))
        return;
    uint32_t octets = iptfs_framed_octets(link->config.framing, outer->ip_octets);
    int64_t start_ps = iptfs_later(now_ps, direct->busy_until_ps);
    forget_started(direct, now_ps);
    if (!wait_in_queue(direct, now_ps, start_ps, octets)) {
        iptfs_link_refuse(link, outer);
        return;
    }
    /* A slow link with a long queue may be busy beyond the end of time. */
    direct->busy_until_ps =
        iptfs_time_after(start_ps, iptfs_tx_time_ps(octets, link->config.rate_bps));
    struct iptfs_verdict verdict = iptfs_impair_judge(&link->impair, outer->seq);
    if (iptfs_link_apply(link, outer, &verdict))
        iptfs_link_launch(link, outer,
                          iptfs_time_after(direct->busy_until_ps, link->config.delay_ps), &verdict);
}

static int64_t direct_idle_ps(const struct iptfs_link *link, int64_t now_ps)
{
    return iptfs_later(now_ps, ((const struct direct_link *)link)->busy_until_ps);
}

static void direct_free(struct iptfs_link *link)
{
    struct direct_link *direct = (struct direct_link *)link;
    iptfs_link_deinit(link);
    free(direct->waiting);
    free(direct);
}

int iptfs_direct_link_new(struct iptfs_link **out, const struct iptfs_link_config *config,
                          const struct iptfs_impair *impair, struct iptfs_store *store)
{
    static const struct iptfs_link_ops ops = {
        .submit = direct_submit,
        .idle_ps = direct_idle_ps,
        .clear = iptfs_link_clear,
        .free = direct_free,
    };
    struct direct_link *direct = calloc(1, sizeof *direct);
    if (direct == NULL) {
        struct iptfs_impair lost = *impair;
        iptfs_impair_free(&lost);
        return IPTFS_E_NO_MEMORY;
    }
    iptfs_link_init(&direct->link, &ops, config, impair, store);
    *out = &direct->link;
    return IPTFS_OK;
}
