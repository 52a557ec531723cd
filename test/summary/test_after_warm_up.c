/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A warm-up is left out of every measure of the summary, and of nothing else. All rows of its table
 * are checked by two rules that know nothing of how measures are made: a count after the warm-up is
 * that of the whole run without that of a run which ends there; and a run whose traffic starts at
 * the end of the warm-up has the values of one that starts with it. */
#include "run/run.h"
#include "summary/table.h"
#include "support/check.h"
#include "support/run_summary.h"
#include "text/json_walk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Measures that were seen to differ from those of the whole run, by the name of their row. */
static json_t *affected;

static void put(void *ctx, const char *name, const json_t *value)
{
    json_object_set(ctx, name, iptfs_json_mutable(value));
}

/* The summary by dotted names, run with its sets and one more. */
static json_t *values_of(const char *text, const char *const *sets, const char *set)
{
    const char *all[16];
    size_t count = 0;
    for (; sets != NULL && sets[count] != NULL; count++)
        all[count] = sets[count];
    if (set != NULL)
        all[count++] = set;
    json_t *summary = summary_of(text, all, count), *values = json_object();
    iptfs_json_walk(summary, put, values);
    json_decref(summary);
    return values;
}

static double number(const json_t *values, const char *name)
{
    return json_number_value(json_object_get(values, name));
}

static const struct iptfs_summary_row *row_of(const char *name)
{
    struct iptfs_summary_match match;
    if (iptfs_summary_find(name, &match))
        return match.row;
    CHECK_FAIL("%s: no row has this name", name);
    return NULL;
}

static bool same(const json_t *one, const json_t *other)
{
    if (json_is_real(one) && json_is_real(other)) {
        double a = json_real_value(one), b = json_real_value(other);
        return fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b));
    }
    return json_equal(one, other);
}

static void check_same(const char *name, const json_t *found, const json_t *expected)
{
    if (same(found, expected))
        return;
    char *one = json_dumps(found, JSON_ENCODE_ANY), *other = json_dumps(expected, JSON_ENCODE_ANY);
    CHECK_FAIL("%s: %s, not %s", name, one, other != NULL ? other : "there");
    free(one);
    free(other);
}

static void note_affected(const struct iptfs_summary_row *row, const json_t *found,
                          const json_t *whole)
{
    if (whole != NULL && !same(found, whole))
        json_object_set_new(affected, row->name, json_true());
}

/* --------------------------------------------------------------------- counts of two whole runs */

/* A maximum, and figures of a series that starts anew. */
static bool is_additive(const char *name)
{
    static const char *const others[] = {"outer.held_max", "outer.reorder_window_max",
                                         "leak.intervals", "leak.lag_max"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strstr(name, others[i]) != NULL)
            return false;
    return true;
}

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name), of_ending = strlen(ending);
    return length >= of_ending && strcmp(name + length - of_ending, ending) == 0;
}

/* "inner." or "reverse.flows.NAME.": what stands before the last parts of a name. */
static void owner_of(const char *name, const char *part, char owner[128])
{
    const char *at = strstr(name, part);
    snprintf(owner, 128, "%.*s", at != NULL ? (int)(at - name) : 0, name);
}

/* A packet that has a drop cause when the warm-up ends, but is still referenced, is dropped at the
 * end of a run; here it is in flight before, and dropped later. Notes these packets, which appear
 * once among the lost ones and once in flight. */
static bool check_settling(const char *name, const json_t *value, const json_t *whole,
                           const json_t *first, json_t *settling)
{
    char owner[128], in_flight[256];
    json_int_t beyond;
    if (ends_with(name, ".in_flight_before")) {
        owner_of(name, "in_flight_before", owner);
        snprintf(in_flight, sizeof in_flight, "%sin_flight", owner);
        beyond = json_integer_value(json_object_get(first, in_flight)) - json_integer_value(value);
        CHECK_TRUE(beyond <= 0);
    } else if (strstr(name, "inner.dropped.") != NULL || ends_with(name, ".lost")) {
        owner_of(name, ends_with(name, ".lost") ? "lost" : "dropped", owner);
        beyond = json_integer_value(value) - json_integer_value(whole) +
                 json_integer_value(json_object_get(first, name));
        CHECK_TRUE(beyond >= 0);
    } else {
        return false;
    }
    beyond += json_integer_value(json_object_get(settling, owner));
    json_object_set_new(settling, owner, json_integer(beyond));
    return true;
}

static void check_measure(const char *name, const json_t *value, const json_t *whole,
                          const json_t *first, json_t *settling)
{
    note_affected(row_of(name), value, whole);
    if (check_settling(name, value, whole, first, settling) || !json_is_integer(value) ||
        !is_additive(name))
        return;
    json_int_t expected =
        json_integer_value(whole) - json_integer_value(json_object_get(first, name));
    if (json_integer_value(value) != expected)
        CHECK_FAIL("%s: %lld, not %lld", name, (long long)json_integer_value(value),
                   (long long)expected);
}

static void check_counts(const char *text, const char *const *sets, const char *warm_up,
                         const char *duration)
{
    json_t *cut = values_of(text, sets, warm_up), *whole = values_of(text, sets, NULL);
    json_t *first = values_of(text, sets, duration), *settling = json_object();
    const char *name;
    json_t *value;
    json_object_foreach(cut, name, value)
    {
        const struct iptfs_summary_row *row = row_of(name);
        const json_t *of_whole = json_object_get(whole, name);
        if (row == NULL || strncmp(name, "warm_up_s", strlen("warm_up_s")) == 0)
            continue;
        if (row->span == IPTFS_SPAN_MEASURED)
            check_measure(name, value, of_whole, first, settling);
        else
            check_same(name, value, of_whole);
    }
    json_object_foreach(settling, name, value) if (json_integer_value(value) != 0)
        CHECK_FAIL("%s*: %lld packets too many", name, (long long)json_integer_value(value));
    json_decref(settling);
    json_decref(cut);
    json_decref(whole);
    json_decref(first);
}

/* Everything that a link and a sender can do to packets, in both directions. */
static const char busy[] =
    "[scenario]\nduration = 600ms\nseed = 3\nleak = on\n"
    "[tunnel]\ninit-delay = 300us\ndrop-time = 5ms\necn = on\necn-decap = rfc6040\n"
    "rekey-after = 200p\nmax-queue-size = 20000\nreorder-window = 3\n"
    "[link]\nrate = 20Mbps\ndelay = 2ms\nloss = 2%\ngemodel-p = 1%\ngemodel-r = 50%\nqueue = 40p\n"
    "jitter = 3ms\nduplicate = 3%\nreorder = 3%\nce = 2%\nblackouts = 100ms 20ms, 400ms 30ms\n"
    "[traffic.mix]\ntype = poisson\nsize = imix\nrate = 18Mbps\ntos = 2\n"
    "[traffic.large]\ntype = cbr\nphase = 0\nsize = 4000B\nrate = 6Mbps\ntos = 1\n"
    "[traffic.back]\ntype = poisson\nsize = uniform(40, 3000)\nrate = 10Mbps\n"
    "direction = reverse\n";

static const char *const immediate[] = {"tunnel.receive=immediate", "tunnel.reorder-window=200",
                                        NULL};
static const char *const adaptive[] = {"tunnel.reorder-window=adaptive", NULL};
static const char *const no_window[] = {"tunnel.reorder-window=0", NULL};
static const char *const slots[] = {"tunnel.mode=fixed-rate", "tunnel.pps=1500", NULL};
static const char *const more_slots[] = {"tunnel.mode=min-rate", "tunnel.pps=500", NULL};
static const char *const esp[] = {"tunnel.mode=esp", NULL};
static const char *const refusing[] = {"tunnel.dont-frag=on", "tunnel.ip-fragment=off",
                                       "traffic.large.origin=local", NULL};
static const char *const cutting[] = {"tunnel.dont-frag=on", "tunnel.ip-fragment=on",
                                      "traffic.large.df=off", NULL};
static const char *const p2p[] = {"link.device=p2p", "link.framing=ppp", "link.jitter=0",
                                  "link.reorder=0", NULL};

static void counts_are_the_difference_of_two_runs(void)
{
    affected = json_object();
    static const char *const *const sets[] = {NULL,       adaptive, immediate, no_window, slots,
                                              more_slots, esp,      refusing,  cutting,   p2p};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        check_counts(busy, sets[i], "scenario.warm-up=250ms", "scenario.duration=250ms");
        /* Not a multiple of anything, and at one instant with packets. */
        check_counts(busy, sets[i], "scenario.warm-up=123456789ns",
                     "scenario.duration=123456789ns");
    }
}

/* Congestion control, whose rate rises for as long as it is observed. */
static const char controlled[] =
    "[scenario]\nduration = 3s\n"
    "[tunnel]\nmode = congestion-controlled\nmax-rate = 20Mbps\n"
    "loss-event-breaker = 90%, 100s\ncircuit-breaker = 90%, 100s\n"
    "[link]\nrate = 10Mbps\ndelay = 10ms\nloss = 1%\nblackouts = 800ms 700ms, 2s 800ms\n"
    "[traffic.up]\ntype = poisson\nsize = imix\nrate = 6Mbps\n"
    "[traffic.down]\ntype = cbr\nsize = 500\nrate = 1Mbps\ndirection = reverse\n";

/* Path MTU discovery, with a black hole within the warm-up. */
static const char probing[] =
    "[scenario]\nduration = 30s\n"
    "[tunnel]\nmode = congestion-controlled\npkt-size = 1500\nmax-rate = 2Mbps\nplpmtud = on\n"
    "[tunnel.reverse]\nmode = congestion-controlled\npkt-size = 1500\nmax-rate = 2Mbps\n"
    "[link]\nmtu = 1500\nmtu-changes = 8s 1300\ndelay = 20ms\n"
    "[traffic.a]\ntype = cbr\nsize = 500B\nrate = 500kbps\n";

static const char plain_with_reports[] =
    "[scenario]\nduration = 2s\n[tunnel]\nmode = esp\n"
    "[tunnel.reverse]\nmode = congestion-controlled\nmax-rate = 5Mbps\n"
    "[link]\nrate = 10Mbps\ndelay = 10ms\n"
    "[traffic.up]\ntype = cbr\nsize = 500\nrate = 100kbps\n"
    "[traffic.down]\ntype = cbr\nsize = 500\nrate = 1Mbps\ndirection = reverse\n";

/* Above a loss event rate of 9 % the rate collapses. */
static const char collapsing[] =
    "[scenario]\nduration = 30s\n[tunnel]\nmode = congestion-controlled\n"
    "[link]\nrate = 10Mbps\ndelay = 20ms\nloss = 20%\n"
    "[traffic.up]\ntype = saturate\nsize = 1400\n"
    "[traffic.down]\ntype = saturate\nsize = 1400\ndirection = reverse\n";

static void a_collapse_is_measured_after_the_warm_up(void)
{
    check_counts(collapsing, NULL, "scenario.warm-up=12s", "scenario.duration=12s");
    static const char share[] = "congestion.collapsed_share";
    json_t *cut = values_of(collapsing, NULL, "scenario.warm-up=12s");
    json_t *whole = values_of(collapsing, NULL, NULL);
    json_t *first = values_of(collapsing, NULL, "scenario.duration=12s");
    CHECK_TRUE(number(whole, share) > 0.1);
    CHECK_NEAR(18 * number(cut, share), 30 * number(whole, share) - 12 * number(first, share),
               1e-6);
    json_decref(cut);
    json_decref(whole);
    json_decref(first);
}

static void counts_of_congestion_control(void)
{
    check_counts(controlled, NULL, "scenario.warm-up=1200ms", "scenario.duration=1200ms");
    check_counts(controlled, NULL, "scenario.warm-up=2500ms", "scenario.duration=2500ms");
    check_counts(probing, NULL, "scenario.warm-up=20s", "scenario.duration=20s");
    check_counts(plain_with_reports, NULL, "scenario.warm-up=1s", "scenario.duration=1s");
}

/* ns-3's hosts, in the tunnel and beside it; the link is slow at first. */
static const char hosts[] =
    "[scenario]\nduration = 6s\n"
    "[link]\nrate = 2Mbps\nrate-changes = 2s 20Mbps\ndelay = 10ms\nqueue = 50p\n"
    "[traffic.bulk]\ntype = tcp-bulk\nflows = 3\nstagger = 900ms\n"
    "[traffic.beside]\ntype = tcp-bulk\nflows = 2\ntunnel = off\n"
    "[traffic.pages]\ntype = tcp-request\nrequest = 300\nresponse = 8000\nthink = 50ms\n"
    "[traffic.call]\ntype = udp-onoff\nsize = 200\nrate = 80kbps\non = 1s\noff = 1us\n";

static void hosts_are_measured_after_the_warm_up(void)
{
    check_counts(hosts, NULL, "scenario.warm-up=3s", "scenario.duration=3s");
    json_t *cut = values_of(hosts, NULL, "scenario.warm-up=3s");
    json_t *whole = values_of(hosts, NULL, NULL);
    json_t *first = values_of(hosts, NULL, "scenario.duration=3s");
    /* Flows without an end, over the 3 s that are left; octets may arrive in the last instant. */
    CHECK_NEAR(number(cut, "flows.bulk.goodput_bps"),
               8 * number(cut, "flows.bulk.received_octets") / 3, 1);
    /* Completions: the mean of all is that of the two parts. */
    double n = number(cut, "flows.pages.transfers");
    double before = number(first, "flows.pages.transfers");
    CHECK_TRUE(n > 3 && before > 3);
    CHECK_NEAR(n * number(cut, "flows.pages.completion_s.mean") +
                   before * number(first, "flows.pages.completion_s.mean"),
               (n + before) * number(whole, "flows.pages.completion_s.mean"), 1e-6);
    /* Round trips on the slow link were long. */
    CHECK_TRUE(number(cut, "flows.bulk.rtt_s.mean") < number(first, "flows.bulk.rtt_s.mean"));
    CHECK_TRUE(number(cut, "flows.bulk.rtt_s.mean") < number(whole, "flows.bulk.rtt_s.mean"));
    json_decref(cut);
    json_decref(whole);
    json_decref(first);
}

/* A section that has ended before: there is no time in which it could receive. */
static void hosts_that_had_ended_have_no_goodput(void)
{
    static const char text[] = "[scenario]\nduration = 4s\nwarm-up = 2s\n"
                               "[link]\nrate = 10Mbps\n"
                               "[traffic.short]\ntype = tcp-bulk\noctets = 100kB\nflows = 2\n"
                               "[traffic.long]\ntype = tcp-bulk\n";
    json_t *values = values_of(text, NULL, NULL);
    CHECK_NEAR(number(values, "flows.short.received_octets"), 0, 0);
    CHECK_TRUE(json_is_null(json_object_get(values, "flows.short.goodput_bps")));
    CHECK_TRUE(json_is_null(json_object_get(values, "flows.short.fairness")));
    CHECK_TRUE(json_is_null(json_object_get(values, "flows.short.completion_s.mean")));
    CHECK_TRUE(number(values, "flows.long.goodput_bps") > 5e6);
    CHECK_NEAR(number(values, "flows.long.fairness"), 1, 1e-9);
    json_decref(values);
}

/* --------------------------------------------------------------------- a run that starts with it
 */

/* What goes before, and leaves nothing in the tunnel at 400 ms. */
#define BEFORE                                                                                     \
    "[tunnel]\ninit-delay = 500us\ndrop-time = 4ms\nphase = 0\necn = on\necn-decap = mark\n"       \
    "[link]\nrate = 8Mbps\ndelay = 2ms\nqueue = 20p\nblackouts = 500ms 10ms, 700ms 7ms\n"          \
    "[traffic.before]\ntype = cbr\nphase = 0\nsize = 60\nrate = 2Mbps\nstop = 300ms\n"

static const char before[] = "[scenario]\nduration = 400ms\nleak = on\n" BEFORE;

/* Two flows without random parts, which start at 400 ms. */
static const char late[] =
    "[scenario]\nduration = 1s\nleak = on\n"
    "[traffic.a]\ntype = cbr\nphase = 0\nsize = 700\nrate = 3Mbps\nstart = 400ms\ntos = 2\n"
    "[traffic.b]\ntype = cbr\nphase = 1ms\nsize = 5000\nrate = 6Mbps\nstart = 400ms\nstop = 800ms\n"
    "tos = 1\n" BEFORE;

/* The same flows from 0 on. */
static const char early[] =
    "[scenario]\nduration = 600ms\nleak = on\n"
    "[tunnel]\ninit-delay = 500us\ndrop-time = 4ms\nphase = 0\necn = on\necn-decap = mark\n"
    "[link]\nrate = 8Mbps\ndelay = 2ms\nqueue = 20p\nblackouts = 100ms 10ms, 300ms 7ms\n"
    "[traffic.a]\ntype = cbr\nphase = 0\nsize = 700\nrate = 3Mbps\ntos = 2\n"
    "[traffic.b]\ntype = cbr\nphase = 1ms\nsize = 5000\nrate = 6Mbps\nstop = 400ms\ntos = 1\n";

/* The same things happen to the same packets: their numbers are higher by those sent before, one of
 * which is lost. */
static void write_list(const char *path, unsigned sent_before)
{
    static const struct {
        const char *kind;
        const char *time;
    } lines[] = {{"drop", ""}, {"delay", ",9ms"}, {"delay", ",1ms"}, {"dup", ",1ms"}, {"ce", ""}};
    FILE *file = fopen(path, "w");
    CHECK_TRUE(file != NULL);
    if (file != NULL && sent_before > 0)
        fputs("drop,20\n", file);
    for (unsigned i = 0; i < 40 && file != NULL; i++)
        fprintf(file, "%s,%u%s\n", lines[i % 5].kind, sent_before + 5 + 7 * i, lines[i % 5].time);
    if (file != NULL)
        fclose(file);
}

/* Whether the warm-up of `late` leaves what `early` has. */
static void compare_starts(const json_t *cut, const json_t *fresh, const json_t *whole)
{
    const char *name;
    json_t *value;
    json_object_foreach(iptfs_json_mutable(fresh), name, value)
    {
        const struct iptfs_summary_row *row = row_of(name);
        if (row == NULL || row->span == IPTFS_SPAN_WHOLE || row->span == IPTFS_SPAN_NONE)
            continue;
        check_same(name, json_object_get(cut, name), value);
        if (row->span == IPTFS_SPAN_MEASURED)
            note_affected(row, value, json_object_get(whole, name));
    }
    json_object_foreach(iptfs_json_mutable(cut), name, value)
    {
        if (strncmp(name, "flows.before.", strlen("flows.before.")) == 0 &&
            json_number_value(value) != 0)
            CHECK_FAIL("%s: left over", name);
        if (strstr(name, "_before") != NULL)
            CHECK_INT(json_integer_value(value), 0);
    }
}

static void check_fresh(const char *const *sets, const char *rate_before)
{
    char path[] = "/tmp/iptfs-warm-up-XXXXXX", list[64];
    const char *all[12] = {list};
    size_t count = 1;
    int file = mkstemp(path);
    CHECK_TRUE(file >= 0);
    close(file);
    for (; sets != NULL && sets[count - 1] != NULL; count++)
        all[count] = sets[count - 1];
    snprintf(list, sizeof list, "link.impair-list=%s", path);
    write_list(path, 0);
    json_t *fresh = values_of(early, all, NULL);
    all[count] = rate_before;
    write_list(path, 1000000); /* nothing after the warm-up */
    json_t *first = values_of(before, all, NULL);
    write_list(path, (unsigned)json_integer_value(json_object_get(first, "outer.sent.pkts")));
    json_t *cut = values_of(late, all, "scenario.warm-up=400ms");
    json_t *whole = values_of(late, all, NULL);
    compare_starts(cut, fresh, whole);
    json_decref(first);
    json_decref(fresh);
    json_decref(cut);
    json_decref(whole);
    unlink(path);
}

static void a_run_that_starts_with_the_measures_has_the_same(void)
{
    /* A slot each 10 ms: what fills the last one has arrived when the warm-up ends. */
    static const char *const even[] = {"tunnel.mode=fixed-rate", "tunnel.pps=100", NULL};
    static const char *const wide[] = {"tunnel.reorder-window=100", "tunnel.init-delay=0", NULL};
    static const char *const *const sets[] = {NULL, wide, immediate, no_window, esp};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        check_fresh(sets[i], "traffic.before.rate=2Mbps");
    check_fresh(even, "traffic.before.rate=500kbps");
}

/* ------------------------------------------------------------------------------------- all rows */

/* Changed by state that outlasts a warm-up; test_reorder_depth.c and test_collapse.c check them. */
static bool may_stay(const char *name)
{
    return strcmp(name, "outer.reorder_window_max") == 0 ||
           strcmp(name, "congestion.collapsed") == 0;
}

/* A row that no run above showed to change would not be checked. */
static void every_measure_is_affected(void)
{
    for (size_t i = 0; i < iptfs_summary_group_count; i++)
        for (size_t j = 0; j < iptfs_summary_groups[i]->count; j++) {
            const struct iptfs_summary_row *row = &iptfs_summary_groups[i]->rows[j];
            if (row->get != NULL && row->span == IPTFS_SPAN_MEASURED &&
                row->when != &iptfs_summary_with_warm_up &&
                json_object_get(affected, row->name) == NULL && !may_stay(row->name))
                CHECK_FAIL("%s: no run of this test changes it", row->name);
        }
    json_decref(affected);
    affected = NULL;
}

const CU_TestInfo iptfs_tests_after_warm_up[] = {
    {"counts are the difference of two runs", counts_are_the_difference_of_two_runs},
    {"counts of congestion control", counts_of_congestion_control},
    {"a collapse is measured after the warm-up", a_collapse_is_measured_after_the_warm_up},
    {"hosts are measured after the warm-up", hosts_are_measured_after_the_warm_up},
    {"hosts that had ended have no goodput", hosts_that_had_ended_have_no_goodput},
    {"a run that starts with the measures has the same",
     a_run_that_starts_with_the_measures_has_the_same},
    {"every measure is affected", every_measure_is_affected},
    CU_TEST_INFO_NULL,
};
