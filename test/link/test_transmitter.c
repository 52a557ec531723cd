/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transmitter: one packet after the other, a limited queue, changes of the rate. */
#include "base/error.h"
#include "base/units.h"
#include "link/transmitter.h"
#include "support/check.h"

#define MS IPTFS_PS_PER_MS

/* Sends a packet and returns when its transmission ends, or the negative error. */
static int64_t send(struct iptfs_transmitter *transmitter, int64_t now_ps, uint32_t octets)
{
    int64_t depart_ps;
    int error = iptfs_transmitter_send(transmitter, now_ps, octets, &depart_ps);
    return error == IPTFS_OK ? depart_ps : error;
}

/* 1000 octets take 1 ms. */
static void test_one_after_the_other(void)
{
    struct iptfs_transmitter transmitter;
    iptfs_transmitter_init(&transmitter, 8000000, 0, 0);
    CHECK_INT(send(&transmitter, 0, 1000), 1 * MS);
    CHECK_INT(send(&transmitter, 0, 2000), 3 * MS);
    CHECK_INT(send(&transmitter, 2 * MS, 1000), 4 * MS);
    CHECK_INT(send(&transmitter, 10 * MS, 1000), 11 * MS);
    CHECK_TRUE(transmitter.waiting == NULL); /* nothing to store without a limit */
    iptfs_transmitter_free(&transmitter);
}

static void test_no_rate(void)
{
    struct iptfs_transmitter transmitter;
    iptfs_transmitter_init(&transmitter, 0, 1, 0);
    for (int i = 0; i < 3; i++)
        CHECK_INT(send(&transmitter, 5, 1000), 5);
    iptfs_transmitter_free(&transmitter);
}

/* The packet under transmission does not count; a refused packet takes no time. */
static void test_limit_in_packets(void)
{
    struct iptfs_transmitter transmitter;
    iptfs_transmitter_init(&transmitter, 8000000, 2, 0);
    for (int i = 1; i <= 3; i++)
        CHECK_INT(send(&transmitter, 0, 1000), i * MS);
    CHECK_INT(send(&transmitter, 0, 1000), IPTFS_E_NO_SPACE);
    CHECK_INT(send(&transmitter, 1 * MS - 1, 1000), IPTFS_E_NO_SPACE);
    CHECK_INT(send(&transmitter, 1 * MS, 1000), 4 * MS);
    CHECK_U64(transmitter.count, 2);
    CHECK_U64(transmitter.octets, 2000);
    iptfs_transmitter_free(&transmitter);
}

/* A packet larger than the queue is refused even when it would not have to wait. */
static void test_limit_in_octets(void)
{
    struct iptfs_transmitter transmitter;
    iptfs_transmitter_init(&transmitter, 8000000, 0, 1500);
    CHECK_INT(send(&transmitter, 0, 1501), IPTFS_E_NO_SPACE);
    CHECK_INT(send(&transmitter, 0, 1000), 1 * MS);
    CHECK_INT(send(&transmitter, 0, 1000), 2 * MS);
    CHECK_INT(send(&transmitter, 0, 501), IPTFS_E_NO_SPACE);
    CHECK_INT(send(&transmitter, 0, 500), 2 * MS + MS / 2);
    iptfs_transmitter_free(&transmitter);
}

/* More packets wait than the ring holds at first. */
static void test_ring_grows(void)
{
    struct iptfs_transmitter transmitter;
    iptfs_transmitter_init(&transmitter, 8000000, 1000, 0);
    for (int i = 1; i <= 300; i++)
        CHECK_INT(send(&transmitter, i >= 200 ? 50 * MS : 0, 1000), i * MS);
    CHECK_U64(transmitter.count, 249); /* 51 have started by 50 ms */
    iptfs_transmitter_free(&transmitter);
}

static void test_changes_of_the_rate(void)
{
    static const struct iptfs_timed changes[] = {{1 * MS, 4000000}, {3 * MS, 8000000}};
    struct iptfs_transmitter transmitter;
    iptfs_transmitter_init(&transmitter, 8000000, 0, 0);
    iptfs_transmitter_set_changes(&transmitter, changes, 2);
    CHECK_INT(send(&transmitter, 0, 1000), 1 * MS);
    CHECK_INT(send(&transmitter, 0, 1000), 3 * MS); /* starts at the change: half the rate */
    CHECK_INT(send(&transmitter, 0, 1000), 4 * MS);
    iptfs_transmitter_free(&transmitter);
}

/* Half a packet at each of two rates; a packet that started at 1 kb/s; three rates in one packet.
 */
static void test_changes_under_transmission(void)
{
    static const struct iptfs_timed halves[] = {{MS / 2, 4000000}, {10 * MS, 8000000}};
    static const struct iptfs_timed stall[] = {{20 * MS, 1000}, {30 * MS, 10000000}};
    static const struct iptfs_timed three[] = {{1, 1000000}, {1 + MS, 2000000}, {2 * MS, 8000000}};
    static const struct {
        const struct iptfs_timed *changes;
        size_t count;
        uint64_t rate_bps;
        int64_t at_ps, end_ps;
    } table[] = {
        /* 4000 bits by 0.5 ms, then 4000 at 4 Mb/s */
        {halves, 2, 8000000, 0, MS / 2 + MS},
        /* 10 ms at 1 kb/s are 10 bits, 7990 are left for 10 Mb/s: not 8 s */
        {stall, 2, 10000000, 20 * MS, 30 * MS + 799 * MS / 1000},
        /* 1000 bits in 1 ms, 2000 in 1 ms but for 1 ps, 5000 at 8 Mb/s; the picosecond at 8 Mb/s
         * saves three quarters of one at the end, which rounds */
        {three, 3, 8000000, 0, 2 * MS + 625 * MS / 1000 - 1},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct iptfs_transmitter transmitter;
        iptfs_transmitter_init(&transmitter, table[i].rate_bps, 0, 0);
        iptfs_transmitter_set_changes(&transmitter, table[i].changes, table[i].count);
        CHECK_INT(send(&transmitter, table[i].at_ps, 1000), table[i].end_ps);
        iptfs_transmitter_free(&transmitter);
    }
}

const CU_TestInfo iptfs_tests_transmitter[] = {
    {"one packet after the other", test_one_after_the_other},
    {"no limit of the rate", test_no_rate},
    {"a queue limited in packets", test_limit_in_packets},
    {"a queue limited in octets", test_limit_in_octets},
    {"a long queue", test_ring_grows},
    {"changes of the rate", test_changes_of_the_rate},
    {"changes under transmission", test_changes_under_transmission},
    CU_TEST_INFO_NULL,
};
