/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of times with a value each: MTUs, rates and blackouts. */
#include "option/timed.h"

#include "option/kind.h"
#include "option/option.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S IPTFS_PS_PER_S

static const struct iptfs_option mtus = {
    .key = "mtus", .kind = &iptfs_kind_mtus, .minimum = 68, .maximum = 65535};
static const struct iptfs_option rates = {
    .key = "rates", .kind = &iptfs_kind_rates, .minimum = 1000, .maximum = 1000000000};
static const struct iptfs_option blackouts = {
    .key = "blackouts", .kind = &iptfs_kind_blackouts, .minimum = 1, .maximum = 10 * S};

static void test_lists(void)
{
    static const struct {
        const struct iptfs_option *option;
        const char *text;
        struct iptfs_timed_list list;
        const char *written;
    } rows[] = {
        {&mtus, "none", {.count = 0}, "none"},
        {&mtus, "2s 1400", {1, {{2 * S, 1400}}}, "2s 1400B"},
        {&mtus, " 2s  1400 ,5s 1.5kB", {2, {{2 * S, 1400}, {5 * S, 1500}}}, "2s 1400B, 5s 1500B"},
        {&rates, "1s 50Mbps, 2s 1kbps", {2, {{S, 50000000}, {2 * S, 1000}}}, "1s 50Mbps, 2s 1kbps"},
        {&blackouts,
         "0 1s, 1s 2s, 7s 10s",
         {3, {{0, S}, {S, 2 * S}, {7 * S, 10 * S}}},
         "0 1s, 1s 2s, 7s 10s"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct iptfs_value_kind *kind = rows[i].option->kind;
        struct iptfs_timed_list list;
        struct iptfs_error error = {0};
        char *text = NULL;
        size_t size = 0;
        memset(&list, 0x55, sizeof list);
        if (!CHECK_INT(kind->parse(rows[i].option, &list, rows[i].text, &error), IPTFS_OK))
            CHECK_FAIL("%s", error.text);
        CHECK_TRUE(memcmp(&list, &rows[i].list, sizeof list) == 0); /* what is not used is 0 */
        FILE *out = open_memstream(&text, &size);
        kind->print(rows[i].option, &list, out);
        fclose(out);
        CHECK_STR(text, rows[i].written);
        free(text);
    }
}

static void check_refused(const struct iptfs_option *option, const char *text, const char *allowed)
{
    struct iptfs_timed_list list = {.count = 3}, before = list;
    struct iptfs_error error = {0};
    if (!CHECK_INT(option->kind->parse(option, &list, text, &error), IPTFS_E_INVALID))
        CHECK_FAIL("%s: '%s' was taken", option->key, text);
    CHECK_TRUE(strstr(error.text, allowed) != NULL);
    CHECK_TRUE(memcmp(&list, &before, sizeof list) == 0);
}

static void test_refused(void)
{
    static const char *const bad[] = {
        "",           "2s",       "1400",    "2s, 1400",         "2s 1400,",
        "2s 67",      "2s 65536", "0 1400",  "5s 1400, 2s 1500", "2s 1400, 2s 1500",
        "1001h 1400", "2 1400",   "2s many", "none, 2s 1400"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_refused(&mtus, bad[i],
                      "allowed: none, or up to 16 of TIME MTU, ... such as '2s 1400, "
                      "5s 1500', times rising, 68B to 65535B");
    check_refused(&rates, "1s 999", "times rising, 1kbps to 1Gbps");
    check_refused(&blackouts, "1s 2s, 2s 1s", "none before the end of the last");
    check_refused(&blackouts, "1s 11s", "1ps to 10s");
    check_refused(&blackouts, "1s 0", "1ps to 10s");
    char many[17 * 16] = "";
    for (int i = 1; i <= 17; i++)
        sprintf(many + strlen(many), "%s%ds 1400", i > 1 ? ", " : "", i);
    check_refused(&mtus, many, "up to 16");
    check_refused(&mtus, "00000000000000000000000000000000000000000000000000000000000000001s 1400",
                  "up to 16");
}

static void test_allowed(void)
{
    static const struct iptfs_option *const options[] = {&mtus, &rates, &blackouts};
    static const char *const forms[] = {"none, or TIME MTU, ... such as '2s 1400, 5s 1500'",
                                        "none, or TIME RATE, ... such as '2s 50Mbps, 5s 100Mbps'",
                                        "none, or START LENGTH, ... such as '3s 200ms, 10s 1s'"};
    for (size_t i = 0; i < 3; i++) {
        char text[128];
        options[i]->kind->allowed(options[i], text, sizeof text);
        CHECK_STR(text, forms[i]);
    }
}

const CU_TestInfo iptfs_tests_timed[] = {
    {"lists", test_lists},
    {"what is refused", test_refused},
    {"what is allowed", test_allowed},
    CU_TEST_INFO_NULL,
};
