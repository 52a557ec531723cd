/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pacer: when outer packets leave. A table of functions for each way:
 *
 *   on demand   init-delay after the first packet came into an empty queue (Linux's output timer)
 *   fixed rate  at slots of a constant rate, whatever is queued (RFC 9347, 2.4.1)
 *   congestion  as the congestion control allows (RFC 9347, 2.4.2)
 *   min rate    on demand, and at slots of a least rate when nothing has left for that long */
#ifndef IPTFS_SENDER_PACER_H
#define IPTFS_SENDER_PACER_H

#include "congestion/congestion.h"
#include "stats/trace.h"

#include <stdbool.h>
#include <stdint.h>

/* What may leave now. */
enum iptfs_due {
    IPTFS_DUE_NOTHING,
    IPTFS_DUE_ONE,  /* one outer packet, padding if there is nothing else */
    IPTFS_DUE_QUEUE /* all that is queued */
};

/* A constant rate as the times of its slots: slot n is at ceil(n * numerator / denominator) after
 * the base, so that up to any time t exactly floor(t * rate) slots have passed since the base, not
 * counting the one at the base. */
struct iptfs_slots {
    uint64_t step_ps;   /* numerator / denominator */
    uint64_t step_rest; /* and the remainder */
    uint64_t denominator;
    int64_t floor_ps; /* of the next slot, */
    uint64_t rest;    /* and the remainder there */
};

struct iptfs_pacer;

struct iptfs_pacer_ops {
    /* A packet was queued. */
    void (*queued)(struct iptfs_pacer *pacer, int64_t at_ps);
    /* When the sender must act, if the next packet comes at `arrival_ps`. */
    int64_t (*next_ps)(const struct iptfs_pacer *pacer, int64_t arrival_ps);
    /* What is due now. It is not due again afterwards. */
    enum iptfs_due (*due)(struct iptfs_pacer *pacer, int64_t now_ps);
    /* An outer packet has left; NULL: does not matter. */
    void (*sent)(struct iptfs_pacer *pacer, int64_t now_ps);
    bool unlimited; /* sends the whole queue at once: only the link limits a source */
};

struct iptfs_pacer {
    const struct iptfs_pacer_ops *ops;
    const struct iptfs_trace *trace;
    int64_t init_delay_ps;
    int64_t armed_ps;    /* when the output timer was started */
    int64_t deadline_ps; /* when it fires; IPTFS_NEVER when it is not running */
    struct iptfs_slots slots;
    const struct iptfs_congestion *congestion; /* of the sending end; its own */
    int64_t resumed_ps;                        /* under congestion control nothing is due before */
};

extern const struct iptfs_pacer_ops iptfs_pacer_on_demand;
extern const struct iptfs_pacer_ops iptfs_pacer_fixed_rate;
extern const struct iptfs_pacer_ops iptfs_pacer_min_rate;
extern const struct iptfs_pacer_ops iptfs_pacer_congestion;

/* Slots are at `phase_ps` first, and then `numerator` / `denominator` picoseconds apart; both may
 * be 0 for a pacer that has none. */
void iptfs_pacer_init(struct iptfs_pacer *pacer, const struct iptfs_pacer_ops *ops,
                      int64_t init_delay_ps, uint64_t numerator, uint64_t denominator,
                      int64_t phase_ps, const struct iptfs_trace *trace);

/* Changes the distance of slots from the next one on; the denominator stays. */
void iptfs_pacer_set_step(struct iptfs_pacer *pacer, uint64_t numerator);

/* The sender sends again after an interruption: slots before now are left out. */
void iptfs_pacer_resume(struct iptfs_pacer *pacer, int64_t now_ps);

/* When the next slot is. */
int64_t iptfs_slots_next_ps(const struct iptfs_slots *slots);

#endif
