/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets in flight leave in the order of their arrival, ties in the order they were added. */
#include "base/error.h"
#include "base/units.h"
#include "link/in_flight.h"
#include "support/check.h"
#include "support/fixture.h"

#include <inttypes.h>
#include <string.h>

struct flying {
    int64_t arrival_ps;
    struct iptfs_outer *outer;
};

/* The first of those that arrive earliest. */
static size_t find_next(const struct flying *flying, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (flying[i].arrival_ps < flying[best].arrival_ps)
            best = i;
    return best;
}

static bool take_one(struct iptfs_in_flight *flight, struct flying *flying, size_t *count)
{
    size_t next = find_next(flying, *count);
    int64_t expected_ps = *count > 0 ? flying[next].arrival_ps : IPTFS_NEVER;
    struct iptfs_outer *expected = *count > 0 ? flying[next].outer : NULL;
    int64_t next_ps = iptfs_in_flight_next_ps(flight);
    if (next_ps != expected_ps)
        return CHECK_INT(next_ps, expected_ps);
    if (iptfs_in_flight_take(flight) != expected)
        return CHECK_FAIL("another packet was taken"), false;
    if (*count > 0)
        memmove(&flying[next], &flying[next + 1], (--*count - next) * sizeof *flying);
    return true;
}

/* Ties are common: few different times. */
static bool fly_randomly(uint64_t seed)
{
    static struct iptfs_outer outers[600];
    struct flying flying[600];
    struct dice dice = {seed};
    struct iptfs_in_flight flight;
    size_t count = 0;
    bool good = true;
    uint64_t spread = dice_between(&dice, 0, 40);
    iptfs_in_flight_init(&flight);
    for (size_t i = 0; good && i < 600; i++) {
        int64_t arrival_ps = (int64_t)(i / 4 + dice_between(&dice, 0, spread));
        if (iptfs_in_flight_add(&flight, arrival_ps, &outers[i]) != IPTFS_OK)
            return CHECK_FAIL("out of memory"), false;
        flying[count++] = (struct flying){arrival_ps, &outers[i]};
        while (good && dice_percent(&dice, seed % 2 == 0 ? 45 : 10))
            good = take_one(&flight, flying, &count);
    }
    while (good && count > 0)
        good = take_one(&flight, flying, &count);
    good = good && take_one(&flight, flying, &count);
    iptfs_in_flight_free(&flight);
    return good;
}

static void test_flight_order(void)
{
    for (uint64_t seed = 1; seed <= 100; seed++) {
        if (fly_randomly(seed))
            continue;
        CHECK_FAIL("with seed %" PRIu64, seed);
        break;
    }
    CHECK_TRUE(true);
}

static void test_empty(void)
{
    struct iptfs_in_flight flight;
    iptfs_in_flight_init(&flight);
    CHECK_INT(iptfs_in_flight_next_ps(&flight), IPTFS_NEVER);
    CHECK_TRUE(iptfs_in_flight_take(&flight) == NULL);
    iptfs_in_flight_free(&flight);
}

/* One packet overtakes, one ties with it. */
static void test_overtaking(void)
{
    static struct iptfs_outer outers[4];
    static const int64_t arrivals_ps[] = {10, 5, 10, 5};
    static const int order[] = {1, 3, 0, 2};
    struct iptfs_in_flight flight;
    iptfs_in_flight_init(&flight);
    for (int i = 0; i < 4; i++)
        CHECK_INT(iptfs_in_flight_add(&flight, arrivals_ps[i], &outers[i]), IPTFS_OK);
    for (int i = 0; i < 4; i++) {
        CHECK_INT(iptfs_in_flight_next_ps(&flight), arrivals_ps[order[i]]);
        CHECK_TRUE(iptfs_in_flight_take(&flight) == &outers[order[i]]);
    }
    iptfs_in_flight_free(&flight);
}

const CU_TestInfo iptfs_tests_in_flight[] = {
    {"nothing in flight", test_empty},
    {"overtaking", test_overtaking},
    {"random arrivals come in order", test_flight_order},
    CU_TEST_INFO_NULL,
};
