/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of CSV files (RFC 4180): fields are added one by one, commas come by themselves. */
#ifndef IPTFS_TEXT_CSV_H
#define IPTFS_TEXT_CSV_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A line that is being written. Initialised with only its file. */
struct iptfs_csv {
    FILE *out;
    size_t fields; /* of this line, so far */
};

/* Digits of real numbers in results: enough to distinguish picoseconds within an hour, without
 * digits that are rounding errors. */
enum {
    IPTFS_CSV_DIGITS = 15
};

/* Adds a text, in quotes where it holds a comma, a quote, a line's end or a blank at its ends; NULL
 * is an empty field. */
void iptfs_csv_text(struct iptfs_csv *csv, const char *text);

void iptfs_csv_integer(struct iptfs_csv *csv, int64_t value);

/* NaN is an empty field. */
void iptfs_csv_real(struct iptfs_csv *csv, double value, int digits);

/* Adds a JSON value that is no object or array; null, and NULL, are an empty field. */
void iptfs_csv_json(struct iptfs_csv *csv, const json_t *value);

/* Ends the line. */
void iptfs_csv_end(struct iptfs_csv *csv);

#endif
