/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/run.h"

#include "base/units.h"
#include "files/outfile.h"
#include "files/wall_clock.h"
#include "link/direct_link.h"
#include "ns3/sim.h"
#include "run/captures.h"
#include "run/series.h"
#include "run/trace_file.h"
#include "scenario/config.h"
#include "text/progress.h"
#include "text/quantity.h"
#include "traffic/traffic.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int engine_failed(struct iptfs_error *error, int ns3_code)
{
    return iptfs_fail(error, IPTFS_E_ENGINE, "ns-3: %s", iptfs_ns3_strerror(ns3_code));
}

/* A direction of the tunnel, or of the path beside it. */
struct way {
    struct iptfs_run *run;
    enum iptfs_direction direction;
    enum iptfs_path path;
};

static struct iptfs_run_direction *state_of(const struct way *way)
{
    return way->path == IPTFS_PATH_TUNNEL ? &way->run->direction[way->direction]
                                          : &way->run->beside[way->direction];
}

/* The impairments draw from streams of their own on each path and in each direction. */
static struct iptfs_link_config link_config(const struct way *way)
{
    struct iptfs_link_config config = iptfs_config_link(&way->run->scenario->link[way->direction]);
    config.streams = (struct iptfs_random_streams){
        .seed = way->run->seed,
        .run = way->run->run,
        .index = (uint64_t)way->path * IPTFS_DIRECTIONS + way->direction,
    };
    /* The list names packets of the tunnel. */
    if (way->path != IPTFS_PATH_TUNNEL)
        config.impairments.list.count = 0;
    return config;
}

static int add_link(const struct way *way)
{
    struct iptfs_run_direction *state = state_of(way);
    struct iptfs_link_config config = link_config(way);
    struct iptfs_link *bottleneck = NULL, *link;
    if (way->run->scenario->link[way->direction].device == IPTFS_DEVICE_P2P)
        return iptfs_engine_p2p_link(&state->engine, &config);
    if (way->path == IPTFS_PATH_BESIDE)
        bottleneck = way->run->direction[way->direction].tunnel.link;
    int error = iptfs_direct_link_new(&link, &config, &state->tunnel.store, bottleneck);
    if (error == IPTFS_OK)
        iptfs_tunnel_set_link(&state->tunnel, link);
    return error;
}

/* Sources of this direction that fill whatever room there is, and share it. */
static uint32_t count_saturating(const struct iptfs_scenario *scenario,
                                 enum iptfs_direction direction)
{
    uint32_t count = 0;
    for (size_t i = 0; i < scenario->traffic_count; i++)
        count += scenario->traffic[i].direction == direction &&
                 scenario->traffic[i].type == IPTFS_TRAFFIC_SATURATE;
    return count;
}

/* Makes the sources of a direction; how many there are goes into *count. */
static int make_sources(const struct iptfs_run *run, enum iptfs_direction direction,
                        struct iptfs_source **sources, size_t *count, struct iptfs_error *error)
{
    const struct iptfs_scenario *scenario = run->scenario;
    uint32_t sharing = count_saturating(scenario, direction);
    uint32_t window = run->direction[direction].tunnel.sender.window_octets;
    for (size_t i = 0; i < scenario->traffic_count; i++) {
        const struct iptfs_traffic_options *traffic = &scenario->traffic[i];
        if (traffic->direction != direction || iptfs_traffic_hosted(traffic))
            continue;
        struct iptfs_traffic_setup setup = {
            .options = traffic,
            .seed = run->seed,
            .run = run->run,
            .window_octets = sharing > 1 ? window / sharing : window,
            .flow = (uint16_t)i,
        };
        int code = iptfs_traffic_new(&sources[*count], &setup, error);
        if (code != IPTFS_OK)
            return code;
        ++*count;
    }
    return IPTFS_OK;
}

static int add_sources(struct iptfs_run *run, enum iptfs_direction direction,
                       struct iptfs_error *error)
{
    struct iptfs_run_direction *way = &run->direction[direction];
    struct iptfs_source **sources = calloc(run->scenario->traffic_count + 1, sizeof *sources);
    size_t count = 0;
    if (sources == NULL)
        return IPTFS_E_NO_MEMORY;
    int code = make_sources(run, direction, sources, &count, error);
    if (code == IPTFS_OK)
        code = iptfs_traffic_merge(&way->source, sources, count, error);
    if (code != IPTFS_OK)
        while (count > 0)
            iptfs_traffic_free(sources[--count]);
    free(sources);
    way->tunnel.sender.source = way->source;
    return code;
}

static int add_leak(const struct iptfs_run *run, struct iptfs_run_direction *way)
{
    way->leak_observer = iptfs_leak_observer(&way->leak);
    iptfs_observers_add(&way->tunnel.observers, &way->leak_observer);
    return iptfs_leak_init(&way->leak, run->scenario->leak_interval_ps, run->scenario->duration_ps);
}

/* A tunnel on its link, without anybody who sends. */
static int add_way(const struct way *way, const struct iptfs_tunnel_options *tunnel)
{
    struct iptfs_run_direction *state = state_of(way);
    const struct iptfs_link_options *link = &way->run->scenario->link[way->direction];
    struct iptfs_sender_config sender = iptfs_config_sender(tunnel, link);
    struct iptfs_receiver_config receiver = iptfs_config_receiver(tunnel);
    struct iptfs_circuit_breaker_config breaker = iptfs_config_breaker(tunnel);
    state->used = true;
    int code = iptfs_tunnel_init(&state->tunnel, &sender, &receiver);
    iptfs_tunnel_set_breaker(&state->tunnel, &breaker);
    iptfs_tunnel_set_mtu_changes(&state->tunnel, state->mtu_changes,
                                 iptfs_config_mtu_changes(tunnel, link, state->mtu_changes));
    if (code == IPTFS_OK)
        code = iptfs_engine_init(&state->engine, &state->tunnel);
    return code == IPTFS_OK ? add_link(way) : code;
}

static int add_direction(struct iptfs_run *run, enum iptfs_direction direction,
                         struct iptfs_error *error)
{
    const struct way way = {run, direction, IPTFS_PATH_TUNNEL};
    const struct way beside = {run, direction, IPTFS_PATH_BESIDE};
    const struct iptfs_tunnel_options *tunnel = &run->scenario->tunnel[direction];
    int code = add_way(&way, tunnel);
    if (code == IPTFS_OK)
        code = add_sources(run, direction, error);
    if (code == IPTFS_OK && run->scenario->leak)
        code = add_leak(run, &run->direction[direction]);
    if (code == IPTFS_OK && iptfs_hosts_wanted(run->scenario, IPTFS_PATH_BESIDE)) {
        struct iptfs_tunnel_options none = iptfs_config_beside(tunnel);
        code = add_way(&beside, &none);
    }
    return code;
}

static int add_hosts(struct iptfs_run *run)
{
    struct iptfs_engine *engine[IPTFS_PATHS][IPTFS_DIRECTIONS];
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        engine[IPTFS_PATH_TUNNEL][i] = &run->direction[i].engine;
        engine[IPTFS_PATH_BESIDE][i] = &run->beside[i].engine;
    }
    return iptfs_hosts_init(&run->hosts, run->scenario, engine, run->seed, run->run);
}

/* The two directions are one tunnel: what arrives in one may control the other. */
static void pair_directions(struct iptfs_run *run)
{
    struct iptfs_run_direction *forward = &run->direction[IPTFS_FORWARD];
    struct iptfs_run_direction *reverse = &run->direction[IPTFS_REVERSE];
    struct iptfs_tfrc_config tfrc[IPTFS_DIRECTIONS];
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        tfrc[i] = iptfs_config_tfrc(&run->scenario->tunnel[i], &run->scenario->link[i]);
    iptfs_tunnel_pair(&forward->tunnel, &tfrc[IPTFS_FORWARD], &reverse->tunnel,
                      &tfrc[IPTFS_REVERSE]);
    forward->engine.peer = &reverse->engine;
    reverse->engine.peer = &forward->engine;
}

int iptfs_run_build(struct iptfs_run *run, const struct iptfs_scenario *scenario, uint64_t seed,
                    uint64_t number, struct iptfs_error *error)
{
    int code = IPTFS_OK;
    *run = (struct iptfs_run){.scenario = scenario, .seed = seed, .run = number};
    error->text[0] = '\0';
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        if (i == IPTFS_REVERSE && !scenario->bidirectional)
            break;
        code = add_direction(run, (enum iptfs_direction)i, error);
        if (code != IPTFS_OK && error->text[0] == '\0')
            iptfs_fail(error, code, "%s: %s", scenario->path, iptfs_error_name(code));
        if (code != IPTFS_OK)
            return code;
    }
    if (scenario->bidirectional)
        pair_directions(run);
    code = add_hosts(run);
    return code == IPTFS_OK
               ? code
               : iptfs_fail(error, code, "%s: %s", scenario->path, iptfs_error_name(code));
}

int iptfs_run_init(struct iptfs_run *run, const struct iptfs_scenario *scenario, uint64_t seed,
                   uint64_t number, struct iptfs_error *error)
{
    *run = (struct iptfs_run){0};
    int code = iptfs_ns3_open();
    if (code != 0)
        return engine_failed(error, code);
    return iptfs_run_build(run, scenario, seed, number, error);
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

int iptfs_run_until(struct iptfs_run *run, int64_t until_ps, struct iptfs_error *error)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        wake(&run->direction[i]);
        wake(&run->beside[i]);
    }
    int code = iptfs_ns3_run_until(until_ps);
    if (code < 0)
        return engine_failed(error, code);
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        code = run->direction[i].engine.error;
        if (code == IPTFS_OK)
            code = run->beside[i].engine.error;
        if (code != IPTFS_OK)
            return iptfs_fail(error, code, "%s: %s", run->scenario->path, iptfs_error_name(code));
    }
    return IPTFS_OK;
}

static int report_leak(struct iptfs_run *run, enum iptfs_direction direction)
{
    struct iptfs_run_direction *way = &run->direction[direction];
    struct iptfs_random *stream =
        iptfs_random_new(run->seed, run->run, IPTFS_RANDOM_LEAK, direction);
    if (stream == NULL)
        return IPTFS_E_NO_MEMORY;
    int code = iptfs_leak_report(&way->leak, stream, &way->leak_report);
    iptfs_random_free(stream);
    return code;
}

/* Ends one direction of both paths. */
static int finish_direction(struct iptfs_run *run, enum iptfs_direction direction)
{
    int64_t end_ps = run->scenario->duration_ps;
    int code = IPTFS_OK;
    if (run->direction[direction].used)
        code = iptfs_tunnel_close(&run->direction[direction].tunnel, end_ps);
    if (code == IPTFS_OK && run->beside[direction].used)
        code = iptfs_tunnel_close(&run->beside[direction].tunnel, end_ps);
    if (code == IPTFS_OK && run->direction[direction].used && run->scenario->leak)
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
        return iptfs_fail(error, code, "%s: %s", run->scenario->path, iptfs_error_name(code));
    return IPTFS_OK;
}

struct iptfs_results iptfs_run_results(const struct iptfs_run *run)
{
    struct iptfs_results results = {
        .scenario = run->scenario,
        .seed = run->seed,
        .run = run->run,
        .hosts = &run->hosts,
    };
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        const struct iptfs_run_direction *way = &run->direction[i];
        if (!way->used)
            continue;
        results.beside[i] = run->beside[i].used ? &run->beside[i].tunnel : NULL;
        results.tunnel[i] = &way->tunnel;
        results.leak[i] = run->scenario->leak ? &way->leak_report : NULL;
        results.skipped_pkts[i] = iptfs_traffic_skipped(way->source);
    }
    return results;
}

static void free_direction(struct iptfs_run_direction *way)
{
    if (!way->used)
        return;
    iptfs_tunnel_free(&way->tunnel);
    iptfs_engine_free(&way->engine);
    iptfs_traffic_free(way->source);
    iptfs_leak_free(&way->leak);
}

void iptfs_run_demolish(struct iptfs_run *run)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        free_direction(&run->beside[i]);
        free_direction(&run->direction[i]);
    }
    iptfs_hosts_free(&run->hosts);
}

void iptfs_run_free(struct iptfs_run *run)
{
    iptfs_run_demolish(run);
    iptfs_ns3_close();
}

/* Runs to the end in slices of `slice_ps`, which do not change the run. After each slice the
 * progress is reported, and `series` (if not NULL) takes a sample. */
static int run_sliced(struct iptfs_run *run, int64_t slice_ps,
                      const struct iptfs_progress *progress, struct iptfs_series *series,
                      struct iptfs_error *error)
{
    int64_t duration_ps = run->scenario->duration_ps, until_ps = 0;
    int code = IPTFS_OK;
    while (until_ps < duration_ps && code == IPTFS_OK) {
        until_ps = duration_ps - until_ps > slice_ps ? until_ps + slice_ps : duration_ps;
        code = iptfs_run_until(run, until_ps, error);
        if (series != NULL && code == IPTFS_OK)
            iptfs_series_sample(series, until_ps);
        iptfs_progress_update(progress, iptfs_seconds(until_ps), iptfs_seconds(duration_ps), NULL);
    }
    iptfs_progress_end(progress);
    return code;
}

static int run_to_end(struct iptfs_run *run, const struct iptfs_run_request *request,
                      struct iptfs_series *series, struct iptfs_error *error)
{
    enum {
        SLICES = 1000
    };
    const struct iptfs_progress *progress = request->progress;
    int64_t duration_ps = run->scenario->duration_ps;
    if (request->series_ps > 0) {
        struct iptfs_results results = iptfs_run_results(run);
        int code = iptfs_series_begin(series, &results);
        return code == IPTFS_OK ? run_sliced(run, request->series_ps, progress, series, error)
                                : iptfs_fail(error, code, "out of memory");
    }
    int64_t slice_ps = iptfs_progress_watched(progress) ? duration_ps / SLICES + 1 : duration_ps;
    return run_sliced(run, slice_ps, progress, NULL, error);
}

/* What a run writes, opened before it begins, so that nobody waits for what cannot be written. */
struct run_files {
    struct iptfs_outfile json;
    struct iptfs_outfile csv;
    struct iptfs_trace_file trace;
    struct iptfs_run_captures captures;
    struct iptfs_series series;
};

static int open_files(struct run_files *files, const struct iptfs_run_request *request,
                      const struct iptfs_scenario *scenario, const char *directory,
                      struct iptfs_error *error)
{
    bool existed = access(directory, F_OK) == 0;
    int code = iptfs_make_directory(directory, error);
    if (code == IPTFS_OK)
        code = iptfs_outfile_open_in(&files->json, directory, "summary.json", error);
    if (code == IPTFS_OK)
        code = iptfs_outfile_open_in(&files->csv, directory, "summary.csv", error);
    if (code == IPTFS_OK && request->trace_path != NULL)
        code = iptfs_trace_file_open(&files->trace, request->trace_path, error);
    if (code == IPTFS_OK && request->pcap_prefix != NULL)
        code = iptfs_run_captures_open(&files->captures, request->pcap_prefix, scenario, error);
    if (code == IPTFS_OK && request->series_ps > 0)
        code = iptfs_series_open(&files->series, directory, error);
    if (code != IPTFS_OK && !existed)
        rmdir(directory); /* nothing is written when something is wrong */
    return code;
}

static void discard_files(struct run_files *files)
{
    iptfs_outfile_discard(&files->json);
    iptfs_outfile_discard(&files->csv);
    iptfs_trace_file_free(&files->trace);
    iptfs_run_captures_free(&files->captures);
    iptfs_series_free(&files->series);
}

/* Writes all, then gives all their names. */
static int commit_files(struct run_files *files, const struct iptfs_run_request *request,
                        const struct iptfs_run *run, const json_t *summary,
                        struct iptfs_error *error)
{
    if (iptfs_results_write_json(summary, files->json.file) != IPTFS_OK ||
        iptfs_results_write_csv(summary, files->csv.file) != IPTFS_OK)
        return iptfs_fail(error, IPTFS_E_IO, "%s: cannot write the file", files->json.path);
    int code = IPTFS_OK;
    if (request->pcap_prefix != NULL)
        code = iptfs_run_captures_commit(&files->captures, run, error);
    if (code == IPTFS_OK && request->trace_path != NULL)
        code = iptfs_trace_file_commit(&files->trace, error);
    if (code == IPTFS_OK && request->series_ps > 0)
        code = iptfs_series_commit(&files->series, error);
    if (code == IPTFS_OK)
        code = iptfs_outfile_commit(&files->csv, error);
    return code == IPTFS_OK ? iptfs_outfile_commit(&files->json, error) : code;
}

static void print_summary(const struct iptfs_run_request *request, const char *directory,
                          const struct iptfs_results *results, const json_t *summary,
                          const struct iptfs_run_cost *cost, FILE *out)
{
    if (request->quiet)
        return;
    if (request->output == IPTFS_OUTPUT_JSON) {
        iptfs_results_write_json(summary, out);
    } else if (request->output == IPTFS_OUTPUT_CSV) {
        iptfs_results_write_csv(summary, out);
    } else {
        iptfs_results_write_text(results, cost, out);
        fprintf(out, "%-20s %s/summary.json, %s/summary.csv\n", "Written", directory, directory);
        if (request->trace_path != NULL)
            fprintf(out, "%-20s %s\n", "Trace", request->trace_path);
        if (request->pcap_prefix != NULL)
            fprintf(out, "%-20s %s-*.pcap\n", "Captures", request->pcap_prefix);
        if (request->series_ps > 0)
            fprintf(out, "%-20s %s/series.csv, and plots of it: series-*.svg, .png\n", "Series",
                    directory);
    }
}

static int report(const struct iptfs_run_request *request, const char *directory,
                  const struct iptfs_run *run, const struct iptfs_run_cost *cost,
                  struct run_files *files, FILE *out, struct iptfs_error *error)
{
    struct iptfs_results results = iptfs_run_results(run);
    json_t *summary = iptfs_results_json(&results);
    if (summary == NULL)
        return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
    int code = commit_files(files, request, run, summary, error);
    if (code == IPTFS_OK)
        print_summary(request, directory, &results, summary, cost, out);
    json_decref(summary);
    if (code == IPTFS_OK && request->series_ps > 0)
        code = iptfs_series_draw(&files->series, directory, error);
    return code;
}

/* The run itself, between open files and the report. */
static int simulate(const struct iptfs_run_request *request, struct iptfs_run *run,
                    const struct iptfs_scenario *scenario, struct run_files *files,
                    struct iptfs_error *error)
{
    uint64_t seed = request->seed_given ? request->seed : scenario->seed;
    int code = iptfs_run_init(run, scenario, seed, request->run, error);
    if (code != IPTFS_OK)
        return code;
    for (int i = 0; request->trace_path != NULL && i < IPTFS_DIRECTIONS; i++)
        iptfs_run_trace(run, (enum iptfs_direction)i,
                        iptfs_trace_file_trace(&files->trace, (enum iptfs_direction)i));
    if (request->pcap_prefix != NULL &&
        iptfs_run_captures_attach(&files->captures, run) != IPTFS_OK)
        return engine_failed(error, IPTFS_NS3_EENGINE);
    code = run_to_end(run, request, &files->series, error);
    if (code == IPTFS_OK)
        code = iptfs_run_finish(run, error);
    return code;
}

int iptfs_run_summary(const struct iptfs_scenario *scenario, json_t **summary,
                      struct iptfs_error *error)
{
    static struct iptfs_run run; /* large, and one at a time as ns-3 is */
    const struct iptfs_run_request request = {.quiet = true};
    struct run_files files = {0};
    int code = simulate(&request, &run, scenario, &files, error);
    if (code == IPTFS_OK) {
        struct iptfs_results results = iptfs_run_results(&run);
        *summary = iptfs_results_json(&results);
        if (*summary == NULL)
            code = iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
    }
    iptfs_run_free(&run);
    return code;
}

/* A tunnel that stopped is a result, and is written, but no success. */
static int check_breakers(const struct iptfs_run *run, struct iptfs_error *error)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        const struct iptfs_circuit_breaker *breaker = &run->direction[i].tunnel.breaker;
        if (run->direction[i].used && breaker->tripped)
            return iptfs_fail(
                error, IPTFS_E_STOPPED,
                "%s: the circuit breaker stopped the %s direction at %s, at a loss of "
                "%.3g %%",
                run->scenario->path, i == IPTFS_FORWARD ? "forward" : "reverse",
                iptfs_show_time(breaker->tripped_ps).text, 100.0 * breaker->tripped_loss);
    }
    return IPTFS_OK;
}

/* So that nobody fills a disk by a slip of the pen. */
static int check_series(const struct iptfs_run_request *request,
                        const struct iptfs_scenario *scenario, struct iptfs_error *error)
{
    enum {
        LINES_MAX = 1000000
    };
    if (request->series_ps == 0 || scenario->duration_ps / LINES_MAX < request->series_ps)
        return IPTFS_OK;
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "--series: found '%s', allowed: above %s (%d lines in the duration of %s)",
                      iptfs_exact_time(request->series_ps).text,
                      iptfs_exact_time(scenario->duration_ps / LINES_MAX).text, LINES_MAX,
                      iptfs_exact_time(scenario->duration_ps).text);
}

static int run_scenario(const struct iptfs_run_request *request,
                        const struct iptfs_scenario *scenario, const char *directory, FILE *out,
                        struct iptfs_error *error)
{
    static struct iptfs_run run; /* large, and one at a time as ns-3 is */
    struct run_files files = {0};
    int code = check_series(request, scenario, error);
    if (code == IPTFS_OK)
        code = open_files(&files, request, scenario, directory, error);
    if (code == IPTFS_OK) {
        double begun_s = iptfs_wall_s();
        code = simulate(request, &run, scenario, &files, error);
        struct iptfs_run_cost cost = {iptfs_wall_s() - begun_s, run.events};
        if (code == IPTFS_OK)
            code = report(request, directory, &run, &cost, &files, out, error);
        if (code == IPTFS_OK)
            code = check_breakers(&run, error);
        iptfs_run_free(&run);
    }
    discard_files(&files);
    return code;
}

int iptfs_run_command(const struct iptfs_run_request *request, FILE *out, struct iptfs_error *error)
{
    struct iptfs_scenario scenario;
    int code = iptfs_scenario_load(&scenario, request->scenario_path, request->sets,
                                   request->n_sets, error);
    if (code != IPTFS_OK)
        return code;
    char *directory =
        request->out_dir != NULL ? strdup(request->out_dir) : iptfs_path_join("out", scenario.name);
    if (directory == NULL)
        code = iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
    else
        code = run_scenario(request, &scenario, directory, out, error);
    free(directory);
    iptfs_scenario_free(&scenario);
    return code;
}
