/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/text_stream.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* Makes space for `more` octets and a NUL. */
static bool reserve(struct iptfs_text_stream *stream, size_t more)
{
    size_t capacity = stream->capacity > 0 ? stream->capacity : 256;
    while (capacity - stream->length <= more)
        capacity *= 2;
    if (capacity == stream->capacity)
        return true;
    char *text = realloc(stream->text, capacity);
    if (text == NULL)
        return false;
    stream->text = text;
    stream->capacity = capacity;
    return true;
}

/* What stdio calls with the octets of its buffer. */
static ssize_t take(void *cookie, const char *octets, size_t count)
{
    struct iptfs_text_stream *stream = cookie;
    if (stream->failed || !reserve(stream, count)) {
        stream->failed = true;
        return 0;
    }
    memcpy(stream->text + stream->length, octets, count);
    stream->length += count;
    return (ssize_t)count;
}

FILE *iptfs_text_stream_open(struct iptfs_text_stream *stream)
{
    *stream = (struct iptfs_text_stream){0};
    stream->out = fopencookie(stream, "w", (cookie_io_functions_t){.write = take});
    return stream->out;
}

char *iptfs_text_stream_close(struct iptfs_text_stream *stream)
{
    stream->failed |= ferror(stream->out) != 0;
    stream->failed |= fclose(stream->out) != 0;
    stream->out = NULL;
    if (stream->failed || !reserve(stream, 0)) {
        free(stream->text);
        stream->text = NULL;
        return NULL;
    }
    stream->text[stream->length] = '\0';
    return stream->text;
}
