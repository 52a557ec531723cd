/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapng: sections of blocks; packets refer to the interfaces of their section
 * (draft-ietf-opsawg-pcapng). */
#include "capture/format.h"

#include "base/octets.h"

#include <stdlib.h>

enum {
    SECTION_HEADER = 0x0a0d0d0a,
    INTERFACE = 1,
    OBSOLETE_PACKET = 2,
    SIMPLE_PACKET = 3,
    ENHANCED_PACKET = 6,

    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
    LENGTH_OCTETS = 4,  /* at the end of a block again */
    HEAD_OCTETS = 8,    /* type and length of a block */
    AROUND_OCTETS = 12, /* with the length at the end */
    SECTION_OCTETS = 28,
    INTERFACE_FIELDS_OCTETS = 8,
    PACKET_FIELDS_OCTETS = 20,
    SIMPLE_FIELDS_OCTETS = 4,
    BLOCK_MAX_OCTETS = IPTFS_CAPTURE_PACKET_MAX_OCTETS + 65536, /* of those that are looked into */

    OPTION_HEAD_OCTETS = 4,
    OPTION_END = 0,
    OPTION_TIME_RESOLUTION = 9,
    OPTION_TIME_OFFSET = 14,
    RESOLUTION_BINARY = 0x80,
    DECIMAL_DIGITS_MAX = 19, /* so that a second fits into 64 bits */
    BINARY_DIGITS_MAX = 63,
    MICROSECONDS = 6,

    OTHER_BLOCK = 2 /* read, and no packet */
};

/* Reads the rest of a block of `length` octets, of which `taken` have been read, to file->bytes: 1;
 * 0 at the end of the file. */
static int read_rest(struct iptfs_capture_file *file, uint32_t length, uint32_t taken,
                     struct iptfs_error *error)
{
    if (length > BLOCK_MAX_OCTETS)
        return iptfs_capture_damaged(file, error, "a block of %u octets", length);
    uint32_t octets = length - taken;
    int code = iptfs_capture_reserve(file, octets, error);
    if (code != IPTFS_OK)
        return code;
    if (iptfs_stream_read(&file->stream, file->bytes, octets) != octets)
        return iptfs_capture_ended(file, true, error);
    if (iptfs_capture_get32(file, file->bytes + octets - LENGTH_OCTETS) != length)
        return iptfs_capture_damaged(file, error, "a block whose two lengths differ");
    return 1;
}

/* Reads a section header behind its type, and forgets the interfaces of the section before: 1; 0 at
 * the end of the file. */
static int read_section(struct iptfs_capture_file *file, struct iptfs_error *error)
{
    uint8_t fields[8]; /* length, byte order */
    if (iptfs_stream_read(&file->stream, fields, sizeof fields) != sizeof fields)
        return iptfs_capture_ended(file, true, error);
    file->swapped = iptfs_get32(fields + 4) != BYTE_ORDER_MAGIC;
    file->pcapng.count = 0;
    if (iptfs_capture_get32(file, fields + 4) != BYTE_ORDER_MAGIC)
        return iptfs_capture_damaged(file, error, "a section without a byte order");
    uint32_t length = iptfs_capture_get32(file, fields);
    if (length < SECTION_OCTETS || length % 4 != 0)
        return iptfs_capture_damaged(file, error, "a section header of %u octets", length);
    return read_rest(file, length, HEAD_OCTETS + 4, error);
}

static int set_resolution(const struct iptfs_capture_file *file,
                          struct iptfs_capture_interface *interface, uint8_t value,
                          struct iptfs_error *error)
{
    interface->binary = (value & RESOLUTION_BINARY) != 0;
    interface->digits = value & (RESOLUTION_BINARY - 1);
    if (interface->digits <= (interface->binary ? BINARY_DIGITS_MAX : DECIMAL_DIGITS_MAX))
        return IPTFS_OK;
    return iptfs_capture_damaged(file, error, "a time resolution of %s-%u s",
                                 interface->binary ? "2^" : "10^", interface->digits);
}

static uint64_t get64(const struct iptfs_capture_file *file, const uint8_t *bytes)
{
    uint64_t first = iptfs_capture_get32(file, bytes),
             second = iptfs_capture_get32(file, bytes + 4);
    return file->swapped ? second << 32 | first : first << 32 | second;
}

/* Reads the options of an interface that matter: how its times are given. */
static int read_options(const struct iptfs_capture_file *file,
                        struct iptfs_capture_interface *interface, uint32_t at, uint32_t end,
                        struct iptfs_error *error)
{
    while (end - at >= OPTION_HEAD_OCTETS) {
        const uint8_t *value = file->bytes + at + OPTION_HEAD_OCTETS;
        uint32_t option = iptfs_capture_get16(file, file->bytes + at);
        uint32_t octets = iptfs_capture_get16(file, file->bytes + at + 2);
        uint32_t padded = (octets + 3) & ~3u;
        at += OPTION_HEAD_OCTETS;
        if (option == OPTION_END)
            break;
        if (padded > end - at)
            return iptfs_capture_damaged(file, error, "an option that is longer than its block");
        at += padded;
        if (option == OPTION_TIME_RESOLUTION && octets == 1) {
            int code = set_resolution(file, interface, value[0], error);
            if (code != IPTFS_OK)
                return code;
        } else if (option == OPTION_TIME_OFFSET && octets == 8) {
            interface->offset_s = (int64_t)get64(file, value);
        }
    }
    return IPTFS_OK;
}

static int append(struct iptfs_capture_file *file, const struct iptfs_capture_interface *interface,
                  struct iptfs_error *error)
{
    if (file->pcapng.count == file->pcapng.capacity) {
        size_t capacity = file->pcapng.capacity * 2 + 4;
        void *grown = realloc(file->pcapng.interfaces, capacity * sizeof *interface);
        if (grown == NULL)
            return iptfs_fail_no_memory(error);
        file->pcapng.interfaces = grown;
        file->pcapng.capacity = capacity;
    }
    file->pcapng.interfaces[file->pcapng.count++] = *interface;
    return IPTFS_OK;
}

/* The block is at file->bytes; `octets` is what it has there before its last length. */
static int add_interface(struct iptfs_capture_file *file, uint32_t octets,
                         struct iptfs_error *error)
{
    struct iptfs_capture_interface interface = {.digits = MICROSECONDS};
    if (octets < INTERFACE_FIELDS_OCTETS)
        return iptfs_capture_damaged(file, error, "a block that is too short");
    interface.snaplen = iptfs_capture_get32(file, file->bytes + 4);
    uint32_t linktype = iptfs_capture_get16(file, file->bytes);
    int code = read_options(file, &interface, INTERFACE_FIELDS_OCTETS, octets, error);
    if (code == IPTFS_OK)
        code = iptfs_capture_add_link(file, linktype, &interface.link, error);
    return code == IPTFS_OK ? append(file, &interface, error) : code;
}

/* Splits a time in the units of an interface into seconds and nanoseconds, rounded down. */
static void set_time(struct iptfs_capture_record *record,
                     const struct iptfs_capture_interface *interface, uint64_t time)
{
    enum {
        NS_DIGITS = 9,
        NS_BITS = 30 /* with 10^9 they fit into 64 bits */
    };
    uint64_t seconds, fraction;
    uint32_t digits = interface->digits;
    if (interface->binary) {
        seconds = time >> digits;
        fraction = time & ((UINT64_C(1) << digits) - 1);
        if (digits > NS_BITS) {
            fraction >>= digits - NS_BITS;
            digits = NS_BITS;
        }
        fraction = fraction * 1000000000 >> digits;
    } else {
        uint64_t unit = 1;
        for (uint32_t i = 0; i < digits; i++)
            unit *= 10;
        seconds = time / unit;
        fraction = time % unit;
        for (; digits > NS_DIGITS; digits--)
            fraction /= 10;
        for (; digits < NS_DIGITS; digits++)
            fraction *= 10;
    }
    record->timed = true;
    record->second = (int64_t)(seconds + (uint64_t)interface->offset_s);
    record->ns = (uint32_t)fraction;
}

/* Reads a packet block, current or obsolete; they differ in how they name the interface. */
static int read_packet(struct iptfs_capture_file *file, uint32_t type, uint32_t octets,
                       struct iptfs_capture_record *record, struct iptfs_error *error)
{
    if (octets < PACKET_FIELDS_OCTETS)
        return iptfs_capture_damaged(file, error, "a block that is too short");
    uint32_t index = type == ENHANCED_PACKET ? iptfs_capture_get32(file, file->bytes)
                                             : iptfs_capture_get16(file, file->bytes);
    if (index >= file->pcapng.count)
        return iptfs_capture_damaged(file, error, "a packet of interface %u of %zu", index,
                                     file->pcapng.count);
    const struct iptfs_capture_interface *interface = &file->pcapng.interfaces[index];
    uint32_t captured = iptfs_capture_get32(file, file->bytes + 12);
    uint32_t length = iptfs_capture_get32(file, file->bytes + 16);
    if (captured > octets - PACKET_FIELDS_OCTETS)
        return iptfs_capture_damaged(file, error, "a packet that is longer than its block");
    *record = (struct iptfs_capture_record){
        .link = interface->link,
        .bytes = file->bytes + PACKET_FIELDS_OCTETS,
        .captured = captured,
        .length = length > captured ? length : captured,
    };
    set_time(record, interface,
             (uint64_t)iptfs_capture_get32(file, file->bytes + 4) << 32 |
                 iptfs_capture_get32(file, file->bytes + 8));
    return 1;
}

/* A packet of interface 0, without a time. What was captured of it follows from other lengths. */
static int read_simple(struct iptfs_capture_file *file, uint32_t octets,
                       struct iptfs_capture_record *record, struct iptfs_error *error)
{
    if (octets < SIMPLE_FIELDS_OCTETS)
        return iptfs_capture_damaged(file, error, "a block that is too short");
    if (file->pcapng.count == 0)
        return iptfs_capture_damaged(file, error, "a packet without an interface");
    uint32_t length = iptfs_capture_get32(file, file->bytes), captured = length;
    uint32_t snaplen = file->pcapng.interfaces[0].snaplen;
    if (snaplen != 0 && captured > snaplen)
        captured = snaplen;
    if (captured > octets - SIMPLE_FIELDS_OCTETS)
        captured = octets - SIMPLE_FIELDS_OCTETS;
    *record = (struct iptfs_capture_record){
        .link = file->pcapng.interfaces[0].link,
        .bytes = file->bytes + SIMPLE_FIELDS_OCTETS,
        .captured = captured,
        .length = length,
    };
    return 1;
}

/* Reads the block of a type behind its type and length: 1 for a packet, 2 for another block, 0 at
 * the end of the file. */
static int read_block(struct iptfs_capture_file *file, uint32_t type, uint32_t length,
                      struct iptfs_capture_record *record, struct iptfs_error *error)
{
    if (type != INTERFACE && type != ENHANCED_PACKET && type != SIMPLE_PACKET &&
        type != OBSOLETE_PACKET) {
        if (iptfs_stream_skip(&file->stream, length - HEAD_OCTETS))
            return OTHER_BLOCK;
        return iptfs_capture_ended(file, true, error);
    }
    int got = read_rest(file, length, HEAD_OCTETS, error);
    if (got != 1)
        return got;
    uint32_t octets = length - AROUND_OCTETS;
    if (type == INTERFACE) {
        got = add_interface(file, octets, error);
        return got == IPTFS_OK ? OTHER_BLOCK : got;
    }
    return type == SIMPLE_PACKET ? read_simple(file, octets, record, error)
                                 : read_packet(file, type, octets, record, error);
}

/* The same from the type on. */
static int read_any_block(struct iptfs_capture_file *file, struct iptfs_capture_record *record,
                          struct iptfs_error *error)
{
    uint8_t head[HEAD_OCTETS];
    if (iptfs_stream_read(&file->stream, head, 4) != 4)
        return iptfs_capture_ended(file, false, error);
    uint32_t type = iptfs_capture_get32(file, head);
    if (type == SECTION_HEADER) {
        int got = read_section(file, error);
        return got == 1 ? OTHER_BLOCK : got;
    }
    if (iptfs_stream_read(&file->stream, head + 4, 4) != 4)
        return iptfs_capture_ended(file, true, error);
    uint32_t length = iptfs_capture_get32(file, head + 4);
    if (length < AROUND_OCTETS || length % 4 != 0)
        return iptfs_capture_damaged(file, error, "a block of %u octets", length);
    return read_block(file, type, length, record, error);
}

static int open_file(struct iptfs_capture_file *file, struct iptfs_error *error)
{
    struct iptfs_capture_record record;
    int got = read_section(file, error);
    if (got == 0)
        return iptfs_capture_damaged(file, error, "a part of its header");
    /* Up to the first interface, so that a wrong filter is reported at once. */
    while (got > 0 && file->pcapng.count == 0)
        got = read_any_block(file, &record, error);
    return got < 0 ? got : IPTFS_OK;
}

static int next(struct iptfs_capture_file *file, struct iptfs_capture_record *record,
                struct iptfs_error *error)
{
    int got;
    while ((got = read_any_block(file, record, error)) == OTHER_BLOCK)
        ;
    return got;
}

const struct iptfs_capture_format iptfs_capture_pcapng = {SECTION_HEADER, open_file, next};
