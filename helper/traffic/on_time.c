/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/on_time.h"

#include "traffic/flow.h"

#include <math.h>

static int64_t draw_period_ps(const struct iptfs_periods *periods, struct iptfs_random *stream,
                              int64_t mean_ps)
{
    return iptfs_flow_round_ps(periods->distribution == IPTFS_PERIODS_PARETO
                                   ? iptfs_random_pareto(stream, (double)mean_ps, periods->shape)
                                   : iptfs_random_exponential(stream, (double)mean_ps));
}

/* The rest of a period that is met at a random time has the density P(period > x) / mean. For
 * Pareto periods that is 1 / mean up to the shortest period, and beyond it P(rest > x) = (shortest
 * / x)^(shape - 1) / shape. For exponential periods it is that of a period. */
static int64_t draw_rest_ps(const struct iptfs_on_time *clock, struct iptfs_random *stream,
                            int64_t mean_ps)
{
    const struct iptfs_periods *periods = &clock->periods;
    if (periods->distribution != IPTFS_PERIODS_PARETO || !clock->equilibrium)
        return draw_period_ps(periods, stream, mean_ps);
    const double shape = periods->shape, mean = (double)mean_ps;
    const double shortest = mean * (shape - 1) / shape;
    double u = iptfs_random_uniform(stream);
    if (u < shortest / mean)
        return iptfs_flow_round_ps(u * mean);
    return iptfs_flow_round_ps(shortest * pow(shape * (1 - u), -1 / (shape - 1)));
}

int64_t iptfs_on_time_start(struct iptfs_on_time *clock, struct iptfs_random *phase)
{
    const struct iptfs_periods *periods = &clock->periods;
    double on_ps = (double)periods->on_ps, off_ps = (double)periods->off_ps;
    if (iptfs_random_uniform(phase) < on_ps / (on_ps + off_ps)) {
        clock->on_left_ps = draw_rest_ps(clock, clock->on, periods->on_ps);
        return 0;
    }
    int64_t off_left_ps = draw_rest_ps(clock, clock->off, periods->off_ps);
    clock->on_left_ps = draw_period_ps(periods, clock->on, periods->on_ps);
    return off_left_ps;
}

int64_t iptfs_on_time_after(struct iptfs_on_time *clock, int64_t at_ps, int64_t on_ps,
                            int64_t stop_ps)
{
    const struct iptfs_periods *periods = &clock->periods;
    while (on_ps >= clock->on_left_ps && at_ps < stop_ps) {
        on_ps -= clock->on_left_ps;
        at_ps += clock->on_left_ps + draw_period_ps(periods, clock->off, periods->off_ps);
        clock->on_left_ps = draw_period_ps(periods, clock->on, periods->on_ps);
    }
    clock->on_left_ps -= on_ps;
    return at_ps + on_ps;
}

void iptfs_on_time_release(struct iptfs_on_time *clock)
{
    iptfs_random_free(clock->on);
    iptfs_random_free(clock->off);
}
