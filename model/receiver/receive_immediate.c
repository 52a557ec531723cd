/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "receiver/receive_immediate.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/units.h"

#include <stdlib.h>

#define NO_NUMBER UINT64_MAX

enum {
    FIRST_PLACES = 16
};

static struct iptfs_receive_immediate_place *
place_of(const struct iptfs_receive_immediate *immediate, uint64_t seq)
{
    return &immediate->places[seq & immediate->mask];
}

int iptfs_receive_immediate_init(struct iptfs_receive_immediate *immediate, uint32_t window,
                                 struct iptfs_reassembly *reassembly,
                                 struct iptfs_drop_timer *timer)
{
    uint64_t places = FIRST_PLACES;
    *immediate = (struct iptfs_receive_immediate){
        .store = reassembly->store,
        .counters = reassembly->counters,
        .timer = timer,
        .reassembly = reassembly,
        .window = window,
        .oldest = NO_NUMBER,
        .newest = NO_NUMBER,
    };
    while (places < (uint64_t)window + 2)
        places *= 2;
    /* Enough for the window and a packet in fragments of one octet. */
    immediate->limit = places;
    while (immediate->limit < (uint64_t)window + IPTFS_PACKET_MAX_OCTETS)
        immediate->limit *= 2;
    immediate->places = calloc(places, sizeof *immediate->places);
    immediate->mask = places - 1;
    if (immediate->places != NULL && iptfs_received_init(&immediate->received, window) == IPTFS_OK)
        return IPTFS_OK;
    free(immediate->places);
    immediate->places = NULL;
    return IPTFS_E_NO_MEMORY;
}

void iptfs_receive_immediate_free(struct iptfs_receive_immediate *immediate)
{
    for (uint64_t i = 0; immediate->places != NULL && i <= immediate->mask; i++)
        if (immediate->places[i].outer != NULL)
            iptfs_outer_drop(immediate->store, immediate->places[i].outer,
                             iptfs_store_release_cause(immediate->store));
    free(immediate->places);
    immediate->places = NULL;
    iptfs_received_free(&immediate->received);
}

/* ---------------------------------------------------------------------- holding and releasing */

/* Sets the timer to when the oldest packet held has waited for drop-time. */
static void set_timer(struct iptfs_receive_immediate *immediate)
{
    struct iptfs_drop_timer *timer = immediate->timer;
    iptfs_drop_timer_stop(timer);
    if (immediate->held > 0)
        iptfs_drop_timer_start(timer,
                               iptfs_time_after(place_of(immediate, immediate->oldest)->arrived_ps,
                                                timer->drop_time_ps));
}

static void hold(struct iptfs_receive_immediate *immediate, int64_t now_ps,
                 struct iptfs_outer *outer)
{
    struct iptfs_receive_immediate_place *place = place_of(immediate, outer->seq);
    place->outer = outer;
    place->arrived_ps = now_ps;
    place->older = immediate->newest;
    place->newer = NO_NUMBER;
    if (immediate->held == 0)
        immediate->oldest = outer->seq;
    else
        place_of(immediate, immediate->newest)->newer = outer->seq;
    immediate->newest = outer->seq;
    immediate->held++;
    if (immediate->held > immediate->held_max)
        immediate->held_max = immediate->held;
}

/* Releases a packet when none of its fragments waits any more. */
static void release(struct iptfs_receive_immediate *immediate,
                    struct iptfs_receive_immediate_place *place)
{
    if (place->head || place->tail)
        return;
    if (place->older == NO_NUMBER)
        immediate->oldest = place->newer;
    else
        place_of(immediate, place->older)->newer = place->newer;
    if (place->newer == NO_NUMBER)
        immediate->newest = place->older;
    else
        place_of(immediate, place->newer)->older = place->older;
    IPTFS_ASSERT(immediate->held > 0);
    immediate->held--;
    IPTFS_ASSERT((immediate->held == 0) == (immediate->oldest == NO_NUMBER));
    iptfs_outer_processed(immediate->store, place->outer);
    place->outer = NULL;
}

/* --------------------------------------------------------------------------- runs of fragments */

/* The outer packets with the fragments of one inner packet, as far as they have been received. */
struct run {
    uint64_t from, to;
    bool has_start; /* `from` holds the first fragment */
    bool has_end;   /* `to` holds the last fragment */
    bool broken;    /* a fragment is missing that is no longer awaited */
};

/* Whether a number that has not been received is no longer awaited. */
static bool given_up(const struct iptfs_receive_immediate *immediate, uint64_t seq)
{
    return seq < immediate->settled;
}

/* Follows a packet that continues after run->to. */
static void find_end(const struct iptfs_receive_immediate *immediate, struct run *run)
{
    for (uint64_t seq = run->to + 1; seq <= immediate->top; seq++) {
        const struct iptfs_receive_immediate_place *place = place_of(immediate, seq);
        if (!place->seen) {
            run->broken = given_up(immediate, seq);
            return;
        }
        if (place->all_pad)
            continue;
        if (!place->head) {
            run->broken = true;
            return;
        }
        run->to = seq;
        if (!place->passes) {
            run->has_end = true;
            return;
        }
    }
}

/* Follows a packet that began before run->from; with `near` only to the payload before it. */
static void find_start(const struct iptfs_receive_immediate *immediate, struct run *run, bool near)
{
    for (uint64_t seq = run->from; seq-- > immediate->bottom;) {
        const struct iptfs_receive_immediate_place *place = place_of(immediate, seq);
        if (!place->seen) {
            run->broken = run->broken || given_up(immediate, seq);
            return;
        }
        if (place->all_pad)
            continue;
        if (!place->tail && !(place->head && place->passes)) {
            run->broken = true;
            return;
        }
        run->from = seq;
        run->has_start = place->tail;
        if (run->has_start || near)
            return;
    }
    run->broken = true;
}

/* The packet that begins in `seq` (tail) or continues there, up to its end. */
static struct run run_from(const struct iptfs_receive_immediate *immediate, uint64_t seq, bool tail)
{
    struct run run = {.from = seq, .to = seq, .has_start = tail};
    run.has_end = !tail && !place_of(immediate, seq)->passes;
    if (!run.has_end)
        find_end(immediate, &run);
    return run;
}

/* The same, from its beginning. */
static struct run run_of(const struct iptfs_receive_immediate *immediate, uint64_t seq, bool tail)
{
    struct run run = run_from(immediate, seq, tail);
    if (!run.has_start)
        find_start(immediate, &run, false);
    return run;
}

/* ---------------------------------------------------------------- counting of incomplete packets
 */

/* Whether the packet of a run that lacks its start was counted with fragments before it. */
static bool counted_before(const struct iptfs_receive_immediate *immediate, const struct run *run)
{
    uint32_t block_offset = place_of(immediate, run->from)->block_offset;
    uint64_t seq = run->from;
    for (uint64_t at = run->from; at-- > immediate->bottom;) {
        const struct iptfs_receive_immediate_place *place = place_of(immediate, at);
        if (place->seen && place->all_pad)
            seq--;
        else if (place->seen) {
            bool same = iptfs_incomplete_continues(&place->behind, seq, block_offset);
            if (!same || place->behind.counted || !place->passes)
                return same && place->behind.counted;
            seq = at;
            block_offset = place->block_offset;
        }
    }
    return immediate->below.counted &&
           iptfs_incomplete_continues(&immediate->below, seq, block_offset);
}

/* Whether the packet of a run that lacks its end was counted with fragments after it. */
static bool counted_after(const struct iptfs_receive_immediate *immediate, const struct run *run)
{
    struct iptfs_incomplete behind = place_of(immediate, run->to)->behind;
    for (uint64_t at = run->to + 1; at <= immediate->top; at++) {
        const struct iptfs_receive_immediate_place *place = place_of(immediate, at);
        if (place->seen && place->all_pad)
            behind.seq++;
        else if (place->seen) {
            bool same =
                place->continued && iptfs_incomplete_continues(&behind, at, place->block_offset);
            if (!same || place->head_counted || !place->passes)
                return same && place->head_counted;
            behind = place->behind;
        }
    }
    return false;
}

/* The packet of a run will not become whole. */
static void count_incomplete(struct iptfs_receive_immediate *immediate, const struct run *run)
{
    bool counted = (!run->has_start && counted_before(immediate, run)) ||
                   (!run->has_end && counted_after(immediate, run));
    iptfs_count(immediate->counters, IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS, !counted);
    for (uint64_t seq = run->from; seq <= run->to; seq++) {
        struct iptfs_receive_immediate_place *place = place_of(immediate, seq);
        bool starts = seq == run->from && run->has_start;
        place->head_counted |= !starts;
        place->behind.counted |= starts || place->passes;
    }
}

/* Removes the place `bottom`; what continues after it is still known. */
static void leave_below(struct iptfs_receive_immediate *immediate,
                        struct iptfs_receive_immediate_place *place)
{
    if (place->seen && place->all_pad)
        immediate->below.seq++;
    else if (place->seen)
        immediate->below = place->behind;
    *place = (struct iptfs_receive_immediate_place){0};
}

/* The fragments of a run no longer wait. */
static void release_run(struct iptfs_receive_immediate *immediate, const struct run *run)
{
    for (uint64_t seq = run->from; seq <= run->to; seq++) {
        struct iptfs_receive_immediate_place *place = place_of(immediate, seq);
        if (place->outer == NULL)
            continue;
        if (seq == run->from && run->has_start)
            place->tail = false;
        else
            place->head = false;
        release(immediate, place);
    }
}

/* All fragments have been received: gives them to the reassembly in order. */
static void deliver(struct iptfs_receive_immediate *immediate, int64_t now_ps,
                    const struct run *run)
{
    struct iptfs_reassembly *reassembly = immediate->reassembly;
    IPTFS_ASSERT(run->has_start && run->has_end && reassembly->partial == NULL);
    iptfs_reassembly_begin(reassembly, now_ps, place_of(immediate, run->from)->outer);
    for (uint64_t seq = run->from + 1; seq <= run->to; seq++) {
        const struct iptfs_outer *outer = place_of(immediate, seq)->outer;
        if (outer != NULL)
            iptfs_reassembly_continue(reassembly, now_ps, outer);
    }
    if (iptfs_reassembly_give_up(reassembly, IPTFS_DROP_INCOMPLETE))
        iptfs_count(immediate->counters, IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS, 1);
    release_run(immediate, run);
}

static void give_up_run(struct iptfs_receive_immediate *immediate, int64_t now_ps,
                        const struct run *run, enum iptfs_drop_cause cause)
{
    struct iptfs_reassembly *reassembly = immediate->reassembly;
    count_incomplete(immediate, run);
    for (uint64_t seq = run->from; seq <= run->to; seq++) {
        const struct iptfs_outer *outer = place_of(immediate, seq)->outer;
        if (outer == NULL)
            continue;
        if (seq > run->from || !run->has_start) {
            iptfs_reassembly_skip(outer, cause);
            continue;
        }
        iptfs_reassembly_begin(reassembly, now_ps, outer);
        iptfs_reassembly_give_up(reassembly, cause);
    }
    release_run(immediate, run);
}

/* Delivers the packet if it is whole; gives it up if a fragment of it is given up. */
static void try_run(struct iptfs_receive_immediate *immediate, int64_t now_ps, uint64_t seq,
                    bool tail)
{
    struct run run = run_from(immediate, seq, tail);
    /* While the end is awaited it is enough to look at the payload before, so that fragments that
     * arrive in order are not walked over again for each of them. */
    bool waiting = !run.has_end && !run.broken;
    if (!run.has_start)
        find_start(immediate, &run, waiting);
    if (run.broken)
        give_up_run(immediate, now_ps, &run, IPTFS_DROP_INCOMPLETE);
    else if (run.has_start && run.has_end)
        deliver(immediate, now_ps, &run);
}

/* Tries the packet that continues after the last payload before `seq`, if there is one. */
static void try_before(struct iptfs_receive_immediate *immediate, int64_t now_ps, uint64_t seq)
{
    while (immediate->held > 0 && seq-- > immediate->bottom) {
        const struct iptfs_receive_immediate_place *place = place_of(immediate, seq);
        if (place->seen && place->all_pad)
            continue;
        if (place->tail)
            try_run(immediate, now_ps, seq, true);
        else if (place->head && place->passes)
            try_run(immediate, now_ps, seq, false);
        return;
    }
}

/* Tries the packet that the first payload after `seq` continues, if it does. */
static void try_after(struct iptfs_receive_immediate *immediate, int64_t now_ps, uint64_t seq)
{
    while (immediate->held > 0 && ++seq <= immediate->top) {
        const struct iptfs_receive_immediate_place *place = place_of(immediate, seq);
        if (place->seen && place->all_pad)
            continue;
        if (place->head)
            try_run(immediate, now_ps, seq, false);
        return;
    }
}

/* ---------------------------------------------------------------------------------- the window */

static void count_missed(struct iptfs_receive_immediate *immediate, uint64_t from, uint64_t behind)
{
    if (from < immediate->first)
        from = immediate->first;
    if (behind > from)
        iptfs_count(immediate->counters, IPTFS_YANG_OUTER_RX_MISSED_PKTS, behind - from);
}

/* Gives up the missing numbers below `floor`, as far as they are in `places`. */
static void settle(struct iptfs_receive_immediate *immediate, int64_t now_ps, uint64_t floor)
{
    while (immediate->settled < floor && immediate->settled <= immediate->top) {
        uint64_t seq = immediate->settled++;
        if (place_of(immediate, seq)->seen)
            continue;
        count_missed(immediate, seq, seq + 1);
        try_before(immediate, now_ps, seq);
        try_after(immediate, now_ps, seq);
    }
}

/* Removes the settled numbers below the lowest one that is held. */
static void raise_bottom(struct iptfs_receive_immediate *immediate)
{
    while (immediate->bottom < immediate->settled && immediate->bottom <= immediate->top &&
           place_of(immediate, immediate->bottom)->outer == NULL) {
        leave_below(immediate, place_of(immediate, immediate->bottom));
        immediate->bottom++;
    }
}

/* The window moves beyond all numbers in `places`. */
static void jump(struct iptfs_receive_immediate *immediate, int64_t now_ps, uint64_t floor)
{
    uint64_t behind = immediate->top + 1;
    settle(immediate, now_ps, behind);
    count_missed(immediate, behind, floor);
    immediate->settled = floor;
    while (immediate->held > 0) {
        /* What is left would continue after the old top. */
        uint64_t seq = immediate->oldest;
        struct run run = run_of(immediate, seq, place_of(immediate, seq)->tail);
        give_up_run(immediate, now_ps, &run, IPTFS_DROP_INCOMPLETE);
    }
    raise_bottom(immediate);
    immediate->bottom = floor;
}

/* Makes more places; when there are `limit` of them, gives up the lowest run instead. */
static void make_places(struct iptfs_receive_immediate *immediate, int64_t now_ps, uint64_t top)
{
    while (top - immediate->bottom > immediate->mask) {
        uint64_t places = (immediate->mask + 1) * 2;
        struct iptfs_receive_immediate_place *more = NULL;
        if (places <= immediate->limit) {
            more = calloc(places, sizeof *more);
            if (more == NULL)
                immediate->store->error = IPTFS_E_NO_MEMORY;
        }
        if (more == NULL) {
            bool tail = place_of(immediate, immediate->bottom)->tail;
            struct run run = run_of(immediate, immediate->bottom, tail);
            give_up_run(immediate, now_ps, &run, IPTFS_DROP_INCOMPLETE);
            raise_bottom(immediate);
            continue;
        }
        for (uint64_t seq = immediate->bottom; seq <= immediate->top; seq++)
            more[seq & (places - 1)] = *place_of(immediate, seq);
        free(immediate->places);
        immediate->places = more;
        immediate->mask = places - 1;
    }
}

/* A number above all others has been received. */
static void raise_top(struct iptfs_receive_immediate *immediate, int64_t now_ps, uint64_t seq)
{
    uint64_t floor = seq > immediate->window ? seq - immediate->window : 0;
    if (floor > immediate->top + 1) {
        jump(immediate, now_ps, floor);
    } else {
        settle(immediate, now_ps, floor);
        raise_bottom(immediate);
        make_places(immediate, now_ps, seq);
    }
    immediate->top = seq;
    IPTFS_ASSERT(immediate->bottom <= immediate->settled &&
                 seq - immediate->bottom <= immediate->mask);
}

static void start(struct iptfs_receive_immediate *immediate, uint64_t seq)
{
    immediate->started = true;
    immediate->bottom = seq > immediate->window ? seq - immediate->window : 0;
    immediate->settled = immediate->bottom;
    immediate->top = seq;
    immediate->first = seq;
}

/* ------------------------------------------------------------------------------------- arrival */

/* What the counting of incomplete packets needs to know of a payload. */
static void describe(struct iptfs_receive_immediate_place *place, uint64_t seq,
                     const struct iptfs_payload_shape *shape)
{
    place->seen = true;
    place->continued = shape->continued;
    place->block_offset = shape->block_offset;
    place->behind = (struct iptfs_incomplete){
        .seq = seq,
        .left = shape->left,
        .payload_octets = shape->payload_octets,
    };
}

/* The packets of late fragments are counted with the fragments that were not late. */
static void describe_late(struct iptfs_receive_immediate *immediate, uint64_t seq,
                          const struct iptfs_payload_shape *shape)
{
    struct iptfs_receive_immediate_place *place = place_of(immediate, seq);
    describe(place, seq, shape);
    place->head_counted = true;
    place->behind.counted = shape->passes;
}

/* Its number has been given up: whole inner packets leave, fragments are dropped. */
static void take_late(struct iptfs_receive_immediate *immediate, int64_t now_ps,
                      struct iptfs_outer *outer)
{
    struct iptfs_reassembly *reassembly = immediate->reassembly;
    struct iptfs_payload_shape shape;
    immediate->late_pkts++;
    outer->arrived_ps = now_ps;
    iptfs_reassembly_wholes(reassembly, now_ps, outer, &shape);
    if (outer->seq >= immediate->bottom)
        describe_late(immediate, outer->seq, &shape);
    iptfs_reassembly_skip(outer, IPTFS_DROP_LATE);
    if (shape.begins) {
        iptfs_reassembly_begin(reassembly, now_ps, outer);
        iptfs_reassembly_give_up(reassembly, IPTFS_DROP_LATE);
    }
    iptfs_outer_processed(immediate->store, outer);
}

static void drop_duplicate(struct iptfs_receive_immediate *immediate, struct iptfs_outer *outer)
{
    immediate->duplicate_pkts++;
    iptfs_count(immediate->counters, IPTFS_YANG_RX_DROP_PKTS, 1);
    iptfs_outer_drop(immediate->store, outer, IPTFS_DROP_DUPLICATE);
}

static void take(struct iptfs_receive_immediate *immediate, int64_t now_ps,
                 struct iptfs_outer *outer)
{
    struct iptfs_receive_immediate_place *place = place_of(immediate, outer->seq);
    struct iptfs_payload_shape shape;
    uint64_t seq = outer->seq;
    outer->arrived_ps = now_ps;
    iptfs_reassembly_wholes(immediate->reassembly, now_ps, outer, &shape);
    *place = (struct iptfs_receive_immediate_place){
        .all_pad = shape.all_pad,
        .head = shape.continued,
        .passes = shape.passes,
        .tail = shape.begins,
    };
    describe(place, seq, &shape);
    if (place->head || place->tail)
        hold(immediate, now_ps, outer);
    if (place->head)
        try_run(immediate, now_ps, seq, false);
    else
        try_before(immediate, now_ps, seq);
    if (place->tail)
        try_run(immediate, now_ps, seq, true);
    else if (!shape.passes)
        try_after(immediate, now_ps, seq);
    if (!shape.continued && !shape.begins)
        iptfs_outer_processed(immediate->store, outer);
}

void iptfs_receive_immediate_input(struct iptfs_receive_immediate *immediate, int64_t now_ps,
                                   struct iptfs_outer *outer)
{
    uint64_t seq = outer->seq;
    bool again = iptfs_received_again(&immediate->received, seq);
    if (!immediate->started)
        start(immediate, seq);
    else if (seq > immediate->top)
        raise_top(immediate, now_ps, seq);
    if (seq < immediate->first)
        immediate->first = seq;
    if (immediate->depth != NULL && !again)
        immediate->window = iptfs_reorder_depth_take(immediate->depth, immediate->top - seq);
    if (again) {
        drop_duplicate(immediate, outer);
    } else if (seq < immediate->bottom || given_up(immediate, seq)) {
        take_late(immediate, now_ps, outer);
    } else {
        take(immediate, now_ps, outer);
    }
    set_timer(immediate);
}

void iptfs_receive_immediate_expire(struct iptfs_receive_immediate *immediate, int64_t now_ps)
{
    while (immediate->held > 0) {
        uint64_t seq = immediate->oldest;
        const struct iptfs_receive_immediate_place *place = place_of(immediate, seq);
        if (iptfs_time_after(place->arrived_ps, immediate->timer->drop_time_ps) > now_ps)
            break;
        struct run run = run_of(immediate, seq, !place->head);
        give_up_run(immediate, now_ps, &run, IPTFS_DROP_DROP_TIME);
    }
    set_timer(immediate);
}
