/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shim's promises, with times small enough to check by hand: all in picoseconds. */
#include "ns3/events.h"
#include "ns3/p2p.h"
#include "ns3/sim.h"

#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define MAX_CALLS 64

/* What callbacks saw, in order. */
static struct {
    int n;
    int64_t at_ps[MAX_CALLS];
    int64_t id[MAX_CALLS]; /* which event, or the tag of a packet; negative: dropped */
    uint32_t octets[MAX_CALLS];
} calls;

static void expect_int(int line, const char *what, int64_t found, int64_t expected)
{
    if (found != expected) {
        printf("\n    line %d: %s is %" PRId64 ", expected %" PRId64, line, what, found, expected);
        CU_FAIL("a value differs");
        return;
    }
    CU_PASS("equal");
}

#define EXPECT(found, expected) expect_int(__LINE__, #found, (int64_t)(found), (int64_t)(expected))

#define EXPECT_CALL(i, when, what)                                                                 \
    do {                                                                                           \
        EXPECT(calls.n > (i), true);                                                               \
        EXPECT(calls.at_ps[i], when);                                                              \
        EXPECT(calls.id[i], what);                                                                 \
    } while (0)

static void record(int64_t id, uint32_t octets)
{
    if (calls.n < MAX_CALLS) {
        calls.at_ps[calls.n] = iptfs_ns3_now_ps();
        calls.id[calls.n] = id;
        calls.octets[calls.n] = octets;
    }
    calls.n++;
}

static void begin(void)
{
    calls.n = 0;
    EXPECT(iptfs_ns3_open(), 0);
}

static void end(void)
{
    EXPECT(iptfs_ns3_close(), 0);
}

static void on_event(void *ctx)
{
    record(*(int *)ctx, 0);
}

static void on_drop(void *ctx)
{
    record(-*(int *)ctx, 0);
}

static void on_packet(void *ctx, uint64_t tag, uint32_t octets)
{
    (void)ctx;
    record((int64_t)tag, octets);
}

static int one = 1, two = 2, three = 3;

static void test_open_and_close(void)
{
    EXPECT(iptfs_ns3_close(), 0);
    EXPECT(iptfs_ns3_now_ps(), IPTFS_NS3_ESTATE);
    EXPECT(iptfs_ns3_event_count(), 0);
    EXPECT(iptfs_ns3_run_until(1), IPTFS_NS3_ESTATE);
    EXPECT(iptfs_ns3_at(1, on_event, NULL, &one), IPTFS_NS3_ESTATE);
    EXPECT(iptfs_ns3_seed(1, 1), IPTFS_NS3_ESTATE);
    iptfs_ns3_stop();
    begin();
    EXPECT(iptfs_ns3_open(), IPTFS_NS3_ESTATE);
    EXPECT(iptfs_ns3_now_ps(), 0);
    EXPECT(iptfs_ns3_run_until(7), 0);
    EXPECT(iptfs_ns3_now_ps(), 7);
    end();
    begin();
    EXPECT(iptfs_ns3_now_ps(), 0);
    EXPECT(iptfs_ns3_event_count(), 0);
    end();
}

static void test_errors_have_names(void)
{
    const int codes[] = {0,
                         IPTFS_NS3_STOPPED,
                         IPTFS_NS3_EINVAL,
                         IPTFS_NS3_ESTATE,
                         IPTFS_NS3_ENOMEM,
                         IPTFS_NS3_EDROP,
                         IPTFS_NS3_EENGINE,
                         -1000};
    const size_t n = sizeof(codes) / sizeof(codes[0]);

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            CU_ASSERT_STRING_NOT_EQUAL(iptfs_ns3_strerror(codes[i]), iptfs_ns3_strerror(codes[j]));
}

static void test_seed_is_checked(void)
{
    begin();
    EXPECT(iptfs_ns3_seed(0, 1), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_seed(IPTFS_NS3_SEED_MAX + 1, 1), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_seed(UINT32_MAX, 1), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_seed(IPTFS_NS3_SEED_MAX, UINT64_MAX), 0);
    EXPECT(iptfs_ns3_seed(1, 0), 0);
    end();
}

static void test_events_run_in_order(void)
{
    begin();
    EXPECT(iptfs_ns3_at(20, on_event, on_drop, &three), 0);
    EXPECT(iptfs_ns3_at(10, on_event, on_drop, &one), 0);
    EXPECT(iptfs_ns3_at(10, on_event, NULL, &two), 0);
    EXPECT(iptfs_ns3_run_until(100), 0);
    EXPECT(calls.n, 3);
    EXPECT_CALL(0, 10, 1);
    EXPECT_CALL(1, 10, 2);
    EXPECT_CALL(2, 20, 3);
    EXPECT(iptfs_ns3_event_count(), 3);
    EXPECT(iptfs_ns3_at(99, on_event, on_drop, &one), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_at(-1, on_event, on_drop, &one), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_at(IPTFS_NS3_TIME_MAX_PS + 1, on_event, on_drop, &one), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_at(INT64_MAX, on_event, on_drop, &one), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_at(200, NULL, on_drop, &one), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_run_until(99), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_run_until(IPTFS_NS3_TIME_MAX_PS + 1), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_run_until(IPTFS_NS3_TIME_MAX_PS), 0);
    EXPECT(iptfs_ns3_now_ps(), IPTFS_NS3_TIME_MAX_PS);
    EXPECT(iptfs_ns3_at(IPTFS_NS3_TIME_MAX_PS, on_event, NULL, &two), 0);
    EXPECT(iptfs_ns3_run_until(IPTFS_NS3_TIME_MAX_PS), 0);
    EXPECT_CALL(3, IPTFS_NS3_TIME_MAX_PS, 2);
    EXPECT(calls.n, 4);
    end();
    EXPECT(calls.n, 4);
}

static void test_close_drops_pending_events(void)
{
    begin();
    EXPECT(iptfs_ns3_at(10, on_event, on_drop, &one), 0);
    EXPECT(iptfs_ns3_at(20, on_event, on_drop, &two), 0);
    EXPECT(iptfs_ns3_at(30, on_event, NULL, &three), 0);
    EXPECT(iptfs_ns3_run_until(15), 0);
    EXPECT(calls.n, 1);
    end();
    EXPECT(calls.n, 2);
    EXPECT_CALL(1, IPTFS_NS3_ESTATE, -2);
}

static void on_drop_try_everything(void *ctx)
{
    (void)ctx;
    EXPECT(iptfs_ns3_open(), IPTFS_NS3_ESTATE);
    EXPECT(iptfs_ns3_close(), IPTFS_NS3_ESTATE);
    EXPECT(iptfs_ns3_run_until(1), IPTFS_NS3_ESTATE);
    EXPECT(iptfs_ns3_at(1, on_event, NULL, &one), IPTFS_NS3_ESTATE);
    calls.n++;
}

static void test_drop_finds_the_simulation_closed(void)
{
    begin();
    EXPECT(iptfs_ns3_at(10, on_event, on_drop_try_everything, &one), 0);
    end();
    EXPECT(calls.n, 1);
}

/* Adds events at the present time until *ctx is used up. */
static void on_event_again_now(void *ctx)
{
    int *left = ctx;

    record(*left, 0);
    if (--*left > 0)
        EXPECT(iptfs_ns3_at(iptfs_ns3_now_ps(), on_event_again_now, NULL, left), 0);
}

static void test_all_events_at_the_end_of_a_run(void)
{
    int left = 5;

    begin();
    EXPECT(iptfs_ns3_at(50, on_event_again_now, NULL, &left), 0);
    EXPECT(iptfs_ns3_at(51, on_event, NULL, &one), 0);
    EXPECT(iptfs_ns3_run_until(50), 0);
    EXPECT(calls.n, 5);
    EXPECT_CALL(4, 50, 1);
    EXPECT(iptfs_ns3_now_ps(), 50);
    EXPECT(iptfs_ns3_run_until(50), 0);
    EXPECT(calls.n, 5);
    EXPECT(iptfs_ns3_event_count(), 5);
    EXPECT(iptfs_ns3_run_until(51), 0);
    EXPECT(calls.n, 6);
    end();
}

static void on_event_stop(void *ctx)
{
    record(*(int *)ctx, 0);
    EXPECT(iptfs_ns3_run_until(1000), IPTFS_NS3_ESTATE);
    EXPECT(iptfs_ns3_close(), IPTFS_NS3_ESTATE);
    iptfs_ns3_stop();
}

static void test_stop_ends_a_run_early(void)
{
    int left = 4;

    begin();
    EXPECT(iptfs_ns3_at(10, on_event_stop, NULL, &one), 0);
    EXPECT(iptfs_ns3_at(10, on_event, NULL, &two), 0);
    EXPECT(iptfs_ns3_run_until(100), IPTFS_NS3_STOPPED);
    EXPECT(calls.n, 1);
    EXPECT(iptfs_ns3_now_ps(), 10);
    /* The end of the first run, which was never reached, must not end the second too early. */
    EXPECT(iptfs_ns3_at(100, on_event_again_now, NULL, &left), 0);
    EXPECT(iptfs_ns3_run_until(100), 0);
    EXPECT(calls.n, 6);
    EXPECT(iptfs_ns3_now_ps(), 100);
    EXPECT(iptfs_ns3_event_count(), 6);
    iptfs_ns3_stop();
    EXPECT(iptfs_ns3_run_until(200), 0);
    EXPECT(iptfs_ns3_now_ps(), 200);
    end();
}

static void test_timer_is_set_cancelled_and_moved(void)
{
    struct iptfs_ns3_timer *timer = iptfs_ns3_timer_new(on_event, &one);

    CU_ASSERT_PTR_NOT_NULL_FATAL(timer);
    CU_ASSERT_PTR_NULL(iptfs_ns3_timer_new(NULL, NULL));
    EXPECT(iptfs_ns3_timer_set(timer, 10), IPTFS_NS3_ESTATE);
    begin();
    EXPECT(iptfs_ns3_timer_set(timer, -1), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_timer_set(timer, IPTFS_NS3_TIME_MAX_PS + 1), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_timer_set(NULL, 10), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_timer_set(timer, 10), 0);
    EXPECT(iptfs_ns3_timer_set(timer, 30), 0); /* later */
    EXPECT(iptfs_ns3_run_until(20), 0);
    EXPECT(calls.n, 0);
    EXPECT(iptfs_ns3_timer_set(timer, 25), 0); /* earlier */
    EXPECT(iptfs_ns3_run_until(40), 0);
    EXPECT(calls.n, 1);
    EXPECT_CALL(0, 25, 1);
    EXPECT(iptfs_ns3_timer_set(timer, 50), 0);
    iptfs_ns3_timer_cancel(timer);
    EXPECT(iptfs_ns3_run_until(60), 0);
    EXPECT(calls.n, 1);
    EXPECT(iptfs_ns3_timer_set(timer, 70), 0);
    iptfs_ns3_timer_cancel(timer);
    EXPECT(iptfs_ns3_timer_set(timer, 70), 0);
    EXPECT(iptfs_ns3_run_until(80), 0);
    EXPECT(calls.n, 2);
    EXPECT_CALL(1, 70, 1);
    EXPECT(iptfs_ns3_timer_set(timer, 90), 0);
    end();
    EXPECT(calls.n, 2);
    begin(); /* what was pending in the old simulation means nothing in the new one */
    EXPECT(iptfs_ns3_run_until(95), 0);
    EXPECT(calls.n, 0);
    EXPECT(iptfs_ns3_timer_set(timer, 100), 0);
    EXPECT(iptfs_ns3_run_until(200), 0);
    EXPECT(calls.n, 1);
    EXPECT_CALL(0, 100, 1);
    end();
    iptfs_ns3_timer_cancel(timer);
    iptfs_ns3_timer_cancel(NULL);
    iptfs_ns3_timer_free(timer);
    iptfs_ns3_timer_free(NULL);
}

static void test_timer_moved_earlier_many_times(void)
{
    struct iptfs_ns3_timer *timer = iptfs_ns3_timer_new(on_event, &one);

    begin();
    for (int64_t at = 1000; at >= 900; at--)
        EXPECT(iptfs_ns3_timer_set(timer, at), 0);
    EXPECT(iptfs_ns3_run_until(950), 0);
    EXPECT(calls.n, 1);
    EXPECT_CALL(0, 900, 1);
    EXPECT(iptfs_ns3_timer_set(timer, 970), 0);
    EXPECT(iptfs_ns3_run_until(2000), 0);
    EXPECT(calls.n, 2);
    EXPECT_CALL(1, 970, 1);
    EXPECT(iptfs_ns3_event_count(), 101 + 1); /* one for each set, none of them woke another */
    end();
    iptfs_ns3_timer_free(timer);
}

static struct iptfs_ns3_timer *own_timer;

static void on_tick(void *ctx)
{
    int *left = ctx;

    record(*left, 0);
    if (--*left > 0)
        EXPECT(iptfs_ns3_timer_set(own_timer, iptfs_ns3_now_ps() + 10), 0);
}

static void test_timer_sets_itself(void)
{
    int left = 4;

    own_timer = iptfs_ns3_timer_new(on_tick, &left);
    begin();
    EXPECT(iptfs_ns3_timer_set(own_timer, 5), 0);
    EXPECT(iptfs_ns3_run_until(1000), 0);
    EXPECT(calls.n, 4);
    EXPECT_CALL(3, 35, 1);
    EXPECT(iptfs_ns3_event_count(), 4); /* nothing but the ticks */
    end();
    left = 2;
    begin();
    EXPECT(iptfs_ns3_timer_set(own_timer, 0), 0);
    EXPECT(iptfs_ns3_run_until(1000), 0);
    EXPECT(calls.n, 2);
    EXPECT_CALL(1, 10, 1);
    end();
    iptfs_ns3_timer_free(own_timer);
}

/* A far deadline that is always brought nearer must not pile up wake-ups. */
static void on_tick_with_far_deadline(void *ctx)
{
    int *left = ctx;

    if (--*left > 0) {
        EXPECT(iptfs_ns3_timer_set(own_timer, iptfs_ns3_now_ps() + 1000000), 0);
        EXPECT(iptfs_ns3_timer_set(own_timer, iptfs_ns3_now_ps() + 10), 0);
    }
}

static void test_far_deadlines_do_not_pile_up(void)
{
    int left = 1000;

    own_timer = iptfs_ns3_timer_new(on_tick_with_far_deadline, &left);
    begin();
    EXPECT(iptfs_ns3_timer_set(own_timer, 0), 0);
    EXPECT(iptfs_ns3_run_until(10000000), 0);
    EXPECT(left, 0);
    EXPECT(iptfs_ns3_event_count(), 1000 + 1);
    end();
    iptfs_ns3_timer_free(own_timer);
}

static void on_event_free_timer(void *ctx)
{
    record(1, 0);
    iptfs_ns3_timer_free(*(struct iptfs_ns3_timer **)ctx);
}

static void test_timer_freed_at_any_time(void)
{
    struct iptfs_ns3_timer *pending = iptfs_ns3_timer_new(on_event, &two);
    struct iptfs_ns3_timer *left_over = iptfs_ns3_timer_new(on_event, &three);

    own_timer = iptfs_ns3_timer_new(on_event_free_timer, &own_timer);
    begin();
    EXPECT(iptfs_ns3_timer_set(own_timer, 10), 0);
    EXPECT(iptfs_ns3_timer_set(pending, 30), 0);
    EXPECT(iptfs_ns3_timer_set(pending, 20), 0);
    iptfs_ns3_timer_free(pending);
    EXPECT(iptfs_ns3_run_until(25), 0);
    EXPECT(calls.n, 1);
    EXPECT(iptfs_ns3_timer_set(left_over, 40), 0);
    iptfs_ns3_timer_free(left_over);
    end();
    EXPECT(calls.n, 1);
}

/* A timer against a model: random moves; it must be called at exactly the times last set. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static void test_timer_keeps_its_promise_under_random_moves(void)
{
    struct iptfs_ns3_timer *timer = iptfs_ns3_timer_new(on_event, &one);
    uint32_t state = 1;
    int64_t deadline = -1;
    int bad = 0;

    begin();
    for (int64_t now = 0; now < 20000; now++) {
        uint32_t dice = next_random(&state) % 8;

        if (dice < 3) {
            deadline = now + next_random(&state) % 40;
            bad += iptfs_ns3_timer_set(timer, deadline) != 0;
        } else if (dice == 3) {
            deadline = -1;
            iptfs_ns3_timer_cancel(timer);
        }
        calls.n = 0;
        bad += iptfs_ns3_run_until(now) != 0;
        bad += calls.n != (deadline == now) || (calls.n > 0 && calls.at_ps[0] != now);
    }
    EXPECT(bad, 0);
    end();
    iptfs_ns3_timer_free(timer);
}

/* 8 Gb/s: one octet takes 1000 ps. */
static struct iptfs_ns3_p2p_config link_config(void)
{
    struct iptfs_ns3_p2p_config config = {8000000000, 5000, 1500, 100, 0};

    return config;
}

static void test_link_checks_its_arguments(void)
{
    struct iptfs_ns3_p2p_config c = link_config();
    struct iptfs_ns3_p2p *p2p = NULL;

    EXPECT(iptfs_ns3_p2p_new(&p2p, &c, on_packet, NULL), IPTFS_NS3_ESTATE);
    begin();
    EXPECT(iptfs_ns3_p2p_new(NULL, &c, on_packet, NULL), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_p2p_new(&p2p, NULL, on_packet, NULL), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_p2p_new(&p2p, &c, NULL, NULL), IPTFS_NS3_EINVAL);
#define EXPECT_BAD(field, value)                                                                   \
    do {                                                                                           \
        c = link_config();                                                                         \
        c.field = (value);                                                                         \
        EXPECT(iptfs_ns3_p2p_new(&p2p, &c, on_packet, NULL), IPTFS_NS3_EINVAL);                    \
        CU_ASSERT_PTR_NULL(p2p);                                                                   \
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
    EXPECT(iptfs_ns3_p2p_new(&p2p, &c, on_packet, NULL), 0);
    EXPECT(iptfs_ns3_p2p_send(NULL, 100, 1), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_p2p_send(p2p, 0, 1), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_p2p_send(p2p, IPTFS_NS3_PPP_OCTETS, 1), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_p2p_send(p2p, 1503, 1), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_p2p_tx_time_ps(p2p, 0), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_p2p_tx_time_ps(p2p, 1503), IPTFS_NS3_EINVAL);
    EXPECT(iptfs_ns3_p2p_tx_time_ps(NULL, 1), IPTFS_NS3_EINVAL);
    end();
    EXPECT(iptfs_ns3_p2p_send(p2p, 100, 1), IPTFS_NS3_ESTATE);
    begin();
    EXPECT(iptfs_ns3_p2p_send(p2p, 100, 1), IPTFS_NS3_ESTATE);
    end();
    iptfs_ns3_p2p_free(p2p);
    iptfs_ns3_p2p_free(NULL);
}

static void test_link_delivers_in_time(void)
{
    const struct iptfs_ns3_p2p_config c = link_config();
    struct iptfs_ns3_p2p *p2p = NULL;

    begin();
    EXPECT(iptfs_ns3_p2p_new(&p2p, &c, on_packet, NULL), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p2p);
    EXPECT(iptfs_ns3_p2p_send(p2p, 3, 7), 0);
    EXPECT(iptfs_ns3_p2p_send(p2p, 1502, INT64_MAX), 0); /* waits for the first */
    EXPECT(iptfs_ns3_run_until(100000000), 0);
    EXPECT(calls.n, 2);
    EXPECT_CALL(0, 3000 + 5000, 7);
    EXPECT_CALL(1, 3000 + 1502000 + 5000, INT64_MAX);
    EXPECT(calls.octets[0], 3);
    EXPECT(calls.octets[1], 1502);
    end();
    iptfs_ns3_p2p_free(p2p);
}

/* One packet is in transmission, so of the rest as many are taken as the queue has room for. */
static void count_drops(struct iptfs_ns3_p2p_config c, int sent, int expected)
{
    struct iptfs_ns3_p2p *p2p = NULL;
    int dropped = 0;

    begin();
    EXPECT(iptfs_ns3_p2p_new(&p2p, &c, on_packet, NULL), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p2p);
    for (int i = 0; i < sent; i++) {
        int rc = iptfs_ns3_p2p_send(p2p, 100, (uint64_t)i);

        EXPECT(rc == 0 || rc == IPTFS_NS3_EDROP, true);
        dropped += rc == IPTFS_NS3_EDROP;
    }
    EXPECT(dropped, expected);
    EXPECT(iptfs_ns3_run_until(1000000000), 0);
    EXPECT(calls.n, sent - expected);
    end();
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
        begin();
        EXPECT(iptfs_ns3_p2p_new(&p2p, &c, on_packet, NULL), 0);
        CU_ASSERT_PTR_NOT_NULL_FATAL(p2p);
        for (uint32_t octets = 1; octets <= 9102; octets++)
            bad += iptfs_ns3_p2p_tx_time_ps(p2p, octets) != expected_tx_time(rates[i], octets);
        EXPECT(bad, 0);
        EXPECT(iptfs_ns3_p2p_send(p2p, 243, 1), 0);
        EXPECT(iptfs_ns3_run_until(10000000000000), 0);
        EXPECT_CALL(0, expected_tx_time(rates[i], 243) + 5000, 1);
        end();
        iptfs_ns3_p2p_free(p2p);
    }
}

static struct iptfs_ns3_p2p *own_link;

static void on_packet_free_link(void *ctx, uint64_t tag, uint32_t octets)
{
    (void)ctx;
    record((int64_t)tag, octets);
    iptfs_ns3_p2p_free(own_link);
    own_link = NULL;
}

static void test_link_freed_at_any_time(void)
{
    const struct iptfs_ns3_p2p_config c = link_config();
    struct iptfs_ns3_p2p *late = NULL, *early = NULL;

    begin();
    EXPECT(iptfs_ns3_p2p_new(&own_link, &c, on_packet_free_link, NULL), 0);
    EXPECT(iptfs_ns3_p2p_new(&early, &c, on_packet, NULL), 0);
    EXPECT(iptfs_ns3_p2p_new(&late, &c, on_packet, NULL), 0);
    for (uint64_t i = 0; i < 3; i++) {
        EXPECT(iptfs_ns3_p2p_send(own_link, 100, i), 0);
        EXPECT(iptfs_ns3_p2p_send(early, 100, i), 0);
        EXPECT(iptfs_ns3_p2p_send(late, 1000, i), 0);
    }
    iptfs_ns3_p2p_free(early);
    EXPECT(iptfs_ns3_run_until(500000), 0);
    EXPECT(calls.n, 1); /* the first packet of own_link, nothing after it */
    EXPECT_CALL(0, 105000, 0);
    end();
    EXPECT(calls.n, 1);
    iptfs_ns3_p2p_free(late);
}

/* Events with which ns-3 itself starts the nodes and devices of two links: eight in 3.37, more in
 * later versions. */
static uint64_t start_events(void)
{
    const struct iptfs_ns3_p2p_config c = link_config();
    struct iptfs_ns3_p2p *links[2] = {NULL, NULL};

    begin();
    for (int i = 0; i < 2; i++)
        EXPECT(iptfs_ns3_p2p_new(&links[i], &c, on_packet, NULL), 0);
    EXPECT(iptfs_ns3_run_until(1), 0);
    uint64_t count = iptfs_ns3_event_count();
    for (int i = 0; i < 2; i++)
        iptfs_ns3_p2p_free(links[i]);
    end();
    return count;
}

/* One simulation with everything in it, ended while all of it is still pending. */
static void run_cycle(int number, uint64_t started)
{
    const struct iptfs_ns3_p2p_config c = link_config();
    struct iptfs_ns3_timer *timer = iptfs_ns3_timer_new(on_event, &one);
    struct iptfs_ns3_p2p *links[2] = {NULL, NULL};
    int bad = iptfs_ns3_open() != 0;

    calls.n = 0;
    for (int i = 0; i < 2; i++) {
        bad += iptfs_ns3_p2p_new(&links[i], &c, on_packet, NULL) != 0;
        for (uint64_t tag = 0; tag < 5; tag++)
            bad += iptfs_ns3_p2p_send(links[i], 1000, tag) != 0;
    }
    bad += iptfs_ns3_at(2200000, on_event, on_drop, &two) != 0;
    bad += iptfs_ns3_at(9000000, on_event, on_drop, &three) != 0;
    bad += iptfs_ns3_timer_set(timer, 9000000) != 0;
    bad += iptfs_ns3_timer_set(timer, 2100000) != 0;
    bad += iptfs_ns3_run_until(2500000) != 0;
    bad += calls.n != 6 || calls.id[4] != 1 || calls.id[5] != 2;
    /* Two packets of five have left each link; a call and the timer. */
    bad += iptfs_ns3_event_count() != started + 4 + 4 + 1 + 1;
    iptfs_ns3_p2p_free(links[0]);
    bad += iptfs_ns3_timer_set(timer, 9000000) != 0;
    if (number % 2 == 0)
        iptfs_ns3_timer_free(timer);
    bad += iptfs_ns3_close() != 0;
    bad += calls.n != 7 || calls.id[6] != -3;
    if (number % 2 != 0)
        iptfs_ns3_timer_free(timer);
    iptfs_ns3_p2p_free(links[1]);
    EXPECT(bad, 0);
}

static void test_many_simulations(void)
{
    uint64_t started = start_events();

    for (int i = 0; i < 200; i++)
        run_cycle(i, started);
}

const CU_TestInfo iptfs_tests_sim[] = {
    {"open and close", test_open_and_close},
    {"errors have names", test_errors_have_names},
    {"seed is checked", test_seed_is_checked},
    {"events run in order", test_events_run_in_order},
    {"close drops pending events", test_close_drops_pending_events},
    {"drop finds the simulation closed", test_drop_finds_the_simulation_closed},
    {"all events at the end of a run", test_all_events_at_the_end_of_a_run},
    {"stop ends a run early", test_stop_ends_a_run_early},
    {"timer is set, cancelled and moved", test_timer_is_set_cancelled_and_moved},
    {"timer moved earlier many times", test_timer_moved_earlier_many_times},
    {"timer sets itself", test_timer_sets_itself},
    {"far deadlines do not pile up", test_far_deadlines_do_not_pile_up},
    {"timer freed at any time", test_timer_freed_at_any_time},
    {"timer under random moves", test_timer_keeps_its_promise_under_random_moves},
    {"link checks its arguments", test_link_checks_its_arguments},
    {"link delivers in time", test_link_delivers_in_time},
    {"link queue overflows", test_link_queue_overflows},
    {"link transmission times", test_link_transmission_times},
    {"link freed at any time", test_link_freed_at_any_time},
    {"many simulations", test_many_simulations},
    CU_TEST_INFO_NULL,
};
