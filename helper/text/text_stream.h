/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream that writes into memory, for texts whose length is not known. Unlike open_memstream it
 * never loses a part of the text when memory runs out. */
#ifndef IPTFS_TEXT_TEXT_STREAM_H
#define IPTFS_TEXT_TEXT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct iptfs_text_stream {
    FILE *out;
    char *text;
    size_t length;
    size_t capacity;
    bool failed;
};

/* Opens stream->out. Returns it; NULL when memory ran out, and then there is nothing to close. */
FILE *iptfs_text_stream_open(struct iptfs_text_stream *stream);

/* Closes the stream and returns all that was written to it, which the caller frees; NULL when
 * memory ran out at any time. */
char *iptfs_text_stream_close(struct iptfs_text_stream *stream);

#endif
