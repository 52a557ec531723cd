/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/capture.h"

#include "base/units.h"
#include "capture/reader.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    IPV4_OCTETS = 20,
    IPV6_OCTETS = 40,
    IPV6_MAX_OCTETS = 65575
};

struct reader {
    struct iptfs_capture_reader file;
    struct iptfs_capture *capture;
    size_t capacity;
    int64_t first_s; /* second of the first packet that stays: others are relative to it */
    struct iptfs_error *error;
};

/* Beyond this many packets a capture was named by mistake, or is too long for memory. */
#define PACKETS_MAX UINT32_MAX

static int refuse(const struct reader *r, const char *found, const char *allowed)
{
    return iptfs_fail(r->error, IPTFS_E_INVALID, "%s: found %s, allowed: %s", r->file.path.text,
                      found, allowed);
}

/* Reads what is wanted of an IP header; false for what cannot be one. */
static bool read_ip(const struct iptfs_captured *packet, struct iptfs_traffic_row *row)
{
    struct iptfs_capread_ip ip;
    if (!iptfs_capread_ip(packet, &ip))
        return false;
    uint32_t least = ip.version == 6 ? IPV6_OCTETS : IPV4_OCTETS;
    uint32_t most = ip.version == 6 ? IPV6_MAX_OCTETS : UINT16_MAX;
    row->ip_version = ip.version;
    row->tos = ip.tos;
    row->octets = ip.octets != 0 ? ip.octets : packet->wire_octets;
    return row->octets >= least && row->octets <= most;
}

static int append(struct reader *r, const struct iptfs_traffic_row *row)
{
    struct iptfs_traffic_list *list = &r->capture->list;
    if (list->count == r->capacity) {
        size_t capacity = r->capacity != 0 ? 2 * r->capacity : 1024;
        struct iptfs_traffic_row *rows = reallocarray(list->rows, capacity, sizeof *rows);
        if (rows == NULL)
            return iptfs_fail(r->error, IPTFS_E_NO_MEMORY, "out of memory for %s",
                              r->file.path.text);
        list->rows = rows;
        r->capacity = capacity;
    }
    list->rows[list->count++] = *row;
    return IPTFS_OK;
}

static int take_packet(struct reader *r, const struct iptfs_captured *packet)
{
    struct iptfs_traffic_row row = {.tos = -1, .line = (uint32_t)r->file.number};
    if (packet->filtered) {
        r->capture->filtered_pkts++;
        return IPTFS_OK;
    }
    if (!read_ip(packet, &row)) {
        r->capture->skipped_pkts++;
        return IPTFS_OK;
    }
    if (r->capture->list.count == 0)
        r->first_s = packet->second;
    int64_t second = packet->second - r->first_s;
    const int64_t most_s = IPTFS_TIME_MAX_PS / IPTFS_PS_PER_S;
    if (second > most_s || second < -most_s) {
        char found[64];
        snprintf(found, sizeof found, "a time %" PRId64 " s after the first in packet %" PRIu64,
                 second, r->file.number);
        return refuse(r, found, "at most 1000h");
    }
    row.time_ps = second * IPTFS_PS_PER_S + (int64_t)packet->ns * IPTFS_PS_PER_NS;
    return append(r, &row);
}

static int read_packets(struct reader *r)
{
    struct iptfs_captured packet;
    int code = IPTFS_OK, got = 1;
    while (code == IPTFS_OK && r->file.number < PACKETS_MAX &&
           (got = iptfs_capture_reader_next(&r->file, &packet, r->error)) == 1)
        code = take_packet(r, &packet);
    return code == IPTFS_OK && got < 0 ? got : code;
}

/* Captures from several queues are nearly in order of time; equal times stay as they are. */
static int compare_rows(const void *a, const void *b)
{
    const struct iptfs_traffic_row *left = a, *right = b;
    if (left->time_ps != right->time_ps)
        return left->time_ps < right->time_ps ? -1 : 1;
    return (left->line > right->line) - (left->line < right->line);
}

static int finish(struct reader *r)
{
    struct iptfs_traffic_list *list = &r->capture->list;
    if (list->count == 0) {
        char found[160];
        snprintf(found, sizeof found,
                 "no IP packet (%" PRIu64 " packets, %" PRIu64 " of them not IP, %" PRIu64
                 " kept back by the filter)",
                 r->file.number, r->capture->skipped_pkts, r->capture->filtered_pkts);
        return refuse(r, found, "a capture with at least one");
    }
    qsort(list->rows, list->count, sizeof *list->rows, compare_rows);
    int64_t first_ps = list->rows[0].time_ps;
    for (size_t i = 0; i < list->count; i++)
        list->rows[i].time_ps -= first_ps;
    if (list->rows[list->count - 1].time_ps > IPTFS_TIME_MAX_PS)
        return refuse(r, "a capture longer than that", "at most 1000h");
    return IPTFS_OK;
}

int iptfs_capture_load(struct iptfs_capture *capture, const char *path, const char *filter,
                       struct iptfs_error *error)
{
    struct reader r = {.capture = capture, .error = error};
    *capture = (struct iptfs_capture){.skipped_pkts = 0};
    int code = iptfs_capture_reader_open(&r.file, path, filter, error);
    if (code == IPTFS_OK)
        code = read_packets(&r);
    if (code == IPTFS_OK)
        code = finish(&r);
    iptfs_capture_reader_close(&r.file);
    if (code != IPTFS_OK)
        iptfs_traffic_list_free(&capture->list);
    return code;
}
