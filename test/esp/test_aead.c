/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ciphers against published test vectors. */
#include "esp/aead.h"

#include "base/error.h"
#include "support/check.h"

#include <string.h>

static const uint8_t zeros[IPTFS_AEAD_KEY_MAX_OCTETS];

/* AES-GCM: its authors (McGrew and Viega), appendix B. */
static void test_aes_gcm(void)
{
    static const uint8_t empty_128[] = {0x58, 0xe2, 0xfc, 0xce, 0xfa, 0x7e, 0x30, 0x61,
                                        0x36, 0x7f, 0x1d, 0x57, 0xa4, 0xe7, 0x45, 0x5a};
    static const uint8_t empty_256[] = {0x53, 0x0f, 0x8a, 0xfb, 0xc7, 0x45, 0x36, 0xb9,
                                        0xa9, 0x63, 0xb4, 0xf1, 0xc4, 0xcb, 0x73, 0x8b};
    static const uint8_t block[] = {0x03, 0x88, 0xda, 0xce, 0x60, 0xb6, 0xa3, 0x92,
                                    0xf3, 0x28, 0xc2, 0xb9, 0x71, 0xb2, 0xfe, 0x78};
    static const uint8_t block_icv[] = {0xab, 0x6e, 0x47, 0xd4, 0x2c, 0xec, 0x13, 0xbd,
                                        0xf5, 0x3a, 0x67, 0xb2, 0x12, 0x57, 0xbd, 0xdf};
    const struct iptfs_cipher *cipher = iptfs_cipher_named("aes-gcm-16");
    const struct iptfs_aead_head head = {.aad_octets = 0};
    struct iptfs_aead *aead;
    uint8_t bytes[16] = {0}, icv[IPTFS_AEAD_ICV_OCTETS];
    CHECK_INT(iptfs_aead_new(&aead, cipher, zeros, 16), IPTFS_OK);
    CHECK_TRUE(iptfs_aead_seal(aead, &head, bytes, 0, icv));
    CHECK_BYTES(icv, empty_128, sizeof empty_128);
    CHECK_TRUE(iptfs_aead_seal(aead, &head, bytes, sizeof bytes, icv));
    CHECK_BYTES(bytes, block, sizeof block);
    CHECK_BYTES(icv, block_icv, sizeof block_icv);
    iptfs_aead_free(aead);
    CHECK_INT(iptfs_aead_new(&aead, cipher, zeros, 32), IPTFS_OK);
    CHECK_TRUE(iptfs_aead_seal(aead, &head, bytes, 0, icv));
    CHECK_BYTES(icv, empty_256, sizeof empty_256);
    iptfs_aead_free(aead);
}

/* RFC 8439, 2.8.2. */
static void test_chacha20_poly1305(void)
{
    static const char text[] =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
        "future, sunscreen would be it.";
    static const uint8_t first[] = {0xd3, 0x1a, 0x8d, 0x34, 0x64, 0x8e, 0x60, 0xdb,
                                    0x7b, 0x86, 0xaf, 0xbc, 0x53, 0xef, 0x7e, 0xc2};
    static const uint8_t expected_icv[] = {0x1a, 0xe1, 0x0b, 0x59, 0x4f, 0x09, 0xe2, 0x6a,
                                           0x7e, 0x90, 0x2e, 0xcb, 0xd0, 0x60, 0x06, 0x91};
    static const struct iptfs_aead_head head = {
        .nonce = {0x07, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47},
        .aad = {0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7},
        .aad_octets = 12,
    };
    struct iptfs_aead *aead;
    uint8_t key[32], bytes[sizeof text - 1], icv[IPTFS_AEAD_ICV_OCTETS];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(0x80 + i);
    memcpy(bytes, text, sizeof bytes);
    CHECK_INT(iptfs_aead_new(&aead, iptfs_cipher_named("chacha20-poly1305"), key, sizeof key), 0);
    CHECK_TRUE(iptfs_aead_seal(aead, &head, bytes, sizeof bytes, icv));
    CHECK_BYTES(bytes, first, sizeof first);
    CHECK_BYTES(icv, expected_icv, sizeof expected_icv);
    CHECK_TRUE(iptfs_aead_open(aead, &head, bytes, sizeof bytes, icv));
    CHECK_TRUE(memcmp(bytes, text, sizeof bytes) == 0);
    iptfs_aead_free(aead);
}

/* The block of RFC 3602, 4, case 1; the ICV by another implementation of HMAC (Python's hmac), over
 * SPI, number, IV and block, and with ESN the upper half of the number behind them. */
static void test_aes_cbc(void)
{
    static const uint8_t icvs[2][16] = {
        {0xe8, 0xd9, 0xbe, 0x85, 0x75, 0x57, 0x38, 0x02, 0xe1, 0x70, 0x50, 0xf3, 0xf3, 0xe4, 0x7a,
         0x10},
        {0xb1, 0x47, 0xaa, 0xdc, 0x42, 0xbc, 0x0d, 0x32, 0x9d, 0xf6, 0x36, 0xf9, 0x52, 0x44, 0x00,
         0x00},
    };
    static const uint8_t expected[] = {0xe3, 0x53, 0x77, 0x9c, 0x10, 0x79, 0xae, 0xb8,
                                       0x27, 0x08, 0x94, 0x2d, 0xbe, 0x77, 0x18, 0x1a};
    static const struct iptfs_aead_head heads[2] = {
        {.nonce = {0x3d, 0xaf, 0xba, 0x42, 0x9d, 0x9e, 0xb4, 0x30, 0xb4, 0x22, 0xda, 0x80, 0x2c,
                   0x9f, 0xac, 0x41},
         .aad = {0, 0, 0x43, 0x21, 0, 0, 0, 7},
         .aad_octets = 8},
        {.nonce = {0x3d, 0xaf, 0xba, 0x42, 0x9d, 0x9e, 0xb4, 0x30, 0xb4, 0x22, 0xda, 0x80, 0x2c,
                   0x9f, 0xac, 0x41},
         .aad = {0, 0, 0x43, 0x21, 0, 0, 0, 1, 0, 0, 0, 7},
         .aad_octets = 12},
    };
    uint8_t key[48] = {0x06, 0xa9, 0x21, 0x40, 0x36, 0xb8, 0xa1, 0x5b,
                       0x51, 0x2e, 0x03, 0xd5, 0x34, 0x12, 0x00, 0x06};
    memset(key + 16, 0x0b, 32);
    struct iptfs_aead *aead;
    CHECK_INT(iptfs_aead_new(&aead, iptfs_cipher_named("aes-cbc-hmac-sha256"), key, sizeof key), 0);
    for (int esn = 0; esn < 2; esn++) {
        uint8_t bytes[17] = "Single block msg", icv[IPTFS_AEAD_ICV_OCTETS];
        CHECK_TRUE(iptfs_aead_seal(aead, &heads[esn], bytes, 16, icv));
        CHECK_BYTES(bytes, expected, sizeof expected);
        CHECK_BYTES(icv, icvs[esn], sizeof icvs[esn]);
        CHECK_TRUE(iptfs_aead_open(aead, &heads[esn], bytes, 16, icv));
        CHECK_TRUE(memcmp(bytes, "Single block msg", 16) == 0);
        CHECK_TRUE(!iptfs_aead_seal(aead, &heads[esn], bytes, 15, icv));
    }
    iptfs_aead_free(aead);
}

/* The IV of AES-CBC is another one for each packet and SA, and does not show the number. */
static void test_ivs(void)
{
    static const uint8_t number[8] = {0, 0, 0, 1, 0, 0, 0, 9};
    uint8_t ivs[3][IPTFS_AEAD_IV_MAX_OCTETS], iv[IPTFS_AEAD_IV_MAX_OCTETS];
    struct iptfs_aead *aead;
    CHECK_INT(iptfs_aead_new(&aead, iptfs_cipher_named("aes-gcm-16"), zeros, 16), IPTFS_OK);
    CHECK_TRUE(iptfs_aead_iv(aead, 0, UINT64_C(0x100000009), iv));
    CHECK_BYTES(iv, number, sizeof number);
    iptfs_aead_free(aead);
    CHECK_INT(iptfs_aead_new(&aead, iptfs_cipher_named("aes-cbc-hmac-sha256"), zeros, 64), 0);
    CHECK_TRUE(iptfs_aead_iv(aead, 0, UINT64_C(0x100000009), ivs[0]));
    CHECK_TRUE(iptfs_aead_iv(aead, 1, UINT64_C(0x100000009), ivs[1]));
    CHECK_TRUE(iptfs_aead_iv(aead, 0, 10, ivs[2]));
    CHECK_TRUE(iptfs_aead_iv(aead, 0, UINT64_C(0x100000009), iv));
    CHECK_BYTES(iv, ivs[0], sizeof iv);
    for (int i = 0; i < 3; i++)
        CHECK_TRUE(memcmp(ivs[i], ivs[(i + 1) % 3], sizeof iv) != 0 &&
                   memcmp(ivs[i] + 8, number, sizeof number) != 0);
    iptfs_aead_free(aead);
}

/* Any changed bit of the text, the header or the ICV is found. */
static void test_a_changed_packet_does_not_open(void)
{
    static const uint8_t text[16] = "an inner packet";
    const struct iptfs_cipher *cipher;
    for (unsigned i = 1; (cipher = iptfs_cipher_at(i)) != NULL; i++) {
        struct iptfs_aead *aead;
        uint8_t packet[8 + sizeof text + IPTFS_AEAD_ICV_OCTETS]; /* AAD, text, ICV */
        uint8_t *bytes = packet + 8, *icv = bytes + sizeof text;
        uint32_t key_octets = cipher->key_octets[0] + 0u + cipher->authentication_octets;
        CHECK_INT(iptfs_aead_new(&aead, cipher, zeros, key_octets), IPTFS_OK);
        for (size_t bit = 0; bit <= 8 * sizeof packet; bit++) {
            struct iptfs_aead_head head = {.aad_octets = 8};
            memset(packet, 0x5A, 8);
            memcpy(bytes, text, sizeof text);
            memcpy(head.aad, packet, 8);
            CHECK_TRUE(iptfs_aead_seal(aead, &head, bytes, sizeof text, icv));
            bool changed = bit < 8 * sizeof packet;
            if (changed)
                packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
            memcpy(head.aad, packet, 8);
            CHECK_INT(iptfs_aead_open(aead, &head, bytes, sizeof text, icv), !changed);
        }
        CHECK_BYTES(bytes, text, sizeof text);
        iptfs_aead_free(aead);
    }
}

static void test_key_lengths(void)
{
    static const uint32_t known[][4] = {{0}, {16, 24, 32}, {32}, {48, 56, 64}};
    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
        for (uint32_t octets = 0; octets <= sizeof zeros; octets++) {
            struct iptfs_aead *aead;
            bool is_known = false;
            for (size_t k = 0; known[i][k] > 0; k++)
                is_known |= known[i][k] == octets;
            CHECK_INT(iptfs_aead_new(&aead, iptfs_cipher_at(i), zeros, octets),
                      is_known ? IPTFS_OK : IPTFS_E_INVALID);
            CHECK_INT(aead != NULL, is_known);
            iptfs_aead_free(aead);
        }
}

const CU_TestInfo iptfs_tests_aead[] = {
    {"AES-GCM", test_aes_gcm},
    {"ChaCha20-Poly1305", test_chacha20_poly1305},
    {"AES-CBC with HMAC-SHA-256-128", test_aes_cbc},
    {"IVs", test_ivs},
    {"a changed packet does not open", test_a_changed_packet_does_not_open},
    {"key lengths", test_key_lengths},
    CU_TEST_INFO_NULL,
};
