/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of a scenario: tunnels on ns-3's events, from the first arrival to the written summary.
 */
#ifndef IPTFS_RUN_H
#define IPTFS_RUN_H

#include "base/error.h"
#include "hosts/hosts.h"
#include "ns3/engine.h"
#include "scenario/scenario.h"
#include "sender/source.h"
#include "summary/results.h"
#include "text/progress.h"
#include "tunnel/tunnel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One direction of a run. */
struct iptfs_run_direction {
    bool used;
    struct iptfs_tunnel tunnel;
    struct iptfs_engine engine;
    struct iptfs_mtu_change mtu_changes[IPTFS_TIMED_MAX];
    struct iptfs_source *source; /* NULL: nobody sends this way */
    struct iptfs_leak leak;
    struct iptfs_observer leak_observer;
    struct iptfs_leak_report leak_report; /* known after iptfs_run_finish */
};

/* A run in ns-3's hands; must not move in memory. One exists at a time in a process. */
struct iptfs_run {
    const struct iptfs_scenario *scenario;
    uint64_t seed;
    uint64_t run;
    struct iptfs_run_direction direction[IPTFS_DIRECTIONS];
    struct iptfs_run_direction beside[IPTFS_DIRECTIONS]; /* of traffic with tunnel = off */
    struct iptfs_hosts hosts;
    uint64_t events; /* ns-3's, known after iptfs_run_finish */
};

/* Opens ns-3 and builds the tunnels of a scenario, which must outlive the run. Errors are those of
 * the parts, with a line of text. Whatever the outcome the run is freed with iptfs_run_free. */
int iptfs_run_init(struct iptfs_run *run, const struct iptfs_scenario *scenario, uint64_t seed,
                   uint64_t number, struct iptfs_error *error);

/* The same in the simulation that is open, which goes on when the run is freed, by
 * iptfs_run_demolish. */
int iptfs_run_build(struct iptfs_run *run, const struct iptfs_scenario *scenario, uint64_t seed,
                    uint64_t number, struct iptfs_error *error);
void iptfs_run_demolish(struct iptfs_run *run);

/* Where records of a direction go; wakes the tunnel for each arrival, so that they come in the
 * order of time. Before iptfs_run_until. */
void iptfs_run_trace(struct iptfs_run *run, enum iptfs_direction direction,
                     struct iptfs_trace trace);

/* Runs all events up to and at `until_ps`. IPTFS_E_ENGINE, IPTFS_E_NO_MEMORY. */
int iptfs_run_until(struct iptfs_run *run, int64_t until_ps, struct iptfs_error *error);

/* Ends the run at its duration and checks the ledgers: IPTFS_E_UNBALANCED. */
int iptfs_run_finish(struct iptfs_run *run, struct iptfs_error *error);

/* What the finished run found; refers to the run. */
struct iptfs_results iptfs_run_results(const struct iptfs_run *run);

void iptfs_run_free(struct iptfs_run *run);

/* Runs a scenario from beginning to end: its summary is a new reference in *summary. A tunnel that
 * a circuit breaker stopped is a result like others. Errors are those of the parts above. */
int iptfs_run_summary(const struct iptfs_scenario *scenario, json_t **summary,
                      struct iptfs_error *error);

/* `iptfs-sim run`. */
enum iptfs_output {
    IPTFS_OUTPUT_TEXT,
    IPTFS_OUTPUT_JSON,
    IPTFS_OUTPUT_CSV
};

struct iptfs_run_request {
    const char *scenario_path;
    const char *const *sets; /* "section.key=value" */
    size_t n_sets;
    bool seed_given; /* else the scenario's */
    uint64_t seed;
    uint64_t run;
    const char *out_dir;     /* NULL: out/NAME */
    const char *trace_path;  /* NULL: no trace */
    const char *pcap_prefix; /* NULL: no captures */
    int64_t series_ps;       /* a line of series.csv for each such interval; 0: none */
    enum iptfs_output output;
    bool quiet;                            /* print nothing but errors */
    const struct iptfs_progress *progress; /* may be NULL */
};

/* Runs the scenario, writes summary.json, summary.csv, the trace, captures and the series, and
 * prints the summary to `out`. Nothing is written unless all went well. Returns 0 or a negative
 * code with a line of text: IPTFS_E_INVALID and IPTFS_E_IO for what the user can mend,
 * IPTFS_E_STOPPED, with all written, when a circuit breaker has stopped the tunnel. */
int iptfs_run_command(const struct iptfs_run_request *request, FILE *out,
                      struct iptfs_error *error);

#endif
