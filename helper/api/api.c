/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The body of iptfs.h. It is here and not in model/, because it takes options from the table of
 * scenario keys and builds its tunnels as `iptfs-sim run` does. */
#include "iptfs.h"

#include "base/error.h"
#include "base/units.h"
#include "ns3/device_pair.h"
#include "ns3/failure.h"
#include "ns3/sim.h"
#include "run/run.h"
#include "scenario/scenario.h"
#include "scenario/sections.h"
#include "text/quantity.h"
#include "text/suggest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char device_mtu[] = "device-mtu";
static const char run_name[] = "run";
static const char stream_name[] = "stream";

/* The observer of what an end sends. */
struct watched {
    struct iptfs_pair *pair;
    int end;
    struct iptfs_observer observer;
};

struct iptfs_pair {
    struct iptfs_scenario scenario;
    struct iptfs_run run;
    struct iptfs_device_pair device;
    struct iptfs_pair_watch watch;
    struct watched watched[IPTFS_DEVICE_PAIR_ENDS];
    uint32_t mtu_octets;
    uint64_t number; /* "run" */
    uint64_t stream;
    uint32_t index[IPTFS_DEVICE_PAIR_ENDS]; /* of the devices */
    int64_t last_ps; /* time of the last event: the end of the tunnels if ns-3's simulation ended
                        first */
    int outcome;
    bool joined;
    bool finished;
};

int iptfs_api_version(void)
{
    return IPTFS_API_VERSION;
}

const char *iptfs_release(void)
{
    return IPTFS_VERSION;
}

/* Copies the line to the user's buffer, and returns its code. */
static int report_error(const struct iptfs_error *error, char *text)
{
    snprintf(text, IPTFS_PAIR_ERROR_SIZE, "%s", error->text);
    return error->code;
}

/* ------------------------------------------------------------------------------------ watching */

static void on_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    struct watched *watched = ctx;
    const struct iptfs_pair_watch *watch = &watched->pair->watch;
    watched->pair->last_ps = now_ps;
    if (watch->sent != NULL)
        watch->sent(watch->ctx, watched->end, now_ps, outer->ip_octets, outer->slices);
}

static void on_received(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    struct watched *watched = ctx;
    const struct iptfs_pair_watch *watch = &watched->pair->watch;
    watched->pair->last_ps = now_ps;
    if (watch->received != NULL)
        watch->received(watch->ctx, watched->end, now_ps, outer->ip_octets, outer->slices);
}

static void on_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    struct watched *watched = ctx;
    const struct iptfs_pair_watch *watch = &watched->pair->watch;
    watched->pair->last_ps = now_ps;
    if (watch->delivered != NULL && inner->handle != NULL)
        watch->delivered(watch->ctx, watched->end, now_ps, inner->handle,
                         now_ps - inner->arrived_ps);
}

static void on_ended(void *ctx, const struct iptfs_inner *inner)
{
    struct watched *watched = ctx;
    const struct iptfs_pair_watch *watch = &watched->pair->watch;
    if (watch->dropped != NULL)
        watch->dropped(watch->ctx, watched->end, inner->handle,
                       inner->drop_cause == IPTFS_DROP_NONE
                           ? "inside"
                           : iptfs_drop_cause_name((enum iptfs_drop_cause)inner->drop_cause));
}

static void watch_end(struct iptfs_pair *pair, int end)
{
    struct watched *watched = &pair->watched[end];
    *watched = (struct watched){
        .pair = pair,
        .end = end,
        .observer =
            {
                .sent = on_sent,
                .received = on_received,
                .delivered = on_delivered,
                .ended = on_ended,
                .ctx = watched,
            },
    };
    iptfs_tunnel_observe(&pair->run.direction[end].tunnel, &watched->observer);
}

/* ------------------------------------------------------------------------------------- options */

static int refuse_name(const char *name, struct iptfs_error *error)
{
    struct iptfs_suggest nearest = {.found = name};
    iptfs_section_suggest(&iptfs_section_tunnel, &nearest);
    iptfs_section_suggest(&iptfs_section_link, &nearest);
    iptfs_suggest_offer(&nearest, "seed");
    iptfs_suggest_offer(&nearest, run_name);
    iptfs_suggest_offer(&nearest, stream_name);
    iptfs_suggest_offer(&nearest, device_mtu);
    if (nearest.best == NULL)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "found no option '%s', allowed: keys of [tunnel] and [link], seed, %s, "
                          "%s, %s",
                          iptfs_quoted(name).text, run_name, stream_name, device_mtu);
    return iptfs_fail(error, IPTFS_E_INVALID, "found no option '%s'%s", iptfs_quoted(name).text,
                      iptfs_suggest_hint(&nearest).text);
}

/* The section of an option that is named without one; NULL when there is no such option. */
static const char *section_of(const char *name)
{
    static const struct iptfs_section *const sections[] = {&iptfs_section_tunnel,
                                                           &iptfs_section_link};
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        if (iptfs_section_find(sections[i], name, NULL) != NULL)
            return sections[i]->name;
    return strcmp(name, "seed") == 0 ? iptfs_section_scenario.name : NULL;
}

/* The option as an override of a scenario, "section.key=value", to be freed. */
static int override_of(const struct iptfs_setting *setting, char **text, struct iptfs_error *error)
{
    const char *section = "", *dot = "";
    if (strchr(setting->name, '.') == NULL) {
        section = section_of(setting->name);
        dot = ".";
    }
    if (section == NULL)
        return refuse_name(setting->name, error);
    if (asprintf(text, "%s%s%s=%s", section, dot, setting->name, setting->value) >= 0)
        return IPTFS_OK;
    *text = NULL;
    return iptfs_fail_no_memory(error);
}

static int set_device_mtu(struct iptfs_pair *pair, const char *value, struct iptfs_error *error)
{
    uint64_t octets;
    if (iptfs_parse_octets(value, &octets, NULL) != IPTFS_OK || octets < 68 ||
        octets > IPTFS_DEVICE_PAIR_MTU_OCTETS)
        return iptfs_fail(error, IPTFS_E_INVALID, "%s: found '%s', allowed: 68B to %uB", device_mtu,
                          iptfs_quoted(value).text, IPTFS_DEVICE_PAIR_MTU_OCTETS);
    pair->mtu_octets = (uint32_t)octets;
    return IPTFS_OK;
}

static int set_number(const struct iptfs_setting *setting, uint64_t *number,
                      struct iptfs_error *error)
{
    int code = iptfs_parse_number(setting->value, number, error);
    if (code == IPTFS_OK)
        return IPTFS_OK;
    return iptfs_fail(error, code, "%s: found '%s', allowed: a whole number", setting->name,
                      iptfs_quoted(setting->value).text);
}

/* One option: that of this interface is read here, one of scenarios becomes an override. */
static int read_setting(struct iptfs_pair *pair, const struct iptfs_setting *setting, char **sets,
                        size_t *n_sets, struct iptfs_error *error)
{
    if (strcmp(setting->name, device_mtu) == 0)
        return set_device_mtu(pair, setting->value, error);
    if (strcmp(setting->name, run_name) == 0)
        return set_number(setting, &pair->number, error);
    if (strcmp(setting->name, stream_name) == 0)
        return set_number(setting, &pair->stream, error);
    return override_of(setting, &sets[(*n_sets)++], error);
}

/* A scenario's error names an override as the command line has it; here there is none. */
static int name_setting(char *const *sets, struct iptfs_error *error)
{
    struct iptfs_error found = *error;
    if (found.origin.place != IPTFS_PLACE_OVERRIDE)
        return found.code;
    return iptfs_fail(error, found.code, "%s: %s", iptfs_quoted(sets[found.origin.override]).text,
                      iptfs_error_without_place(&found));
}

static int read_settings(struct iptfs_pair *pair, const struct iptfs_setting *settings,
                         size_t count, struct iptfs_error *error)
{
    char **sets = calloc(count + 1, sizeof *sets);
    size_t n_sets = 0;
    int code = sets != NULL ? IPTFS_OK : iptfs_fail_no_memory(error);
    for (size_t i = 0; i < count && code == IPTFS_OK; i++) {
        if (settings[i].name == NULL || settings[i].value == NULL)
            code = iptfs_fail(error, IPTFS_E_INVALID, "option %zu has no name or no value", i);
        else
            code = read_setting(pair, &settings[i], sets, &n_sets, error);
    }
    if (code == IPTFS_OK) {
        code =
            iptfs_scenario_parse_tunnel(&pair->scenario, (const char *const *)sets, n_sets, error);
        if (code != IPTFS_OK)
            code = name_setting(sets, error);
    }
    for (size_t i = 0; i < n_sets; i++)
        free(sets[i]);
    free(sets);
    return code;
}

/* -------------------------------------------------------------------------------------- making */

static int join(struct iptfs_pair *pair, void *node_0, void *node_1, struct iptfs_error *error)
{
    struct iptfs_run_direction *direction = pair->run.direction;
    struct iptfs_device_pair_setup setup = {
        .node = {node_0, node_1},
        .engine = {&direction[0].engine, &direction[1].engine},
        .mtu_octets = pair->mtu_octets,
    };
    for (int end = 0; end < IPTFS_DEVICE_PAIR_ENDS; end++)
        watch_end(pair, end);
    int code = iptfs_device_pair_init(&pair->device, &setup);
    if (code == IPTFS_E_INVALID)
        return iptfs_fail(error, code, "found no two different nodes");
    if (code != IPTFS_OK)
        return iptfs_fail(error, code, "%s", iptfs_error_name(code));
    pair->joined = true;
    for (int end = 0; end < IPTFS_DEVICE_PAIR_ENDS; end++) {
        pair->index[end] = iptfs_device_pair_index(&pair->device, end);
        iptfs_engine_arm(&direction[end].engine);
    }
    return IPTFS_OK;
}

/* A link of ns-3 needs a finer clock than the user's simulation may have. */
static int check_links(const struct iptfs_scenario *scenario, struct iptfs_error *error)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        if (scenario->link[i].device == IPTFS_DEVICE_P2P && !iptfs_ns3_counts_ps())
            return iptfs_fail(error, IPTFS_E_INVALID,
                              "device: found 'p2p', allowed: direct, for this simulation's clock "
                              "does not count picoseconds (ns3::Time::SetResolution)");
    return IPTFS_OK;
}

/* Run numbers are small, so the bits above 32 are free for streams. */
static int build(struct iptfs_pair *pair, struct iptfs_error *error)
{
    uint64_t number = pair->number + (pair->stream << 32);
    return iptfs_run_build(&pair->run, &pair->scenario, pair->scenario.seed, number, error);
}

static int make(struct iptfs_pair *pair, void *node_0, void *node_1,
                const struct iptfs_setting *settings, size_t count, struct iptfs_error *error)
{
    int code = read_settings(pair, settings, count, error);
    if (code != IPTFS_OK)
        return code;
    int ns3_code = iptfs_ns3_attach();
    if (ns3_code != 0)
        return iptfs_fail(error, iptfs_ns3_failure(ns3_code), "ns-3: %s",
                          iptfs_ns3_strerror(ns3_code));
    if (iptfs_ns3_now_ps() > 0)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "the simulation has run already: tunnels must be made before");
    code = check_links(&pair->scenario, error);
    if (code == IPTFS_OK)
        code = build(pair, error);
    return code == IPTFS_OK ? join(pair, node_0, node_1, error) : code;
}

int iptfs_pair_new(struct iptfs_pair **out, void *node_0, void *node_1,
                   const struct iptfs_setting *settings, size_t count,
                   const struct iptfs_pair_watch *watch, char error[IPTFS_PAIR_ERROR_SIZE])
{
    struct iptfs_error line = {0};
    *out = NULL;
    if (watch != NULL && (watch->version < 1 || watch->version > IPTFS_API_VERSION)) {
        iptfs_fail(&line, IPTFS_E_INVALID, "found version %d of the watch, allowed: 1 to %d",
                   watch->version, IPTFS_API_VERSION);
        return report_error(&line, error);
    }
    if (settings == NULL && count > 0) {
        iptfs_fail(&line, IPTFS_E_INVALID, "found no settings, but a count of %zu", count);
        return report_error(&line, error);
    }
    struct iptfs_pair *pair = calloc(1, sizeof *pair);
    if (pair == NULL) {
        iptfs_fail_no_memory(&line);
        return report_error(&line, error);
    }
    pair->number = 1;
    if (watch != NULL)
        pair->watch = *watch;
    if (make(pair, node_0, node_1, settings, count, &line) != IPTFS_OK) {
        iptfs_pair_free(pair);
        return report_error(&line, error);
    }
    *out = pair;
    return IPTFS_OK;
}

/* Makes the tunnels anew, on the devices that there are. */
static int rebuild(struct iptfs_pair *pair, struct iptfs_error *error)
{
    iptfs_run_demolish(&pair->run);
    int code = build(pair, error);
    for (int end = 0; end < IPTFS_DEVICE_PAIR_ENDS && code == IPTFS_OK; end++)
        watch_end(pair, end);
    if (code == IPTFS_OK && iptfs_device_pair_join(&pair->device) != IPTFS_OK)
        code = iptfs_fail_no_memory(error);
    for (int end = 0; end < IPTFS_DEVICE_PAIR_ENDS && code == IPTFS_OK; end++)
        iptfs_engine_arm(&pair->run.direction[end].engine);
    if (code != IPTFS_OK) { /* there is no tunnel any more, and the devices drop what they get */
        iptfs_device_pair_free(&pair->device);
        pair->finished = true;
        pair->outcome = code;
    }
    return code;
}

static bool is_unused(const struct iptfs_pair *pair)
{
    for (int end = 0; end < IPTFS_DEVICE_PAIR_ENDS; end++)
        if (pair->run.direction[end].tunnel.store.ledger.offered.pkts > 0)
            return false;
    return !pair->finished && iptfs_ns3_now_ps() == 0;
}

int iptfs_pair_set_stream(struct iptfs_pair *pair, uint64_t stream,
                          char error[IPTFS_PAIR_ERROR_SIZE])
{
    struct iptfs_error line = {0};
    if (stream > UINT32_MAX)
        iptfs_fail(&line, IPTFS_E_INVALID, "stream: found %" PRIu64 ", allowed: 0 to %" PRIu32,
                   stream, UINT32_MAX);
    else if (!is_unused(pair))
        iptfs_fail(&line, IPTFS_E_INVALID,
                   "the simulation has run already: streams must be chosen before");
    else {
        pair->stream = stream;
        rebuild(pair, &line);
    }
    return report_error(&line, error);
}

/* ------------------------------------------------------------------------------------- reading */

static bool is_end(int end)
{
    return end >= 0 && end < IPTFS_DEVICE_PAIR_ENDS;
}

uint32_t iptfs_pair_index(const struct iptfs_pair *pair, int end)
{
    return is_end(end) ? pair->index[end] : UINT32_MAX;
}

void *iptfs_pair_device(const struct iptfs_pair *pair, int end)
{
    return !is_end(end) || pair->finished ? NULL : iptfs_device_pair_pointer(&pair->device, end);
}

uint32_t iptfs_pair_payload_octets(const struct iptfs_pair *pair, int end)
{
    return is_end(end) ? pair->run.direction[end].tunnel.sender.packer.payload_octets : 0;
}

uint32_t iptfs_pair_space(const struct iptfs_pair *pair, int end)
{
    return iptfs_pair_payload_octets(pair, end);
}

/* Indexes of the counters: those of Linux and of RFC 9348, then the ledger's. */
enum {
    INSIDE = IPTFS_COUNTER_COUNT,
    DELIVERED,
    DROPPED, /* the first drop cause */
    OFFERED = DROPPED + IPTFS_DROP_COUNT - 1,
    COUNTERS
};

static const char *ledger_counter_name(size_t index)
{
    switch (index) {
    case INSIDE:
        return "inside";
    case DELIVERED:
        return "delivered";
    case OFFERED:
        return "offered";
    default:
        return iptfs_drop_cause_name(iptfs_drop_cause_at(index - DROPPED));
    }
}

int iptfs_pair_counter_name(size_t index, char name[IPTFS_PAIR_NAME_SIZE])
{
    if (index >= COUNTERS)
        return 0;
    if (index >= IPTFS_COUNTER_COUNT) {
        snprintf(name, IPTFS_PAIR_NAME_SIZE, "%s", ledger_counter_name(index));
    } else {
        const struct iptfs_counter_name *counter = iptfs_counter_name((enum iptfs_counter)index);
        snprintf(name, IPTFS_PAIR_NAME_SIZE, "%s%s%s", counter->group,
                 *counter->group != '\0' ? "/" : "", counter->name);
    }
    return 1;
}

static uint64_t counter_at(const struct iptfs_tunnel *tunnel, size_t index)
{
    const struct iptfs_ledger *ledger = &tunnel->store.ledger;
    if (index < IPTFS_COUNTER_COUNT)
        return tunnel->counters.value[index];
    switch (index) {
    case INSIDE:
        return iptfs_ledger_in_flight(ledger);
    case DELIVERED:
        return ledger->delivered.pkts;
    case OFFERED:
        return ledger->offered.pkts;
    default:
        return ledger->dropped[iptfs_drop_cause_at(index - DROPPED)].pkts;
    }
}

int iptfs_pair_counter(const struct iptfs_pair *pair, int end, const char *name, uint64_t *value,
                       char error[IPTFS_PAIR_ERROR_SIZE])
{
    char names[COUNTERS][IPTFS_PAIR_NAME_SIZE];
    struct iptfs_suggest nearest = {.found = name};
    struct iptfs_error line = {0};
    if (!is_end(end)) {
        iptfs_fail(&line, IPTFS_E_INVALID, "found end %d, allowed: 0 and 1", end);
        return report_error(&line, error);
    }
    for (size_t i = 0; i < COUNTERS; i++) {
        iptfs_pair_counter_name(i, names[i]);
        if (strcmp(names[i], name) == 0) {
            *value = counter_at(&pair->run.direction[end].tunnel, i);
            return IPTFS_OK;
        }
    }
    /* Only now, for it costs a hundred times what the search does. */
    for (size_t i = 0; i < COUNTERS; i++)
        iptfs_suggest_offer(&nearest, names[i]);
    iptfs_fail(&line, IPTFS_E_INVALID, "found no counter '%s'%s", iptfs_quoted(name).text,
               iptfs_suggest_hint(&nearest).text);
    return report_error(&line, error);
}

/* -------------------------------------------------------------------------------------- ending */

static int first_error(const struct iptfs_pair *pair)
{
    for (int end = 0; end < IPTFS_DEVICE_PAIR_ENDS; end++)
        if (pair->run.direction[end].engine.error != IPTFS_OK)
            return pair->run.direction[end].engine.error;
    return IPTFS_OK;
}

static int finish(struct iptfs_pair *pair)
{
    int64_t now_ps = iptfs_ns3_now_ps();
    int code = first_error(pair);
    iptfs_device_pair_free(&pair->device); /* from now on the nodes send nothing */
    for (int end = 0; end < IPTFS_DEVICE_PAIR_ENDS; end++) {
        int closed = iptfs_tunnel_close(&pair->run.direction[end].tunnel,
                                        now_ps >= 0 ? now_ps : pair->last_ps);
        if (code == IPTFS_OK)
            code = closed;
        iptfs_engine_free(&pair->run.direction[end].engine); /* and the tunnel does not wake */
    }
    if (code == IPTFS_OK && !iptfs_device_pair_balanced(&pair->device, 0))
        code = IPTFS_E_UNBALANCED;
    return code;
}

int iptfs_pair_finish(struct iptfs_pair *pair, char error[IPTFS_PAIR_ERROR_SIZE])
{
    struct iptfs_error line = {0};
    if (!pair->finished)
        pair->outcome = finish(pair);
    pair->finished = true;
    if (pair->outcome == IPTFS_OK)
        return IPTFS_OK;
    iptfs_fail(&line, pair->outcome, "%s", iptfs_error_name(pair->outcome));
    return report_error(&line, error);
}

void iptfs_pair_free(struct iptfs_pair *pair)
{
    char error[IPTFS_PAIR_ERROR_SIZE];
    if (pair == NULL)
        return;
    if (pair->joined)
        iptfs_pair_finish(pair, error);
    iptfs_run_demolish(&pair->run);
    iptfs_scenario_free(&pair->scenario);
    free(pair);
}
