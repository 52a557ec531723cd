/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcap: a header, and packets each with a header of its own. */
#include "capture/format.h"

enum {
    FILE_HEADER_OCTETS = 20, /* behind the magic number */
    LINK_TYPE_AT = 16,
    LINK_TYPE_MASK = 0xffff, /* the octets above say whether frames end with a checksum */
    PACKET_HEADER_OCTETS = 16,
    PATCHED_HEADER_OCTETS = 24 /* with an interface, a protocol and a packet type behind */
};

static int open_file(struct iptfs_capture_file *file, uint32_t fraction_ns, uint32_t header_octets,
                     struct iptfs_error *error)
{
    uint8_t header[FILE_HEADER_OCTETS];
    if (iptfs_stream_read(&file->stream, header, sizeof header) != sizeof header) {
        int code = iptfs_capture_ended(file, true, error);
        return code != 0 ? code : iptfs_capture_damaged(file, error, "a part of its header");
    }
    file->pcap.fraction_ns = fraction_ns;
    file->pcap.header_octets = header_octets;
    uint32_t linktype = iptfs_capture_get32(file, header + LINK_TYPE_AT) & LINK_TYPE_MASK;
    int code = iptfs_capture_add_link(file, linktype, &file->pcap.link, error);
    if (code != IPTFS_OK || file->pcap.link->type != NULL)
        return code;
    return iptfs_fail(error, IPTFS_E_INVALID, "%s: found a capture of link type %s, allowed: %s",
                      file->path.text, iptfs_link_type_name(linktype).text,
                      IPTFS_LINK_TYPES_ALLOWED);
}

static int open_us(struct iptfs_capture_file *file, struct iptfs_error *error)
{
    return open_file(file, 1000, PACKET_HEADER_OCTETS, error);
}

static int open_ns(struct iptfs_capture_file *file, struct iptfs_error *error)
{
    return open_file(file, 1, PACKET_HEADER_OCTETS, error);
}

static int open_patched(struct iptfs_capture_file *file, struct iptfs_error *error)
{
    return open_file(file, 1000, PATCHED_HEADER_OCTETS, error);
}

static int next(struct iptfs_capture_file *file, struct iptfs_capture_record *record,
                struct iptfs_error *error)
{
    uint8_t header[PATCHED_HEADER_OCTETS];
    uint32_t octets = file->pcap.header_octets;
    if (iptfs_stream_read(&file->stream, header, octets) != octets)
        return iptfs_capture_ended(file, false, error);
    uint64_t fraction = iptfs_capture_get32(file, header + 4);
    fraction *= file->pcap.fraction_ns;
    uint32_t captured = iptfs_capture_get32(file, header + 8);
    uint32_t length = iptfs_capture_get32(file, header + 12);
    if (captured > IPTFS_CAPTURE_PACKET_MAX_OCTETS)
        return iptfs_capture_damaged(file, error, "a packet of %u octets", captured);
    int code = iptfs_capture_reserve(file, captured, error);
    if (code != IPTFS_OK)
        return code;
    if (iptfs_stream_read(&file->stream, file->bytes, captured) != captured)
        return iptfs_capture_ended(file, true, error);
    *record = (struct iptfs_capture_record){
        .link = file->pcap.link,
        .timed = true,
        .second = (int64_t)iptfs_capture_get32(file, header) + (int64_t)(fraction / 1000000000),
        .ns = (uint32_t)(fraction % 1000000000),
        .bytes = file->bytes,
        .captured = captured,
        .length = length > captured ? length : captured,
    };
    return 1;
}

const struct iptfs_capture_format iptfs_capture_pcap = {0xa1b2c3d4, open_us, next};
const struct iptfs_capture_format iptfs_capture_pcap_ns = {0xa1b23c4d, open_ns, next};
const struct iptfs_capture_format iptfs_capture_pcap_patched = {0xa1b2cd34, open_patched, next};
