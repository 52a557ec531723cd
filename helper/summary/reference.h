/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reference of summary values, made from their rows. */
#ifndef IPTFS_SUMMARY_REFERENCE_H
#define IPTFS_SUMMARY_REFERENCE_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/* doc/results.md: a whole document. */
void iptfs_reference_write_markdown(FILE *out);

/* Name, unit and meaning of each value, group by group, for a terminal. */
void iptfs_reference_write_text(FILE *out);

/* An array of objects with name, unit, meaning and present (or null), where `series` is true for
 * columns of series.csv: a new reference, NULL when memory ran out. Names hold placeholders such as
 * CAUSE; the words for them stand in `parts`. */
json_t *iptfs_reference_json(void);

#endif
