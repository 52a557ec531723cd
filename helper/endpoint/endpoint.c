/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "endpoint/endpoint.h"

#include "base/units.h"
#include "files/textfile.h"
#include "text/quantity.h"

#include <inttypes.h>

static int load_scenario(struct iptfs_endpoint *endpoint, const char *default_scenario)
{
    const struct iptfs_endpoint_request *request = endpoint->request;
    if (request->scenario_path != NULL)
        return iptfs_scenario_load(&endpoint->scenario, request->scenario_path, request->sets,
                                   request->n_sets, endpoint->error);
    return iptfs_scenario_parse_text(&endpoint->scenario, default_scenario, "defaults",
                                     request->sets, request->n_sets, endpoint->error);
}

int iptfs_endpoint_open(struct iptfs_endpoint *endpoint,
                        const struct iptfs_endpoint_request *request, const char *default_scenario,
                        struct iptfs_error *error)
{
    endpoint->request = request;
    endpoint->error = error;
    int code = load_scenario(endpoint, default_scenario);
    if (code == IPTFS_OK)
        code = iptfs_sa_config(&endpoint->codec, &request->sa,
                               &endpoint->scenario.tunnel[IPTFS_FORWARD], IPTFS_FORWARD, error);
    if (code == IPTFS_OK)
        code = iptfs_capture_reader_open(&endpoint->reader, request->in_path, NULL, error);
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
                          iptfs_show_octets(request->max_output_octets).text,
                          endpoint->reader.number, endpoint->reader.path.text);
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

/* Sets the clock to a packet's time; it never goes back. */
static int set_clock(struct iptfs_endpoint *endpoint, const struct iptfs_captured *packet)
{
    const int64_t max_s = IPTFS_TIME_MAX_PS / IPTFS_PS_PER_S;
    if (endpoint->reader.number == 1)
        endpoint->base_s = packet->second;
    int64_t second = packet->second - endpoint->base_s;
    if (second >= max_s)
        return iptfs_fail(endpoint->error, IPTFS_E_INVALID,
                          "%s: found a time %" PRId64 " s after the first in packet %" PRIu64
                          ", allowed: at most 1000h",
                          endpoint->reader.path.text, second, endpoint->reader.number);
    int64_t at_ps =
        second < 0 ? -1 : second * IPTFS_PS_PER_S + (int64_t)packet->ns * IPTFS_PS_PER_NS;
    endpoint->earlier += at_ps < endpoint->now_ps;
    endpoint->now_ps = iptfs_later(endpoint->now_ps, at_ps);
    endpoint->writer.base_s = endpoint->base_s;
    return IPTFS_OK;
}

int iptfs_endpoint_read(struct iptfs_endpoint *endpoint,
                        void (*take)(struct iptfs_endpoint *endpoint,
                                     const struct iptfs_captured *packet))
{
    struct iptfs_captured packet;
    int got;
    while ((got = iptfs_capture_reader_next(&endpoint->reader, &packet, endpoint->error)) == 1) {
        int code = set_clock(endpoint, &packet);
        if (code != IPTFS_OK)
            return code;
        take(endpoint, &packet);
        if (endpoint->code != IPTFS_OK)
            return endpoint->code;
    }
    return got < 0 && !endpoint->reader.truncated ? got : IPTFS_OK;
}
