/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    BUFFER_OCTETS = 131072
};

bool iptfs_stream_open(struct iptfs_stream *stream, const char *path)
{
    *stream = (struct iptfs_stream){.cut = false};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    stream->file = gzdopen(fd, "rb");
    if (stream->file == NULL) {
        close(fd);
        errno = ENOMEM;
        return false;
    }
    gzbuffer(stream->file, BUFFER_OCTETS);
    return true;
}

void iptfs_stream_close(struct iptfs_stream *stream)
{
    if (stream->file != NULL)
        gzclose(stream->file);
    stream->file = NULL;
}

uint32_t iptfs_stream_read(struct iptfs_stream *stream, uint8_t *bytes, uint32_t octets)
{
    int got = gzread(stream->file, bytes, octets), code;
    if ((uint32_t)got == octets)
        return octets;
    const char *why = gzerror(stream->file, &code);
    if (got < 0) {
        stream->why = code == Z_ERRNO ? strerror(errno) : why;
        stream->no_memory = code == Z_MEM_ERROR;
        return 0;
    }
    if (got > 0 || code == Z_BUF_ERROR) /* zlib's word for a cut file */
        stream->cut = true;
    return (uint32_t)got;
}

bool iptfs_stream_skip(struct iptfs_stream *stream, uint32_t octets)
{
    uint8_t rest[4096];
    while (octets > 0) {
        uint32_t piece = octets < sizeof rest ? octets : (uint32_t)sizeof rest;
        if (iptfs_stream_read(stream, rest, piece) != piece)
            return false;
        octets -= piece;
    }
    return true;
}
