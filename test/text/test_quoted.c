/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/check.h"
#include "text/quoted.h"

#include <CUnit/TestDB.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void test_quoted(void)
{
    CHECK_STR(iptfs_quoted("  a b\t").text, "a b");
    CHECK_STR(iptfs_quoted("a\nb\x01").text, "a?b?");
    char text[200];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct iptfs_text quoted = iptfs_quoted(text);
    CHECK_U64(strlen(quoted.text), 63);
    CHECK_STR(quoted.text + 58, "xx...");
    /* A character of two octets is kept whole or omitted. */
    memcpy(text + 59, "\xC3\xA4", 2);
    quoted = iptfs_quoted(text);
    CHECK_STR(quoted.text + 57, "xx...");
}

static void test_refusals(void)
{
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_refuse_value(" x ", "1 to 3", NULL, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, "found 'x', allowed: 1 to 3");
    iptfs_refuse_value("of", "on, off", "off", &error);
    CHECK_STR(error.text, "found 'of', allowed: on, off; did you mean 'off'?");
    CHECK_INT(iptfs_refuse_value("x", "y", NULL, NULL), IPTFS_E_INVALID);
}

const CU_TestInfo iptfs_tests_quoted[] = {
    {"quoting", test_quoted},
    {"refused values", test_refusals},
    CU_TEST_INFO_NULL,
};
