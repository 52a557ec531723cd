/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "congestion/circuit_breaker.h"

#include "base/asserts.h"
#include "base/units.h"

void iptfs_circuit_breaker_init(struct iptfs_circuit_breaker *breaker,
                                const struct iptfs_circuit_breaker_config *config)
{
    *breaker = (struct iptfs_circuit_breaker){
        .config = *config,
        .end_ps = IPTFS_NEVER,
        .silent_ps = IPTFS_NEVER,
    };
    iptfs_replay_window_init(&breaker->seen, IPTFS_REPLAY_WINDOW_MAX);
}

static double loss_of(uint64_t missed, uint64_t received)
{
    return missed + received > 0 ? (double)missed / (double)(missed + received) : 0.0;
}

static void trip(struct iptfs_circuit_breaker *breaker, int64_t now_ps, double loss)
{
    breaker->tripped = true;
    breaker->tripped_ps = now_ps;
    breaker->tripped_loss = loss;
    breaker->end_ps = IPTFS_NEVER;
    breaker->silent_ps = IPTFS_NEVER;
}

static void begin_interval(struct iptfs_circuit_breaker *breaker, int64_t now_ps)
{
    int64_t interval_ps = breaker->config.time_ps / IPTFS_CIRCUIT_BREAKER_INTERVALS;
    breaker->missed = 0;
    breaker->received = 0;
    breaker->end_ps = iptfs_time_after(now_ps, interval_ps > 0 ? interval_ps : 1);
}

static void end_interval(struct iptfs_circuit_breaker *breaker)
{
    int64_t now_ps = breaker->end_ps;
    breaker->end_ps = IPTFS_NEVER;
    if (loss_of(breaker->missed, breaker->received) < breaker->config.loss) {
        breaker->row = 0;
        breaker->row_missed = 0;
        breaker->row_received = 0;
        return;
    }
    IPTFS_ASSERT(breaker->row < IPTFS_CIRCUIT_BREAKER_INTERVALS && !breaker->tripped);
    breaker->row++;
    breaker->row_missed += breaker->missed;
    breaker->row_received += breaker->received;
    if (breaker->row == IPTFS_CIRCUIT_BREAKER_INTERVALS)
        trip(breaker, now_ps, loss_of(breaker->row_missed, breaker->row_received));
}

/* What the number says of those before it. */
static void count(struct iptfs_circuit_breaker *breaker, uint64_t seq)
{
    breaker->received++;
    if (!breaker->started) {
        breaker->started = true;
        breaker->first = seq;
        breaker->top = seq;
    } else if (seq > breaker->top) {
        breaker->missed += seq - breaker->top - 1;
        breaker->top = seq;
    } else if (seq < breaker->first) {
        breaker->first = seq;
    } else if (breaker->missed > 0) {
        breaker->missed--;
    }
}

void iptfs_circuit_breaker_input(struct iptfs_circuit_breaker *breaker, int64_t now_ps,
                                 uint64_t seq)
{
    if (!iptfs_circuit_breaker_used(breaker) || breaker->tripped)
        return;
    iptfs_circuit_breaker_wake(breaker, now_ps - 1);
    if (breaker->tripped || !iptfs_replay_window_accept(&breaker->seen, seq))
        return;
    if (breaker->end_ps == IPTFS_NEVER)
        begin_interval(breaker, now_ps);
    if (breaker->config.constant_rate)
        breaker->silent_ps = iptfs_time_after(now_ps, breaker->config.time_ps);
    count(breaker, seq);
}

int64_t iptfs_circuit_breaker_next_ps(const struct iptfs_circuit_breaker *breaker)
{
    return iptfs_earlier(breaker->end_ps, breaker->silent_ps);
}

void iptfs_circuit_breaker_wake(struct iptfs_circuit_breaker *breaker, int64_t now_ps)
{
    if (breaker->end_ps <= now_ps)
        end_interval(breaker);
    if (breaker->silent_ps <= now_ps)
        trip(breaker, breaker->silent_ps, 1.0);
}
