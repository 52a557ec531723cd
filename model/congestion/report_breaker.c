/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "congestion/report_breaker.h"

#include "base/units.h"

void iptfs_report_breaker_init(struct iptfs_report_breaker *breaker,
                               const struct iptfs_report_breaker_config *config)
{
    *breaker = (struct iptfs_report_breaker){
        .config = *config,
        .high_ps = IPTFS_NEVER,
        .silent_ps = IPTFS_NEVER,
    };
}

static bool is_active(const struct iptfs_report_breaker *breaker)
{
    return breaker->config.rate > 0 && !breaker->tripped;
}

void iptfs_report_breaker_sent(struct iptfs_report_breaker *breaker, int64_t now_ps)
{
    if (is_active(breaker) && breaker->silent_ps == IPTFS_NEVER)
        breaker->silent_ps = iptfs_time_after(now_ps, breaker->config.time_ps);
}

void iptfs_report_breaker_input(struct iptfs_report_breaker *breaker, int64_t now_ps,
                                uint32_t loss_event_rate)
{
    if (!is_active(breaker))
        return;
    breaker->silent_ps = IPTFS_NEVER;
    breaker->rate = loss_event_rate > 0 ? 1.0 / loss_event_rate : 0;
    if (breaker->rate < breaker->config.rate)
        breaker->high_ps = IPTFS_NEVER;
    else if (breaker->high_ps == IPTFS_NEVER)
        breaker->high_ps = iptfs_time_after(now_ps, breaker->config.time_ps);
}

int64_t iptfs_report_breaker_next_ps(const struct iptfs_report_breaker *breaker)
{
    if (!is_active(breaker))
        return IPTFS_NEVER;
    return iptfs_earlier(breaker->high_ps, breaker->silent_ps);
}

void iptfs_report_breaker_wake(struct iptfs_report_breaker *breaker, int64_t now_ps)
{
    int64_t due_ps = iptfs_report_breaker_next_ps(breaker);
    if (due_ps > now_ps)
        return;
    breaker->tripped = true;
    breaker->tripped_ps = due_ps;
    breaker->silence = breaker->high_ps > due_ps;
}
