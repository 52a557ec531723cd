/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links of ns-3: when packets arrive, and which ones a full queue drops. */
#include "ns3/p2p.h"

#include "ns3/recorded_calls.h"
#include "ns3/sim.h"
#include "support/check.h"

static void test_link_checks_its_arguments(void)
{
    struct iptfs_ns3_p2p_config c = link_config();
    struct iptfs_ns3_p2p *p2p = NULL;

    CHECK_INT(iptfs_ns3_p2p_new(&p2p, &c, on_packet, NULL), IPTFS_NS3_ESTATE);
    open_simulation();
    CHECK_INT(iptfs_ns3_p2p_new(NULL, &c, on_packet, NULL), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_p2p_new(&p2p, NULL, on_packet, NULL), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_p2p_new(&p2p, &c, NULL, NULL), IPTFS_NS3_EINVAL);
#define EXPECT_BAD(field, value)                                                                   \
    do {                                                                                           \
        c = link_config();                                                                         \
        c.field = (value);                                                                         \
        CHECK_INT(iptfs_ns3_p2p_new(&p2p, &c, on_packet, NULL), IPTFS_NS3_EINVAL);                 \
        CHECK_TRUE(p2p == NULL);                                                                   \
    } while (0)
    EXPECT_BAD(rate_bps, 0);
    EXPECT_BAD(rate_bps, IPTFS_NS3_RATE_MIN_BPS - 1);
    EXPECT_BAD(rate_bps, IPTFS_NS3_RATE_MAX_BPS + 1);
    EXPECT_BAD(delay_ps, -1);
    EXPECT_BAD(delay_ps, IPTFS_NS3_DELAY_MAX_PS + 1);
    EXPECT_BAD(mtu_octets, 0);
    EXPECT_BAD(mtu_octets, IPTFS_NS3_MTU_MAX_OCTETS + 1);
    EXPECT_BAD(queue_packets, 0);
    EXPECT_BAD(queue_packets, IPTFS_NS3_QUEUE_MAX + 1);
    EXPECT_BAD(queue_octets, 1);
#undef EXPECT_BAD
    c = link_config();
    CHECK_INT(iptfs_ns3_p2p_new(&p2p, &c, on_packet, NULL), 0);
    CHECK_INT(iptfs_ns3_p2p_send(NULL, 100, 1), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_p2p_send(p2p, 0, 1), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_p2p_send(p2p, IPTFS_NS3_PPP_OCTETS, 1), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_p2p_send(p2p, 1503, 1), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_p2p_tx_time_ps(p2p, 0), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_p2p_tx_time_ps(p2p, 1503), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_p2p_tx_time_ps(NULL, 1), IPTFS_NS3_EINVAL);
    close_simulation();
    CHECK_INT(iptfs_ns3_p2p_send(p2p, 100, 1), IPTFS_NS3_ESTATE);
    open_simulation();
    CHECK_INT(iptfs_ns3_p2p_send(p2p, 100, 1), IPTFS_NS3_ESTATE);
    close_simulation();
    iptfs_ns3_p2p_free(p2p);
    iptfs_ns3_p2p_free(NULL);
}

static void test_link_delivers_in_time(void)
{
    const struct iptfs_ns3_p2p_config c = link_config();
    struct iptfs_ns3_p2p *p2p = NULL;

    open_simulation();
    CHECK_INT(iptfs_ns3_p2p_new(&p2p, &c, on_packet, NULL), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p2p);
    CHECK_INT(iptfs_ns3_p2p_send(p2p, 3, 7), 0);
    CHECK_INT(iptfs_ns3_p2p_send(p2p, 1502, INT64_MAX), 0); /* waits for the first */
    CHECK_INT(iptfs_ns3_run_until(100000000), 0);
    CHECK_INT(calls.n, 2);
    CHECK_CALL(0, 3000 + 5000, 7);
    CHECK_CALL(1, 3000 + 1502000 + 5000, INT64_MAX);
    CHECK_INT(calls.octets[0], 3);
    CHECK_INT(calls.octets[1], 1502);
    close_simulation();
    iptfs_ns3_p2p_free(p2p);
}

/* One packet is in transmission, so the queue takes as many of the rest as it can hold. */
static void count_drops(struct iptfs_ns3_p2p_config c, int sent, int expected)
{
    struct iptfs_ns3_p2p *p2p = NULL;
    int dropped = 0;

    open_simulation();
    CHECK_INT(iptfs_ns3_p2p_new(&p2p, &c, on_packet, NULL), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p2p);
    for (int i = 0; i < sent; i++) {
        int rc = iptfs_ns3_p2p_send(p2p, 100, (uint64_t)i);

        CHECK_INT(rc == 0 || rc == IPTFS_NS3_EDROP, true);
        dropped += rc == IPTFS_NS3_EDROP;
    }
    CHECK_INT(dropped, expected);
    CHECK_INT(iptfs_ns3_run_until(1000000000), 0);
    CHECK_INT(calls.n, sent - expected);
    close_simulation();
    iptfs_ns3_p2p_free(p2p);
}

static void test_link_queue_overflows(void)
{
    struct iptfs_ns3_p2p_config c = link_config();

    c.queue_packets = 3;
    count_drops(c, 10, 6);
    c.queue_packets = 0;
    c.queue_octets = 399;
    count_drops(c, 10, 6);
    c.queue_octets = 400;
    count_drops(c, 10, 5);
    c.queue_octets = 99; /* no packet ever fits */
    count_drops(c, 10, 10);
}

static int64_t expected_tx_time(uint64_t rate_bps, uint32_t octets)
{
    __extension__ typedef unsigned __int128 uint128;
    uint128 fraction = ((uint128)octets * 8 << 64) / rate_bps;

    return (int64_t)((fraction * 1000000000000u + ((uint128)1 << 63)) >> 64);
}

static void test_link_transmission_times(void)
{
    const uint64_t rates[] = {IPTFS_NS3_RATE_MIN_BPS,
                              65536,
                              1234567,
                              3000000,
                              7000000,
                              9953280000,
                              10000000000,
                              100000000000,
                              333333333333,
                              400000000000,
                              IPTFS_NS3_RATE_MAX_BPS};
    struct iptfs_ns3_p2p_config c = link_config();

    c.mtu_octets = 9100;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        struct iptfs_ns3_p2p *p2p = NULL;
        int bad = 0;

        c.rate_bps = rates[i];
        open_simulation();
        CHECK_INT(iptfs_ns3_p2p_new(&p2p, &c, on_packet, NULL), 0);
        CU_ASSERT_PTR_NOT_NULL_FATAL(p2p);
        for (uint32_t octets = 1; octets <= 9102; octets++)
            bad += iptfs_ns3_p2p_tx_time_ps(p2p, octets) != expected_tx_time(rates[i], octets);
        CHECK_INT(bad, 0);
        CHECK_INT(iptfs_ns3_p2p_send(p2p, 243, 1), 0);
        CHECK_INT(iptfs_ns3_run_until(10000000000000), 0);
        CHECK_CALL(0, expected_tx_time(rates[i], 243) + 5000, 1);
        close_simulation();
        iptfs_ns3_p2p_free(p2p);
    }
}

static struct iptfs_ns3_p2p *own_link;

static void on_packet_free_link(void *ctx, uint64_t tag, uint32_t octets)
{
    (void)ctx;
    record_call((int64_t)tag, octets);
    iptfs_ns3_p2p_free(own_link);
    own_link = NULL;
}

static void test_link_freed_at_any_time(void)
{
    const struct iptfs_ns3_p2p_config c = link_config();
    struct iptfs_ns3_p2p *late = NULL, *early = NULL;

    open_simulation();
    CHECK_INT(iptfs_ns3_p2p_new(&own_link, &c, on_packet_free_link, NULL), 0);
    CHECK_INT(iptfs_ns3_p2p_new(&early, &c, on_packet, NULL), 0);
    CHECK_INT(iptfs_ns3_p2p_new(&late, &c, on_packet, NULL), 0);
    for (uint64_t i = 0; i < 3; i++) {
        CHECK_INT(iptfs_ns3_p2p_send(own_link, 100, i), 0);
        CHECK_INT(iptfs_ns3_p2p_send(early, 100, i), 0);
        CHECK_INT(iptfs_ns3_p2p_send(late, 1000, i), 0);
    }
    iptfs_ns3_p2p_free(early);
    CHECK_INT(iptfs_ns3_run_until(500000), 0);
    CHECK_INT(calls.n, 1); /* the first packet of own_link, nothing after it */
    CHECK_CALL(0, 105000, 0);
    close_simulation();
    CHECK_INT(calls.n, 1);
    iptfs_ns3_p2p_free(late);
}

const CU_TestInfo iptfs_tests_p2p[] = {
    {"link checks its arguments", test_link_checks_its_arguments},
    {"link delivers in time", test_link_delivers_in_time},
    {"link queue overflows", test_link_queue_overflows},
    {"link transmission times", test_link_transmission_times},
    {"link freed at any time", test_link_freed_at_any_time},
    CU_TEST_INFO_NULL,
};
