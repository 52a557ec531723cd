/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pacer: when outer packets leave. On demand that is init-delay after the first packet came
 * into an empty queue (Linux's output timer). */
#ifndef IPTFS_PACER_H
#define IPTFS_PACER_H

#include "trace.h"

#include <stdint.h>

struct iptfs_pacer {
    const struct iptfs_trace *trace;
    int64_t init_delay_ps;
    int64_t armed_ps;    /* when the timer was started */
    int64_t deadline_ps; /* when it fires; IPTFS_NEVER when it is not running */
};

void iptfs_pacer_init(struct iptfs_pacer *pacer, int64_t init_delay_ps,
                      const struct iptfs_trace *trace);

/* A packet was queued: starts the timer unless it is running. */
void iptfs_pacer_queued(struct iptfs_pacer *pacer, int64_t at_ps);

/* When the sender must act, if the next packet comes at `arrival_ps`. */
int64_t iptfs_pacer_next_ps(const struct iptfs_pacer *pacer, int64_t arrival_ps);

/* The timer has fired: it is not running any more. */
void iptfs_pacer_fired(struct iptfs_pacer *pacer, int64_t now_ps);

#endif
