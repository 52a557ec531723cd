/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes by RFC 4303 and Linux's arithmetic. */
#include "esp/esp.h"
#include "support/check.h"
#include "support/samples.h"

#include <stdlib.h>

static struct iptfs_esp esp_of(const char *cipher, int outer_version)
{
    struct iptfs_esp esp;
    iptfs_esp_init(&esp, iptfs_cipher_named(cipher), outer_version);
    return esp;
}

static void test_ciphers_by_name_and_number(void)
{
    const struct iptfs_cipher *null = iptfs_cipher_named("null");
    const struct iptfs_cipher *gcm = iptfs_cipher_named("aes-gcm-16");
    CHECK_INT(null->iv_octets, 0);
    CHECK_INT(null->icv_octets, 0);
    CHECK_INT(gcm->iv_octets, 8);
    CHECK_INT(gcm->icv_octets, 16);
    CHECK_TRUE(iptfs_cipher_named("rot13") == NULL);
    CHECK_TRUE(iptfs_cipher_named("") == NULL);
    unsigned count = 0;
    while (iptfs_cipher_at(count) != NULL) {
        CHECK_TRUE(iptfs_cipher_named(iptfs_cipher_at(count)->name) == iptfs_cipher_at(count));
        count++;
    }
    CHECK_INT(count, 2);
    CHECK_TRUE(iptfs_cipher_at(count + 1) == NULL);
}

static void test_head_is_ip_and_spi_and_number_and_iv(void)
{
    static const struct {
        const char *cipher;
        int version;
        uint32_t head;
    } rows[] = {
        {"null", 4, 20 + 8},
        {"null", 6, 40 + 8},
        {"aes-gcm-16", 4, 20 + 8 + 8},
        {"aes-gcm-16", 6, 40 + 8 + 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_esp esp = esp_of(rows[i].cipher, rows[i].version);
        CHECK_INT(iptfs_esp_head_octets(&esp), rows[i].head);
    }
}

static void test_padding_ends_on_four_octets(void)
{
    CHECK_INT(iptfs_esp_pad_octets(0), 2);
    CHECK_INT(iptfs_esp_pad_octets(1), 1);
    CHECK_INT(iptfs_esp_pad_octets(2), 0);
    CHECK_INT(iptfs_esp_pad_octets(3), 3);
    for (uint32_t payload = 0; payload < 70000; payload++) {
        uint32_t pad = iptfs_esp_pad_octets(payload);
        if (pad > 3 || (payload + pad + 2) % 4 != 0)
            CHECK_FAIL("payload %u gets %u octets of padding", payload, pad);
    }
}

/* Lengths that the specification names, or that follow from it by hand. */
static void test_outer_lengths_known_by_hand(void)
{
    static const struct {
        const char *cipher;
        int version;
        uint32_t payload, outer;
    } rows[] = {
        {"aes-gcm-16", 4, 1446, 1446 + 54},      /* plain ESP adds 54 */
        {"aes-gcm-16", 6, 1446, 1446 + 74},      /* and 20 more over IPv6 */
        {"aes-gcm-16", 4, 4 + 1442, 1442 + 58},  /* AGGFRAG sub-type 0 */
        {"aes-gcm-16", 4, 24 + 1422, 1422 + 78}, /* AGGFRAG sub-type 1 */
        {"null", 4, 4 + 528, 564},               /* pkt-size 560 */
        {"null", 4, 0, 20 + 8 + 4},
        {"null", 4, 1, 20 + 8 + 4},
        {"null", 4, 2, 20 + 8 + 4},
        {"null", 4, 3, 20 + 8 + 8},
        {"null", 6, 4 + 40, 40 + 8 + 48},
        {"aes-gcm-16", 4, 4 + 40, 20 + 8 + 8 + 48 + 16},
        {"aes-gcm-16", 6, 4 + 40, 40 + 8 + 8 + 48 + 16},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_esp esp = esp_of(rows[i].cipher, rows[i].version);
        CHECK_INT(iptfs_esp_outer_octets(&esp, rows[i].payload), rows[i].outer);
    }
}

/* RFC 9348: an explicit size is only adjusted downward. */
static void test_fixed_octets(void)
{
    static const struct {
        uint32_t size, mtu, expected;
    } rows[] = {
        {0, 1500, 1500},    {0, 1399, 1396},    {1400, 1500, 1400}, {1400, 1400, 1400},
        {1400, 1399, 1396}, {1500, 1280, 1280}, {104, 1500, 104},
    };
    struct iptfs_esp esp = esp_of("aes-gcm-16", 4);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_INT(iptfs_esp_fixed_octets(&esp, rows[i].size, rows[i].mtu), rows[i].expected);
}

static uint32_t outer_by_the_book(const struct iptfs_esp *esp, uint32_t payload)
{
    uint32_t encrypted = (payload + 2 + 3) / 4 * 4;
    return esp->ip_octets + 8 + esp->cipher->iv_octets + encrypted + esp->cipher->icv_octets;
}

static void test_outer_lengths_for_every_payload(void)
{
    for (unsigned c = 0; iptfs_cipher_at(c) != NULL; c++) {
        for (int version = 4; version <= 6; version += 2) {
            struct iptfs_esp esp = esp_of(iptfs_cipher_at(c)->name, version);
            for (uint32_t payload = 0; payload < 10000; payload++) {
                uint32_t found = iptfs_esp_outer_octets(&esp, payload);
                if (found != outer_by_the_book(&esp, payload))
                    CHECK_INT(found, outer_by_the_book(&esp, payload));
            }
        }
    }
}

/* The largest payload by trying: it fits, and one octet more does not. */
static void test_largest_payload_for_every_mtu(void)
{
    for (unsigned c = 0; iptfs_cipher_at(c) != NULL; c++) {
        for (int version = 4; version <= 6; version += 2) {
            struct iptfs_esp esp = esp_of(iptfs_cipher_at(c)->name, version);
            uint32_t largest = 0;
            for (uint32_t mtu = 0; mtu <= 9100; mtu++) {
                while (outer_by_the_book(&esp, largest + 1) <= mtu)
                    largest++;
                if (iptfs_esp_payload_max(&esp, mtu) != largest)
                    CHECK_INT(iptfs_esp_payload_max(&esp, mtu), largest);
            }
            CHECK_INT(iptfs_esp_payload_max(&esp, 9100), largest);
        }
    }
}

const CU_TestInfo iptfs_tests_esp[] = {
    {"ciphers by name and number", test_ciphers_by_name_and_number},
    {"head is IP and SPI and number and IV", test_head_is_ip_and_spi_and_number_and_iv},
    {"padding ends on four octets", test_padding_ends_on_four_octets},
    {"outer lengths known by hand", test_outer_lengths_known_by_hand},
    {"outer lengths for every payload", test_outer_lengths_for_every_payload},
    {"largest payload for every MTU", test_largest_payload_for_every_mtu},
    {"fixed size and path MTU", test_fixed_octets},
    CU_TEST_INFO_NULL,
};
