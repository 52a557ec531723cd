/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include "config.h"
#include "ns3shim.h"
#include "outfile.h"
#include "runpcap.h"
#include "tracefile.h"
#include "traffic.h"
#include "units.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int engine_failed(struct iptfs_error *error, int ns3_code)
{
    return iptfs_fail(error, IPTFS_E_ENGINE, "ns-3: %s", ns3shim_strerror(ns3_code));
}

/* The stream of an impairment that is on. */
static void open_stream(const struct iptfs_run *run, enum iptfs_direction direction,
                        enum iptfs_random_use use, struct iptfs_random **stream, int *error)
{
    *stream = iptfs_random_new(run->seed, run->run, use, direction);
    if (*stream == NULL)
        *error = IPTFS_E_NO_MEMORY;
}

static int add_chance(const struct iptfs_run *run, enum iptfs_direction direction,
                      struct iptfs_impair *impair)
{
    const struct iptfs_link_options *link = &run->scenario->link[direction];
    int error = IPTFS_OK;
    impair->gemodel = (struct iptfs_gemodel){
        .p = link->gemodel_p,
        .r = link->gemodel_r,
        .bad = link->gemodel_bad,
        .good = link->gemodel_good,
    };
    impair->reorder = (struct iptfs_coin){link->reorder, link->reorder_correlation, false, false};
    impair->duplicate =
        (struct iptfs_coin){link->duplicate, link->duplicate_correlation, false, false};
    impair->jitter = (struct iptfs_jitter){
        .spread_ps = link->jitter_ps,
        .correlation = link->jitter_correlation,
        .kind = link->jitter_kind,
    };
    impair->keeps_order = link->jitter_keeps_order;
    iptfs_impair_set_blackouts(impair, link->blackouts.item, link->blackouts.count);
    if (link->gemodel_p > 0 || link->gemodel_good > 0)
        open_stream(run, direction, IPTFS_RANDOM_GEMODEL, &impair->gemodel_stream, &error);
    if (link->reorder > 0)
        open_stream(run, direction, IPTFS_RANDOM_REORDER, &impair->reorder_stream, &error);
    if (link->duplicate > 0)
        open_stream(run, direction, IPTFS_RANDOM_DUPLICATE, &impair->duplicate_stream, &error);
    if (link->jitter_ps > 0)
        open_stream(run, direction, IPTFS_RANDOM_JITTER, &impair->jitter_stream, &error);
    if (error != IPTFS_OK)
        iptfs_impair_free(impair);
    return error;
}

static int add_impair(const struct iptfs_run *run, enum iptfs_direction direction,
                      struct iptfs_impair *impair)
{
    const struct iptfs_link_options *link = &run->scenario->link[direction];
    struct iptfs_random *loss = iptfs_random_new(run->seed, run->run, IPTFS_RANDOM_LOSS, direction);
    struct iptfs_random *ce = iptfs_random_new(run->seed, run->run, IPTFS_RANDOM_CE, direction);
    if (loss == NULL || ce == NULL) {
        iptfs_random_free(loss);
        iptfs_random_free(ce);
        return IPTFS_E_NO_MEMORY;
    }
    int error = iptfs_impair_init(impair, link->loss, loss, link->impair_items, link->impair_count);
    if (error == IPTFS_OK)
        iptfs_impair_set_ce(impair, link->ce, ce);
    else
        iptfs_random_free(ce);
    return error == IPTFS_OK ? add_chance(run, direction, impair) : error;
}

static int add_link(struct iptfs_run *run, enum iptfs_direction direction)
{
    struct iptfs_run_direction *way = &run->direction[direction];
    const struct iptfs_link_options *options = &run->scenario->link[direction];
    struct iptfs_link_config config = iptfs_config_link(options);
    struct iptfs_impair impair;
    int error = add_impair(run, direction, &impair);
    if (error != IPTFS_OK)
        return error;
    if (options->device == IPTFS_DEVICE_P2P)
        return iptfs_engine_p2p_link(&way->engine, &config, &impair);
    struct iptfs_link *link;
    error = iptfs_direct_link_new(&link, &config, &impair, &way->tunnel.store, NULL);
    if (error == IPTFS_OK)
        iptfs_tunnel_set_link(&way->tunnel, link);
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
        if (scenario->traffic[i].direction != direction)
            continue;
        struct iptfs_traffic_setup setup = {
            .options = &scenario->traffic[i],
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
    way->tunnel.leak = &way->leak;
    return iptfs_leak_init(&way->leak, run->scenario->leak_interval_ps, run->scenario->duration_ps);
}

static int add_direction(struct iptfs_run *run, enum iptfs_direction direction,
                         struct iptfs_error *error)
{
    struct iptfs_run_direction *way = &run->direction[direction];
    const struct iptfs_tunnel_options *tunnel = &run->scenario->tunnel[direction];
    struct iptfs_sender_config sender =
        iptfs_config_sender(tunnel, &run->scenario->link[direction]);
    struct iptfs_receiver_config receiver = iptfs_config_receiver(tunnel);
    way->used = true;
    int code = iptfs_tunnel_init(&way->tunnel, &sender, &receiver);
    struct iptfs_breaker_config breaker = iptfs_config_breaker(tunnel);
    iptfs_tunnel_set_breaker(&way->tunnel, &breaker);
    iptfs_tunnel_set_mtu_changes(
        &way->tunnel, way->mtu_changes,
        iptfs_config_mtu_changes(tunnel, &run->scenario->link[direction], way->mtu_changes));
    if (code == IPTFS_OK)
        code = iptfs_engine_init(&way->engine, &way->tunnel);
    if (code == IPTFS_OK)
        code = add_link(run, direction);
    if (code == IPTFS_OK)
        code = add_sources(run, direction, error);
    if (code == IPTFS_OK && run->scenario->leak)
        code = add_leak(run, way);
    return code;
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

int iptfs_run_init(struct iptfs_run *run, const struct iptfs_scenario *scenario, uint64_t seed,
                   uint64_t number, struct iptfs_error *error)
{
    *run = (struct iptfs_run){.scenario = scenario, .seed = seed, .run = number};
    int code = ns3shim_open();
    if (code != 0)
        return engine_failed(error, code);
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
    return IPTFS_OK;
}

void iptfs_run_trace(struct iptfs_run *run, enum iptfs_direction direction,
                     struct iptfs_trace trace)
{
    run->direction[direction].tunnel.trace = trace;
    run->direction[direction].tunnel.sender.eager = true;
}

int iptfs_run_until(struct iptfs_run *run, int64_t until_ps, struct iptfs_error *error)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        if (run->direction[i].used)
            iptfs_engine_wake(&run->direction[i].engine);
    int code = ns3shim_run_until(until_ps);
    if (code < 0)
        return engine_failed(error, code);
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        code = run->direction[i].engine.error;
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

int iptfs_run_finish(struct iptfs_run *run, struct iptfs_error *error)
{
    run->events = ns3shim_event_count();
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        if (!run->direction[i].used)
            continue;
        int code = iptfs_tunnel_close(&run->direction[i].tunnel, run->scenario->duration_ps);
        if (code == IPTFS_OK && run->scenario->leak)
            code = report_leak(run, (enum iptfs_direction)i);
        if (code != IPTFS_OK)
            return iptfs_fail(error, code, "%s: %s", run->scenario->path, iptfs_error_name(code));
    }
    return IPTFS_OK;
}

struct iptfs_results iptfs_run_results(const struct iptfs_run *run)
{
    struct iptfs_results results = {
        .scenario = run->scenario,
        .seed = run->seed,
        .run = run->run,
    };
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        const struct iptfs_run_direction *way = &run->direction[i];
        if (!way->used)
            continue;
        results.tunnel[i] = &way->tunnel;
        results.leak[i] = run->scenario->leak ? &way->leak_report : NULL;
        results.skipped_pkts[i] = iptfs_traffic_skipped(way->source);
    }
    return results;
}

void iptfs_run_free(struct iptfs_run *run)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        struct iptfs_run_direction *way = &run->direction[i];
        if (!way->used)
            continue;
        iptfs_tunnel_free(&way->tunnel);
        iptfs_engine_free(&way->engine);
        iptfs_traffic_free(way->source);
        iptfs_leak_free(&way->leak);
    }
    ns3shim_close();
}

/* A bar on a terminal, for runs that take longer than a moment. */
struct progress {
    bool shown;
    double next_s;
};

static double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void show_progress(struct progress *progress, double begun_s, int part, int parts)
{
    enum {
        WIDTH = 40
    };
    double now_s = wall_s();
    if (now_s < progress->next_s)
        return;
    int filled = WIDTH * part / parts;
    double left_s = part > 0 ? (now_s - begun_s) * (parts - part) / part : 0;
    fprintf(stderr, "\r[%.*s%*s] %3d %%, %.0f s left ", filled,
            "########################################", WIDTH - filled, "", 100 * part / parts,
            left_s);
    progress->shown = true;
    progress->next_s = now_s + 0.2;
}

/* Runs to the end, in slices where somebody watches; slices change nothing in the run. */
static int run_watched(struct iptfs_run *run, bool watched, struct iptfs_error *error)
{
    enum {
        SLICES = 1000
    };
    int64_t duration_ps = run->scenario->duration_ps;
    if (!watched)
        return iptfs_run_until(run, duration_ps, error);
    double begun_s = wall_s();
    struct progress progress = {.next_s = begun_s + 1.0};
    int code = IPTFS_OK;
    for (int part = 1; part <= SLICES && code == IPTFS_OK; part++) {
        int64_t until_ps = part < SLICES ? duration_ps / SLICES * part : duration_ps;
        code = iptfs_run_until(run, until_ps, error);
        show_progress(&progress, begun_s, part, SLICES);
    }
    if (progress.shown)
        fprintf(stderr, "\r%70s\r", "");
    return code;
}

/* What a run writes, opened before it begins, so that nobody waits for what cannot be written. */
struct run_files {
    struct iptfs_outfile json;
    struct iptfs_outfile csv;
    struct iptfs_tracefile trace;
    struct iptfs_runpcap captures;
};

static int open_summary(struct iptfs_outfile *file, const char *directory, const char *name,
                        struct iptfs_error *error)
{
    char *path = iptfs_path_join(directory, name);
    if (path == NULL)
        return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
    int code = iptfs_outfile_open(file, path, error);
    free(path);
    return code;
}

static int open_files(struct run_files *files, const struct iptfs_run_request *request,
                      const struct iptfs_scenario *scenario, const char *directory,
                      struct iptfs_error *error)
{
    bool existed = access(directory, F_OK) == 0;
    int code = iptfs_make_directory(directory, error);
    if (code == IPTFS_OK)
        code = open_summary(&files->json, directory, "summary.json", error);
    if (code == IPTFS_OK)
        code = open_summary(&files->csv, directory, "summary.csv", error);
    if (code == IPTFS_OK && request->trace_path != NULL)
        code = iptfs_tracefile_open(&files->trace, request->trace_path, error);
    if (code == IPTFS_OK && request->pcap_prefix != NULL)
        code = iptfs_runpcap_open(&files->captures, request->pcap_prefix, scenario, error);
    if (code != IPTFS_OK && !existed)
        rmdir(directory); /* nothing is written when something is wrong */
    return code;
}

static void discard_files(struct run_files *files)
{
    iptfs_outfile_discard(&files->json);
    iptfs_outfile_discard(&files->csv);
    iptfs_tracefile_free(&files->trace);
    iptfs_runpcap_free(&files->captures);
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
        code = iptfs_runpcap_commit(&files->captures, run, error);
    if (code == IPTFS_OK && request->trace_path != NULL)
        code = iptfs_tracefile_commit(&files->trace, error);
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
                        iptfs_tracefile_trace(&files->trace, (enum iptfs_direction)i));
    if (request->pcap_prefix != NULL)
        iptfs_runpcap_attach(&files->captures, run);
    code = run_watched(run, !request->quiet && isatty(STDERR_FILENO), error);
    if (code == IPTFS_OK)
        code = iptfs_run_finish(run, error);
    return code;
}

int iptfs_run_summary(const struct iptfs_scenario *scenario, json_t **summary,
                      struct iptfs_error *error)
{
    static struct iptfs_run run; /* large, and one at a time as ns-3 is */
    const struct iptfs_run_request request = {.quiet = true};
    int code = simulate(&request, &run, scenario, NULL, error);
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
        const struct iptfs_breaker *breaker = &run->direction[i].tunnel.breaker;
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

static int run_scenario(const struct iptfs_run_request *request,
                        const struct iptfs_scenario *scenario, const char *directory, FILE *out,
                        struct iptfs_error *error)
{
    static struct iptfs_run run; /* large, and one at a time as ns-3 is */
    struct run_files files = {0};
    int code = open_files(&files, request, scenario, directory, error);
    if (code == IPTFS_OK) {
        double begun_s = wall_s();
        code = simulate(request, &run, scenario, &files, error);
        struct iptfs_run_cost cost = {wall_s() - begun_s, run.events};
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
