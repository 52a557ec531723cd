/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/traffic.h"

#include "base/random.h"
#include "base/units.h"
#include "files/textfile.h"
#include "text/quantity.h"
#include "text/real.h"
#include "traffic/capture.h"
#include "traffic/flow.h"
#include "traffic/onoff.h"
#include "traffic/options.h"
#include "traffic/talkers.h"
#include "traffic/time_heap.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Sources of one section ------------------------------------------------------------------ */

/* cbr: what a division leaves over goes into the next gap, so that packet n of a fixed size is due
 * at start + floor(n * size * 8 / rate), however large n is. */
static void cbr_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct iptfs_traffic_flow *flow = (struct iptfs_traffic_flow *)source;
    iptfs_flow_hand_out(flow, arrival);
    int64_t gap_ps = iptfs_flow_emission_ps(flow, arrival->octets, &flow->u.cbr.rest);
    iptfs_flow_set_due(flow, arrival->at_ps + gap_ps);
    iptfs_flow_set_octets(flow);
}

static int64_t draw_gap_ps(const struct iptfs_traffic_flow *flow)
{
    return iptfs_flow_round_ps(
        iptfs_random_exponential(flow->u.poisson.gaps, flow->u.poisson.mean_gap_ps));
}

static void poisson_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct iptfs_traffic_flow *flow = (struct iptfs_traffic_flow *)source;
    iptfs_flow_hand_out(flow, arrival);
    iptfs_flow_set_due(flow, arrival->at_ps + draw_gap_ps(flow));
    iptfs_flow_set_octets(flow);
}

static void saturate_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct iptfs_traffic_flow *flow = (struct iptfs_traffic_flow *)source;
    iptfs_flow_hand_out(flow, arrival);
    uint32_t room_octets = flow->u.saturate.room_octets;
    room_octets = room_octets > arrival->octets ? room_octets - arrival->octets : 0;
    flow->u.saturate.room_octets = room_octets;
    iptfs_flow_set_octets(flow);
    if (flow->left == 0 || flow->next.octets > room_octets)
        flow->next.at_ps = IPTFS_NEVER;
}

/* Whether a saturating source can make use of room. Its first batch comes at `start`, unasked. */
static bool wants_room(const struct iptfs_traffic_flow *flow, int64_t now_ps)
{
    return flow->source.ops->free_space != NULL && now_ps >= flow->start_ps &&
           now_ps < flow->stop_ps && flow->left > 0;
}

static void saturate_room(struct iptfs_source *source, int64_t now_ps,
                          const struct iptfs_free_space *free_space)
{
    struct iptfs_traffic_flow *flow = (struct iptfs_traffic_flow *)source;
    if (!wants_room(flow, now_ps))
        return;
    flow->u.saturate.room_octets = free_space->octets;
    iptfs_flow_set_due(flow, iptfs_later(now_ps, free_space->idle_ps - free_space->lead_ps));
}

static void list_show_row(struct iptfs_traffic_flow *flow)
{
    if (flow->u.list.next_row == flow->u.list.rows.count) {
        if (flow->u.list.period_ps == 0) {
            flow->next.at_ps = IPTFS_NEVER;
            return;
        }
        flow->u.list.next_row = 0;
        flow->u.list.begun_ps += flow->u.list.period_ps;
    }
    const struct iptfs_traffic_row *row = &flow->u.list.rows.rows[flow->u.list.next_row++];
    flow->next.octets = row->octets;
    flow->next.tos = row->tos >= 0 ? (uint8_t)row->tos : flow->u.list.tos;
    flow->next.ip_version = row->ip_version != 0 ? row->ip_version : flow->u.list.ip_version;
    iptfs_flow_set_due(flow, flow->u.list.begun_ps + row->time_ps);
}

static void list_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct iptfs_traffic_flow *flow = (struct iptfs_traffic_flow *)source;
    iptfs_flow_hand_out(flow, arrival);
    list_show_row(flow);
}

static const struct iptfs_source_ops cbr_ops = {iptfs_flow_next_ps, cbr_take, NULL};
static const struct iptfs_source_ops poisson_ops = {iptfs_flow_next_ps, poisson_take, NULL};
static const struct iptfs_source_ops saturate_ops = {iptfs_flow_next_ps, saturate_take,
                                                     saturate_room};
static const struct iptfs_source_ops list_ops = {iptfs_flow_next_ps, list_take, NULL};

/* --- Making them ----------------------------------------------------------------------------- */

static double mean_octets(const struct iptfs_sizes *size)
{
    if (size->kind == IPTFS_SIZES_IMIX)
        return (7 * 40 + 4 * 576 + 1 * 1500) / 12.0;
    return ((double)size->low_octets + (double)size->high_octets) / 2;
}

static uint32_t least_octets(unsigned ip_version)
{
    return ip_version == 6 ? 40 : 20;
}

static uint32_t most_octets(unsigned ip_version)
{
    return ip_version == 4 ? 65535 : 65575;
}

static bool octets_fit(uint64_t octets, unsigned ip_version)
{
    return octets >= least_octets(ip_version) && octets <= most_octets(ip_version);
}

static int check_size(const struct iptfs_traffic_options *options, struct iptfs_error *error)
{
    const struct iptfs_sizes *size = &options->size;
    if (octets_fit(size->low_octets, options->ip_version) &&
        octets_fit(size->high_octets, options->ip_version) && size->low_octets <= size->high_octets)
        return IPTFS_OK;
    return iptfs_fail(
        error, IPTFS_E_INVALID, "[traffic.%s] size: found '%s', allowed: %u to %u octets for IPv%u",
        options->name, iptfs_exact_sizes(*size).text, least_octets(options->ip_version),
        most_octets(options->ip_version), options->ip_version);
}

static int check_rate(const struct iptfs_traffic_options *options, struct iptfs_error *error)
{
    /* Up to here gap and remainder fit 64 bits. */
    const uint64_t most_bps = UINT64_C(1000000000000000000);
    if (options->rate_bps > 0 && options->rate_bps <= most_bps)
        return IPTFS_OK;
    return iptfs_fail(error, IPTFS_E_INVALID, "[traffic.%s] rate: found '%s', allowed: 1bps to %s",
                      options->name, iptfs_exact_rate(options->rate_bps).text,
                      iptfs_exact_rate(most_bps).text);
}

/* Drawing many on periods in one gap would take for ever. */
static int check_on_off(const struct iptfs_traffic_options *options, struct iptfs_error *error)
{
    double gap_ps =
        (double)options->size.high_octets * 8 * (double)IPTFS_PS_PER_S / (double)options->rate_bps;
    if (options->on_ps > 0 && options->off_ps >= 0 && gap_ps <= 1000 * (double)options->on_ps &&
        (options->periods != IPTFS_PERIODS_PARETO || options->shape >= IPTFS_SHAPE_MIN))
        return IPTFS_OK;
    if (options->on_ps > 0 && options->off_ps >= 0 && gap_ps <= 1000 * (double)options->on_ps)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "[traffic.%s] shape: found '%s', allowed: %.3g or more", options->name,
                          iptfs_exact_factor(options->shape).text, IPTFS_SHAPE_MIN);
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "[traffic.%s] on: found '%s', allowed: a thousandth or more of the time that "
                      "a packet takes at the rate",
                      options->name, iptfs_exact_time(options->on_ps).text);
}

static bool has_sizes(enum iptfs_traffic_type type)
{
    return type == IPTFS_TRAFFIC_CBR || type == IPTFS_TRAFFIC_POISSON ||
           type == IPTFS_TRAFFIC_SATURATE || type == IPTFS_TRAFFIC_ON_OFF;
}

static int check_options(const struct iptfs_traffic_options *options, struct iptfs_error *error)
{
    if (options->ip_version != 4 && options->ip_version != 6 && options->type != IPTFS_TRAFFIC_PCAP)
        return iptfs_fail(error, IPTFS_E_INVALID, "[traffic.%s] ip: found '%u', allowed: 4, 6",
                          options->name, options->ip_version);
    if (options->start_ps < 0 || options->start_ps > IPTFS_TIME_MAX_PS)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "[traffic.%s] start: found '%s', allowed: 0 to %s", options->name,
                          iptfs_exact_time(options->start_ps).text,
                          iptfs_exact_time(IPTFS_TIME_MAX_PS).text);
    if (!has_sizes(options->type))
        return IPTFS_OK;
    int code = check_size(options, error);
    if (code != IPTFS_OK || options->type == IPTFS_TRAFFIC_SATURATE)
        return code;
    code = check_rate(options, error);
    return code != IPTFS_OK || options->type != IPTFS_TRAFFIC_ON_OFF ? code
                                                                     : check_on_off(options, error);
}

static struct iptfs_random *stream_of(const struct iptfs_traffic_setup *setup,
                                      enum iptfs_random_use use)
{
    return iptfs_random_new(setup->seed, setup->run, use, setup->flow);
}

static int start_cbr(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                     struct iptfs_error *error)
{
    flow->source.ops = &cbr_ops;
    iptfs_flow_set_due(flow, flow->start_ps);
    return iptfs_flow_start_sizes(flow, setup) == IPTFS_OK ? IPTFS_OK : iptfs_flow_no_memory(error);
}

static int start_poisson(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                         struct iptfs_error *error)
{
    flow->source.ops = &poisson_ops;
    flow->u.poisson.gaps = stream_of(setup, IPTFS_RANDOM_ARRIVAL);
    if (flow->u.poisson.gaps == NULL)
        return iptfs_flow_no_memory(error);
    flow->u.poisson.mean_gap_ps =
        mean_octets(&flow->size) * 8 * (double)IPTFS_PS_PER_S / (double)flow->rate_bps;
    iptfs_flow_set_due(flow, flow->start_ps + draw_gap_ps(flow));
    return iptfs_flow_start_sizes(flow, setup) == IPTFS_OK ? IPTFS_OK : iptfs_flow_no_memory(error);
}

static int start_saturate(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                          struct iptfs_error *error)
{
    flow->source.ops = &saturate_ops;
    flow->u.saturate.room_octets = setup->window_octets;
    iptfs_flow_set_due(flow, flow->start_ps);
    return iptfs_flow_start_sizes(flow, setup) == IPTFS_OK ? IPTFS_OK : iptfs_flow_no_memory(error);
}

/* Rows without a version of their own are checked only now that the section's is known. */
static int check_rows(const struct iptfs_traffic_list *list,
                      const struct iptfs_traffic_options *options, struct iptfs_error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct iptfs_traffic_row *row = &list->rows[i];
        unsigned ip = row->ip_version != 0 ? row->ip_version : options->ip_version;
        if (!octets_fit(row->octets, ip))
            return iptfs_fail(error, IPTFS_E_INVALID,
                              "%s:%u: size: found '%u', allowed: %u to %u octets for IPv%u",
                              iptfs_quoted_path(options->file_path).text, row->line, row->octets,
                              least_octets(ip), most_octets(ip), ip);
    }
    return IPTFS_OK;
}

static int start_list(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_options *options,
                      struct iptfs_error *error)
{
    flow->source.ops = &list_ops;
    flow->u.list.begun_ps = flow->start_ps;
    flow->u.list.tos = options->tos;
    flow->u.list.ip_version = (uint8_t)options->ip_version;
    int code = iptfs_traffic_list_load(&flow->u.list.rows, options->file_path, error);
    if (code == IPTFS_OK)
        code = check_rows(&flow->u.list.rows, options, error);
    if (code == IPTFS_OK)
        list_show_row(flow);
    return code;
}

/* Faster or slower; order stays. */
static void scale_times(struct iptfs_traffic_list *list, double speed)
{
    for (size_t i = 0; i < list->count; i++)
        list->rows[i].time_ps = iptfs_flow_round_ps((double)list->rows[i].time_ps / speed);
}

static int start_pcap(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_options *options,
                      struct iptfs_error *error)
{
    struct iptfs_capture capture;
    flow->source.ops = &list_ops;
    flow->u.list.begun_ps = flow->start_ps;
    int code = iptfs_capture_load(&capture, options->file_path, options->filter, error);
    if (code != IPTFS_OK)
        return code;
    struct iptfs_traffic_list *rows = &flow->u.list.rows;
    *rows = capture.list;
    flow->skipped_pkts = capture.skipped_pkts;
    if (options->speed != 1)
        scale_times(rows, options->speed);
    int64_t last_ps = rows->rows[rows->count - 1].time_ps;
    if (options->loop && last_ps == 0)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "%s: found packets of one time alone, allowed with loop: several times",
                          iptfs_quoted_path(options->file_path).text);
    if (options->loop) /* one mean gap behind the last, so that the mean rate stays */
        flow->u.list.period_ps = iptfs_earlier(
            last_ps + iptfs_later(last_ps / (int64_t)(rows->count - 1), 1), IPTFS_TIME_MAX_PS);
    list_show_row(flow);
    return IPTFS_OK;
}

static int start_flow(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                      struct iptfs_error *error)
{
    switch (setup->options->type) {
    case IPTFS_TRAFFIC_CBR:
        return start_cbr(flow, setup, error);
    case IPTFS_TRAFFIC_POISSON:
        return start_poisson(flow, setup, error);
    case IPTFS_TRAFFIC_SATURATE:
        return start_saturate(flow, setup, error);
    case IPTFS_TRAFFIC_LIST:
        return start_list(flow, setup->options, error);
    case IPTFS_TRAFFIC_ON_OFF:
        return iptfs_onoff_start(flow, setup, error);
    case IPTFS_TRAFFIC_VOICE:
        return iptfs_talkers_start_voice(flow, setup, error);
    case IPTFS_TRAFFIC_GAMES:
        return iptfs_talkers_start_games(flow, setup, error);
    case IPTFS_TRAFFIC_PCAP:
        return start_pcap(flow, setup->options, error);
    case IPTFS_TRAFFIC_TCP_BULK: /* nobody pulls these: see hosts.h */
    case IPTFS_TRAFFIC_TCP_REQUEST:
    case IPTFS_TRAFFIC_UDP_ONOFF:
        break;
    }
    return iptfs_fail(error, IPTFS_E_INVALID, "[traffic.%s] type: found number %d, allowed: 0 to 7",
                      setup->options->name, (int)setup->options->type);
}

int iptfs_traffic_new(struct iptfs_source **source, const struct iptfs_traffic_setup *setup,
                      struct iptfs_error *error)
{
    const struct iptfs_traffic_options *options = setup->options;
    *source = NULL;
    int code = check_options(options, error);
    if (code != IPTFS_OK)
        return code;
    struct iptfs_traffic_flow *flow = calloc(1, sizeof *flow);
    if (flow == NULL)
        return iptfs_flow_no_memory(error);
    flow->source.ops = &cbr_ops; /* something that can be freed */
    flow->start_ps = options->start_ps;
    flow->stop_ps = iptfs_earlier(options->stop_ps, IPTFS_TIME_MAX_PS);
    flow->left = options->count != 0 ? options->count : UINT64_MAX;
    flow->size = options->size;
    flow->rate_bps = options->rate_bps;
    flow->next.id = 1;
    flow->next.flow = setup->flow;
    flow->next.ip_version = (uint8_t)options->ip_version;
    flow->next.tos = options->tos;
    flow->next.local = options->local;
    code = start_flow(flow, setup, error);
    if (code != IPTFS_OK) {
        iptfs_traffic_free(&flow->source);
        return code;
    }
    *source = &flow->source;
    return IPTFS_OK;
}

/* --- Several as one -------------------------------------------------------------------------- */

/* The next packet on top of a heap that holds the times, so that comparing does not touch the
 * flows. */
struct merge {
    struct iptfs_source source;
    struct iptfs_traffic_flow **flows;
    struct iptfs_time_heap_entry *heap;
    size_t count;
};

static void build_heap(struct merge *merge)
{
    for (size_t i = 0; i < merge->count; i++)
        merge->heap[i] = (struct iptfs_time_heap_entry){merge->flows[i]->next.at_ps, i};
    iptfs_time_heap_build(merge->heap, merge->count);
}

static int64_t merge_next_ps(const struct iptfs_source *source)
{
    const struct merge *merge = (const struct merge *)source;
    return merge->count > 0 ? merge->heap[0].at_ps : IPTFS_NEVER;
}

static void merge_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct merge *merge = (struct merge *)source;
    struct iptfs_traffic_flow *flow = merge->flows[merge->heap[0].index];
    flow->source.ops->take(&flow->source, arrival);
    merge->heap[0].at_ps = flow->next.at_ps;
    iptfs_time_heap_top_changed(merge->heap, merge->count);
}

static void merge_room(struct iptfs_source *source, int64_t now_ps,
                       const struct iptfs_free_space *free_space)
{
    struct merge *merge = (struct merge *)source;
    uint32_t waiting = 0;
    for (size_t i = 0; i < merge->count; i++)
        waiting += wants_room(merge->flows[i], now_ps);
    if (waiting == 0)
        return;
    struct iptfs_free_space share = *free_space;
    share.octets /= waiting;
    for (size_t i = 0; i < merge->count; i++)
        if (wants_room(merge->flows[i], now_ps))
            saturate_room(&merge->flows[i]->source, now_ps, &share);
    build_heap(merge);
}

static const struct iptfs_source_ops merge_ops = {merge_next_ps, merge_take, NULL};
static const struct iptfs_source_ops merge_room_ops = {merge_next_ps, merge_take, merge_room};

static bool is_merge(const struct iptfs_source *source)
{
    return source->ops == &merge_ops || source->ops == &merge_room_ops;
}

static void free_merge(struct merge *merge)
{
    free(merge->flows);
    free(merge->heap);
    free(merge);
}

int iptfs_traffic_merge(struct iptfs_source **merged, struct iptfs_source *const *sources,
                        size_t count, struct iptfs_error *error)
{
    *merged = NULL;
    if (count == 1) {
        *merged = sources[0];
        return IPTFS_OK;
    }
    struct merge *merge = calloc(1, sizeof *merge);
    if (merge == NULL)
        return iptfs_flow_no_memory(error);
    /* One more than needed: an array of none may be NULL. */
    merge->flows = calloc(count + 1, sizeof(struct iptfs_traffic_flow *));
    merge->heap = calloc(count + 1, sizeof *merge->heap);
    if (merge->flows == NULL || merge->heap == NULL) {
        free_merge(merge);
        return iptfs_flow_no_memory(error);
    }
    merge->source.ops = &merge_ops;
    merge->count = count;
    for (size_t i = 0; i < count; i++) {
        merge->flows[i] = (struct iptfs_traffic_flow *)sources[i];
        if (sources[i]->ops->free_space != NULL)
            merge->source.ops = &merge_room_ops;
    }
    build_heap(merge);
    *merged = &merge->source;
    return IPTFS_OK;
}

static void free_flow(struct iptfs_traffic_flow *flow)
{
    iptfs_random_free(flow->sizes);
    if (flow->source.ops == &poisson_ops)
        iptfs_random_free(flow->u.poisson.gaps);
    if (flow->source.ops == &list_ops)
        iptfs_traffic_list_free(&flow->u.list.rows);
    if (flow->release != NULL)
        flow->release(flow);
    free(flow);
}

uint64_t iptfs_traffic_skipped(const struct iptfs_source *source)
{
    if (source == NULL)
        return 0;
    if (!is_merge(source))
        return ((const struct iptfs_traffic_flow *)source)->skipped_pkts;
    const struct merge *merge = (const struct merge *)source;
    uint64_t skipped_pkts = 0;
    for (size_t i = 0; i < merge->count; i++)
        skipped_pkts += merge->flows[i]->skipped_pkts;
    return skipped_pkts;
}

void iptfs_traffic_free(struct iptfs_source *source)
{
    if (source == NULL)
        return;
    if (!is_merge(source)) {
        free_flow((struct iptfs_traffic_flow *)source);
        return;
    }
    struct merge *merge = (struct merge *)source;
    for (size_t i = 0; i < merge->count; i++)
        free_flow(merge->flows[i]);
    free_merge(merge);
}

/* --- Lists ----------------------------------------------------------------------------------- */

enum column {
    COLUMN_TIME,
    COLUMN_SIZE,
    COLUMN_TOS,
    COLUMN_IP,
    COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT] = {"time", "size", "tos", "ip"};

#define COLUMNS_ALLOWED "time (or time_ps, time_ns, time_us, time_ms, time_s), size, tos, ip"

struct reader {
    const char *path;
    uint32_t line;
    struct iptfs_error *error;
    struct iptfs_traffic_list *list;
    size_t capacity;
    bool begun;                       /* a header or a row was seen */
    unsigned columns;                 /* how many fields a line may have */
    enum column column[COLUMN_COUNT]; /* which column a field is */
    char time_unit[4];                /* of a header such as time_ns; "" for none */
};

struct fields {
    char *field[COLUMN_COUNT];
    unsigned count; /* of all, even those that have no place here */
};

static int refuse(const struct reader *r, const char *column, const char *found,
                  const char *allowed)
{
    return iptfs_fail(r->error, IPTFS_E_INVALID, "%s:%u: %s: found '%.60s', allowed: %s", r->path,
                      r->line, column, found, allowed);
}

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

static void split(char *line, struct fields *fields)
{
    fields->count = 0;
    for (char *rest = line; rest != NULL;) {
        char *field = strsep(&rest, ",");
        if (fields->count < COLUMN_COUNT)
            fields->field[fields->count] = trim(field);
        fields->count++;
    }
}

/* Fills in time_unit; false for a name that is neither "time" nor "time_" and a unit. */
static bool is_time_column(struct reader *r, const char *name)
{
    static const char *const units[] = {"ps", "ns", "us", "ms", "s"};
    if (strcasecmp(name, "time") == 0)
        return true;
    if (strncasecmp(name, "time_", 5) != 0)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcasecmp(name + 5, units[i]) == 0) {
            snprintf(r->time_unit, sizeof r->time_unit, "%s", units[i]);
            return true;
        }
    }
    return false;
}

/* The column of this name, COLUMN_COUNT when there is no such. */
static enum column column_named(struct reader *r, const char *name)
{
    if (is_time_column(r, name))
        return COLUMN_TIME;
    for (int i = COLUMN_SIZE; i < COLUMN_COUNT; i++)
        if (strcasecmp(name, column_names[i]) == 0)
            return (enum column)i;
    return COLUMN_COUNT;
}

static int read_header(struct reader *r, const struct fields *fields)
{
    bool seen[COLUMN_COUNT + 1] = {false};
    for (unsigned i = 0; i < fields->count && i < COLUMN_COUNT; i++) {
        enum column column = column_named(r, fields->field[i]);
        if (column == COLUMN_COUNT || seen[column])
            return refuse(r, "header", fields->field[i], "each once: " COLUMNS_ALLOWED);
        seen[column] = true;
        r->column[i] = column;
    }
    if (fields->count > COLUMN_COUNT)
        return iptfs_fail(r->error, IPTFS_E_INVALID,
                          "%s:%u: header: found %u columns, allowed: each once: " COLUMNS_ALLOWED,
                          r->path, r->line, fields->count);
    if (!seen[COLUMN_TIME] || !seen[COLUMN_SIZE])
        return refuse(r, "header", fields->field[0], "at least the columns time and size");
    r->columns = fields->count;
    return IPTFS_OK;
}

/* Puts file and line before what a reader of quantities had to say. */
static int pass_on(const struct reader *r, const char *column, int code,
                   const struct iptfs_error *why)
{
    return iptfs_fail(r->error, code, "%s:%u: %s: %s", r->path, r->line, column, why->text);
}

static int read_time_in_unit(const struct reader *r, const char *text, int64_t *time_ps)
{
    char allowed[64], with_unit[48];
    snprintf(allowed, sizeof allowed, "a number of %s, such as 1.5, in a column time_%s",
             r->time_unit, r->time_unit);
    size_t length = strlen(text);
    /* What ends in a letter has a unit already. */
    if (length == 0 || length > 40 || isalpha((unsigned char)text[length - 1]) ||
        (size_t)snprintf(with_unit, sizeof with_unit, "%s%s", text, r->time_unit) >=
            sizeof with_unit ||
        iptfs_parse_time(with_unit, time_ps, NULL) != IPTFS_OK)
        return refuse(r, "time", text, allowed);
    return IPTFS_OK;
}

static int read_time(const struct reader *r, const char *text, int64_t *time_ps)
{
    struct iptfs_error why;
    int code = IPTFS_OK;
    if (r->time_unit[0] != '\0')
        code = read_time_in_unit(r, text, time_ps);
    else if ((code = iptfs_parse_time(text, time_ps, &why)) != IPTFS_OK)
        return pass_on(r, "time", code, &why);
    if (code != IPTFS_OK)
        return code;
    if (*time_ps > IPTFS_TIME_MAX_PS)
        return refuse(r, "time", text, "at most 1000h");
    if (r->list->count == 0)
        return IPTFS_OK;
    const struct iptfs_traffic_row *before = &r->list->rows[r->list->count - 1];
    if (*time_ps >= before->time_ps)
        return IPTFS_OK;
    return iptfs_fail(r->error, IPTFS_E_INVALID,
                      "%s:%u: time: found '%.60s', allowed: at least %s, the time in line %u",
                      r->path, r->line, text, iptfs_exact_time(before->time_ps).text, before->line);
}

static int read_size(const struct reader *r, const char *text, struct iptfs_traffic_row *row)
{
    struct iptfs_error why;
    uint64_t octets = 0;
    int code = iptfs_parse_octets(text, &octets, &why);
    if (code != IPTFS_OK)
        return pass_on(r, "size", code, &why);
    if (!octets_fit(octets, row->ip_version))
        return iptfs_fail(r->error, IPTFS_E_INVALID,
                          "%s:%u: size: found '%.60s', allowed: %u to %u octets", r->path, r->line,
                          text, least_octets(row->ip_version), most_octets(row->ip_version));
    row->octets = (uint32_t)octets;
    return IPTFS_OK;
}

static int read_tos(const struct reader *r, const char *text, struct iptfs_traffic_row *row)
{
    uint64_t tos = 0;
    if (text[0] == '\0')
        return IPTFS_OK;
    if (iptfs_parse_number(text, &tos, NULL) != IPTFS_OK || tos > 255)
        return refuse(r, "tos", text, "0 to 255, or nothing");
    row->tos = (int16_t)tos;
    return IPTFS_OK;
}

static int read_ip(const struct reader *r, const char *text, struct iptfs_traffic_row *row)
{
    if (text[0] == '\0')
        return IPTFS_OK;
    if (strcmp(text, "4") != 0 && strcmp(text, "6") != 0)
        return refuse(r, "ip", text, "4, 6, or nothing");
    row->ip_version = (uint8_t)(text[0] - '0');
    return IPTFS_OK;
}

static int append(struct reader *r, const struct iptfs_traffic_row *row)
{
    struct iptfs_traffic_list *list = r->list;
    if (list->count == r->capacity) {
        size_t capacity = r->capacity != 0 ? 2 * r->capacity : 64;
        struct iptfs_traffic_row *rows = reallocarray(list->rows, capacity, sizeof *rows);
        if (rows == NULL)
            return iptfs_flow_no_memory(r->error);
        list->rows = rows;
        r->capacity = capacity;
    }
    list->rows[list->count++] = *row;
    return IPTFS_OK;
}

static int read_row(struct reader *r, const struct fields *fields)
{
    struct iptfs_traffic_row row = {.tos = -1, .line = r->line};
    const char *text[COLUMN_COUNT] = {"", "", "", ""};
    if (fields->count > r->columns)
        return iptfs_fail(r->error, IPTFS_E_INVALID, "%s:%u: found %u columns, allowed: %u at most",
                          r->path, r->line, fields->count, r->columns);
    for (unsigned i = 0; i < fields->count; i++)
        text[r->column[i]] = fields->field[i];
    int code = read_time(r, text[COLUMN_TIME], &row.time_ps);
    if (code == IPTFS_OK)
        code = read_tos(r, text[COLUMN_TOS], &row);
    if (code == IPTFS_OK)
        code = read_ip(r, text[COLUMN_IP], &row);
    if (code == IPTFS_OK)
        code = read_size(r, text[COLUMN_SIZE], &row);
    return code == IPTFS_OK ? append(r, &row) : code;
}

static int read_line(struct reader *r, char *line)
{
    struct fields fields;
    for (const char *c = line; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c) && !isspace((unsigned char)*c))
            return iptfs_fail(r->error, IPTFS_E_INVALID,
                              "%s:%u: found an octet of value %d, allowed: text", r->path, r->line,
                              (unsigned char)*c);
    line[strcspn(line, "#")] = '\0';
    if (*trim(line) == '\0')
        return IPTFS_OK;
    split(line, &fields);
    bool first = !r->begun;
    r->begun = true;
    if (first && isalpha((unsigned char)fields.field[0][0]))
        return read_header(r, &fields);
    return read_row(r, &fields);
}

static int read_lines(struct reader *r, char *text)
{
    struct iptfs_lines lines;
    size_t length = 0;
    int code = IPTFS_OK;
    iptfs_lines_begin(&lines, text);
    for (const char *line;
         code == IPTFS_OK && (line = iptfs_lines_next(&lines, &length)) != NULL;) {
        char *mine = text + (line - text);
        mine[length] = '\0';
        r->line = lines.number;
        code = read_line(r, mine);
    }
    if (code == IPTFS_OK && r->list->count == 0)
        return iptfs_fail(r->error, IPTFS_E_INVALID,
                          "%s:%u: found no packet, allowed: at least one line such as '1.5ms,576'",
                          r->path, r->line);
    return code;
}

int iptfs_traffic_list_load(struct iptfs_traffic_list *list, const char *path,
                            struct iptfs_error *error)
{
    struct iptfs_path_text quoted = iptfs_quoted_path(path);
    struct reader r = {.path = quoted.text, .error = error, .list = list, .columns = COLUMN_COUNT};
    for (int i = 0; i < COLUMN_COUNT; i++)
        r.column[i] = (enum column)i;
    *list = (struct iptfs_traffic_list){NULL, 0};
    char *text = NULL;
    int code = iptfs_textfile_read(path, &text, error);
    if (code == IPTFS_OK)
        code = read_lines(&r, text);
    free(text);
    if (code != IPTFS_OK)
        iptfs_traffic_list_free(list);
    return code;
}

void iptfs_traffic_list_free(struct iptfs_traffic_list *list)
{
    free(list->rows);
    *list = (struct iptfs_traffic_list){NULL, 0};
}
