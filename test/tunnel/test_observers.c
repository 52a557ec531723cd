/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of observers: each is called for the events that it has a callback for, in order. */
#include "support/check.h"
#include "tunnel/observers.h"

#include <string.h>

/* Notes which observer was called for what, such as "aA" for arrived at A. */
struct note {
    char *log;
    char name;
};

static void add(const struct note *note, char event)
{
    size_t length = strlen(note->log);
    note->log[length] = event;
    note->log[length + 1] = note->name;
    note->log[length + 2] = '\0';
}

static void on_arrived(void *ctx, struct iptfs_inner *inner)
{
    (void)inner;
    add(ctx, 'a');
}

static void on_outer(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    (void)outer;
    add(ctx, now_ps == 1 ? 's' : 'r');
}

static void on_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    (void)now_ps;
    (void)inner;
    add(ctx, 'd');
}

static void on_ended(void *ctx, const struct iptfs_inner *inner)
{
    (void)inner;
    add(ctx, 'e');
}

static void on_icmp(void *ctx, int64_t now_ps, const struct iptfs_inner *inner, uint32_t mtu_octets)
{
    (void)now_ps;
    (void)inner;
    CHECK_INT(mtu_octets, 1280);
    add(ctx, 'i');
}

/* One event of each kind. */
static void report_all(const struct iptfs_observers *observers)
{
    struct iptfs_inner inner = {.octets = 100};
    struct iptfs_outer outer = {.ip_octets = 200};
    iptfs_observers_arrived(observers, &inner);
    iptfs_observers_sent(observers, 1, &outer);
    iptfs_observers_received(observers, 2, &outer);
    iptfs_observers_delivered(observers, 3, &inner);
    iptfs_observers_ended(observers, &inner);
    iptfs_observers_icmp(observers, 4, &inner, 1280);
}

static struct iptfs_observer all_of(struct note *note)
{
    return (struct iptfs_observer){
        .arrived = on_arrived,
        .sent = on_outer,
        .received = on_outer,
        .delivered = on_delivered,
        .ended = on_ended,
        .icmp = on_icmp,
        .ctx = note,
    };
}

static void test_none(void)
{
    const struct iptfs_observers observers = {.first = {NULL}};
    report_all(&observers);
    CHECK_TRUE(true);
}

static void test_only_what_it_wants(void)
{
    char log[64] = "";
    struct note notes[] = {{log, 'A'}, {log, 'B'}};
    struct iptfs_observers observers = {.first = {NULL}};
    struct iptfs_observer all = all_of(&notes[0]);
    struct iptfs_observer some = {.sent = on_outer, .ended = on_ended, .ctx = &notes[1]};
    iptfs_observers_add(&observers, &some);
    report_all(&observers);
    CHECK_STR(log, "sBeB");
    log[0] = '\0';
    iptfs_observers_add(&observers, &all);
    report_all(&observers);
    CHECK_STR(log, "aAsBsArAdAeBeAiA");
}

/* The observer that takes the handle is called last, whenever the others are added. */
static void test_order(void)
{
    char log[64] = "";
    struct note notes[] = {{log, 'A'}, {log, 'B'}, {log, 'C'}, {log, 'T'}};
    struct iptfs_observers observers = {.first = {NULL}};
    struct iptfs_observer some[4];
    static const int order[] = {0, 3, 1, 2};
    for (int i = 0; i < 4; i++)
        some[i] = (struct iptfs_observer){
            .delivered = on_delivered, .ctx = &notes[i], .takes_handle = i == 3};
    for (int i = 0; i < 4; i++)
        iptfs_observers_add(&observers, &some[order[i]]);
    report_all(&observers);
    CHECK_STR(log, "dAdBdCdT");
}

static void test_leak(void)
{
    struct iptfs_leak leak;
    struct iptfs_observers observers = {.first = {NULL}};
    CHECK_INT(iptfs_leak_init(
                  &leak, &(struct iptfs_leak_config){.interval_ps = 1000, .duration_ps = 4000}),
              0);
    struct iptfs_observer observer = iptfs_leak_observer(&leak);
    iptfs_observers_add(&observers, &observer);
    report_all(&observers);
    CHECK_U64(leak.pkts, 1);
    CHECK_U64(leak.intervals[0].inner_octets, 100);
    CHECK_U64(leak.intervals[0].outer_octets, 200);
    iptfs_leak_free(&leak);
}

const CU_TestInfo iptfs_tests_observers[] = {
    {"no observer", test_none},
    {"an observer is called for what it wants", test_only_what_it_wants},
    {"order of calls", test_order},
    {"leak", test_leak},
    CU_TEST_INFO_NULL,
};
