/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sender/pacer.h"

#include "base/asserts.h"
#include "base/units.h"

int64_t iptfs_slots_next_ps(const struct iptfs_slots *slots)
{
    if (slots->denominator == 0)
        return IPTFS_NEVER;
    return slots->floor_ps + (slots->rest > 0);
}

static void next_slot(struct iptfs_slots *slots)
{
    slots->floor_ps = iptfs_time_after(slots->floor_ps, (int64_t)slots->step_ps);
    slots->rest += slots->step_rest;
    if (slots->rest < slots->denominator)
        return;
    slots->rest -= slots->denominator;
    slots->floor_ps++;
    IPTFS_ASSERT(slots->rest < slots->denominator);
}

/* Counts slots from now on: the next one is a whole step away. */
static void rebase(struct iptfs_slots *slots, int64_t now_ps)
{
    slots->floor_ps = now_ps;
    slots->rest = 0;
    next_slot(slots);
}

void iptfs_pacer_set_step(struct iptfs_pacer *pacer, uint64_t numerator)
{
    pacer->slots.step_ps = numerator / pacer->slots.denominator;
    pacer->slots.step_rest = numerator % pacer->slots.denominator;
}

void iptfs_pacer_init(struct iptfs_pacer *pacer, const struct iptfs_pacer_ops *ops,
                      int64_t init_delay_ps, uint64_t numerator, uint64_t denominator,
                      int64_t phase_ps, const struct iptfs_trace *trace)
{
    *pacer = (struct iptfs_pacer){
        .ops = ops,
        .trace = trace,
        .init_delay_ps = init_delay_ps,
        .deadline_ps = IPTFS_NEVER,
    };
    if (denominator == 0)
        return;
    pacer->slots.denominator = denominator;
    pacer->slots.floor_ps = phase_ps;
    iptfs_pacer_set_step(pacer, numerator);
}

void iptfs_pacer_resume(struct iptfs_pacer *pacer, int64_t now_ps)
{
    pacer->resumed_ps = now_ps;
    while (iptfs_slots_next_ps(&pacer->slots) < now_ps)
        next_slot(&pacer->slots);
}

static void start_timer(struct iptfs_pacer *pacer, int64_t at_ps)
{
    if (pacer->deadline_ps != IPTFS_NEVER)
        return;
    pacer->armed_ps = at_ps;
    pacer->deadline_ps = iptfs_time_after(at_ps, pacer->init_delay_ps);
    iptfs_trace_timer(pacer->trace, at_ps, IPTFS_TRACE_TIMER_START, pacer->init_delay_ps);
}

static int64_t demand_next_ps(const struct iptfs_pacer *pacer, int64_t arrival_ps)
{
    if (pacer->deadline_ps != IPTFS_NEVER)
        return pacer->deadline_ps;
    return iptfs_time_after(arrival_ps, pacer->init_delay_ps);
}

static enum iptfs_due demand_due(struct iptfs_pacer *pacer, int64_t now_ps)
{
    if (pacer->deadline_ps > now_ps)
        return IPTFS_DUE_NOTHING;
    iptfs_trace_timer(pacer->trace, now_ps, IPTFS_TRACE_TIMER_EXPIRE, now_ps - pacer->armed_ps);
    pacer->deadline_ps = IPTFS_NEVER;
    return IPTFS_DUE_QUEUE;
}

const struct iptfs_pacer_ops iptfs_pacer_on_demand = {
    .queued = start_timer,
    .next_ps = demand_next_ps,
    .due = demand_due,
    .unlimited = true,
};

static void slots_queued(struct iptfs_pacer *pacer, int64_t at_ps)
{
    (void)pacer, (void)at_ps;
}

static int64_t slots_pacer_next_ps(const struct iptfs_pacer *pacer, int64_t arrival_ps)
{
    (void)arrival_ps;
    return iptfs_slots_next_ps(&pacer->slots);
}

static enum iptfs_due slots_due(struct iptfs_pacer *pacer, int64_t now_ps)
{
    if (iptfs_slots_next_ps(&pacer->slots) > now_ps)
        return IPTFS_DUE_NOTHING;
    next_slot(&pacer->slots);
    return IPTFS_DUE_ONE;
}

const struct iptfs_pacer_ops iptfs_pacer_fixed_rate = {
    .queued = slots_queued,
    .next_ps = slots_pacer_next_ps,
    .due = slots_due,
};

static int64_t min_rate_next_ps(const struct iptfs_pacer *pacer, int64_t arrival_ps)
{
    return iptfs_earlier(demand_next_ps(pacer, arrival_ps), iptfs_slots_next_ps(&pacer->slots));
}

static enum iptfs_due min_rate_due(struct iptfs_pacer *pacer, int64_t now_ps)
{
    enum iptfs_due due = demand_due(pacer, now_ps);
    if (due == IPTFS_DUE_NOTHING && iptfs_slots_next_ps(&pacer->slots) <= now_ps)
        due = IPTFS_DUE_ONE;
    return due;
}

/* Not before: when the output timer fires there may be nothing left to send. */
static void min_rate_sent(struct iptfs_pacer *pacer, int64_t now_ps)
{
    rebase(&pacer->slots, now_ps);
}

const struct iptfs_pacer_ops iptfs_pacer_min_rate = {
    .queued = start_timer,
    .next_ps = min_rate_next_ps,
    .due = min_rate_due,
    .sent = min_rate_sent,
    .unlimited = true,
};

/* When the next packet may leave, counted from the last one; a feedback may have found it overdue.
 */
static int64_t congestion_next_ps(const struct iptfs_pacer *pacer, int64_t arrival_ps)
{
    (void)arrival_ps;
    int64_t due_ps =
        iptfs_later(iptfs_congestion_gap_ps(pacer->congestion, 0), pacer->congestion->feedback_ps);
    return iptfs_later(due_ps, pacer->resumed_ps);
}

static enum iptfs_due congestion_due(struct iptfs_pacer *pacer, int64_t now_ps)
{
    return congestion_next_ps(pacer, IPTFS_NEVER) <= now_ps ? IPTFS_DUE_ONE : IPTFS_DUE_NOTHING;
}

const struct iptfs_pacer_ops iptfs_pacer_congestion = {
    .queued = slots_queued,
    .next_ps = congestion_next_ps,
    .due = congestion_due,
};
