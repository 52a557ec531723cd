/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an observer of the outer packets learns: nothing at all at a fixed rate, to the octet and
 * the picosecond; and elsewhere what the estimators give, which are tested on known cases. */
#include "base/error.h"
#include "base/units.h"
#include "run/run.h"
#include "stats/leak.h"
#include "summary/summary.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/folder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- the observer */

#define MS IPTFS_PS_PER_MS

static struct iptfs_leak_report report_of(const struct iptfs_leak *leak)
{
    struct iptfs_leak_report report = {0};
    CHECK_INT(iptfs_leak_report(leak, NULL, &report), IPTFS_OK);
    return report;
}

static int init(struct iptfs_leak *leak, int64_t interval_ps, int64_t duration_ps)
{
    struct iptfs_leak_config config = {.interval_ps = interval_ps, .duration_ps = duration_ps};
    return iptfs_leak_init(leak, &config);
}

static void intervals_count_their_packets(void)
{
    struct iptfs_leak leak;
    CHECK_INT(init(&leak, 10 * MS, 105 * MS), IPTFS_OK);
    CHECK_U64(leak.interval_count, 10);
    iptfs_leak_arrived(&leak, 0, 100);
    iptfs_leak_arrived(&leak, 10 * MS - 1, 50);
    iptfs_leak_arrived(&leak, 10 * MS, 7);
    iptfs_leak_sent(&leak, 99 * MS, 1400, 0, 0);
    iptfs_leak_sent(&leak, 99 * MS, 1000, 0, 0);
    iptfs_leak_sent(&leak, 101 * MS, 1400, 0, 0);
    iptfs_leak_sent(&leak, 104 * MS, 200000, 0, 0); /* longer than IP allows: no harm */
    CHECK_U64(leak.intervals[0].inner_octets, 150);
    CHECK_U64(leak.intervals[1].inner_octets, 7);
    CHECK_U64(leak.intervals[9].outer_pkts, 2);
    CHECK_U64(leak.intervals[9].outer_octets, 2400);
    CHECK_U64(leak.pkts, 4);
    CHECK_INT(leak.gap_min_ps, 0);
    CHECK_INT(leak.gap_max_ps, 3 * MS);
    CHECK_U64(report_of(&leak).intervals, 10);
    iptfs_leak_free(&leak);
    CHECK_INT(init(&leak, 10 * MS, IPTFS_LEAK_INTERVALS_MAX * 10 * MS + 10 * MS), IPTFS_E_INVALID);
    iptfs_leak_free(&leak);
    CHECK_INT(init(&leak, 0, 10 * MS), IPTFS_E_INVALID);
    iptfs_leak_free(&leak);
}

/* Sizes of 8 kinds, gaps of 4 kinds, DSCP of 2, all equally likely. */
static void sizes_gaps_and_tos_have_their_entropies(void)
{
    struct iptfs_leak leak;
    struct dice dice = {7};
    int64_t now_ps = 0;
    CHECK_INT(init(&leak, 10 * MS, 1000000 * MS), IPTFS_OK);
    for (int i = 0; i < 100000; i++) {
        now_ps += MS << dice_between(&dice, 0, 3);
        iptfs_leak_sent(&leak, now_ps, (uint32_t)(100 + dice_between(&dice, 0, 7)),
                        (uint8_t)(dice_between(&dice, 0, 1) * 184), 0);
    }
    struct iptfs_leak_report report = report_of(&leak);
    CHECK_NEAR(report.size_bits, 3, 0.001);
    CHECK_NEAR(report.gap_bits, 2, 0.001);
    CHECK_NEAR(report.tos_bits, 1, 0.001);
    iptfs_leak_free(&leak);
}

/* Gaps that differ by rounding only have no entropy, wherever the edges of bins are. */
static void gaps_are_rounded(void)
{
    for (int jitter_ps = 0; jitter_ps <= 2; jitter_ps++) {
        struct iptfs_leak leak;
        int64_t gap_ps = (INT64_C(1) << 30) - 1, now_ps = 0; /* the edge of a bin */
        CHECK_INT(init(&leak, 10 * MS, 1000 * MS), IPTFS_OK);
        for (int i = 0; i < 900; i++) {
            iptfs_leak_sent(&leak, now_ps, 1400, 0, 0);
            now_ps += gap_ps + (i % 2) * jitter_ps;
        }
        CHECK_NEAR(report_of(&leak).gap_bits, jitter_ps < 2 ? 0 : 1, 0.01);
        iptfs_leak_free(&leak);
    }
}

/* One packet of one size per interval, whose load never changes: rate, size and presence are seen,
 * and no exact 0 says that nothing leaks. */
static void one_gap_is_no_proof(void)
{
    struct iptfs_leak leak;
    CHECK_INT(init(&leak, 10 * MS, 1000 * MS), IPTFS_OK);
    for (int i = 0; i < 50; i++) {
        iptfs_leak_arrived(&leak, i * 10 * MS, 200);
        iptfs_leak_sent(&leak, i * 10 * MS, 250, 0, 0);
    }
    struct iptfs_leak_report report = report_of(&leak);
    CHECK_NEAR(report.rate_pps, 50, 1e-9);
    CHECK_NEAR(report.rate_bps, 50 * 250 * 8, 1e-6);
    CHECK_NEAR(report.size_mean_octets, 250, 0);
    CHECK_NEAR(report.presence, 0.5, 0);
    CHECK_TRUE(iptfs_finding_undecided(report.pkts.finding));
    CHECK_TRUE(report.pkts.bits > 0);
    CHECK_TRUE(isnan(report.information_bps));
    leak.config.independent = true;
    report = report_of(&leak);
    CHECK_INT(report.pkts.finding, IPTFS_FINDING_INDEPENDENT);
    CHECK_NEAR(report.pkts.bits + report.octets.bits + report.information_bps, 0, 0);
    iptfs_leak_free(&leak);
    CHECK_INT(init(&leak, 10 * MS, 1000 * MS), IPTFS_OK);
    for (int i = 0; i < 100; i++) {
        iptfs_leak_arrived(&leak, i * 10 * MS, 200);
        iptfs_leak_sent(&leak, i * 10 * MS, 250, 0, 0);
    }
    report = report_of(&leak);
    CHECK_INT(report.pkts.finding, IPTFS_FINDING_CONSTANT);
    CHECK_TRUE(isnan(report.pkts.bits));
    iptfs_leak_free(&leak);
}

/* Lags reach the longest wait, 10 intervals at least and a quarter of the run at most. */
static void lags_reach_the_longest_wait(void)
{
    static const struct {
        int64_t wait_ms;
        int64_t intervals;
        size_t lag_max;
    } cases[] = {{0, 1000, 10},     {95, 1000, 10},    {150, 1000, 16},
                 {2000, 1000, 201}, {5000, 1000, 250}, {0, 20, 5}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct iptfs_leak leak;
        CHECK_INT(init(&leak, 10 * MS, cases[i].intervals * 10 * MS), IPTFS_OK);
        iptfs_leak_sent(&leak, 0, 1400, 0, cases[i].wait_ms * MS);
        CHECK_U64(report_of(&leak).lag_max, cases[i].lag_max);
        iptfs_leak_free(&leak);
    }
}

/* ------------------------------------------------------------------- the walk, whole and timed */

struct moment {
    int64_t at_ps;
    int64_t octets;
    int64_t tos; /* DSCP is never copied, so what the model has of it is ECN */
};

struct timeline {
    struct moment *moments;
    size_t count;
    size_t capacity;
};

static void note(struct timeline *timeline, int64_t at_ps, const struct iptfs_outer *outer)
{
    if (timeline->count == timeline->capacity) {
        timeline->capacity = timeline->capacity * 2 + 1024;
        timeline->moments =
            realloc(timeline->moments, timeline->capacity * sizeof *timeline->moments);
    }
    timeline->moments[timeline->count++] = (struct moment){at_ps, outer->ip_octets, outer->ecn};
}

static void check_same_timeline(const struct timeline *found, const struct timeline *expected,
                                const char *what)
{
    size_t octets = expected->count * sizeof *expected->moments;
    if (found->count != expected->count)
        CHECK_FAIL("%s: %zu packets, not %zu", what, found->count, expected->count);
    else if (memcmp(found->moments, expected->moments, octets) != 0)
        CHECK_FAIL("%s: another timeline", what);
}

/* What one run showed at both ends, and the delivered inner packets. */
struct seen {
    struct iptfs_observer observer;
    struct timeline sent;
    struct timeline received;
    json_t *summary;
};

static void on_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    note(&((struct seen *)ctx)->sent, now_ps, outer);
}

static void on_received(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    note(&((struct seen *)ctx)->received, now_ps, outer);
}

static void watch(struct seen *seen, struct iptfs_tunnel *tunnel)
{
    seen->observer = (struct iptfs_observer){.sent = on_sent, .received = on_received, .ctx = seen};
    iptfs_tunnel_observe(tunnel, &seen->observer);
}

static struct seen see(const char *text)
{
    static struct iptfs_run run;
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    struct seen seen = {0};
    int code = iptfs_scenario_parse_text(&scenario, text, "test.ini", NULL, 0, &error);
    if (code != IPTFS_OK) {
        CHECK_FAIL("%s", error.text);
        return seen;
    }
    code = iptfs_run_init(&run, &scenario, scenario.seed, 0, &error);
    if (code == IPTFS_OK) {
        watch(&seen, &run.direction[IPTFS_FORWARD].tunnel);
        code = iptfs_run_until(&run, scenario.duration_ps, &error);
    }
    if (code == IPTFS_OK)
        code = iptfs_run_finish(&run, &error);
    struct iptfs_summary_view view = iptfs_run_view(&run, scenario.duration_ps);
    if (code == IPTFS_OK)
        seen.summary = iptfs_summary_json(&view);
    else
        CHECK_FAIL("%s", error.text);
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
    return seen;
}

static void seen_free(struct seen *seen)
{
    free(seen->sent.moments);
    free(seen->received.moments);
    json_decref(seen->summary);
}

static double number(const struct seen *seen, const char *group, const char *name)
{
    const json_t *value = json_object_get(json_object_get(seen->summary, group), name);
    if (value == NULL)
        CHECK_FAIL("%s.%s: not in the summary", group, name);
    return json_number_value(value);
}

static double offered_octets(const struct seen *seen)
{
    const json_t *inner = json_object_get(seen->summary, "inner");
    return json_number_value(json_object_get(json_object_get(inner, "offered"), "octets"));
}

static double dropped_pkts(const struct seen *seen, const char *cause)
{
    const json_t *inner = json_object_get(seen->summary, "inner");
    return json_number_value(json_object_get(json_object_get(inner, "dropped"), cause));
}

/* Bursts of random length, rate and pause, in one section each; `rest` ends each section. */
static void write_bursts(FILE *out, int64_t duration_ms, const char *rest)
{
    struct dice dice = {17};
    int64_t from_ms = 3;
    for (int i = 0;; i++) {
        from_ms += (int64_t)dice_between(&dice, 10, 90);
        int64_t to_ms = from_ms + (int64_t)dice_between(&dice, 1, 60);
        if (to_ms >= duration_ms)
            return;
        fprintf(out,
                "[traffic.burst%d]\ntype = poisson\nstart = %dms\nstop = %dms\nrate = %dMbps\n%s",
                i, (int)from_ms, (int)to_ms, (int)dice_between(&dice, 1, 40), rest);
        from_ms = to_ms;
    }
}

/* ---------------------------------------------------------------------------- confidentiality */

#define MANY "[traffic.a]\ntype = poisson\nrate = 60Mbps\n"
#define STEADY "[traffic.b]\ntype = cbr\nrate = 500kbps\n"

static const struct load {
    const char *what;
    const char *burst; /* of each burst; NULL for none */
    const char *rest;
    bool overflows;
} loads[] = {
    {"bursty", "size = imix\n", "", false},
    {"bursty IPv6 with DSCP EF and ECT(0)", "size = uniform(60,1500)\nip = 6\ntos = 186\n", "",
     false},
    {"all CE, of one octet less than fits", "size = 1441\ntos = 3\n", STEADY "size = 20\n", false},
    {"large", "size = uniform(1400,9000)\n", STEADY "size = 40\ntos = 255\nip = 6\n", false},
    {"oversubscribed", NULL, MANY "size = imix\ntos = 2\n", true},
    {"oversubscribed by large IPv6", NULL, MANY "size = 9000\nip = 6\n", true},
    {"saturated", NULL, "[traffic.s]\ntype = saturate\nsize = imix\n", false},
    {"steady", NULL, STEADY "size = 100\n", false},
    {"a single packet", NULL, STEADY "size = 65000\nstart = 500ms\ncount = 1\nphase = 0\n", false},
};

static const char *const timelines[] = {
    "[tunnel]\nmode = fixed-rate\nl2-fixed-rate = 7Mbps\nmax-queue-size = 200kB\n",
    "[tunnel]\nmode = fixed-rate\nl3-fixed-rate = 10Mbps\npkt-size = 1000\nmax-queue-size = 100kB\n"
    "[link]\nloss = 3%\nrate = 11Mbps\n",
    "[tunnel]\nmode = fixed-rate\npps = 833\nouter = 6\nmax-queue-size = 100kB\nall-pad-every = 5\n"
    "min-fragment = 64\n[link]\nrate = 3Mbps\nqueue = 8p\n",
    "[tunnel]\nmode = fixed-rate\npps = 900\ncipher = null\ndont-frag = on\nmax-queue-size = "
    "100kB\n"
    "max-aggregation-time = 20ms\n[link]\ndevice = p2p\n",
    "[tunnel]\nmode = fixed-rate\npps = 2000\npkt-size = 576\npad-to-avoid-fragment = on\n"
    "max-queue-size = 100kB\n[link]\nmtu = 1200\nrate = 100Mbps\ndelay = 33ms\n",
    "[tunnel]\nmode = esp-pad\npps = 1000\nmax-queue-size = 100kB\ndscp = 0\n",
};

static char *scenario_with(const char *timeline, const struct load *load)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "[scenario]\nduration = 1s\nleak = on\n%s", timeline);
    if (load != NULL && load->burst != NULL)
        write_bursts(out, 1000, load->burst);
    if (load != NULL)
        fputs(load->rest, out);
    fclose(out);
    return text;
}

static struct seen see_load(const char *timeline, const struct load *load)
{
    char *text = scenario_with(timeline, load);
    struct seen seen = see(text);
    free(text);
    return seen;
}

static void check_finding(const struct seen *seen, const char *expected, const char *what)
{
    const json_t *leak = json_object_get(seen->summary, "leak");
    const char *found =
        json_string_value(json_object_get(leak, "mutual_information_octets_finding"));
    if (strcmp(found, expected) != 0)
        CHECK_FAIL("%s: %s, not %s", what, found, expected);
}

static void check_no_leak(const struct seen *seen, const char *what)
{
    static const char *const names[] = {
        "outer_size_entropy_bits",        "outer_gap_entropy_bits",
        "outer_tos_entropy_bits",         "mutual_information_bits",
        "mutual_information_octets_bits", "mutual_information_noise_bits",
        "information_rate_bps",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (number(seen, "leak", names[i]) > 0)
            CHECK_FAIL("%s: %s %g", what, names[i], number(seen, "leak", names[i]));
    check_finding(seen, "independent", what);
}

static void check_load(const char *timeline, const struct load *load, const struct seen *idle)
{
    struct seen seen = see_load(timeline, load);
    char what[256];
    snprintf(what, sizeof what, "%s in %.80s", load->what, timeline);
    check_same_timeline(&seen.sent, &idle->sent, what);
    check_same_timeline(&seen.received, &idle->received, what);
    check_no_leak(&seen, what);
    if (!(offered_octets(&seen) > 0))
        CHECK_FAIL("%s: no load", what);
    if (load->overflows && strstr(timeline, "dont-frag") == NULL &&
        strstr(timeline, "esp-pad") == NULL && !(dropped_pkts(&seen, "no-queue-space") > 0))
        CHECK_FAIL("%s: no overflow", what);
    seen_free(&seen);
}

/* The claim of IP-TFS: whatever is sent through the tunnel, its outside is the same. */
static void a_fixed_rate_shows_one_timeline(void)
{
    for (size_t i = 0; i < sizeof timelines / sizeof timelines[0]; i++) {
        struct seen idle = see_load(timelines[i], NULL);
        CHECK_TRUE(idle.sent.count > 500 && idle.received.count > 200);
        check_no_leak(&idle, "idle");
        for (size_t k = 0; k < sizeof loads / sizeof loads[0]; k++)
            check_load(timelines[i], &loads[k], &idle);
        seen_free(&idle);
    }
}

/* Under congestion control only the network decides when packets leave; this one loses some. */
static void congestion_control_shows_only_the_network(void)
{
    static const char network[] = "[tunnel]\nmode = congestion-controlled\nmax-rate = 8Mbps\n"
                                  "initial-rtt = 20ms\n"
                                  "[link]\nloss = 1%\nrate = 10Mbps\ndelay = 10ms\n";
    struct seen idle = see_load(network, NULL);
    CHECK_TRUE(idle.sent.count > 50 && idle.received.count < idle.sent.count);
    for (size_t k = 0; k < sizeof loads / sizeof loads[0]; k++) {
        struct seen seen = see_load(network, &loads[k]);
        check_same_timeline(&seen.sent, &idle.sent, loads[k].what);
        check_same_timeline(&seen.received, &idle.received, loads[k].what);
        check_finding(&seen, "independent", loads[k].what);
        CHECK_NEAR(number(&seen, "leak", "outer_size_entropy_bits"), 0, 0);
        seen_free(&seen);
    }
    CHECK_TRUE(number(&idle, "leak", "outer_gap_entropy_bits") > 0.2);
    seen_free(&idle);
}

/* With ECN in use, the outer header still says nothing about the ECN fields inside. */
static void ecn_leaks_no_marks(void)
{
    static const char text[] = "[scenario]\nduration = 1s\nleak = on\n"
                               "[tunnel]\nmode = fixed-rate\npps = 500\necn = on\n"
                               "[traffic.a]\ntype = poisson\nrate = 1Mbps\nsize = imix\ntos = 3\n"
                               "[traffic.b]\ntype = poisson\nrate = 1Mbps\nsize = imix\ntos = 0\n";
    struct seen seen = see(text);
    CHECK_NEAR(number(&seen, "leak", "outer_tos_entropy_bits"), 0, 0);
    CHECK_NEAR(number(&seen, "leak", "outer_gap_entropy_bits"), 0, 0);
    CHECK_NEAR(number(&seen, "leak", "mutual_information_bits"), 0, 0);
    seen_free(&seen);
}

static void check_refused(const char *text, const char *expected)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    int code = iptfs_scenario_parse_text(&scenario, text, "t.ini", NULL, 0, &error);
    CHECK_INT(code, IPTFS_E_INVALID);
    CHECK_STR(error.text, expected);
    iptfs_scenario_free(&scenario);
}

/* Half of the packets are EF. Where the header is the packet's own, or is made by RFC 4301, this is
 * seen, and with AGGFRAG only where copying is asked for. */
static void dscp_is_seen_where_it_is_copied(void)
{
    static const struct {
        const char *tunnel;
        double bits;
    } cases[] = {
        {"mode = none\n", 1},
        {"mode = esp-transport\n", 1},
        {"mode = esp\n", 1},
        {"mode = esp-pad\n", 1},
        {"mode = esp\ndscp = 0\n", 0},
        {"mode = esp\ndscp = af41\n", 0},
        {"mode = on-demand\n", 0},
        {"mode = on-demand\ndscp = copy\n", 1},
        {"mode = fixed-rate\npps = 100\ndscp = 46\n", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "[scenario]\nduration = 10s\nleak = on\n[tunnel]\n%s"
                 "[traffic.a]\ntype = poisson\nsize = 200\nrate = 100kbps\ntos = 184\n"
                 "[traffic.b]\ntype = poisson\nsize = 200\nrate = 100kbps\n",
                 cases[i].tunnel);
        struct seen seen = see(text);
        if (fabs(number(&seen, "leak", "outer_tos_entropy_bits") - cases[i].bits) > 0.05)
            CHECK_FAIL("%s: %g bits", cases[i].tunnel,
                       number(&seen, "leak", "outer_tos_entropy_bits"));
        seen_free(&seen);
    }
    check_refused("[tunnel]\ndscp = 64\n",
                  "t.ini:2: [tunnel] dscp: found '64', allowed: copy, 0 to 63, or a name: cs0 to "
                  "cs7, af11 to af43, ef, va, le");
}

/* The comparison above is sensitive: in mode on-demand no two loads look alike. */
static void on_demand_timelines_differ(void)
{
    static const char on_demand[] = "[tunnel]\nmode = on-demand\n";
    struct seen a = see_load(on_demand, &loads[0]), b = see_load(on_demand, &loads[7]);
    size_t least = a.sent.count < b.sent.count ? a.sent.count : b.sent.count;
    CHECK_TRUE(memcmp(a.sent.moments, b.sent.moments, least * sizeof *a.sent.moments) != 0);
    CHECK_TRUE(memcmp(a.received.moments, b.received.moments, 100 * sizeof(struct moment)) != 0);
    seen_free(&a);
    seen_free(&b);
}

/* -------------------------------------------------------------------------------- what leaks */

static struct seen see_mode(const char *tunnel)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "[scenario]\nduration = 20s\nleak = on\n[tunnel]\n%s[link]\nrate = 1Gbps\n",
            tunnel);
    write_bursts(out, 20000, "size = imix\n");
    fclose(out);
    struct seen seen = see(text);
    free(text);
    return seen;
}

static double shared(const struct seen *seen)
{
    return number(seen, "leak", "mutual_information_octets_bits");
}

/* Plain packets reveal the load completely, ESP nearly so; padding hides sizes, aggregation a
 * little more, a minimum rate the load below it, and a fixed rate everything. */
static void modes_leak_in_this_order(void)
{
    static const char *const tunnels[] = {
        "mode = none\n",
        "mode = esp\n",
        "mode = on-demand\n",
        "mode = esp-pad\n",
        "mode = min-rate\npps = 1000\n",
        "mode = min-rate\npps = 4000\n",
    };
    enum {
        MODES = sizeof tunnels / sizeof tunnels[0]
    };
    double last = 99;
    for (size_t i = 0; i < MODES; i++) {
        struct seen seen = see_mode(tunnels[i]);
        double bits = shared(&seen), load = number(&seen, "leak", "load_entropy_bits");
        if (!(bits < last + 0.01) || !(bits > 0.5) || !(bits <= load + 0.01))
            CHECK_FAIL("%s: %g of %g bits after %g", tunnels[i], bits, load, last);
        CHECK_TRUE(bits > number(&seen, "leak", "mutual_information_octets_noise_bits"));
        check_finding(&seen, "found", tunnels[i]);
        CHECK_TRUE(number(&seen, "leak", "outer_gap_entropy_bits") > 2);
        CHECK_NEAR(number(&seen, "leak", "intervals"), 2000, 0);
        bool one_size = strstr(tunnels[i], "pad") != NULL || strstr(tunnels[i], "min") != NULL;
        CHECK_INT(number(&seen, "leak", "outer_size_entropy_bits") > 1, !one_size);
        last = bits;
        seen_free(&seen);
    }
    struct seen bare = see_mode(tunnels[0]);
    CHECK_NEAR(shared(&bare), number(&bare, "leak", "load_entropy_bits"), 0.001);
    seen_free(&bare);
    struct seen gathered = see_mode("mode = on-demand\ninit-delay = 5ms\n");
    struct seen immediate = see_mode("mode = on-demand\n");
    CHECK_TRUE(number(&gathered, "leak", "outer_gap_entropy_bits") <
               number(&immediate, "leak", "outer_gap_entropy_bits"));
    CHECK_TRUE(number(&gathered, "leak", "mutual_information_bits") <
               number(&immediate, "leak", "mutual_information_bits"));
    seen_free(&gathered);
    seen_free(&immediate);
}

/* Bursts of 0 to 3 packets, each number as likely, 1 ms after the start of each 10 ms, leave 9.5 ms
 * later: in the next interval, which shows all 2 bits; that is 200 bit/s. */
static void a_delayed_load_is_found_at_its_lag(void)
{
    struct dice dice = {3};
    char *text = NULL;
    size_t size = 0;
    folder_make();
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "time,size\n");
    for (int i = 0; i < 6000; i++)
        for (uint64_t left = dice_between(&dice, 0, 3); left > 0; left--)
            fprintf(out, "%dms,100\n", 10 * i + 1);
    fclose(out);
    folder_write("bursts.csv", text);
    free(text);
    char scenario[512];
    snprintf(scenario, sizeof scenario,
             "[scenario]\nduration = 60s\nleak = on\n[tunnel]\ninit-delay = 9500us\n"
             "[traffic.a]\ntype = list\nfile = %s\n",
             folder_file("bursts.csv"));
    struct seen seen = see(scenario);
    CHECK_NEAR(number(&seen, "leak", "load_entropy_bits"), 2, 0.01);
    CHECK_NEAR(number(&seen, "leak", "mutual_information_octets_bits"), 2, 0.01);
    CHECK_NEAR(number(&seen, "leak", "mutual_information_octets_lag"), 0.01, 1e-12);
    CHECK_NEAR(number(&seen, "leak", "information_rate_bps"), 200, 2);
    check_finding(&seen, "found", "bursts");
    seen_free(&seen);
    folder_remove();
}

/* A call on demand, from end to end or not, is not reported as a fixed rate is. */
static void one_call_cannot_be_decided(void)
{
    static const char *const spans[] = {"", "start = 100ms\nstop = 59900ms\n"};
    for (size_t i = 0; i < 2; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "[scenario]\nduration = 60s\nleak = on\n"
                 "[traffic.a]\ntype = cbr\nsize = 200\nrate = 80kbps\n%s",
                 spans[i]);
        struct seen seen = see(text);
        const json_t *leak = json_object_get(seen.summary, "leak");
        check_finding(&seen, "undecided-ambiguous", spans[i]);
        CHECK_TRUE(!(json_number_value(json_object_get(leak, "mutual_information_bits")) <= 0));
        CHECK_TRUE(json_is_null(json_object_get(leak, "information_rate_bps")));
        CHECK_NEAR(number(&seen, "leak", "outer_rate_pps"), 50, 0.2);
        CHECK_TRUE(number(&seen, "leak", "outer_size_octets") > 200);
        CHECK_NEAR(number(&seen, "leak", "outer_presence"), 0.5, 0.002);
        seen_free(&seen);
    }
}

static void the_interval_is_a_choice(void)
{
    struct seen fine = see("[scenario]\nduration = 1s\nleak = on\nleak-interval = 1ms\n"
                           "[traffic.a]\ntype = poisson\nsize = imix\nrate = 5Mbps\n");
    CHECK_NEAR(number(&fine, "leak", "intervals"), 1000, 0);
    seen_free(&fine);
    struct seen off = see("[scenario]\nduration = 1s\nleak-interval = 1ms\n"
                          "[traffic.a]\ntype = cbr\nsize = 100\nrate = 5Mbps\n");
    CHECK_TRUE(json_object_get(off.summary, "leak") == NULL);
    seen_free(&off);
}

static void both_directions_are_watched(void)
{
    struct seen seen = see("[scenario]\nduration = 2s\nleak = on\n"
                           "[tunnel]\nmode = fixed-rate\npps = 100\n"
                           "[tunnel.reverse]\nmode = esp\n"
                           "[traffic.a]\ntype = poisson\nsize = imix\nrate = 5Mbps\n"
                           "direction = reverse\n");
    check_no_leak(&seen, "forward");
    const json_t *leak = json_object_get(json_object_get(seen.summary, "reverse"), "leak");
    CHECK_TRUE(json_number_value(json_object_get(leak, "mutual_information_bits")) > 0.2);
    seen_free(&seen);
}

/* Measuring does not change what is measured, and the same seed gives the same figures. */
static void watching_changes_nothing(void)
{
    static const char text[] = "[tunnel]\nmode = min-rate\npps = 100\n[link]\nloss = 2%\n"
                               "[traffic.a]\ntype = poisson\nsize = imix\nrate = 5Mbps\n"
                               "[scenario]\nduration = 1s\nleak = ";
    char on[512], off[512];
    snprintf(on, sizeof on, "%son\n", text);
    snprintf(off, sizeof off, "%soff\n", text);
    struct seen a = see(on), b = see(on), c = see(off);
    CHECK_TRUE(json_equal(a.summary, b.summary));
    check_same_timeline(&c.sent, &a.sent, "not measured");
    json_object_del(a.summary, "leak");
    CHECK_TRUE(json_equal(a.summary, c.summary));
    seen_free(&a);
    seen_free(&b);
    seen_free(&c);
}

static void odd_intervals_are_refused(void)
{
#define IDLE "[tunnel]\nmode = fixed-rate\npps = 1\n[scenario]\n"
    check_refused(IDLE "leak = on\nduration = 99ms\n",
                  "t.ini:4: [scenario] leak-interval: found '10ms', allowed: 10 to 1000000 of them "
                  "within the duration of 99ms");
    check_refused(IDLE "leak = on\nleak-interval = 1us\nduration = 2s\n",
                  "t.ini:6: [scenario] leak-interval: found '1us', allowed: 10 to 1000000 of them "
                  "within the duration of 2s");
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    CHECK_INT(
        iptfs_scenario_parse_text(&scenario, IDLE "duration = 99ms\n", "t.ini", NULL, 0, &error),
        IPTFS_OK);
    iptfs_scenario_free(&scenario);
}

static void the_text_summary_has_the_leak(void)
{
    static struct iptfs_run run;
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    char *text = NULL;
    size_t size = 0;
    CHECK_INT(iptfs_scenario_parse_text(&scenario, IDLE "leak = on\nduration = 1s\n", "t.ini", NULL,
                                        0, &error),
              IPTFS_OK);
    CHECK_INT(iptfs_run_init(&run, &scenario, 1, 0, &error), IPTFS_OK);
    CHECK_INT(iptfs_run_until(&run, scenario.duration_ps, &error), IPTFS_OK);
    CHECK_INT(iptfs_run_finish(&run, &error), IPTFS_OK);
    struct iptfs_summary_view view = iptfs_run_view(&run, scenario.duration_ps);
    FILE *out = open_memstream(&text, &size);
    iptfs_summary_write_text(&view, &(struct iptfs_run_cost){1, 1}, out);
    fclose(out);
    CHECK_TRUE(strstr(text,
                      "Leak                 entropy of outer sizes 0.000, gaps 0.000, DSCP and "
                      "ECN 0.000 bits\n") != NULL);
    CHECK_TRUE(strstr(text, "inner octets and outer packets: share 0.000 of 0.000 bits: times and "
                            "sizes of outer packets never depend on the traffic\n") != NULL);
    CHECK_TRUE(strstr(text, "100 intervals of 10 ms") != NULL);
    free(text);
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
}

const CU_TestInfo iptfs_tests_leak[] = {
    {"intervals count their packets", intervals_count_their_packets},
    {"sizes, gaps and TOS have their entropies", sizes_gaps_and_tos_have_their_entropies},
    {"gaps are rounded", gaps_are_rounded},
    {"one gap is no proof", one_gap_is_no_proof},
    {"lags reach the longest wait", lags_reach_the_longest_wait},
    {"a fixed rate shows one timeline", a_fixed_rate_shows_one_timeline},
    {"congestion control shows only the network", congestion_control_shows_only_the_network},
    {"ECN leaks no marks", ecn_leaks_no_marks},
    {"DSCP is seen where it is copied", dscp_is_seen_where_it_is_copied},
    {"on-demand timelines differ", on_demand_timelines_differ},
    {"modes leak in this order", modes_leak_in_this_order},
    {"a delayed load is found at its lag", a_delayed_load_is_found_at_its_lag},
    {"one call cannot be decided", one_call_cannot_be_decided},
    {"the interval is a choice", the_interval_is_a_choice},
    {"both directions are watched", both_directions_are_watched},
    {"watching changes nothing", watching_changes_nothing},
    {"odd intervals are refused", odd_intervals_are_refused},
    {"the text summary has the leak", the_text_summary_has_the_leak},
    CU_TEST_INFO_NULL,
};
