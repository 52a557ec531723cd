/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "receiver/reorder.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/units.h"

#include <stdlib.h>

void iptfs_drop_timer_start(struct iptfs_drop_timer *timer, int64_t deadline_ps)
{
    if (timer->deadline_ps == IPTFS_NEVER)
        timer->deadline_ps = deadline_ps;
}

void iptfs_drop_timer_stop(struct iptfs_drop_timer *timer)
{
    timer->deadline_ps = IPTFS_NEVER;
}

int iptfs_reorder_init(struct iptfs_reorder *reorder, uint32_t window, struct iptfs_store *store,
                       struct iptfs_counters *counters, struct iptfs_drop_timer *timer)
{
    *reorder = (struct iptfs_reorder){
        .store = store,
        .counters = counters,
        .timer = timer,
        .window = window,
    };
    if (iptfs_received_init(&reorder->received, window) != IPTFS_OK)
        return IPTFS_E_NO_MEMORY;
    if (window == 0)
        return IPTFS_OK;
    /* Places for the number wanted and for the window after it. */
    size_t places = 2;
    while (places < (size_t)window + 1)
        places *= 2;
    reorder->places = calloc(places, sizeof *reorder->places);
    if (reorder->places == NULL) {
        iptfs_received_free(&reorder->received);
        return IPTFS_E_NO_MEMORY;
    }
    reorder->mask = places - 1;
    return IPTFS_OK;
}

int iptfs_reorder_init_adaptive(struct iptfs_reorder *reorder, struct iptfs_reorder_depth *depth,
                                struct iptfs_store *store, struct iptfs_counters *counters,
                                struct iptfs_drop_timer *timer)
{
    int error =
        iptfs_reorder_init(reorder, iptfs_reorder_depth_limit(depth), store, counters, timer);
    reorder->depth = depth;
    reorder->window = depth->window;
    return error;
}

static struct iptfs_reorder_place *place_of(struct iptfs_reorder *reorder, uint64_t seq)
{
    return &reorder->places[seq & reorder->mask];
}

void iptfs_reorder_free(struct iptfs_reorder *reorder)
{
    for (uint64_t i = 0; reorder->places != NULL && i <= reorder->mask; i++)
        if (reorder->places[i].outer != NULL)
            iptfs_outer_drop(reorder->store, reorder->places[i].outer,
                             iptfs_store_release_cause(reorder->store));
    free(reorder->places);
    reorder->places = NULL;
    iptfs_received_free(&reorder->received);
}

static void process(struct iptfs_reorder *reorder, int64_t now_ps, struct iptfs_outer *outer)
{
    reorder->process(reorder->process_ctx, now_ps, outer);
    iptfs_outer_processed(reorder->store, outer);
}

static void drop(struct iptfs_reorder *reorder, struct iptfs_outer *outer,
                 enum iptfs_drop_cause drop_cause)
{
    iptfs_count(reorder->counters, IPTFS_YANG_RX_DROP_PKTS, 1);
    iptfs_outer_drop(reorder->store, outer, drop_cause);
}

/* Advances `want` by one: processes the packet held there, or counts it as missed. */
static void pass_want(struct iptfs_reorder *reorder, int64_t now_ps)
{
    struct iptfs_reorder_place *place = place_of(reorder, reorder->want);
    struct iptfs_outer *outer = place->outer;
    if (outer != NULL) {
        IPTFS_ASSERT(outer->seq == reorder->want && reorder->held > 0);
        place->outer = NULL;
        reorder->held--;
        process(reorder, now_ps, outer);
    } else {
        iptfs_count(reorder->counters, IPTFS_YANG_OUTER_RX_MISSED_PKTS, 1);
    }
    reorder->want++;
}

/* Processes the held packets that follow without a gap. */
static void drain(struct iptfs_reorder *reorder, int64_t now_ps)
{
    while (reorder->held > 0 && place_of(reorder, reorder->want)->outer != NULL)
        pass_want(reorder, now_ps);
}

/* Sets the time at which the latest packet, and every empty place between it and the held packet
 * before it, is given up. Starts the timer when no packet is held before it. */
static void set_give_up(struct iptfs_reorder *reorder, uint64_t seq, int64_t now_ps)
{
    int64_t give_up_ps = iptfs_time_after(now_ps, reorder->timer->drop_time_ps);
    place_of(reorder, seq)->give_up_ps = give_up_ps;
    while (seq > reorder->want) {
        struct iptfs_reorder_place *place = place_of(reorder, --seq);
        if (place->outer != NULL)
            return;
        place->give_up_ps = give_up_ps;
    }
    iptfs_drop_timer_start(reorder->timer, give_up_ps);
}

static void hold(struct iptfs_reorder *reorder, int64_t now_ps, struct iptfs_outer *outer)
{
    bool latest = reorder->held == 0 || outer->seq > reorder->top;
    IPTFS_ASSERT(outer->seq > reorder->want || reorder->held == 0);
    IPTFS_ASSERT(outer->seq - reorder->want <= reorder->window);
    place_of(reorder, outer->seq)->outer = outer;
    outer->arrived_ps = now_ps;
    reorder->held++;
    if (reorder->held > reorder->held_max)
        reorder->held_max = reorder->held;
    if (!latest)
        return;
    reorder->top = outer->seq;
    set_give_up(reorder, outer->seq, now_ps);
}

/* A packet beyond the window moves the window up so that the packet is its last place. */
static void move_up(struct iptfs_reorder *reorder, int64_t now_ps, uint64_t steps)
{
    while (steps > 0 && reorder->held > 0) {
        pass_want(reorder, now_ps);
        steps--;
    }
    iptfs_count(reorder->counters, IPTFS_YANG_OUTER_RX_MISSED_PKTS, steps);
    reorder->want += steps;
}

void iptfs_reorder_begin(struct iptfs_reorder *reorder, uint64_t want)
{
    reorder->started = true;
    reorder->want = want;
}

/* A number below the one wanted. */
static void drop_passed(struct iptfs_reorder *reorder, struct iptfs_outer *outer, bool again)
{
    reorder->late_pkts += !again;
    drop(reorder, outer, again ? IPTFS_DROP_DUPLICATE : IPTFS_DROP_LATE);
}

/* A first copy has arrived: adapts the window. What a window that shrinks no longer holds goes on.
 */
static __attribute__((noinline)) void adapt(struct iptfs_reorder *reorder, int64_t now_ps,
                                            uint64_t seq)
{
    uint64_t highest = reorder->held > 0 ? reorder->top : reorder->want - 1;
    bool in_time = seq >= reorder->expired;
    uint64_t depth = seq < highest && in_time ? highest - seq : 0;
    reorder->window = iptfs_reorder_depth_take(reorder->depth, depth);
    if (reorder->held > 0 && reorder->top - reorder->want > reorder->window) {
        move_up(reorder, now_ps, reorder->top - reorder->want - reorder->window);
        drain(reorder, now_ps);
    }
}

/* Without a window: the numbers between are missing. */
static void pass_gap(struct iptfs_reorder *reorder, uint64_t seq)
{
    if (seq <= reorder->want)
        return;
    if (!reorder->plain)
        iptfs_count(reorder->counters, IPTFS_YANG_OUTER_RX_MISSED_PKTS, seq - reorder->want - 1);
    reorder->want = seq;
}

void iptfs_reorder_input(struct iptfs_reorder *reorder, int64_t now_ps, struct iptfs_outer *outer)
{
    bool again = iptfs_received_again(&reorder->received, outer->seq);
    reorder->duplicate_pkts += again;
    if (!reorder->started)
        iptfs_reorder_begin(reorder, outer->seq);
    else if (reorder->depth != NULL && !again)
        adapt(reorder, now_ps, outer->seq);
    if (reorder->window == 0) {
        pass_gap(reorder, outer->seq);
        outer->arrived_ps = now_ps;
        process(reorder, now_ps, outer);
        return;
    }
    if (outer->seq < reorder->want) {
        drop_passed(reorder, outer, again);
        return;
    }
    uint64_t ahead = outer->seq - reorder->want;
    if (ahead == 0) {
        outer->arrived_ps = now_ps;
        reorder->want++;
        process(reorder, now_ps, outer);
        drain(reorder, now_ps);
        return;
    }
    if (ahead <= reorder->window && place_of(reorder, outer->seq)->outer != NULL) {
        IPTFS_ASSERT(again);
        drop(reorder, outer, IPTFS_DROP_DUPLICATE);
        return;
    }
    if (ahead > reorder->window)
        move_up(reorder, now_ps, ahead - reorder->window);
    hold(reorder, now_ps, outer);
    drain(reorder, now_ps);
}

void iptfs_reorder_expire(struct iptfs_reorder *reorder, int64_t now_ps)
{
    if (reorder->held == 0)
        return;
    /* The place wanted was given its time together with the one after it. */
    if (place_of(reorder, reorder->want + 1)->give_up_ps <= now_ps) {
        pass_want(reorder, now_ps);
        while (reorder->held > 0) {
            const struct iptfs_reorder_place *place = place_of(reorder, reorder->want);
            if (place->outer == NULL && place->give_up_ps > now_ps)
                break;
            pass_want(reorder, now_ps);
        }
    }
    reorder->expired = reorder->want;
    if (reorder->held > 0)
        iptfs_drop_timer_start(reorder->timer, place_of(reorder, reorder->want)->give_up_ps);
}
