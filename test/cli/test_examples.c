/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scenarios in examples/ run, and their files match their descriptions. */
#include "support/check.h"
#include "support/program.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* An example must run, balance, deliver something, and print where its files are. `note` is what it
 * reports on standard error, NULL for nothing. */
static void run_noted_example(const char *name, const char *note)
{
    program_new_folder();
    struct outcome outcome =
        program_run("run examples/%s.ini --out %s/out", name, program_folder());
    CHECK_INT(outcome.status, 0);
    if (note == NULL)
        CHECK_STR(outcome.err, "");
    else
        CHECK_CONTAINS(outcome.err, note);
    CHECK_CONTAINS(outcome.out, "Goodput");
    CHECK_CONTAINS(outcome.out, "summary.json");
    char *text = program_read("out/summary.json");
    json_t *summary = text != NULL ? json_loads(text, 0, NULL) : NULL;
    if (CHECK_TRUE(summary != NULL)) {
        const json_t *delivered = json_object_get(json_object_get(summary, "inner"), "delivered");
        CHECK_STR(json_string_value(json_object_get(summary, "name")), name);
        CHECK_TRUE(json_is_true(json_object_get(summary, "ledger_balanced")));
        CHECK_TRUE(json_integer_value(json_object_get(delivered, "pkts")) > 0);
    }
    json_decref(summary);
    free(text);
    program_free(&outcome);
    program_remove_folder();
}

static void run_example(const char *name)
{
    run_noted_example(name, NULL);
}

static void example_demo(void)
{
    run_example("demo");
}

static void example_voice_wan(void)
{
    run_example("voice-wan");
}

static void example_imix_1g(void)
{
    run_example("imix-1g");
}

static void example_large_into_1500(void)
{
    run_example("large-into-1500");
}

static void example_what_leaks(void)
{
    run_example("what-leaks");
}

static void example_tcp_cubic(void)
{
    run_example("tcp-cubic");
}

static void example_tcp_beside_tunnel(void)
{
    run_example("tcp-beside-tunnel");
}

static void example_mixed_office(void)
{
    run_noted_example("mixed-office", "/office.pcap: 2 packets skipped: ARP\n");
}

/* The capture is what its script makes. */
static void example_capture(void)
{
    program_new_folder();
    char command[256];
    snprintf(
        command, sizeof command,
        "python3 examples/office.py >%s/office.pcap && cmp %s/office.pcap examples/office.pcap",
        program_folder(), program_folder());
    CHECK_INT(system(command), 0);
    program_remove_folder();
}

static void example_octets(void)
{
    run_example("octets");
}

static void example_bad_radio(void)
{
    run_example("bad-radio");
}

static void example_list(void)
{
    run_example("list");
}

const CU_TestInfo iptfs_tests_examples[] = {
    {"demo", example_demo},
    {"voice-wan", example_voice_wan},
    {"imix-1g", example_imix_1g},
    {"large-into-1500", example_large_into_1500},
    {"what-leaks", example_what_leaks},
    {"list", example_list},
    {"tcp-cubic", example_tcp_cubic},
    {"tcp-beside-tunnel", example_tcp_beside_tunnel},
    {"mixed-office", example_mixed_office},
    {"the capture of mixed-office", example_capture},
    {"bad-radio", example_bad_radio},
    {"octets", example_octets},
    CU_TEST_INFO_NULL,
};
