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
    {"transfers of TCP", transfers_of_tcp},
    CU_TEST_INFO_NULL,
};
