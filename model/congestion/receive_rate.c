/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "congestion/receive_rate.h"

#include "base/asserts.h"
#include "base/units.h"

#include <math.h>
#include <string.h>

#define ROUND_TRIP_PARTS 8 /* points in a round trip */

void iptfs_receive_rate_init(struct iptfs_receive_rate *rate, enum iptfs_receive_rate_kind kind)
{
    *rate = (struct iptfs_receive_rate){.kind = kind};
}

void iptfs_receive_rate_sending(struct iptfs_receive_rate *rate, int64_t now_ps, double pps)
{
    uint64_t count = rate->change_count;
    if (count > 0 && rate->changes[(count - 1) % IPTFS_RECEIVE_RATE_CHANGES].pps == pps)
        return;
    rate->changes[count % IPTFS_RECEIVE_RATE_CHANGES].at_ps = now_ps;
    rate->changes[count % IPTFS_RECEIVE_RATE_CHANGES].pps = pps;
    rate->change_count++;
}

/* The rate at a time, or the oldest one recorded. */
static double rate_at(const struct iptfs_receive_rate *rate, int64_t at_ps)
{
    IPTFS_ASSERT(rate->change_count > 0);
    uint64_t change = rate->change_count - 1;
    uint64_t oldest =
        change >= IPTFS_RECEIVE_RATE_CHANGES ? change - IPTFS_RECEIVE_RATE_CHANGES + 1 : 0;
    while (change > oldest && rate->changes[change % IPTFS_RECEIVE_RATE_CHANGES].at_ps > at_ps)
        change--;
    return rate->changes[change % IPTFS_RECEIVE_RATE_CHANGES].pps;
}

void iptfs_receive_rate_echo(struct iptfs_receive_rate *rate, int64_t sent_ps, int64_t arrived_ps,
                             int64_t rtt_ps)
{
    /* Jitter of the way back can put two arrivals in the wrong order. */
    if (rate->count > 0)
        arrived_ps = iptfs_later(arrived_ps, rate->newest.arrived_ps);
    rate->newest = (struct iptfs_receive_point){sent_ps, arrived_ps};
    if (rate->count > 0 &&
        arrived_ps - rate->points[rate->count - 1].arrived_ps < rtt_ps / ROUND_TRIP_PARTS)
        return;
    if (rate->count == IPTFS_RECEIVE_RATE_POINTS) {
        memmove(&rate->points[0], &rate->points[1],
                (IPTFS_RECEIVE_RATE_POINTS - 1) * sizeof rate->points[0]);
        rate->count--;
    }
    rate->points[rate->count++] = rate->newest;
}

double iptfs_receive_rate_quotient(const struct iptfs_receive_rate *rate, int64_t rtt_ps)
{
    if (rate->count == 0)
        return 1;
    /* Back to the newest point a round trip before the last arrival, else to the oldest. */
    uint32_t i = rate->count - 1;
    while (i > 0 && rate->newest.arrived_ps - rate->points[i].arrived_ps < rtt_ps)
        i--;
    int64_t sent_ps = rate->newest.sent_ps - rate->points[i].sent_ps;
    int64_t arrived_ps = rate->newest.arrived_ps - rate->points[i].arrived_ps;
    if (sent_ps <= 0 || arrived_ps <= sent_ps)
        return 1;
    return (double)sent_ps / (double)arrived_ps;
}

double iptfs_receive_rate_pps(const struct iptfs_receive_rate *rate, int64_t sent_ps,
                              int64_t rtt_ps, double p)
{
    double pps = rate_at(rate, sent_ps);
    if (rate->kind == IPTFS_RECEIVE_RATE_SENT)
        return pps;
    return pps * (1 - p) * iptfs_receive_rate_quotient(rate, rtt_ps);
}
