/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/reader.h"

#include "support/capture_file.h"
#include "support/check.h"

#include <string.h>
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
    CHECK_TRUE(!reader->truncated);
    iptfs_capture_reader_close(reader);
    iptfs_capture_reader_close(reader);
    unlink(file.path);
}

/* An IP header was found at the right octet when its version is there. */
static void check_ip(const struct iptfs_captured *packet, unsigned version, uint32_t wire_octets)
{
    if (!CHECK_TRUE(packet->ip != NULL))
        return;
    CHECK_U64(packet->ip[0] >> 4, version);
    CHECK_U64(packet->captured, 60);
    CHECK_U64(packet->wire_octets, wire_octets);
    CHECK_TRUE(!packet->filtered);
}

static void test_vlan_tags(void)
{
    struct iptfs_capture_reader reader;
    test_capture_begin(&file, DLT_EN10MB);
    test_capture_add_ip(&file, 1700000000123456789, ETHERNET(IPV4), 4, 0, 46);
    test_capture_add_ip(&file, 0, TAGGED(IPV6), 6, 0, 1500);
    test_capture_add_ip(&file, 0, TWICE_TAGGED(IPV4), 4, 0, 576);
    test_capture_add_ip(&file, 0, ETHERNET(ARP), 4, 0, 46);
    test_capture_add_ip(&file, 0, TAGGED(ARP), 4, 0, 46);
    test_capture_end(&file);
    CHECK_INT(open_reader(&reader, NULL), 0);
    struct iptfs_captured packet = next(&reader);
    check_ip(&packet, 4, 60); /* with padding */
    CHECK_INT(packet.second, 1700000000);
    CHECK_U64(packet.ns, 123456789);
    CHECK_U64(reader.number, 1);
    packet = next(&reader);
    check_ip(&packet, 6, 1500);
    packet = next(&reader);
    check_ip(&packet, 4, 576);
    CHECK_TRUE(next(&reader).ip == NULL);
    CHECK_TRUE(next(&reader).ip == NULL);
    CHECK_U64(reader.number, 5);
    close_reader(&reader);
}

static void check_link_type(int link_type, const char *head, uint32_t head_octets, unsigned version)
{
    struct iptfs_capture_reader reader;
    test_capture_begin(&file, link_type);
    test_capture_add_ip(&file, 7, head, head_octets, version, 0, 100);
    test_capture_end(&file);
    CHECK_INT(open_reader(&reader, ""), 0);
    struct iptfs_captured packet = next(&reader);
    check_ip(&packet, version, 100);
    close_reader(&reader);
}

static void test_link_types(void)
{
    check_link_type(DLT_RAW, "", 0, 4);
    check_link_type(DLT_RAW, "", 0, 6);
    check_link_type(DLT_IPV4, "", 0, 4);
    check_link_type(DLT_IPV6, "", 0, 6);
    check_link_type(DLT_LINUX_SLL, COOKED(IPV6), 6);
    check_link_type(DLT_LINUX_SLL2, COOKED2(IPV4), 4);
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
    CHECK_TRUE(strstr(error.text, ": filter: found 'udp prot 53', allowed: an expression of "
                                  "libpcap (") != NULL);
    iptfs_capture_reader_close(&reader);
    CHECK_INT(open_reader(&reader, "\"udp port 5004\""), 0);
    CHECK_TRUE(next(&reader).filtered);
    CHECK_TRUE(!next(&reader).filtered);
    close_reader(&reader);
}

/* The second packet has 10 of its 60 octets. */
static void test_truncated_file(void)
{
    struct iptfs_capture_reader reader;
    struct iptfs_captured packet;
    struct iptfs_error error = {0};
    test_capture_begin(&file, DLT_RAW);
    test_capture_add_ip(&file, 1, "", 0, 4, 0, 100);
    test_capture_add_ip(&file, 2, "", 0, 4, 0, 100);
    test_capture_end(&file);
    CHECK_INT(truncate(file.path, 24 + 2 * 16 + 60 + 10), 0);
    CHECK_INT(open_reader(&reader, NULL), 0);
    next(&reader);
    CHECK_INT(iptfs_capture_reader_next(&reader, &packet, &error), IPTFS_E_IO);
    CHECK_TRUE(reader.truncated);
    iptfs_capture_reader_close(&reader);
    unlink(file.path);
}

static void check_not_opened(const char *path, int code, const char *text)
{
    struct iptfs_capture_reader reader;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_capture_reader_open(&reader, path, NULL, &error), code);
    CHECK_TRUE(strstr(error.text, text) != NULL);
    iptfs_capture_reader_close(&reader);
}

static void test_files_that_are_no_capture(void)
{
    check_not_opened("/nonexistent.pcap", IPTFS_E_IO,
                     "/nonexistent.pcap: cannot be read: No such file or directory");
    test_capture_write_text(&file, "time,size\n0,40\n1ms,40\n2ms,40\n", 29);
    check_not_opened(file.path, IPTFS_E_INVALID, ": cannot be read as a capture: ");
    unlink(file.path);
    test_capture_begin(&file, DLT_IEEE802_11);
    test_capture_end(&file);
    check_not_opened(file.path, IPTFS_E_INVALID,
                     ": found a capture of link type 105 (IEEE802_11), allowed: Ethernet, ");
    unlink(file.path);
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
    read_ip(NULL, 0, 64, &is_ip);
    CHECK_TRUE(!is_ip);
}

const CU_TestInfo iptfs_tests_capture_reader[] = {
    {"VLAN tags", test_vlan_tags},
    {"link types", test_link_types},
    {"filter", test_filter},
    {"file that ends in a packet", test_truncated_file},
    {"files that are no capture", test_files_that_are_no_capture},
    {"IP headers", test_ip_headers},
    CU_TEST_INFO_NULL,
};
