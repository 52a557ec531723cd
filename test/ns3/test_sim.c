/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Start, end and runs of a simulation of ns-3, with times small enough to check by hand: all in
 * picoseconds. */
#include "ns3/sim.h"

#include "ns3/events.h"
#include "ns3/p2p.h"
#include "ns3/recorded_calls.h"
#include "support/check.h"

#include <string.h>

static void test_open_and_close(void)
{
    CHECK_INT(iptfs_ns3_close(), 0);
    CHECK_INT(iptfs_ns3_now_ps(), IPTFS_NS3_ESTATE);
    CHECK_INT(iptfs_ns3_event_count(), 0);
    CHECK_INT(iptfs_ns3_run_until(1), IPTFS_NS3_ESTATE);
    CHECK_INT(iptfs_ns3_at(1, on_event, NULL, &call_one), IPTFS_NS3_ESTATE);
    CHECK_INT(iptfs_ns3_seed(1, 1), IPTFS_NS3_ESTATE);
    iptfs_ns3_stop();
    open_simulation();
    CHECK_INT(iptfs_ns3_open(), IPTFS_NS3_ESTATE);
    CHECK_INT(iptfs_ns3_now_ps(), 0);
    CHECK_INT(iptfs_ns3_run_until(7), 0);
    CHECK_INT(iptfs_ns3_now_ps(), 7);
    close_simulation();
    open_simulation();
    CHECK_INT(iptfs_ns3_now_ps(), 0);
    CHECK_INT(iptfs_ns3_event_count(), 0);
    close_simulation();
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
    open_simulation();
    CHECK_INT(iptfs_ns3_seed(0, 1), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_seed(IPTFS_NS3_SEED_MAX + 1, 1), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_seed(UINT32_MAX, 1), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_seed(IPTFS_NS3_SEED_MAX, UINT64_MAX), 0);
    CHECK_INT(iptfs_ns3_seed(1, 0), 0);
    close_simulation();
}

/* Adds events at the present time until *ctx is used up. */
static void on_event_again_now(void *ctx)
{
    int *left = ctx;

    record_call(*left, 0);
    if (--*left > 0)
        CHECK_INT(iptfs_ns3_at(iptfs_ns3_now_ps(), on_event_again_now, NULL, left), 0);
}

static void test_all_events_at_the_end_of_a_run(void)
{
    int left = 5;

    open_simulation();
    CHECK_INT(iptfs_ns3_at(50, on_event_again_now, NULL, &left), 0);
    CHECK_INT(iptfs_ns3_at(51, on_event, NULL, &call_one), 0);
    CHECK_INT(iptfs_ns3_run_until(50), 0);
    CHECK_INT(calls.n, 5);
    CHECK_CALL(4, 50, 1);
    CHECK_INT(iptfs_ns3_now_ps(), 50);
    CHECK_INT(iptfs_ns3_run_until(50), 0);
    CHECK_INT(calls.n, 5);
    CHECK_INT(iptfs_ns3_event_count(), 5);
    CHECK_INT(iptfs_ns3_run_until(51), 0);
    CHECK_INT(calls.n, 6);
    close_simulation();
}

static void on_event_stop(void *ctx)
{
    record_call(*(int *)ctx, 0);
    CHECK_INT(iptfs_ns3_run_until(1000), IPTFS_NS3_ESTATE);
    CHECK_INT(iptfs_ns3_close(), IPTFS_NS3_ESTATE);
    iptfs_ns3_stop();
}

static void test_stop_ends_a_run_early(void)
{
    int left = 4;

    open_simulation();
    CHECK_INT(iptfs_ns3_at(10, on_event_stop, NULL, &call_one), 0);
    CHECK_INT(iptfs_ns3_at(10, on_event, NULL, &call_two), 0);
    CHECK_INT(iptfs_ns3_run_until(100), IPTFS_NS3_STOPPED);
    CHECK_INT(calls.n, 1);
    CHECK_INT(iptfs_ns3_now_ps(), 10);
    /* The end of the first run, which was never reached, must not end the second too early. */
    CHECK_INT(iptfs_ns3_at(100, on_event_again_now, NULL, &left), 0);
    CHECK_INT(iptfs_ns3_run_until(100), 0);
    CHECK_INT(calls.n, 6);
    CHECK_INT(iptfs_ns3_now_ps(), 100);
    CHECK_INT(iptfs_ns3_event_count(), 6);
    iptfs_ns3_stop();
    CHECK_INT(iptfs_ns3_run_until(200), 0);
    CHECK_INT(iptfs_ns3_now_ps(), 200);
    close_simulation();
}

/* Events with which ns-3 itself starts the nodes and devices of two links: eight in 3.37, more in
 * later versions. */
static uint64_t start_events(void)
{
    const struct iptfs_ns3_p2p_config c = link_config();
    struct iptfs_ns3_p2p *links[2] = {NULL, NULL};

    open_simulation();
    for (int i = 0; i < 2; i++)
        CHECK_INT(iptfs_ns3_p2p_new(&links[i], &c, on_packet, NULL), 0);
    CHECK_INT(iptfs_ns3_run_until(1), 0);
    uint64_t count = iptfs_ns3_event_count();
    for (int i = 0; i < 2; i++)
        iptfs_ns3_p2p_free(links[i]);
    close_simulation();
    return count;
}

/* One simulation with everything in it, ended while all of it is still pending. */
static void run_cycle(int number, uint64_t started)
{
    const struct iptfs_ns3_p2p_config c = link_config();
    struct iptfs_ns3_timer *timer = iptfs_ns3_timer_new(on_event, &call_one);
    struct iptfs_ns3_p2p *links[2] = {NULL, NULL};
    int bad = iptfs_ns3_open() != 0;

    calls.n = 0;
    for (int i = 0; i < 2; i++) {
        bad += iptfs_ns3_p2p_new(&links[i], &c, on_packet, NULL) != 0;
        for (uint64_t tag = 0; tag < 5; tag++)
            bad += iptfs_ns3_p2p_send(links[i], 1000, tag) != 0;
    }
    bad += iptfs_ns3_at(2200000, on_event, on_drop, &call_two) != 0;
    bad += iptfs_ns3_at(9000000, on_event, on_drop, &call_three) != 0;
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
    CHECK_INT(bad, 0);
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
    {"all events at the end of a run", test_all_events_at_the_end_of_a_run},
    {"stop ends a run early", test_stop_ends_a_run_early},
    {"many simulations", test_many_simulations},
    CU_TEST_INFO_NULL,
};
