/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The grid that a section [sweep] spans: values, ranges, cases, zips, and their errors. */
#include "sweep/grid.h"

#include "support/check.h"
#include "sweep/identity.h"
#include "sweep/outcomes.h"
#include "sweep/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 100ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"              \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n"

/* Parses lines of [sweep] and compares the points' texts, joined by '/'. */
static void check_points(const char *lines, const char *expected, int line)
{
    struct iptfs_sweep sweep;
    struct iptfs_error error = {0};
    char text[2048], found[4096] = "";
    snprintf(text, sizeof text, BASE "[sweep]\n%s", lines);
    if (iptfs_sweep_parse_text(&sweep, text, "f.ini", &error) != 0) {
        check_fail(__FILE__, line, "%s", error.text);
        return;
    }
    for (size_t i = 1; i <= sweep.n_points; i++) {
        struct iptfs_sweep_point point;
        iptfs_sweep_point_at(&sweep, i, &point);
        struct iptfs_scenario scenario;
        char *label = iptfs_sweep_point_text(&point);
        size_t length = strlen(found);
        snprintf(found + length, sizeof found - length, "%s%s", i > 1 ? " / " : "", label);
        free(label);
        if (iptfs_sweep_scenario(&sweep, i, &scenario, &error) != 0)
            check_fail(__FILE__, line, "%s", error.text);
        else
            iptfs_scenario_free(&scenario);
    }
    check_str(found, expected, lines, __FILE__, line);
    iptfs_sweep_free(&sweep);
}
#define CHECK_POINTS(lines, expected) check_points((lines), (expected), __LINE__)

static void lists_and_ranges(void)
{
    CHECK_POINTS("tunnel.pkt-size = 256, 576, 1500\n",
                 "tunnel.pkt-size=256 / tunnel.pkt-size=576 / tunnel.pkt-size=1500");
    CHECK_POINTS("link.loss = 0 : 0.05 : 0.025\n",
                 "link.loss=0 / link.loss=0.025 / link.loss=0.05");
    CHECK_POINTS("link.loss = 0.1% : 0.3% : 0.1%\n",
                 "link.loss=0.1% / link.loss=0.2% / link.loss=0.3%");
    CHECK_POINTS("link.loss = log(1e-4, 1e-1, 4)\n",
                 "link.loss=1e-4 / link.loss=0.001 / link.loss=0.01 / link.loss=1e-1");
    CHECK_POINTS("tunnel.pkt-size = log(100, 1500, 3)\n",
                 "tunnel.pkt-size=100 / tunnel.pkt-size=387 / tunnel.pkt-size=1500");
    CHECK_POINTS("tunnel.pps = 1000000 : 3000000 : 1000000\n",
                 "tunnel.pps=1000000 / tunnel.pps=2000000 / tunnel.pps=3000000");
    CHECK_POINTS("tunnel.pps = log(1000, 1000000, 4)\n",
                 "tunnel.pps=1000 / tunnel.pps=10000 / tunnel.pps=100000 / tunnel.pps=1000000");
    CHECK_POINTS("tunnel.init-delay = 0 : 20ms : 10ms\n",
                 "tunnel.init-delay=0ms / tunnel.init-delay=10ms / tunnel.init-delay=20ms");
    CHECK_POINTS("tunnel.reorder-window = 0, 2 .. 4, 9\n",
                 "tunnel.reorder-window=0 / tunnel.reorder-window=2 / tunnel.reorder-window=3 / "
                 "tunnel.reorder-window=4 / tunnel.reorder-window=9");
    CHECK_POINTS("traffic.a.size = uniform(40, 100), imix\n",
                 "traffic.a.size=uniform(40, 100) / traffic.a.size=imix");
    CHECK_POINTS("link.mtu-changes = 2ms 1400, 5ms 1500 | none\n",
                 "link.mtu-changes=2ms 1400, 5ms 1500 / link.mtu-changes=none");
    CHECK_POINTS("link.rate-changes = none | 2ms 5Mbps, 5ms 1Gbps\n",
                 "link.rate-changes=none / link.rate-changes=2ms 5Mbps, 5ms 1Gbps");
    CHECK_POINTS("link.blackouts = 3ms 1ms, 9ms 2ms | none\n",
                 "link.blackouts=3ms 1ms, 9ms 2ms / link.blackouts=none");
    CHECK_POINTS("", "");
}

static void grids_zips_and_cases(void)
{
    CHECK_POINTS("seed = 1 .. 2\nlink.loss = 0, 1%\n",
                 "link.loss=0 seed=1 / link.loss=0 seed=2 / link.loss=1% seed=1 / "
                 "link.loss=1% seed=2");
    CHECK_POINTS("link.loss = 0, 1%\nlink.delay = 1ms, 2ms\nzip = link.loss, link.delay\n",
                 "link.loss=0 link.delay=1ms / link.loss=1% link.delay=2ms");
    CHECK_POINTS("case.esp = tunnel.mode=esp\ncase.slow = tunnel.init-delay=1ms; link.rate=5Mbps\n"
                 "seed = 7, 8\n",
                 "case=esp seed=7 / case=esp seed=8 / case=slow seed=7 / case=slow seed=8");
    struct iptfs_sweep sweep;
    struct iptfs_scenario scenario;
    CHECK_INT(iptfs_sweep_parse_text(&sweep,
                                     BASE "[sweep]\ncase.a = link.loss=1%; link.ce=2%\n"
                                          "case.a = link.delay=9ms; tunnel.ecn=on\n",
                                     "f.ini", NULL),
              0);
    CHECK_U64(sweep.n_points, 1);
    struct iptfs_error error;
    if (CHECK_INT(iptfs_sweep_scenario(&sweep, 1, &scenario, &error), 0)) {
        CHECK_NEAR(scenario.link[0].config.impairments.loss.probability, 0.01, 0);
        CHECK_NEAR(scenario.link[0].config.impairments.ce.probability, 0.02, 0);
        CHECK_INT(scenario.link[0].config.delay_ps, INT64_C(9000000000));
        iptfs_scenario_free(&scenario);
    }
    iptfs_sweep_free(&sweep);
}

/* A mistake gives one line with file, line and what was found. */
static void mistakes_name_their_line(void)
{
    static const struct {
        const char *lines, *expected;
    } bad[] = {
        {"tunnel.pkt-siez = 3\n", "f.ini:12: [sweep] tunnel.pkt-siez: found an unknown key"},
        {"tunnel.pkt-siez = 3\n", "did you mean 'pkt-size'?"},
        {"link.loss = 0 : 1\n", "f.ini:12: [sweep] link.loss: found '0 : 1', allowed: FROM"},
        {"link.loss = 1 : 0 : 0.1\n", "FROM : TO : STEP"},
        {"link.loss = 0 : 1 : 0\n", "FROM : TO : STEP"},
        {"link.delay = 1ms : 2s : 1ms\n", "same unit"},
        {"link.loss = log(0, 1, 3)\n", "log(FROM, TO, COUNT)"},
        {"link.loss = log(0.1, 1)\n", "log(FROM, TO, COUNT)"},
        {"link.loss = 1%,, 2%\n", "a value between the commas"},
        {"link.loss = 1%, 1%\n", "each value once"},
        {"seed = 5 .. 2\n", "FIRST .. LAST"},
        {"seed = 1 .. 9999999\n", "at most 1000000 values"},
        {"seed = 1 .. 9999\ntunnel.reorder-window = 0 .. 255\n", "at most 1000000"},
        {"link.loss = 1%\nlink.loss = 2%\n", "f.ini:13: [sweep] link.loss: found the key again"},
        {"link.loss = 1%\ncase.a = link.loss=2%\n", "in one line or in cases"},
        {"link.loss = 1%, 2%\nlink.delay = 1ms\nzip = link.loss, link.delay\n",
         "f.ini:14: [sweep] zip: found 'link.loss with 2 and link.delay with 1'"},
        {"link.loss = 1%\nzip = link.loss, link.dealy\n", "'link.dealy'"},
        {"link.loss = 1%\nzip = link.loss\n", "two keys or more"},
        {"link.loss = 1%\nlink.delay = 1ms\nzip = link.loss, link.delay, link.loss\n",
         "f.ini:14: [sweep] zip: found 'link.loss', allowed: each key once"},
        {"tunnel.pps = 0 : 1000000 : 1\n",
         "found '0 : 1000000 : 1', allowed: at most 1000000 values"},
        {"seed = 00000000000000000000000000000000000001 .. 3\n", "FIRST .. LAST"},
        {"case.a b = link.loss=1%\n", "case.NAME, without blanks, commas and quotes"},
        {"case.a = link.loss=1%; link.loss=2%\n", "allowed: each key once"},
        {"case.a = nonsense\n", "section.key=value"},
    };
    struct iptfs_sweep sweep;
    struct iptfs_error error;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, BASE "[sweep]\n%s", bad[i].lines);
        CHECK_INT(iptfs_sweep_parse_text(&sweep, text, "f.ini", &error), IPTFS_E_INVALID);
        if (strstr(error.text, bad[i].expected) == NULL)
            CHECK_FAIL("\"%s\" is not in \"%s\"", bad[i].expected, error.text);
    }
    CHECK_INT(iptfs_sweep_parse_text(&sweep, BASE, "f.ini", &error), IPTFS_E_INVALID);
    CHECK_TRUE(strstr(error.text, "no section [sweep]") != NULL);
}

/* A value in two spellings is one value: its points would count as replications of each other. */
static void repeated_values_are_refused(void)
{
    static const struct {
        const char *lines, *expected;
    } bad[] = {
        {"link.loss = 1%, 0.01\n", "found '0.01', allowed: each value once; it is '1%' again"},
        {"link.loss = 1e-2, 0.010\n", "it is '1e-2' again"},
        {"link.loss = 0 : 2% : 1%, 0.01\n", "found '0.01', allowed: each value once; it is '1%'"},
        {"link.loss = 0.01, 0 : 2% : 1%\n", "found '1%', allowed: each value once; it is '0.01'"},
        {"link.loss = log(1e-4, 1e-1, 4), 0.1%\n", "it is '0.001' again"},
        {"tunnel.pkt-size = 1500, 1500B, 1.5kB\n", "found '1500B', allowed: each value once"},
        {"tunnel.pkt-size = 1 .. 1024, 1KiB\n", "it is '1024' again"},
        {"tunnel.pkt-size = log(100, 105, 20)\n", "each value once"},
        {"link.rate = 10Mbps, 10000kbps\n", "it is '10Mbps' again"},
        {"link.rate = 10Mbps, 10Mb/s\n", "it is '10Mbps' again"},
        {"link.delay = 1ms, 1000us\n", "it is '1ms' again"},
        {"link.delay = 0, 0s\n", "it is '0' again"},
        {"seed = 1, 01\n",
         "f.ini:12: [sweep] seed: found '01', allowed: each value once; it is '1'"},
        {"seed = 1 .. 5, 0x3\n", "found '0x3', allowed: each value once; it is '3' again"},
        {"seed = 1 .. 5, 4 .. 9\n", "found '4', allowed: each value once"},
        {"tunnel.ecn = on, yes\n", "it is 'on' again"},
        {"traffic.a.ip = 4, ipv4\n", "it is '4' again"},
        {"traffic.a.size = uniform(40, 100), uniform(40B,100B)\n",
         "it is 'uniform(40, 100)' again"},
        {"link.queue = 100p, 100pkts\n", "it is '100p' again"},
        {"link.mtu-changes = 2ms 1400 | 2000us 1.4kB\n", "it is '2ms 1400' again"},
        {"link.loss = 1%, 0.01\nlink.delay = 1ms, 2ms\nzip = link.loss, link.delay\n",
         "'1%' again"},
        {"case.a = link.loss=1%\ncase.b = link.loss = 0.01\n",
         "f.ini:13: [sweep] case: found 'b', allowed: cases that differ; it has the values of 'a'"},
        {"case.a = link.loss=1%; link.delay=1ms\ncase.b = link.delay=1000us; link.loss=0.01\n",
         "it has the values of 'a'"},
        {"case.\xff = link.loss=1%\n", "allowed: UTF-8, which results can hold"},
        {"case.a = scenario.name=\xff\n", "allowed: UTF-8, which results can hold"},
        {"traffic.a.size = \xe4 | 100\n", "allowed: UTF-8, which results can hold"},
    };
    struct iptfs_sweep sweep;
    struct iptfs_error error;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, BASE "[sweep]\n%s", bad[i].lines);
        CHECK_INT(iptfs_sweep_parse_text(&sweep, text, "f.ini", &error), IPTFS_E_INVALID);
        if (strstr(error.text, bad[i].expected) == NULL)
            CHECK_FAIL("\"%s\" is not in \"%s\"", bad[i].expected, error.text);
    }
    /* Nor are they looked for again in the process of a point. */
    CHECK_INT(iptfs_sweep_parse_planned(&sweep, BASE "[sweep]\nseed = 1, 01\n", "f.ini", &error),
              0);
    CHECK_U64(sweep.n_points, 2);
    iptfs_sweep_free(&sweep);
    CHECK_POINTS("link.loss = 1%, 0.011\ncase.a = link.delay=1ms\ncase.b =\n",
                 "link.loss=1% case=a / link.loss=1% case=b / link.loss=0.011 case=a / "
                 "link.loss=0.011 case=b");
}

/* A point has its keys by value; there is a limit for them. */
static void many_keys(void)
{
    struct iptfs_sweep sweep;
    struct iptfs_error error = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fputs(BASE "[sweep]\n", out);
    for (int i = 1; i <= 65; i++)
        fprintf(out, "traffic.t%d.start = 1ms\n", i);
    fclose(out);
    CHECK_INT(iptfs_sweep_parse_text(&sweep, text, "f.ini", &error), IPTFS_E_INVALID);
    CHECK_STR(error.text,
              "f.ini:76: [sweep] traffic.t65.start: found 'more keys', allowed: at most "
              "64 in a point");
    free(text);
}

/* What is wrong only in the whole scenario names the line of the sweep too. */
static void errors_name_the_sweeps_line(void)
{
    struct iptfs_sweep sweep;
    struct iptfs_scenario scenario;
    struct iptfs_error error;
    CHECK_INT(iptfs_sweep_parse_text(&sweep, BASE "[sweep]\nseed = 1\nlink.loss = 1%, 2\n", "f.ini",
                                     &error),
              0);
    CHECK_INT(iptfs_sweep_scenario(&sweep, 1, &scenario, &error), 0);
    iptfs_scenario_free(&scenario);
    CHECK_INT(iptfs_sweep_scenario(&sweep, 2, &scenario, &error), IPTFS_E_INVALID);
    if (strstr(error.text, "f.ini:13: [sweep] link.loss=2: [link] loss: found '2'") == NULL)
        CHECK_FAIL("%s", error.text);
    iptfs_sweep_free(&sweep);
}

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* Seconds of work for what took minutes: a point that differs only in its seed costs little, and a
 * process of points computes none but its own. */
static void a_million_points_are_planned(void)
{
    static const char *const lines[] = {"seed = 1 .. 1000000\n", "seed = 1 .. 999999, 1000001\n",
                                        "link.loss = 0 : 0.0999 : 0.0001\nseed = 1 .. 1000\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct iptfs_sweep sweep;
        struct iptfs_sweep_outcomes outcomes;
        struct iptfs_scenario scenario;
        struct iptfs_error error;
        struct iptfs_text id;
        char text[512], *name = NULL;
        snprintf(text, sizeof text, BASE "[sweep]\n%s", lines[i]);
        double begin_s = cpu_s();
        CHECK_INT(iptfs_sweep_parse_text(&sweep, text, "f.ini", &error), 0);
        CHECK_U64(sweep.n_points, 1000000);
        CHECK_INT(iptfs_outcomes_init(&outcomes, &sweep, &name, &error), 0);
        CHECK_TRUE(cpu_s() - begin_s < 10.0); /* 1 s, but with sanitizers on a slow machine */
        CHECK_INT(iptfs_sweep_scenario(&sweep, 777777, &scenario, &error), 0);
        CHECK_INT(iptfs_sweep_id(&scenario, &id, &error), 0);
        CHECK_STR(outcomes.points[777776].id.text, id.text);
        iptfs_scenario_free(&scenario);
        iptfs_outcomes_free(&outcomes);
        iptfs_sweep_free(&sweep);
        free(name);
        begin_s = cpu_s();
        CHECK_INT(iptfs_sweep_parse_planned(&sweep, text, "f.ini", &error), 0);
        CHECK_INT(iptfs_sweep_scenario(&sweep, 777777, &scenario, &error), 0);
        CHECK_TRUE(cpu_s() - begin_s < 0.1);
        iptfs_scenario_free(&scenario);
        iptfs_sweep_free(&sweep);
    }
}

extern const CU_TestInfo iptfs_tests_grid[];
const CU_TestInfo iptfs_tests_grid[] = {
    {"lists and ranges", lists_and_ranges},
    {"grids, zips and cases", grids_zips_and_cases},
    {"mistakes name their line", mistakes_name_their_line},
    {"repeated values are refused", repeated_values_are_refused},
    {"a million points are planned", a_million_points_are_planned},
    {"many keys", many_keys},
    {"errors name the sweep's line", errors_name_the_sweeps_line},
    CU_TEST_INFO_NULL,
};
