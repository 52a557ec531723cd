/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reorder window and its timer: small scripts with literal times, and a slow model of the same
 * rules to compare random runs with. */
#include "base/error.h"
#include "base/units.h"
#include "receiver/reorder.h"
#include "support/check.h"
#include "support/fixture.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOG_OCTETS = 4096,
    SEQS = 2048 /* numbers that the slow model knows, counted from its base */
};

/* A window, with what it did as a text: "SEQ@TIME" for a packet that went on, "!TIME" for the timer
 * that fired. */
struct bench {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_drop_timer timer;
    struct iptfs_reorder reorder;
    char log[LOG_OCTETS];
    size_t log_octets;
    uint64_t processed;
    uint64_t last_seq;
    bool in_order; /* each packet that went on had a higher number than the one before */
};

static void note(struct bench *bench, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void note(struct bench *bench, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t space = sizeof bench->log - bench->log_octets;
    int octets = vsnprintf(bench->log + bench->log_octets, space, format, args);
    va_end(args);
    if (octets > 0)
        bench->log_octets += (size_t)octets < space ? (size_t)octets : space - 1;
}

static void on_process(void *ctx, int64_t now_ps, struct iptfs_outer *outer)
{
    struct bench *bench = ctx;
    note(bench, "%s%" PRIu64 "@%" PRId64, bench->log_octets > 0 ? " " : "", outer->seq, now_ps);
    if (bench->processed > 0 && outer->seq <= bench->last_seq)
        bench->in_order = false;
    bench->processed++;
    bench->last_seq = outer->seq;
}

static void start(struct bench *bench, uint32_t window, int64_t drop_time_ps)
{
    *bench = (struct bench){.timer = {drop_time_ps, IPTFS_NEVER}, .in_order = true};
    iptfs_store_init(&bench->store);
    CHECK_INT(
        iptfs_reorder_init(&bench->reorder, window, &bench->store, &bench->counters, &bench->timer),
        IPTFS_OK);
    bench->reorder.process = on_process;
    bench->reorder.process_ctx = bench;
}

static void stop(struct bench *bench)
{
    iptfs_store_close(&bench->store);
    iptfs_reorder_free(&bench->reorder);
    CHECK_U64(bench->store.live_outer, 0);
    iptfs_store_free(&bench->store);
}

static void input(struct bench *bench, int64_t now_ps, uint64_t seq)
{
    struct iptfs_outer *outer = iptfs_outer_new(&bench->store);
    outer->seq = seq;
    iptfs_reorder_input(&bench->reorder, now_ps, outer);
}

/* Fires the timer as often as it is due, each time at its deadline. */
static void fire_until(struct bench *bench, int64_t until_ps)
{
    for (int fired = 0; bench->timer.deadline_ps <= until_ps; fired++) {
        int64_t now_ps = bench->timer.deadline_ps;
        if (fired == 1000) {
            CHECK_FAIL("the timer fires for ever at %" PRId64, now_ps);
            return;
        }
        iptfs_drop_timer_stop(&bench->timer);
        note(bench, "%s!%" PRId64, bench->log_octets > 0 ? " " : "", now_ps);
        iptfs_reorder_expire(&bench->reorder, now_ps);
    }
}

/* Plays "TIME:SEQ" and, for what reassembly does with the timer, "TIME:start" and "TIME:stop". What
 * comes at one instant is taken before the timer fires. */
static void play(struct bench *bench, const char *script)
{
    while (*script != '\0') {
        char *end;
        int64_t at_ps = strtoll(script, &end, 10);
        const char *what = end + 1;
        fire_until(bench, at_ps - 1);
        if (strncmp(what, "start", 5) == 0)
            iptfs_drop_timer_start(&bench->timer, at_ps + bench->timer.drop_time_ps);
        else if (strncmp(what, "stop", 4) == 0)
            iptfs_drop_timer_stop(&bench->timer);
        else
            input(bench, at_ps, strtoull(what, NULL, 10));
        script = what + strcspn(what, " ");
        script += strspn(script, " ");
    }
}

struct row {
    const char *about;
    uint32_t window;
    const char *script;
    const char *log;
    uint64_t late, duplicate, missed; /* packets, and numbers given up */
};

/* Plays the rows with a drop-time of 10, and at the end lets the timer fire until it stops. */
static void play_rows(const struct row *rows, size_t count)
{
    static struct bench bench;
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        start(&bench, row->window, 10);
        play(&bench, row->script);
        fire_until(&bench, IPTFS_TIME_MAX_PS);
        bool same = CHECK_STR(bench.log, row->log);
        same = CHECK_U64(bench.reorder.late_pkts, row->late) && same;
        same = CHECK_U64(bench.reorder.duplicate_pkts, row->duplicate) && same;
        same =
            CHECK_U64(bench.counters.value[IPTFS_YANG_OUTER_RX_MISSED_PKTS], row->missed) && same;
        if (!same)
            CHECK_FAIL("row: %s: window %u: %s", row->about, row->window, row->script);
        stop(&bench);
    }
}

#define PLAY_ROWS(rows) play_rows((rows), sizeof(rows) / sizeof(rows)[0])

/* ------------------------------------------------------------------------------------ window */

static void test_window_rules(void)
{
    static const struct row rows[] = {
        {"no window: as it comes", 0, "0:5 1:3 2:3 3:9 4:6", "5@0 3@1 3@2 9@3 6@4", 0, 1, 3},
        {"first sets want", 3, "0:7 1:6 2:8", "7@0 8@2", 1, 0, 0},
        {"first may be 0", 3, "0:0 1:1", "0@0 1@1", 0, 0, 0},
        {"in order", 3, "0:1 1:2 2:3 3:4", "1@0 2@1 3@2 4@3", 0, 0, 0},
        {"again", 3, "0:1 1:2 2:2 3:1 4:3", "1@0 2@1 3@4", 0, 2, 0},
        {"held until the gap fills", 3, "0:1 1:3 2:2", "1@0 2@2 3@2 !11", 0, 0, 0},
        {"held in any order", 3, "0:1 1:5 2:3 3:4 4:2", "1@0 2@4 3@4 4@4 5@4 !11", 0, 0, 0},
        {"up to the next gap", 3, "0:1 1:3 2:5 3:2 4:4", "1@0 2@3 3@3 4@4 5@4 !11", 0, 0, 0},
        {"second copy of a held one", 3, "0:1 1:3 2:3 3:2 4:3", "1@0 2@3 3@3 !11", 0, 2, 0},
        {"at the far end: held", 3, "0:1 1:5 2:2 3:3 4:4", "1@0 2@2 3@3 4@4 5@4 !11", 0, 0, 0},
        {"one farther: want moves by one", 3, "0:1 1:6 2:2 3:3 4:4 5:5", "1@0 3@3 4@4 5@5 6@5 !11",
         1, 0, 1},
        {"passes a held one", 3, "0:1 1:3 2:5 3:7 4:4 5:6", "1@0 3@3 4@4 5@4 6@5 7@5 !11", 0, 0, 1},
        {"goes on from a held one", 3, "0:1 1:3 2:4 3:6 4:5", "1@0 3@3 4@3 5@4 6@4 !11", 0, 0, 1},
        {"goes on to the far end", 3, "0:1 1:3 2:4 3:5 4:6", "1@0 3@4 4@4 5@4 6@4 !11", 0, 0, 1},
        {"beyond the whole window", 3, "0:1 1:3 2:20 3:16 4:17 5:18 6:19",
         "1@0 3@2 17@4 18@5 19@6 20@6 !11", 1, 0, 14},
        {"window 1, held", 1, "0:1 1:3 2:2", "1@0 2@2 3@2 !11", 0, 0, 0},
        {"window 1, one farther", 1, "0:1 1:4 2:2 3:3", "1@0 3@3 4@3 !11", 1, 0, 1},
        {"window 1, pushed on", 1, "0:1 1:3 2:4 3:5", "1@0 3@2 4@2 5@3 !11", 0, 0, 1},
        {"window 1, two gaps", 1, "0:1 1:3 2:5 3:4", "1@0 3@2 4@3 5@3 !11", 0, 0, 1},
    };
    PLAY_ROWS(rows);
}

/* Where each window ends: the last number held, and the first that moves it. */
static void test_window_sizes(void)
{
    static const struct row rows[] = {
        {"last place", 255, "0:1 1:257 2:2", "1@0 2@2 !11 257@11", 0, 0, 254},
        {"behind it", 255, "0:1 1:258 2:2 3:3", "1@0 3@3 !11 258@11", 1, 0, 255},
        {"last place", 65535, "0:1 1:65537 2:2", "1@0 2@2 !11 65537@11", 0, 0, 65534},
        {"behind it", 65535, "0:1 1:65538 2:2 3:3", "1@0 3@3 !11 65538@11", 1, 0, 65535},
    };
    PLAY_ROWS(rows);
}

/* Numbers jump as far as they can; a loop over the numbers between would never end. */
static void test_huge_jumps(void)
{
    static const struct row rows[] = {
        {"no window", 0, "0:1 1:18446744073709551615 2:2", "1@0 18446744073709551615@1 2@2", 0, 0,
         UINT64_MAX - 2},
        {"one held", 3, "0:1 1:3 2:9000000000000000000 3:8999999999999999997",
         "1@0 3@2 8999999999999999997@3 !11 !12 9000000000000000000@12", 0, 0,
         UINT64_C(9000000000000000000) - 4},
        {"none held", 1, "0:1 1:18446744073709551615 2:18446744073709551614",
         "1@0 18446744073709551614@2 18446744073709551615@2 !11", 0, 0,
         UINT64_C(18446744073709551612)},
        {"largest window", 65535, "0:1 1:5 2:9000000000000000000 3:8999999999999934464",
         "1@0 5@2 !11 !12 9000000000000000000@12", 1, 0, UINT64_C(8999999999999999997)},
        {"back again", 3, "0:9000000000000000000 1:1 2:9000000000000000001",
         "9000000000000000000@0 9000000000000000001@2", 1, 0, 0},
    };
    PLAY_ROWS(rows);
}

/* ------------------------------------------------------------------------------------- timer */

static void test_give_up_times(void)
{
    static const struct row rows[] = {
        {"a gap is given up", 3, "0:1 5:3", "1@0 !15 3@15", 0, 0, 1},
        {"and then comes too late", 3, "0:1 5:3 16:2 17:4", "1@0 !15 3@15 4@17", 1, 0, 1},
        {"a second copy of the late one", 3, "0:1 5:3 16:2 17:2 18:3", "1@0 !15 3@15", 1, 2, 1},
        {"a filled gap is not", 3, "0:1 5:3 14:2 30:4", "1@0 2@14 3@14 !15 4@30", 0, 0, 0},
        {"arrival before timer at one instant", 3, "0:1 5:3 15:2", "1@0 2@15 3@15 !15", 0, 0, 0},
        {"several gaps under one packet", 5, "0:1 1:6", "1@0 !11 6@11", 0, 0, 4},
        {"below another: its time stays", 5, "0:1 1:6 8:4", "1@0 !11 4@11 6@11", 0, 0, 3},
        {"above another: a time of its own", 5, "0:1 1:3 5:6", "1@0 !11 3@11 !15 6@15", 0, 0, 3},
        {"no gap above: goes with it", 5, "0:1 1:3 5:4", "1@0 !11 3@11 4@11", 0, 0, 1},
        {"gap below filled: the upper time counts", 5, "0:1 1:3 5:6 7:2",
         "1@0 2@7 3@7 !11 !15 6@15", 0, 0, 2},
        {"three steps", 7, "0:1 1:3 3:5 6:8", "1@0 !11 3@11 !13 5@13 !16 8@16", 0, 0, 4},
        {"two times at one instant", 7, "0:1 1:3 1:5 6:8", "1@0 !11 3@11 5@11 !16 8@16", 0, 0, 4},
        {"moved far: time of the last", 3, "0:1 1:3 6:20", "1@0 3@6 !11 !16 20@16", 0, 0, 17},
        {"moved by one: the time stays", 3, "0:1 1:4 6:6", "1@0 !11 4@11 !16 6@16", 0, 0, 3},
        {"a stopped timer starts again", 3, "0:1 1:3 2:2 20:5", "1@0 2@2 3@2 !11 !30 5@30", 0, 0,
         1},
        {"a running one is not moved", 3, "0:1 1:3 2:2 4:5", "1@0 2@2 3@2 !11 !14 5@14", 0, 0, 1},
    };
    PLAY_ROWS(rows);
}

/* Reassembly starts and stops the same timer. */
static void test_shared_timer(void)
{
    static const struct row rows[] = {
        {"too early for the window: again", 3, "0:1 2:start 5:3", "1@0 !12 !15 3@15", 0, 0, 1},
        {"nothing held: stops", 3, "0:1 2:start", "1@0 !12", 0, 0, 0},
        {"stopped: waits for the arrival", 3, "0:1 1:3 4:stop 90:2", "1@0 2@90 3@90", 0, 0, 0},
        {"stopped: waits for a timer", 3, "0:1 1:3 4:stop 90:start", "1@0 !100 3@100", 0, 0, 1},
        {"stopped: not started on top of a full place", 3, "0:1 1:3 4:stop 20:4 90:2",
         "1@0 2@90 3@90 4@90", 0, 0, 0},
        {"stopped: not started by one below", 4, "0:1 1:5 4:stop 20:4 90:2 91:3",
         "1@0 2@90 3@91 4@91 5@91", 0, 0, 0},
        {"stopped and emptied: starts", 3, "0:1 1:3 4:stop 5:2 6:5", "1@0 2@5 3@5 !16 5@16", 0, 0,
         1},
    };
    PLAY_ROWS(rows);
}

/* ---------------------------------------------------------------------- where Linux 7.2 fails */

/* Fault 1: the places of the window are moved by a copy onto themselves. Here many packets are held
 * on both sides of several gaps while the window moves, by small and large steps. */
static void test_linux_fault_1_overlapping_move(void)
{
    static struct bench bench;
    for (uint64_t step = 1; step <= 40; step++) {
        start(&bench, 32, 1000);
        input(&bench, 0, 1);
        for (uint64_t seq = 3; seq <= 34; seq++)
            if (seq % 5 != 2)
                input(&bench, 1, seq);
        CHECK_U64(bench.processed, 1);
        uint64_t held = bench.reorder.held;
        CHECK_U64(held, 26); /* 3 to 34 without 7, 12, 17, 22, 27 and 32 */
        input(&bench, 2, 34 + step);
        CHECK_U64(bench.reorder.want,
                  bench.last_seq + 1 > 2 + step ? bench.last_seq + 1 : 2 + step);
        for (uint64_t seq = bench.reorder.want; seq < 34 + step; seq++)
            input(&bench, 3, seq);
        CHECK_TRUE(bench.in_order);
        CHECK_U64(bench.last_seq, 34 + step);
        CHECK_U64(bench.reorder.held, 0);
        /* Every number except those given up by the move was processed, once. */
        CHECK_U64(bench.processed + bench.counters.value[IPTFS_YANG_OUTER_RX_MISSED_PKTS],
                  34 + step);
        stop(&bench);
    }
}

/* Fault 2: when the timer gave up part of the window, the packets behind were off by one. */
static void test_linux_fault_2_partial_give_up(void)
{
    static const struct row rows[] = {
        {"then in order", 5, "0:1 1:3 5:6 12:4 13:5", "1@0 !11 3@11 4@12 5@13 6@13 !15", 0, 0, 1},
        {"then reversed", 5, "0:1 1:3 5:6 12:5 13:4", "1@0 !11 3@11 4@13 5@13 6@13 !15", 0, 0, 1},
        {"then a second copy", 5, "0:1 1:3 5:6 12:6 13:4 14:5", "1@0 !11 3@11 4@13 5@14 6@14 !15",
         0, 1, 1},
        {"then the far end", 5, "0:1 1:3 5:6 12:9 13:4 14:5 14:7 14:8",
         "1@0 !11 3@11 4@13 5@14 6@14 7@14 8@14 9@14 !15", 0, 0, 1},
        {"then beyond it", 5, "0:1 1:3 5:6 12:10 13:4 14:5 14:7",
         "1@0 !11 3@11 5@14 6@14 7@14 !15 !22 10@22", 1, 0, 4},
    };
    PLAY_ROWS(rows);
}

/* ---------------------------------------------------------------------------------- reversal */

/* The first `x` of every `y` packets arrive in reversed order: the oldest x - (w + 1) are lost.
 * Without a window all go on as they come. */
static void check_reversed(uint32_t window, uint64_t x, uint64_t y)
{
    enum {
        BLOCKS = 4
    };
    static struct bench bench;
    start(&bench, window, 1000000);
    input(&bench, 0, 0);
    int64_t now_ps = 1;
    for (uint64_t block = 0; block < BLOCKS; block++) {
        for (uint64_t i = 0; i < y; i++) {
            uint64_t at = i < x ? x - 1 - i : i;
            input(&bench, now_ps++, 1 + block * y + at);
        }
    }
    uint64_t lost = window > 0 && x > window + 1 ? x - (window + 1) : 0;
    bool good = CHECK_U64(bench.reorder.late_pkts, BLOCKS * lost);
    good = CHECK_U64(bench.processed, 1 + BLOCKS * (y - lost)) && good;
    good = CHECK_U64(bench.reorder.held, 0) && good;
    good = CHECK_TRUE(bench.in_order == (window > 0 || x < 2)) && good;
    if (!good)
        CHECK_FAIL("%" PRIu64 " of every %" PRIu64 " reversed, window %u", x, y, window);
    stop(&bench);
}

static void test_reversed_blocks(void)
{
    for (uint32_t window = 0; window <= 16; window++)
        for (uint64_t x = 1; x <= 20; x++)
            for (uint64_t y = x; y <= x + 2; y++)
                check_reversed(window, x, y);
}

/* --------------------------------------------------------------------------- the slow model */

/* The same rules, over plain arrays indexed by number, without regard to speed. */
struct model {
    uint64_t window;
    int64_t drop_time_ps;
    bool started;
    uint64_t want;
    bool held[SEQS];
    bool seen[SEQS];
    int64_t give_up_ps[SEQS];
    int64_t timer_ps;
    uint64_t late, duplicate, missed;
    uint64_t out[SEQS]; /* numbers that went on in this step */
    size_t out_count;
};

static bool holds_any(const struct model *model, uint64_t from, uint64_t before)
{
    for (uint64_t seq = from; seq < before; seq++)
        if (model->held[seq])
            return true;
    return false;
}

static void model_process(struct model *model, uint64_t seq)
{
    model->held[seq] = false;
    model->out[model->out_count++] = seq;
    model->want = seq + 1;
}

static void model_go_on(struct model *model)
{
    while (model->held[model->want])
        model_process(model, model->want);
}

static void model_start_timer(struct model *model, int64_t at_ps)
{
    if (model->timer_ps == IPTFS_NEVER)
        model->timer_ps = at_ps;
}

static void model_hold(struct model *model, int64_t now_ps, uint64_t seq)
{
    model->held[seq] = true;
    if (holds_any(model, seq + 1, SEQS))
        return;
    model->give_up_ps[seq] = now_ps + model->drop_time_ps;
    for (uint64_t below = seq; below-- > model->want && !model->held[below];)
        model->give_up_ps[below] = now_ps + model->drop_time_ps;
    if (!holds_any(model, model->want, seq))
        model_start_timer(model, now_ps + model->drop_time_ps);
}

static void model_move(struct model *model, uint64_t new_want)
{
    for (uint64_t seq = model->want; seq < new_want; seq++) {
        if (model->held[seq])
            model_process(model, seq);
        else
            model->missed++;
    }
    model->want = new_want;
}

static void model_input(struct model *model, int64_t now_ps, uint64_t seq)
{
    bool again = model->seen[seq];
    model->seen[seq] = true;
    model->duplicate += again;
    if (!model->started)
        model->want = seq;
    model->started = true;
    if (model->window == 0) {
        model->out[model->out_count++] = seq;
        while (model->want < seq)
            model->missed += !model->seen[model->want++];
        return;
    }
    if (seq < model->want) {
        model->late += !again;
    } else if (seq == model->want) {
        model_process(model, seq);
        model_go_on(model);
    } else if (!model->held[seq]) {
        if (seq > model->want + model->window)
            model_move(model, seq - model->window);
        model_hold(model, now_ps, seq);
        model_go_on(model);
    }
}

static void model_fire(struct model *model, int64_t now_ps)
{
    model->timer_ps = IPTFS_NEVER;
    if (!holds_any(model, 0, SEQS))
        return;
    while (holds_any(model, 0, SEQS)) {
        if (model->held[model->want])
            model_process(model, model->want);
        else if (model->give_up_ps[model->want] <= now_ps)
            model_move(model, model->want + 1);
        else
            break;
    }
    if (holds_any(model, 0, SEQS))
        model_start_timer(model, model->give_up_ps[model->want]);
}

/* Both, side by side, with numbers that begin at `base`. */
struct pair {
    struct bench bench;
    struct model model;
    uint64_t base;
    uint64_t seed;
    int64_t now_ps;
};

static bool same_step(struct pair *pair, const char *what)
{
    struct bench *bench = &pair->bench;
    struct model *model = &pair->model;
    struct bench expected = {.log_octets = 0};
    for (size_t i = 0; i < model->out_count; i++)
        note(&expected, "%s%" PRIu64 "@%" PRId64, i > 0 ? " " : "", pair->base + model->out[i],
             pair->now_ps);
    bool same = strcmp(bench->log, expected.log) == 0;
    if (!same)
        CHECK_STR(bench->log, expected.log);
    if (bench->timer.deadline_ps != model->timer_ps)
        same = CHECK_INT(bench->timer.deadline_ps, model->timer_ps);
    if (model->started && bench->reorder.want != pair->base + model->want)
        same = CHECK_U64(bench->reorder.want, pair->base + model->want);
    if (!same)
        CHECK_FAIL("seed %" PRIu64 ", at %" PRId64 ", after %s", pair->seed, pair->now_ps, what);
    bench->log[0] = '\0';
    bench->log_octets = 0;
    model->out_count = 0;
    return same;
}

static bool pair_input(struct pair *pair, uint64_t seq)
{
    char what[40];
    snprintf(what, sizeof what, "packet %" PRIu64, pair->base + seq);
    input(&pair->bench, pair->now_ps, pair->base + seq);
    model_input(&pair->model, pair->now_ps, seq);
    return same_step(pair, what);
}

static bool pair_fire_until(struct pair *pair, int64_t until_ps)
{
    struct iptfs_drop_timer *timer = &pair->bench.timer;
    while (timer->deadline_ps <= until_ps) {
        pair->now_ps = timer->deadline_ps;
        iptfs_drop_timer_stop(timer);
        iptfs_reorder_expire(&pair->bench.reorder, pair->now_ps);
        model_fire(&pair->model, pair->now_ps);
        if (!same_step(pair, "the timer"))
            return false;
    }
    pair->now_ps = until_ps;
    return true;
}

/* As reassembly may: starts or stops the shared timer. */
static void touch_timer(struct pair *pair, bool start_it)
{
    int64_t at_ps = pair->now_ps + pair->model.drop_time_ps;
    if (start_it) {
        iptfs_drop_timer_start(&pair->bench.timer, at_ps);
        model_start_timer(&pair->model, at_ps);
    } else {
        iptfs_drop_timer_stop(&pair->bench.timer);
        pair->model.timer_ps = IPTFS_NEVER;
    }
}

static void pair_start(struct pair *pair, uint64_t seed, struct dice *dice)
{
    static const uint32_t windows[] = {0, 1, 2, 3, 4, 7, 8, 31, 255, 65535};
    uint32_t window = windows[seed % 10];
    int64_t drop_time_ps = (int64_t)dice_between(dice, 0, 30);
    start(&pair->bench, window, drop_time_ps);
    memset(&pair->model, 0, sizeof pair->model);
    pair->model.window = window;
    pair->model.drop_time_ps = drop_time_ps;
    pair->model.timer_ps = IPTFS_NEVER;
    pair->base = dice_percent(dice, 50) ? 0 : dice_next(dice) >> 1;
    pair->seed = seed;
    pair->now_ps = 0;
}

static bool play_random(struct pair *pair, struct dice *dice)
{
    uint64_t shift = dice_between(dice, 1, 12); /* how far packets are out of order */
    uint64_t front = 20;
    for (int step = 0; step < 50; step++) {
        if (!pair_fire_until(pair, pair->now_ps + (int64_t)dice_between(dice, 0, 8)))
            return false;
        front += dice_percent(dice, 3) ? dice_between(dice, 0, 100) : 1;
        if (front + 20 >= SEQS)
            break;
        uint64_t seq = front + dice_between(dice, 0, shift) - dice_between(dice, 0, shift);
        if (!pair_input(pair, seq))
            return false;
        if (dice_percent(dice, 10))
            touch_timer(pair, dice_percent(dice, 50));
    }
    return pair_fire_until(pair, pair->now_ps + 1000);
}

static void test_random_against_model(void)
{
    static struct pair pair;
    bool same = true;
    for (uint64_t seed = 1; same && seed <= 2000; seed++) {
        struct dice dice = {seed};
        pair_start(&pair, seed, &dice);
        same = play_random(&pair, &dice);
        same = CHECK_U64(pair.bench.reorder.late_pkts, pair.model.late) && same;
        same = CHECK_U64(pair.bench.reorder.duplicate_pkts, pair.model.duplicate) && same;
        same = CHECK_U64(pair.bench.counters.value[IPTFS_YANG_OUTER_RX_MISSED_PKTS],
                         pair.model.missed) &&
               same;
        stop(&pair.bench);
    }
}

/* ---------------------------------------------------------------------------------- the rest */

/* What is held at the end is released as in flight. */
static void test_held_at_the_end(void)
{
    static struct bench bench;
    start(&bench, 8, 10);
    input(&bench, 0, 1);
    input(&bench, 0, 4);
    input(&bench, 0, 7);
    CHECK_U64(bench.reorder.held, 2);
    CHECK_U64(bench.store.live_outer, 2);
    CHECK_U64(bench.reorder.held_max, 2);
    stop(&bench);
}

/* Drop-time has no end when the clock has none left. */
static void test_times_near_the_end(void)
{
    static struct bench bench;
    start(&bench, 3, IPTFS_TIME_MAX_PS);
    input(&bench, IPTFS_TIME_MAX_PS, 1);
    input(&bench, IPTFS_TIME_MAX_PS, 3);
    CHECK_INT(bench.timer.deadline_ps, 2 * IPTFS_TIME_MAX_PS);
    stop(&bench);
}

const CU_TestInfo iptfs_tests_reorder[] = {
    {"rules of the window", test_window_rules},
    {"ends of the window", test_window_sizes},
    {"huge jumps", test_huge_jumps},
    {"give-up times", test_give_up_times},
    {"timer shared with reassembly", test_shared_timer},
    {"Linux 7.2 fault 1: the window moves onto itself", test_linux_fault_1_overlapping_move},
    {"Linux 7.2 fault 2: partial give-up", test_linux_fault_2_partial_give_up},
    {"X of every Y packets reversed", test_reversed_blocks},
    {"random runs match the slow model", test_random_against_model},
    {"held packets at the end", test_held_at_the_end},
    {"times near the end", test_times_near_the_end},
    CU_TEST_INFO_NULL,
};
