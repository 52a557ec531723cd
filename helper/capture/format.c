/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/format.h"

#include "base/octets.h"

#include "capture/filter.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

uint32_t iptfs_capture_get16(const struct iptfs_capture_file *file, const uint8_t *bytes)
{
    uint32_t value = iptfs_get16(bytes);
    return file->swapped ? (value >> 8 | value << 8) & 0xffff : value;
}

uint32_t iptfs_capture_get32(const struct iptfs_capture_file *file, const uint8_t *bytes)
{
    uint32_t value = iptfs_get32(bytes);
    return file->swapped ? __builtin_bswap32(value) : value;
}

int iptfs_capture_reserve(struct iptfs_capture_file *file, uint32_t octets,
                          struct iptfs_error *error)
{
    uint32_t capacity = file->capacity < 2048 ? 2048 : file->capacity;
    while (capacity < octets)
        capacity *= 2;
    if (capacity == file->capacity)
        return IPTFS_OK;
    uint8_t *grown = realloc(file->bytes, capacity);
    if (grown == NULL)
        return iptfs_fail_no_memory(error);
    file->bytes = grown;
    file->capacity = capacity;
    return IPTFS_OK;
}

/* Compiles the filter for a link; libpcap's handle is needed only for that. */
static int set_filter(const struct iptfs_capture_file *file, struct iptfs_capture_link *link,
                      pcap_t *handle, struct iptfs_error *error)
{
    if (file->filter == NULL || *file->filter == '\0' || link->type == NULL)
        return IPTFS_OK;
    int code = iptfs_filter_compile(&link->program, handle, file->filter, file->path.text, error);
    link->has_filter = code == IPTFS_OK;
    return code;
}

int iptfs_capture_add_link(struct iptfs_capture_file *file, uint32_t linktype,
                           struct iptfs_capture_link **link, struct iptfs_error *error)
{
    for (size_t i = 0; i < file->n_links; i++)
        if (file->links[i]->linktype == linktype) {
            *link = file->links[i];
            return IPTFS_OK;
        }
    if (file->n_links == IPTFS_CAPTURE_LINKS_MAX)
        return iptfs_capture_damaged(file, error, "more than %d link types",
                                     IPTFS_CAPTURE_LINKS_MAX);
    pcap_t *handle = iptfs_link_type_handle(linktype);
    struct iptfs_capture_link *made = calloc(1, sizeof *made);
    if (handle == NULL || made == NULL) {
        if (handle != NULL)
            pcap_close(handle);
        free(made);
        return iptfs_fail_no_memory(error);
    }
    made->linktype = linktype;
    made->type = iptfs_link_type_of(pcap_datalink(handle));
    file->links[file->n_links++] = made;
    *link = made;
    int code = set_filter(file, made, handle, error);
    pcap_close(handle);
    return code;
}

int iptfs_capture_damaged(const struct iptfs_capture_file *file, struct iptfs_error *error,
                          const char *format, ...)
{
    char found[160];
    va_list args;
    va_start(args, format);
    vsnprintf(found, sizeof found, format, args);
    va_end(args);
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: found %s after packet %" PRIu64 ", allowed: an undamaged capture",
                      file->path.text, found, file->number);
}

int iptfs_capture_ended(struct iptfs_capture_file *file, bool inside, struct iptfs_error *error)
{
    if (file->stream.no_memory)
        return iptfs_fail_no_memory(error);
    if (file->stream.why != NULL)
        return iptfs_fail(error, IPTFS_E_IO, "%s: cannot be read after packet %" PRIu64 ": %s",
                          file->path.text, file->number, file->stream.why);
    file->stream.cut |= inside;
    return 0;
}
