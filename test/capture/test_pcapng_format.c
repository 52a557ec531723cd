/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blocks of pcapng that no program writes, and those that are seldom written. */
#include "base/octets.h"
#include "base/units.h"
#include "capture/reader.h"
#include "support/capture_file.h"
#include "support/check.h"

#include <string.h>
#include <unistd.h>

enum {
    SECTION = 0x0a0d0d0a,
    INTERFACE = 1,
    OBSOLETE = 2,
    SIMPLE = 3,
    ENHANCED = 6,
    RAW = 101
};

/* A file in the making, all numbers big-endian. */
static uint8_t octets[16384];
static uint32_t length;
static struct test_capture file;

static void add_block(uint32_t type, const uint8_t *body, uint32_t count)
{
    uint32_t padded = (count + 3) & ~3u;
    iptfs_put32(octets + length, type);
    iptfs_put32(octets + length + 4, padded + 12);
    memset(octets + length + 8, 0, padded);
    memcpy(octets + length + 8, body, count);
    iptfs_put32(octets + length + 8 + padded, padded + 12);
    length += padded + 12;
}

static void begin(void)
{
    static const uint8_t section[16] = {0x1a, 0x2b, 0x3c, 0x4d, 0,    1,    0,    0,
                                        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    length = 0;
    add_block(SECTION, section, sizeof section);
}

static void add_interface(uint32_t linktype, const uint8_t *options, uint32_t count)
{
    uint8_t body[64] = {0};
    iptfs_put16(body, linktype);
    if (count > 0)
        memcpy(body + 8, options, count);
    add_block(INTERFACE, body, 8 + count);
}

/* A packet block of an IP packet of 20 octets, of which the block says that it has `captured`. */
static void add_packet(uint32_t type, uint32_t interface, uint64_t time, uint32_t captured)
{
    uint8_t body[40] = {0};
    if (type == ENHANCED)
        iptfs_put32(body, interface);
    else
        iptfs_put16(body, interface);
    iptfs_put32(body + 4, (uint32_t)(time >> 32));
    iptfs_put32(body + 8, (uint32_t)time);
    iptfs_put32(body + 12, captured);
    iptfs_put32(body + 16, 20);
    body[20] = 0x45;
    body[23] = 20;
    add_block(type, body, sizeof body);
}

/* Reads the file to its end; the packets it gave. */
static uint64_t read_all(struct iptfs_capture_reader *reader, struct iptfs_error *error, int *code)
{
    struct iptfs_captured packet;
    uint64_t pkts = 0;
    *error = (struct iptfs_error){0};
    test_capture_write_text(&file, (const char *)octets, length);
    *code = iptfs_capture_reader_open(reader, file.path, "ip", error);
    while (*code == IPTFS_OK && (*code = iptfs_capture_reader_next(reader, &packet, error)) == 1) {
        *code = IPTFS_OK;
        pkts++;
    }
    iptfs_capture_reader_close(reader);
    unlink(file.path);
    return pkts;
}

static void check_read(uint64_t expected)
{
    struct iptfs_capture_reader reader;
    struct iptfs_error error;
    int code;
    CHECK_U64(read_all(&reader, &error, &code), expected);
    CHECK_INT(code, IPTFS_OK);
    CHECK_STR(error.text, "");
}

static void check_refused(const char *text)
{
    struct iptfs_capture_reader reader;
    struct iptfs_error error;
    int code;
    read_all(&reader, &error, &code);
    CHECK_INT(code, IPTFS_E_INVALID);
    if (strstr(error.text, text) == NULL)
        CHECK_STR(error.text, text);
}

static void test_damaged_blocks(void)
{
    static const uint8_t zeros[64] = {0};
    begin();
    add_block(INTERFACE, zeros, 4);
    check_refused(": found a block that is too short after packet 0");
    begin();
    add_packet(ENHANCED, 0, 0, 20);
    check_refused(": found a packet of interface 0 of 0 after packet 0");
    begin();
    add_block(SIMPLE, zeros, 32);
    check_refused(": found a packet without an interface");
    begin();
    add_interface(RAW, NULL, 0);
    add_packet(ENHANCED, 0, 0, 20);
    add_packet(OBSOLETE, 1, 0, 20);
    check_refused(": found a packet of interface 1 of 1 after packet 1");
    begin();
    add_interface(RAW, NULL, 0);
    add_packet(ENHANCED, 0, 0, 21);
    check_refused(": found a packet that is longer than its block");
    begin();
    add_interface(RAW, NULL, 0);
    add_block(ENHANCED, zeros, 16);
    check_refused(": found a block that is too short");
    begin();
    add_interface(RAW, NULL, 0);
    add_block(SIMPLE, zeros, 0);
    check_refused(": found a block that is too short");
}

/* A new section has no interfaces until it names some. */
static void test_sections(void)
{
    begin();
    add_interface(RAW, NULL, 0);
    add_packet(ENHANCED, 0, 0, 20);
    uint32_t first = length;
    memcpy(octets + length, octets, first);
    length += first;
    check_read(2);
    length = first;
    memcpy(octets + length, octets, 28); /* the section header alone */
    length += 28;
    add_packet(ENHANCED, 0, 0, 20);
    check_refused(": found a packet of interface 0 of 0 after packet 1");
}

static void test_resolutions(void)
{
    static const uint8_t too_fine[2][8] = {{0, 9, 0, 1, 20}, {0, 9, 0, 1, 0x80 | 64}};
    static const uint8_t odd[] = {0, 9,  0, 2, 1,         1, 0, 0, /* not one octet: ignored */
                                  0, 14, 0, 4, 0,         0, 0, 1, /* not eight: ignored */
                                  0, 9,  0, 1, 0x80 | 63, 0, 0, 0, 0, 0, 0, 0};
    struct iptfs_capture_reader reader;
    struct iptfs_error error;
    int code;
    begin();
    add_interface(RAW, too_fine[0], 8);
    check_refused(": found a time resolution of 10^-20 s");
    begin();
    add_interface(RAW, too_fine[1], 8);
    check_refused(": found a time resolution of 2^-64 s");
    begin();
    add_interface(RAW, odd, sizeof odd);
    add_packet(ENHANCED, 0, UINT64_MAX, 20); /* almost 2 s */
    add_packet(ENHANCED, 0, UINT64_C(1) << 63, 20);
    CHECK_U64(read_all(&reader, &error, &code), 2);
    CHECK_INT(reader.base_s, 1);
    CHECK_INT(reader.now_ps, IPTFS_PS_PER_S - IPTFS_PS_PER_NS);
}

/* Many link types, each with the filter; too many are refused. */
static void test_link_types(void)
{
    begin();
    for (uint32_t i = 0; i < 256; i++)
        add_interface(1000 + i % 255, NULL, 0);
    add_interface(RAW, NULL, 0);
    add_packet(ENHANCED, 256, 0, 20);
    add_packet(ENHANCED, 7, 0, 20);
    check_read(1);
    add_interface(2000, NULL, 0);
    check_refused(": found more than 256 link types after packet 2");
}

/* Times so far apart that their difference does not fit are refused or put in order. */
static void test_far_times(void)
{
    static const uint8_t seconds[] = {0, 9, 0, 1, 0, 0, 0, 0};
    begin();
    add_interface(RAW, seconds, sizeof seconds);
    add_packet(ENHANCED, 0, 1, 20);
    add_packet(ENHANCED, 0, INT64_MAX, 20);
    check_refused(" s after the first in packet 2, allowed: at most 1000h");
    begin();
    add_interface(RAW, seconds, sizeof seconds);
    add_packet(ENHANCED, 0, UINT64_C(1) << 63, 20); /* before 1970, as a signed number */
    add_packet(ENHANCED, 0, INT64_MAX, 20);
    check_refused(" s after the first in packet 2, allowed: at most 1000h");
}

const CU_TestInfo iptfs_tests_pcapng_format[] = {
    {"damaged blocks", test_damaged_blocks}, {"sections", test_sections},
    {"resolutions", test_resolutions},       {"link types", test_link_types},
    {"far times", test_far_times},           CU_TEST_INFO_NULL,
};
