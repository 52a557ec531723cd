/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/units.h"
#include "option/limit.h"
#include "support/check.h"

#include <CUnit/TestDB.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void test_limit(void)
{
    static const struct {
        const char *text;
        struct iptfs_limit limit;
    } good[] = {
        {"1000p", {1000, true}},    {"1000pkts", {1000, true}}, {"1 p", {1, true}},
        {"1MiB", {1048576, false}}, {"64000B", {64000, false}}, {"0", {0, false}},
        {"0p", {0, false}},
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        struct iptfs_limit limit = {1, false};
        CHECK_INT(iptfs_parse_limit(good[i].text, &limit, NULL), 0);
        CHECK_U64(limit.count, good[i].limit.count);
        CHECK_INT(limit.in_pkts, good[i].limit.in_pkts);
    }
    struct iptfs_limit limit;
    struct iptfs_error error;
    CHECK_INT(iptfs_parse_limit("1000packets", &limit, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, "found '1000packets', allowed: packets (1000p, 1000pkts), or octets "
                          "in B, kB, MB, GB (by 1000), KiB, MiB, GiB (by 1024)");
    CHECK_INT(iptfs_parse_limit("100", &limit, &error), IPTFS_E_INVALID);
    CHECK_INT(iptfs_parse_limit("0.5p", &limit, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, "found '0.5p', allowed: whole packets or octets");
}

static void test_lifetime(void)
{
    static const struct {
        const char *text;
        struct iptfs_sa_lifetime lifetime;
        const char *exact;
    } good[] = {
        {"1000p", {1000, 0, 0}, "1000p"},
        {"2 pkts", {2, 0, 0}, "2p"},
        {"30s", {0, 0, 30000000000000}, "30s"},
        {"1MiB", {0, 1048576, 0}, "1MiB"},
        {"30s,5B , 7p", {7, 5, 30000000000000}, "7p, 5B, 30s"},
        {"0", {0, 0, 0}, "0"},
    };
    static const char *const bad[] = {"1000",   "soon", "",      "-1s",
                                      "5p, 6p", "5p,",  "1s, 0", "5B, 1MiB"};
    for (size_t i = 0; i < COUNT(good); i++) {
        struct iptfs_sa_lifetime lifetime = {7, 7, 7};
        CHECK_INT(iptfs_parse_lifetime(good[i].text, &lifetime, NULL), 0);
        CHECK_U64(lifetime.pkts, good[i].lifetime.pkts);
        CHECK_U64(lifetime.octets, good[i].lifetime.octets);
        CHECK_INT(lifetime.time_ps, good[i].lifetime.time_ps);
        CHECK_STR(iptfs_exact_lifetime(lifetime).text, good[i].exact);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct iptfs_sa_lifetime lifetime;
        struct iptfs_error error;
        if (!CHECK_INT(iptfs_parse_lifetime(bad[i], &lifetime, &error), IPTFS_E_INVALID))
            CHECK_FAIL("\"%s\"", bad[i]);
    }
}

static void test_exact(void)
{
    CHECK_STR(iptfs_exact_limit((struct iptfs_limit){1000, true}).text, "1000p");
    CHECK_STR(iptfs_exact_limit((struct iptfs_limit){0, false}).text, "0");
}

const CU_TestInfo iptfs_tests_limit[] = {
    {"limits of packets or octets", test_limit},
    {"lifetimes", test_lifetime},
    {"exact spelling", test_exact},
    CU_TEST_INFO_NULL,
};
