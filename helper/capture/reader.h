/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads capture files packet by packet, to the nanosecond: pcap and pcapng, also compressed with
 * gzip and from pipes; see capture/link_type for what frames may hold.
 *
 * All commands treat captures alike. Packets come in the order of time as far as a window of
 * packets (capture/window) can put them into it, and time never goes back: a packet that is earlier
 * still gets the time of the one before it. So does one without a time (0) in the file. A file that
 * is cut in the middle is read up to its last complete packet. Both are counted. A damaged file is
 * an error. */
#ifndef IPTFS_CAPTURE_READER_H
#define IPTFS_CAPTURE_READER_H

#include "base/error.h"
#include "capture/format.h"
#include "capture/skip.h"
#include "capture/window.h"
#include "packet/ip_header.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_capture_reader {
    struct iptfs_capture_file file;
    struct iptfs_capture_window window;
    bool ended;     /* no packet is left but those in the window */
    int64_t read_s; /* time of the packet read last, also when it has none of its own */
    uint32_t read_ns;
    bool started;             /* base_s is known */
    int64_t base_s;           /* times of packets are relative to this second and ... */
    uint32_t base_ns;         /* ... nanosecond */
    int64_t now_ps;           /* time of the packet read last */
    uint64_t at_zero;         /* packets of time 0 */
    uint64_t earlier;         /* packets that got the time of the one before them */
    uint64_t untimed;         /* packets without a time, likewise */
    uint64_t filtered;        /* packets that the filter rejects */
    struct iptfs_skips skips; /* packets that are not used; callers add theirs */
};

/* A packet. It is valid until the next one is read. */
struct iptfs_captured {
    int64_t at_ps;        /* since reader->base_s and base_ns; never decreases */
    uint64_t number;      /* in the file, from 1 */
    const uint8_t *ip;    /* its IP header, if it is one */
    uint32_t captured;    /* octets at `ip` */
    uint32_t wire_octets; /* on the wire from `ip` on, Ethernet padding included */
};

/* Opens a capture. `filter` is libpcap's without names of hosts, with or without double quotes, and
 * must outlive the reader; "" or NULL for none. IPTFS_E_IO, IPTFS_E_NO_MEMORY or IPTFS_E_INVALID
 * (no capture, another link type, a bad filter) with "FILE: ...". The reader is closed with
 * iptfs_capture_reader_close after success and after failure. */
int iptfs_capture_reader_open(struct iptfs_capture_reader *reader, const char *path,
                              const char *filter, struct iptfs_error *error);

/* Reads the next packet that passes the filter and has an IP header, as far as its frame says; the
 * others are counted. 1; 0 after the last; IPTFS_E_IO, IPTFS_E_INVALID (damage, or a time more than
 * 1000 h after the first) or IPTFS_E_NO_MEMORY. */
int iptfs_capture_reader_next(struct iptfs_capture_reader *reader, struct iptfs_captured *packet,
                              struct iptfs_error *error);

/* Packets read, those that were not used included. */
static inline uint64_t iptfs_capture_reader_pkts(const struct iptfs_capture_reader *reader)
{
    return reader->file.number;
}

/* Whether the file ended within a packet. */
static inline bool iptfs_capture_reader_cut(const struct iptfs_capture_reader *reader)
{
    return reader->file.stream.cut;
}

/* The error for a capture that has nothing that can be used: `what` it should have. The text names
 * what it has instead, by kind, and `more` of that, "; 3 TEXT" or "". IPTFS_E_INVALID. */
int iptfs_capture_reader_refuse(const struct iptfs_capture_reader *reader, const char *more,
                                const char *what, struct iptfs_error *error);

/* Calls `note` with a line of text for each kind of packets that are not used, and for times that
 * were changed and a file that is cut. */
void iptfs_capture_reader_note(const struct iptfs_capture_reader *reader,
                               void (*note)(void *ctx, const char *line), void *ctx);

/* Closes the file. It may be called twice; the counts stay. */
void iptfs_capture_reader_close(struct iptfs_capture_reader *reader);

/* Reads the header of a captured packet; false when it cannot be true (see iptfs_ip_header_read).
 */
bool iptfs_captured_ip(const struct iptfs_captured *packet, struct iptfs_ip_header *ip);

/* How a packet is counted whose header iptfs_captured_ip does not take. */
enum iptfs_skip iptfs_captured_why(const struct iptfs_captured *packet);

#endif
