/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/utf8.h"

#include "support/check.h"

#include <stdlib.h>

static void sequences_are_checked(void)
{
    static const char *const good[] = {"",
                                       "plain",
                                       "\xC2\x80",
                                       "\xDF\xBF",
                                       "\xE0\xA0\x80",
                                       "\xED\x9F\xBF",
                                       "\xEF\xBF\xBF",
                                       "\xF0\x90\x80\x80",
                                       "\xF4\x8F\xBF\xBF",
                                       "a\xC3\xA4z"};
    static const char *const bad[] = {"\x80",
                                      "\xC0\x80",
                                      "\xC1\xBF",
                                      "\xC2",
                                      "\xC2z",
                                      "\xE0\x9F\xBF",
                                      "\xED\xA0\x80",
                                      "\xE2\x82",
                                      "\xF0\x8F\xBF\xBF",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xFF",
                                      "a\xE4z"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (!iptfs_is_utf8(good[i]))
            CHECK_FAIL("good %zu", i);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (iptfs_is_utf8(bad[i]))
            CHECK_FAIL("bad %zu", i);
}

static void copies_are_utf8(void)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"a\xC3\xA4z", "a\xC3\xA4z"},
        {"a\xE4z", "a\\xe4z"},
        {"\xC3\xA4\xFF", "\\xc3\\xa4\\xff"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *copy = iptfs_utf8_copy(rows[i][0]);
        CHECK_STR(copy, rows[i][1]);
        free(copy);
    }
}

extern const CU_TestInfo iptfs_tests_utf8[];
const CU_TestInfo iptfs_tests_utf8[] = {
    {"sequences are checked", sequences_are_checked},
    {"copies are UTF-8", copies_are_utf8},
    CU_TEST_INFO_NULL,
};
