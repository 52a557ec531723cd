/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures as traffic; the tests write them with libpcap. */
#include "base/units.h"
#include "run/run.h"
#include "scenario/scenario.h"
#include "support/check.h"
#include "traffic/capture.h"
#include "traffic/traffic.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A capture being written. */
static struct {
    char path[64];
    pcap_t *pcap;
    pcap_dumper_t *dumper;
} file;

static void begin_file(int link)
{
    strcpy(file.path, "/tmp/iptfs-capture-XXXXXX");
    int fd = mkstemp(file.path);
    CU_ASSERT_FATAL(fd >= 0);
    close(fd);
    file.pcap = pcap_open_dead_with_tstamp_precision(link, 65535, PCAP_TSTAMP_PRECISION_NANO);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file.pcap);
    file.dumper = pcap_dump_open(file.pcap, file.path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file.dumper);
}

static void add_octets(int64_t at_ns, const uint8_t *bytes, uint32_t captured, uint32_t length)
{
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = at_ns / 1000000000, .tv_usec = at_ns % 1000000000},
        .caplen = captured,
        .len = length};
    pcap_dump((u_char *)file.dumper, &header, bytes);
}

static void end_file(void)
{
    pcap_dump_close(file.dumper);
    pcap_close(file.pcap);
}

/* `head` is what is before IP, of which the first 40 octets are written here. UDP port 5004 goes
 * to packets of an odd length. */
static void add_ip(int64_t at_ns, const char *head, uint32_t head_octets, unsigned ip_version,
                   uint8_t tos, uint32_t octets)
{
    uint8_t bytes[128] = {0};
    memcpy(bytes, head, head_octets);
    uint8_t *ip = bytes + head_octets;
    uint32_t counted = ip_version == 6 ? octets - 40 : octets;
    uint32_t udp_at = ip_version == 6 ? 40 : 20;
    if (ip_version == 6) {
        ip[0] = (uint8_t)(0x60 | tos >> 4);
        ip[1] = (uint8_t)(tos << 4);
        ip[4] = (uint8_t)(counted >> 8);
        ip[5] = (uint8_t)counted;
        ip[6] = 17;
    } else {
        ip[0] = 0x45;
        ip[1] = tos;
        ip[2] = (uint8_t)(counted >> 8);
        ip[3] = (uint8_t)counted;
        ip[9] = 17;
    }
    if (octets % 2 != 0) {
        ip[udp_at + 2] = 5004 >> 8;
        ip[udp_at + 3] = 5004 & 0xff;
    }
    add_octets(at_ns, bytes, head_octets + 60, head_octets + (octets > 60 ? octets : 60));
}

#define ETHERNET(type) "\x02\0\0\0\0\1\x02\0\0\0\0\2" type, 14
#define TAGGED(type) "\x02\0\0\0\0\1\x02\0\0\0\0\2\x81\0\x20\7" type, 18
#define TWICE_TAGGED(type) "\x02\0\0\0\0\1\x02\0\0\0\0\2\x88\xa8\0\7\x81\0\0\x9" type, 22
#define COOKED(type) "\0\0\0\1\0\6\x02\0\0\0\0\1\0\0" type, 16
#define COOKED2(type) type "\0\0\0\0\0\2\0\1\0\6\x02\0\0\0\0\1\0\0", 20
#define IPV4 "\x08\0"
#define IPV6 "\x86\xdd"

static int load(struct iptfs_capture *capture, const char *filter, struct iptfs_error *error)
{
    *error = (struct iptfs_error){0};
    int code = iptfs_capture_load(capture, file.path, filter, error);
    unlink(file.path);
    /* The name is of no interest. */
    if (strncmp(error->text, file.path, strlen(file.path)) == 0)
        memmove(error->text, error->text + strlen(file.path),
                strlen(error->text + strlen(file.path)) + 1);
    CHECK_TRUE(strchr(error->text, '\n') == NULL);
    if (code != 0)
        CHECK_TRUE(capture->list.rows == NULL && capture->list.count == 0);
    return code;
}

static void check_row(const struct iptfs_capture *capture, size_t index, int64_t time_ns,
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

static const int64_t noon_ns = 1700000000123456789;

static void test_ethernet(void)
{
    struct iptfs_capture capture;
    struct iptfs_error error;
    begin_file(DLT_EN10MB);
    add_ip(noon_ns - 5, ETHERNET("\x08\x06"), 4, 0, 46); /* ARP: not the first packet */
    add_ip(noon_ns, ETHERNET(IPV4), 4, 0xb8, 40);
    add_ip(noon_ns + 1, ETHERNET(IPV6), 6, 0xb9, 1500);
    add_ip(noon_ns + 1000000001, TAGGED(IPV4), 4, 0, 576);
    add_ip(noon_ns + 1000000001, TWICE_TAGGED(IPV6), 6, 3, 65575);
    add_ip(noon_ns + 2000000000, TAGGED("\x08\x06"), 4, 0, 46);
    end_file();
    CHECK_INT(load(&capture, "", &error), 0);
    CHECK_STR(error.text, "");
    CHECK_U64(capture.list.count, 4);
    CHECK_U64(capture.skipped_pkts, 2);
    CHECK_U64(capture.filtered_pkts, 0);
    check_row(&capture, 0, 0, 40, 0xb8, 4);
    check_row(&capture, 1, 1, 1500, 0xb9, 6);
    check_row(&capture, 2, 1000000001, 576, 0, 4);
    check_row(&capture, 3, 1000000001, 65575, 3, 6);
    iptfs_traffic_list_free(&capture.list);
}

static void test_other_links(void)
{
    struct iptfs_capture capture;
    struct iptfs_error error;
    begin_file(DLT_RAW);
    add_ip(0, "", 0, 4, 1, 1499);
    add_ip(51, "", 0, 6, 2, 80);
    end_file();
    CHECK_INT(load(&capture, NULL, &error), 0);
    CHECK_U64(capture.list.count, 2);
    check_row(&capture, 0, 0, 1499, 1, 4);
    check_row(&capture, 1, 51, 80, 2, 6);
    iptfs_traffic_list_free(&capture.list);

    begin_file(DLT_LINUX_SLL);
    add_ip(7, COOKED(IPV6), 6, 2, 80);
    add_ip(8, COOKED("\x08\x06"), 4, 0, 46);
    end_file();
    CHECK_INT(load(&capture, "", &error), 0);
    CHECK_U64(capture.list.count, 1);
    CHECK_U64(capture.skipped_pkts, 1);
    check_row(&capture, 0, 0, 80, 2, 6);
    iptfs_traffic_list_free(&capture.list);

    begin_file(DLT_LINUX_SLL2);
    add_ip(7, COOKED2(IPV4), 4, 9, 81);
    end_file();
    CHECK_INT(load(&capture, "", &error), 0);
    CHECK_U64(capture.list.count, 1);
    check_row(&capture, 0, 0, 81, 9, 4);
    iptfs_traffic_list_free(&capture.list);
}

/* What was cut short, is no IP after all, or leaves its length to the network card. */
static void test_odd_packets(void)
{
    struct iptfs_capture capture;
    struct iptfs_error error;
    const uint8_t ip4[64] = {0x45, 7, 0, 0}, ip5[64] = {0x55, 0, 0, 64},
                  tiny[64] = {0x45, 0, 0, 19};
    const uint8_t ip6[64] = {0x60, 0, 0, 0, 0, 0};
    begin_file(DLT_RAW);
    add_octets(1, ip4, 64, 9000); /* total length 0: as it was on the wire */
    add_octets(2, ip6, 64, 60000);
    add_octets(3, ip4, 5, 9000);
    add_octets(4, ip4, 0, 9000);
    add_octets(5, ip4, 64, 65536);
    add_octets(6, ip5, 64, 64);
    add_octets(7, tiny, 64, 64);
    add_ip(1, "", 0, 4, 0, 100); /* late: sorted behind the first of its time */
    add_ip(0, "", 0, 4, 0, 101); /* the earliest is time 0 */
    end_file();
    CHECK_INT(load(&capture, "", &error), 0);
    CHECK_U64(capture.list.count, 4);
    CHECK_U64(capture.skipped_pkts, 5);
    check_row(&capture, 0, 0, 101, 0, 4);
    check_row(&capture, 1, 1, 9000, 7, 4);
    check_row(&capture, 2, 1, 100, 0, 4);
    check_row(&capture, 3, 2, 60000, 0, 6);
    iptfs_traffic_list_free(&capture.list);

    begin_file(DLT_EN10MB); /* shorter than a header, and a tag cut off */
    const uint8_t head[18] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 1, 0x81, 0};
    for (uint32_t octets = 0; octets <= 18; octets++)
        add_octets(0, head, octets, 100);
    end_file();
    CHECK_INT(load(&capture, "", &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, ": found no IP packet (19 packets, 19 of them not IP, 0 kept back by the "
                          "filter), allowed: a capture with at least one");
}

static void test_filter(void)
{
    const char *const filters[] = {"udp port 5004", "\"udp port 5004\""};
    for (size_t i = 0; i < 2; i++) {
        struct iptfs_capture capture;
        struct iptfs_error error;
        begin_file(DLT_EN10MB);
        add_ip(100, ETHERNET(IPV4), 4, 0, 100);
        add_ip(200, ETHERNET(IPV4), 4, 0, 101);
        add_ip(300, ETHERNET("\x08\x06"), 4, 0, 46);
        add_ip(450, ETHERNET(IPV6), 6, 0, 201);
        end_file();
        CHECK_INT(load(&capture, filters[i], &error), 0);
        CHECK_U64(capture.list.count, 2);
        CHECK_U64(capture.filtered_pkts, 2);
        CHECK_U64(capture.skipped_pkts, 0);
        check_row(&capture, 0, 0, 101, 0, 4); /* the first that stays is time 0 */
        check_row(&capture, 1, 250, 201, 0, 6);
        iptfs_traffic_list_free(&capture.list);
    }
}

static void write_text(const char *text, size_t length)
{
    strcpy(file.path, "/tmp/iptfs-capture-XXXXXX");
    int fd = mkstemp(file.path);
    CU_ASSERT_FATAL(fd >= 0 && write(fd, text, length) == (ssize_t)length);
    close(fd);
}

static void check_begins(const char *text, const char *begins)
{
    if (strncmp(text, begins, strlen(begins)) != 0)
        CHECK_STR(text, begins);
}

static void test_bad_captures(void)
{
    struct iptfs_capture capture;
    struct iptfs_error error;
    CHECK_INT(iptfs_capture_load(&capture, "/nonexistent.pcap", "", &error), IPTFS_E_IO);
    CHECK_STR(error.text, "/nonexistent.pcap: cannot be read: No such file or directory");
    CHECK_TRUE(iptfs_capture_load(&capture, "/", "", &error) != 0);
    CHECK_STR(error.text,
              "/: cannot be read as a capture: error reading dump file: Is a directory");
    write_text("", 0);
    CHECK_INT(load(&capture, "", &error), IPTFS_E_INVALID);
    check_begins(error.text, ": cannot be read as a capture: truncated dump file");
    write_text("time,size\n0,40\n1ms,40\n2ms,40\n", 29);
    CHECK_INT(load(&capture, "", &error), IPTFS_E_INVALID);
    check_begins(error.text, ": cannot be read as a capture: unknown file format");

    begin_file(DLT_RAW);
    end_file();
    CHECK_INT(load(&capture, "", &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, ": found no IP packet (0 packets, 0 of them not IP, 0 kept back by the "
                          "filter), allowed: a capture with at least one");
    begin_file(DLT_RAW);
    add_ip(0, "", 0, 4, 0, 100);
    end_file();
    CHECK_INT(load(&capture, "tcp", &error), IPTFS_E_INVALID);
    check_begins(error.text, ": found no IP packet (1 packets, 0 of them not IP, 1 kept back");
    begin_file(DLT_RAW);
    add_ip(0, "", 0, 4, 0, 100);
    end_file();
    CHECK_INT(load(&capture, "udp prot 53", &error), IPTFS_E_INVALID);
    check_begins(error.text, ": filter: found 'udp prot 53', allowed: an expression of libpcap (");
    begin_file(DLT_IEEE802_11);
    end_file();
    CHECK_INT(load(&capture, "", &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, ": found a capture of link type 105 (IEEE802_11), allowed: Ethernet, raw "
                          "IP, Linux cooked (SLL, SLL2)");
    begin_file(DLT_RAW);
    add_ip(0, "", 0, 4, 0, 100);
    add_ip(4000000LL * 1000000000, "", 0, 4, 0, 100);
    end_file();
    CHECK_INT(load(&capture, "", &error), IPTFS_E_INVALID);
    CHECK_STR(error.text,
              ": found a time 4000000 s after the first in packet 2, allowed: at most 1000h");
    begin_file(DLT_RAW);
    add_ip(0, "", 0, 4, 0, 100);
    add_ip(1, "", 0, 4, 0, 100);
    end_file();
    CHECK_INT(truncate(file.path, 24 + 2 * 16 + 60 + 10), 0);
    CHECK_INT(load(&capture, "", &error), IPTFS_E_IO);
    check_begins(error.text, ": cannot be read as a capture after packet 1: truncated dump file");
}

/* --- as a source --- */

static char test_name[] = "test", no_filter[] = "";

static struct iptfs_traffic_options section(void)
{
    return (struct iptfs_traffic_options){.name = test_name,
                                          .type = IPTFS_TRAFFIC_PCAP,
                                          .start_ps = 1000,
                                          .stop_ps = IPTFS_TIME_MAX_PS,
                                          .speed = 1,
                                          .filter = no_filter,
                                          .file_path = file.path};
}

static void write_three(void)
{
    begin_file(DLT_RAW);
    add_ip(noon_ns, "", 0, 4, 1, 100);
    add_octets(noon_ns, (const uint8_t *)"\0no IP at all", 13, 13);
    add_ip(noon_ns + 1000, "", 0, 6, 2, 200);
    add_ip(noon_ns + 4000, "", 0, 4, 3, 300);
    end_file();
}

static struct iptfs_source *make(const struct iptfs_traffic_options *options)
{
    const struct iptfs_traffic_setup setup = {.options = options, .seed = 1, .flow = 3};
    struct iptfs_source *source = NULL;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_traffic_new(&source, &setup, &error), 0);
    CHECK_STR(error.text, "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(source);
    return source;
}

static void check_next(struct iptfs_source *source, int64_t at_ps, uint32_t octets, uint32_t id)
{
    struct iptfs_arrival arrival;
    CHECK_INT(source->ops->next_ps(source), at_ps);
    source->ops->take(source, &arrival);
    CHECK_INT(arrival.at_ps, at_ps);
    CHECK_U64(arrival.octets, octets);
    CHECK_U64(arrival.id, id);
    CHECK_U64(arrival.flow, 3);
    CHECK_U64(arrival.tos, octets / 100);
    CHECK_U64(arrival.ip_version, octets == 200 ? 6 : 4);
}

/* What a capture holds beside IP is told in the summary. */
static void test_skipped_in_summary(void)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    json_t *summary = NULL;
    char text[512];
    write_three();
    snprintf(text, sizeof text,
             "[traffic.a]\ntype = pcap\nfile = %s\n[traffic.b]\ntype = pcap\nfile = %s\n"
             "[traffic.c]\ntype = cbr\nsize = 100\nrate = 1Mbps\ndirection = reverse\n",
             file.path, file.path);
    int code = iptfs_scenario_parse_text(&scenario, text, "t.ini", NULL, 0, &error);
    CHECK_STR(error.text, "");
    if (code != 0)
        return;
    CHECK_INT(iptfs_run_summary(&scenario, &summary, &error), 0);
    const json_t *inner = json_object_get(summary, "inner");
    const json_t *back = json_object_get(json_object_get(summary, "reverse"), "inner");
    CHECK_INT(json_integer_value(json_object_get(inner, "skipped")), 2);
    CHECK_TRUE(json_is_integer(json_object_get(back, "skipped")));
    CHECK_INT(json_integer_value(json_object_get(back, "skipped")), 0);
    json_decref(summary);
    iptfs_scenario_free(&scenario);
    unlink(file.path);
}

static void test_capture_once(void)
{
    struct iptfs_traffic_options options = section();
    write_three();
    struct iptfs_source *source = make(&options);
    CHECK_U64(iptfs_traffic_skipped(source), 1);
    check_next(source, 1000, 100, 1);
    check_next(source, 1001000, 200, 2);
    check_next(source, 4001000, 300, 3);
    CHECK_INT(source->ops->next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);

    options.speed = 0.5;
    source = make(&options);
    check_next(source, 1000, 100, 1);
    check_next(source, 2001000, 200, 2);
    check_next(source, 8001000, 300, 3);
    struct iptfs_source *sources[] = {source, make(&options)}, *merged;
    CHECK_INT(iptfs_traffic_merge(&merged, sources, 2, NULL), 0);
    CHECK_U64(iptfs_traffic_skipped(merged), 2);
    iptfs_traffic_free(merged);
    unlink(file.path);
}

/* After the last packet comes the mean gap, here 2 us: so the mean rate stays. */
static void test_capture_in_a_loop(void)
{
    struct iptfs_traffic_options options = section();
    options.loop = true;
    options.speed = 2;
    write_three();
    struct iptfs_source *source = make(&options);
    for (uint32_t n = 0; n < 1000; n++) {
        check_next(source, 1000 + n * INT64_C(3000000), 100, 3 * n + 1);
        check_next(source, 501000 + n * INT64_C(3000000), 200, 3 * n + 2);
        check_next(source, 2001000 + n * INT64_C(3000000), 300, 3 * n + 3);
    }
    iptfs_traffic_free(source);
    options.stop_ps = 10 * IPTFS_PS_PER_MS;
    options.count = 5;
    source = make(&options);
    for (uint32_t n = 0; n < 5; n++) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
    }
    CHECK_INT(source->ops->next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);
    unlink(file.path);

    begin_file(DLT_RAW);
    add_ip(noon_ns, "", 0, 4, 1, 100);
    end_file();
    struct iptfs_error error = {0};
    const struct iptfs_traffic_setup setup = {.options = &options};
    char expected[160];
    CHECK_INT(iptfs_traffic_new(&source, &setup, &error), IPTFS_E_INVALID);
    CHECK_TRUE(source == NULL);
    snprintf(expected, sizeof expected,
             "%s: found packets of one time alone, allowed with loop: several times", file.path);
    CHECK_STR(error.text, expected);
    unlink(file.path);
}

const CU_TestInfo iptfs_tests_capture[] = {
    {"Ethernet, with and without VLANs", test_ethernet},
    {"raw IP and Linux cooked captures", test_other_links},
    {"odd packets", test_odd_packets},
    {"filter", test_filter},
    {"bad captures", test_bad_captures},
    {"what is skipped is told", test_skipped_in_summary},
    {"capture once", test_capture_once},
    {"capture in a loop", test_capture_in_a_loop},
    CU_TEST_INFO_NULL,
};
