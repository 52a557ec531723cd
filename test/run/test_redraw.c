/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads drawn anew: another one each time, of the same kind, where that is possible. */
#include "run/redraw.h"

#include "base/units.h"
#include "support/check.h"

#include <string.h>

#define HEAD "[scenario]\nduration = 1s\n"
#define POISSON "[traffic.a]\ntype = poisson\nrate = 8Mbps\nsize = 1000\n"

enum {
    INTERVALS = 100
};

static void load_of(const char *text, unsigned number, double *load)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    struct iptfs_leak leak = {.config.interval_ps = 10 * IPTFS_PS_PER_MS,
                              .interval_count = INTERVALS};
    CHECK_INT(iptfs_scenario_parse_text(&scenario, text, "t.ini", NULL, 0, &error), IPTFS_OK);
    struct iptfs_direction_traffic traffic = {
        .scenario = &scenario, .window_octets = 100000, .seed = 1};
    memset(load, 0, INTERVALS * sizeof *load);
    CHECK_TRUE(iptfs_redraw_possible(&traffic));
    CHECK_INT(iptfs_redraw(&traffic, number, &leak, load), IPTFS_OK);
    iptfs_scenario_free(&scenario);
}

static void each_draw_is_another_one(void)
{
    double one[INTERVALS], again[INTERVALS], other[INTERVALS], sum = 0;
    load_of(HEAD POISSON, 0, one);
    load_of(HEAD POISSON, 0, again);
    load_of(HEAD POISSON, 1, other);
    CHECK_INT(memcmp(one, again, sizeof one), 0);
    CHECK_TRUE(memcmp(one, other, sizeof one) != 0);
    for (int i = 0; i < INTERVALS; i++)
        sum += other[i];
    CHECK_NEAR(sum, 1e6, 1e5);
}

static void check_possible(const char *text, bool expected)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    if (iptfs_scenario_parse_text(&scenario, text, "t.ini", NULL, 0, &error) != IPTFS_OK) {
        CHECK_FAIL("%s", error.text);
        return;
    }
    struct iptfs_direction_traffic traffic = {.scenario = &scenario};
    if (iptfs_redraw_possible(&traffic) != expected)
        CHECK_FAIL("%s: not %d", text, expected);
    iptfs_scenario_free(&scenario);
}

/* What reacts to the tunnel is another load in another run. */
static void what_reacts_is_not_drawn(void)
{
    check_possible(HEAD POISSON, true);
    check_possible(HEAD "[traffic.a]\ntype = saturate\nsize = 1000\n[link]\nrate = 1Mbps\n", false);
    check_possible(HEAD POISSON "[traffic.t]\ntype = tcp-bulk\n[link]\nrate = 1Mbps\nqueue = 20p\n",
                   false);
    check_possible(HEAD POISSON "direction = reverse\n", false);
}

const CU_TestInfo iptfs_tests_redraw[] = {
    {"each draw is another one", each_draw_is_another_one},
    {"what reacts is not drawn", what_reacts_is_not_drawn},
    CU_TEST_INFO_NULL,
};
