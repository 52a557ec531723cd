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
    iptfs_figures_set(figures, "in.pkts", endpoint->reader.number);
    iptfs_figures_set(figures, "in.not-ip", endpoint->not_ip);
    iptfs_figures_set(figures, "in.cut", endpoint->cut);
    iptfs_figures_set(figures, "in.earlier", endpoint->earlier);
    iptfs_figures_set(figures, "in.ends-early", endpoint->reader.truncated);
}

void iptfs_figures_note(const struct iptfs_endpoint *endpoint, uint64_t count, const char *text,
                        FILE *notes)
{
    if (count > 0)
        fprintf(notes, "%s: %" PRIu64 " packets %s\n", endpoint->reader.path.text, count, text);
}

void iptfs_figures_note_input(const struct iptfs_endpoint *endpoint, FILE *notes)
{
    iptfs_figures_note(endpoint, endpoint->not_ip, "skipped: not IP", notes);
    iptfs_figures_note(endpoint, endpoint->cut, "skipped: not all of their octets were captured",
                       notes);
    iptfs_figures_note(endpoint, endpoint->earlier,
                       "are earlier than the packet before them, whose time is used", notes);
    if (endpoint->reader.truncated)
        fprintf(notes, "%s: the file ends in the middle of packet %" PRIu64 ", which is skipped\n",
                endpoint->reader.path.text, endpoint->reader.number + 1);
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
