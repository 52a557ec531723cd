/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/outer_ip.h"

#include "base/octets.h"
#include "support/check.h"
#include "support/samples.h"

#include <stdio.h>
#include <string.h>

enum {
    UDP = 17,
    ESP = 50,
    HOP_BY_HOP = 0,
    FRAGMENT = 44,
    DESTINATION = 60
};

static uint8_t bytes[400];

/* A header with `more` octets behind it. */
static uint32_t write_ipv4(uint32_t header, uint8_t protocol, uint32_t more)
{
    memset(bytes, 0, sizeof bytes);
    bytes[0] = (uint8_t)(0x40 | header / 4);
    bytes[1] = 3;
    iptfs_put16(bytes + 2, header + more);
    bytes[9] = protocol;
    return header + more;
}

static uint32_t write_ipv6(uint8_t protocol, uint32_t more)
{
    memset(bytes, 0, sizeof bytes);
    bytes[0] = 0x60;
    bytes[1] = 0x20; /* ECT(0) */
    iptfs_put16(bytes + 4, more);
    bytes[6] = protocol;
    return 40 + more;
}

/* An IPv6 packet with extension headers of these types, 8 octets more each time, and `more` octets
 * of ESP. */
static uint32_t write_extensions(const uint8_t *types, uint32_t count, uint32_t more)
{
    uint32_t octets = 0, at = 40;
    for (uint32_t i = 0; i < count; i++)
        octets += types[i] == FRAGMENT ? 8 : 8 * (i + 1);
    write_ipv6(count > 0 ? types[0] : ESP, octets + more);
    for (uint32_t i = 0; i < count; i++) {
        bytes[at] = i + 1 < count ? types[i + 1] : ESP;
        bytes[at + 1] = types[i] == FRAGMENT ? 0 : (uint8_t)i;
        at += types[i] == FRAGMENT ? 8 : 8 * (i + 1);
    }
    return at + more;
}

static struct iptfs_outer_ip check(uint32_t octets, enum iptfs_outer_codec_verdict verdict)
{
    struct iptfs_outer_ip ip;
    CHECK_INT(iptfs_outer_ip_read(&ip, bytes, octets), verdict);
    return ip;
}

static void check_esp(uint32_t octets, uint32_t esp_at, uint32_t end)
{
    struct iptfs_outer_ip ip = check(octets, IPTFS_OUTER_CODEC_GOOD);
    CHECK_U64(ip.esp_at, esp_at);
    CHECK_U64(ip.end, end);
}

static void test_ipv4(void)
{
    check_esp(write_ipv4(20, ESP, 40), 20, 60);
    check_esp(write_ipv4(60, ESP, 40), 60, 100);
    CHECK_INT(check(100, IPTFS_OUTER_CODEC_GOOD).ecn, 3);
    check_esp(write_ipv4(20, ESP, 40) + 6, 20, 60); /* a link's padding behind it */
    check(write_ipv4(20, ESP, 40) - 1, IPTFS_OUTER_CODEC_CUT);
    check(19, IPTFS_OUTER_CODEC_NOT_IP);
    check(0, IPTFS_OUTER_CODEC_NOT_IP);
    check(write_ipv4(16, ESP, 40), IPTFS_OUTER_CODEC_NOT_IP);
    write_ipv4(60, ESP, 0);
    iptfs_put16(bytes + 2, 59);
    check(60, IPTFS_OUTER_CODEC_NOT_IP);
    CHECK_INT(check(write_ipv4(20, 6, 40), IPTFS_OUTER_CODEC_NOT_ESP).protocol, 6);
    bytes[6] = 0x20;
    check(60, IPTFS_OUTER_CODEC_NOT_ESP); /* a fragment of TCP */
    write_ipv4(20, ESP, 40);
    bytes[6] = 0x20;
    check(60, IPTFS_OUTER_CODEC_FRAGMENT);
    bytes[6] = 0x40;
    check(60, IPTFS_OUTER_CODEC_GOOD); /* DF is no fragment */
}

static void test_ipv6(void)
{
    static const uint8_t types[] = {HOP_BY_HOP, DESTINATION, 43, FRAGMENT, 135, 139, 140};
    check_esp(write_ipv6(ESP, 40), 40, 80);
    CHECK_INT(check(80, IPTFS_OUTER_CODEC_GOOD).ecn, 2);
    check(write_ipv6(ESP, 40) - 1, IPTFS_OUTER_CODEC_CUT);
    check(39, IPTFS_OUTER_CODEC_NOT_IP);
    CHECK_INT(check(write_ipv6(58, 40), IPTFS_OUTER_CODEC_NOT_ESP).protocol, 58);
    for (uint32_t count = 0; count <= sizeof types; count++) {
        uint32_t octets = write_extensions(types, count, 40);
        check_esp(octets, octets - 40, octets);
        for (uint32_t captured = 40; captured < octets; captured++)
            check(captured, IPTFS_OUTER_CODEC_CUT);
    }
}

static void test_bad_extensions(void)
{
    static const uint8_t one[] = {DESTINATION}, fragment[] = {FRAGMENT};
    uint32_t octets = write_extensions(one, 1, 8);
    bytes[41] = 1; /* as long as what is left: ESP is empty */
    check_esp(octets, octets, octets);
    bytes[41] = 2;
    check(octets, IPTFS_OUTER_CODEC_NOT_IP);
    write_ipv6(DESTINATION, 7);
    check(47, IPTFS_OUTER_CODEC_NOT_IP);
    octets = write_extensions(fragment, 1, 40);
    bytes[43] = 1; /* more fragments */
    check(octets, IPTFS_OUTER_CODEC_FRAGMENT);
    bytes[43] = 8; /* an offset */
    check(octets, IPTFS_OUTER_CODEC_FRAGMENT);
    bytes[43] = 6; /* reserved bits: the whole packet (RFC 6946) */
    check_esp(octets, 48, octets);
    bytes[43] = 1;
    bytes[40] = 58;
    check(octets, IPTFS_OUTER_CODEC_NOT_ESP);
}

/* A UDP datagram; the length field is `length`. */
static uint32_t write_udp(uint32_t source, uint32_t destination, uint32_t more, uint32_t length)
{
    uint32_t octets = write_ipv4(20, UDP, 8 + more);
    iptfs_put16(bytes + 20, source);
    iptfs_put16(bytes + 22, destination);
    iptfs_put16(bytes + 24, length);
    iptfs_put32(bytes + 28, 0x1000); /* an SPI */
    return octets;
}

static void test_udp(void)
{
    check_esp(write_udp(4500, 4500, 40, 48), 28, 68);
    check_esp(write_udp(61000, 4500, 40, 48), 28, 68);
    check_esp(write_udp(4500, 61000, 40, 48), 28, 68);
    check_esp(write_udp(4500, 4500, 40, 44), 28, 64); /* padding behind UDP */
    CHECK_INT(check(write_udp(5000, 5004, 40, 48), IPTFS_OUTER_CODEC_NOT_ESP).protocol, UDP);
    check(write_udp(500, 500, 40, 48), IPTFS_OUTER_CODEC_IKE);
    check(write_udp(500, 61000, 40, 48), IPTFS_OUTER_CODEC_IKE);
    uint32_t octets = write_udp(4500, 4500, 40, 48);
    iptfs_put32(bytes + 28, 0);
    check(octets, IPTFS_OUTER_CODEC_IKE);
    octets = write_udp(4500, 4500, 1, 9);
    bytes[28] = 0xff;
    check(octets, IPTFS_OUTER_CODEC_KEEPALIVE);
    bytes[28] = 0xfe;
    check_esp(octets, 28, 29); /* too short for ESP, which decoding reports */
    check(write_udp(4500, 4500, 40, 7), IPTFS_OUTER_CODEC_SHORT);
    check(write_udp(4500, 4500, 40, 49), IPTFS_OUTER_CODEC_SHORT);
    check(write_udp(4500, 4500, 40, 48) - 1, IPTFS_OUTER_CODEC_CUT);
    check(27, IPTFS_OUTER_CODEC_CUT);
    check(write_ipv4(20, UDP, 7), IPTFS_OUTER_CODEC_NOT_ESP);
    write_udp(4500, 4500, 40, 48);
    bytes[7] = 1;
    check(68, IPTFS_OUTER_CODEC_FRAGMENT);
}

static void test_any_octets(void)
{
    uint64_t seed = 1;
    for (int round = 0; round < 200000; round++) {
        struct iptfs_outer_ip ip;
        uint32_t octets = sample_between(&seed, 0, 120);
        for (uint32_t i = 0; i < octets; i++)
            bytes[i] = (uint8_t)(sample_next(&seed) % 2 == 0 ? sample_next(&seed) : 0);
        bytes[0] = (uint8_t)(0x45 + 0x1b * (round % 2));
        bytes[round % 2 == 0 ? 9 : 6] = (uint8_t)(round % 3 == 0 ? ESP : round % 3 == 1 ? UDP : 0);
        if (iptfs_outer_ip_read(&ip, bytes, octets) == IPTFS_OUTER_CODEC_GOOD)
            CHECK_TRUE(ip.esp_at <= ip.end && ip.end <= octets);
    }
}

const CU_TestInfo iptfs_tests_outer_ip[] = {
    {"IPv4", test_ipv4},
    {"IPv6", test_ipv6},
    {"bad extension headers", test_bad_extensions},
    {"UDP", test_udp},
    {"any octets", test_any_octets},
    CU_TEST_INFO_NULL,
};
