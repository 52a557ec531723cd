/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures that are written: raw IP packets, times in nanoseconds; whole or not at all. */
#ifndef IPTFS_CAPTURE_WRITER_H
#define IPTFS_CAPTURE_WRITER_H

#include "base/error.h"
#include "files/outfile.h"

#include <pcap/pcap.h>
#include <stdint.h>

struct iptfs_capture_writer {
    struct iptfs_outfile out;
    pcap_t *pcap;
    int64_t base_s; /* added to all times */
    uint64_t pkts;
};

/* Opens a capture that will be called `path`. IPTFS_E_IO or IPTFS_E_NO_MEMORY, with a line of text.
 */
int iptfs_capture_writer_open(struct iptfs_capture_writer *file, const char *path,
                              struct iptfs_error *error);

/* Adds an IP packet. Whether it could be written is known at the commit. */
void iptfs_capture_writer_add(struct iptfs_capture_writer *file, int64_t at_ps,
                              const uint8_t *bytes, uint32_t octets);

/* Gives the file its name. IPTFS_E_IO. */
int iptfs_capture_writer_commit(struct iptfs_capture_writer *file, struct iptfs_error *error);

/* Frees the file, and removes it when it was not committed; harmless on an all-zero struct. */
void iptfs_capture_writer_free(struct iptfs_capture_writer *file);

#endif
