/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/pcap_file.h"

#include "capture/reader.h"
#include "text/text_stream.h"

#include <stdio.h>
#include <stdlib.h>

struct reader {
    struct iptfs_capture_reader capture;
    struct iptfs_pcap_file *file;
    struct iptfs_error *error;
};

/* A capture with more packets was named by mistake, or is too long for memory. */
#define PACKETS_MAX UINT32_MAX

/* Reads the fields of an IP header; the kind to count it as when it cannot be an IP packet. */
static enum iptfs_skip read_ip(const struct iptfs_captured *packet, struct iptfs_traffic_row *row)
{
    struct iptfs_ip_header ip;
    if (!iptfs_captured_ip(packet, &ip))
        return iptfs_captured_why(packet);
    row->ip_version = ip.version;
    row->tos = ip.tos;
    row->df = ip.df;
    row->octets = ip.octets;
    return IPTFS_SKIP_NONE;
}

static int take_packet(struct reader *r, const struct iptfs_captured *packet)
{
    struct iptfs_traffic_row row = {
        .tos = -1,
        .line = (uint32_t)packet->number,
        .time_ps = packet->at_ps,
    };
    enum iptfs_skip skip = read_ip(packet, &row);
    if (skip != IPTFS_SKIP_NONE) {
        iptfs_skips_add(&r->capture.skips, skip, 0);
        return IPTFS_OK;
    }
    if (iptfs_traffic_list_append(&r->file->list, &row) != IPTFS_OK)
        return iptfs_fail_no_memory(r->error);
    return IPTFS_OK;
}

static int read_packets(struct reader *r)
{
    struct iptfs_captured packet;
    int code = IPTFS_OK, got = 1;
    while (code == IPTFS_OK && iptfs_capture_reader_pkts(&r->capture) < PACKETS_MAX &&
           (got = iptfs_capture_reader_next(&r->capture, &packet, r->error)) == 1)
        code = take_packet(r, &packet);
    return code == IPTFS_OK && got < 0 ? got : code;
}

/* Makes times relative to the first packet of the list. */
static int begin_at_zero(struct reader *r)
{
    struct iptfs_traffic_list *list = &r->file->list;
    if (list->count == 0)
        return iptfs_capture_reader_refuse(&r->capture, "", "IP packet", r->error);
    int64_t first_ps = list->rows[0].time_ps;
    for (size_t i = 0; i < list->count; i++)
        list->rows[i].time_ps -= first_ps;
    return IPTFS_OK;
}

static void write_line(void *ctx, const char *line)
{
    fprintf(ctx, "%s\n", line);
}

static int write_notes(struct reader *r)
{
    struct iptfs_text_stream notes;
    if (iptfs_text_stream_open(&notes) == NULL)
        return iptfs_fail_no_memory(r->error);
    iptfs_capture_reader_note(&r->capture, write_line, notes.out);
    r->file->notes = iptfs_text_stream_close(&notes);
    return r->file->notes != NULL ? IPTFS_OK : iptfs_fail_no_memory(r->error);
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
        code = begin_at_zero(&r);
    if (code == IPTFS_OK)
        code = write_notes(&r);
    file->skipped_pkts = iptfs_skips_total(&r.capture.skips);
    file->filtered_pkts = r.capture.filtered;
    iptfs_capture_reader_close(&r.capture);
    if (code != IPTFS_OK) {
        iptfs_traffic_list_free(&file->list);
        free(file->notes);
        file->notes = NULL;
    }
    return code;
}
