/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/reader.h"

#include "base/octets.h"
#include "base/units.h"
#include "support/capture_file.h"
#include "support/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct test_capture file;

static int open_reader(struct iptfs_capture_reader *reader, const char *filter)
{
    struct iptfs_error error = {0};
    int code = iptfs_capture_reader_open(reader, file.path, filter, &error);
    CHECK_STR(error.text, "");
    return code;
}

/* Reads a packet that must be there. */
static struct iptfs_captured next(struct iptfs_capture_reader *reader)
{
    struct iptfs_captured packet = {0};
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_capture_reader_next(reader, &packet, &error), 1);
    CHECK_STR(error.text, "");
    return packet;
}

static void close_reader(struct iptfs_capture_reader *reader)
{
    struct iptfs_captured packet;
    CHECK_INT(iptfs_capture_reader_next(reader, &packet, NULL), 0);
    CHECK_TRUE(!iptfs_capture_reader_cut(reader));
    iptfs_capture_reader_close(reader);
    iptfs_capture_reader_close(reader);
    unlink(file.path);
}

/* What is in a capture of test/golden/captures: how many packets, how many with an IP header, and
 * the kinds of the others. tshark counts the same. */
struct expected {
    const char *name;
    uint64_t pkts;
    uint64_t used;
    const char *skipped;
};

static const struct expected captures[] = {
    {"ns3-ppp.pcap", 18, 18, ""},
    {"ppp.pcap", 12, 6, ": 4 PPP control (LCP, IPCP and others), 2 PPP protocol 0x002d"},
    {"ppp-serial.pcap", 9, 5,
     ": 1 ARP, 2 PPP control (LCP, IPCP and others), 1 PPP protocol 0x002d"},
    {"ppp-direction.pcap", 6, 3, ": 2 PPP control (LCP, IPCP and others), 1 PPP protocol 0x002d"},
    {"c-hdlc.pcap", 3, 2, ": 1 ARP"},
    {"null.pcap", 7, 6, ": 1 address family 7"},
    {"loop.pcap", 2, 2, ""},
    {"enc.pcap", 2, 2, ""},
    {"sll.pcap", 5, 3, ": 1 ARP, 1 LLC (spanning tree, IS-IS and others)"},
    {"sll2.pcap", 3, 2, ": 1 ARP"},
    {"raw.pcap", 2, 2, ""},
    {"raw-12.pcap", 2, 2, ""},
    {"ipv4.pcap", 1, 1, ""},
    {"ipv6.pcap", 1, 1, ""},
    {"nflog.pcap", 5, 4, ": 1 too short for an IP header"},
    {"ethernet.pcap", 21, 11,
     ": 2 ARP, 1 LLC (spanning tree, IS-IS and others), 1 LLDP, 1 EAPOL, 1 MACsec, 1 PPPoE "
     "discovery, 1 PPP control (LCP, IPCP and others), 1 MPLS without IP (pseudowires), 1 "
     "EtherType 0x88f7"},
    {"three.pcap", 3, 3, ""},
    {"three-be.pcap", 3, 3, ""},
    {"three-ns.pcap", 3, 3, ""},
    {"three-patched.pcap", 3, 3, ""},
    {"three.pcapng", 3, 3, ""},
    {"three.pcapng.gz", 3, 3, ""},
    {"three-snaplen.pcap", 3, 3, ""},
    {"merged.pcapng", 35, 19,
     ": 2 ARP, 1 LLC (spanning tree, IS-IS and others), 1 LLDP, 1 EAPOL, 1 MACsec, 1 PPPoE "
     "discovery, 5 PPP control (LCP, IPCP and others), 2 PPP protocol 0x002d, 1 MPLS without IP "
     "(pseudowires), 1 EtherType 0x88f7"},
    {"interfaces-le.pcapng", 9, 8, ": 1 link type 105 (IEEE802_11)"},
    {"interfaces-be.pcapng", 9, 8, ": 1 link type 105 (IEEE802_11)"},
    {"sections.pcapng", 18, 16, ": 2 link type 105 (IEEE802_11)"},
    {"long.pcap.gz", 2, 2, ""},
    {"esp.pcap", 22, 22, ""},
};

static void open_golden(struct iptfs_capture_reader *reader, const char *name)
{
    char path[128];
    struct iptfs_error error = {0};
    snprintf(path, sizeof path, "test/golden/captures/%s", name);
    CHECK_INT(iptfs_capture_reader_open(reader, path, NULL, &error), IPTFS_OK);
    CHECK_STR(error.text, "");
}

/* Each packet used begins with a whole IP header whose length is that of the packet, so that it was
 * found at the right octet. */
static void check_packet(const struct iptfs_captured *packet, const char *name)
{
    struct iptfs_ip_header ip = {0};
    if (!CHECK_TRUE(iptfs_captured_ip(packet, &ip)) || !CHECK_U64(ip.octets, packet->wire_octets))
        printf("in %s\n", name);
}

static void check_capture(const struct expected *expected)
{
    struct iptfs_capture_reader reader;
    struct iptfs_captured packet;
    struct iptfs_error error = {0};
    uint64_t used = 0;
    char skipped[600];
    int got;
    open_golden(&reader, expected->name);
    while ((got = iptfs_capture_reader_next(&reader, &packet, &error)) == 1) {
        check_packet(&packet, expected->name);
        used++;
    }
    CHECK_INT(got, 0);
    CHECK_STR(error.text, "");
    iptfs_skips_list(&reader.skips, skipped, sizeof skipped);
    bool right = CHECK_U64(iptfs_capture_reader_pkts(&reader), expected->pkts);
    right &= CHECK_U64(used, expected->used);
    right &= CHECK_STR(skipped, expected->skipped);
    right &= CHECK_TRUE(!iptfs_capture_reader_cut(&reader));
    if (!right)
        printf("in %s\n", expected->name);
    iptfs_capture_reader_close(&reader);
}

static void test_captures_of_other_programs(void)
{
    for (size_t i = 0; i < sizeof captures / sizeof captures[0]; i++)
        check_capture(&captures[i]);
}

/* Times as tshark prints them, in picoseconds since `base_s`. */
static void check_times(const char *name, int64_t base_s, const int64_t *times_ps, size_t count)
{
    struct iptfs_capture_reader reader;
    open_golden(&reader, name);
    for (size_t i = 0; i < count; i++)
        if (!CHECK_INT(next(&reader).at_ps, times_ps[i]))
            printf("packet %zu of %s\n", i, name);
    CHECK_INT(reader.base_s, base_s);
    iptfs_capture_reader_close(&reader);
}

#define US IPTFS_PS_PER_US
#define S IPTFS_PS_PER_S

static void test_times(void)
{
    static const char *const names[] = {"three.pcap",         "three-be.pcap", "three-ns.pcap",
                                        "three-patched.pcap", "three.pcapng",  "three.pcapng.gz"};
    static const int64_t times_ps[] = {123456 * US, S + 654321 * US, 2 * S + US};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        check_times(names[i], 1700000000, times_ps, 3);
    /* Resolutions of microseconds, nanoseconds, milliseconds, 2^-20 s, 1 s and picoseconds, two
     * with an offset; the last packet has no time. */
    static const int64_t of_interfaces_ps[] = {
        1 * US, 2 * US, 1000 * US, 250000 * US, 1 * S, 2 * S + 1 * IPTFS_PS_PER_NS, 3 * S, 3 * S,
    };
    check_times("interfaces-le.pcapng", 1700000000, of_interfaces_ps, 8);
    check_times("interfaces-be.pcapng", 1700000000, of_interfaces_ps, 8);
}

static void check_counts(const char *name, uint64_t earlier, uint64_t untimed)
{
    struct iptfs_capture_reader reader;
    struct iptfs_captured packet;
    open_golden(&reader, name);
    while (iptfs_capture_reader_next(&reader, &packet, NULL) == 1)
        ;
    CHECK_U64(reader.earlier, earlier);
    CHECK_U64(reader.untimed, untimed);
    iptfs_capture_reader_close(&reader);
}

/* A packet without a time, or with one before that of the packet before it. */
static void test_time_never_goes_back(void)
{
    static const int64_t among_ps[] = {500000 * US, 500000 * US, 750000 * US};
    static const int64_t first_ps[] = {0, 0, 0, 250000 * US};
    check_times("time-zero.pcap", 1700000000, among_ps, 3);
    check_counts("time-zero.pcap", 0, 1);
    check_times("zero-first.pcap", 1700000000, first_ps, 4);
    check_counts("zero-first.pcap", 0, 2);
    check_counts("interfaces-le.pcapng", 0, 1);
    check_counts("sections.pcapng", 0, 2);

    struct iptfs_capture_reader reader;
    test_capture_begin(&file, DLT_RAW); /* simulated times begin at 0 */
    test_capture_add_ip(&file, 0, "", 0, 4, 0, 100);
    test_capture_add_ip(&file, 0, "", 0, 4, 0, 100);
    test_capture_add_ip(&file, 7, "", 0, 4, 0, 100);
    test_capture_add_ip(&file, 0, "", 0, 4, 0, 100);
    test_capture_end(&file);
    CHECK_INT(open_reader(&reader, NULL), 0);
    CHECK_INT(next(&reader).at_ps, 0);
    CHECK_INT(next(&reader).at_ps, 0);
    CHECK_U64(next(&reader).number, 4);
    CHECK_INT(next(&reader).at_ps, 7 * IPTFS_PS_PER_NS);
    CHECK_U64(reader.earlier + reader.untimed, 0);
    close_reader(&reader);
}

/* Packets of two interfaces, the one 500 packets behind the other, come in the order of time; those
 * of the same time in that of the file. One that is too late gets the time of the packet before. */
static void test_order(void)
{
    enum {
        PKTS = 3000,
        LATE = 2500
    };
    struct iptfs_capture_reader reader;
    test_capture_begin(&file, DLT_RAW);
    for (int i = 0; i < PKTS; i++) {
        int64_t at_ns = i % 2 == 0 ? i : i - 1000;
        test_capture_add_ip(&file,
                            1000000000 + (i == LATE   ? 10
                                          : at_ns < 0 ? 0
                                                      : at_ns),
                            "", 0, 4, 0, 100);
    }
    test_capture_end(&file);
    CHECK_INT(open_reader(&reader, NULL), 0);
    struct iptfs_captured before = next(&reader);
    for (int i = 1; i < PKTS; i++) {
        struct iptfs_captured packet = next(&reader);
        if (packet.number != LATE + 1 && packet.at_ps == before.at_ps && before.number != LATE + 1)
            CHECK_TRUE(packet.number > before.number);
        CHECK_TRUE(packet.at_ps >= before.at_ps);
        before = packet;
    }
    CHECK_U64(reader.earlier, 1);
    close_reader(&reader);
}

/* Packets longer than the snapshot length in the file's header are there whole. */
static void test_long_packets(void)
{
    struct iptfs_capture_reader reader;
    open_golden(&reader, "long.pcap.gz");
    struct iptfs_captured packet = next(&reader);
    CHECK_U64(packet.captured, 65575);
    CHECK_U64(packet.wire_octets, 65575);
    CHECK_INT(packet.ip[65574], 6);
    iptfs_capture_reader_close(&reader);
    open_golden(&reader, "three-snaplen.pcap");
    packet = next(&reader);
    CHECK_U64(packet.captured, 30);
    CHECK_U64(packet.wire_octets, 60);
    iptfs_capture_reader_close(&reader);
}

static void test_filter(void)
{
    struct iptfs_capture_reader reader;
    struct iptfs_error error = {0};
    test_capture_begin(&file, DLT_RAW);
    test_capture_add_ip(&file, 1, "", 0, 4, 0, 100);
    test_capture_add_ip(&file, 2, "", 0, 4, 0, 101);
    test_capture_end(&file);
    CHECK_INT(iptfs_capture_reader_open(&reader, file.path, "udp prot 53", &error),
              IPTFS_E_INVALID);
    iptfs_capture_reader_close(&reader);
    CHECK_INT(open_reader(&reader, "\"udp port 5004\""), 0);
    CHECK_INT(next(&reader).at_ps, 2 * IPTFS_PS_PER_NS);
    CHECK_U64(reader.filtered, 1);
    CHECK_U64(iptfs_skips_total(&reader.skips), 0);
    close_reader(&reader);

    char path[] = "test/golden/captures/merged.pcapng";
    CHECK_INT(iptfs_capture_reader_open(&reader, path, "ip6 and udp port 5004", &error), 0);
    struct iptfs_captured packet;
    uint64_t used = 0;
    while (iptfs_capture_reader_next(&reader, &packet, NULL) == 1)
        used++;
    CHECK_U64(used, 3); /* libpcap's filters do not look behind tags and labels */
    CHECK_U64(reader.filtered, 32);
    iptfs_capture_reader_close(&reader);
}

static void read_octets(const char *name, uint8_t *octets, size_t *count)
{
    char path[128];
    snprintf(path, sizeof path, "test/golden/captures/%s", name);
    FILE *in = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(in);
    *count = fread(octets, 1, 8192, in);
    CHECK_TRUE(*count > 0 && *count < 8192);
    fclose(in);
}

/* Reads the first `count` octets of a capture as a file of its own; the packets before the end. */
static uint64_t read_part(const uint8_t *octets, size_t count, int *code, bool *cut)
{
    struct iptfs_capture_reader reader;
    struct iptfs_captured packet;
    struct iptfs_error error = {0};
    test_capture_write_text(&file, (const char *)octets, count);
    *code = iptfs_capture_reader_open(&reader, file.path, NULL, &error);
    while (*code == IPTFS_OK && (*code = iptfs_capture_reader_next(&reader, &packet, &error)) == 1)
        *code = IPTFS_OK;
    CHECK_TRUE((*code == IPTFS_OK) == (error.text[0] == '\0'));
    *cut = iptfs_capture_reader_cut(&reader);
    uint64_t pkts = iptfs_capture_reader_pkts(&reader);
    iptfs_capture_reader_close(&reader);
    unlink(file.path);
    return pkts;
}

/* A file that is cut at any octet behind its header gives the packets before, and no error. */
static void test_cut_at_each_octet(void)
{
    static const struct {
        const char *name;
        size_t header;
    } cases[] = {
        {"three.pcap", 24},           {"three-be.pcap", 24}, {"interfaces-le.pcapng", 28},
        {"interfaces-be.pcapng", 28}, {"raw.pcap", 24},
    };
    static uint8_t octets[8192];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t count;
        uint64_t before = 0, whole;
        int code;
        bool cut;
        read_octets(cases[i].name, octets, &count);
        whole = read_part(octets, count, &code, &cut);
        for (size_t end = 0; end < count; end++) {
            uint64_t pkts = read_part(octets, end, &code, &cut);
            CHECK_INT(code, end < cases[i].header ? IPTFS_E_INVALID : IPTFS_OK);
            CHECK_TRUE(pkts >= before && pkts <= whole);
            before = pkts;
        }
        CHECK_U64(before, whole - (cases[i].header == 24)); /* pcapng ends with another block */
        read_part(octets, count - 1, &code, &cut);
        CHECK_TRUE(cut);
    }
}

/* A file with gzip that is cut gives an error or fewer packets, never others; one whose octets have
 * changed is an error. */
static void test_cut_and_damaged_gzip(void)
{
    static uint8_t octets[8192];
    size_t count;
    int code;
    bool cut;
    read_octets("three.pcapng.gz", octets, &count);
    for (size_t end = 0; end < count; end++) {
        CHECK_TRUE(read_part(octets, end, &code, &cut) <= 3);
        CHECK_TRUE(code == IPTFS_E_INVALID || (code == IPTFS_OK && cut));
    }
    octets[count - 7] ^= 1; /* in the checksum at the end */
    read_part(octets, count, &code, &cut);
    CHECK_INT(code, IPTFS_E_IO);
}

static void check_damage(const char *name, size_t at, uint8_t change, const char *text)
{
    static uint8_t octets[8192];
    struct iptfs_capture_reader reader;
    struct iptfs_captured packet;
    struct iptfs_error error = {0};
    size_t count;
    read_octets(name, octets, &count);
    octets[at] ^= change;
    test_capture_write_text(&file, (const char *)octets, count);
    int code = iptfs_capture_reader_open(&reader, file.path, NULL, &error);
    while (code == IPTFS_OK && (code = iptfs_capture_reader_next(&reader, &packet, &error)) == 1)
        code = IPTFS_OK;
    CHECK_INT(code, IPTFS_E_INVALID);
    if (strstr(error.text, text) == NULL)
        CHECK_STR(error.text, text);
    iptfs_capture_reader_close(&reader);
    unlink(file.path);
}

static void test_damage(void)
{
    check_damage("three.pcap", 24 + 8 + 3, 0x7f,
                 ": found a packet of 2130706492 octets after packet 0, allowed: an undamaged "
                 "capture");
    check_damage("interfaces-le.pcapng", 8, 1, ": found a section without a byte order");
    check_damage("interfaces-le.pcapng", 4, 1, ": found a section header of 29 octets");
    check_damage("interfaces-le.pcapng", 24, 4, ": found a block whose two lengths differ");
    check_damage("interfaces-le.pcapng", 28 + 4, 3, ": found a block of 27 octets");
    check_damage("interfaces-le.pcapng", 28 + 7, 0x70, ": found a block of 1879048216 octets");
    check_damage("interfaces-le.pcapng", 52 + 16 + 2, 0x80,
                 ": found an option that is longer than its block");
    check_damage("interfaces-le.pcapng", 52 + 16 + 4, 0x1e, ": found a time resolution of 10^-23");
}

static void check_not_opened(const char *path, int code, const char *text)
{
    struct iptfs_capture_reader reader;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_capture_reader_open(&reader, path, NULL, &error), code);
    if (strstr(error.text, text) == NULL)
        CHECK_STR(error.text, text);
    iptfs_capture_reader_close(&reader);
}

static void test_files_that_are_no_capture(void)
{
    static const struct {
        const char *octets;
        const char *text;
    } others[] = {
        {"", ": found an empty file, allowed: a capture, pcap or pcapng, plain or with gzip"},
        {"time,size\n0,40\n", ": found another kind of file, allowed: a capture"},
        {"abc", ": found another kind of file"},
        {"\x28\xb5\x2f\xfd....", ": found a file compressed with zstd (zstd -dc"},
        {"\xfd"
         "7zXZ",
         ": found a file compressed with xz"},
        {"BZh9", ": found a file compressed with bzip2"},
        {"PK\3\4", ": found a zip archive"},
        {"\xd4\xc3\xb2\xa1", ": found a part of its header after packet 0"},
        {"\x0a\x0d\x0d\x0a....", ": found a part of its header after packet 0"},
    };
    check_not_opened("/nonexistent.pcap", IPTFS_E_IO,
                     "/nonexistent.pcap: cannot be read: No such file or directory");
    check_not_opened("/", IPTFS_E_IO, "/: cannot be read: Is a directory");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        test_capture_write_text(&file, others[i].octets, strlen(others[i].octets));
        check_not_opened(file.path, IPTFS_E_INVALID, others[i].text);
        unlink(file.path);
    }
    test_capture_begin(&file, DLT_IEEE802_11);
    test_capture_end(&file);
    check_not_opened(file.path, IPTFS_E_INVALID,
                     ": found a capture of link type 105 (IEEE802_11), allowed: Ethernet, ");
    unlink(file.path);
}

/* A capture that comes through a FIFO, which cannot be read twice. */
static void test_pipe(void)
{
    struct iptfs_capture_reader reader;
    char command[256];
    test_capture_write_text(&file, "", 0);
    unlink(file.path);
    CHECK_INT(mkfifo(file.path, 0600), 0);
    snprintf(command, sizeof command, "cat test/golden/captures/three.pcapng.gz >%s &", file.path);
    CHECK_INT(system(command), 0);
    CHECK_INT(open_reader(&reader, NULL), 0);
    next(&reader);
    next(&reader);
    next(&reader);
    close_reader(&reader);
}

static void append_line(void *ctx, const char *line)
{
    char *text = ctx;
    size_t length = strlen(text);
    snprintf(text + length, 1000 - length, "%s\n", line);
}

static void test_notes_and_refusal(void)
{
    struct iptfs_capture_reader reader;
    struct iptfs_captured packet;
    struct iptfs_error error = {0};
    char text[1000] = "";
    open_golden(&reader, "time-zero.pcap");
    while (iptfs_capture_reader_next(&reader, &packet, NULL) == 1)
        iptfs_skips_add(&reader.skips, IPTFS_SKIP_CUT, 0);
    reader.earlier = 2;
    reader.file.stream.cut = true;
    iptfs_capture_reader_note(&reader, append_line, text);
#define NAME "test/golden/captures/time-zero.pcap: "
    CHECK_STR(text, NAME "3 packets skipped: not captured whole\n" NAME
                         "2 packets earlier than the packets before, whose time is used\n" NAME
                         "1 packet without a time: that of the packet before is used\n" NAME
                         "the file is cut: packet 3 is its last complete one\n");
    reader.filtered = 5;
    CHECK_INT(iptfs_capture_reader_refuse(&reader, "; 2 more", "IP packet", &error),
              IPTFS_E_INVALID);
    CHECK_STR(error.text,
              NAME "found 3 packets: 3 not captured whole; 2 more; 5 rejected by the filter; "
                   "the file is cut, allowed: at least one IP packet");
    iptfs_capture_reader_close(&reader);
}

static struct iptfs_ip_header read_ip(const uint8_t *header, uint32_t captured, uint32_t wire,
                                      bool *is_ip)
{
    struct iptfs_captured packet = {.ip = header, .captured = captured, .wire_octets = wire};
    struct iptfs_ip_header ip = {0};
    *is_ip = iptfs_captured_ip(&packet, &ip);
    return ip;
}

static void test_ip_headers(void)
{
    const uint8_t ip4[] = {0x45, 0xb8, 0x05, 0xdc, 0x12, 0x34};
    const uint8_t ip6[] = {0x6b, 0x81, 0x23, 0x45, 0x05, 0xb4};
    const uint8_t offloaded[] = {0x60, 0, 0, 0, 0, 0}, unknown[] = {0x55, 0, 0, 64, 0, 0};
    bool is_ip;
    struct iptfs_ip_header ip = read_ip(ip4, 6, 1500, &is_ip);
    CHECK_TRUE(is_ip);
    CHECK_U64(ip.version, 4);
    CHECK_U64(ip.tos, 0xb8);
    CHECK_U64(ip.octets, 1500);
    CHECK_U64(ip.id, 0x1234);
    ip = read_ip(ip6, 6, 1500, &is_ip);
    CHECK_TRUE(is_ip);
    CHECK_U64(ip.version, 6);
    CHECK_U64(ip.tos, 0xb8);
    CHECK_U64(ip.octets, 1500);
    CHECK_U64(ip.id, 0x12345);
    ip = read_ip(offloaded, 6, 60000, &is_ip);
    CHECK_TRUE(is_ip && ip.offloaded);
    CHECK_U64(ip.octets, 60000);
    ip = read_ip(offloaded, 6, 46, &is_ip); /* a header, padded by Ethernet */
    CHECK_U64(ip.octets, 40);
    read_ip(ip4, 5, 1500, &is_ip);
    CHECK_TRUE(!is_ip);
    read_ip(unknown, 6, 64, &is_ip);
    CHECK_TRUE(!is_ip);
}

const CU_TestInfo iptfs_tests_capture_reader[] = {
    {"captures of other programs", test_captures_of_other_programs},
    {"times", test_times},
    {"time never goes back", test_time_never_goes_back},
    {"order", test_order},
    {"long packets", test_long_packets},
    {"filter", test_filter},
    {"cut at each octet", test_cut_at_each_octet},
    {"cut and damaged gzip", test_cut_and_damaged_gzip},
    {"damage", test_damage},
    {"files that are no capture", test_files_that_are_no_capture},
    {"pipe", test_pipe},
    {"notes and refusal", test_notes_and_refusal},
    {"IP headers", test_ip_headers},
    CU_TEST_INFO_NULL,
};
