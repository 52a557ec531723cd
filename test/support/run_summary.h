/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs of scenarios within a test, and the values of their summaries. */
#ifndef IPTFS_SUPPORT_RUN_SUMMARY_H
#define IPTFS_SUPPORT_RUN_SUMMARY_H

#include <jansson.h>
#include <stddef.h>

/* The summary of a scenario's text, with the values of `sets` replaced, run with its seed; NULL,
 * with a failed check, where it cannot be run. The caller releases it. */
json_t *summary_of(const char *text, const char *const *sets, size_t n_sets);

/* The value at a path such as "inner.offered.pkts", whose parts hold no dot; a failed check where
 * there is none. */
const json_t *summary_at(const json_t *summary, const char *path);

/* The number there; 0 where it is none. */
double summary_number(const json_t *summary, const char *path);

#endif
