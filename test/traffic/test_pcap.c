/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The traffic type pcap. */
#include "base/units.h"
#include "run/run.h"
#include "scenario/scenario.h"
#include "support/capture_file.h"
#include "support/check.h"
#include "support/traffic_section.h"
#include "traffic/traffic.h"

#include <stdio.h>
#include <unistd.h>

static struct test_capture file;

#define FIRST_NS INT64_C(1700000000123456789)

static struct iptfs_traffic_options section(void)
{
    struct iptfs_traffic_options options = test_section("pcap");
    options.start_ps = 1000;
    options.file_path = file.path;
    return options;
}

static void write_three(void)
{
    test_capture_begin(&file, DLT_RAW);
    test_capture_add_ip(&file, FIRST_NS, "", 0, 4, 1, 100);
    test_capture_add(&file, FIRST_NS, (const uint8_t *)"\0no IP at all", 13, 13);
    test_capture_add_ip(&file, FIRST_NS + 1000, "", 0, 6, 2, 200);
    test_capture_add_ip(&file, FIRST_NS + 4000, "", 0, 4, 3, 300);
    test_capture_end(&file);
}

static void check_next(struct iptfs_source *source, int64_t at_ps, uint32_t octets, uint32_t id)
{
    struct iptfs_arrival arrival;
    CHECK_INT(source->ops->next_ps(source), at_ps);
    source->ops->take(source, &arrival);
    CHECK_INT(arrival.at_ps, at_ps);
    CHECK_U64(arrival.octets, octets);
    CHECK_U64(arrival.id, id);
    CHECK_U64(arrival.flow, 3);
    CHECK_U64(arrival.tos, octets / 100);
    CHECK_U64(arrival.ip_version, octets == 200 ? 6 : 4);
}

/* The summary counts the packets of a capture that are not IP. */
static void test_skipped_in_summary(void)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    json_t *summary = NULL;
    char text[512];
    write_three();
    snprintf(text, sizeof text,
             "[traffic.a]\ntype = pcap\nfile = %s\n[traffic.b]\ntype = pcap\nfile = %s\n"
             "[traffic.c]\ntype = cbr\nsize = 100\nrate = 1Mbps\ndirection = reverse\n",
             file.path, file.path);
    int code = iptfs_scenario_parse_text(&scenario, text, "t.ini", NULL, 0, &error);
    CHECK_STR(error.text, "");
    if (code != 0)
        return;
    CHECK_INT(iptfs_run_summary(&scenario, &summary, &error), 0);
    const json_t *inner = json_object_get(summary, "inner");
    const json_t *back = json_object_get(json_object_get(summary, "reverse"), "inner");
    CHECK_INT(json_integer_value(json_object_get(inner, "skipped")), 2);
    CHECK_TRUE(json_is_integer(json_object_get(back, "skipped")));
    CHECK_INT(json_integer_value(json_object_get(back, "skipped")), 0);
    json_decref(summary);
    iptfs_scenario_free(&scenario);
    unlink(file.path);
}

static void test_capture_once(void)
{
    struct iptfs_traffic_options options = section();
    write_three();
    struct iptfs_source *source = test_source(&options, 1, 3, 0);
    CHECK_U64(iptfs_traffic_skipped(source), 1);
    check_next(source, 1000, 100, 1);
    check_next(source, 1001000, 200, 2);
    check_next(source, 4001000, 300, 3);
    CHECK_INT(source->ops->next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);

    test_set(&options, "speed", "0.5");
    source = test_source(&options, 1, 3, 0);
    check_next(source, 1000, 100, 1);
    check_next(source, 2001000, 200, 2);
    check_next(source, 8001000, 300, 3);
    struct iptfs_source *sources[] = {source, test_source(&options, 1, 3, 0)}, *merged;
    CHECK_INT(iptfs_traffic_merge(&merged, sources, 2, NULL), 0);
    CHECK_U64(iptfs_traffic_skipped(merged), 2);
    iptfs_traffic_free(merged);
    unlink(file.path);
}

/* The gap after the last packet is the mean gap, here 2 us: so the mean rate stays. */
static void test_capture_in_a_loop(void)
{
    struct iptfs_traffic_options options = section();
    test_set(&options, "loop", "on");
    test_set(&options, "speed", "2");
    write_three();
    struct iptfs_source *source = test_source(&options, 1, 3, 0);
    for (uint32_t n = 0; n < 1000; n++) {
        check_next(source, 1000 + n * INT64_C(3000000), 100, 3 * n + 1);
        check_next(source, 501000 + n * INT64_C(3000000), 200, 3 * n + 2);
        check_next(source, 2001000 + n * INT64_C(3000000), 300, 3 * n + 3);
    }
    iptfs_traffic_free(source);
    options.stop_ps = 10 * IPTFS_PS_PER_MS;
    options.count = 5;
    source = test_source(&options, 1, 3, 0);
    for (uint32_t n = 0; n < 5; n++) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
    }
    CHECK_INT(source->ops->next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);
    unlink(file.path);

    test_capture_begin(&file, DLT_RAW);
    test_capture_add_ip(&file, FIRST_NS, "", 0, 4, 1, 100);
    test_capture_end(&file);
    struct iptfs_error error = {0};
    const struct iptfs_traffic_setup setup = {.options = &options};
    char expected[160];
    CHECK_INT(iptfs_traffic_new(&source, &setup, &error), IPTFS_E_INVALID);
    CHECK_TRUE(source == NULL);
    snprintf(expected, sizeof expected,
             "%s: found packets of one time only, allowed with loop: several times", file.path);
    CHECK_STR(error.text, expected);
    unlink(file.path);
}

const CU_TestInfo iptfs_tests_traffic_pcap[] = {
    {"skipped packets in the summary", test_skipped_in_summary},
    {"capture once", test_capture_once},
    {"capture in a loop", test_capture_in_a_loop},
    CU_TEST_INFO_NULL,
};
