/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether one series depends on another: false alarms among series that do not, and how many real
 * dependences are found. */
#include "stats/dependence.h"

#include "base/random.h"
#include "support/check.h"

#include <math.h>
#include <string.h>

enum {
    LONGEST = 6000,
    REDRAWN = 99,
    PERIOD = 20,
    LAG = 3
};

static const double two_pi = 6.28318530717958647692;

enum kind {
    INDEPENDENT,
    ON_OFF,
    SLOW,
    PERIODIC,
    PERIODIC_WITH_NOISE,
    KINDS
};

static const char *const kind_names[KINDS] = {"i.i.d.", "on-off", "AR(0.98)", "periodic",
                                              "periodic with noise"};

static struct iptfs_random *stream;

static double on_off_value(bool *on, double *left)
{
    if (*left <= 0) {
        *on = !*on;
        *left = iptfs_random_exponential(stream, 20);
    }
    --*left;
    return *on ? 10 + floor(5 * iptfs_random_uniform(stream)) : 0;
}

static void draw(enum kind kind, double *values, size_t count)
{
    double slow = iptfs_random_normal(stream) / sqrt(1 - 0.98 * 0.98), left = 0;
    bool on = iptfs_random_uniform(stream) < 0.5;
    size_t phase = (size_t)iptfs_random_between(stream, 0, PERIOD - 1);
    for (size_t i = 0; i < count; i++) {
        double turn = two_pi * (double)(i + phase) / PERIOD;
        slow = 0.98 * slow + iptfs_random_normal(stream);
        values[i] = kind == INDEPENDENT ? floor(100 * iptfs_random_uniform(stream))
                    : kind == ON_OFF    ? on_off_value(&on, &left)
                    : kind == SLOW      ? slow
                    : kind == PERIODIC  ? (double)((i + phase) % PERIOD < 5)
                                        : 5 * sin(turn) + iptfs_random_normal(stream);
    }
}

/* The series LAG steps before, with noise of the same power. */
static void leak(const double *x, double *y, size_t count)
{
    double sum = 0, squares = 1e-9;
    for (size_t i = 0; i < count; i++)
        sum += x[i];
    for (size_t i = 0; i < count; i++)
        squares += (x[i] - sum / (double)count) * (x[i] - sum / (double)count);
    double scale = sqrt((double)count / squares);
    for (size_t i = 0; i < count; i++)
        y[i] = (i >= LAG ? scale * (x[i - LAG] - sum / (double)count) : 0) +
               iptfs_random_normal(stream);
}

/* What one round compares. */
static struct {
    double x[LONGEST], y[LONGEST], scratch[LONGEST];
    uint8_t x_bin[LONGEST], y_bin[LONGEST], bins[REDRAWN][LONGEST];
    struct iptfs_binned series[REDRAWN];
} work;

static struct iptfs_dependence compare(size_t count, const struct iptfs_redrawn *redrawn)
{
    struct iptfs_lags lags = iptfs_lags_up_to(10, 0);
    struct iptfs_binned x = iptfs_bin_series(work.x, count, work.x_bin, work.scratch);
    struct iptfs_binned y = iptfs_bin_series(work.y, count, work.y_bin, work.scratch);
    return iptfs_dependence_of(&x, &y, &lags, redrawn);
}

struct shares {
    double false_alarms;
    double found;
};

static struct shares shares_of(enum kind kind, size_t count, size_t redrawn_count, int rounds)
{
    struct iptfs_redrawn redrawn = {work.series, redrawn_count};
    struct shares shares = {0};
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < redrawn_count; i++) {
            draw(kind, work.y, count);
            work.series[i] = iptfs_bin_series(work.y, count, work.bins[i], work.scratch);
        }
        draw(kind, work.x, count);
        draw(kind, work.y, count);
        shares.false_alarms += compare(count, &redrawn).finding == IPTFS_FINDING_FOUND;
        leak(work.x, work.y, count);
        shares.found += compare(count, &redrawn).finding == IPTFS_FINDING_FOUND;
    }
    shares.false_alarms /= rounds;
    shares.found /= rounds;
    return shares;
}

/* False alarms stay below 7 % for all kinds, for the maximum over all lags; for each length, within
 * what so few rounds allow. */
static void unrelated_series_seldom_alarm(void)
{
    static const struct {
        size_t count, redrawn;
        int rounds;
        double found[KINDS]; /* at least that share of real ones */
    } cases[] = {
        {50, 99, 200, {0.8, 0.4, 0.3, 0, 0}},   {200, 99, 100, {1, 0.95, 0.95, 0, 0.4}},
        {600, 0, 200, {1, 0.95, 0.4, 0, 0.05}}, {2000, 0, 60, {1, 1, 0.95, 0, 0.75}},
        {6000, 0, 30, {1, 1, 1, 0, 0.95}},
    };
    double alarms[KINDS] = {0}, rounds = 0;
    stream = iptfs_random_new(1, 1, IPTFS_RANDOM_ARRIVAL, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int kind = 0; kind < KINDS; kind++) {
            struct shares shares =
                shares_of((enum kind)kind, cases[i].count, cases[i].redrawn, cases[i].rounds);
            double chance = 2 * sqrt(0.05 * 0.95 / cases[i].rounds);
            alarms[kind] += shares.false_alarms * cases[i].rounds;
            if (shares.false_alarms > 0.05 + chance || shares.found < cases[i].found[kind])
                CHECK_FAIL("%s, %zu values, %zu redrawn: false alarms %g, found %g",
                           kind_names[kind], cases[i].count, cases[i].redrawn, shares.false_alarms,
                           shares.found);
        }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        rounds += cases[i].rounds;
    for (int kind = 0; kind < KINDS; kind++)
        if (alarms[kind] > 0.07 * rounds)
            CHECK_FAIL("%s: false alarms %g", kind_names[kind], alarms[kind] / rounds);
    iptfs_random_free(stream);
}

/* Two series of one period look alike at each shift, and loads drawn anew do too. */
static void one_period_is_ambiguous(void)
{
    struct iptfs_redrawn none = {0}, redrawn = {work.series, REDRAWN};
    stream = iptfs_random_new(2, 1, IPTFS_RANDOM_ARRIVAL, 0);
    for (size_t i = 0; i < REDRAWN; i++) {
        draw(PERIODIC, work.y, 2000);
        work.series[i] = iptfs_bin_series(work.y, 2000, work.bins[i], work.scratch);
    }
    draw(PERIODIC, work.x, 2000);
    memcpy(work.y, work.x, sizeof work.y);
    CHECK_INT(compare(2000, &none).finding, IPTFS_FINDING_AMBIGUOUS);
    CHECK_INT(compare(2000, &redrawn).finding, IPTFS_FINDING_AMBIGUOUS);
    CHECK_INT(compare(300, &none).finding, IPTFS_FINDING_SHORT);
    for (int i = 0; i < 2000; i++)
        work.y[i] = 1;
    CHECK_INT(compare(2000, &none).finding, IPTFS_FINDING_CONSTANT);
    CHECK_TRUE(isnan(compare(2000, &none).bits));
    iptfs_random_free(stream);
}

static void the_lag_is_found(void)
{
    struct iptfs_redrawn none = {0};
    stream = iptfs_random_new(3, 1, IPTFS_RANDOM_ARRIVAL, 0);
    draw(INDEPENDENT, work.x, 4000);
    leak(work.x, work.y, 4000);
    struct iptfs_dependence result = compare(4000, &none);
    CHECK_U64(result.lag, LAG);
    CHECK_NEAR(result.bits, 0.45, 0.06); /* Gaussian: 0.5 */
    CHECK_TRUE(result.noise_bits < 0.05);
    iptfs_random_free(stream);
}

static void lags_are_dense_then_sparse(void)
{
    struct iptfs_lags lags = iptfs_lags_up_to(0, 5);
    CHECK_U64(lags.count, 1);
    lags = iptfs_lags_up_to(99, 0);
    CHECK_U64(lags.count, 100);
    CHECK_U64(lags.lag[99], 99);
    for (size_t most = 100; most < 2000000; most = most * 3 / 2) {
        bool expected[2] = {false, false};
        lags = iptfs_lags_up_to(most, 57);
        CHECK_TRUE(lags.count <= IPTFS_DEPENDENCE_LAGS_MAX);
        CHECK_U64(lags.lag[lags.count - 1], most);
        for (size_t i = 0; i < lags.count; i++) {
            CHECK_TRUE(i > 16 ? lags.lag[i] > lags.lag[i - 1] : lags.lag[i] == i);
            expected[0] = expected[0] || lags.lag[i] == 57;
            expected[1] = expected[1] || lags.lag[i] == 58;
        }
        CHECK_TRUE(expected[0] && expected[1]);
    }
}

static void findings_have_words(void)
{
    for (int i = 0; i < IPTFS_FINDINGS; i++) {
        const char *name = iptfs_finding_name((enum iptfs_finding)i);
        CHECK_INT(strncmp(name, "undecided-", 10) == 0,
                  iptfs_finding_undecided((enum iptfs_finding)i));
        CHECK_TRUE(strlen(iptfs_finding_meaning((enum iptfs_finding)i)) > 10);
    }
}

const CU_TestInfo iptfs_tests_dependence[] = {
    {"unrelated series seldom alarm", unrelated_series_seldom_alarm},
    {"one period is ambiguous", one_period_is_ambiguous},
    {"the lag is found", the_lag_is_found},
    {"lags are dense, then sparse", lags_are_dense_then_sparse},
    {"findings have words", findings_have_words},
    CU_TEST_INFO_NULL,
};
