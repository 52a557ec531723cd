/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option/sizes.h"

#include "option/kind.h"
#include "support/check.h"

#include <CUnit/TestDB.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void test_sizes(void)
{
    static const struct {
        const char *text;
        struct iptfs_sizes sizes;
        const char *written;
    } good[] = {
        {"1500B", {IPTFS_SIZES_FIXED, 1500, 1500}, "1500B"},
        {"40", {IPTFS_SIZES_FIXED, 40, 40}, "40B"},
        {"imix", {IPTFS_SIZES_IMIX, 40, 1500}, "imix"},
        {"uniform(64,1500)", {IPTFS_SIZES_UNIFORM, 64, 1500}, "uniform(64B,1500B)"},
        {" uniform ( 64B , 1.5kB ) ", {IPTFS_SIZES_UNIFORM, 64, 1500}, "uniform(64B,1500B)"},
        {"uniform(9,9)", {IPTFS_SIZES_UNIFORM, 9, 9}, "uniform(9B,9B)"},
    };
    static const char *const bad[] = {"",
                                      "uniform",
                                      "uniform(64)",
                                      "uniform(64,)",
                                      "uniform(,64)",
                                      "uniform(64,1500",
                                      "uniform(64,1500) B",
                                      "uniform(64,1500,9000)",
                                      "uniform 64,1500",
                                      "imixx(1)",
                                      "99999999999",
                                      "uniform(1,99999999999)"};
    for (size_t i = 0; i < COUNT(good); i++) {
        struct iptfs_sizes sizes = {IPTFS_SIZES_FIXED, 0, 0};
        CHECK_INT(iptfs_parse_sizes(good[i].text, &sizes, NULL), 0);
        CHECK_INT(sizes.kind, good[i].sizes.kind);
        CHECK_U64(sizes.low_octets, good[i].sizes.low_octets);
        CHECK_U64(sizes.high_octets, good[i].sizes.high_octets);
        CHECK_STR(iptfs_exact_sizes(sizes).text, good[i].written);
    }
    struct iptfs_sizes sizes;
    struct iptfs_error error;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (!CHECK_INT(iptfs_parse_sizes(bad[i], &sizes, &error), IPTFS_E_INVALID))
            CHECK_FAIL("'%s' was taken", bad[i]);
    iptfs_parse_sizes("imx", &sizes, &error);
    CHECK_STR(error.text, "found 'imx', allowed: a size such as 1500B, uniform(LOW,HIGH) as in "
                          "uniform(64B,1500B), or imix; did you mean 'imix'?");
    iptfs_parse_sizes("uniform(1500,64)", &sizes, &error);
    CHECK_STR(error.text,
              "found 'uniform(1500,64)', allowed: uniform(LOW,HIGH) with LOW not above HIGH");
}

/* Only one size is a number, as on the axis of a plot. */
static void test_number(void)
{
    double number = 7;
    CHECK_TRUE(iptfs_kind_sizes.number(&iptfs_kind_sizes, "1.5kB", &number));
    CHECK_NEAR(number, 1500, 0);
    CHECK_TRUE(!iptfs_kind_sizes.number(&iptfs_kind_sizes, "uniform(40,80)", &number));
    CHECK_TRUE(!iptfs_kind_sizes.number(&iptfs_kind_sizes, "imix", &number));
    CHECK_TRUE(!iptfs_kind_sizes.number(&iptfs_kind_sizes, "many", &number));
    CHECK_NEAR(number, 1500, 0);
}

const CU_TestInfo iptfs_tests_sizes[] = {
    {"packet sizes", test_sizes},
    {"sizes as numbers", test_number},
    CU_TEST_INFO_NULL,
};
