/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "esp/aead.h"

#include "base/error.h"

#include <gcrypt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct iptfs_aead {
    gcry_cipher_hd_t cipher;
};

/* What libgcrypt would write on standard error; its return values say the same. */
static void drop_message(void *ctx, int level, const char *format, va_list args)
{
    (void)ctx;
    (void)level;
    (void)format;
    (void)args;
}

/* libgcrypt requires a version check before all other calls. Its secure memory would print a
 * warning where it cannot be locked: keys here are for simulations and tests. In FIPS mode it
 * refuses to encrypt with a given nonce. */
static void prepare_library(void)
{
    if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
        return;
    gcry_set_log_handler(drop_message, NULL);
#if GCRYPT_VERSION_NUMBER >= 0x010a00
    gcry_control(GCRYCTL_NO_FIPS_MODE, 0);
#endif
    gcry_check_version(NULL);
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
}

static int algorithm_of(uint32_t key_octets)
{
    switch (key_octets) {
    case 16:
        return GCRY_CIPHER_AES128;
    case 24:
        return GCRY_CIPHER_AES192;
    case 32:
        return GCRY_CIPHER_AES256;
    default:
        return 0;
    }
}

int iptfs_aead_new(struct iptfs_aead **out, const uint8_t *key, uint32_t key_octets)
{
    int algorithm = algorithm_of(key_octets);
    *out = NULL;
    if (algorithm == 0)
        return IPTFS_E_INVALID;
    prepare_library();
    struct iptfs_aead *aead = malloc(sizeof *aead);
    if (aead == NULL)
        return IPTFS_E_NO_MEMORY;
    if (gcry_cipher_open(&aead->cipher, algorithm, GCRY_CIPHER_MODE_GCM, 0) != 0) {
        free(aead);
        return IPTFS_E_NO_MEMORY;
    }
    /* The first key starts a self-test, which fails for want of memory only. */
    if (gcry_cipher_setkey(aead->cipher, key, key_octets) != 0) {
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

static bool begin(struct iptfs_aead *aead, const uint8_t *nonce, const uint8_t *aad,
                  uint32_t aad_octets)
{
    return gcry_cipher_reset(aead->cipher) == 0 &&
           gcry_cipher_setiv(aead->cipher, nonce, IPTFS_AEAD_NONCE_OCTETS) == 0 &&
           gcry_cipher_authenticate(aead->cipher, aad, aad_octets) == 0 &&
           gcry_cipher_final(aead->cipher) == 0;
}

bool iptfs_aead_seal(struct iptfs_aead *aead, const uint8_t *nonce, const uint8_t *aad,
                     uint32_t aad_octets, uint8_t *bytes, uint32_t octets, uint8_t *icv)
{
    return begin(aead, nonce, aad, aad_octets) &&
           gcry_cipher_encrypt(aead->cipher, bytes, octets, NULL, 0) == 0 &&
           gcry_cipher_gettag(aead->cipher, icv, IPTFS_AEAD_ICV_OCTETS) == 0;
}

bool iptfs_aead_open(struct iptfs_aead *aead, const uint8_t *nonce, const uint8_t *aad,
                     uint32_t aad_octets, uint8_t *bytes, uint32_t octets, const uint8_t *icv)
{
    return begin(aead, nonce, aad, aad_octets) &&
           gcry_cipher_decrypt(aead->cipher, bytes, octets, NULL, 0) == 0 &&
           gcry_cipher_checktag(aead->cipher, icv, IPTFS_AEAD_ICV_OCTETS) == 0;
}
