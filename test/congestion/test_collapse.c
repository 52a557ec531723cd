/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/units.h"
#include "congestion/collapse.h"
#include "support/check.h"

#define S IPTFS_PS_PER_S
#define MS IPTFS_PS_PER_MS

/* A sender after a feedback; R is that of both ends when they send alike. */
static struct iptfs_tfrc sender_at(double rate_pps, int64_t path_ps, double p)
{
    struct iptfs_tfrc tfrc;
    struct iptfs_tfrc_config config = {.packet_octets = 1460, .max_pps = 1000};
    iptfs_tfrc_init(&tfrc, &config, 0);
    tfrc.rate_pps = rate_pps;
    tfrc.rtt_path_ps = path_ps;
    tfrc.rtt_ps = iptfs_later(path_ps, (int64_t)(2 * (double)S / rate_pps));
    tfrc.sampled = true;
    tfrc.p = p;
    return tfrc;
}

static bool collapsed_at(const struct iptfs_tfrc *tfrc)
{
    struct iptfs_collapse collapse = {0};
    iptfs_collapse_feedback(&collapse, tfrc, 0);
    return collapse.collapsed;
}

static void test_less_than_a_packet_in_a_round_trip(void)
{
    struct iptfs_tfrc tfrc = sender_at(9.9, 100 * MS, 0.1);
    CHECK_TRUE(collapsed_at(&tfrc));
    tfrc = sender_at(10.1, 100 * MS, 0.1);
    CHECK_TRUE(!collapsed_at(&tfrc));
}

/* The start of a run, a rate that max-rate sets, and one that a slow peer makes low. */
static void test_other_reasons_for_a_low_rate(void)
{
    struct iptfs_tfrc tfrc = sender_at(1, 100 * MS, 0);
    CHECK_TRUE(!collapsed_at(&tfrc));
    tfrc = sender_at(1, 100 * MS, 0.1);
    tfrc.sampled = false;
    CHECK_TRUE(!collapsed_at(&tfrc));
    tfrc = sender_at(1, 100 * MS, 0.1);
    tfrc.max_pps = 2;
    CHECK_TRUE(!collapsed_at(&tfrc));
    tfrc = sender_at(5, 100 * MS, 0.01);
    tfrc.rtt_ps = 2200 * MS; /* the peer sends a packet in 2 s */
    CHECK_TRUE(!collapsed_at(&tfrc));
    tfrc.rtt_ps = 800 * MS; /* a packet in 0.6 s */
    CHECK_TRUE(collapsed_at(&tfrc));
}

static void test_time_is_counted(void)
{
    struct iptfs_collapse collapse = {0};
    struct iptfs_tfrc low = sender_at(1, 20 * MS, 0.1), high = sender_at(100, 20 * MS, 0.1);
    iptfs_collapse_feedback(&collapse, &high, S);
    CHECK_INT(iptfs_collapse_time_ps(&collapse, 2 * S), 0);
    iptfs_collapse_feedback(&collapse, &low, 2 * S);
    iptfs_collapse_feedback(&collapse, &low, 3 * S);
    CHECK_INT(iptfs_collapse_time_ps(&collapse, 4 * S), 2 * S);
    iptfs_collapse_feedback(&collapse, &high, 5 * S);
    CHECK_INT(iptfs_collapse_time_ps(&collapse, 9 * S), 3 * S);
    iptfs_collapse_feedback(&collapse, &low, 9 * S);
    CHECK_INT(iptfs_collapse_time_ps(&collapse, 10 * S), 4 * S);
}

/* A fifth of the run, and 100 round trips. */
static void test_a_short_one_is_not_reported(void)
{
    struct iptfs_collapse collapse = {.total_ps = 3 * S};
    struct iptfs_tfrc tfrc = sender_at(100, 20 * MS, 0.1);
    CHECK_TRUE(iptfs_collapse_lasted(iptfs_collapse_time_ps(&collapse, 15 * S), 15 * S, &tfrc));
    CHECK_TRUE(!iptfs_collapse_lasted(iptfs_collapse_time_ps(&collapse, 16 * S), 16 * S, &tfrc));
    tfrc.rtt_path_ps = 31 * MS;
    CHECK_TRUE(!iptfs_collapse_lasted(iptfs_collapse_time_ps(&collapse, 15 * S), 15 * S, &tfrc));
    collapse.total_ps = 0;
    CHECK_TRUE(!iptfs_collapse_lasted(iptfs_collapse_time_ps(&collapse, 0), 0, &tfrc));
}

const CU_TestInfo iptfs_tests_collapse[] = {
    {"less than a packet in a round trip", test_less_than_a_packet_in_a_round_trip},
    {"other reasons for a low rate", test_other_reasons_for_a_low_rate},
    {"time is counted", test_time_is_counted},
    {"a short one is not reported", test_a_short_one_is_not_reported},
    CU_TEST_INFO_NULL,
};
