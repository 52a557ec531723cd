/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/delays.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/units.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A build for fuzzers has fewer bins: to clear them took half the time of a short tunnel. */
#ifndef IPTFS_DELAYS_STEP_BITS
#define IPTFS_DELAYS_STEP_BITS 9
#endif

/* The bins: below 2^(STEP_BITS + 1) each value has its own; above, each power of two is cut into
 * 2^STEP_BITS equal ones. A bin reports its middle, half its width at most from any value in it:
 * that is 2^-(STEP_BITS + 1) = 1/1024 of the value. */
enum {
    STEP_BITS = IPTFS_DELAYS_STEP_BITS,
    VALUE_BITS = 62, /* IPTFS_TIME_MAX_PS has that many */
    BIN_COUNT = (VALUE_BITS - STEP_BITS + 1) << STEP_BITS
};

_Static_assert(IPTFS_TIME_MAX_PS < INT64_C(1) << VALUE_BITS, "a bin for every delay");

static unsigned bin_of(uint64_t value)
{
    unsigned top_bit = 63 - (unsigned)__builtin_clzll(value | 1);
    unsigned shift = top_bit > STEP_BITS ? top_bit - STEP_BITS : 0;
    return (shift << STEP_BITS) + (unsigned)(value >> shift);
}

static int64_t middle_of_bin(unsigned bin)
{
    if (bin < 2u << STEP_BITS)
        return (int64_t)bin;
    unsigned shift = (bin >> STEP_BITS) - 1;
    uint64_t low = (uint64_t)(bin - (shift << STEP_BITS)) << shift;
    uint64_t width = UINT64_C(1) << shift;
    return (int64_t)(low + (width - 1) / 2);
}

int iptfs_delays_init(struct iptfs_delays *delays)
{
    memset(delays, 0, sizeof *delays);
    delays->min_ps = IPTFS_NEVER;
    delays->max_ps = -1;
    delays->bins = calloc(BIN_COUNT, sizeof *delays->bins);
    return delays->bins != NULL ? IPTFS_OK : IPTFS_E_NO_MEMORY;
}

void iptfs_delays_free(struct iptfs_delays *delays)
{
    free(delays->bins);
    delays->bins = NULL;
}

void iptfs_delays_clear(struct iptfs_delays *delays)
{
    uint64_t *bins = delays->bins;
    /* The others are 0: most distributions use few bins. */
    if (delays->count > 0) {
        unsigned first = bin_of((uint64_t)delays->min_ps), last = bin_of((uint64_t)delays->max_ps);
        memset(bins + first, 0, (last - first + 1) * sizeof *bins);
    }
    *delays = (struct iptfs_delays){.min_ps = IPTFS_NEVER, .max_ps = -1, .bins = bins};
}

void iptfs_delays_add(struct iptfs_delays *delays, int64_t delay_ps)
{
    if (delay_ps < 0 || delay_ps > IPTFS_TIME_MAX_PS) {
        delays->out_of_range++;
        return;
    }
    delays->count++;
    delays->sum_ps += (uint64_t)delay_ps;
    delays->min_ps = iptfs_earlier(delays->min_ps, delay_ps);
    delays->max_ps = iptfs_later(delays->max_ps, delay_ps);
    delays->bins[bin_of((uint64_t)delay_ps)]++;
}

void iptfs_delays_merge(struct iptfs_delays *delays, const struct iptfs_delays *from)
{
    delays->out_of_range += from->out_of_range;
    if (from->count == 0)
        return;
    delays->count += from->count;
    delays->sum_ps += from->sum_ps;
    delays->min_ps = iptfs_earlier(delays->min_ps, from->min_ps);
    delays->max_ps = iptfs_later(delays->max_ps, from->max_ps);
    unsigned last = bin_of((uint64_t)from->max_ps);
    for (unsigned bin = bin_of((uint64_t)from->min_ps); bin <= last; bin++)
        delays->bins[bin] += from->bins[bin];
}

double iptfs_delays_mean_ps(const struct iptfs_delays *delays)
{
    if (delays->count == 0)
        return 0;
    uint64_t whole_ps = (uint64_t)(delays->sum_ps / delays->count);
    uint64_t rest_ps = (uint64_t)(delays->sum_ps % delays->count);
    return (double)whole_ps + (double)rest_ps / (double)delays->count;
}

/* Which delay, counted from 1 in order, is the p-quantile; 0 < p < 1. */
static uint64_t rank_of(double p, uint64_t count)
{
    /* 0.07 * 100 is a little above 7 in floating point, and must not become 8. */
    double rank = ceil(p * (double)count * (1 - 4 * DBL_EPSILON));
    return rank < 1 ? 1 : (uint64_t)rank;
}

/* The delay of this rank in ascending order, counted from 1. */
static int64_t delay_at(const struct iptfs_delays *delays, uint64_t rank)
{
    IPTFS_ASSERT(rank >= 1 && rank <= delays->count);
    uint64_t passed = 0;
    unsigned bin = bin_of((uint64_t)delays->min_ps);
    unsigned last = bin_of((uint64_t)delays->max_ps);
    for (; bin < last; bin++) {
        passed += delays->bins[bin];
        if (passed >= rank)
            break;
    }
    int64_t delay_ps = middle_of_bin(bin);
    return iptfs_later(delays->min_ps, iptfs_earlier(delays->max_ps, delay_ps));
}

int64_t iptfs_delays_quantile_ps(const struct iptfs_delays *delays, double p)
{
    if (delays->count == 0)
        return 0;
    if (!(p > 0))
        return delays->min_ps;
    if (p >= 1)
        return delays->max_ps;
    return delay_at(delays, rank_of(p, delays->count));
}

int64_t iptfs_delays_quantile_among_ps(const struct iptfs_delays *delays, uint64_t whole, double p)
{
    if (delays->count == 0 || whole <= delays->count || p >= 1)
        return iptfs_delays_quantile_ps(delays, p);
    uint64_t rank = p > 0 ? rank_of(p, whole) : 1;
    uint64_t zeros = whole - delays->count;
    return rank <= zeros ? 0 : delay_at(delays, rank - zeros);
}

double iptfs_delays_mean_among_ps(const struct iptfs_delays *delays, uint64_t whole)
{
    return whole > 0 ? (double)delays->sum_ps / (double)whole : 0;
}

int iptfs_measure_init(struct iptfs_measure *measure)
{
    *measure = (struct iptfs_measure){0};
    return iptfs_delays_init(&measure->delays);
}

void iptfs_measure_free(struct iptfs_measure *measure)
{
    iptfs_delays_free(&measure->delays);
}

void iptfs_measure_add(struct iptfs_measure *measure, uint32_t octets, int64_t delay_ps)
{
    int64_t beyond_ps = delay_ps - measure->last_ps;
    measure->octets += octets;
    if (measure->delays.count > 0)
        measure->difference_ps += (uint64_t)(beyond_ps < 0 ? -beyond_ps : beyond_ps);
    measure->last_ps = delay_ps;
    iptfs_delays_add(&measure->delays, delay_ps);
}

void iptfs_measure_merge(struct iptfs_measure *measure, const struct iptfs_measure *from)
{
    measure->octets += from->octets;
    measure->difference_ps += from->difference_ps;
    iptfs_delays_merge(&measure->delays, &from->delays);
}

void iptfs_measure_clear(struct iptfs_measure *measure)
{
    struct iptfs_delays delays = measure->delays;
    iptfs_delays_clear(&delays);
    *measure = (struct iptfs_measure){.delays = delays};
}

int iptfs_waits_init(struct iptfs_waits *waits)
{
    int error = iptfs_delays_init(&waits->stall);
    int other = iptfs_delays_init(&waits->gather);
    return error != IPTFS_OK ? error : other;
}

void iptfs_waits_free(struct iptfs_waits *waits)
{
    iptfs_delays_free(&waits->stall);
    iptfs_delays_free(&waits->gather);
}

void iptfs_waits_clear(struct iptfs_waits *waits)
{
    iptfs_delays_clear(&waits->stall);
    iptfs_delays_clear(&waits->gather);
}

void iptfs_waits_add(struct iptfs_waits *waits, int64_t now_ps, int64_t first_ps, int64_t last_ps)
{
    if (now_ps != last_ps)
        iptfs_delays_add(&waits->stall, now_ps - last_ps);
    if (last_ps != first_ps)
        iptfs_delays_add(&waits->gather, last_ps - first_ps);
}
