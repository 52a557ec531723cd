/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/dependence.h"

#include "base/asserts.h"

#include <gsl/gsl_sort.h>
#include <math.h>

enum {
    SHIFTS = IPTFS_DEPENDENCE_SHIFTS,
    SUCCESSIVE_LAGS = 16,
    SHIFTED_LAG_MIN = 10,    /* the shifts allow lags up to this at least, */
    SHIFTED_LAG_SHARE = 100, /* and up to this part of the series */
    SHIFTED_PAIRS_MIN = 100,
    REDRAWN_MAX = 999
};

/* Share of false alarms of the redrawn series alone, and where the shifted series have one too. */
static const double level_alone = 0.05, level_beside = 0.02;

/* A test could find a leak when a copy of the load exceeds unrelated ones by this factor. */
static const double clear_factor = 4;

static const struct {
    const char *name;
    const char *meaning;
} findings[IPTFS_FINDINGS] = {
    [IPTFS_FINDING_INDEPENDENT] = {"independent",
                                   "times and sizes of outer packets never depend on the traffic"},
    [IPTFS_FINDING_FOUND] = {"found", "more than unrelated traffic would show"},
    [IPTFS_FINDING_NOT_FOUND] = {"not-found", "no more than unrelated traffic would show"},
    [IPTFS_FINDING_CONSTANT] = {"undecided-constant",
                                "cannot be decided: one of both is the same in each interval"},
    [IPTFS_FINDING_SHORT] = {"undecided-short", "cannot be decided: too few intervals"},
    [IPTFS_FINDING_AMBIGUOUS] = {"undecided-ambiguous",
                                 "cannot be decided by one run: unrelated traffic of the same "
                                 "period or schedule would show as much"},
};

const char *iptfs_finding_name(enum iptfs_finding finding)
{
    return findings[finding].name;
}

const char *iptfs_finding_meaning(enum iptfs_finding finding)
{
    return findings[finding].meaning;
}

bool iptfs_finding_undecided(enum iptfs_finding finding)
{
    return finding >= IPTFS_FINDING_CONSTANT;
}

static void add_lag(struct iptfs_lags *lags, size_t lag)
{
    if (lags->count == 0 || lag > lags->lag[lags->count - 1])
        lags->lag[lags->count++] = lag;
}

struct iptfs_lags iptfs_lags_up_to(size_t most, size_t expected)
{
    struct iptfs_lags lags = {0};
    size_t successive = most < IPTFS_DEPENDENCE_LAGS_MAX ? most : SUCCESSIVE_LAGS;
    for (size_t lag = 0; lag <= successive; lag++)
        add_lag(&lags, lag);
    if (successive == most)
        return lags;
    /* Two places are kept for the expected lags. */
    size_t steps = IPTFS_DEPENDENCE_LAGS_MAX - 2 - lags.count;
    double ratio = pow((double)most / SUCCESSIVE_LAGS, 1.0 / (double)steps);
    size_t before = SUCCESSIVE_LAGS;
    for (size_t i = 1; i <= steps; i++) {
        size_t lag = i < steps ? (size_t)(SUCCESSIVE_LAGS * pow(ratio, (double)i)) : most;
        for (size_t also = expected; also <= expected + 1; also++)
            if (also > before && also < lag)
                add_lag(&lags, also);
        add_lag(&lags, lag);
        before = lag;
    }
    return lags;
}

/* Pairs of both series that a value is computed from. */
struct span {
    size_t x_from;
    size_t y_from;
    size_t count; /* 0: as many as there are at each lag */
};

static double most_shared(const struct iptfs_binned *x, const struct iptfs_binned *y,
                          const struct iptfs_lags *lags, const struct span *span, size_t *at)
{
    double most = -HUGE_VAL;
    for (size_t i = 0; i < lags->count; i++) {
        size_t lag = lags->lag[i], count = span->count > 0 ? span->count : x->count - lag;
        double bits = iptfs_mutual_bits(x, span->x_from, y, span->y_from + lag, count);
        if (bits > most) {
            most = bits;
            *at = lag;
        }
    }
    return most;
}

static const struct span whole = {0};

/* ------------------------------------------------------------------------------ redrawn series */

/* The value that the share `level` of all redrawn series exceed at most. */
static double redrawn_bound(const struct iptfs_redrawn *redrawn, const struct iptfs_binned *y,
                            const struct iptfs_lags *lags, double level)
{
    double bits[REDRAWN_MAX];
    size_t count = redrawn->count < REDRAWN_MAX ? redrawn->count : REDRAWN_MAX, at;
    for (size_t i = 0; i < count; i++)
        bits[i] = most_shared(&redrawn->series[i], y, lags, &whole, &at);
    gsl_sort(bits, 1, count);
    size_t above = (size_t)(level * (double)(count + 1) + 1e-9);
    return bits[count - (above > 0 ? above : 1)];
}

/* ------------------------------------------------------------------------------ shifted series */

struct shifts {
    struct iptfs_lags lags; /* those that fit between two shifts */
    size_t step;
    size_t count; /* of pairs; 0: the series are too short */
};

/* A step that no usual period is a multiple of. */
static size_t odd_step(size_t step)
{
    while (step % 2 == 0 || step % 3 == 0 || step % 5 == 0)
        step++;
    return step;
}

static struct shifts plan_shifts(size_t count, const struct iptfs_lags *lags)
{
    struct shifts shifts = {0};
    size_t share = count / SHIFTED_LAG_SHARE;
    size_t most = share > SHIFTED_LAG_MIN ? share : SHIFTED_LAG_MIN;
    for (size_t i = 0; i < lags->count && lags->lag[i] <= most; i++)
        add_lag(&shifts.lags, lags->lag[i]);
    size_t last = shifts.lags.lag[shifts.lags.count - 1], wide = count / (4 * SHIFTS);
    shifts.step = odd_step(last + 1 > wide ? last + 1 : wide);
    size_t used = 2 * SHIFTS * shifts.step + last;
    if (count >= used + SHIFTED_PAIRS_MIN)
        shifts.count = count - used;
    return shifts;
}

/* The value without shift, and the most with one. */
static double most_shifted(const struct shifts *shifts, const struct iptfs_binned *x,
                           const struct iptfs_binned *y, double *unshifted)
{
    struct span span = {SHIFTS * shifts->step, 0, shifts->count};
    double most = -HUGE_VAL;
    size_t at;
    for (size_t i = 0; i <= 2 * SHIFTS; i++, span.y_from += shifts->step) {
        double bits = most_shared(x, y, &shifts->lags, &span, &at);
        if (i == SHIFTS)
            *unshifted = bits;
        else
            most = fmax(most, bits);
    }
    return most;
}

/* ----------------------------------------------------------------------------------- the result */

/* Whether a copy of x would be found clearly. Does not depend on y. */
static bool could_find(const struct iptfs_binned *x, const struct iptfs_lags *lags,
                       const struct iptfs_redrawn *redrawn, const struct shifts *shifts)
{
    double copy = iptfs_binned_bits(x), unshifted;
    if (redrawn->count > 0 && clear_factor * redrawn_bound(redrawn, x, lags, level_alone) <= copy)
        return true;
    return shifts->count > 0 && clear_factor * most_shifted(shifts, x, x, &unshifted) <= unshifted;
}

struct iptfs_dependence iptfs_dependence_of(const struct iptfs_binned *x,
                                            const struct iptfs_binned *y,
                                            const struct iptfs_lags *lags,
                                            const struct iptfs_redrawn *redrawn)
{
    struct iptfs_dependence result = {(double)NAN, (double)NAN, 0, IPTFS_FINDING_CONSTANT};
    if (x->bins < 2 || y->bins < 2)
        return result;
    struct shifts shifts = plan_shifts(x->count, lags);
    result.bits = most_shared(x, y, lags, &whole, &result.lag);
    result.finding = IPTFS_FINDING_FOUND;
    if (redrawn->count > 0)
        result.noise_bits =
            redrawn_bound(redrawn, y, lags, shifts.count > 0 ? level_beside : level_alone);
    if (result.bits > result.noise_bits)
        return result;
    if (shifts.count > 0) {
        /* The bound for the whole series is as far from its value as in the part compared. */
        double unshifted, most = most_shifted(&shifts, x, y, &unshifted);
        result.noise_bits = fmax(0, result.bits + most - unshifted);
        if (unshifted > most)
            return result;
    }
    result.finding = IPTFS_FINDING_NOT_FOUND;
    if (!could_find(x, lags, redrawn, &shifts))
        result.finding = shifts.count > 0 ? IPTFS_FINDING_AMBIGUOUS : IPTFS_FINDING_SHORT;
    return result;
}
