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
    json_t *in = iptfs_figures_group(figures, "in");
    iptfs_figures_set(in, "pkts", endpoint->reader.number);
    iptfs_figures_set(in, "not-ip", endpoint->not_ip);
    iptfs_figures_set(in, "cut", endpoint->cut);
    iptfs_figures_set(in, "earlier", endpoint->earlier);
    iptfs_figures_set(in, "ends-early", endpoint->reader.truncated);
    return in;
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
