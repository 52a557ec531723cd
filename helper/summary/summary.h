/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run's summary as JSON, as CSV and as text for a person. */
#ifndef IPTFS_SUMMARY_SUMMARY_H
#define IPTFS_SUMMARY_SUMMARY_H

#include "base/error.h"
#include "stats/counters.h"
#include "summary/view.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* The summary as a JSON object (doc/results.md lists its values): a new reference, NULL when memory
 * ran out. It holds nothing that depends on the machine, its speed or the kind of link. */
json_t *iptfs_summary_json(const struct iptfs_summary_view *view);

/* The counters, by family, group and name: a new reference, NULL when memory ran out. */
json_t *iptfs_summary_counters(const struct iptfs_counters *counters);

/* Writes the object as indented JSON with a newline; the same object gives the same bytes.
 * IPTFS_E_IO or IPTFS_E_NO_MEMORY. */
int iptfs_summary_write_json(const json_t *summary, FILE *out);

/* Writes the object as CSV: a line of names such as inner.offered.pkts, and a line of values.
 * IPTFS_E_IO. */
int iptfs_summary_write_csv(const json_t *summary, FILE *out);

/* What the run cost on this machine; in the text only. */
struct iptfs_run_cost {
    double wall_s;
    uint64_t events;
};

/* Writes the summary that a person reads. */
void iptfs_summary_write_text(const struct iptfs_summary_view *view,
                              const struct iptfs_run_cost *cost, FILE *out);

#endif
