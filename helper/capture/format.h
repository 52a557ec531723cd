/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File formats of captures: a row each, and the state of a file that is read. Internal to
 * capture/. libpcap's own reader is not used: it refuses pcapng files whose interfaces differ in
 * link type or snapshot length, and cuts packets to the snapshot length of the file's header. */
#ifndef IPTFS_CAPTURE_FORMAT_H
#define IPTFS_CAPTURE_FORMAT_H

#include "base/error.h"
#include "capture/link_type.h"
#include "capture/stream.h"
#include "files/textfile.h"

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IPTFS_CAPTURE_PACKET_MAX_OCTETS = 16777216, /* a packet of more is damage */
    IPTFS_CAPTURE_LINKS_MAX = 256
};

/* A link type that a file has, with the filter for it. */
struct iptfs_capture_link {
    uint32_t linktype;                  /* as in the file */
    const struct iptfs_link_type *type; /* NULL: cannot be read; its packets are skipped */
    struct bpf_program program;
    bool has_filter;
};

/* An interface of a pcapng section; its times are in `offset_s` seconds and units of 1 / 10^digits
 * or 1 / 2^digits s. */
struct iptfs_capture_interface {
    struct iptfs_capture_link *link;
    uint32_t snaplen; /* 0: none */
    int64_t offset_s;
    uint8_t digits;
    bool binary;
};

struct iptfs_capture_file {
    struct iptfs_path_text path; /* for messages */
    const char *filter;          /* NULL: none */
    struct iptfs_stream stream;
    const struct iptfs_capture_format *format;
    bool swapped;    /* numbers are in the other byte order than big-endian */
    uint64_t number; /* of the packet read last, from 1 */
    struct iptfs_capture_link *links[IPTFS_CAPTURE_LINKS_MAX];
    size_t n_links;
    uint8_t *bytes; /* of the packet or block read last */
    uint32_t capacity;
    struct {
        struct iptfs_capture_link *link;
        uint32_t fraction_ns;   /* unit of the second half of a time */
        uint32_t header_octets; /* of a packet */
    } pcap;
    struct {
        struct iptfs_capture_interface *interfaces; /* of the section */
        size_t count;
        size_t capacity;
    } pcapng;
};

/* A packet as the file has it; valid until the next one is read. */
struct iptfs_capture_record {
    const struct iptfs_capture_link *link;
    bool timed; /* the file has a time for it */
    int64_t second;
    uint32_t ns;
    const uint8_t *bytes;
    uint32_t captured;
    uint32_t length; /* on the wire, at least `captured` */
};

struct iptfs_capture_format {
    uint32_t magic; /* the first four octets */
    /* Reads what stands before the packets, from behind the magic number on. */
    int (*open)(struct iptfs_capture_file *file, struct iptfs_error *error);
    /* Reads a packet: 1; 0 at the end of the file, which may be within one (stream.cut). */
    int (*next)(struct iptfs_capture_file *file, struct iptfs_capture_record *record,
                struct iptfs_error *error);
};

extern const struct iptfs_capture_format iptfs_capture_pcap;
extern const struct iptfs_capture_format iptfs_capture_pcap_ns;
extern const struct iptfs_capture_format iptfs_capture_pcap_patched;
extern const struct iptfs_capture_format iptfs_capture_pcapng;

/* A number of the file, in its byte order. */
uint32_t iptfs_capture_get16(const struct iptfs_capture_file *file, const uint8_t *bytes);
uint32_t iptfs_capture_get32(const struct iptfs_capture_file *file, const uint8_t *bytes);

/* Makes space for `octets` octets at file->bytes. IPTFS_E_NO_MEMORY. */
int iptfs_capture_reserve(struct iptfs_capture_file *file, uint32_t octets,
                          struct iptfs_error *error);

/* The link of a link type, made and with the filter compiled where the file has had none of it. */
int iptfs_capture_add_link(struct iptfs_capture_file *file, uint32_t linktype,
                           struct iptfs_capture_link **link, struct iptfs_error *error);

/* The error for a file that is not what its format says: `found` in it behind the last packet. */
int iptfs_capture_damaged(const struct iptfs_capture_file *file, struct iptfs_error *error,
                          const char *format, ...) __attribute__((format(printf, 3, 4)));

/* After a read that got less than it asked for: 0 at the end of the file, or IPTFS_E_IO. `inside`:
 * a part of the packet or block was read before, so that the file is cut. */
int iptfs_capture_ended(struct iptfs_capture_file *file, bool inside, struct iptfs_error *error);

#endif
