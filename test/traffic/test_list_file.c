/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/list_file.h"

#include "base/units.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int load_octets(struct iptfs_traffic_list *list, const char *text, size_t length,
                       struct iptfs_error *error)
{
    char path[] = "/tmp/iptfs-list-XXXXXX";
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0 && write(fd, text, length) == (ssize_t)length);
    close(fd);
    int code = iptfs_list_file_load(list, path, error);
    unlink(path);
    /* The message without the name of the file. */
    char *rest = strstr(error->text, path);
    if (rest == error->text)
        memmove(error->text, rest + strlen(path), strlen(rest + strlen(path)) + 1);
    return code;
}

static int load(struct iptfs_traffic_list *list, const char *text, struct iptfs_error *error)
{
    return load_octets(list, text, strlen(text), error);
}

static void check_row(const struct iptfs_traffic_row *row, int64_t time_ps, uint32_t octets,
                      int tos, int ip_version)
{
    CHECK_INT(row->time_ps, time_ps);
    CHECK_U64(row->octets, octets);
    CHECK_INT(row->tos, tos);
    CHECK_INT(row->ip_version, ip_version);
}

static void test_list_without_header(void)
{
    struct iptfs_traffic_list list;
    struct iptfs_error error = {0};
    CHECK_INT(load(&list,
                   "# two flows\n\n0, 40\n 1.5us ,\t1500B,0xb8\n1.5us,576,,6\r\n"
                   "  # nothing\n2ms,20,1,4 # last",
                   &error),
              0);
    CHECK_STR(error.text, "");
    CHECK_U64(list.count, 4);
    if (list.count == 4) {
        check_row(&list.rows[0], 0, 40, -1, 0);
        check_row(&list.rows[1], 1500000, 1500, 0xb8, 0);
        check_row(&list.rows[2], 1500000, 576, -1, 6);
        check_row(&list.rows[3], 2 * IPTFS_PS_PER_MS, 20, 1, 4);
        CHECK_U64(list.rows[3].line, 7);
    }
    iptfs_traffic_list_free(&list);
    CHECK_U64(list.count, 0);
}

static void test_list_with_header(void)
{
    struct iptfs_traffic_list list;
    struct iptfs_error error = {0};
    CHECK_INT(load(&list, "#\nsize,ip,time_ns\n40,4,51.2\n48,,102.4\n", &error), 0);
    CHECK_STR(error.text, "");
    CHECK_U64(list.count, 2);
    if (list.count == 2) {
        check_row(&list.rows[0], 51200, 40, -1, 4);
        check_row(&list.rows[1], 102400, 48, -1, 0);
    }
    iptfs_traffic_list_free(&list);
    CHECK_INT(load(&list, "\xEF\xBB\xBFTime_S,Size\n0.25,40\n", &error), 0);
    CHECK_INT(list.count == 1 ? list.rows[0].time_ps : -1, IPTFS_PS_PER_S / 4);
    iptfs_traffic_list_free(&list);
    CHECK_INT(load(&list, "time,size,tos\n0.25s,40\n", &error), 0);
    CHECK_U64(list.count, 1);
    iptfs_traffic_list_free(&list);
}

/* The beginning of the message, and a part of its rest. */
static const struct {
    const char *text;
    const char *begins;
    const char *contains;
} bad_lists[] = {
    {"", ": found no packet", "allowed:"},
    {"# nothing\n", ": found no packet", "allowed:"},
    {"time,size\n", ": found no packet", "allowed:"},
    {"1ms,40\n2,40\n", ":2: time: found '2'", "allowed:"},
    {"1ms,40\n,40\n", ":2: time: found ''", "allowed:"},
    {"-1ms,40\n", ":1: time: found '-1ms'", "allowed:"},
    {"1parsec,40\n", ":1: time: found '1parsec'", "allowed:"},
    {"1001h,40\n", ":1: time: found '1001h'", "allowed: at most 1000h"},
    {"1ms,40\n\n2ms,40\n1.999ms,40\n", ":4: time: found '1.999ms'",
     "at least 2ms, the time in line 3"},
    {"time_us,size\n5ms,40\n", ":2: time: found '5ms'", "allowed: a number of us"},
    {"time_us,size\n,40\n", ":2: time: found ''", "allowed: a number of us"},
    {"time_us,size\nx,40\n", ":2: time: found 'x'", "allowed: a number of us"},
    {"time_us,size\n0.0000001,40\n", ":2: time: found '0.0000001'", "allowed: a number of us"},
    {"1ms\n", ":1: size: found ''", "allowed:"},
    {"1ms,19\n", ":1: size: found '19'", "allowed: 20 to 65575 octets"},
    {"1ms,65576\n", ":1: size: found '65576'", "allowed: 20 to 65575 octets"},
    {"1ms,65536,,4\n", ":1: size: found '65536'", "allowed: 20 to 65535 octets"},
    {"1ms,39,0,6\n", ":1: size: found '39'", "allowed: 40 to 65575 octets"},
    {"1ms,-40\n", ":1: size: found '-40'", "allowed:"},
    {"1ms,40 50\n", ":1: size: found '40 50'", "allowed:"},
    {"1ms,40,256\n", ":1: tos: found '256'", "allowed: 0 to 255"},
    {"1ms,40,ef\n", ":1: tos: found 'ef'", "allowed: 0 to 255"},
    {"1ms,40,0,5\n", ":1: ip: found '5'", "allowed: 4, 6"},
    {"1ms,40,0,4,9\n", ":1: found 5 columns", "allowed: 4 at most"},
    {"time,size\n1ms,40,0\n", ":2: found 3 columns", "allowed: 2 at most"},
    {"time,length\n", ":1: header: found 'length'", "allowed: each once: time"},
    {"time,time_ns,size\n", ":1: header: found 'time_ns'", "allowed: each once: time"},
    {"time_min,size\n", ":1: header: found 'time_min'", "time_ms"},
    {"time,size,tos,ip,more\n", ":1: header: found 5 columns", "allowed: each once: time"},
    {"time,tos\n", ":1: header: found 'time'", "time and size"},
    {"1ms,40\ntime,size\n", ":2: time: found 'time'", "allowed:"},
    {"1ms,40\n\x1b[31m,40\n", ":2: found an octet of value 27", "allowed: text"},
    {"1ms,4\r0\n", ":1: size: found '4?0'", "allowed:"},
    {"ti\fme,size\n", ":1: header: found 'ti?me'", "allowed:"},
    {"1ms,40\n0.\v5ms,40\n", ":2: time: found '0.?5ms'", "allowed:"},
};

static void test_bad_lists_say_where_and_what(void)
{
    for (size_t i = 0; i < sizeof bad_lists / sizeof bad_lists[0]; i++) {
        struct iptfs_traffic_list list;
        struct iptfs_error error = {0};
        CHECK_INT(load(&list, bad_lists[i].text, &error), IPTFS_E_INVALID);
        CHECK_TRUE(list.rows == NULL && list.count == 0);
        size_t length = strlen(bad_lists[i].begins);
        bool good = strncmp(error.text, bad_lists[i].begins, length) == 0 &&
                    strstr(error.text, bad_lists[i].contains) != NULL;
        if (!good) /* shows both */
            CHECK_STR(error.text, bad_lists[i].begins);
        CHECK_TRUE(strchr(error.text, '\n') == NULL);
    }
}

static void test_unreadable_lists(void)
{
    struct iptfs_traffic_list list;
    struct iptfs_error error = {0};
    CHECK_INT(load_octets(&list, "1ms,40\n2ms\0,40\n", 15, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, ":2: found a zero octet, allowed: text");
    CHECK_INT(iptfs_list_file_load(&list, "/nonexistent/list.csv", &error), IPTFS_E_IO);
    CHECK_STR(error.text, "/nonexistent/list.csv: cannot be read: No such file or directory");
    CHECK_INT(iptfs_list_file_load(&list, "/", &error), IPTFS_E_IO);
    CHECK_STR(error.text, "/: cannot be read: Is a directory");
    CHECK_TRUE(list.rows == NULL && list.count == 0);
}

const CU_TestInfo iptfs_tests_list_file[] = {
    {"without header", test_list_without_header},
    {"with header", test_list_with_header},
    {"bad lists say where and what", test_bad_lists_say_where_and_what},
    {"unreadable lists", test_unreadable_lists},
    CU_TEST_INFO_NULL,
};
