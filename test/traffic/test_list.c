/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/units.h"
#include "support/check.h"
#include "support/traffic_section.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Writes a file of its own; the caller unlinks it. */
static void write_file(char path[64], const char *text, size_t length)
{
    strcpy(path, "/tmp/iptfs-list-XXXXXX");
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_FATAL(write(fd, text, length) == (ssize_t)length);
    close(fd);
}

static void test_list_source_follows_its_file(void)
{
    char path[64];
    const char *text = "0,100\n1us,200,7\n1us,300,,6\n2us,400\n3us,500\n4us,600\n";
    write_file(path, text, strlen(text));
    struct iptfs_traffic_options options = test_section("list");
    options.file_path = path;
    options.tos = 3;
    options.start_ps = IPTFS_PS_PER_US;
    options.stop_ps = 5 * IPTFS_PS_PER_US;
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    const int64_t times_us[] = {1, 2, 2, 3, 4};
    const int tos[] = {3, 7, 3, 3, 3};
    for (uint32_t i = 0; i < 5; i++) {
        struct iptfs_arrival arrival = test_take(source);
        CHECK_INT(arrival.at_ps, times_us[i] * IPTFS_PS_PER_US);
        CHECK_U64(arrival.octets, 100 * (i + 1));
        CHECK_U64(arrival.id, i + 1);
        CHECK_INT(arrival.tos, tos[i]);
        CHECK_INT(arrival.ip_version, i == 2 ? 6 : 4);
    }
    CHECK_INT(test_next_ps(source), IPTFS_NEVER); /* stop is exclusive */
    iptfs_traffic_free(source);

    options.stop_ps = IPTFS_TIME_MAX_PS;
    options.count = 2;
    source = test_source(&options, 1, 0, 0);
    test_take(source);
    test_take(source);
    CHECK_INT(test_next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);
    options.count = 0;
    source = test_source(&options, 1, 0, 0);
    for (int i = 0; i < 6; i++)
        test_take(source);
    CHECK_INT(test_next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);
    unlink(path);
}

static void test_list_sizes_must_suit_the_section(void)
{
    char path[64], expected[160];
    write_file(path, "1ms,40\n2ms,30\n", 14);
    struct iptfs_traffic_options options = test_section("list");
    options.file_path = path;
    options.ip_version = 6;
    snprintf(expected, sizeof expected,
             "%s:2: size: found '30', allowed: 40 to 65575 octets for IPv6", path);
    const struct iptfs_traffic_setup setup = {.options = &options};
    struct iptfs_source *source;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_traffic_new(&source, &setup, &error), IPTFS_E_INVALID);
    CHECK_TRUE(source == NULL);
    CHECK_STR(error.text, expected);
    unlink(path);
}

const CU_TestInfo iptfs_tests_list[] = {
    {"the source follows its file", test_list_source_follows_its_file},
    {"sizes must suit the section", test_list_sizes_must_suit_the_section},
    CU_TEST_INFO_NULL,
};
