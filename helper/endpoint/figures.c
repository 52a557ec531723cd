/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "endpoint/figures.h"

#include "summary/summary.h"
#include "text/json_build.h"
#include "text/json_walk.h"

#include <inttypes.h>

void iptfs_figures_set(json_t **figures, const char *name, uint64_t value)
{
    iptfs_json_put_dotted(figures, name, json_integer((json_int_t)value));
}

void iptfs_figures_input(const struct iptfs_endpoint *endpoint, json_t **figures)
{
    const struct iptfs_capture_reader *reader = &endpoint->reader;
    const struct iptfs_skips *skips = &reader->skips;
    char name[48];
    iptfs_figures_set(figures, "in.pkts", iptfs_capture_reader_pkts(reader));
    for (enum iptfs_skip_group group = 0; group < IPTFS_SKIP_GROUPS; group++) {
        snprintf(name, sizeof name, "in.%s", iptfs_skip_group_name(group));
        iptfs_figures_set(figures, name, iptfs_skips_of_group(skips, group));
    }
    for (enum iptfs_skip kind = 0; kind < IPTFS_SKIP_COUNT; kind++) {
        snprintf(name, sizeof name, "in.skipped.%s", iptfs_skip_name(kind));
        iptfs_figures_set(figures, name, skips->pkts[kind]);
    }
    iptfs_figures_set(figures, "in.earlier", reader->earlier);
    iptfs_figures_set(figures, "in.untimed", reader->untimed);
    iptfs_figures_set(figures, "in.ends-early", iptfs_capture_reader_cut(reader));
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

int iptfs_figures_print(const struct iptfs_endpoint *endpoint, const json_t *figures, FILE *out)
{
    const struct iptfs_endpoint_request *request = endpoint->request;
    if (figures == NULL)
        return iptfs_fail_no_memory(endpoint->error);
    if (request->quiet)
        return IPTFS_OK;
    if (request->json)
        return iptfs_summary_write_json(figures, out) == IPTFS_E_NO_MEMORY
                   ? iptfs_fail_no_memory(endpoint->error)
                   : IPTFS_OK; /* the owner of `out` reports what cannot be written */
    iptfs_json_walk(figures, print_figure, out);
    fprintf(out, "%-48s %s\n", "written", request->out_path);
    if (request->esp_sa_path != NULL)
        fprintf(out, "%-48s %s\n", "written", request->esp_sa_path);
    return IPTFS_OK;
}
