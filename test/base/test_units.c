/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/units.h"
#include "support/check.h"
#include "support/samples.h"

__extension__ typedef __int128 int128;

static void test_units_are_decimal_steps(void)
{
    CHECK_INT(IPTFS_PS_PER_US, 1000 * IPTFS_PS_PER_NS);
    CHECK_INT(IPTFS_PS_PER_MS, 1000 * IPTFS_PS_PER_US);
    CHECK_INT(IPTFS_PS_PER_S, 1000 * IPTFS_PS_PER_MS);
    CHECK_INT(IPTFS_TIME_MAX_PS / IPTFS_PS_PER_S, 1000 * 3600);
    CHECK_TRUE(IPTFS_TIME_MAX_PS < IPTFS_NEVER / 2);
}

static void test_earlier_and_later(void)
{
    CHECK_INT(iptfs_earlier(-1, 1), -1);
    CHECK_INT(iptfs_earlier(7, IPTFS_NEVER), 7);
    CHECK_INT(iptfs_later(-1, 1), 1);
    CHECK_INT(iptfs_later(IPTFS_NEVER, 7), IPTFS_NEVER);
    CHECK_INT(iptfs_later(5, 5), iptfs_earlier(5, 5));
}

static void test_time_after_adds_until_it_cannot(void)
{
    static const struct {
        int64_t from_ps, span_ps, after_ps;
    } rows[] = {
        {0, 0, 0},
        {5, 7, 12},
        {5, -7, -2},
        {IPTFS_TIME_MAX_PS, IPTFS_TIME_MAX_PS, 2 * IPTFS_TIME_MAX_PS},
        {IPTFS_NEVER, 0, IPTFS_NEVER},
        {IPTFS_NEVER, -1, IPTFS_NEVER},
        {0, IPTFS_NEVER, IPTFS_NEVER},
        {-5, IPTFS_NEVER, IPTFS_NEVER},
        {IPTFS_NEVER - 3, 2, IPTFS_NEVER - 1},
        {IPTFS_NEVER - 3, 3, IPTFS_NEVER},
        {IPTFS_NEVER - 3, 4, IPTFS_NEVER},
        {IPTFS_NEVER - 1, IPTFS_NEVER - 1, IPTFS_NEVER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_INT(iptfs_time_after(rows[i].from_ps, rows[i].span_ps), rows[i].after_ps);
}

static void test_transmission_times_known_by_hand(void)
{
    static const struct {
        uint64_t octets, rate_bps;
        int64_t ps;
    } rows[] = {
        {64, UINT64_C(10000000000), 51200}, /* why nanoseconds are not enough */
        {40, UINT64_C(10000000000), 32000},
        {1500, UINT64_C(1000000000), 12 * IPTFS_PS_PER_US},
        {1538, UINT64_C(400000000000), 30760},
        {1, 8, IPTFS_PS_PER_S},
        {1, 3, INT64_C(2666666666667)},
        {1, 7, INT64_C(1142857142857)},
        {125, 1000000, 1000 * IPTFS_PS_PER_US},
        {0, 1000, 0},
        {1500, 0, 0}, /* no limit */
        {0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_INT(iptfs_tx_time_ps(rows[i].octets, rows[i].rate_bps), rows[i].ps);
}

/* |found * rate - octets * 8 * 10^12| is at most half a picosecond's worth of bits; the 64 binary
 * digits that ns-3 keeps may push a half to either side. */
static void test_transmission_times_are_the_nearest_picosecond(void)
{
    uint64_t state = 1;
    unsigned bad = 0;
    for (int i = 0; i < 20000; i++) {
        uint64_t octets = sample_next(&state) % 100000;
        uint64_t rate_bps = 1 + sample_next(&state) % (UINT64_C(1) << (1 + i % 40));
        int64_t found = iptfs_tx_time_ps(octets, rate_bps);
        int128 exact = (int128)octets * 8 * IPTFS_PS_PER_S;
        int128 off = (int128)found * (int128)rate_bps - exact;
        if (off < 0)
            off = -off;
        int128 half = (int128)rate_bps / 2 + 1 + (int128)rate_bps / 1000000;
        bool capped = found == IPTFS_TIME_MAX_PS && exact / (int128)rate_bps >= found;
        bad += off > half && !capped;
    }
    CHECK_U64(bad, 0);
}

static void test_transmission_time_never_exceeds_the_longest_run(void)
{
    uint64_t octets_max = (UINT64_C(1) << 58) - 1;
    CHECK_INT(iptfs_tx_time_ps(octets_max, 1), IPTFS_TIME_MAX_PS);
    CHECK_INT(iptfs_tx_time_ps(450000, 1), IPTFS_TIME_MAX_PS); /* 3,600,000 s to the bit */
    CHECK_INT(iptfs_tx_time_ps(449999, 1), IPTFS_TIME_MAX_PS - 8 * IPTFS_PS_PER_S);
    CHECK_INT(iptfs_tx_time_ps(600000, 1), IPTFS_TIME_MAX_PS);
    CHECK_INT(iptfs_tx_time_ps(450000 * 16 + 1, 16), IPTFS_TIME_MAX_PS); /* half a second more */
    CHECK_INT(iptfs_tx_time_ps(octets_max, UINT64_MAX), INT64_C(125000000000));
}

static void test_seconds_for_output(void)
{
    CHECK_NEAR(iptfs_seconds(0), 0, 0);
    CHECK_NEAR(iptfs_seconds(1500 * IPTFS_PS_PER_MS), 1.5, 1e-15);
    CHECK_NEAR(iptfs_seconds(-IPTFS_PS_PER_S), -1, 0);
    CHECK_NEAR(iptfs_seconds(1), 1e-12, 1e-27);
}

const CU_TestInfo iptfs_tests_units[] = {
    {"units are decimal steps", test_units_are_decimal_steps},
    {"earlier and later", test_earlier_and_later},
    {"time after adds until it cannot", test_time_after_adds_until_it_cannot},
    {"transmission times known by hand", test_transmission_times_known_by_hand},
    {"transmission times are the nearest picosecond",
     test_transmission_times_are_the_nearest_picosecond},
    {"transmission time never exceeds the longest run",
     test_transmission_time_never_exceeds_the_longest_run},
    {"seconds for output", test_seconds_for_output},
    CU_TEST_INFO_NULL,
};
