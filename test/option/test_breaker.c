/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limit of a circuit breaker: a loss and a time, or off. */
#include "option/breaker.h"

#include "base/units.h"
#include "option/kind.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_limits(void)
{
    static const struct {
        const char *text;
        struct iptfs_breaker_limit limit;
        const char *written;
    } rows[] = {
        {"10%, 2s", {0.1, 2 * IPTFS_PS_PER_S}, "0.1, 2s"},
        {"0.5,1ms", {0.5, IPTFS_PS_PER_MS}, "0.5, 1ms"},
        {"  100% , 1000h ", {1, IPTFS_TIME_MAX_PS}, "1, 1000h"},
        {"off", {0, 0}, "off"},
        {" off ", {0, 0}, "off"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_breaker_limit limit = {7, 7}, again = {7, 7};
        struct iptfs_error error = {0};
        if (!CHECK_INT(iptfs_parse_breaker(rows[i].text, &limit, &error), IPTFS_OK))
            CHECK_FAIL("%s", error.text);
        CHECK_NEAR(limit.loss, rows[i].limit.loss, 0);
        CHECK_INT(limit.time_ps, rows[i].limit.time_ps);
        CHECK_STR(iptfs_exact_breaker(limit).text, rows[i].written);
        CHECK_INT(iptfs_parse_breaker(rows[i].written, &again, NULL), IPTFS_OK);
        CHECK_NEAR(again.loss, limit.loss, 0);
        CHECK_INT(again.time_ps, limit.time_ps);
    }
}

static void test_refused(void)
{
    static const char *const bad[] = {
        "",       "on",       "10%",    "2s",       "10% 2s", "10%,",       ",2s",     "0, 2s",
        "10%, 0", "101%, 2s", "-1%,2s", "10%, -2s", "10%, 2", "10%, 1001h", "off, 2s", "10%,2s,3s"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct iptfs_breaker_limit limit = {0.25, 9};
        struct iptfs_error error = {0};
        if (!CHECK_INT(iptfs_parse_breaker(bad[i], &limit, &error), IPTFS_E_INVALID))
            CHECK_FAIL("'%s' was taken", bad[i]);
        CHECK_TRUE(strstr(error.text, "allowed: off, or LOSS, TIME (both above 0)") != NULL);
        CHECK_NEAR(limit.loss, 0.25, 0);
        CHECK_INT(limit.time_ps, 9);
    }
}

/* As the value of a key. */
static void test_kind(void)
{
    struct iptfs_breaker_limit limit = {0, 0};
    struct iptfs_error error = {0};
    char *text = NULL, allowed[64];
    size_t size = 0;
    CHECK_INT(iptfs_kind_breaker.parse(NULL, &limit, "5%, 1s", &error), IPTFS_OK);
    CHECK_INT(iptfs_kind_breaker.parse(NULL, &limit, "5", &error), IPTFS_E_INVALID);
    FILE *out = open_memstream(&text, &size);
    iptfs_kind_breaker.print(NULL, &limit, out);
    fclose(out);
    CHECK_STR(text, "0.05, 1s");
    iptfs_kind_breaker.allowed(NULL, allowed, sizeof allowed);
    CHECK_STR(allowed, "off, or LOSS, TIME such as '10%, 2s'");
    free(text);
}

const CU_TestInfo iptfs_tests_breaker_limit[] = {
    {"limits", test_limits},
    {"what is refused", test_refused},
    {"as a kind of value", test_kind},
    CU_TEST_INFO_NULL,
};
