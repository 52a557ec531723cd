/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Hands one result to CUnit, which lists the failures of each test with file and line. */
static bool record(bool held, const char *text, const char *file, int line)
{
    CU_assertImplementation(held ? CU_TRUE : CU_FALSE, (unsigned)line, text, file, "", CU_FALSE);
    return held;
}

bool check_true(bool held, const char *expression, const char *file, int line)
{
    return record(held, expression, file, line);
}

bool check_int(int64_t found, int64_t expected, const char *expression, const char *file, int line)
{
    char text[512];
    snprintf(text, sizeof text, "%s: found %" PRId64 ", expected %" PRId64, expression, found,
             expected);
    return record(found == expected, text, file, line);
}

bool check_u64(uint64_t found, uint64_t expected, const char *expression, const char *file,
               int line)
{
    char text[512];
    snprintf(text, sizeof text, "%s: found %" PRIu64 ", expected %" PRIu64, expression, found,
             expected);
    return record(found == expected, text, file, line);
}

bool check_str(const char *found, const char *expected, const char *expression, const char *file,
               int line)
{
    bool held = found != NULL && expected != NULL && strcmp(found, expected) == 0;
    char text[2048];
    snprintf(text, sizeof text, "%s: found \"%s\", expected \"%s\"", expression,
             found != NULL ? found : "(null)", expected != NULL ? expected : "(null)");
    return record(held, text, file, line);
}

bool check_near(double found, double expected, double tolerance, const char *expression,
                const char *file, int line)
{
    double off = found > expected ? found - expected : expected - found;
    char text[512];
    snprintf(text, sizeof text, "%s: found %.9g, expected %.9g within %.9g", expression, found,
             expected, tolerance);
    return record(off <= tolerance, text, file, line);
}

bool check_bytes(const uint8_t *found, const uint8_t *expected, uint64_t octets,
                 const char *expression, const char *file, int line)
{
    uint64_t at = 0;
    while (at < octets && found[at] == expected[at])
        at++;
    char text[512];
    if (at < octets)
        snprintf(text, sizeof text, "%s: octet %" PRIu64 ": found %02x, expected %02x", expression,
                 at, found[at], expected[at]);
    else
        snprintf(text, sizeof text, "%s", expression);
    return record(at == octets, text, file, line);
}

void check_fail(const char *file, int line, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    record(false, text, file, line);
}

static unsigned skipped;

void check_skip(const char *what, const char *why)
{
    printf("skipped (%s)  %s\n", why, what);
    skipped++;
}

unsigned check_skipped(void)
{
    return skipped;
}
