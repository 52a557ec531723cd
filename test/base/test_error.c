/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors as values. */
#include "base/error.h"

#include "support/check.h"

#include <stdio.h>
#include <string.h>

static void test_an_error_has_code_and_text(void)
{
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_fail(&error, IPTFS_E_IO, "%s:%d: %s", "file", 7, "no"), IPTFS_E_IO);
    CHECK_INT(error.code, IPTFS_E_IO);
    CHECK_STR(error.text, "file:7: no");
    CHECK_INT(iptfs_fail(NULL, IPTFS_E_IO, "not stored %d", 1), IPTFS_E_IO);
}

static void test_a_long_text_is_cut(void)
{
    struct iptfs_error error = {0};
    iptfs_fail(&error, IPTFS_E_INVALID, "%*d", (int)sizeof error.text + 100, 1);
    CHECK_U64(strlen(error.text), sizeof error.text - 1);
}

static void test_no_memory_has_one_text(void)
{
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_fail_no_memory(&error), IPTFS_E_NO_MEMORY);
    CHECK_STR(error.text, "out of memory");
    CHECK_INT(iptfs_fail_no_memory(NULL), IPTFS_E_NO_MEMORY);
}

static void test_every_code_has_a_name_of_its_own(void)
{
    for (int code = IPTFS_OK; code >= IPTFS_E_INTERRUPTED; code--)
        for (int other = IPTFS_OK; other > code; other--)
            CHECK_TRUE(strcmp(iptfs_error_name(code), iptfs_error_name(other)) != 0);
    CHECK_STR(iptfs_error_name(IPTFS_E_INTERRUPTED - 1), "unknown error");
    CHECK_STR(iptfs_error_name(1), "unknown error");
}

const CU_TestInfo iptfs_tests_error[] = {
    {"an error has code and text", test_an_error_has_code_and_text},
    {"a long text is cut", test_a_long_text_is_cut},
    {"no memory has one text", test_no_memory_has_one_text},
    {"every code has a name of its own", test_every_code_has_a_name_of_its_own},
    CU_TEST_INFO_NULL,
};
