/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture files for tests, written with libpcap. */
#ifndef IPTFS_SUPPORT_CAPTURE_FILE_H
#define IPTFS_SUPPORT_CAPTURE_FILE_H

#include <pcap/pcap.h>
#include <stddef.h>
#include <stdint.h>

struct test_capture {
    char path[64]; /* in /tmp; the test removes it */
    pcap_t *pcap;
    pcap_dumper_t *dumper;
};

/* Creates a capture of this link type (DLT_...). */
void test_capture_begin(struct test_capture *file, int link_type);

/* Adds a packet of `length` octets, of which `captured` are in the file. */
void test_capture_add(struct test_capture *file, int64_t at_ns, const uint8_t *bytes,
                      uint32_t captured, uint32_t length);

/* Adds an IP packet behind the link header `head`; at most 60 of its octets are captured, and it
 * is padded to 60 octets. It is UDP, to port 5004 when its length is odd, to port 0 otherwise. */
void test_capture_add_ip(struct test_capture *file, int64_t at_ns, const char *head,
                         uint32_t head_octets, unsigned ip_version, uint8_t tos, uint32_t octets);

void test_capture_end(struct test_capture *file);

/* Creates a file with any content in place of a capture. */
void test_capture_write_text(struct test_capture *file, const char *text, size_t length);

/* Link headers, and their lengths, for test_capture_add_ip. */
#define ETHERNET(type) "\x02\0\0\0\0\1\x02\0\0\0\0\2" type, 14
#define TAGGED(type) "\x02\0\0\0\0\1\x02\0\0\0\0\2\x81\0\x20\7" type, 18
#define TWICE_TAGGED(type) "\x02\0\0\0\0\1\x02\0\0\0\0\2\x88\xa8\0\7\x81\0\0\x9" type, 22
#define COOKED(type) "\0\0\0\1\0\6\x02\0\0\0\0\1\0\0" type, 16
#define COOKED2(type) type "\0\0\0\0\0\2\0\1\0\6\x02\0\0\0\0\1\0\0", 20
#define IPV4 "\x08\0"
#define IPV6 "\x86\xdd"
#define ARP "\x08\x06"

#endif
