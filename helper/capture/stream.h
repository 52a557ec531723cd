/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The octets of a file from its beginning to its end, decompressed where it is compressed with
 * gzip. Pipes are files like others: nothing is read twice. */
#ifndef IPTFS_CAPTURE_STREAM_H
#define IPTFS_CAPTURE_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

struct iptfs_stream {
    gzFile file;
    bool cut;        /* the file ended before the octets that were asked for, or within gzip's */
    const char *why; /* why it could not be read on; NULL: it could */
    bool no_memory;  /* that is why */
};

/* Opens a file. False with errno set. It is closed with iptfs_stream_close, whatever the outcome.
 */
bool iptfs_stream_open(struct iptfs_stream *stream, const char *path);
void iptfs_stream_close(struct iptfs_stream *stream);

/* Reads up to `octets` octets and returns how many there were: fewer at the end of the file, or
 * with stream->why set. stream->cut is set when there were some but not all. */
uint32_t iptfs_stream_read(struct iptfs_stream *stream, uint8_t *bytes, uint32_t octets);

/* The same for octets that are not needed: true when all were there. */
bool iptfs_stream_skip(struct iptfs_stream *stream, uint32_t octets);

#endif
