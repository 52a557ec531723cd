/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pacer.h"

#include "units.h"

void iptfs_pacer_init(struct iptfs_pacer *pacer, int64_t init_delay_ps,
                      const struct iptfs_trace *trace)
{
    *pacer = (struct iptfs_pacer){
        .trace = trace,
        .init_delay_ps = init_delay_ps,
        .deadline_ps = IPTFS_NEVER,
    };
}

void iptfs_pacer_queued(struct iptfs_pacer *pacer, int64_t at_ps)
{
    if (pacer->deadline_ps != IPTFS_NEVER)
        return;
    pacer->armed_ps = at_ps;
    pacer->deadline_ps = iptfs_time_after(at_ps, pacer->init_delay_ps);
    iptfs_trace_timer(pacer->trace, at_ps, IPTFS_TRACE_TIMER_START, pacer->init_delay_ps);
}

int64_t iptfs_pacer_next_ps(const struct iptfs_pacer *pacer, int64_t arrival_ps)
{
    if (pacer->deadline_ps != IPTFS_NEVER)
        return pacer->deadline_ps;
    return iptfs_time_after(arrival_ps, pacer->init_delay_ps);
}

void iptfs_pacer_fired(struct iptfs_pacer *pacer, int64_t now_ps)
{
    iptfs_trace_timer(pacer->trace, now_ps, IPTFS_TRACE_TIMER_EXPIRE, now_ps - pacer->armed_ps);
    pacer->deadline_ps = IPTFS_NEVER;
}
