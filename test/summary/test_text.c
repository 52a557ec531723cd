/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The summary as text: what happened in a run is named in it, and nothing else. */
#include "support/check.h"
#include "support/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE                                                                                       \
    "[scenario]\nduration = 2s\n[link]\nrate = 1Mbps\ndelay = 1ms\n"                               \
    "[traffic.a]\ntype = cbr\nphase = 0\nsize = 1000\nrate = 900kbps\ntos = 2\n"
#define LARGE "[traffic.b]\ntype = cbr\nphase = 0\nsize = 3000\nrate = 100kbps\norigin = local\n"
#define WEB                                                                                        \
    "[traffic.web]\ntype = tcp-request\nrequest = 300\nresponse = 20kB\nrequests = 5\n"            \
    "think = 10ms\n"

static void check_run(const char *text, const char *options, int status, const char *const *parts,
                      const char *absent)
{
    program_new_folder();
    program_write("s.ini", text);
    struct outcome run =
        program_run("run %s/s.ini --out %s/out %s", program_folder(), program_folder(), options);
    if (!CHECK_INT(run.status, status))
        CHECK_FAIL("%s", run.err);
    for (size_t i = 0; parts[i] != NULL; i++)
        CHECK_CONTAINS(run.out, parts[i]);
    if (strstr(run.out, absent) != NULL)
        CHECK_FAIL("\"%s\" is in:\n%s", absent, run.out);
    CHECK_CONTAINS(run.out, "every inner packet is accounted for");
    program_free(&run);
    program_remove_folder();
}

static void marks_and_errors(void)
{
    static const char *const marks[] = {" packets got a CE mark in the sender's queue\n", NULL};
    static const char *const errors[] = {
        "  2 local senders got \"message too long\"\n",
        "too-big: longer than the MTU of the tunnel, and not to be cut\n", NULL};
    check_run(BASE,
              "--set tunnel.mode=fixed-rate --set tunnel.pps=20 --set tunnel.max-queue-size=20kB",
              0, marks, "message too long");
    check_run(BASE LARGE, "--set tunnel.dont-frag=on --set traffic.b.count=2", 0, errors,
              "CE mark");
}

static void a_breaker_that_trips(void)
{
    static const char *const tripped[] = {
        "Circuit breaker      tripped at ", "at a loss of 100 %: the tunnel stopped\n",
        "tunnel-stopped: the circuit breaker had stopped the tunnel\n", NULL};
    static const char *const held[] = {"Circuit breaker      did not trip\n", NULL};
    check_run(BASE,
              "--set 'tunnel.circuit-breaker=10%, 200ms' --set 'link.blackouts=1s 5s' "
              "--set tunnel.mode=fixed-rate --set tunnel.pps=100 --set tunnel.pkt-size=600",
              3, tripped, "did not trip");
    check_run(BASE, "--set 'tunnel.circuit-breaker=10%, 200ms'", 0, held, "tripped at");
}

/* Both ends send each other padding: the scenario of a tunnel under congestion control. */
#define CONTROLLED                                                                                 \
    "[scenario]\nduration = 60s\n[tunnel]\nmode = congestion-controlled\n"                         \
    "[link]\nrate = 10Mbps\ndelay = 25ms\nqueue = 50p\n"
#define SATURATE "[traffic.a]\ntype = saturate\nsize = 1000\n"
#define IDLE "[traffic.a]\ntype = cbr\nphase = 0\nsize = 100\nrate = 1kbps\ncount = 1\n"

static void a_rate_that_collapses(void)
{
    static const char *const collapsed[] = {
        "WARNING              the rate collapsed: for 9", " % of the run less than one packet left",
        " round trip of the path (52.5 ms). It hardly recovers: see min-rate\n", NULL};
    static const char *const in_json[] = {"\"collapsed\": true", "\"collapsed_share\": 0.9", NULL};
    static const char *const other[] = {"Congestion control   ", NULL};
    static const struct {
        const char *text, *options;
    } none[] = {
        {CONTROLLED SATURATE, ""},
        {CONTROLLED IDLE, ""},
        {CONTROLLED SATURATE, "--set scenario.duration=2s"},
        {CONTROLLED SATURATE, "--set scenario.duration=2s --set tunnel.initial-rtt=1s"},
        {CONTROLLED SATURATE, "--set link.loss=2%"},
        {CONTROLLED SATURATE, "--set 'link.blackouts=20s 1s'"},
        {CONTROLLED SATURATE, "--set tunnel.max-rate=8kbps"},
        {CONTROLLED SATURATE, "--set tunnel.max-rate=8kbps --set link.loss=1%"},
        {CONTROLLED SATURATE, "--set link.rate=64kbps --set link.queue=10p"},
        {CONTROLLED SATURATE, "--set tunnel.reverse.max-rate=8kbps --set link.loss=1% "
                              "--set tunnel.initial-rtt=50ms"},
        {CONTROLLED SATURATE, "--set tunnel.min-rate=1Mbps --set link.loss=12%"},
    };
    check_run(CONTROLLED SATURATE, "--set link.loss=12%", 0, collapsed, "did not trip");
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        check_run(none[i].text, none[i].options, 0, other, "WARNING");
    program_new_folder();
    program_write("s.ini", CONTROLLED SATURATE);
    struct outcome run = program_run("run %s/s.ini --out %s/out --json --set link.loss=12%%",
                                     program_folder(), program_folder());
    CHECK_INT(run.status, 0);
    for (size_t i = 0; in_json[i] != NULL; i++)
        CHECK_CONTAINS(run.out, in_json[i]);
    program_free(&run);
    program_remove_folder();
}

static void transfers_of_tcp(void)
{
    static const char *const finished[] = {"101,500 octets received in order, goodput ",
                                           " sent again, ",
                                           "; round trip mean ",
                                           "  5 transfers finished, after mean ",
                                           ", p50 ",
                                           "--- reverse ---",
                                           NULL};
    static const char *const unfinished[] = {" octets received in order", NULL};
    check_run("[scenario]\nduration = 2s\n[link]\nrate = 10Mbps\ndelay = 1ms\n" WEB, "", 0,
              finished, "CE mark");
    check_run("[scenario]\nduration = 2s\n[link]\nrate = 10Mbps\ndelay = 1ms\n" WEB,
              "--set scenario.duration=2ms", 0, unfinished, "transfers finished");
}

const CU_TestInfo iptfs_tests_summary_text[] = {
    {"marks and errors", marks_and_errors},
    {"a circuit breaker that trips", a_breaker_that_trips},
    {"a rate that collapses", a_rate_that_collapses},
    {"transfers of TCP", transfers_of_tcp},
    CU_TEST_INFO_NULL,
};
