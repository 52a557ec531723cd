/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/check.h"
#include "text/suggest.h"

#include <CUnit/TestDB.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void test_nearest(void)
{
    CHECK_U64(iptfs_word_distance("", ""), 0);
    CHECK_U64(iptfs_word_distance("pkt-size", "pkt-size"), 0);
    CHECK_U64(iptfs_word_distance("PKT-SIZE", "pkt-size"), 0);
    CHECK_U64(iptfs_word_distance("pktsize", "pkt-size"), 1);
    CHECK_U64(iptfs_word_distance("kitten", "sitting"), 3);
    CHECK_U64(iptfs_word_distance("", "abc"), 3);
    CHECK_U64(iptfs_word_distance("dorp", "drop"), 1);
    struct iptfs_suggest nearest = {.found = "dly"};
    iptfs_suggest_offer(&nearest, "framing");
    CHECK_TRUE(nearest.best == NULL);
    iptfs_suggest_offer(&nearest, "day");
    iptfs_suggest_offer(&nearest, "fly");
    CHECK_STR(nearest.best, "day");
}

static void test_hint(void)
{
    struct iptfs_suggest nearest = {.found = "dly"};
    CHECK_STR(iptfs_suggest_hint(&nearest).text, "");
    iptfs_suggest_offer(&nearest, "day");
    CHECK_STR(iptfs_suggest_hint(&nearest).text, "; did you mean 'day'?");
}

const CU_TestInfo iptfs_tests_suggest[] = {
    {"nearest word", test_nearest},
    {"end of a message", test_hint},
    CU_TEST_INFO_NULL,
};
