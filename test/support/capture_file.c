/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/capture_file.h"

#include "support/check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void test_capture_begin(struct test_capture *file, int link_type)
{
    test_capture_write_text(file, "", 0);
    file->pcap = pcap_open_dead_with_tstamp_precision(link_type, 65535, PCAP_TSTAMP_PRECISION_NANO);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file->pcap);
    file->dumper = pcap_dump_open(file->pcap, file->path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file->dumper);
}

void test_capture_add(struct test_capture *file, int64_t at_ns, const uint8_t *bytes,
                      uint32_t captured, uint32_t length)
{
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = at_ns / 1000000000, .tv_usec = at_ns % 1000000000},
        .caplen = captured,
        .len = length};
    pcap_dump((u_char *)file->dumper, &header, bytes);
}

void test_capture_add_ip(struct test_capture *file, int64_t at_ns, const char *head,
                         uint32_t head_octets, unsigned ip_version, uint8_t tos, uint32_t octets)
{
    uint8_t bytes[128] = {0};
    memcpy(bytes, head, head_octets);
    uint8_t *ip = bytes + head_octets;
    uint32_t length = ip_version == 6 ? octets - 40 : octets;
    uint32_t udp_at = ip_version == 6 ? 40 : 20;
    if (ip_version == 6) {
        ip[0] = (uint8_t)(0x60 | tos >> 4);
        ip[1] = (uint8_t)(tos << 4);
        ip[4] = (uint8_t)(length >> 8);
        ip[5] = (uint8_t)length;
        ip[6] = 17;
    } else {
        ip[0] = 0x45;
        ip[1] = tos;
        ip[2] = (uint8_t)(length >> 8);
        ip[3] = (uint8_t)length;
        ip[9] = 17;
    }
    if (octets % 2 != 0) {
        ip[udp_at + 2] = 5004 >> 8;
        ip[udp_at + 3] = 5004 & 0xff;
    }
    test_capture_add(file, at_ns, bytes, head_octets + 60,
                     head_octets + (octets > 60 ? octets : 60));
}

void test_capture_end(struct test_capture *file)
{
    pcap_dump_close(file->dumper);
    pcap_close(file->pcap);
}

void test_capture_write_text(struct test_capture *file, const char *text, size_t length)
{
    strcpy(file->path, "/tmp/iptfs-capture-XXXXXX");
    int fd = mkstemp(file->path);
    CU_ASSERT_FATAL(fd >= 0 && write(fd, text, length) == (ssize_t)length);
    close(fd);
}
