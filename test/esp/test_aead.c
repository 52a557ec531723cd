/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AES-GCM against the test vectors of its authors (McGrew and Viega, appendix B). */
#include "esp/aead.h"

#include "base/error.h"
#include "support/check.h"

#include <string.h>

static const uint8_t zeros[32];

static void test_known_vectors(void)
{
    static const uint8_t empty_128[] = {0x58, 0xe2, 0xfc, 0xce, 0xfa, 0x7e, 0x30, 0x61,
                                        0x36, 0x7f, 0x1d, 0x57, 0xa4, 0xe7, 0x45, 0x5a};
    static const uint8_t empty_256[] = {0x53, 0x0f, 0x8a, 0xfb, 0xc7, 0x45, 0x36, 0xb9,
                                        0xa9, 0x63, 0xb4, 0xf1, 0xc4, 0xcb, 0x73, 0x8b};
    static const uint8_t block[] = {0x03, 0x88, 0xda, 0xce, 0x60, 0xb6, 0xa3, 0x92,
                                    0xf3, 0x28, 0xc2, 0xb9, 0x71, 0xb2, 0xfe, 0x78};
    static const uint8_t block_icv[] = {0xab, 0x6e, 0x47, 0xd4, 0x2c, 0xec, 0x13, 0xbd,
                                        0xf5, 0x3a, 0x67, 0xb2, 0x12, 0x57, 0xbd, 0xdf};
    struct iptfs_aead *aead;
    uint8_t bytes[16] = {0}, icv[IPTFS_AEAD_ICV_OCTETS];
    CHECK_INT(iptfs_aead_new(&aead, zeros, 16), IPTFS_OK);
    CHECK_TRUE(iptfs_aead_seal(aead, zeros, zeros, 0, bytes, 0, icv));
    CHECK_BYTES(icv, empty_128, sizeof empty_128);
    CHECK_TRUE(iptfs_aead_seal(aead, zeros, zeros, 0, bytes, sizeof bytes, icv));
    CHECK_BYTES(bytes, block, sizeof block);
    CHECK_BYTES(icv, block_icv, sizeof block_icv);
    iptfs_aead_free(aead);
    CHECK_INT(iptfs_aead_new(&aead, zeros, 32), IPTFS_OK);
    CHECK_TRUE(iptfs_aead_seal(aead, zeros, zeros, 0, bytes, 0, icv));
    CHECK_BYTES(icv, empty_256, sizeof empty_256);
    iptfs_aead_free(aead);
}

/* Any changed bit of the text, the header or the ICV is found. */
static void test_a_changed_packet_does_not_open(void)
{
    static const uint8_t text[] = "an inner packet";
    struct iptfs_aead *aead;
    uint8_t packet[8 + sizeof text + IPTFS_AEAD_ICV_OCTETS]; /* AAD, text, ICV */
    uint8_t *bytes = packet + 8, *icv = bytes + sizeof text;
    CHECK_INT(iptfs_aead_new(&aead, zeros, 24), IPTFS_OK);
    for (size_t bit = 0; bit <= 8 * sizeof packet; bit++) {
        memset(packet, 0x5A, 8);
        memcpy(bytes, text, sizeof text);
        CHECK_TRUE(iptfs_aead_seal(aead, zeros, packet, 8, bytes, sizeof text, icv));
        bool changed = bit < 8 * sizeof packet;
        if (changed)
            packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK_INT(iptfs_aead_open(aead, zeros, packet, 8, bytes, sizeof text, icv), !changed);
    }
    CHECK_BYTES(bytes, text, sizeof text);
    iptfs_aead_free(aead);
}

static void test_key_lengths(void)
{
    for (uint32_t octets = 0; octets <= sizeof zeros; octets++) {
        struct iptfs_aead *aead;
        bool known = octets == 16 || octets == 24 || octets == 32;
        CHECK_INT(iptfs_aead_new(&aead, zeros, octets), known ? IPTFS_OK : IPTFS_E_INVALID);
        CHECK_INT(aead != NULL, known);
        iptfs_aead_free(aead);
    }
}

const CU_TestInfo iptfs_tests_aead[] = {
    {"known vectors", test_known_vectors},
    {"a changed packet does not open", test_a_changed_packet_does_not_open},
    {"key lengths", test_key_lengths},
    CU_TEST_INFO_NULL,
};
