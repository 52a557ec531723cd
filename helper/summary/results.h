/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run found, as JSON, as CSV and for a person. One tree of values makes all three, so that
 * they never disagree. */
#ifndef IPTFS_SUMMARY_RESULTS_H
#define IPTFS_SUMMARY_RESULTS_H

#include "base/error.h"
#include "hosts/hosts.h"
#include "scenario/scenario.h"
#include "stats/counters.h"
#include "stats/leak.h"
#include "tunnel/tunnel.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* What is summed up: a scenario and its closed tunnels. */
struct iptfs_results {
    const struct iptfs_scenario *scenario;
    uint64_t seed;
    uint64_t run;
    const struct iptfs_tunnel *tunnel[IPTFS_DIRECTIONS]; /* the second NULL when it is not used */
    const struct iptfs_tunnel *beside[IPTFS_DIRECTIONS]; /* of traffic with tunnel = off, or NULL */
    const struct iptfs_leak_report *leak[IPTFS_DIRECTIONS]; /* NULL: not measured */
    const struct iptfs_hosts *hosts;         /* NULL: nothing is known of ns-3's applications */
    uint64_t skipped_pkts[IPTFS_DIRECTIONS]; /* of captures, see iptfs_traffic_skipped */
};

/* The summary as a JSON object with stable names (README, "Results"): a new reference, NULL when
 * memory ran out. It holds nothing that depends on the machine, its speed or the kind of link. */
json_t *iptfs_results_json(const struct iptfs_results *results);

/* The counters, by family, group and name: a new reference. */
json_t *iptfs_results_counters(const struct iptfs_counters *counters);

/* Writes the object as indented JSON with a newline; the same object gives the same bytes. */
int iptfs_results_write_json(const json_t *summary, FILE *out);

/* Writes the object as CSV: a line of names such as inner.offered.pkts, and a line of values. */
int iptfs_results_write_csv(const json_t *summary, FILE *out);

/* How the run went on this machine: for a person only. */
struct iptfs_run_cost {
    double wall_s;
    uint64_t events;
};

/* Writes the summary that a person reads. */
void iptfs_results_write_text(const struct iptfs_results *results,
                              const struct iptfs_run_cost *cost, FILE *out);

#endif
