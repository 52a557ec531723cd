/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/series.h"

#include "base/units.h"
#include "files/gnuplot.h"
#include "scenario/config.h"
#include "traffic/host.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum kind {
    KIND_OUTER_RATE,
    KIND_INNER_RATE,
    KIND_ALLOWED_RATE,
    KIND_FLOW_RATE,
    KIND_QUEUE,
    KIND_WAIT,
    KIND_CWND,
    KIND_SENT_AGAIN
};

struct iptfs_series_column {
    enum kind kind;
    enum iptfs_direction direction;
    size_t flow; /* index of a traffic section */
    char name[80];
    uint64_t before; /* what was counted at the end of the interval before */
};

/* ------------------------------------------------------------------------------------- values */

static double rate_of(struct iptfs_series_column *column, uint64_t octets, double interval_s)
{
    double rate_bps = 8.0 * (double)(octets - column->before) / interval_s;
    column->before = octets;
    return rate_bps;
}

/* What a section got: data for ns-3's applications, else whole inner packets. */
static uint64_t flow_octets(const struct iptfs_results *results,
                            const struct iptfs_series_column *column, int64_t now_ps)
{
    struct iptfs_hosts_report report;
    if (iptfs_hosts_report(results->hosts, column->flow, now_ps, &report))
        return report.received_octets;
    const struct iptfs_flow *flow = results->tunnel[column->direction]->flows.flow[column->flow];
    return flow != NULL ? flow->delivered.octets : 0;
}

static double allowed_bps(const struct iptfs_results *results, enum iptfs_direction direction)
{
    const struct iptfs_scenario *scenario = results->scenario;
    uint32_t octets =
        iptfs_config_pkt_octets(&scenario->tunnel[direction], &scenario->link[direction]);
    return results->tunnel[direction]->congestion.tfrc.rate_pps * 8.0 * (double)octets;
}

static double wait_s(const struct iptfs_tunnel *tunnel, int64_t now_ps)
{
    return iptfs_seconds(tunnel->link->ops->idle_ps(tunnel->link, now_ps) - now_ps);
}

static double window_value(const struct iptfs_results *results, struct iptfs_series_column *column,
                           int64_t now_ps)
{
    struct iptfs_hosts_report report;
    iptfs_hosts_report(results->hosts, column->flow, now_ps, &report);
    if (column->kind == KIND_CWND)
        return (double)report.cwnd_octets;
    uint64_t before = column->before;
    column->before = report.retransmissions;
    return (double)(report.retransmissions - before);
}

static double value_of(const struct iptfs_results *results, struct iptfs_series_column *column,
                       int64_t now_ps, double interval_s)
{
    const struct iptfs_tunnel *tunnel = results->tunnel[column->direction];
    switch (column->kind) {
    case KIND_OUTER_RATE:
        return rate_of(column, tunnel->link->stats.sent.octets, interval_s);
    case KIND_INNER_RATE:
        return rate_of(column, tunnel->store.ledger.delivered.octets, interval_s);
    case KIND_ALLOWED_RATE:
        return allowed_bps(results, column->direction);
    case KIND_FLOW_RATE:
        return rate_of(column, flow_octets(results, column, now_ps), interval_s);
    case KIND_QUEUE:
        return (double)tunnel->sender.queue.octets;
    case KIND_WAIT:
        return wait_s(tunnel, now_ps);
    case KIND_CWND:
    case KIND_SENT_AGAIN:
        return window_value(results, column, now_ps);
    }
    return 0;
}

/* ------------------------------------------------------------------------------------ columns */

static struct iptfs_series_column *add_column(struct iptfs_series *series, enum kind kind,
                                              enum iptfs_direction direction, const char *head,
                                              const char *tail)
{
    struct iptfs_series_column *column = &series->columns[series->count++];
    *column = (struct iptfs_series_column){.kind = kind, .direction = direction};
    snprintf(column->name, sizeof column->name, "%s.%s", head, tail);
    return column;
}

static void add_tunnel(struct iptfs_series *series, enum iptfs_direction direction)
{
    const struct iptfs_tunnel *tunnel = series->results.tunnel[direction];
    const char *name = direction == IPTFS_FORWARD ? "forward" : "reverse";
    add_column(series, KIND_OUTER_RATE, direction, name, "outer_bps");
    add_column(series, KIND_INNER_RATE, direction, name, "inner_bps");
    add_column(series, KIND_QUEUE, direction, name, "queue_octets");
    add_column(series, KIND_WAIT, direction, name, "link_wait_s");
    if (tunnel->sender.config.mode->congestion && tunnel->sender.congestion != NULL)
        add_column(series, KIND_ALLOWED_RATE, direction, name, "allowed_bps");
}

static void add_flow(struct iptfs_series *series, size_t index)
{
    const struct iptfs_traffic_options *traffic = &series->results.scenario->traffic[index];
    bool tcp = iptfs_traffic_type_of(traffic)->tcp;
    char name[64];
    snprintf(name, sizeof name, "flows.%s", traffic->name);
    add_column(series, KIND_FLOW_RATE, traffic->direction, name, "goodput_bps")->flow = index;
    if (!tcp)
        return;
    add_column(series, KIND_CWND, traffic->direction, name, "cwnd_octets")->flow = index;
    add_column(series, KIND_SENT_AGAIN, traffic->direction, name, "retransmissions")->flow = index;
}

/* Those that figures of their own are kept of. */
static size_t count_flows(const struct iptfs_scenario *scenario)
{
    return scenario->traffic_count < IPTFS_FLOWS_MAX ? scenario->traffic_count
                                                     : IPTFS_FLOWS_MAX - 1;
}

int iptfs_series_begin(struct iptfs_series *series, const struct iptfs_results *results)
{
    enum {
        OF_TUNNEL = 5,
        OF_FLOW = 3
    };
    size_t flows = count_flows(results->scenario);
    series->results = *results;
    series->columns =
        calloc(IPTFS_DIRECTIONS * OF_TUNNEL + flows * OF_FLOW, sizeof *series->columns);
    if (series->columns == NULL)
        return IPTFS_E_NO_MEMORY;
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        if (results->tunnel[i] != NULL)
            add_tunnel(series, (enum iptfs_direction)i);
    for (size_t i = 0; i < flows; i++)
        add_flow(series, i);
    fputs("time_s", series->csv.file);
    for (size_t i = 0; i < series->count; i++)
        fprintf(series->csv.file, ",%s", series->columns[i].name);
    fputc('\n', series->csv.file);
    return IPTFS_OK;
}

void iptfs_series_sample(struct iptfs_series *series, int64_t now_ps)
{
    double interval_s = iptfs_seconds(now_ps - series->last_ps);
    if (now_ps <= series->last_ps)
        return;
    series->last_ps = now_ps;
    fprintf(series->csv.file, "%.12g", iptfs_seconds(now_ps));
    for (size_t i = 0; i < series->count; i++)
        fprintf(series->csv.file, ",%.9g",
                value_of(&series->results, &series->columns[i], now_ps, interval_s));
    fputc('\n', series->csv.file);
}

/* -------------------------------------------------------------------------------------- files */

int iptfs_series_open(struct iptfs_series *series, const char *directory, struct iptfs_error *error)
{
    *series = (struct iptfs_series){0};
    return iptfs_outfile_open_in(&series->csv, directory, "series.csv", error);
}

int iptfs_series_commit(struct iptfs_series *series, struct iptfs_error *error)
{
    return iptfs_outfile_commit(&series->csv, error);
}

void iptfs_series_free(struct iptfs_series *series)
{
    iptfs_outfile_discard(&series->csv);
    free(series->columns);
    *series = (struct iptfs_series){0};
}

/* ----------------------------------------------------------------------------------- pictures */

/* A picture: the columns of these kinds, divided by what makes its unit. */
struct picture {
    const char *name;
    const char *label;
    const char *divisor;
    unsigned kinds; /* bits 1 << enum kind */
};

static const struct picture pictures[] = {
    {"series-rates", "rate (Mb/s)", "1e6",
     1u << KIND_OUTER_RATE | 1u << KIND_ALLOWED_RATE | 1u << KIND_FLOW_RATE},
    {"series-wait", "wait before the link (ms)", "1e-3", 1u << KIND_WAIT},
    {"series-cwnd", "congestion windows, all flows of a section (kB)", "1e3", 1u << KIND_CWND},
};

/* "inside goodput" of flows.inside.goodput_bps: the unit is at the axis. */
static void write_title(const char *name, FILE *out)
{
    char title[sizeof((struct iptfs_series_column *)NULL)->name];
    bool flow = strncmp(name, "flows.", strlen("flows.")) == 0;
    snprintf(title, sizeof title, "%s", flow ? name + strlen("flows.") : name);
    char *quantity = strrchr(title, '.');
    *quantity = ' ';
    *strrchr(quantity, '_') = '\0';
    iptfs_gnuplot_text(title, out);
}

static void write_script(const struct iptfs_series *series, const struct picture *picture,
                         FILE *out)
{
    unsigned style = 0;
    iptfs_gnuplot_begin(picture->name, out);
    fputs("set title ", out);
    iptfs_gnuplot_text(series->results.scenario->name, out);
    fprintf(out, " noenhanced\nset xlabel 'time (s)'\nset ylabel '%s'\nset yrange [0:*]\n",
            picture->label);
    fputs("set datafile separator comma\nplot", out);
    for (size_t i = 0; i < series->count; i++) {
        if ((picture->kinds >> series->columns[i].kind & 1) == 0)
            continue;
        fprintf(out,
                "%s \\\n    'series.csv' skip 1 using 1:($%zu/%s) with lines linestyle %u "
                "title ",
                style > 0 ? "," : "", i + 2, picture->divisor, style % IPTFS_GNUPLOT_STYLES + 1);
        write_title(series->columns[i].name, out);
        style++;
    }
    fputc('\n', out);
    iptfs_gnuplot_end(picture->name, out);
}

static bool has_columns(const struct iptfs_series *series, const struct picture *picture)
{
    for (size_t i = 0; i < series->count; i++)
        if ((picture->kinds >> series->columns[i].kind & 1) != 0)
            return true;
    return false;
}

static int draw(const struct iptfs_series *series, const struct picture *picture,
                const char *directory, struct iptfs_error *error)
{
    struct iptfs_outfile script = {0};
    char name[32];
    snprintf(name, sizeof name, "%s.gp", picture->name);
    int code = iptfs_outfile_open_in(&script, directory, name, error);
    if (code != IPTFS_OK)
        return code;
    write_script(series, picture, script.file);
    code = iptfs_outfile_commit(&script, error);
    return code == IPTFS_OK ? iptfs_gnuplot_draw(directory, picture->name, error) : code;
}

int iptfs_series_draw(const struct iptfs_series *series, const char *directory,
                      struct iptfs_error *error)
{
    int code = IPTFS_OK;
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0] && code == IPTFS_OK; i++)
        if (has_columns(series, &pictures[i]))
            code = draw(series, &pictures[i], directory, error);
    return code;
}
