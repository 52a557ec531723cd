/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/check.h"
#include "text/real.h"

#include <CUnit/TestDB.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void test_probability(void)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {
        {"0", 0},    {"1", 1},        {"0.01", 0.01}, {"1e-4", 1e-4}, {"1%", 0.01},
        {".5", 0.5}, {"0.3%", 0.003}, {"100 %", 1},   {" 0.1 ", 0.1},
    };
    static const char *const bad[] = {
        "",     "-0.1",   "1.1",  "101%", "nan", "inf", "NAN",     "0x1p-3", "1e5",      "0,1",
        "0.1.", "1e-4e1", "+0.1", "%",    "e-1", "1%%", "0.1 0.2", "-0",     "infinity", "1e-4%5"};
    for (size_t i = 0; i < COUNT(good); i++) {
        double value = 7;
        CHECK_INT(iptfs_parse_probability(good[i].text, &value, NULL), 0);
        CHECK_NEAR(value, good[i].value, 0);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        double value = 7;
        if (!CHECK_INT(iptfs_parse_probability(bad[i], &value, NULL), IPTFS_E_INVALID))
            CHECK_FAIL("'%s' was taken as %g", bad[i], value);
        CHECK_NEAR(value, 7, 0);
    }
    struct iptfs_error error;
    iptfs_parse_probability("2", &(double){0}, &error);
    CHECK_STR(error.text,
              "found '2', allowed: a probability from 0 to 1, such as 0.01, 1e-2 or 1%");
}

static void test_factor(void)
{
    static const char *const bad[] = {"", "0", "-1", "1%", "nan", "inf", "1e19", "x2", "2x", "0x2"};
    double value = 0;
    CHECK_INT(iptfs_parse_factor(" 1.5 ", &value, NULL), 0);
    CHECK_NEAR(value, 1.5, 0);
    CHECK_INT(iptfs_parse_factor("1e-3", &value, NULL), 0);
    CHECK_NEAR(value, 1e-3, 0);
    CHECK_STR(iptfs_exact_factor(value).text, "0.001");
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_INT(iptfs_parse_factor(bad[i], &value, NULL), IPTFS_E_INVALID);
    CHECK_NEAR(value, 1e-3, 0);
    struct iptfs_error error;
    iptfs_parse_factor("fast", &value, &error);
    CHECK_STR(error.text, "found 'fast', allowed: a number above 0, such as 2, 0.5 or 1e-3");
}

static void test_exact(void)
{
    CHECK_STR(iptfs_exact_probability(0).text, "0");
    CHECK_STR(iptfs_exact_probability(0.1).text, "0.1");
    CHECK_STR(iptfs_exact_probability(1e-5).text, "1e-05");
    for (uint64_t i = 1; i < 4000; i++) {
        double probability = 0, drawn = (double)(i * 7919 % 1000003) / 1000003.0;
        iptfs_parse_probability(iptfs_exact_probability(drawn).text, &probability, NULL);
        CHECK_NEAR(probability, drawn, 0);
    }
}

const CU_TestInfo iptfs_tests_real[] = {
    {"probabilities", test_probability},
    {"factors", test_factor},
    {"exact spelling", test_exact},
    CU_TEST_INFO_NULL,
};
