/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/reader.h"

#include "base/octets.h"
#include "base/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    IPV4_MAX_OCTETS = UINT16_MAX,
    MAGIC_OCTETS = 4,
    TIME_MAX_S = IPTFS_TIME_MAX_PS / IPTFS_PS_PER_S
};

bool iptfs_captured_ip(const struct iptfs_captured *packet, struct iptfs_ip_header *ip)
{
    return iptfs_ip_header_read(ip, packet->ip, packet->captured, packet->wire_octets);
}

enum iptfs_skip iptfs_captured_why(const struct iptfs_captured *packet)
{
    if (packet->captured < IPTFS_IPV6_LENGTH_END)
        return IPTFS_SKIP_NO_HEADER;
    return packet->wire_octets > IPV4_MAX_OCTETS ? IPTFS_SKIP_TOO_LONG : IPTFS_SKIP_BAD_IP;
}

/* Formats that users have and that are named in the refusal, with what helps. */
static const struct foreign {
    uint8_t magic[MAGIC_OCTETS];
    uint8_t octets;
    const char *name;
} foreign[] = {
    {{0x28, 0xb5, 0x2f, 0xfd}, 4, "a file compressed with zstd (zstd -dc decompresses it)"},
    {{0xfd, '7', 'z', 'X'}, 4, "a file compressed with xz (xz -dc decompresses it)"},
    {{'B', 'Z', 'h'}, 3, "a file compressed with bzip2 (bzip2 -dc decompresses it)"},
    {{0x04, 0x22, 0x4d, 0x18}, 4, "a file compressed with lz4 (lz4 -dc decompresses it)"},
    {{'P', 'K', 3, 4}, 4, "a zip archive"},
    {{'s', 'n', 'o', 'o'}, 4, "a snoop capture (editcap converts it)"},
    {{'G', 'M', 'B', 'U'}, 4, "a Network Monitor capture (editcap converts it)"},
};

static int refuse_format(const struct iptfs_capture_reader *reader, const uint8_t *magic,
                         uint32_t octets, struct iptfs_error *error)
{
    const char *found = octets == 0 ? "an empty file" : "another kind of file";
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        if (octets == MAGIC_OCTETS && memcmp(foreign[i].magic, magic, foreign[i].octets) == 0)
            found = foreign[i].name;
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: found %s, allowed: a capture, pcap or pcapng, plain or with gzip",
                      reader->file.path.text, found);
}

static int open_format(struct iptfs_capture_reader *reader, struct iptfs_error *error)
{
    static const struct iptfs_capture_format *const formats[] = {
        &iptfs_capture_pcap,
        &iptfs_capture_pcap_ns,
        &iptfs_capture_pcap_patched,
        &iptfs_capture_pcapng,
    };
    struct iptfs_capture_file *file = &reader->file;
    uint8_t magic[MAGIC_OCTETS] = {0};
    uint32_t octets = iptfs_stream_read(&file->stream, magic, sizeof magic);
    if (file->stream.no_memory)
        return iptfs_fail_no_memory(error);
    if (file->stream.why != NULL)
        return iptfs_fail(error, IPTFS_E_IO, "%s: cannot be read: %s", file->path.text,
                          file->stream.why);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0] && octets == sizeof magic; i++) {
        file->format = formats[i];
        file->swapped = iptfs_get32(magic) != formats[i]->magic;
        if (iptfs_capture_get32(file, magic) == formats[i]->magic)
            return formats[i]->open(file, error);
    }
    return refuse_format(reader, magic, octets, error);
}

int iptfs_capture_reader_open(struct iptfs_capture_reader *reader, const char *path,
                              const char *filter, struct iptfs_error *error)
{
    *reader = (struct iptfs_capture_reader){.started = false};
    reader->file.path = iptfs_quoted_path(path);
    reader->file.filter = filter;
    if (!iptfs_stream_open(&reader->file.stream, path))
        return errno == ENOMEM ? iptfs_fail_no_memory(error)
                               : iptfs_fail(error, IPTFS_E_IO, "%s: cannot be read: %s",
                                            reader->file.path.text, strerror(errno));
    return open_format(reader, error);
}

/* The time by which a packet is put in order: its own, or that of the packet read before when it
 * has none. Time 0 is none in a capture with times of today. */
static void set_order(struct iptfs_capture_reader *reader,
                      const struct iptfs_capture_record *record,
                      struct iptfs_capture_waiting *packet)
{
    bool zero = !record->timed || (record->second == 0 && record->ns == 0);
    if (zero && (!record->timed || reader->read_s >= TIME_MAX_S)) {
        packet->second = reader->read_s;
        packet->ns = reader->read_ns;
    } else {
        packet->second = record->second;
        packet->ns = record->ns;
    }
    bool at_zero = packet->second == 0 && packet->ns == 0;
    reader->at_zero += at_zero;
    reader->untimed += zero && !at_zero;
    reader->read_s = packet->second;
    reader->read_ns = packet->ns;
}

static bool is_filtered(const struct iptfs_capture_record *record)
{
    const struct pcap_pkthdr header = {.caplen = record->captured, .len = record->length};
    return record->link->has_filter &&
           pcap_offline_filter(&record->link->program, &header, record->bytes) == 0;
}

/* Adds a packet to the window when it has an IP header, and counts it otherwise. */
static int add_packet(struct iptfs_capture_reader *reader,
                      const struct iptfs_capture_record *record, struct iptfs_error *error)
{
    if (record->link->type == NULL) {
        iptfs_skips_add(&reader->skips, IPTFS_SKIP_LINK_TYPE, record->link->linktype);
        return IPTFS_OK;
    }
    if (is_filtered(record)) {
        reader->filtered++;
        return IPTFS_OK;
    }
    struct iptfs_link_found found =
        iptfs_link_type_find_ip(record->link->type, record->bytes, record->captured);
    if (found.skip != IPTFS_SKIP_NONE) {
        iptfs_skips_add(&reader->skips, found.skip, found.detail);
        return IPTFS_OK;
    }
    struct iptfs_capture_waiting packet = {
        .number = reader->file.number,
        .captured = record->captured - found.ip_at,
        .wire_octets = record->length - found.ip_at,
    };
    set_order(reader, record, &packet);
    return iptfs_capture_window_add(&reader->window, &packet, record->bytes + found.ip_at)
               ? IPTFS_OK
               : iptfs_fail_no_memory(error);
}

static int fill_window(struct iptfs_capture_reader *reader, struct iptfs_error *error)
{
    struct iptfs_capture_record record;
    int code = IPTFS_OK;
    while (code == IPTFS_OK && !reader->ended && !iptfs_capture_window_full(&reader->window)) {
        int got = reader->file.format->next(&reader->file, &record, error);
        reader->ended = got != 1;
        if (got != 1)
            return got;
        reader->file.number++;
        code = add_packet(reader, &record, error);
    }
    return code;
}

/* Packets without a time at the beginning of a capture have time 0. When the first time behind them
 * is far from that, the capture begins there. */
static void set_base(struct iptfs_capture_reader *reader,
                     const struct iptfs_capture_waiting *packet)
{
    if (!reader->started) {
        reader->base_s = packet->second;
        reader->started = true;
    } else if (reader->base_s == 0 && reader->now_ps == 0 && packet->second >= TIME_MAX_S) {
        reader->base_s = packet->second;
        reader->base_ns = packet->ns;
        reader->untimed += reader->at_zero;
    }
}

static int set_time(struct iptfs_capture_reader *reader, const struct iptfs_capture_waiting *packet,
                    struct iptfs_error *error)
{
    set_base(reader, packet);
    uint64_t second = (uint64_t)packet->second - (uint64_t)reader->base_s;
    if (packet->second >= reader->base_s && second >= (uint64_t)TIME_MAX_S)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "%s: found a time %" PRIu64 " s after the first in packet %" PRIu64
                          ", allowed: at most 1000h",
                          reader->file.path.text, second, packet->number);
    int64_t at_ps = -1;
    if (packet->second >= reader->base_s)
        at_ps = (int64_t)second * IPTFS_PS_PER_S +
                ((int64_t)packet->ns - (int64_t)reader->base_ns) * IPTFS_PS_PER_NS;
    reader->earlier += at_ps < reader->now_ps;
    reader->now_ps = iptfs_later(reader->now_ps, at_ps);
    return IPTFS_OK;
}

int iptfs_capture_reader_next(struct iptfs_capture_reader *reader, struct iptfs_captured *packet,
                              struct iptfs_error *error)
{
    int code = fill_window(reader, error);
    if (code != IPTFS_OK)
        return code;
    const struct iptfs_capture_waiting *taken = iptfs_capture_window_take(&reader->window);
    if (taken == NULL)
        return 0;
    code = set_time(reader, taken, error);
    if (code != IPTFS_OK)
        return code;
    *packet = (struct iptfs_captured){
        .at_ps = reader->now_ps,
        .number = taken->number,
        .ip = taken->bytes,
        .captured = taken->captured,
        .wire_octets = taken->wire_octets,
    };
    return 1;
}

int iptfs_capture_reader_refuse(const struct iptfs_capture_reader *reader, const char *more,
                                const char *what, struct iptfs_error *error)
{
    char kinds[600], filtered[64] = "";
    iptfs_skips_list(&reader->skips, kinds, sizeof kinds);
    if (reader->filtered > 0)
        snprintf(filtered, sizeof filtered, "; %" PRIu64 " rejected by the filter",
                 reader->filtered);
    return iptfs_fail(
        error, IPTFS_E_INVALID, "%s: found %" PRIu64 " packet%s%s%s%s%s, allowed: at least one %s",
        reader->file.path.text, reader->file.number, reader->file.number == 1 ? "" : "s", kinds,
        more, filtered, iptfs_capture_reader_cut(reader) ? "; the file is cut" : "", what);
}

/* "FILE: COUNT packets TEXT" to `note`, unless the count is 0. */
static void note_count(const struct iptfs_capture_reader *reader, uint64_t count, const char *text,
                       void (*note)(void *ctx, const char *line), void *ctx)
{
    char line[400];
    if (count == 0)
        return;
    snprintf(line, sizeof line, "%s: %" PRIu64 " packet%s %s", reader->file.path.text, count,
             count == 1 ? "" : "s", text);
    note(ctx, line);
}

void iptfs_capture_reader_note(const struct iptfs_capture_reader *reader,
                               void (*note)(void *ctx, const char *line), void *ctx)
{
    char text[160];
    for (enum iptfs_skip kind = 0; kind < IPTFS_SKIP_COUNT; kind++) {
        snprintf(text, sizeof text, "skipped: %s", iptfs_skip_describe(&reader->skips, kind).text);
        note_count(reader, reader->skips.pkts[kind], text, note, ctx);
    }
    note_count(reader, reader->earlier, "earlier than the packets before, whose time is used", note,
               ctx);
    note_count(reader, reader->untimed, "without a time: that of the packet before is used", note,
               ctx);
    if (!iptfs_capture_reader_cut(reader))
        return;
    char line[256];
    snprintf(line, sizeof line, "%s: the file is cut: packet %" PRIu64 " is its last complete one",
             reader->file.path.text, reader->file.number);
    note(ctx, line);
}

void iptfs_capture_reader_close(struct iptfs_capture_reader *reader)
{
    struct iptfs_capture_file *file = &reader->file;
    for (size_t i = 0; i < file->n_links; i++) {
        if (file->links[i]->has_filter)
            pcap_freecode(&file->links[i]->program);
        free(file->links[i]);
    }
    file->n_links = 0;
    free(file->bytes);
    file->bytes = NULL;
    file->capacity = 0;
    free(file->pcapng.interfaces);
    file->pcapng.interfaces = NULL;
    file->pcapng.count = 0;
    iptfs_capture_window_free(&reader->window);
    iptfs_stream_close(&file->stream);
}
