/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AES-GCM with an ICV of 16 octets, as ESP uses it (RFC 4106). Done by libgcrypt, whose licence is
 * compatible with that of ns-3 (GPL-2.0-only); OpenSSL 3's is not. */
#ifndef IPTFS_ESP_AEAD_H
#define IPTFS_ESP_AEAD_H

#include <stdbool.h>
#include <stdint.h>

enum {
    IPTFS_AEAD_NONCE_OCTETS = 12, /* salt and IV */
    IPTFS_AEAD_SALT_OCTETS = 4,
    IPTFS_AEAD_ICV_OCTETS = 16,
    IPTFS_AEAD_KEY_MAX_OCTETS = 32,
    IPTFS_AEAD_FINGERPRINT_OCTETS = 16
};

struct iptfs_aead;

/* A key of 16, 24 or 32 octets (IPTFS_E_INVALID for others). IPTFS_E_NO_MEMORY. To be freed with
 * iptfs_aead_free, which erases the key. */
int iptfs_aead_new(struct iptfs_aead **out, const uint8_t *key, uint32_t key_octets);
void iptfs_aead_free(struct iptfs_aead *aead);

/* Writes IPTFS_AEAD_FINGERPRINT_OCTETS that name a key with its salt without revealing them: the
 * first of their SHA-256. False when memory ran out. */
bool iptfs_aead_fingerprint(const uint8_t *key, uint32_t key_octets, const uint8_t *salt,
                            uint8_t *fingerprint);

/* Encrypts `bytes` in place, and writes the ICV over them and `aad`. A nonce must never be used
 * twice with a key. False when libgcrypt refuses. */
bool iptfs_aead_seal(struct iptfs_aead *aead, const uint8_t *nonce, const uint8_t *aad,
                     uint32_t aad_octets, uint8_t *bytes, uint32_t octets, uint8_t *icv);

/* Decrypts `bytes` in place; false when the ICV does not match: then `bytes` must not be used. */
bool iptfs_aead_open(struct iptfs_aead *aead, const uint8_t *nonce, const uint8_t *aad,
                     uint32_t aad_octets, uint8_t *bytes, uint32_t octets, const uint8_t *icv);

#endif
