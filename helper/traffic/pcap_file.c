/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/pcap_file.h"

#include "base/units.h"
#include "capture/reader.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct reader {
    struct iptfs_capture_reader capture;
    struct iptfs_pcap_file *file;
    int64_t first_s; /* second of the first packet of the list: times are relative to it */
    struct iptfs_error *error;
};

/* A capture with more packets was named by mistake, or is too long for memory. */
#define PACKETS_MAX UINT32_MAX

static int refuse(const struct reader *r, const char *found, const char *allowed)
{
    return iptfs_fail(r->error, IPTFS_E_INVALID, "%s: found %s, allowed: %s", r->capture.path.text,
                      found, allowed);
}

/* Reads the fields of an IP header; false when it cannot be an IP packet. */
static bool read_ip(const struct iptfs_captured *packet, struct iptfs_traffic_row *row)
{
    struct iptfs_ip_header ip;
    if (!iptfs_captured_ip(packet, &ip))
        return false;
    row->ip_version = ip.version;
    row->tos = ip.tos;
    row->octets = ip.octets;
    return true;
}

static int take_packet(struct reader *r, const struct iptfs_captured *packet)
{
    struct iptfs_traffic_row row = {.tos = -1, .line = (uint32_t)r->capture.number};
    if (packet->filtered) {
        r->file->filtered_pkts++;
        return IPTFS_OK;
    }
    if (!read_ip(packet, &row)) {
        r->file->skipped_pkts++;
        return IPTFS_OK;
    }
    if (r->file->list.count == 0)
        r->first_s = packet->second;
    int64_t second = packet->second - r->first_s;
    const int64_t most_s = IPTFS_TIME_MAX_PS / IPTFS_PS_PER_S;
    if (second > most_s || second < -most_s) {
        char found[64];
        snprintf(found, sizeof found, "a time %" PRId64 " s after the first in packet %" PRIu64,
                 second, r->capture.number);
        return refuse(r, found, "at most 1000h");
    }
    row.time_ps = second * IPTFS_PS_PER_S + (int64_t)packet->ns * IPTFS_PS_PER_NS;
    if (iptfs_traffic_list_append(&r->file->list, &row) != IPTFS_OK)
        return iptfs_fail_no_memory(r->error);
    return IPTFS_OK;
}

static int read_packets(struct reader *r)
{
    struct iptfs_captured packet;
    int code = IPTFS_OK, got = 1;
    while (code == IPTFS_OK && r->capture.number < PACKETS_MAX &&
           (got = iptfs_capture_reader_next(&r->capture, &packet, r->error)) == 1)
        code = take_packet(r, &packet);
    return code == IPTFS_OK && got < 0 ? got : code;
}

/* Captures from several queues are nearly in the order of time. Packets of the same time stay in
 * the order of the file. */
static int compare_rows(const void *a, const void *b)
{
    const struct iptfs_traffic_row *left = a, *right = b;
    if (left->time_ps != right->time_ps)
        return left->time_ps < right->time_ps ? -1 : 1;
    return (left->line > right->line) - (left->line < right->line);
}

/* Sorts the packets, and makes their times relative to the first. */
static int order_rows(struct reader *r)
{
    struct iptfs_traffic_list *list = &r->file->list;
    if (list->count == 0) {
        char found[160];
        snprintf(found, sizeof found,
                 "no IP packet (%" PRIu64 " packets, %" PRIu64 " of them not IP, %" PRIu64
                 " rejected by the filter)",
                 r->capture.number, r->file->skipped_pkts, r->file->filtered_pkts);
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

int iptfs_pcap_file_load(struct iptfs_pcap_file *file, const char *path, const char *filter,
                         struct iptfs_error *error)
{
    struct reader r = {.file = file, .error = error};
    *file = (struct iptfs_pcap_file){.skipped_pkts = 0};
    int code = iptfs_capture_reader_open(&r.capture, path, filter, error);
    if (code == IPTFS_OK)
        code = read_packets(&r);
    if (code == IPTFS_OK)
        code = order_rows(&r);
    iptfs_capture_reader_close(&r.capture);
    if (code != IPTFS_OK)
        iptfs_traffic_list_free(&file->list);
    return code;
}
