/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks for CUnit that print the values found: CUnit itself prints only the expression. */
#ifndef IPTFS_SUPPORT_CHECK_H
#define IPTFS_SUPPORT_CHECK_H

#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stdint.h>

/* Each records one assertion and, when it fails, prints file, line, expression and both values.
 * They go on afterwards and return whether the check held. */
bool check_true(bool held, const char *expression, const char *file, int line);
bool check_int(int64_t found, int64_t expected, const char *expression, const char *file, int line);
bool check_u64(uint64_t found, uint64_t expected, const char *expression, const char *file,
               int line);
bool check_str(const char *found, const char *expected, const char *expression, const char *file,
               int line);
bool check_near(double found, double expected, double tolerance, const char *expression,
                const char *file, int line);
bool check_bytes(const uint8_t *found, const uint8_t *expected, uint64_t octets,
                 const char *expression, const char *file, int line);

/* A failure with a text of its own. */
void check_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reports that a test, or a part of one, is skipped on this machine, and why; it is counted. */
void check_skip(const char *what, const char *why);

/* How many were skipped. */
unsigned check_skipped(void);

#define CHECK_TRUE(held) check_true((held), #held, __FILE__, __LINE__)
#define CHECK_INT(found, expected)                                                                 \
    check_int((int64_t)(found), (int64_t)(expected), #found, __FILE__, __LINE__)
#define CHECK_U64(found, expected)                                                                 \
    check_u64((uint64_t)(found), (uint64_t)(expected), #found, __FILE__, __LINE__)
#define CHECK_STR(found, expected) check_str((found), (expected), #found, __FILE__, __LINE__)
#define CHECK_NEAR(found, expected, tolerance)                                                     \
    check_near((found), (expected), (tolerance), #found, __FILE__, __LINE__)
#define CHECK_BYTES(found, expected, octets)                                                       \
    check_bytes((found), (expected), (octets), #found, __FILE__, __LINE__)
#define CHECK_FAIL(...) check_fail(__FILE__, __LINE__, __VA_ARGS__)

#endif
