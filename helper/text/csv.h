/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts as fields of CSV files (RFC 4180). */
#ifndef IPTFS_TEXT_CSV_H
#define IPTFS_TEXT_CSV_H

#include <stdio.h>

/* Writes a text, in quotes where it holds a comma, a quote, a line's end or a blank at its ends;
 * NULL is an empty field. */
void iptfs_csv_text(const char *text, FILE *out);

#endif
