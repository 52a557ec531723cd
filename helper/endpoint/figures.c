/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "endpoint/figures.h"

#include "summary/summary.h"
#include "text/json_walk.h"

#include <inttypes.h>

void iptfs_figures_set(json_t *object, const char *name, uint64_t value)
{
    json_object_set_new(object, name, json_integer((json_int_t)value));
}

json_t *iptfs_figures_group(json_t *object, const char *name)
{
    json_t *group = json_object();
    json_object_set_new(object, name, group);
    return group;
}

json_t *iptfs_figures_input(const struct iptfs_endpoint *endpoint, json_t *figures)
{
    const struct iptfs_capture_reader *reader = &endpoint->reader;
    const struct iptfs_skips *skips = &reader->skips;
    json_t *in = iptfs_figures_group(figures, "in");
    iptfs_figures_set(in, "pkts", iptfs_capture_reader_pkts(reader));
    for (enum iptfs_skip_group group = 0; group < IPTFS_SKIP_GROUPS; group++)
        iptfs_figures_set(in, iptfs_skip_group_name(group), iptfs_skips_of_group(skips, group));
    json_t *kinds = iptfs_figures_group(in, "skipped");
    for (enum iptfs_skip kind = 0; kind < IPTFS_SKIP_COUNT; kind++)
        iptfs_figures_set(kinds, iptfs_skip_name(kind), skips->pkts[kind]);
    iptfs_figures_set(in, "earlier", reader->earlier);
    iptfs_figures_set(in, "untimed", reader->untimed);
    iptfs_figures_set(in, "ends-early", iptfs_capture_reader_cut(reader));
    return in;
}

void iptfs_figures_note(const struct iptfs_endpoint *endpoint, uint64_t count, const char *text,
                        FILE *notes)
{
    if (count > 0)
        fprintf(notes, "%s: %" PRIu64 " packet%s %s\n", endpoint->reader.file.path.text, count,
                count == 1 ? "" : "s", text);
}

static void write_line(void *ctx, const char *line)
{
    fprintf(ctx, "%s\n", line);
}

void iptfs_figures_note_input(const struct iptfs_endpoint *endpoint, FILE *notes)
{
    iptfs_capture_reader_note(&endpoint->reader, write_line, notes);
}

static void print_figure(void *ctx, const char *name, const json_t *value)
{
    FILE *out = ctx;
    if (json_integer_value(value) != 0)
        fprintf(out, "%-48s %" JSON_INTEGER_FORMAT "\n", name, json_integer_value(value));
}

void iptfs_figures_print(const struct iptfs_endpoint *endpoint, const json_t *figures, FILE *out)
{
    const struct iptfs_endpoint_request *request = endpoint->request;
    if (request->quiet)
        return;
    if (request->json) {
        iptfs_summary_write_json(figures, out);
        return;
    }
    iptfs_json_walk(figures, print_figure, out);
    fprintf(out, "%-48s %s\n", "written", request->out_path);
    if (request->esp_sa_path != NULL)
        fprintf(out, "%-48s %s\n", "written", request->esp_sa_path);
}
