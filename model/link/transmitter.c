/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/transmitter.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/units.h"

#include <stdlib.h>

__extension__ typedef unsigned __int128 uint128;

enum {
    FIRST_CAPACITY = 64
};

void iptfs_transmitter_init(struct iptfs_transmitter *transmitter, uint64_t rate_bps,
                            uint64_t queue_pkts, uint64_t queue_octets)
{
    *transmitter = (struct iptfs_transmitter){
        .rate_bps = rate_bps,
        .queue_pkts = queue_pkts,
        .queue_octets = queue_octets,
        .users = 1,
    };
}

void iptfs_transmitter_set_changes(struct iptfs_transmitter *transmitter,
                                   const struct iptfs_timed *changes, size_t count)
{
    transmitter->change = changes;
    transmitter->changes_left = count;
}

void iptfs_transmitter_free(struct iptfs_transmitter *transmitter)
{
    free(transmitter->waiting);
    transmitter->waiting = NULL;
}

/* Removes the packets whose transmission has started from the queue. */
static void remove_started(struct iptfs_transmitter *transmitter, int64_t now_ps)
{
    while (transmitter->count > 0 && transmitter->waiting[transmitter->first].start_ps <= now_ps) {
        IPTFS_ASSERT(transmitter->octets >= transmitter->waiting[transmitter->first].octets);
        transmitter->octets -= transmitter->waiting[transmitter->first].octets;
        transmitter->first = (transmitter->first + 1) & (transmitter->capacity - 1);
        transmitter->count--;
    }
    IPTFS_ASSERT(transmitter->count > 0 || transmitter->octets == 0);
}

static bool grow(struct iptfs_transmitter *transmitter)
{
    size_t capacity = transmitter->capacity > 0 ? transmitter->capacity * 2 : FIRST_CAPACITY;
    struct iptfs_waiting *waiting = malloc(capacity * sizeof *waiting);
    if (waiting == NULL)
        return false;
    for (size_t i = 0; i < transmitter->count; i++)
        waiting[i] = transmitter->waiting[(transmitter->first + i) & (transmitter->capacity - 1)];
    free(transmitter->waiting);
    transmitter->waiting = waiting;
    transmitter->capacity = capacity;
    transmitter->first = 0;
    return true;
}

static bool has_space(const struct iptfs_transmitter *transmitter, uint32_t octets)
{
    if (transmitter->queue_pkts > 0 && transmitter->count >= transmitter->queue_pkts)
        return false;
    return transmitter->queue_octets == 0 ||
           transmitter->octets + octets <= transmitter->queue_octets;
}

static bool is_limited(const struct iptfs_transmitter *transmitter)
{
    return transmitter->queue_pkts > 0 || transmitter->queue_octets > 0;
}

/* Queues a packet until its transmission starts. */
static int wait_in_queue(struct iptfs_transmitter *transmitter, int64_t start_ps, uint32_t octets)
{
    if (transmitter->count == transmitter->capacity && !grow(transmitter))
        return IPTFS_E_NO_MEMORY;
    size_t at = (transmitter->first + transmitter->count) & (transmitter->capacity - 1);
    transmitter->waiting[at] = (struct iptfs_waiting){start_ps, octets};
    transmitter->count++;
    transmitter->octets += octets;
    return IPTFS_OK;
}

static bool changes_before(const struct iptfs_transmitter *transmitter, int64_t until_ps)
{
    return transmitter->changes_left > 0 && transmitter->change->at_ps < until_ps;
}

static void change_rate(struct iptfs_transmitter *transmitter)
{
    transmitter->rate_bps = transmitter->change++->value;
    transmitter->changes_left--;
}

/* The time that a packet takes. Packets of one size follow each other, and a division of 128 bits
 * takes long: the last time is kept. */
static int64_t tx_time_ps(struct iptfs_transmitter *transmitter, uint32_t octets)
{
    struct iptfs_tx_time *last = &transmitter->last;
    if (octets != last->octets || transmitter->rate_bps != last->rate_bps)
        *last = (struct iptfs_tx_time){
            .octets = octets,
            .rate_bps = transmitter->rate_bps,
            .span_ps = iptfs_tx_time_ps(octets, transmitter->rate_bps),
        };
    return last->span_ps;
}

/* A slow link with a long queue may be busy beyond the last time that there is. */
static int64_t end_at_rate(struct iptfs_transmitter *transmitter, int64_t start_ps, uint32_t octets)
{
    return iptfs_time_after(start_ps, tx_time_ps(transmitter, octets));
}

/* The end of a transmission that starts at `start_ps`; the rate may change before that. Starts are
 * in the order of time, so each change is looked at once. */
static __attribute__((noinline)) int64_t end_over_changes(struct iptfs_transmitter *transmitter,
                                                          int64_t start_ps, uint32_t octets)
{
    while (changes_before(transmitter, iptfs_time_after(start_ps, 1)))
        change_rate(transmitter);
    int64_t end_ps = end_at_rate(transmitter, start_ps, octets);
    uint128 left = (uint128)octets * 8 * (uint128)IPTFS_PS_PER_S; /* bits * ps/s */
    while (changes_before(transmitter, end_ps)) {
        int64_t at_ps = transmitter->change->at_ps;
        uint128 sent = (uint128)(at_ps - start_ps) * transmitter->rate_bps;
        IPTFS_ASSERT(sent < left);
        left -= sent;
        start_ps = at_ps;
        change_rate(transmitter);
        IPTFS_ASSERT(transmitter->rate_bps > 0);
        uint128 span_ps = (left + transmitter->rate_bps / 2) / transmitter->rate_bps;
        end_ps = iptfs_time_after(
            start_ps, span_ps < (uint128)IPTFS_TIME_MAX_PS ? (int64_t)span_ps : IPTFS_TIME_MAX_PS);
    }
    return end_ps;
}

int iptfs_transmitter_send(struct iptfs_transmitter *transmitter, int64_t now_ps, uint32_t octets,
                           int64_t *depart_ps)
{
    int64_t start_ps = iptfs_later(now_ps, transmitter->busy_until_ps);
    remove_started(transmitter, now_ps);
    if (!has_space(transmitter, octets))
        return IPTFS_E_NO_SPACE;
    if (start_ps > now_ps && is_limited(transmitter)) {
        int error = wait_in_queue(transmitter, start_ps, octets);
        if (error != IPTFS_OK)
            return error;
    }
    transmitter->busy_until_ps = transmitter->changes_left > 0
                                     ? end_over_changes(transmitter, start_ps, octets)
                                     : end_at_rate(transmitter, start_ps, octets);
    *depart_ps = transmitter->busy_until_ps;
    return IPTFS_OK;
}
