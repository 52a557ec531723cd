/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture files read packet by packet: of Ethernet with or without VLAN tags, raw IP or Linux
 * cooked packets (SLL, SLL2), pcap or pcapng, to the nanosecond. */
#ifndef IPTFS_CAPTURE_READER_H
#define IPTFS_CAPTURE_READER_H

#include "base/error.h"
#include "files/textfile.h"

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

struct iptfs_capture_reader_link;

struct iptfs_capture_reader {
    struct iptfs_path_text path; /* for messages */
    pcap_t *pcap;
    const struct iptfs_capture_reader_link *link;
    struct bpf_program program;
    bool filters;    /* program is compiled */
    uint64_t number; /* of the packet taken last, from 1 */
    bool cut;        /* the file ends in the middle of a packet */
};

/* A packet, until the next one is read. */
struct iptfs_captured {
    int64_t second;
    uint32_t ns;
    bool filtered;        /* kept back by the filter; the rest is not known */
    const uint8_t *ip;    /* its IP header; NULL: not IP, or cut before it */
    uint32_t captured;    /* octets at `ip` */
    uint32_t wire_octets; /* there were on the wire, with what may follow IP (padding) */
};

/* `filter` is libpcap's, perhaps in double quotes; "" or NULL for none. IPTFS_E_IO,
 * IPTFS_E_NO_MEMORY or IPTFS_E_INVALID (no capture, another kind of link, a bad filter) with
 * "FILE: ...". Whatever the outcome it is closed with iptfs_capture_reader_close. */
int iptfs_capture_reader_open(struct iptfs_capture_reader *reader, const char *path,
                              const char *filter, struct iptfs_error *error);

/* The next packet: 1; 0 behind the last; IPTFS_E_IO when it cannot be read on, reader->cut when
 * that is because the file ends in the middle of a packet; IPTFS_E_INVALID for an impossible time.
 */
int iptfs_capture_reader_next(struct iptfs_capture_reader *reader, struct iptfs_captured *packet,
                              struct iptfs_error *error);

void iptfs_capture_reader_close(struct iptfs_capture_reader *reader);

/* What an IP header says of its packet. */
struct iptfs_captured_ip {
    uint8_t version;
    uint8_t tos;
    uint32_t id;     /* IPv4 identification or IPv6 flow label */
    uint32_t octets; /* by its length field; 0 where that is 0, as in offloaded segments */
};

/* Reads the header of a captured packet; false for what cannot be one. */
bool iptfs_captured_ip(const struct iptfs_captured *packet, struct iptfs_captured_ip *ip);

#endif
