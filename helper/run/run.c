/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/run.h"

#include "base/asserts.h"
#include "base/units.h"
#include "files/textfile.h"
#include "link/direct_link.h"
#include "ns3/sim.h"
#include "run/observation.h"
#include "run/redraw.h"
#include "run/warm_up.h"
#include "scenario/to_model.h"
#include "summary/summary.h"
#include "text/quantity.h"
#include "traffic/traffic_source.h"

#include <inttypes.h>
#include <stdlib.h>

static int engine_failed(struct iptfs_error *error, int ns3_code)
{
    if (ns3_code == IPTFS_NS3_ENOMEM)
        return iptfs_fail_no_memory(error);
    return iptfs_fail(error, IPTFS_E_ENGINE, "ns-3: %s", iptfs_ns3_strerror(ns3_code));
}

/* One direction of the tunnel, or of the path that bypasses it. */
struct route {
    struct iptfs_run *run;
    enum iptfs_direction direction;
    enum iptfs_path path;
};

static struct iptfs_run_direction *state_of(const struct route *route)
{
    return route->path == IPTFS_PATH_TUNNEL ? &route->run->direction[route->direction]
                                            : &route->run->bypass[route->direction];
}

/* Each path and each direction draws from streams of its own. */
static struct iptfs_random_streams streams_of(const struct route *route)
{
    return (struct iptfs_random_streams){
        .seed = route->run->seed,
        .run = route->run->streams,
        .index = (uint64_t)route->path * IPTFS_DIRECTIONS + route->direction,
    };
}

static struct iptfs_link_config link_config(const struct route *route)
{
    struct iptfs_link_config config =
        iptfs_config_link(&route->run->scenario->link[route->direction]);
    config.streams = streams_of(route);
    /* The list names packets of the tunnel. */
    if (route->path != IPTFS_PATH_TUNNEL)
        config.impairments.list.count = 0;
    return config;
}

static int add_link(const struct route *route)
{
    struct iptfs_run_direction *state = state_of(route);
    struct iptfs_link_config config = link_config(route);
    struct iptfs_link *bottleneck = NULL, *link;
    if (route->run->scenario->link[route->direction].device == IPTFS_DEVICE_P2P)
        return iptfs_engine_p2p_link(&state->engine, &config);
    if (route->path == IPTFS_PATH_BYPASS)
        bottleneck = route->run->direction[route->direction].tunnel.link;
    int error = iptfs_direct_link_new(&link, &config, &state->tunnel.store, bottleneck);
    if (error == IPTFS_OK)
        iptfs_tunnel_set_link(&state->tunnel, link);
    return error;
}

static int add_sources(struct iptfs_run *run, enum iptfs_direction direction,
                       struct iptfs_error *error)
{
    struct iptfs_run_direction *state = &run->direction[direction];
    state->traffic = (struct iptfs_direction_traffic){
        .scenario = run->scenario,
        .direction = direction,
        .window_octets = state->tunnel.sender.window_octets,
        .seed = run->seed,
        .run = run->streams,
    };
    int code = iptfs_sources_new(&state->source, &state->traffic, run->streams, error);
    state->tunnel.sender.source = state->source;
    return code;
}

/* Adds a tunnel on its link; it has no source yet. */
static int add_route(const struct route *route, const struct iptfs_tunnel_options *tunnel)
{
    struct iptfs_run_direction *state = state_of(route);
    const struct iptfs_link_options *link = &route->run->scenario->link[route->direction];
    struct iptfs_sender_config sender = iptfs_config_sender(tunnel, link);
    struct iptfs_receiver_config receiver = iptfs_config_receiver(tunnel);
    struct iptfs_circuit_breaker_config breaker = iptfs_config_breaker(tunnel);
    struct iptfs_random_streams streams = streams_of(route);
    int drawn = iptfs_config_draw_phase(&sender, tunnel, &streams);
    state->used = true;
    int code = iptfs_tunnel_init(&state->tunnel, &sender, &receiver);
    state->tunnel.store.max_octets = IPTFS_RUN_PACKETS_MAX_OCTETS;
    iptfs_tunnel_set_breaker(&state->tunnel, &breaker);
    iptfs_tunnel_set_mtu_changes(&state->tunnel, state->mtu_changes,
                                 iptfs_config_mtu_changes(tunnel, link, state->mtu_changes));
    if (code == IPTFS_OK)
        code = drawn;
    if (code == IPTFS_OK)
        code = iptfs_engine_init(&state->engine, &state->tunnel);
    return code == IPTFS_OK ? add_link(route) : code;
}

static int add_direction(struct iptfs_run *run, enum iptfs_direction direction,
                         struct iptfs_error *error)
{
    const struct route tunnel_route = {run, direction, IPTFS_PATH_TUNNEL};
    const struct route bypass_route = {run, direction, IPTFS_PATH_BYPASS};
    const struct iptfs_tunnel_options *tunnel = &run->scenario->tunnel[direction];
    int code = add_route(&tunnel_route, tunnel);
    if (code == IPTFS_OK)
        code = add_sources(run, direction, error);
    if (code == IPTFS_OK && iptfs_hosts_wanted(run->scenario, IPTFS_PATH_BYPASS)) {
        struct iptfs_tunnel_options none = iptfs_config_beside(tunnel);
        code = add_route(&bypass_route, &none);
    }
    return code;
}

static int add_hosts(struct iptfs_run *run)
{
    struct iptfs_engine *engine[IPTFS_PATHS][IPTFS_DIRECTIONS];
    run->host_reports = calloc(run->scenario->traffic_count + 1, sizeof *run->host_reports);
    if (run->host_reports == NULL)
        return IPTFS_E_NO_MEMORY;
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        engine[IPTFS_PATH_TUNNEL][i] = &run->direction[i].engine;
        engine[IPTFS_PATH_BYPASS][i] = &run->bypass[i].engine;
    }
    return iptfs_hosts_init(&run->hosts, run->scenario, engine, run->seed, run->streams);
}

/* The two directions are one tunnel: packets received in one may control the sender of the other.
 */
static void pair_directions(struct iptfs_run *run)
{
    struct iptfs_run_direction *forward = &run->direction[IPTFS_FORWARD];
    struct iptfs_run_direction *reverse = &run->direction[IPTFS_REVERSE];
    struct iptfs_tfrc_config tfrc[IPTFS_DIRECTIONS];
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        tfrc[i] = iptfs_config_tfrc(&run->scenario->tunnel[i], &run->scenario->link[i]);
    iptfs_tunnel_pair(&forward->tunnel, &tfrc[IPTFS_FORWARD], &reverse->tunnel,
                      &tfrc[IPTFS_REVERSE]);
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        struct iptfs_report_breaker_config breaker =
            iptfs_config_report_breaker(&run->scenario->tunnel[i]);
        iptfs_tunnel_set_report_breaker(&run->direction[i].tunnel, &breaker);
    }
    forward->engine.peer = &reverse->engine;
    reverse->engine.peer = &forward->engine;
}

int iptfs_run_build(struct iptfs_run *run, const struct iptfs_scenario *scenario, uint64_t seed,
                    uint64_t number, struct iptfs_error *error)
{
    int code = IPTFS_OK;
    *run = (struct iptfs_run){.scenario = scenario,
                              .seed = seed,
                              .run = number,
                              .streams = number + ((uint64_t)scenario->class_number << 32),
                              .end_ps = scenario->duration_ps};
    error->text[0] = '\0';
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        if (i == IPTFS_REVERSE && !scenario->bidirectional)
            break;
        code = add_direction(run, (enum iptfs_direction)i, error);
        if (code != IPTFS_OK && error->text[0] == '\0')
            iptfs_fail(error, code, "%s: %s", iptfs_quoted_path(scenario->path).text,
                       iptfs_error_name(code));
        if (code != IPTFS_OK)
            return code;
    }
    if (scenario->bidirectional)
        pair_directions(run);
    code = add_hosts(run);
    return code == IPTFS_OK
               ? code
               : iptfs_fail(error, code, "%s: %s", iptfs_quoted_path(scenario->path).text,
                            iptfs_error_name(code));
}

int iptfs_run_open(struct iptfs_run *run, const struct iptfs_scenario *scenario, uint64_t seed,
                   uint64_t number, const struct iptfs_warm_up *warm_up, struct iptfs_error *error)
{
    *run = (struct iptfs_run){0};
    int code = iptfs_ns3_open();
    if (code != 0)
        return engine_failed(error, code);
    code = iptfs_run_build(run, scenario, seed, number, error);
    run->warm_up = *warm_up;
    return code;
}

int iptfs_run_init(struct iptfs_run *run, const struct iptfs_scenario *scenario, uint64_t seed,
                   uint64_t number, struct iptfs_error *error)
{
    struct iptfs_warm_up warm_up;
    *run = (struct iptfs_run){0};
    int code = iptfs_warm_up_find(run, scenario, seed, number, NULL, &warm_up, error);
    return code == IPTFS_OK ? iptfs_run_open(run, scenario, seed, number, &warm_up, error) : code;
}

void iptfs_run_trace(struct iptfs_run *run, enum iptfs_direction direction,
                     struct iptfs_trace trace)
{
    run->direction[direction].tunnel.trace = trace;
    run->direction[direction].tunnel.sender.eager = true;
}

static void wake(struct iptfs_run_direction *state)
{
    if (state->used)
        iptfs_engine_wake(&state->engine);
}

static int check_direction(const struct iptfs_run *run, const struct iptfs_run_direction *state,
                           struct iptfs_error *error)
{
    int code = state->engine.error;
    if (code == IPTFS_OK)
        return code;
    if (!state->tunnel.store.full)
        return iptfs_fail(error, code, "%s: %s", iptfs_quoted_path(run->scenario->path).text,
                          iptfs_error_name(code));
    return iptfs_fail(error, code,
                      "%s: found %" PRIu64 " outer and %" PRIu64 " inner packets in the tunnel at "
                      "the same time, allowed: as many as %s hold; limit link.queue, or lower the "
                      "rate of the tunnel or link.delay",
                      iptfs_quoted_path(run->scenario->path).text, state->tunnel.store.live_outer,
                      state->tunnel.store.live_inner,
                      iptfs_show_octets(state->tunnel.store.max_octets).text);
}

static void wake_all(struct iptfs_run *run)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        wake(&run->direction[i]);
        wake(&run->bypass[i]);
    }
}

static int run_to(struct iptfs_run *run, int64_t until_ps, struct iptfs_error *error)
{
    wake_all(run);
    IPTFS_ASSERT(until_ps > 0);
    int code = iptfs_ns3_run_until(until_ps - 1);
    if (code < 0)
        return engine_failed(error, code);
    code = IPTFS_OK; /* also after an engine has stopped the run */
    for (int i = 0; i < IPTFS_DIRECTIONS && code == IPTFS_OK; i++) {
        code = check_direction(run, &run->direction[i], error);
        if (code == IPTFS_OK)
            code = check_direction(run, &run->bypass[i], error);
    }
    return code;
}

static int add_leak(const struct iptfs_run *run, enum iptfs_direction direction,
                    struct iptfs_run_direction *state)
{
    const struct iptfs_scenario *scenario = run->scenario;
    struct iptfs_leak_config config = {
        .interval_ps = scenario->leak_interval_ps,
        .start_ps = run->warm_up.cut_ps,
        .duration_ps = scenario->duration_ps - run->warm_up.cut_ps,
        .init_delay_ps = state->tunnel.sender.config.init_delay_ps,
        .independent = iptfs_config_oblivious(scenario, direction),
    };
    state->leak_observer = iptfs_leak_observer(&state->leak);
    iptfs_tunnel_observe(&state->tunnel, &state->leak_observer);
    return iptfs_leak_init(&state->leak, &config);
}

/* Leaves out what a direction did during the warm-up. */
static void restart(struct iptfs_run_direction *state, int64_t now_ps)
{
    if (!state->used)
        return;
    state->before = iptfs_tunnel_totals(&state->tunnel, now_ps);
    iptfs_tunnel_restart(&state->tunnel, now_ps);
}

/* Measures start at the end of the warm-up. Arrivals before it were perhaps not taken yet. */
static int start_measuring(struct iptfs_run *run, struct iptfs_error *error)
{
    int code = IPTFS_OK;
    run->measuring = true;
    if (run->warm_up.cut_ps > 0) {
        wake_all(run);
        for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
            restart(&run->direction[i], run->warm_up.cut_ps);
            restart(&run->bypass[i], run->warm_up.cut_ps);
        }
        code = iptfs_hosts_restart(&run->hosts);
    }
    for (int i = 0; i < IPTFS_DIRECTIONS && code == IPTFS_OK; i++)
        if (run->direction[i].used && run->scenario->leak)
            code = add_leak(run, (enum iptfs_direction)i, &run->direction[i]);
    return code == IPTFS_OK
               ? code
               : iptfs_fail(error, code, "%s: %s", iptfs_quoted_path(run->scenario->path).text,
                            iptfs_error_name(code));
}

int iptfs_run_until(struct iptfs_run *run, int64_t until_ps, struct iptfs_error *error)
{
    int64_t cut_ps = run->warm_up.cut_ps;
    int code = IPTFS_OK;
    if (!run->measuring && cut_ps <= until_ps) {
        if (cut_ps > 0)
            code = run_to(run, cut_ps, error);
        if (code == IPTFS_OK)
            code = start_measuring(run, error);
    }
    if (code == IPTFS_OK && (cut_ps != until_ps || cut_ps == 0))
        code = run_to(run, until_ps, error);
    return code;
}

void iptfs_run_interrupt(struct iptfs_run *run, int64_t now_ps)
{
    run->end_ps = now_ps;
    run->interrupted = true;
    for (int i = 0; i < IPTFS_DIRECTIONS && run->scenario->leak && run->measuring; i++)
        if (run->direction[i].used)
            iptfs_leak_end(&run->direction[i].leak, now_ps);
}

static int report_leak(struct iptfs_run *run, enum iptfs_direction direction)
{
    struct iptfs_run_direction *state = &run->direction[direction];
    struct iptfs_leak_reference reference = {iptfs_redraw, &state->traffic};
    bool possible = iptfs_redraw_possible(&state->traffic);
    return iptfs_leak_report(&state->leak, possible ? &reference : NULL, &state->leak_report);
}

/* Ends one direction of both paths. */
static int finish_direction(struct iptfs_run *run, enum iptfs_direction direction)
{
    int64_t end_ps = run->end_ps;
    int code = IPTFS_OK;
    if (run->direction[direction].used)
        code = iptfs_tunnel_close(&run->direction[direction].tunnel, end_ps);
    if (code == IPTFS_OK && run->bypass[direction].used)
        code = iptfs_tunnel_close(&run->bypass[direction].tunnel, end_ps);
    if (code == IPTFS_OK && run->direction[direction].used && run->scenario->leak && run->measuring)
        code = report_leak(run, direction);
    return code;
}

int iptfs_run_finish(struct iptfs_run *run, struct iptfs_error *error)
{
    int code = IPTFS_OK;
    run->events = iptfs_ns3_event_count();
    for (int i = 0; i < IPTFS_DIRECTIONS && code == IPTFS_OK; i++)
        code = finish_direction(run, (enum iptfs_direction)i);
    if (code == IPTFS_OK && !iptfs_hosts_balanced(&run->hosts))
        code = IPTFS_E_UNBALANCED;
    if (code != IPTFS_OK)
        return iptfs_fail(error, code, "%s: %s", iptfs_quoted_path(run->scenario->path).text,
                          iptfs_error_name(code));
    return IPTFS_OK;
}

static struct iptfs_summary_direction view_direction(const struct iptfs_run *run,
                                                     enum iptfs_direction direction, int64_t now_ps,
                                                     bool cut)
{
    const struct iptfs_run_direction *state = &run->direction[direction];
    if (!state->used)
        return (struct iptfs_summary_direction){.tunnel = NULL};
    struct iptfs_summary_direction view = {
        .tunnel = &state->tunnel,
        .bypass = run->bypass[direction].used ? &run->bypass[direction].tunnel : NULL,
        .leak = run->scenario->leak && run->measuring ? &state->leak_report : NULL,
        .skipped_pkts = iptfs_traffic_skipped(state->source),
        .totals = iptfs_tunnel_totals(&state->tunnel, now_ps),
    };
    if (cut) {
        view.before = state->before;
        view.totals = iptfs_totals_since(&view.totals, &view.before);
    }
    return view;
}

/* A view of what happened from the end of the warm-up, or from the start. */
static struct iptfs_summary_view view_of(struct iptfs_run *run, int64_t now_ps, bool cut)
{
    struct iptfs_summary_view view = {
        .scenario = run->scenario,
        .seed = run->seed,
        .run = run->run,
        .now_ps = now_ps,
        .start_ps = cut ? run->warm_up.cut_ps : 0,
        .warm_up = run->warm_up,
        .interrupted = run->interrupted,
        .hosts = run->host_reports,
        .agreement = iptfs_config_agreement(run->scenario),
    };
    for (size_t i = 0; i < run->scenario->traffic_count; i++)
        iptfs_hosts_report(&run->hosts, i, view.start_ps, now_ps, &run->host_reports[i]);
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        view.direction[i] = view_direction(run, (enum iptfs_direction)i, now_ps, cut);
    return view;
}

struct iptfs_summary_view iptfs_run_view(struct iptfs_run *run, int64_t now_ps)
{
    return view_of(run, now_ps, run->measuring && run->warm_up.cut_ps > 0);
}

struct iptfs_summary_view iptfs_run_view_whole(struct iptfs_run *run, int64_t now_ps)
{
    return view_of(run, now_ps, false);
}

static void free_direction(struct iptfs_run_direction *state)
{
    if (!state->used)
        return;
    iptfs_tunnel_free(&state->tunnel);
    iptfs_engine_free(&state->engine);
    iptfs_traffic_free(state->source);
    iptfs_leak_free(&state->leak);
}

void iptfs_run_demolish(struct iptfs_run *run)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        free_direction(&run->bypass[i]);
        free_direction(&run->direction[i]);
    }
    iptfs_hosts_free(&run->hosts);
    free(run->host_reports);
    run->host_reports = NULL;
}

void iptfs_run_free(struct iptfs_run *run)
{
    iptfs_run_demolish(run);
    iptfs_ns3_close();
}

int iptfs_run_summary(const struct iptfs_scenario *scenario, json_t **summary,
                      struct iptfs_error *error)
{
    static struct iptfs_run run; /* large, and ns-3 allows one at a time */
    struct iptfs_warm_up warm_up;
    int code = iptfs_warm_up_find(&run, scenario, scenario->seed, 0, NULL, &warm_up, error);
    return code == IPTFS_OK ? iptfs_run_summary_after(scenario, &warm_up, summary, error) : code;
}

int iptfs_run_summary_after(const struct iptfs_scenario *scenario,
                            const struct iptfs_warm_up *warm_up, json_t **summary,
                            struct iptfs_error *error)
{
    static struct iptfs_run run;
    struct iptfs_observation observation = {0};
    int code = iptfs_run_open(&run, scenario, scenario->seed, 0, warm_up, error);
    if (code == IPTFS_OK && scenario->class_number > 0)
        iptfs_observation_start(&observation, &run);
    if (code == IPTFS_OK)
        code = iptfs_run_until(&run, scenario->duration_ps, error);
    if (code == IPTFS_OK)
        code = iptfs_run_finish(&run, error);
    if (code == IPTFS_OK) {
        struct iptfs_summary_view view = iptfs_run_view(&run, scenario->duration_ps);
        *summary = iptfs_summary_json(&view);
        if (scenario->class_number > 0)
            iptfs_observation_report(&observation, &view, summary);
        if (*summary == NULL)
            code = iptfs_fail_no_memory(error);
    }
    iptfs_observation_free(&observation);
    iptfs_run_free(&run);
    return code;
}

int iptfs_run_check_breakers(const struct iptfs_run *run, struct iptfs_error *error)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        const struct iptfs_circuit_breaker *breaker = &run->direction[i].tunnel.breaker;
        const struct iptfs_report_breaker *reports = &run->direction[i].tunnel.congestion.breaker;
        const char *name = i == IPTFS_FORWARD ? "forward" : "reverse";
        if (run->direction[i].used && reports->tripped && reports->silence)
            return iptfs_fail(
                error, IPTFS_E_STOPPED,
                "%s: the loss event breaker stopped the %s direction at %s: no report "
                "came for %s",
                iptfs_quoted_path(run->scenario->path).text, name,
                iptfs_show_time(reports->tripped_ps).text,
                iptfs_show_time(reports->config.time_ps).text);
        if (run->direction[i].used && reports->tripped)
            return iptfs_fail(
                error, IPTFS_E_STOPPED,
                "%s: the loss event breaker stopped the %s direction at %s, at a loss "
                "event rate of %.3g %%",
                iptfs_quoted_path(run->scenario->path).text, name,
                iptfs_show_time(reports->tripped_ps).text, 100.0 * reports->rate);
        if (run->direction[i].used && breaker->tripped)
            return iptfs_fail(
                error, IPTFS_E_STOPPED,
                "%s: the circuit breaker stopped the %s direction at %s, at a loss of "
                "%.3g %%",
                iptfs_quoted_path(run->scenario->path).text, name,
                iptfs_show_time(breaker->tripped_ps).text, 100.0 * breaker->tripped_loss);
    }
    return IPTFS_OK;
}
