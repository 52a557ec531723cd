/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that are allowed alone and not with the others of the scenario. */
#include "base/units.h"
#include "scenario/scenario.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRAFFIC "[traffic.a]\ntype = cbr\nsize = 100B\nrate = 1Mbps\n"
#define ON_OFF "[traffic.a]\ntype = udp-onoff\nsize = 500B\n"

static void check_refused(const char *text, const char *message)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_scenario_parse_text(&scenario, text, "t.ini", NULL, 0, &error),
              IPTFS_E_INVALID);
    CHECK_STR(error.text, message);
}

static void test_sizes(void)
{
    check_refused("[tunnel]\nmode = fixed-rate\npps = 100\npkt-size = 1401\n" TRAFFIC,
                  "t.ini:4: [tunnel] pkt-size: found '1401', allowed: 104B to 65532B in steps of "
                  "4 "
                  "(ESP pads to 4 octets), or 0 (path MTU)");
    check_refused("[tunnel]\nmode = esp-pad\npkt-size = 100\n" TRAFFIC,
                  "t.ini:3: [tunnel] pkt-size: found '100', allowed: 104B to 65532B in steps of 4 "
                  "(ESP pads to 4 octets), or 0 (path MTU)");
    check_refused("[tunnel]\nmode = fixed-rate\npps = 100\npkt-size = 1504\n"
                  "use-path-mtu-discovery = off\n" TRAFFIC,
                  "t.ini:4: [tunnel] pkt-size: found '1504', allowed: 104B to 1500B in steps of 4 "
                  "(ESP pads to 4 octets), or 0 (path MTU)");
    check_refused(
        "[tunnel]\nmode = fixed-rate\npps = 100\nuse-path-mtu-discovery = off\n" TRAFFIC,
        "t.ini:4: [tunnel] use-path-mtu-discovery: found 'off', allowed: on, or a pkt-size "
        "(nothing else would give the size of packets in mode fixed-rate)");
    check_refused(
        "[tunnel]\nmode = fixed-rate\npps = 100\nplpmtud = on\n" TRAFFIC,
        "t.ini:4: [tunnel] plpmtud: found 'on', allowed: off, or require-cc = on (probes are "
        "acknowledged by congestion information of the peer)");
    check_refused("[tunnel]\nmode = esp\nplpmtud = on\n" TRAFFIC,
                  "t.ini:3: [tunnel] plpmtud: found 'on', allowed: off (mode esp has no AGGFRAG)");
    check_refused("[tunnel]\nmode = esp-pad\nouter = 6\n[link]\nmtu = 100\n" TRAFFIC,
                  "t.ini:5: [link] mtu: found '100', allowed: 124B to 65535B in mode esp-pad");
}

static void test_rates(void)
{
    check_refused("[tunnel]\nmode = fixed-rate\n" TRAFFIC,
                  "t.ini:1: [tunnel] l3-fixed-rate: found '0', allowed: l3-fixed-rate, "
                  "l2-fixed-rate or pps above 0 (mode fixed-rate needs it)");
    check_refused("[tunnel]\nmode = fixed-rate\nl3-fixed-rate = 1Mbps\npps = 100\n" TRAFFIC,
                  "t.ini:4: [tunnel] pps: found '100', allowed: only one of l3-fixed-rate, "
                  "l2-fixed-rate and pps");
    check_refused(
        "[tunnel]\nmode = esp-pad\nl3-fixed-rate = 1Mbps\nl2-fixed-rate = 2Mbps\n" TRAFFIC,
        "t.ini:4: [tunnel] l2-fixed-rate: found '2Mbps', allowed: only one of "
        "l3-fixed-rate, l2-fixed-rate and pps");
}

/* What ns-3's application cannot do. */
static void test_udp_onoff(void)
{
    check_refused(ON_OFF "rate = 2Tbps\non = 1s\noff = 1s\n",
                  "t.ini:4: [traffic.a] rate: found '2Tbps', allowed: up to 1Tbps");
    check_refused(ON_OFF "rate = 1Mbps\non = 1001s\noff = 1s\n",
                  "t.ini:5: [traffic.a] on: found '1001s', allowed: up to 1000s");
    check_refused(ON_OFF "rate = 1Mbps\non = 1s\noff = 1001s\n",
                  "t.ini:6: [traffic.a] off: found '1001s', allowed: up to 1000s");
}

/* Sections with hosts have numbers, which are octets of addresses. */
static void test_sections_with_hosts(void)
{
    enum {
        SECTIONS = 256
    };
    char *text = NULL;
    size_t size = 0;
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    FILE *out = open_memstream(&text, &size);
    fputs("[link]\nrate = 10Mbps\n", out);
    for (int i = 1; i <= SECTIONS; i++)
        fprintf(out, "[traffic.t%d]\ntype = tcp-bulk\n", i);
    fclose(out);
    CHECK_INT(iptfs_scenario_parse_text(&scenario, text, "t.ini", NULL, 0, &error),
              IPTFS_E_INVALID);
    if (strstr(error.text, "t.ini:514: [traffic.t256] type: found 'tcp-bulk', allowed: 255 "
                           "sections of ns-3's applications at most") != error.text)
        CHECK_FAIL("%s", error.text);
    *strstr(text, "[traffic.t256]") = '\0';
    if (CHECK_INT(iptfs_scenario_parse_text(&scenario, text, "t.ini", NULL, 0, &error), 0)) {
        CHECK_U64(scenario.traffic_count, SECTIONS - 1);
        iptfs_scenario_free(&scenario);
    }
    free(text);
}

/* A warm-up ends before the run, and leaves enough to measure. */
static void test_warm_ups(void)
{
    check_refused("[scenario]\nduration = 2s\nwarm-up = 2s\n" TRAFFIC,
                  "t.ini:3: [scenario] warm-up: found '2s', allowed: below the duration of 2s");
    check_refused("[scenario]\nwarm-up = automatic\n" TRAFFIC,
                  "t.ini:2: [scenario] warm-up: found 'automatic', allowed: auto, or 0 to 1000h");
    check_refused("[scenario]\nwarm-up = auto\nwarm-up-interval = 21ms\n" TRAFFIC,
                  "t.ini:3: [scenario] warm-up-interval: found '21ms', allowed: 50 to 1000000 of "
                  "them within the duration of 1s");
    check_refused("[scenario]\nwarm-up = auto\nwarm-up-interval = 1ns\n" TRAFFIC,
                  "t.ini:3: [scenario] warm-up-interval: found '1ns', allowed: 50 to 1000000 of "
                  "them within the duration of 1s");
    check_refused("[scenario]\nleak = on\nleak-interval = 60ms\nwarm-up = 500ms\n" TRAFFIC,
                  "t.ini:3: [scenario] leak-interval: found '60ms', allowed: 10 to 1000000 of them "
                  "within the duration of 1s, after a warm-up of up to 500ms");
    check_refused("[scenario]\nleak = on\nleak-interval = 60ms\nwarm-up = auto\n" TRAFFIC,
                  "t.ini:3: [scenario] leak-interval: found '60ms', allowed: 10 to 1000000 of them "
                  "within the duration of 1s, after a warm-up of up to 500ms");
}

/* Tunnels for packets of others have counters, which are whole, and no measures. */
static void test_no_warm_up_without_a_run(void)
{
    static const char *const sets[] = {"scenario.warm-up=1ms"};
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_scenario_parse_tunnel(&scenario, sets, 1, &error), IPTFS_E_INVALID);
    CHECK_TRUE(strstr(error.text, "[scenario] warm-up: found '1ms', allowed: 0, for here is no run "
                                  "whose measures could leave it out") != NULL);
}

/* Without a name the scenario has its file's, as far as a name may be long. */
static void test_names_of_files(void)
{
    static const struct {
        const char *path, *name;
    } rows[] = {
        {"a/b/wan.ini", "wan"},
        {"wan", "wan"},
        {"my wan (1).ini", "my_wan__1_"},
        {"0123456789012345678901234567890123456789012345678901234567890123456789.ini",
         "0123456789012345678901234567890123456789012345678901234567890123"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_scenario scenario;
        struct iptfs_error error = {0};
        if (!CHECK_INT(iptfs_scenario_parse_text(&scenario, TRAFFIC, rows[i].path, NULL, 0, &error),
                       0))
            continue;
        CHECK_STR(scenario.name, rows[i].name);
        iptfs_scenario_free(&scenario);
    }
}

const CU_TestInfo iptfs_tests_scenario_check[] = {
    {"sizes of packets", test_sizes},
    {"rates", test_rates},
    {"what ns-3's UDP application cannot do", test_udp_onoff},
    {"sections with hosts", test_sections_with_hosts},
    {"warm-ups", test_warm_ups},
    {"no warm-up without a run", test_no_warm_up_without_a_run},
    {"names of files", test_names_of_files},
    CU_TEST_INFO_NULL,
};
