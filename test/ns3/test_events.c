/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls at a time, and timers, with times small enough to check by hand: all in picoseconds. */
#include "ns3/events.h"

#include "ns3/recorded_calls.h"
#include "ns3/refusing_scheduler.h"
#include "ns3/sim.h"
#include "support/check.h"

static void test_events_run_in_order(void)
{
    open_simulation();
    CHECK_INT(iptfs_ns3_at(20, on_event, on_drop, &call_three), 0);
    CHECK_INT(iptfs_ns3_at(10, on_event, on_drop, &call_one), 0);
    CHECK_INT(iptfs_ns3_at(10, on_event, NULL, &call_two), 0);
    CHECK_INT(iptfs_ns3_run_until(100), 0);
    CHECK_INT(calls.n, 3);
    CHECK_CALL(0, 10, 1);
    CHECK_CALL(1, 10, 2);
    CHECK_CALL(2, 20, 3);
    CHECK_INT(iptfs_ns3_event_count(), 3);
    CHECK_INT(iptfs_ns3_at(99, on_event, on_drop, &call_one), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_at(-1, on_event, on_drop, &call_one), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_at(IPTFS_NS3_TIME_MAX_PS + 1, on_event, on_drop, &call_one),
              IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_at(INT64_MAX, on_event, on_drop, &call_one), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_at(200, NULL, on_drop, &call_one), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_run_until(99), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_run_until(IPTFS_NS3_TIME_MAX_PS + 1), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_run_until(IPTFS_NS3_TIME_MAX_PS), 0);
    CHECK_INT(iptfs_ns3_now_ps(), IPTFS_NS3_TIME_MAX_PS);
    CHECK_INT(iptfs_ns3_at(IPTFS_NS3_TIME_MAX_PS, on_event, NULL, &call_two), 0);
    CHECK_INT(iptfs_ns3_run_until(IPTFS_NS3_TIME_MAX_PS), 0);
    CHECK_CALL(3, IPTFS_NS3_TIME_MAX_PS, 2);
    CHECK_INT(calls.n, 4);
    close_simulation();
    CHECK_INT(calls.n, 4);
}

static void test_close_drops_pending_events(void)
{
    open_simulation();
    CHECK_INT(iptfs_ns3_at(10, on_event, on_drop, &call_one), 0);
    CHECK_INT(iptfs_ns3_at(20, on_event, on_drop, &call_two), 0);
    CHECK_INT(iptfs_ns3_at(30, on_event, NULL, &call_three), 0);
    CHECK_INT(iptfs_ns3_run_until(15), 0);
    CHECK_INT(calls.n, 1);
    close_simulation();
    CHECK_INT(calls.n, 2);
    CHECK_CALL(1, IPTFS_NS3_ESTATE, -2);
}

static void on_drop_try_everything(void *ctx)
{
    (void)ctx;
    CHECK_INT(iptfs_ns3_open(), IPTFS_NS3_ESTATE);
    CHECK_INT(iptfs_ns3_attach(), IPTFS_NS3_ESTATE);
    CHECK_INT(iptfs_ns3_close(), IPTFS_NS3_ESTATE);
    CHECK_INT(iptfs_ns3_run_until(1), IPTFS_NS3_ESTATE);
    CHECK_INT(iptfs_ns3_at(1, on_event, NULL, &call_one), IPTFS_NS3_ESTATE);
    calls.n++;
}

static void test_drop_finds_the_simulation_closed(void)
{
    open_simulation();
    CHECK_INT(iptfs_ns3_at(10, on_event, on_drop_try_everything, &call_one), 0);
    close_simulation();
    CHECK_INT(calls.n, 1);
}

/* What ns-3 does not take is not dropped either: the caller still has it. */
static void test_refused_events(void)
{
    struct iptfs_ns3_timer *timer = iptfs_ns3_timer_new(on_event, &call_three);
    open_simulation();
    refuse_events(REFUSE_FOR_MEMORY);
    CHECK_INT(iptfs_ns3_at(10, on_event, on_drop, &call_one), IPTFS_NS3_ENOMEM);
    CHECK_INT(iptfs_ns3_timer_set(timer, 20), IPTFS_NS3_ENOMEM);
    refuse_events(REFUSE_OTHERWISE);
    CHECK_INT(iptfs_ns3_at(10, on_event, on_drop, &call_one), IPTFS_NS3_EENGINE);
    CHECK_INT(iptfs_ns3_run_until(15), IPTFS_NS3_EENGINE);
    CHECK_INT(calls.n, 0);
    refuse_events(REFUSE_NOTHING);
    CHECK_INT(iptfs_ns3_at(20, on_event, on_drop, &call_two), 0);
    CHECK_INT(iptfs_ns3_timer_set(timer, 30), 0);
    CHECK_INT(iptfs_ns3_run_until(100), 0);
    CHECK_INT(calls.n, 2);
    CHECK_CALL(0, 20, 2);
    CHECK_CALL(1, 30, 3);
    close_simulation();
    iptfs_ns3_timer_free(timer);
}

static void test_timer_is_set_cancelled_and_moved(void)
{
    struct iptfs_ns3_timer *timer = iptfs_ns3_timer_new(on_event, &call_one);

    CU_ASSERT_PTR_NOT_NULL_FATAL(timer);
    CU_ASSERT_PTR_NULL(iptfs_ns3_timer_new(NULL, NULL));
    CHECK_INT(iptfs_ns3_timer_set(timer, 10), IPTFS_NS3_ESTATE);
    open_simulation();
    CHECK_INT(iptfs_ns3_timer_set(timer, -1), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_timer_set(timer, IPTFS_NS3_TIME_MAX_PS + 1), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_timer_set(NULL, 10), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_timer_set(timer, 10), 0);
    CHECK_INT(iptfs_ns3_timer_set(timer, 30), 0); /* later */
    CHECK_INT(iptfs_ns3_run_until(20), 0);
    CHECK_INT(calls.n, 0);
    CHECK_INT(iptfs_ns3_timer_set(timer, 25), 0); /* earlier */
    CHECK_INT(iptfs_ns3_run_until(40), 0);
    CHECK_INT(calls.n, 1);
    CHECK_CALL(0, 25, 1);
    CHECK_INT(iptfs_ns3_timer_set(timer, 50), 0);
    iptfs_ns3_timer_cancel(timer);
    CHECK_INT(iptfs_ns3_run_until(60), 0);
    CHECK_INT(calls.n, 1);
    CHECK_INT(iptfs_ns3_timer_set(timer, 70), 0);
    iptfs_ns3_timer_cancel(timer);
    CHECK_INT(iptfs_ns3_timer_set(timer, 70), 0);
    CHECK_INT(iptfs_ns3_run_until(80), 0);
    CHECK_INT(calls.n, 2);
    CHECK_CALL(1, 70, 1);
    CHECK_INT(iptfs_ns3_timer_set(timer, 90), 0);
    close_simulation();
    CHECK_INT(calls.n, 2);
    open_simulation(); /* what was pending in the old simulation has no effect in the new one */
    CHECK_INT(iptfs_ns3_run_until(95), 0);
    CHECK_INT(calls.n, 0);
    CHECK_INT(iptfs_ns3_timer_set(timer, 100), 0);
    CHECK_INT(iptfs_ns3_run_until(200), 0);
    CHECK_INT(calls.n, 1);
    CHECK_CALL(0, 100, 1);
    close_simulation();
    iptfs_ns3_timer_cancel(timer);
    iptfs_ns3_timer_cancel(NULL);
    iptfs_ns3_timer_free(timer);
    iptfs_ns3_timer_free(NULL);
}

static void test_timer_moved_earlier_many_times(void)
{
    struct iptfs_ns3_timer *timer = iptfs_ns3_timer_new(on_event, &call_one);

    open_simulation();
    for (int64_t at = 1000; at >= 900; at--)
        CHECK_INT(iptfs_ns3_timer_set(timer, at), 0);
    CHECK_INT(iptfs_ns3_run_until(950), 0);
    CHECK_INT(calls.n, 1);
    CHECK_CALL(0, 900, 1);
    CHECK_INT(iptfs_ns3_timer_set(timer, 970), 0);
    CHECK_INT(iptfs_ns3_run_until(2000), 0);
    CHECK_INT(calls.n, 2);
    CHECK_CALL(1, 970, 1);
    CHECK_INT(iptfs_ns3_event_count(), 101 + 1); /* one for each set, none of them woke another */
    close_simulation();
    iptfs_ns3_timer_free(timer);
}

static struct iptfs_ns3_timer *own_timer;

static void on_tick(void *ctx)
{
    int *left = ctx;

    record_call(*left, 0);
    if (--*left > 0)
        CHECK_INT(iptfs_ns3_timer_set(own_timer, iptfs_ns3_now_ps() + 10), 0);
}

static void test_timer_sets_itself(void)
{
    int left = 4;

    own_timer = iptfs_ns3_timer_new(on_tick, &left);
    open_simulation();
    CHECK_INT(iptfs_ns3_timer_set(own_timer, 5), 0);
    CHECK_INT(iptfs_ns3_run_until(1000), 0);
    CHECK_INT(calls.n, 4);
    CHECK_CALL(3, 35, 1);
    CHECK_INT(iptfs_ns3_event_count(), 4); /* nothing but the ticks */
    close_simulation();
    left = 2;
    open_simulation();
    CHECK_INT(iptfs_ns3_timer_set(own_timer, 0), 0);
    CHECK_INT(iptfs_ns3_run_until(1000), 0);
    CHECK_INT(calls.n, 2);
    CHECK_CALL(1, 10, 1);
    close_simulation();
    iptfs_ns3_timer_free(own_timer);
}

/* A far deadline that is always brought nearer must not pile up wake-ups. */
static void on_tick_with_far_deadline(void *ctx)
{
    int *left = ctx;

    if (--*left > 0) {
        CHECK_INT(iptfs_ns3_timer_set(own_timer, iptfs_ns3_now_ps() + 1000000), 0);
        CHECK_INT(iptfs_ns3_timer_set(own_timer, iptfs_ns3_now_ps() + 10), 0);
    }
}

static void test_far_deadlines_do_not_pile_up(void)
{
    int left = 1000;

    own_timer = iptfs_ns3_timer_new(on_tick_with_far_deadline, &left);
    open_simulation();
    CHECK_INT(iptfs_ns3_timer_set(own_timer, 0), 0);
    CHECK_INT(iptfs_ns3_run_until(10000000), 0);
    CHECK_INT(left, 0);
    CHECK_INT(iptfs_ns3_event_count(), 1000 + 1);
    close_simulation();
    iptfs_ns3_timer_free(own_timer);
}

static void on_event_free_timer(void *ctx)
{
    record_call(1, 0);
    iptfs_ns3_timer_free(*(struct iptfs_ns3_timer **)ctx);
}

static void test_timer_freed_at_any_time(void)
{
    struct iptfs_ns3_timer *pending = iptfs_ns3_timer_new(on_event, &call_two);
    struct iptfs_ns3_timer *left_over = iptfs_ns3_timer_new(on_event, &call_three);

    own_timer = iptfs_ns3_timer_new(on_event_free_timer, &own_timer);
    open_simulation();
    CHECK_INT(iptfs_ns3_timer_set(own_timer, 10), 0);
    CHECK_INT(iptfs_ns3_timer_set(pending, 30), 0);
    CHECK_INT(iptfs_ns3_timer_set(pending, 20), 0);
    iptfs_ns3_timer_free(pending);
    CHECK_INT(iptfs_ns3_run_until(25), 0);
    CHECK_INT(calls.n, 1);
    CHECK_INT(iptfs_ns3_timer_set(left_over, 40), 0);
    iptfs_ns3_timer_free(left_over);
    close_simulation();
    CHECK_INT(calls.n, 1);
}

/* A timer against a model: random moves; it must be called at exactly the times last set. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static void test_timer_keeps_its_promise_under_random_moves(void)
{
    struct iptfs_ns3_timer *timer = iptfs_ns3_timer_new(on_event, &call_one);
    uint32_t state = 1;
    int64_t deadline = -1;
    int bad = 0;

    open_simulation();
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
    CHECK_INT(bad, 0);
    close_simulation();
    iptfs_ns3_timer_free(timer);
}

const CU_TestInfo iptfs_tests_events[] = {
    {"events run in order", test_events_run_in_order},
    {"close drops pending events", test_close_drops_pending_events},
    {"drop finds the simulation closed", test_drop_finds_the_simulation_closed},
    {"refused events", test_refused_events},
    {"timer is set, cancelled and moved", test_timer_is_set_cancelled_and_moved},
    {"timer moved earlier many times", test_timer_moved_earlier_many_times},
    {"timer sets itself", test_timer_sets_itself},
    {"far deadlines do not pile up", test_far_deadlines_do_not_pile_up},
    {"timer freed at any time", test_timer_freed_at_any_time},
    {"timer under random moves", test_timer_keeps_its_promise_under_random_moves},
    CU_TEST_INFO_NULL,
};
