/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes capture files: raw IP packets, times in nanoseconds. The file gets its name when it is
 * complete, or not at all. */
#ifndef IPTFS_CAPTURE_WRITER_H
#define IPTFS_CAPTURE_WRITER_H

#include "base/error.h"
#include "files/outfile.h"

#include <pcap/pcap.h>
#include <stdint.h>

struct iptfs_capture_writer {
    struct iptfs_outfile out;
    pcap_t *pcap;
    int64_t base_s;   /* added to all times, ... */
    uint32_t base_ns; /* ... and so is this */
    uint64_t pkts;
};

/* Opens a capture whose name will be `path`. IPTFS_E_IO or IPTFS_E_NO_MEMORY, with a line of text.
 * The writer is freed with iptfs_capture_writer_free after success and after failure. */
int iptfs_capture_writer_open(struct iptfs_capture_writer *file, const char *path,
                              struct iptfs_error *error);

/* Adds an IP packet. The commit reports a failure to write it. */
void iptfs_capture_writer_add(struct iptfs_capture_writer *file, int64_t at_ps,
                              const uint8_t *bytes, uint32_t octets);

/* Gives the file its name. IPTFS_E_IO. */
int iptfs_capture_writer_commit(struct iptfs_capture_writer *file, struct iptfs_error *error);

/* Frees the writer, and removes the file when it was not committed. An all-zero struct is allowed.
 */
void iptfs_capture_writer_free(struct iptfs_capture_writer *file);

#endif
