/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "endpoint/endpoint.h"

#include "files/textfile.h"
#include "text/quantity.h"

#include <inttypes.h>
#include <string.h>

static int load_scenario(struct iptfs_endpoint *endpoint, const char *default_scenario)
{
    const struct iptfs_endpoint_request *request = endpoint->request;
    if (request->scenario_path != NULL)
        return iptfs_scenario_load(&endpoint->scenario, request->scenario_path, request->sets,
                                   request->n_sets, endpoint->error);
    return iptfs_scenario_parse_text(&endpoint->scenario, default_scenario, "defaults",
                                     request->sets, request->n_sets, endpoint->error);
}

/* "-" is standard input, as for tcpdump and tshark. */
static const char *path_to_read(const struct iptfs_endpoint_request *request)
{
    return strcmp(request->in_path, "-") == 0 ? "/dev/stdin" : request->in_path;
}

int iptfs_endpoint_open(struct iptfs_endpoint *endpoint,
                        const struct iptfs_endpoint_request *request, const char *default_scenario,
                        FILE *notes, struct iptfs_error *error)
{
    struct iptfs_sa_options sa = request->sa;
    sa.notes = notes;
    endpoint->request = request;
    endpoint->error = error;
    int code = load_scenario(endpoint, default_scenario);
    if (code == IPTFS_OK)
        code = iptfs_sa_config(&endpoint->codec, &sa, &endpoint->scenario.tunnel[IPTFS_FORWARD],
                               IPTFS_FORWARD, error);
    if (code == IPTFS_OK)
        code = iptfs_capture_reader_open(&endpoint->reader, path_to_read(request), NULL, error);
    if (code == IPTFS_OK)
        code = iptfs_capture_writer_open(&endpoint->writer, request->out_path, error);
    endpoint->limit.left = request->max_output_octets;
    if (request->max_output_octets > 0)
        endpoint->writer.out.limit = &endpoint->limit;
    return code;
}

void iptfs_endpoint_close(struct iptfs_endpoint *endpoint)
{
    iptfs_capture_reader_close(&endpoint->reader);
    iptfs_capture_writer_free(&endpoint->writer);
    iptfs_scenario_free(&endpoint->scenario);
    iptfs_sa_erase_key(&endpoint->codec);
}

int iptfs_endpoint_refuse_mode(const struct iptfs_endpoint *endpoint, const char *command,
                               const char *allowed)
{
    return iptfs_fail(endpoint->error, IPTFS_E_INVALID, "%s: found tunnel.mode=%s, allowed: %s",
                      command, endpoint->codec.mode->name, allowed);
}

static int report_failure(struct iptfs_endpoint *endpoint)
{
    const struct iptfs_endpoint_request *request = endpoint->request;
    if (endpoint->limit.reached)
        return iptfs_fail(endpoint->error, IPTFS_E_IO,
                          "%s: reached %s at packet %" PRIu64 " of %s and is not kept, allowed: a "
                          "larger --max-output, a lower rate, fewer packets",
                          iptfs_quoted_path(request->out_path).text,
                          iptfs_show_octets(request->max_output_octets).text, endpoint->number,
                          endpoint->reader.file.path.text);
    return iptfs_outfile_flush(&endpoint->writer.out, endpoint->error);
}

void iptfs_endpoint_write(struct iptfs_endpoint *endpoint, int64_t now_ps, const uint8_t *bytes,
                          uint32_t octets)
{
    iptfs_capture_writer_add(&endpoint->writer, now_ps, bytes, octets);
    if (endpoint->writer.out.failure != 0 && endpoint->code == IPTFS_OK)
        endpoint->code = report_failure(endpoint);
}

int iptfs_endpoint_commit(struct iptfs_endpoint *endpoint)
{
    int code = iptfs_outfile_flush(&endpoint->writer.out, endpoint->error);
    if (code != IPTFS_OK)
        return report_failure(endpoint);
    return iptfs_capture_writer_commit(&endpoint->writer, endpoint->error);
}

void iptfs_endpoint_skip(struct iptfs_endpoint *endpoint, enum iptfs_skip kind, uint32_t detail)
{
    iptfs_skips_add(&endpoint->reader.skips, kind, detail);
}

int iptfs_endpoint_read(struct iptfs_endpoint *endpoint,
                        void (*take)(struct iptfs_endpoint *endpoint,
                                     const struct iptfs_captured *packet))
{
    struct iptfs_captured packet;
    int got;
    while ((got = iptfs_capture_reader_next(&endpoint->reader, &packet, endpoint->error)) == 1) {
        endpoint->now_ps = packet.at_ps;
        endpoint->number = packet.number;
        endpoint->writer.base_s = endpoint->reader.base_s;
        endpoint->writer.base_ns = endpoint->reader.base_ns;
        take(endpoint, &packet);
        if (endpoint->code != IPTFS_OK)
            return endpoint->code;
    }
    return got;
}
