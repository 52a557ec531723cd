/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reorder window that follows the path, and what it must not follow. */
#include "receiver/reorder_depth.h"

#include "base/error.h"
#include "base/units.h"
#include "receiver/receiver.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/run_summary.h"

#include <string.h>

static struct iptfs_reorder_depth depth;

static void start(void)
{
    iptfs_reorder_depth_init(&depth, IPTFS_REORDER_WINDOW_ADAPTIVE);
}

static uint32_t take(uint64_t packets, int times)
{
    while (times-- > 0)
        iptfs_reorder_depth_take(&depth, packets);
    return depth.window;
}

/* It rises at once with the second deep packet, and falls one to two periods after the last. */
static void test_it_follows_the_path(void)
{
    start();
    CHECK_U64(depth.window, 3);
    CHECK_U64(take(0, 500), 3);
    CHECK_U64(take(20, 1), 3);
    CHECK_U64(take(20, 1), 20);
    CHECK_U64(take(50, 1), 20);
    CHECK_U64(take(40, 1), 40);
    CHECK_U64(take(0, 1495), 40);
    CHECK_U64(take(0, 1), 3); /* the second period after them has ended */
    CHECK_U64(depth.window_max, 40);
}

static void test_it_has_bounds(void)
{
    start();
    CHECK_U64(take(1, 10), 3);
    CHECK_U64(take(1025, 100), 3); /* no window keeps these */
    CHECK_U64(take(1024, 2), 1024);
    CHECK_U64(iptfs_reorder_depth_limit(&depth), 1024);
}

static void test_a_fixed_window_stays(void)
{
    iptfs_reorder_depth_init(&depth, 7);
    CHECK_U64(take(100, 50), 7);
    CHECK_U64(iptfs_reorder_depth_limit(&depth), 7);
    iptfs_reorder_depth_init(&depth, 0);
    CHECK_U64(take(100, 50), 0);
}

/* ------------------------------------------------------------------------------ in a receiver */

static struct {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_receiver receiver;
    uint64_t delivered;
} bench;

static void on_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    (void)ctx, (void)now_ps, (void)inner;
    bench.delivered += !again;
}

static void open_bench(bool immediate)
{
    const struct iptfs_receiver_config config = {.reorder_window = IPTFS_REORDER_WINDOW_ADAPTIVE,
                                                 .drop_time_ps = IPTFS_PS_PER_S,
                                                 .immediate = immediate};
    memset(&bench, 0, sizeof bench);
    iptfs_store_init(&bench.store);
    CHECK_INT(
        iptfs_receiver_init(&bench.receiver, &config, &bench.store, &bench.counters, &bench.trace),
        IPTFS_OK);
    iptfs_receiver_deliver_to(&bench.receiver, on_delivered, NULL);
}

static void close_bench(void)
{
    iptfs_store_close(&bench.store);
    iptfs_receiver_free(&bench.receiver);
    CHECK_U64(bench.store.live_outer, 0);
    iptfs_store_free(&bench.store);
}

/* One whole inner packet. */
static void receive(int64_t now_ps, uint64_t seq)
{
    struct iptfs_outer *outer = iptfs_outer_new(&bench.store);
    struct iptfs_inner *inner = iptfs_inner_new(&bench.store, 100);
    inner->ip_version = 4;
    outer->seq = seq;
    iptfs_outer_add(outer, inner, 0, 100);
    iptfs_inner_unref(&bench.store, inner);
    iptfs_receiver_input(&bench.receiver, now_ps, outer);
}

/* Numbers from `from` on, one a millisecond; each tenth comes `late` packets later (0: in order,
 * -1: not at all). Returns the number behind the last. */
static uint64_t receive_thousands(uint64_t from, int thousands, int late)
{
    uint64_t behind = from + (uint64_t)thousands * 1000;
    for (uint64_t seq = from; seq < behind; seq++) {
        int64_t now_ps = (int64_t)seq * IPTFS_PS_PER_MS;
        if (late == 0 || seq % 10 != 0)
            receive(now_ps, seq);
        if (late > 0 && seq >= from + (uint64_t)late && (seq - (uint64_t)late) % 10 == 0)
            receive(now_ps, seq - (uint64_t)late);
    }
    return behind;
}

static void test_a_receiver_follows_the_path(void)
{
    for (int immediate = 0; immediate < 2; immediate++) {
        open_bench(immediate == 1);
        uint64_t seq = receive_thousands(1, 2, 0);
        CHECK_U64(bench.receiver.depth->window, 3);
        seq = receive_thousands(seq, 2, 25); /* the path becomes worse */
        CHECK_U64(bench.receiver.depth->window, 25);
        uint64_t late = iptfs_receiver_late_pkts(&bench.receiver);
        CHECK_TRUE(late > 0 && late <= 4);
        seq = receive_thousands(seq, 2, 25);
        CHECK_TRUE(iptfs_receiver_late_pkts(&bench.receiver) <= late + 3); /* at the seam */
        receive_thousands(seq, 3, 0);                                      /* and good again */
        CHECK_U64(bench.receiver.depth->window, 3);
        CHECK_U64(bench.receiver.depth->window_max, 25);
        iptfs_receiver_restart_maxima(&bench.receiver);
        CHECK_U64(bench.receiver.depth->window_max, 3);
        close_bench();
    }
}

/* Lost packets, second copies, and packets that come after drop-time. */
static void test_a_receiver_does_not_follow_others(void)
{
    open_bench(false);
    uint64_t seq = receive_thousands(1, 3, -1);
    CHECK_U64(bench.receiver.depth->window, 3);
    for (uint64_t again = 1; again < 40; again++) {
        int64_t now_ps = (int64_t)seq * IPTFS_PS_PER_MS;
        receive(now_ps, seq++);
        if ((seq - 35) % 10 != 0)
            receive(now_ps, seq - 35);
    }
    CHECK_U64(bench.receiver.depth->window, 3);
    /* 5 numbers are missing, and come 2 s later, behind two that were held and given up. */
    receive((int64_t)(seq + 5) * IPTFS_PS_PER_MS, seq + 2);
    int64_t late_ps = (int64_t)(seq + 2000) * IPTFS_PS_PER_MS;
    for (uint64_t i = 0; i < 2; i++)
        receive(late_ps, seq + i);
    CHECK_U64(bench.receiver.depth->window, 3);
    close_bench();
}

/* ---------------------------------------------------------------------------------- in a run */

static const char paths[] = "[scenario]\nduration = 10s\nseed = 3\n"
                            "[tunnel]\nmode = fixed-rate\npps = 1000\npkt-size = 400\n"
                            "reorder-window = adaptive\n[link]\ndelay = 100ms\n"
                            "[traffic.a]\ntype = cbr\nsize = 200\nrate = 1.6Mbps\n";

/* The window, and the share of outer packets that come too late for it. */
static void check_path(const char *jitter, const char *window, double least, double most,
                       double late_least, double late_most)
{
    const char *const sets[] = {jitter, window};
    json_t *summary = summary_of(paths, sets, 2);
    double late = summary_number(summary, "outer.late") / 10000;
    CHECK_TRUE(late >= late_least && late <= late_most);
    if (least > 0) {
        double found = summary_number(summary, "outer.reorder_window");
        CHECK_TRUE(found >= least && found <= most);
    }
    json_decref(summary);
}

/* Packets of 1000 a second whose delays differ by up to 40 ms overtake up to 40 others. */
static void test_a_run_follows_its_path(void)
{
    check_path("link.jitter=0", "tunnel.reorder-window=adaptive", 3, 3, 0, 0);
    check_path("link.jitter=20ms", "tunnel.reorder-window=adaptive", 30, 40, 0, 0.004);
    check_path("link.jitter=20ms", "tunnel.reorder-window=3", 0, 0, 0.4, 0.9);
    check_path("link.loss=20%", "tunnel.reorder-window=adaptive", 3, 3, 0, 0);
}

const CU_TestInfo iptfs_tests_reorder_depth[] = {
    {"it follows the path", test_it_follows_the_path},
    {"it has bounds", test_it_has_bounds},
    {"a fixed window stays", test_a_fixed_window_stays},
    {"a receiver follows the path", test_a_receiver_follows_the_path},
    {"a receiver does not follow others", test_a_receiver_does_not_follow_others},
    {"a run follows its path", test_a_run_follows_its_path},
    CU_TEST_INFO_NULL,
};
