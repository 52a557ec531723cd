/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads capture files packet by packet: pcap or pcapng, of Ethernet with or without VLAN tags, raw
 * IP or Linux cooked packets (SLL, SLL2), to the nanosecond. */
#ifndef IPTFS_CAPTURE_READER_H
#define IPTFS_CAPTURE_READER_H

#include "base/error.h"
#include "files/textfile.h"
#include "packet/ip_header.h"

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

struct iptfs_capture_link_type;

struct iptfs_capture_reader {
    struct iptfs_path_text path; /* for messages */
    pcap_t *pcap;
    const struct iptfs_capture_link_type *link_type;
    struct bpf_program program;
    bool has_filter; /* program is compiled */
    uint64_t number; /* of the packet read last, from 1 */
    bool truncated;  /* the file ends in the middle of a packet */
};

/* A packet. It is valid until the next one is read. */
struct iptfs_captured {
    int64_t second;
    uint32_t ns;
    bool filtered;        /* rejected by the filter; the other fields are not set */
    const uint8_t *ip;    /* its IP header; NULL: not IP, or captured too short to reach it */
    uint32_t captured;    /* octets at `ip` */
    uint32_t wire_octets; /* on the wire from `ip` on, Ethernet padding included */
};

/* Opens a capture. `filter` is libpcap's, with or without double quotes; "" or NULL for none.
 * IPTFS_E_IO, IPTFS_E_NO_MEMORY or IPTFS_E_INVALID (no capture, another link type, a bad filter)
 * with "FILE: ...". The reader is closed with iptfs_capture_reader_close after success and after
 * failure. */
int iptfs_capture_reader_open(struct iptfs_capture_reader *reader, const char *path,
                              const char *filter, struct iptfs_error *error);

/* Reads the next packet: 1; 0 after the last; IPTFS_E_IO when the file cannot be read on, with
 * reader->truncated when it ends in the middle of a packet; IPTFS_E_INVALID for an impossible
 * time. */
int iptfs_capture_reader_next(struct iptfs_capture_reader *reader, struct iptfs_captured *packet,
                              struct iptfs_error *error);

/* Closes the file and frees the filter. It may be called twice. */
void iptfs_capture_reader_close(struct iptfs_capture_reader *reader);

/* Reads the header of a captured packet; false when it is not IP, or the header cannot be true (see
 * iptfs_ip_header_read). */
bool iptfs_captured_ip(const struct iptfs_captured *packet, struct iptfs_ip_header *ip);

#endif
