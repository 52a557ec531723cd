/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole numbers with units, read and written without rounding: "51.2ns" is 51200 ps. */
#ifndef IPTFS_TEXT_MEASURE_H
#define IPTFS_TEXT_MEASURE_H

#include "base/error.h"
#include "text/quoted.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iptfs_unit {
    const char *name;
    uint64_t factor;
    bool alias; /* read, but not written */
};

/* The units of octets, as rows of a table. */
#define IPTFS_OCTET_UNITS                                                                          \
    {"B", 1, false}, {"kB", UINT64_C(1000), false}, {"MB", UINT64_C(1000000), false},              \
        {"GB", UINT64_C(1000000000), false}, {"KiB", UINT64_C(1024), false},                       \
        {"MiB", UINT64_C(1048576), false},                                                         \
    {                                                                                              \
        "GiB", UINT64_C(1073741824), false                                                         \
    }

/* What a value may look like. */
struct iptfs_measure {
    const struct iptfs_unit *units; /* ends with a name of NULL */
    const char *allowed;            /* for messages */
    const char *base;               /* the unit of the result, in the plural; NULL: none to name */
    uint64_t most;
    bool bare; /* a number without a unit has factor 1; otherwise only 0 may have no unit */
};

/* Reads one value, blanks around it allowed. *unit is NULL for a number without a unit.
 * IPTFS_E_INVALID with "found '...', allowed: ..." for what is no such value, above `most` or finer
 * than the base unit; then *value keeps what it had. */
int iptfs_measure_read(const char *text, const struct iptfs_measure *measure, uint64_t *value,
                       const struct iptfs_unit **unit, struct iptfs_error *error);

/* A bare number with the digits 0 to 9 and a to f, as it follows "0x"; `text` is the whole value,
 * for messages. */
int iptfs_measure_read_hexadecimal(const char *text, const char *digits,
                                   const struct iptfs_measure *measure, uint64_t *value,
                                   struct iptfs_error *error);

/* The shortest text that reads back as the same value; "0" for 0. */
struct iptfs_text iptfs_measure_exact(uint64_t value, const struct iptfs_unit *units);

/* For people: three digits in the largest of the first `count` units of which there is at least
 * one. These units must be steps of 1000. */
struct iptfs_text iptfs_measure_rounded(double value, const struct iptfs_unit *units, size_t count);

#endif
