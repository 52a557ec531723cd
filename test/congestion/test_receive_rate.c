/* SPDX-License-Identifier: GPL-2.0-or-later */
/* X_recv from echoes. */
#include "base/units.h"
#include "congestion/receive_rate.h"
#include "support/check.h"

#define MS IPTFS_PS_PER_MS
#define RTT (100 * MS)

/* Echoes of packets sent each 10 ms from `from` on, which arrive each `spacing_ps`. */
static void echo(struct iptfs_receive_rate *rate, int from, int to, int64_t arrived_ps,
                 int64_t spacing_ps)
{
    for (int i = from; i < to; i++)
        iptfs_receive_rate_echo(rate, i * 10 * MS, arrived_ps + (i - from) * spacing_ps, RTT);
}

static struct iptfs_receive_rate start(enum iptfs_receive_rate_kind kind)
{
    struct iptfs_receive_rate rate;
    iptfs_receive_rate_init(&rate, kind);
    iptfs_receive_rate_sending(&rate, 0, 100);
    return rate;
}

static void test_a_free_path_gives_the_rate_sent(void)
{
    struct iptfs_receive_rate rate = start(IPTFS_RECEIVE_RATE_ARRIVALS);
    CHECK_NEAR(iptfs_receive_rate_pps(&rate, 0, RTT, 0), 100, 0);
    echo(&rate, 0, 50, 50 * MS, 10 * MS);
    CHECK_NEAR(iptfs_receive_rate_pps(&rate, 490 * MS, RTT, 0), 100, 1e-9);
    CHECK_NEAR(iptfs_receive_rate_pps(&rate, 490 * MS, RTT, 0.1), 90, 1e-9);
    /* The rate when the echoed packet left, not the one of now. */
    iptfs_receive_rate_sending(&rate, 495 * MS, 200);
    CHECK_NEAR(iptfs_receive_rate_pps(&rate, 490 * MS, RTT, 0), 100, 1e-9);
    CHECK_NEAR(iptfs_receive_rate_pps(&rate, 495 * MS, RTT, 0), 200, 1e-9);
    /* A queue that empties does not make packets arrive faster than sent. */
    echo(&rate, 50, 60, 545 * MS, 5 * MS);
    CHECK_NEAR(iptfs_receive_rate_quotient(&rate, RTT), 1, 0);
}

/* 100 packets/s onto a path that falls to 10: within a round trip of arrivals X_recv is 10. */
static void test_a_queue_that_grows_shows_its_rate(void)
{
    struct iptfs_receive_rate rate = start(IPTFS_RECEIVE_RATE_ARRIVALS);
    echo(&rate, 0, 50, 50 * MS, 10 * MS);
    echo(&rate, 50, 52, 640 * MS, 100 * MS);
    CHECK_NEAR(iptfs_receive_rate_pps(&rate, 510 * MS, RTT, 0), 10, 1e-9);
    struct iptfs_receive_rate sent = start(IPTFS_RECEIVE_RATE_SENT);
    echo(&sent, 0, 50, 50 * MS, 10 * MS);
    echo(&sent, 50, 52, 640 * MS, 100 * MS);
    CHECK_NEAR(iptfs_receive_rate_pps(&sent, 510 * MS, RTT, 0.5), 100, 0);
}

static void test_jitter_of_the_way_back(void)
{
    struct iptfs_receive_rate rate = start(IPTFS_RECEIVE_RATE_ARRIVALS);
    iptfs_receive_rate_echo(&rate, 0, 60 * MS, RTT);
    iptfs_receive_rate_echo(&rate, 10 * MS, 50 * MS, RTT); /* earlier than the one before */
    CHECK_INT(rate.newest.arrived_ps, 60 * MS);
    CHECK_NEAR(iptfs_receive_rate_quotient(&rate, RTT), 1, 0);
}

static void test_records_are_bounded(void)
{
    struct iptfs_receive_rate rate = start(IPTFS_RECEIVE_RATE_ARRIVALS);
    for (int i = 1; i <= 40; i++)
        iptfs_receive_rate_sending(&rate, i * MS, 100 + i);
    CHECK_NEAR(iptfs_receive_rate_pps(&rate, 40 * MS, RTT, 0), 140, 0);
    CHECK_NEAR(iptfs_receive_rate_pps(&rate, 0, RTT, 0), 125, 0); /* the oldest one known */
    echo(&rate, 0, 1000, 50 * MS, 20 * MS);
    CHECK_U64(rate.count, IPTFS_RECEIVE_RATE_POINTS);
    CHECK_NEAR(iptfs_receive_rate_quotient(&rate, RTT), 0.5, 1e-9);
}

const CU_TestInfo iptfs_tests_receive_rate[] = {
    {"a free path gives the rate sent", test_a_free_path_gives_the_rate_sent},
    {"a queue that grows shows its rate", test_a_queue_that_grows_shows_its_rate},
    {"jitter of the way back", test_jitter_of_the_way_back},
    {"records are bounded", test_records_are_bounded},
    CU_TEST_INFO_NULL,
};
