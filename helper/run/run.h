/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of a scenario: its tunnels, links and traffic sources, driven by the events of ns-3. */
#ifndef IPTFS_RUN_RUN_H
#define IPTFS_RUN_RUN_H

#include "base/error.h"
#include "ns3/engine.h"
#include "run/hosts.h"
#include "run/sources.h"
#include "scenario/scenario.h"
#include "sender/source.h"
#include "summary/hosts_report.h"
#include "summary/view.h"
#include "tunnel/tunnel.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* The memory that the packets of one direction may take. Only packets that are in the tunnel at the
 * same time need memory: above it, a queue without a limit grows as long as the run lasts. */
#define IPTFS_RUN_PACKETS_MAX_OCTETS 4000000000u

/* One direction of a run. */
struct iptfs_run_direction {
    bool used;
    struct iptfs_tunnel tunnel;
    struct iptfs_engine engine;
    struct iptfs_mtu_change mtu_changes[IPTFS_TIMED_MAX];
    struct iptfs_direction_traffic traffic;
    struct iptfs_source *source; /* NULL: no traffic in this direction */
    struct iptfs_leak leak;
    struct iptfs_observer leak_observer;
    struct iptfs_leak_report leak_report; /* known after iptfs_run_finish */
    struct iptfs_totals before;           /* at the end of the warm-up */
};

/* A run in the simulation of ns-3; must not move in memory. A process has one at a time. */
struct iptfs_run {
    const struct iptfs_scenario *scenario;
    uint64_t seed;
    uint64_t run;
    uint64_t streams; /* number of the run for the random streams: each class has its own */
    int64_t end_ps;   /* the duration of the scenario; less when the run is interrupted */
    bool interrupted; /* iptfs_run_interrupt */
    struct iptfs_warm_up warm_up;
    bool measuring; /* the warm-up is over: measures are from its end on */
    struct iptfs_run_direction direction[IPTFS_DIRECTIONS];
    struct iptfs_run_direction bypass[IPTFS_DIRECTIONS]; /* carries traffic with tunnel = off */
    struct iptfs_hosts hosts;
    struct iptfs_hosts_report *host_reports; /* one for each traffic section; see iptfs_run_view */
    uint64_t events;                         /* ns-3's, known after iptfs_run_finish */
};

/* Opens ns-3 and builds the tunnels of a scenario, which must outlive the run. With warm-up = auto
 * the whole run is done before, to find the warm-up (run/warm_up.h). Errors are those of the parts,
 * with a line of text. Whatever the outcome the run is freed with iptfs_run_free. */
int iptfs_run_init(struct iptfs_run *run, const struct iptfs_scenario *scenario, uint64_t seed,
                   uint64_t number, struct iptfs_error *error);

/* The same with a warm-up that is known. */
int iptfs_run_open(struct iptfs_run *run, const struct iptfs_scenario *scenario, uint64_t seed,
                   uint64_t number, const struct iptfs_warm_up *warm_up, struct iptfs_error *error);

/* Builds the tunnels, without a warm-up, in a simulation that is open and stays open: the run is
 * freed with iptfs_run_demolish. */
int iptfs_run_build(struct iptfs_run *run, const struct iptfs_scenario *scenario, uint64_t seed,
                    uint64_t number, struct iptfs_error *error);
void iptfs_run_demolish(struct iptfs_run *run);

/* Sends the trace records of a direction to `trace`. The tunnel is then woken for each arrival, so
 * that records come in the order of time. Call it before iptfs_run_until. */
void iptfs_run_trace(struct iptfs_run *run, enum iptfs_direction direction,
                     struct iptfs_trace trace);

/* Runs all events before `until_ps`, which is above 0. When the warm-up ends on the way, measures
 * start there. What happens at the end of a run, or of an
 * interval of a series, is no part of it, so that 1 s at 100 packets a second holds 100.
 * IPTFS_E_ENGINE, IPTFS_E_NO_MEMORY (also when packets
 * take more than IPTFS_RUN_PACKETS_MAX_OCTETS). */
int iptfs_run_until(struct iptfs_run *run, int64_t until_ps, struct iptfs_error *error);

/* Lets the run end at now_ps, up to which its events were run; its summary is marked. Follow with
 * iptfs_run_finish. */
void iptfs_run_interrupt(struct iptfs_run *run, int64_t now_ps);

/* Ends the run at its end and checks the ledgers: IPTFS_E_UNBALANCED. */
int iptfs_run_finish(struct iptfs_run *run, struct iptfs_error *error);

/* The run at now_ps: run->end_ps once it is finished. Measures are those after the warm-up; before
 * its end, and in a view of the whole run, which series are made from, nothing is left out. Refers
 * to the run, and is valid until the next view. */
struct iptfs_summary_view iptfs_run_view(struct iptfs_run *run, int64_t now_ps);
struct iptfs_summary_view iptfs_run_view_whole(struct iptfs_run *run, int64_t now_ps);

void iptfs_run_free(struct iptfs_run *run);

/* Runs a scenario from its start to its end, with its own seed, and sets *summary to a new
 * reference. A tunnel that a circuit breaker stopped is no error. Errors are those of the functions
 * above. */
int iptfs_run_summary(const struct iptfs_scenario *scenario, json_t **summary,
                      struct iptfs_error *error);

/* The same with a warm-up that is known. */
int iptfs_run_summary_after(const struct iptfs_scenario *scenario,
                            const struct iptfs_warm_up *warm_up, json_t **summary,
                            struct iptfs_error *error);

/* IPTFS_E_STOPPED, with a line of text, when a circuit breaker has stopped a tunnel of the run. */
int iptfs_run_check_breakers(const struct iptfs_run *run, struct iptfs_error *error);

#endif
