/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "esp/aead.h"

#include "base/error.h"
#include "base/octets.h"

#include <gcrypt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    NONCE_OCTETS = 12, /* of the ciphers that are not AES-CBC */
    BLOCK_OCTETS = 16,
    SPI_OCTETS = 4,
    HALF_OCTETS = 4, /* of a sequence number of 64 bits */
    ESP_HEADER_OCTETS = 8
};

struct iptfs_aead {
    const struct iptfs_cipher *row;
    gcry_cipher_hd_t cipher;
    gcry_cipher_hd_t iv; /* AES-CBC: encrypts one block; NULL otherwise */
    gcry_mac_hd_t mac;   /* AES-CBC; NULL otherwise */
};

/* What libgcrypt would write on standard error; its return values say the same. */
static void drop_message(void *ctx, int level, const char *format, va_list args)
{
    (void)ctx;
    (void)level;
    (void)format;
    (void)args;
}

/* libgcrypt 1.11 calls the function outdated, and has no other. */
static void set_log_handler(void)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    gcry_set_log_handler(drop_message, NULL);
#pragma GCC diagnostic pop
}

/* libgcrypt requires a version check before all other calls. Its secure memory would print a
 * warning where it cannot be locked: keys here are for simulations and tests. In FIPS mode it
 * refuses to encrypt with a given nonce. */
static void prepare_library(void)
{
    if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
        return;
    set_log_handler();
#if GCRYPT_VERSION_NUMBER >= 0x010a00
    gcry_control(GCRYCTL_NO_FIPS_MODE, 0);
#endif
    gcry_check_version(NULL);
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
}

static int aes_of(uint32_t key_octets)
{
    switch (key_octets) {
    case 16:
        return GCRY_CIPHER_AES128;
    case 24:
        return GCRY_CIPHER_AES192;
    default:
        return GCRY_CIPHER_AES256;
    }
}

/* The first key starts a self-test, which fails for want of memory only. */
static bool open_cipher(gcry_cipher_hd_t *cipher, int algorithm, int mode, const uint8_t *key,
                        uint32_t key_octets)
{
    return gcry_cipher_open(cipher, algorithm, mode, 0) == 0 &&
           gcry_cipher_setkey(*cipher, key, key_octets) == 0;
}

static bool open_cbc(struct iptfs_aead *aead, const uint8_t *key, uint32_t key_octets)
{
    uint32_t own_octets = key_octets - aead->row->authentication_octets;
    int algorithm = aes_of(own_octets);
    return open_cipher(&aead->cipher, algorithm, GCRY_CIPHER_MODE_CBC, key, own_octets) &&
           open_cipher(&aead->iv, algorithm, GCRY_CIPHER_MODE_ECB, key, own_octets) &&
           gcry_mac_open(&aead->mac, GCRY_MAC_HMAC_SHA256, 0, NULL) == 0 &&
           gcry_mac_setkey(aead->mac, key + own_octets, aead->row->authentication_octets) == 0;
}

static bool open_all(struct iptfs_aead *aead, const uint8_t *key, uint32_t key_octets)
{
    switch (aead->row->kind) {
    case IPTFS_CIPHER_AES_GCM:
        return open_cipher(&aead->cipher, aes_of(key_octets), GCRY_CIPHER_MODE_GCM, key,
                           key_octets);
    case IPTFS_CIPHER_CHACHA20_POLY1305:
        return open_cipher(&aead->cipher, GCRY_CIPHER_CHACHA20, GCRY_CIPHER_MODE_POLY1305, key,
                           key_octets);
    case IPTFS_CIPHER_AES_CBC_HMAC_SHA256:
        return open_cbc(aead, key, key_octets);
    case IPTFS_CIPHER_NULL:
        break;
    }
    return false;
}

int iptfs_aead_new(struct iptfs_aead **out, const struct iptfs_cipher *cipher, const uint8_t *key,
                   uint32_t key_octets)
{
    *out = NULL;
    if (!iptfs_cipher_takes_key(cipher, key_octets))
        return IPTFS_E_INVALID;
    prepare_library();
    struct iptfs_aead *aead = malloc(sizeof *aead);
    if (aead == NULL)
        return IPTFS_E_NO_MEMORY;
    *aead = (struct iptfs_aead){.row = cipher};
    if (!open_all(aead, key, key_octets)) {
        iptfs_aead_free(aead);
        return IPTFS_E_NO_MEMORY;
    }
    *out = aead;
    return IPTFS_OK;
}

void iptfs_aead_free(struct iptfs_aead *aead)
{
    if (aead == NULL)
        return;
    gcry_cipher_close(aead->cipher);
    gcry_cipher_close(aead->iv);
    gcry_mac_close(aead->mac);
    free(aead);
}

bool iptfs_aead_fingerprint(const uint8_t *key, uint32_t key_octets, const uint8_t *salt,
                            uint8_t *fingerprint)
{
    gcry_md_hd_t hash;
    prepare_library();
    if (gcry_md_open(&hash, GCRY_MD_SHA256, 0) != 0)
        return false;
    gcry_md_write(hash, key, key_octets);
    gcry_md_write(hash, salt, IPTFS_AEAD_SALT_OCTETS);
    memcpy(fingerprint, gcry_md_read(hash, GCRY_MD_SHA256), IPTFS_AEAD_FINGERPRINT_OCTETS);
    gcry_md_close(hash); /* erases it */
    return true;
}

static void put_number(uint8_t *bytes, uint64_t number)
{
    iptfs_put32(bytes, (uint32_t)(number >> 32));
    iptfs_put32(bytes + 4, (uint32_t)number);
}

bool iptfs_aead_iv(struct iptfs_aead *aead, uint32_t sa, uint64_t seq, uint8_t *iv)
{
    if (aead->iv == NULL) {
        put_number(iv, seq);
        return true;
    }
    put_number(iv, sa);
    put_number(iv + 8, seq);
    return gcry_cipher_encrypt(aead->iv, iv, BLOCK_OCTETS, NULL, 0) == 0;
}

static bool begin(struct iptfs_aead *aead, const struct iptfs_aead_head *head)
{
    return gcry_cipher_reset(aead->cipher) == 0 &&
           gcry_cipher_setiv(aead->cipher, head->nonce, NONCE_OCTETS) == 0 &&
           gcry_cipher_authenticate(aead->cipher, head->aad, head->aad_octets) == 0 &&
           gcry_cipher_final(aead->cipher) == 0;
}

/* The ICV covers SPI, number, IV and what is encrypted. The upper half of the number, which is not
 * sent, comes last. */
static bool add_to_mac(struct iptfs_aead *aead, const struct iptfs_aead_head *head,
                       const uint8_t *bytes, uint32_t octets)
{
    bool esn = head->aad_octets > ESP_HEADER_OCTETS;
    const uint8_t *lower = head->aad + head->aad_octets - HALF_OCTETS;
    return gcry_mac_reset(aead->mac) == 0 &&
           gcry_mac_write(aead->mac, head->aad, SPI_OCTETS) == 0 &&
           gcry_mac_write(aead->mac, lower, HALF_OCTETS) == 0 &&
           gcry_mac_write(aead->mac, head->nonce, BLOCK_OCTETS) == 0 &&
           gcry_mac_write(aead->mac, bytes, octets) == 0 &&
           (!esn || gcry_mac_write(aead->mac, head->aad + SPI_OCTETS, HALF_OCTETS) == 0);
}

static bool is_cbc(const struct iptfs_aead_head *head, uint32_t octets)
{
    return octets % BLOCK_OCTETS == 0 && head->aad_octets >= ESP_HEADER_OCTETS;
}

static bool begin_cbc(struct iptfs_aead *aead, const struct iptfs_aead_head *head)
{
    return gcry_cipher_reset(aead->cipher) == 0 &&
           gcry_cipher_setiv(aead->cipher, head->nonce, BLOCK_OCTETS) == 0;
}

bool iptfs_aead_seal(struct iptfs_aead *aead, const struct iptfs_aead_head *head, uint8_t *bytes,
                     uint32_t octets, uint8_t *icv)
{
    size_t icv_octets = IPTFS_AEAD_ICV_OCTETS;
    if (aead->mac == NULL)
        return begin(aead, head) &&
               gcry_cipher_encrypt(aead->cipher, bytes, octets, NULL, 0) == 0 &&
               gcry_cipher_gettag(aead->cipher, icv, icv_octets) == 0;
    return is_cbc(head, octets) && begin_cbc(aead, head) &&
           gcry_cipher_encrypt(aead->cipher, bytes, octets, NULL, 0) == 0 &&
           add_to_mac(aead, head, bytes, octets) && gcry_mac_read(aead->mac, icv, &icv_octets) == 0;
}

bool iptfs_aead_open(struct iptfs_aead *aead, const struct iptfs_aead_head *head, uint8_t *bytes,
                     uint32_t octets, const uint8_t *icv)
{
    if (aead->mac == NULL)
        return begin(aead, head) &&
               gcry_cipher_decrypt(aead->cipher, bytes, octets, NULL, 0) == 0 &&
               gcry_cipher_checktag(aead->cipher, icv, IPTFS_AEAD_ICV_OCTETS) == 0;
    return is_cbc(head, octets) && add_to_mac(aead, head, bytes, octets) &&
           gcry_mac_verify(aead->mac, icv, IPTFS_AEAD_ICV_OCTETS) == 0 && begin_cbc(aead, head) &&
           gcry_cipher_decrypt(aead->cipher, bytes, octets, NULL, 0) == 0;
}
