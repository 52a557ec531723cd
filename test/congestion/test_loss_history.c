/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loss history against section 5 of RFC 5348, worked by hand. */
#include "base/units.h"
#include "congestion/loss_history.h"
#include "congestion/tfrc.h"
#include "support/check.h"

#define MS IPTFS_PS_PER_MS

static void arrive(struct iptfs_loss_history *history, uint64_t seq, int64_t at_ps, int64_t rtt_ps)
{
    struct iptfs_loss_arrival arrival = {.seq = seq, .at_ps = at_ps, .rtt_ps = rtt_ps};
    iptfs_loss_history_input(history, &arrival);
}

static void arrive_marked(struct iptfs_loss_history *history, uint64_t seq, int64_t at_ps,
                          int64_t rtt_ps)
{
    struct iptfs_loss_arrival arrival = {.seq = seq, .at_ps = at_ps, .rtt_ps = rtt_ps, .ce = true};
    iptfs_loss_history_input(history, &arrival);
}

/* Numbers `from` to `to`, each in the millisecond of its number. */
static void arrive_all(struct iptfs_loss_history *history, uint64_t from, uint64_t to,
                       int64_t rtt_ps)
{
    for (uint64_t seq = from; seq <= to; seq++)
        arrive(history, seq, (int64_t)seq * MS, rtt_ps);
}

static void test_no_loss_is_no_rate(void)
{
    struct iptfs_loss_history history;
    iptfs_loss_history_init(&history, NULL);
    CHECK_U64(iptfs_loss_history_wire(&history), 0);
    arrive_all(&history, 1000, 2000, 10 * MS);
    CHECK_U64(history.events, 0);
    CHECK_NEAR(iptfs_loss_history_p(&history), 0, 0);
    CHECK_U64(iptfs_loss_history_wire(&history), 0);
    CHECK_U64(history.received_pkts, 1001);
    CHECK_TRUE(!iptfs_loss_history_marked(&history));
}

static void test_three_later_ones_make_a_loss(void)
{
    struct iptfs_loss_history history;
    iptfs_loss_history_init(&history, NULL);
    arrive_all(&history, 1, 2, 0);
    arrive_all(&history, 4, 5, 0);
    CHECK_U64(history.lost_pkts, 0);
    arrive(&history, 6, 6 * MS, 0);
    CHECK_U64(history.lost_pkts, 1);
    CHECK_U64(history.events, 1);
    CHECK_U64(history.event_seq, 3);
    CHECK_INT(history.event_ps, 3 * MS);
}

static void test_three_later_ones_in_any_order(void)
{
    struct iptfs_loss_history history;
    iptfs_loss_history_init(&history, NULL);
    arrive(&history, 1, 1 * MS, 0);
    arrive(&history, 6, 2 * MS, 0);
    arrive(&history, 4, 3 * MS, 0);
    CHECK_U64(history.lost_pkts, 0);
    arrive(&history, 3, 4 * MS, 0); /* 3, 4, 6 are later than 2; only 6 is later than 5 */
    CHECK_U64(history.lost_pkts, 1);
    CHECK_U64(history.event_seq, 2);
    arrive(&history, 8, 5 * MS, 0);
    CHECK_U64(history.lost_pkts, 1);
    arrive(&history, 9, 6 * MS, 0); /* 6, 8, 9 are later than 5; only 8 and 9 than 7 */
    CHECK_U64(history.lost_pkts, 2);
    CHECK_U64(history.event_seq, 5);
    arrive(&history, 7, 7 * MS, 0);
    CHECK_U64(history.lost_pkts, 2);
    CHECK_U64(history.last.seq, 9);
    CHECK_U64(history.early_count, 0);
}

static void test_reordering_is_no_loss(void)
{
    struct iptfs_loss_history history;
    iptfs_loss_history_init(&history, NULL);
    const uint64_t order[] = {1, 3, 4, 2, 7, 5, 6, 10, 9, 8, 11};
    for (int i = 0; i < 11; i++)
        arrive(&history, order[i], i * MS, 0);
    CHECK_U64(history.events, 0);
    CHECK_U64(history.received_pkts, 11);
    CHECK_U64(history.ignored_pkts, 0);
}

static void test_late_and_second_copies_change_nothing(void)
{
    struct iptfs_loss_history history;
    iptfs_loss_history_init(&history, NULL);
    arrive_all(&history, 1, 2, 0);
    arrive_all(&history, 4, 4, 0);
    arrive(&history, 4, 5 * MS, 0); /* again while held */
    arrive(&history, 4, 6 * MS, 0);
    arrive(&history, 2, 7 * MS, 0); /* again when settled */
    CHECK_U64(history.lost_pkts, 0);
    CHECK_U64(history.ignored_pkts, 3);
    arrive(&history, 5, 8 * MS, 0);
    arrive(&history, 6, 9 * MS, 0);
    CHECK_U64(history.lost_pkts, 1);
    arrive(&history, 3, 10 * MS, 0); /* counted as lost already */
    CHECK_U64(history.lost_pkts, 1);
    CHECK_U64(history.events, 1);
    CHECK_U64(history.ignored_pkts, 4);
    CHECK_U64(history.received_pkts, 5);
}

/* Arrivals 1 at 0 ms and 5 at 40 ms: 2, 3, 4 were lost at 10, 20 and 30 ms (5.2). */
static void lose_three(struct iptfs_loss_history *history, int64_t rtt_ps)
{
    iptfs_loss_history_init(history, NULL);
    arrive(history, 1, 0, rtt_ps);
    arrive(history, 5, 40 * MS, rtt_ps);
    arrive(history, 6, 41 * MS, rtt_ps);
    arrive(history, 7, 42 * MS, rtt_ps);
    CHECK_U64(history->lost_pkts, 3);
}

static void test_losses_in_one_round_trip_are_one_event(void)
{
    struct iptfs_loss_history history;
    lose_three(&history, 20 * MS); /* 10 + 20 reaches 30 */
    CHECK_U64(history.events, 1);
    CHECK_U64(history.event_seq, 2);
    CHECK_INT(history.event_ps, 10 * MS);
    lose_three(&history, 20 * MS - 1);
    CHECK_U64(history.events, 2);
    CHECK_U64(history.event_seq, 4);
    CHECK_INT(history.event_ps, 30 * MS);
    CHECK_NEAR(history.closed[0].packets, 2, 0);
    lose_three(&history, 10 * MS); /* 2 and 3; 4 is 20 ms after 2 */
    CHECK_U64(history.events, 2);
    lose_three(&history, 10 * MS - 1);
    CHECK_U64(history.events, 3);
}

/* The round trip counts from the first loss of the event, not from its latest. */
static void test_an_event_lasts_from_its_first_loss(void)
{
    struct iptfs_loss_history history;
    iptfs_loss_history_init(&history, NULL);
    arrive_all(&history, 1, 9, 20 * MS);
    arrive_all(&history, 11, 29, 20 * MS); /* 10 lost at 10 ms */
    arrive_all(&history, 31, 39, 20 * MS); /* 30 at 30 ms: the same event */
    CHECK_U64(history.events, 1);
    arrive_all(&history, 41, 60, 20 * MS); /* 40 at 40 ms: another */
    CHECK_U64(history.events, 2);
    CHECK_U64(history.event_seq, 40);
    CHECK_NEAR(history.closed[0].packets, 30, 0); /* from number to number */
    CHECK_U64(history.lost_pkts, 3);
}

/* A run of losses of which the first belong to an earlier event. */
static void test_a_run_joins_the_event_before_it(void)
{
    struct iptfs_loss_history history;
    iptfs_loss_history_init(&history, NULL);
    arrive_all(&history, 1, 9, 20 * MS);
    arrive_all(&history, 11, 24, 20 * MS);
    /* 25 to 34 lost at 25 to 34 ms: up to 30 ms they are of the event of 10. */
    arrive_all(&history, 35, 40, 20 * MS);
    CHECK_U64(history.events, 2);
    CHECK_U64(history.event_seq, 31);
    CHECK_INT(history.event_ps, 31 * MS);
    CHECK_NEAR(history.closed[0].packets, 21, 0);
    /* The round trip that counts is that of the first arrival behind the losses. */
    iptfs_loss_history_init(&history, NULL);
    arrive_all(&history, 1, 9, 20 * MS);
    arrive_all(&history, 11, 24, 20 * MS);
    arrive_all(&history, 35, 40, 22 * MS);
    CHECK_U64(history.event_seq, 33);
}

/* Arrivals with intervals of 10, 20, 30 ... packets: the losses are at 11, 31, 61, 101, 151, 211,
 * 281, 361, 451; three arrive after the last, whose number is returned. */
static uint64_t lose_series(struct iptfs_loss_history *history, uint64_t events)
{
    iptfs_loss_history_init(history, NULL);
    uint64_t lost = 0;
    uint64_t next = 11;
    arrive(history, 1, MS, 0);
    for (uint64_t i = 1; i <= events; i++) {
        arrive_all(history, lost > 0 ? lost + 1 : 2, next - 1, 0);
        lost = next;
        next += 10 * (i + 1);
    }
    arrive_all(history, lost + 1, lost + 3, 0);
    return lost;
}

static void test_few_intervals(void)
{
    struct iptfs_loss_history history;
    CHECK_U64(lose_series(&history, 1), 11);
    CHECK_NEAR(iptfs_loss_history_interval(&history), 10, 0);
    CHECK_NEAR(iptfs_loss_history_p(&history), 0.1, 1e-15);
    CHECK_U64(lose_series(&history, 4), 101);
    /* I_1..I_4 = 40, 30, 20, 10, all of weight 1: 100 / 4. The open one, 101 to 104, is 4:
     * 4 + 40 + 30 + 20 = 94 is less. */
    CHECK_NEAR(iptfs_loss_history_interval(&history), 25, 1e-12);
    arrive_all(&history, 105, 111, 0); /* 11 + 90 = 101 */
    CHECK_NEAR(iptfs_loss_history_interval(&history), 25.25, 1e-12);
    CHECK_U64(iptfs_loss_history_wire(&history), 25);
    arrive_all(&history, 112, 150, 0); /* 50 + 90 = 140 */
    CHECK_NEAR(iptfs_loss_history_p(&history), 1.0 / 35, 1e-15);
    CHECK_U64(iptfs_loss_history_wire(&history), 35);
}

static void test_eight_intervals_and_their_weights(void)
{
    struct iptfs_loss_history history;
    CHECK_U64(lose_series(&history, 9), 451);
    CHECK_U64(history.events, 9);
    /* 90 + 80 + 70 + 60 + 0.8*50 + 0.6*40 + 0.4*30 + 0.2*20 = 380; the weights are 6 in all; the
     * first interval, 10, is no longer used. */
    CHECK_NEAR(iptfs_loss_history_interval(&history), 380.0 / 6, 1e-12);
    CHECK_U64(iptfs_loss_history_wire(&history), 63);
    arrive_all(&history, 455, 550, 0);
    /* 100 + 90 + 80 + 70 + 0.8*60 + 0.6*50 + 0.4*40 + 0.2*30 = 440 */
    CHECK_NEAR(iptfs_loss_history_interval(&history), 440.0 / 6, 1e-12);
}

static void test_gaps_of_any_size(void)
{
    struct iptfs_loss_history history;
    const uint64_t gap = UINT64_C(1000000000000);
    iptfs_loss_history_init(&history, NULL);
    arrive(&history, 1, 0, IPTFS_PS_PER_S);
    for (uint64_t i = 1; i <= 3; i++)
        arrive(&history, gap + i, 1000 * IPTFS_PS_PER_S, IPTFS_PS_PER_S);
    CHECK_U64(history.lost_pkts, gap - 1);
    /* A number each nanosecond, 10^9 + 1 of them (both ends) in an event: 1000 events, the last of
     * which begins 999 * (10^9 + 1) after the first loss, 2. */
    CHECK_U64(history.events, 1000);
    CHECK_U64(history.event_seq, UINT64_C(999000001001));
    CHECK_INT(history.event_ps, INT64_C(999000001000) * 1000);
    for (int i = 0; i < IPTFS_LOSS_INTERVALS; i++)
        CHECK_NEAR(history.closed[i].packets, 1e9 + 1, 0);
    CHECK_U64(iptfs_loss_history_wire(&history), 1000000001);
    /* And the largest there is. */
    iptfs_loss_history_init(&history, NULL);
    arrive(&history, 0, 0, 0);
    for (uint64_t i = 3; i-- > 0;)
        arrive(&history, UINT64_MAX - i, IPTFS_TIME_MAX_PS, 0);
    CHECK_U64(history.lost_pkts, UINT64_MAX - 3);
    CHECK_U64(history.event_seq, UINT64_MAX - 3);
    /* Intervals of one packet each, and an open one of four: (4 + 5) / 6. */
    CHECK_NEAR(iptfs_loss_history_p(&history), 1 / 1.5, 1e-12);
    arrive(&history, UINT64_MAX, IPTFS_TIME_MAX_PS, 0);
    CHECK_U64(history.ignored_pkts, 1);
}

static void test_as_many_events_as_intervals(void)
{
    for (uint64_t events = 6; events <= 12; events++) {
        struct iptfs_loss_history history;
        iptfs_loss_history_init(&history, NULL);
        arrive_all(&history, 1, 5, 0);
        arrive_all(&history, 6 + events, 8 + events, 0);
        CHECK_U64(history.events, events);
        CHECK_U64(history.event_seq, 5 + events);
        CHECK_U64(history.intervals, events < 8 ? events : 8);
        CHECK_NEAR(history.closed[1].packets, 1, 0);
        CHECK_NEAR(history.closed[history.intervals - 1].packets, events <= 8 ? 5 : 1, 0);
    }
}

static void test_times_that_stand_still(void)
{
    struct iptfs_loss_history history;
    iptfs_loss_history_init(&history, NULL);
    arrive(&history, 1, 5 * MS, 0);
    for (uint64_t i = 100; i < 103; i++)
        arrive(&history, i, 5 * MS, 0);
    CHECK_U64(history.events, 1);
    CHECK_U64(history.lost_pkts, 98);
}

static void test_a_mark_is_a_loss(void)
{
    struct iptfs_loss_history history;
    iptfs_loss_history_init(&history, NULL);
    arrive_all(&history, 1, 19, 10 * MS);
    arrive_marked(&history, 20, 20 * MS, 10 * MS); /* at once, without three more */
    CHECK_U64(history.events, 1);
    CHECK_U64(history.event_seq, 20);
    CHECK_U64(history.lost_pkts, 0);
    CHECK_U64(history.received_pkts, 20);
    CHECK_TRUE(iptfs_loss_history_marked(&history));
    CHECK_NEAR(iptfs_loss_history_interval(&history), 19, 0);
    arrive_marked(&history, 30, 30 * MS, 10 * MS); /* 21 to 29 are still missing */
    CHECK_U64(history.events, 1);
    for (uint64_t seq = 21; seq < 30; seq++)
        arrive(&history, seq, 30 * MS, 10 * MS);
    CHECK_U64(history.events, 1); /* 30 ms is within a round trip of 20 ms */
    CHECK_U64(history.marked_pkts, 2);
    arrive_marked(&history, 31, 30 * MS + 1, 10 * MS);
    CHECK_U64(history.events, 2);
    CHECK_U64(history.event_seq, 31);
}

/* The E bit goes with the last interval that a mark began or was part of. */
static void test_marks_expire_with_their_intervals(void)
{
    struct iptfs_loss_history history;
    iptfs_loss_history_init(&history, NULL);
    arrive(&history, 1, 1 * MS, 0);
    arrive_marked(&history, 2, 2 * MS, 0);
    uint64_t seq = 3;
    for (int events = 1; events <= IPTFS_LOSS_INTERVALS; events++, seq += 4) {
        arrive_all(&history, seq + 1, seq + 3, 0);
        CHECK_TRUE(iptfs_loss_history_marked(&history));
    }
    arrive_all(&history, seq + 1, seq + 3, 0);
    CHECK_TRUE(!iptfs_loss_history_marked(&history));
}

static double asked_pps;
static int64_t asked_rtt_ps;

static double one_in_200(double rate_pps, int64_t rtt_ps)
{
    asked_pps = rate_pps;
    asked_rtt_ps = rtt_ps;
    return 1.0 / 200;
}

static void test_first_interval_comes_from_the_receive_rate(void)
{
    struct iptfs_loss_history history;
    iptfs_loss_history_init(&history, one_in_200);
    arrive_all(&history, 1, 50, 10 * MS);
    CHECK_NEAR(history.receive_pps, 1000, 1e-9); /* 10 packets in 10 ms */
    arrive_all(&history, 52, 60, 10 * MS);
    CHECK_NEAR(asked_pps, 1000, 1e-9);
    CHECK_INT(asked_rtt_ps, 10 * MS);
    CHECK_NEAR(history.closed[0].packets, 200, 1e-9);
    CHECK_U64(iptfs_loss_history_wire(&history), 200);

    /* The largest so far counts: 100 ms of one packet in 5 ms follow the 50 ms of one in 1 ms. */
    iptfs_loss_history_init(&history, one_in_200);
    arrive_all(&history, 1, 51, 10 * MS);
    for (uint64_t i = 1; i <= 20; i++)
        arrive(&history, 51 + i, (51 + 5 * (int64_t)i) * MS, 10 * MS);
    CHECK_NEAR(history.receive_pps, 200, 1e-9);
    for (uint64_t i = 0; i < 3; i++)
        arrive(&history, 73 + i, 160 * MS, 10 * MS);
    CHECK_NEAR(asked_pps, 1000, 1e-9);

    /* At least one packet in two round trips. */
    iptfs_loss_history_init(&history, one_in_200);
    arrive(&history, 1, 0, 100 * MS);
    for (uint64_t i = 3; i <= 5; i++)
        arrive(&history, i, (int64_t)i * 1000 * MS, 100 * MS);
    CHECK_NEAR(asked_pps, 5, 1e-9);
}

/* RFC 5348, 6.3.1: the first packet is marked, so that the first interval is empty: 0.5 packets per
 * round trip are the target, 1 / (R * spacing(p)), so that spacing(p) = 2 and 1/p = 4.84. */
static void test_first_interval_of_an_empty_one(void)
{
    static const int64_t rtts_ps[] = {0, 1 * MS, 100 * MS, 3000 * MS};
    for (size_t i = 0; i < sizeof rtts_ps / sizeof rtts_ps[0]; i++) {
        struct iptfs_loss_history history;
        iptfs_loss_history_init(&history, iptfs_tfrc_loss_for_rate);
        arrive_marked(&history, 1, 0, rtts_ps[i]);
        CHECK_NEAR(iptfs_loss_history_interval(&history), 4.84, 0.005);
        CHECK_U64(iptfs_loss_history_wire(&history), 5);
    }
}

/* RFC 5348, 5.1: n - 1 and n + 1 arrive, then n + 2 with a mark. The event is detected with the
 * mark and begins with n. */
static void test_a_mark_behind_a_gap_counts_at_once(void)
{
    struct iptfs_loss_history history;
    iptfs_loss_history_init(&history, NULL);
    arrive_all(&history, 1, 9, 20 * MS);
    arrive(&history, 11, 11 * MS, 20 * MS);
    CHECK_U64(history.events, 0);
    arrive_marked(&history, 12, 12 * MS, 20 * MS);
    CHECK_U64(history.events, 1);
    CHECK_U64(history.event_seq, 10);
    CHECK_INT(history.event_ps, 10 * MS);
    CHECK_TRUE(iptfs_loss_history_marked(&history));
    CHECK_NEAR(iptfs_loss_history_interval(&history), 9, 0);
    /* A mark that begins no event settles nothing: 14 may still come. */
    arrive(&history, 13, 13 * MS, 20 * MS);
    arrive_marked(&history, 15, 15 * MS, 20 * MS);
    CHECK_U64(history.lost_pkts, 1);
    arrive(&history, 14, 16 * MS, 20 * MS);
    CHECK_U64(history.lost_pkts, 1);
    CHECK_U64(history.events, 1);
    CHECK_U64(history.marked_pkts, 2);
    /* Missing numbers that belong to the event, and a mark that does not. */
    arrive_all(&history, 16, 28, 20 * MS);
    arrive_marked(&history, 31, 31 * MS, 20 * MS);
    CHECK_U64(history.events, 2);
    CHECK_U64(history.event_seq, 31);
    /* A mark of the current event sets the E bit at once, also behind a gap. */
    iptfs_loss_history_init(&history, NULL);
    arrive_all(&history, 1, 9, 20 * MS);
    arrive_all(&history, 11, 14, 20 * MS);
    CHECK_TRUE(!iptfs_loss_history_marked(&history));
    arrive_marked(&history, 16, 16 * MS, 20 * MS);
    CHECK_TRUE(iptfs_loss_history_marked(&history));
    CHECK_U64(history.events, 1);
}

static void test_wire_form_saturates(void)
{
    struct iptfs_loss_history history;
    iptfs_loss_history_init(&history, NULL);
    arrive(&history, 1, 0, 0);
    arrive_marked(&history, UINT64_C(0x100000000), 0, MS);
    arrive(&history, UINT64_C(0x100000001), 0, MS);
    arrive(&history, UINT64_C(0x100000002), 0, MS);
    CHECK_U64(history.events, 1);
    arrive(&history, UINT64_C(0x300000003), 0, MS);
    arrive(&history, UINT64_C(0x300000004), 0, MS);
    arrive(&history, UINT64_C(0x300000005), 0, MS);
    CHECK_U64(iptfs_loss_history_wire(&history), UINT32_MAX);
    iptfs_loss_history_init(&history, NULL);
    arrive_marked(&history, 7, 0, 0);
    CHECK_U64(iptfs_loss_history_wire(&history), 1);
    CHECK_NEAR(iptfs_loss_history_p(&history), 1, 0);
}

const CU_TestInfo iptfs_tests_loss_history[] = {
    {"no loss is no rate", test_no_loss_is_no_rate},
    {"three later ones make a loss", test_three_later_ones_make_a_loss},
    {"three later ones in any order", test_three_later_ones_in_any_order},
    {"reordering is no loss", test_reordering_is_no_loss},
    {"late and second copies change nothing", test_late_and_second_copies_change_nothing},
    {"one round trip, one event", test_losses_in_one_round_trip_are_one_event},
    {"an event lasts from its first loss", test_an_event_lasts_from_its_first_loss},
    {"a run joins the event before it", test_a_run_joins_the_event_before_it},
    {"few intervals", test_few_intervals},
    {"eight intervals and their weights", test_eight_intervals_and_their_weights},
    {"gaps of any size", test_gaps_of_any_size},
    {"as many events as intervals", test_as_many_events_as_intervals},
    {"times that stand still", test_times_that_stand_still},
    {"a mark is a loss", test_a_mark_is_a_loss},
    {"marks expire with their intervals", test_marks_expire_with_their_intervals},
    {"first interval from the receive rate", test_first_interval_comes_from_the_receive_rate},
    {"first interval of an empty one", test_first_interval_of_an_empty_one},
    {"a mark behind a gap counts at once", test_a_mark_behind_a_gap_counts_at_once},
    {"wire form saturates", test_wire_form_saturates},
    CU_TEST_INFO_NULL,
};
