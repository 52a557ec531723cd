/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/pcap_file.h"

#include "base/units.h"
#include "capture/link_type.h"
#include "support/capture_file.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct test_capture file;

static int load(struct iptfs_pcap_file *capture, const char *filter, struct iptfs_error *error)
{
    *error = (struct iptfs_error){0};
    int code = iptfs_pcap_file_load(capture, file.path, filter, error);
    unlink(file.path);
    /* The message without the name of the file. */
    if (strncmp(error->text, file.path, strlen(file.path)) == 0)
        memmove(error->text, error->text + strlen(file.path),
                strlen(error->text + strlen(file.path)) + 1);
    CHECK_TRUE(strchr(error->text, '\n') == NULL);
    if (code != 0)
        CHECK_TRUE(capture->list.rows == NULL && capture->list.count == 0);
    return code;
}

static void check_row(const struct iptfs_pcap_file *capture, size_t index, int64_t time_ns,
                      uint32_t octets, int tos, int ip_version)
{
    if (!CHECK_TRUE(index < capture->list.count))
        return;
    const struct iptfs_traffic_row *row = &capture->list.rows[index];
    CHECK_INT(row->time_ps, time_ns * IPTFS_PS_PER_NS);
    CHECK_U64(row->octets, octets);
    CHECK_INT(row->tos, tos);
    CHECK_INT(row->ip_version, ip_version);
}

static void free_capture(struct iptfs_pcap_file *capture)
{
    iptfs_traffic_list_free(&capture->list);
    free(capture->notes);
}

#define FIRST_NS INT64_C(1700000000123456789)

static void test_ethernet(void)
{
    struct iptfs_pcap_file capture;
    struct iptfs_error error;
    test_capture_begin(&file, DLT_EN10MB);
    test_capture_add_ip(&file, FIRST_NS - 5, ETHERNET(ARP), 4, 0,
                        46); /* skipped: time 0 is later */
    test_capture_add_ip(&file, FIRST_NS, ETHERNET(IPV4), 4, 0xb8, 40);
    test_capture_add_ip(&file, FIRST_NS + 1, ETHERNET(IPV6), 6, 0xb9, 1500);
    test_capture_add_ip(&file, FIRST_NS + 1000000001, TAGGED(IPV4), 4, 0, 576);
    test_capture_add_ip(&file, FIRST_NS + 1000000001, TWICE_TAGGED(IPV6), 6, 3, 65575);
    test_capture_add_ip(&file, FIRST_NS + 2000000000, TAGGED(ARP), 4, 0, 46);
    test_capture_end(&file);
    CHECK_INT(load(&capture, "", &error), 0);
    CHECK_STR(error.text, "");
    CHECK_U64(capture.list.count, 4);
    CHECK_U64(capture.skipped_pkts, 2);
    CHECK_U64(capture.filtered_pkts, 0);
    check_row(&capture, 0, 0, 40, 0xb8, 4);
    check_row(&capture, 1, 1, 1500, 0xb9, 6);
    check_row(&capture, 2, 1000000001, 576, 0, 4);
    check_row(&capture, 3, 1000000001, 65575, 3, 6);
    free_capture(&capture);
}

static void test_other_links(void)
{
    struct iptfs_pcap_file capture;
    struct iptfs_error error;
    test_capture_begin(&file, DLT_RAW);
    test_capture_add_ip(&file, 0, "", 0, 4, 1, 1499);
    test_capture_add_ip(&file, 51, "", 0, 6, 2, 80);
    test_capture_end(&file);
    CHECK_INT(load(&capture, NULL, &error), 0);
    CHECK_U64(capture.list.count, 2);
    check_row(&capture, 0, 0, 1499, 1, 4);
    check_row(&capture, 1, 51, 80, 2, 6);
    free_capture(&capture);

    test_capture_begin(&file, DLT_LINUX_SLL);
    test_capture_add_ip(&file, 7, COOKED(IPV6), 6, 2, 80);
    test_capture_add_ip(&file, 8, COOKED(ARP), 4, 0, 46);
    test_capture_end(&file);
    CHECK_INT(load(&capture, "", &error), 0);
    CHECK_U64(capture.list.count, 1);
    CHECK_U64(capture.skipped_pkts, 1);
    check_row(&capture, 0, 0, 80, 2, 6);
    free_capture(&capture);

    test_capture_begin(&file, DLT_LINUX_SLL2);
    test_capture_add_ip(&file, 7, COOKED2(IPV4), 4, 9, 81);
    test_capture_end(&file);
    CHECK_INT(load(&capture, "", &error), 0);
    CHECK_U64(capture.list.count, 1);
    check_row(&capture, 0, 0, 81, 9, 4);
    free_capture(&capture);
}

/* Packets that are captured too short, that are not IP, or that have no length (offloaded
 * segments).
 */
static void test_odd_packets(void)
{
    struct iptfs_pcap_file capture;
    struct iptfs_error error;
    const uint8_t ip4[64] = {0x45, 7, 0, 0}, ip5[64] = {0x55, 0, 0, 64},
                  tiny[64] = {0x45, 0, 0, 19};
    const uint8_t ip6[64] = {0x60, 0, 0, 0, 0, 0, 6};
    test_capture_begin(&file, DLT_RAW);
    test_capture_add(&file, 1, ip4, 64, 9000); /* total length 0: as it was on the wire */
    test_capture_add(&file, 2, ip6, 64, 60000);
    test_capture_add(&file, 3, ip4, 5, 9000);
    test_capture_add(&file, 4, ip4, 0, 9000);
    test_capture_add(&file, 5, ip4, 64, 65536);
    test_capture_add(&file, 6, ip5, 64, 64);
    test_capture_add(&file, 7, tiny, 64, 64);
    test_capture_add_ip(&file, 1, "", 0, 4, 0, 100); /* after the first of its time */
    test_capture_add_ip(&file, 0, "", 0, 4, 0, 101); /* the earliest is time 0 */
    test_capture_end(&file);
    CHECK_INT(load(&capture, "", &error), 0);
    CHECK_U64(capture.list.count, 4);
    CHECK_U64(capture.skipped_pkts, 5);
    check_row(&capture, 0, 0, 101, 0, 4); /* put in order */
    check_row(&capture, 1, 1, 9000, 7, 4);
    check_row(&capture, 2, 1, 100, 0, 4);
    check_row(&capture, 3, 2, 60000, 0, 6);
    CHECK_TRUE(strstr(capture.notes, ": 2 packets skipped: no valid IP header\n") != NULL);
    CHECK_TRUE(strstr(capture.notes, ": 2 packets skipped: too short for an IP header\n") != NULL);
    CHECK_TRUE(strstr(capture.notes, ": 1 packet skipped: longer than an IP packet") != NULL);
    free_capture(&capture);

    test_capture_begin(&file, DLT_EN10MB); /* shorter than a header, and a tag in part */
    const uint8_t head[18] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 1, 0x81, 0};
    for (uint32_t octets = 0; octets <= 18; octets++)
        test_capture_add(&file, 0, head, octets, 100);
    test_capture_end(&file);
    CHECK_INT(load(&capture, "", &error), IPTFS_E_INVALID);
    CHECK_STR(error.text,
              ": found 19 packets: 19 too short for an IP header, allowed: at least one "
              "IP packet");
}

static void test_filter(void)
{
    const char *const filters[] = {"udp port 5004", "\"udp port 5004\""};
    for (size_t i = 0; i < 2; i++) {
        struct iptfs_pcap_file capture;
        struct iptfs_error error;
        test_capture_begin(&file, DLT_EN10MB);
        test_capture_add_ip(&file, 100, ETHERNET(IPV4), 4, 0, 100);
        test_capture_add_ip(&file, 200, ETHERNET(IPV4), 4, 0, 101);
        test_capture_add_ip(&file, 300, ETHERNET(ARP), 4, 0, 46);
        test_capture_add_ip(&file, 450, ETHERNET(IPV6), 6, 0, 201);
        test_capture_end(&file);
        CHECK_INT(load(&capture, filters[i], &error), 0);
        CHECK_U64(capture.list.count, 2);
        CHECK_U64(capture.filtered_pkts, 2);
        CHECK_U64(capture.skipped_pkts, 0);
        check_row(&capture, 0, 0, 101, 0, 4); /* the first of the list is time 0 */
        check_row(&capture, 1, 250, 201, 0, 6);
        free_capture(&capture);
    }
}

static void check_begins(const char *text, const char *begins)
{
    if (strncmp(text, begins, strlen(begins)) != 0)
        CHECK_STR(text, begins);
}

static void test_bad_captures(void)
{
    struct iptfs_pcap_file capture;
    struct iptfs_error error;
    CHECK_INT(iptfs_pcap_file_load(&capture, "/nonexistent.pcap", "", &error), IPTFS_E_IO);
    CHECK_STR(error.text, "/nonexistent.pcap: cannot be read: No such file or directory");
    CHECK_TRUE(iptfs_pcap_file_load(&capture, "/", "", &error) != 0);
    CHECK_STR(error.text, "/: cannot be read: Is a directory");
    test_capture_write_text(&file, "", 0);
    CHECK_INT(load(&capture, "", &error), IPTFS_E_INVALID);
    check_begins(error.text, ": found an empty file, allowed: a capture");
    test_capture_write_text(&file, "time,size\n0,40\n1ms,40\n2ms,40\n", 29);
    CHECK_INT(load(&capture, "", &error), IPTFS_E_INVALID);
    check_begins(error.text, ": found another kind of file, allowed: a capture");

    test_capture_begin(&file, DLT_RAW);
    test_capture_end(&file);
    CHECK_INT(load(&capture, "", &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, ": found 0 packets, allowed: at least one IP packet");
    test_capture_begin(&file, DLT_RAW);
    test_capture_add_ip(&file, 0, "", 0, 4, 0, 100);
    test_capture_end(&file);
    CHECK_INT(load(&capture, "tcp", &error), IPTFS_E_INVALID);
    check_begins(error.text,
                 ": found 1 packet; 1 rejected by the filter, allowed: at least one IP");
    test_capture_begin(&file, DLT_RAW);
    test_capture_add_ip(&file, 0, "", 0, 4, 0, 100);
    test_capture_end(&file);
    CHECK_INT(load(&capture, "udp prot 53", &error), IPTFS_E_INVALID);
    check_begins(error.text, ": filter: found the name 'prot', allowed: addresses (");
    test_capture_begin(&file, DLT_IEEE802_11);
    test_capture_end(&file);
    CHECK_INT(load(&capture, "", &error), IPTFS_E_INVALID);
    CHECK_STR(
        error.text,
        ": found a capture of link type 105 (IEEE802_11), allowed: " IPTFS_LINK_TYPES_ALLOWED);
    test_capture_begin(&file, DLT_RAW);
    test_capture_add_ip(&file, 1000000000, "", 0, 4, 0, 100);
    test_capture_add_ip(&file, 4000001LL * 1000000000, "", 0, 4, 0, 100);
    test_capture_end(&file);
    CHECK_INT(load(&capture, "", &error), IPTFS_E_INVALID);
    CHECK_STR(error.text,
              ": found a time 4000000 s after the first in packet 2, allowed: at most 1000h");
    test_capture_begin(&file, DLT_RAW);
    test_capture_add_ip(&file, 0, "", 0, 4, 0, 100);
    test_capture_add_ip(&file, 1, "", 0, 4, 0, 100);
    test_capture_end(&file);
    CHECK_INT(truncate(file.path, 24 + 2 * 16 + 60 + 10), 0);
    CHECK_INT(load(&capture, "", &error), IPTFS_OK); /* as encap and decap do */
    CHECK_U64(capture.list.count, 1);
    CHECK_TRUE(strstr(capture.notes, ": the file is cut: packet 1 is its last complete one\n") !=
               NULL);
    free_capture(&capture);
}

const CU_TestInfo iptfs_tests_pcap_file[] = {
    {"Ethernet, with and without VLANs", test_ethernet},
    {"raw IP and Linux cooked captures", test_other_links},
    {"odd packets", test_odd_packets},
    {"filter", test_filter},
    {"bad captures", test_bad_captures},
    CU_TEST_INFO_NULL,
};
