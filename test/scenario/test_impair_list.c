/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of `impair-list`: what is read, and the line of each mistake. */
#include "scenario/impair_list.h"

#include "base/units.h"
#include "support/check.h"
#include "support/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int load(const char *text, struct iptfs_impair_item **items, size_t *count,
                struct iptfs_error *error)
{
    char *path = program_file("list.csv");
    program_write("list.csv", text);
    int code = iptfs_impair_list_load(path, items, count, error);
    free(path);
    return code;
}

static void test_actions(void)
{
    struct iptfs_impair_item *items;
    struct iptfs_error error = {0};
    size_t count;
    program_new_folder();
    if (CHECK_INT(load("drop,7\n# dup,1\n  \nce,0x10 # late\ndelay,3,2ms\ndup,4\ndup,5,1us", &items,
                       &count, &error),
                  0)) {
        static const struct iptfs_impair_item expected[] = {
            {.action = IPTFS_IMPAIR_DROP, .seq = 7},
            {.action = IPTFS_IMPAIR_CE, .seq = 16},
            {.action = IPTFS_IMPAIR_DELAY, .seq = 3, .extra_ps = 2 * IPTFS_PS_PER_MS},
            {.action = IPTFS_IMPAIR_DUPLICATE, .seq = 4},
            {.action = IPTFS_IMPAIR_DUPLICATE, .seq = 5, .extra_ps = IPTFS_PS_PER_US},
        };
        CHECK_U64(count, 5);
        for (size_t i = 0; i < count && i < 5; i++) {
            CHECK_INT(items[i].action, expected[i].action);
            CHECK_U64(items[i].seq, expected[i].seq);
            CHECK_INT(items[i].extra_ps, expected[i].extra_ps);
        }
        free(items);
    }
    program_remove_folder();
}

static void test_mistakes(void)
{
    char too_long[200];
    snprintf(too_long, sizeof too_long, "drop,1\ndrop,%0150d\n", 5);
    const struct {
        const char *text, *part;
    } rows[] = {
        {"drop\n", "list.csv:1: found 'drop', allowed: drop,SEQ"},
        {"drop,1,2ms\n", ":1: found 'drop,1,2ms', allowed: drop,SEQ"},
        {"ce,1\nce\n", ":2: found 'ce', allowed: ce,SEQ"},
        {"delay,3\n", ":1: found 'delay,3', allowed: delay,SEQ,TIME"},
        {"dup,3,1ms,4\n", ":1: found 'dup,3,1ms,4', allowed: dup,SEQ,TIME or dup,SEQ"},
        {"drop,0\n", ":1: found '0', allowed: a sequence number, the first is 1"},
        {"drop,x\n", ":1: found 'x', allowed: a whole number"},
        {"delay,1,soon\n", ":1: found 'soon', allowed: a time"},
        {"delay,1,1001h\n", ":1: found '1001h', allowed: at most 1000h"},
        {"dorp,1\n", ":1: found 'dorp', allowed: drop, delay, dup, ce; did you mean 'drop'?"},
        {too_long, ":2: found 155 characters, allowed: at most 127"},
    };
    program_new_folder();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_impair_item *items;
        struct iptfs_error error = {0};
        size_t count;
        CHECK_INT(load(rows[i].text, &items, &count, &error), IPTFS_E_INVALID);
        CHECK_CONTAINS(error.text, rows[i].part);
    }
    program_remove_folder();
}

static void test_no_file(void)
{
    struct iptfs_impair_item *items;
    struct iptfs_error error = {0};
    size_t count;
    CHECK_INT(iptfs_impair_list_load("/nowhere/list.csv", &items, &count, &error), IPTFS_E_IO);
    CHECK_STR(error.text, "/nowhere/list.csv: cannot be read: No such file or directory");
}

const CU_TestInfo iptfs_tests_impair_list_file[] = {
    {"actions", test_actions},
    {"mistakes", test_mistakes},
    {"no file", test_no_file},
    CU_TEST_INFO_NULL,
};
