/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/link_type.h"

#include "support/check.h"
#include "support/samples.h"

#include <string.h>

static const int known[] = {
    DLT_EN10MB,    DLT_LINUX_SLL,    DLT_LINUX_SLL2, DLT_RAW,         DLT_IPV4,   DLT_IPV6,
    DLT_PPP,       DLT_NULL,         DLT_LOOP,       DLT_ENC,         DLT_C_HDLC, DLT_PPP_SERIAL,
    DLT_PPP_ETHER, DLT_PPP_WITH_DIR, DLT_PPP_PPPD,   DLT_ATM_RFC1483, DLT_NFLOG,
};

/* Numbers of files that differ from libpcap's own. */
static void test_numbers_of_files(void)
{
    static const struct {
        uint32_t linktype;
        int dlt;
    } numbers[] = {{1, DLT_EN10MB}, {101, DLT_RAW}, {100, DLT_ATM_RFC1483},
                   {0, DLT_NULL},   {9, DLT_PPP},   {108, DLT_LOOP}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        pcap_t *handle = iptfs_link_type_handle(numbers[i].linktype);
        if (CHECK_TRUE(handle != NULL))
            CHECK_INT(pcap_datalink(handle), numbers[i].dlt);
        pcap_close(handle);
    }
    CHECK_STR(iptfs_link_type_name(105).text, "105 (IEEE802_11)");
    CHECK_STR(iptfs_link_type_name(65000).text, "65000 (unknown)");
    CHECK_TRUE(iptfs_link_type_of(DLT_IEEE802_11) == NULL);
}

/* Any octets of any length: the place found is in the frame. */
static void test_any_octets(void)
{
    static const uint8_t heads[][16] = {
        {0xff, 0x03, 0x00, 0x21},
        {0xaa, 0xaa, 0x03, 0, 0, 0, 0x81, 0},
        {0x81, 0, 0, 0, 0x81, 0, 0, 0, 0x88, 0x47},
        {0, 0, 0, 2},
        {0x11, 0, 0, 1, 0, 40, 0, 0x21},
        {6, 0, 10, 0, 1, 1, 0, 0, 8, 0, 4, 0},
    };
    uint8_t frame[40];
    uint64_t seed = 1;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const struct iptfs_link_type *type = iptfs_link_type_of(known[i]);
        if (!CHECK_TRUE(type != NULL))
            continue;
        for (int round = 0; round < 20000; round++) {
            uint32_t octets = sample_between(&seed, 0, sizeof frame);
            for (size_t k = 0; k < sizeof frame; k++)
                frame[k] = (uint8_t)(sample_next(&seed) % 3 == 0 ? sample_next(&seed) : 0);
            uint32_t at = sample_between(&seed, 0, sizeof frame - 16);
            memcpy(frame + at, heads[sample_next(&seed) % 6], 16);
            struct iptfs_link_found found = iptfs_link_type_find_ip(type, frame, octets);
            if (found.ip_at > octets || found.skip > IPTFS_SKIP_NONE)
                CHECK_FAIL("link type %d: %u of %u octets", known[i], found.ip_at, octets);
        }
    }
}

/* Frames that end before the IP header they announce. */
static void test_short_frames(void)
{
    static const uint8_t tagged[22] = {2, 0,    0,    0, 0, 1,    2, 0, 0, 0,    0,
                                       2, 0x88, 0xa8, 0, 7, 0x81, 0, 0, 9, 0x08, 0};
    const struct iptfs_link_type *type = iptfs_link_type_of(DLT_EN10MB);
    for (uint32_t octets = 0; octets < sizeof tagged; octets++)
        CHECK_INT(iptfs_link_type_find_ip(type, tagged, octets).skip, IPTFS_SKIP_NO_HEADER);
    struct iptfs_link_found found = iptfs_link_type_find_ip(type, tagged, sizeof tagged);
    CHECK_INT(found.skip, IPTFS_SKIP_NONE);
    CHECK_U64(found.ip_at, sizeof tagged);
}

const CU_TestInfo iptfs_tests_capture_link_type[] = {
    {"numbers of files", test_numbers_of_files},
    {"any octets", test_any_octets},
    {"short frames", test_short_frames},
    CU_TEST_INFO_NULL,
};
