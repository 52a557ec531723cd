/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture.h"

#include "textfile.h"
#include "units.h"

#include <errno.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_SERVICE_VLAN = 0x88a8,
    ETHERTYPE_OLD_VLAN = 0x9100,
    VLAN_OCTETS = 4,
    IPV4_OCTETS = 20,
    IPV6_OCTETS = 40,
    IPV6_MAX_OCTETS = 65575
};

#define LINKS_ALLOWED "Ethernet, raw IP, Linux cooked (SLL, SLL2)"

/* Where a kind of link has its protocol number, and where what it carries begins. */
struct link {
    int kind;
    uint32_t protocol_at;
    uint32_t payload_at; /* 0: IP alone, there is no number */
};

static const struct link links[] = {
    {DLT_EN10MB, 12, 14}, {DLT_LINUX_SLL, 14, 16}, {DLT_LINUX_SLL2, 0, 20},
    {DLT_RAW, 0, 0},      {DLT_IPV4, 0, 0},        {DLT_IPV6, 0, 0},
};

struct reader {
    const char *path;
    const char *filter; /* as given, for messages */
    pcap_t *pcap;
    const struct link *link;
    struct bpf_program program;
    bool filters; /* program is compiled */
    struct iptfs_capture *capture;
    size_t capacity;
    uint64_t number; /* of the packet */
    int64_t first_s; /* second of the first packet that stays: others are relative to it */
    struct iptfs_error *error;
};

/* Beyond this many packets a capture was named by mistake, or is too long for memory. */
#define PACKETS_MAX UINT32_MAX

static int refuse(const struct reader *r, const char *found, const char *allowed)
{
    return iptfs_fail(r->error, IPTFS_E_INVALID, "%s: found %s, allowed: %s", r->path, found,
                      allowed);
}

static uint32_t read16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

/* Finds the IP packet in what was captured; false where there is none. */
static bool find_ip(const struct link *link, const uint8_t *bytes, uint32_t length, uint32_t *ip_at)
{
    uint32_t protocol_at = link->protocol_at, payload_at = link->payload_at;
    *ip_at = payload_at;
    if (payload_at == 0)
        return true;
    if (payload_at > length)
        return false;
    for (;;) {
        uint32_t protocol = read16(bytes + protocol_at);
        if (protocol == ETHERTYPE_IPV4 || protocol == ETHERTYPE_IPV6)
            break;
        if ((protocol != ETHERTYPE_VLAN && protocol != ETHERTYPE_SERVICE_VLAN &&
             protocol != ETHERTYPE_OLD_VLAN) ||
            length - payload_at < VLAN_OCTETS)
            return false;
        protocol_at = payload_at + 2;
        payload_at += VLAN_OCTETS;
    }
    *ip_at = payload_at;
    return true;
}

/* Reads what is wanted of an IP header, of which `length` octets were captured, and which had
 * `wire_octets` with all behind it; false for what cannot be one. */
static bool read_ip(const uint8_t *ip, uint32_t length, uint32_t wire_octets,
                    struct iptfs_traffic_row *row)
{
    uint32_t least = IPV4_OCTETS, most = UINT16_MAX;
    if (length < 6) /* up to IPv6's payload length */
        return false;
    row->ip_version = ip[0] >> 4;
    if (row->ip_version == 4) {
        row->tos = ip[1];
        row->octets = read16(ip + 2);
    } else if (row->ip_version == 6) {
        least = IPV6_OCTETS;
        most = IPV6_MAX_OCTETS;
        row->tos = (int16_t)(read16(ip) >> 4 & 0xff);
        row->octets = read16(ip + 4) != 0 ? read16(ip + 4) + IPV6_OCTETS : 0;
    } else {
        return false;
    }
    if (row->octets == 0)
        row->octets = wire_octets;
    return row->octets >= least && row->octets <= most;
}

static int append(struct reader *r, const struct iptfs_traffic_row *row)
{
    struct iptfs_traffic_list *list = &r->capture->list;
    if (list->count == r->capacity) {
        size_t capacity = r->capacity != 0 ? 2 * r->capacity : 1024;
        struct iptfs_traffic_row *rows = reallocarray(list->rows, capacity, sizeof *rows);
        if (rows == NULL)
            return iptfs_fail(r->error, IPTFS_E_NO_MEMORY, "out of memory for %s", r->path);
        list->rows = rows;
        r->capacity = capacity;
    }
    list->rows[list->count++] = *row;
    return IPTFS_OK;
}

/* Fractions are nanoseconds, for so the file was opened. */
static int take_packet(struct reader *r, const struct pcap_pkthdr *header, const uint8_t *bytes)
{
    uint32_t ip_at;
    struct iptfs_traffic_row row = {.tos = -1, .line = (uint32_t)r->number};
    if (r->filters && pcap_offline_filter(&r->program, header, bytes) == 0) {
        r->capture->filtered_pkts++;
        return IPTFS_OK;
    }
    if (!find_ip(r->link, bytes, header->caplen, &ip_at) ||
        !read_ip(bytes + ip_at, header->caplen - ip_at,
                 header->len > ip_at ? header->len - ip_at : 0, &row)) {
        r->capture->skipped_pkts++;
        return IPTFS_OK;
    }
    if (r->capture->list.count == 0)
        r->first_s = header->ts.tv_sec;
    int64_t second = header->ts.tv_sec - r->first_s;
    const int64_t most_s = IPTFS_TIME_MAX_PS / IPTFS_PS_PER_S;
    if (second > most_s || second < -most_s || header->ts.tv_usec < 0 ||
        header->ts.tv_usec >= 1000000000) {
        char found[64];
        snprintf(found, sizeof found, "a time %" PRId64 " s after the first in packet %" PRIu64,
                 second, r->number);
        return refuse(r, found, "at most 1000h");
    }
    row.time_ps = second * IPTFS_PS_PER_S + (int64_t)header->ts.tv_usec * IPTFS_PS_PER_NS;
    return append(r, &row);
}

static int read_packets(struct reader *r)
{
    struct pcap_pkthdr *header;
    const uint8_t *bytes;
    int code = IPTFS_OK, got = 1;
    while (code == IPTFS_OK && r->number < PACKETS_MAX &&
           (got = pcap_next_ex(r->pcap, &header, &bytes)) == 1) {
        r->number++;
        code = take_packet(r, header, bytes);
    }
    if (code == IPTFS_OK && got == PCAP_ERROR)
        return iptfs_fail(r->error, IPTFS_E_IO,
                          "%s: cannot be read as a capture after packet %" PRIu64 ": %s", r->path,
                          r->number, pcap_geterr(r->pcap));
    return code;
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
                 r->number, r->capture->skipped_pkts, r->capture->filtered_pkts);
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

static int set_link(struct reader *r)
{
    int kind = pcap_datalink(r->pcap);
    char found[96];
    for (size_t i = 0; i < sizeof links / sizeof links[0] && r->link == NULL; i++)
        if (links[i].kind == kind)
            r->link = &links[i];
    if (r->link != NULL)
        return IPTFS_OK;
    const char *name = pcap_datalink_val_to_name(kind);
    snprintf(found, sizeof found, "a capture of link type %d (%.40s)", kind,
             name != NULL ? name : "unknown");
    return refuse(r, found, LINKS_ALLOWED);
}

static int set_filter(struct reader *r)
{
    if (r->filter == NULL || *r->filter == '\0')
        return IPTFS_OK;
    char *text = strdup(r->filter);
    if (text == NULL)
        return iptfs_fail(r->error, IPTFS_E_NO_MEMORY, "out of memory for %s", r->path);
    size_t length = strlen(text);
    char *begin = text;
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        text[length - 1] = '\0';
        begin++;
    }
    r->filters = pcap_compile(r->pcap, &r->program, begin, 1, PCAP_NETMASK_UNKNOWN) == 0;
    free(text);
    if (r->filters)
        return IPTFS_OK;
    return iptfs_fail(r->error, IPTFS_E_INVALID,
                      "%s: filter: found '%.160s', allowed: an expression of libpcap (%.120s)",
                      r->path, r->filter, pcap_geterr(r->pcap));
}

static int read_capture(struct reader *r)
{
    int code = set_link(r);
    if (code == IPTFS_OK)
        code = set_filter(r);
    if (code == IPTFS_OK)
        code = read_packets(r);
    if (code == IPTFS_OK)
        code = finish(r);
    if (r->filters)
        pcap_freecode(&r->program);
    return code;
}

int iptfs_capture_load(struct iptfs_capture *capture, const char *path, const char *filter,
                       struct iptfs_error *error)
{
    struct iptfs_path_text quoted = iptfs_quoted_path(path);
    struct reader r = {.path = quoted.text, .filter = filter, .capture = capture, .error = error};
    char why[PCAP_ERRBUF_SIZE] = "";
    *capture = (struct iptfs_capture){.skipped_pkts = 0};
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return iptfs_fail(error, IPTFS_E_IO, "%s: cannot be read: %s", r.path, strerror(errno));
    r.pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why);
    if (r.pcap == NULL) {
        fclose(file);
        return iptfs_fail(error, IPTFS_E_INVALID, "%s: cannot be read as a capture: %s", r.path,
                          why);
    }
    int code = read_capture(&r);
    pcap_close(r.pcap); /* and the file with it */
    if (code != IPTFS_OK)
        iptfs_traffic_list_free(&capture->list);
    return code;
}
