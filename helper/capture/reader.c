/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/reader.h"

#include "base/octets.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_SERVICE_VLAN = 0x88a8,
    ETHERTYPE_OLD_VLAN = 0x9100,
    VLAN_OCTETS = 4
};

#define LINKS_ALLOWED "Ethernet, raw IP, Linux cooked (SLL, SLL2)"

/* Offsets of the protocol number and of the payload in a frame. */
struct iptfs_capture_link_type {
    int kind;
    uint32_t protocol_at;
    uint32_t payload_at; /* 0: raw IP, without a protocol number */
};

static const struct iptfs_capture_link_type link_types[] = {
    {DLT_EN10MB, 12, 14}, {DLT_LINUX_SLL, 14, 16}, {DLT_LINUX_SLL2, 0, 20},
    {DLT_RAW, 0, 0},      {DLT_IPV4, 0, 0},        {DLT_IPV6, 0, 0},
};

static int refuse(const struct iptfs_capture_reader *reader, const char *found, const char *allowed,
                  struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_INVALID, "%s: found %s, allowed: %s", reader->path.text, found,
                      allowed);
}

/* Finds the IP header in a frame, behind any VLAN tags; false when there is none. */
static bool find_ip(const struct iptfs_capture_link_type *type, const uint8_t *bytes,
                    uint32_t length, uint32_t *ip_at)
{
    uint32_t protocol_at = type->protocol_at, payload_at = type->payload_at;
    *ip_at = payload_at;
    if (payload_at == 0)
        return true;
    if (payload_at > length)
        return false;
    for (;;) {
        uint32_t protocol = iptfs_get16(bytes + protocol_at);
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

bool iptfs_captured_ip(const struct iptfs_captured *packet, struct iptfs_ip_header *ip)
{
    return packet->ip != NULL &&
           iptfs_ip_header_read(ip, packet->ip, packet->captured, packet->wire_octets);
}

static int set_link_type(struct iptfs_capture_reader *reader, struct iptfs_error *error)
{
    int kind = pcap_datalink(reader->pcap);
    char found[96];
    for (size_t i = 0; i < sizeof link_types / sizeof link_types[0] && reader->link_type == NULL;
         i++)
        if (link_types[i].kind == kind)
            reader->link_type = &link_types[i];
    if (reader->link_type != NULL)
        return IPTFS_OK;
    const char *name = pcap_datalink_val_to_name(kind);
    snprintf(found, sizeof found, "a capture of link type %d (%.40s)", kind,
             name != NULL ? name : "unknown");
    return refuse(reader, found, LINKS_ALLOWED, error);
}

static int set_filter(struct iptfs_capture_reader *reader, const char *filter,
                      struct iptfs_error *error)
{
    if (filter == NULL || *filter == '\0')
        return IPTFS_OK;
    char *text = strdup(filter);
    if (text == NULL)
        return iptfs_fail_no_memory(error);
    size_t length = strlen(text);
    char *expression = text;
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        text[length - 1] = '\0';
        expression++;
    }
    reader->has_filter =
        pcap_compile(reader->pcap, &reader->program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
    free(text);
    if (reader->has_filter)
        return IPTFS_OK;
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: filter: found '%.160s', allowed: an expression of libpcap (%.120s)",
                      reader->path.text, filter, pcap_geterr(reader->pcap));
}

int iptfs_capture_reader_open(struct iptfs_capture_reader *reader, const char *path,
                              const char *filter, struct iptfs_error *error)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    *reader = (struct iptfs_capture_reader){.path = iptfs_quoted_path(path)};
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return iptfs_fail(error, IPTFS_E_IO, "%s: cannot be read: %s", reader->path.text,
                          strerror(errno));
    reader->pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why);
    if (reader->pcap == NULL) {
        fclose(file);
        return iptfs_fail(error, IPTFS_E_INVALID, "%s: cannot be read as a capture: %s",
                          reader->path.text, why);
    }
    int code = set_link_type(reader, error);
    return code == IPTFS_OK ? set_filter(reader, filter, error) : code;
}

/* libpcap reports a file that ends in the middle of a packet by its message only. */
static bool ends_in_packet(const struct iptfs_capture_reader *reader)
{
    return strncmp(pcap_geterr(reader->pcap), "truncated", 9) == 0;
}

int iptfs_capture_reader_next(struct iptfs_capture_reader *reader, struct iptfs_captured *packet,
                              struct iptfs_error *error)
{
    struct pcap_pkthdr *header;
    const uint8_t *bytes;
    uint32_t ip_at;
    int got = pcap_next_ex(reader->pcap, &header, &bytes);
    if (got != 1) {
        reader->truncated = got == PCAP_ERROR && ends_in_packet(reader);
        if (got == PCAP_ERROR)
            return iptfs_fail(error, IPTFS_E_IO,
                              "%s: cannot be read as a capture after packet %" PRIu64 ": %s",
                              reader->path.text, reader->number, pcap_geterr(reader->pcap));
        return 0;
    }
    reader->number++;
    *packet = (struct iptfs_captured){.second = header->ts.tv_sec};
    if (header->ts.tv_usec < 0 || header->ts.tv_usec >= 1000000000)
        return iptfs_fail(error, IPTFS_E_INVALID, "%s: packet %" PRIu64 " has no valid time",
                          reader->path.text, reader->number);
    packet->ns = (uint32_t)header->ts.tv_usec; /* nanoseconds, as the file was opened */
    packet->filtered =
        reader->has_filter && pcap_offline_filter(&reader->program, header, bytes) == 0;
    if (packet->filtered || !find_ip(reader->link_type, bytes, header->caplen, &ip_at))
        return 1;
    packet->ip = bytes + ip_at;
    packet->captured = header->caplen - ip_at;
    packet->wire_octets = header->len > ip_at ? header->len - ip_at : 0;
    return 1;
}

void iptfs_capture_reader_close(struct iptfs_capture_reader *reader)
{
    if (reader->has_filter)
        pcap_freecode(&reader->program);
    if (reader->pcap != NULL)
        pcap_close(reader->pcap); /* and the file with it */
    reader->pcap = NULL;
    reader->has_filter = false;
}
