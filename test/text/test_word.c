/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/check.h"
#include "text/word.h"

#include <CUnit/TestDB.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void test_bool(void)
{
    static const char *const on[] = {"on", "yes", "true", "1", " on "};
    static const char *const off[] = {"off", "no", "false", "0"};
    bool value;
    for (size_t i = 0; i < COUNT(on); i++)
        CHECK_TRUE(iptfs_parse_bool(on[i], &value, NULL) == 0 && value);
    for (size_t i = 0; i < COUNT(off); i++)
        CHECK_TRUE(iptfs_parse_bool(off[i], &value, NULL) == 0 && !value);
    struct iptfs_error error;
    CHECK_INT(iptfs_parse_bool("ture", &value, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text,
              "found 'ture', allowed: on, off, yes, no, true, false, 1, 0; did you mean 'true'?");
    CHECK_INT(iptfs_parse_bool("True", &value, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text,
              "found 'True', allowed: on, off, yes, no, true, false, 1, 0; did you mean 'true'?");
}

static void test_words(void)
{
    static const struct iptfs_word words[] = {
        {"direct", 3, "a link of our own", NULL},
        {"p2p", 5, "a link of ns-3", "ns-3"},
        {"ptp", 5, NULL, NULL},
        {NULL, 0, NULL, NULL},
    };
    struct iptfs_error error = {0};
    char list[64];
    int value = 77;
    CHECK_INT(iptfs_parse_word(" p2p ", words, &value, &error), 0);
    CHECK_INT(value, 5);
    CHECK_INT(iptfs_parse_word("ptp", words, &value, &error), 0);
    CHECK_INT(iptfs_parse_word("dirct", words, &value, &error), IPTFS_E_INVALID);
    CHECK_INT(value, 5);
    CHECK_STR(error.text, "found 'dirct', allowed: direct, p2p; did you mean 'direct'?");
    CHECK_STR(iptfs_list_words(words, list, sizeof list), "direct, p2p");
    CHECK_STR(iptfs_word_of(words, 5), "p2p");
    CHECK_STR(iptfs_word_of(words, 4), "?");
}

const CU_TestInfo iptfs_tests_word[] = {
    {"switches", test_bool},
    {"words of a table", test_words},
    CU_TEST_INFO_NULL,
};
