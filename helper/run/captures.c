/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/captures.h"

#include "files/textfile.h"
#include "ns3/device.h"
#include "ns3/failure.h"
#include "ns3/sim.h"
#include "packet/ip_octets.h"
#include "scenario/sa.h"
#include "scenario/to_model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const places[IPTFS_RUN_CAPTURES_PLACES] = {"inner-in", "outer-tx", "outer-rx",
                                                              "inner-out"};

#define REVERSE_SPI "0x2000"

static void add_inner(struct iptfs_run_captures_end *end, enum iptfs_run_captures_place place,
                      int64_t at_ps, const struct iptfs_inner *inner)
{
    int code = iptfs_inner_copy(&end->wire.octets, inner, inner->tos, 0, inner->octets, end->bytes);
    if (code == IPTFS_OK)
        iptfs_capture_writer_add(&end->files[place], at_ps, end->bytes, inner->octets);
    else if (end->code == IPTFS_OK)
        end->code = code;
}

static void add_outer(struct iptfs_run_captures_end *end, enum iptfs_run_captures_place place,
                      int64_t at_ps, const struct iptfs_outer *outer)
{
    int octets =
        iptfs_outer_codec_encode(&end->wire, outer, end->bytes, IPTFS_OUTER_CODEC_MAX_OCTETS);
    if (octets >= 0) {
        iptfs_capture_writer_add(&end->files[place], at_ps, end->bytes, (uint32_t)octets);
    } else if (end->code == IPTFS_OK) {
        end->code = octets;
        end->seq = outer->seq;
        end->why = end->wire.why;
    }
}

/* Keeps the octets of a packet of ns-3: its handle leaves the tunnel with the first copy, while
 * other copies may still be in flight. */
static void keep_octets(struct iptfs_run_captures_end *end, struct iptfs_inner *inner)
{
    if (!iptfs_inner_own_bytes(end->store, inner)) {
        end->code = IPTFS_E_NO_MEMORY;
        return;
    }
    if (iptfs_ns3_packet_copy(inner->handle, 0, inner->bytes, inner->octets) != inner->octets)
        end->code = IPTFS_E_INVALID;
}

static void on_arrived(void *ctx, struct iptfs_inner *inner)
{
    struct iptfs_run_captures_end *end = ctx;
    if (inner->handle != NULL && inner->bytes == NULL)
        keep_octets(end, inner);
    add_inner(end, IPTFS_RUN_CAPTURES_INNER_IN, inner->arrived_ps, inner);
}

static void on_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    struct iptfs_run_captures_end *end = ctx;
    add_outer(end, IPTFS_RUN_CAPTURES_OUTER_TX, now_ps, outer);
}

static void on_received(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    struct iptfs_run_captures_end *end = ctx;
    add_outer(end, IPTFS_RUN_CAPTURES_OUTER_RX, now_ps, outer);
}

static void on_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    struct iptfs_run_captures_end *end = ctx;
    add_inner(end, IPTFS_RUN_CAPTURES_INNER_OUT, now_ps, inner);
}

static int open_wire(struct iptfs_run_captures_end *end, enum iptfs_direction direction,
                     const struct iptfs_scenario *scenario, struct iptfs_error *error)
{
    const struct iptfs_tunnel_options *tunnel = &scenario->tunnel[direction];
    struct iptfs_outer_codec_config config;
    struct iptfs_sa_options options = {
        .open_key = true,
        .spi = direction == IPTFS_REVERSE ? REVERSE_SPI : NULL,
    };
    int code = iptfs_sa_config(&config, &options, tunnel, direction, error);
    end->bytes = malloc(IPTFS_OUTER_CODEC_MAX_OCTETS);
    if (code == IPTFS_OK)
        code = iptfs_outer_codec_init(&end->wire, &config);
    if (code == IPTFS_OK && end->bytes == NULL)
        code = IPTFS_E_NO_MEMORY;
    return code;
}

static int open_end(struct iptfs_run_captures *captures, enum iptfs_direction direction,
                    const char *prefix, const struct iptfs_scenario *scenario,
                    struct iptfs_error *error)
{
    struct iptfs_run_captures_end *end = &captures->ends[direction];
    captures->used[direction] = true;
    int code = open_wire(end, direction, scenario, error);
    for (int i = 0; code == IPTFS_OK && i < IPTFS_RUN_CAPTURES_PLACES; i++) {
        char *path;
        if (asprintf(&path, "%s%s-%s.pcap", prefix, direction == IPTFS_REVERSE ? "-reverse" : "",
                     places[i]) < 0)
            return iptfs_fail_no_memory(error);
        code = iptfs_capture_writer_open(&end->files[i], path, error);
        free(path);
    }
    return code;
}

/* Whether there is an SA whose packets Wireshark can find by their addresses. */
static bool has_sa(const struct iptfs_outer_codec *wire)
{
    return wire->config.mode->encrypted && !wire->config.mode->transport;
}

int iptfs_run_captures_open(struct iptfs_run_captures *captures, const char *prefix,
                            const struct iptfs_scenario *scenario, struct iptfs_error *error)
{
    *captures = (struct iptfs_run_captures){.used = {false}};
    int code = open_end(captures, IPTFS_FORWARD, prefix, scenario, error);
    if (code == IPTFS_OK && scenario->bidirectional)
        code = open_end(captures, IPTFS_REVERSE, prefix, scenario, error);
    char *path = NULL;
    if (code != IPTFS_OK || !has_sa(&captures->ends[IPTFS_FORWARD].wire))
        return code;
    if (asprintf(&path, "%s-esp_sa", prefix) < 0)
        return iptfs_fail_no_memory(error);
    code = iptfs_outfile_open_private(&captures->esp_sa, path, error);
    free(path);
    return code;
}

int iptfs_run_captures_attach(struct iptfs_run_captures *captures, struct iptfs_run *run)
{
    int error = iptfs_ns3_failure(iptfs_ns3_checksums());
    if (error != IPTFS_OK)
        return error;
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        if (!captures->used[i])
            continue;
        struct iptfs_run_captures_end *end = &captures->ends[i];
        struct iptfs_tunnel *tunnel = &run->direction[i].tunnel;
        end->store = &tunnel->store;
        end->observer = (struct iptfs_observer){
            .arrived = on_arrived,
            .sent = on_sent,
            .received = on_received,
            .delivered = on_delivered,
            .ctx = end,
        };
        iptfs_tunnel_observe(tunnel, &end->observer);
    }
    return IPTFS_OK;
}

static int check_end(const struct iptfs_run_captures_end *end, const char *path,
                     struct iptfs_error *error)
{
    if (end->code == IPTFS_OK)
        return IPTFS_OK;
    if (end->seq == 0)
        return iptfs_fail(error, IPTFS_E_INVALID, "%s: the octets of an inner packet are not known",
                          path);
    return iptfs_fail(error, end->code == IPTFS_E_UNBALANCED ? end->code : IPTFS_E_INVALID,
                      "%s: outer packet %" PRIu64 " cannot be written: %s", path, end->seq,
                      end->why);
}

int iptfs_run_captures_finish(struct iptfs_run_captures *captures, const struct iptfs_run *run,
                              struct iptfs_error *error)
{
    int code = IPTFS_OK;
    for (int i = 0; code == IPTFS_OK && i < IPTFS_DIRECTIONS; i++) {
        const struct iptfs_outer_codec *wire = &captures->ends[i].wire;
        if (!captures->used[i])
            continue;
        code = check_end(&captures->ends[i], iptfs_quoted_path(run->scenario->path).text, error);
        if (code == IPTFS_OK && captures->esp_sa.file != NULL && has_sa(wire))
            iptfs_sa_write_wireshark(&wire->config, run->direction[i].tunnel.sender.packer.sa + 1,
                                     captures->esp_sa.file);
    }
    return code;
}

void iptfs_run_captures_free(struct iptfs_run_captures *captures)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        struct iptfs_run_captures_end *end = &captures->ends[i];
        for (int place = 0; place < IPTFS_RUN_CAPTURES_PLACES; place++)
            iptfs_capture_writer_free(&end->files[place]);
        iptfs_outer_codec_free(&end->wire);
        free(end->bytes);
        end->bytes = NULL;
    }
    iptfs_outfile_discard(&captures->esp_sa);
}
