/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ciphers of ESP on octets: AES-GCM with an ICV of 16 octets (RFC 4106), ChaCha20-Poly1305 (RFC
 * 7634), AES-CBC with HMAC-SHA-256-128 (RFC 3602, RFC 4868). Done by libgcrypt, whose licence is
 * compatible with that of ns-3 (GPL-2.0-only); OpenSSL 3's is not. */
#ifndef IPTFS_ESP_AEAD_H
#define IPTFS_ESP_AEAD_H

#include "esp/esp.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    IPTFS_AEAD_NONCE_MAX_OCTETS = 16, /* AES-CBC: the IV; the others: salt and IV, 12 octets */
    IPTFS_AEAD_IV_MAX_OCTETS = 16,
    IPTFS_AEAD_AAD_MAX_OCTETS = 12,
    IPTFS_AEAD_SALT_OCTETS = 4,
    IPTFS_AEAD_ICV_OCTETS = 16,
    IPTFS_AEAD_KEY_MAX_OCTETS = 64, /* AES-CBC: 32 to encrypt, and then 32 for the ICV */
    IPTFS_AEAD_FINGERPRINT_OCTETS = 16
};

struct iptfs_aead;

/* A cipher, not null, with a key of a length it takes (IPTFS_E_INVALID for others).
 * IPTFS_E_NO_MEMORY. To be freed with iptfs_aead_free, which erases the key. */
int iptfs_aead_new(struct iptfs_aead **out, const struct iptfs_cipher *cipher, const uint8_t *key,
                   uint32_t key_octets);
void iptfs_aead_free(struct iptfs_aead *aead);

/* Writes IPTFS_AEAD_FINGERPRINT_OCTETS that name a key with its salt without revealing them: the
 * first of their SHA-256. False when memory ran out. */
bool iptfs_aead_fingerprint(const uint8_t *key, uint32_t key_octets, const uint8_t *salt,
                            uint8_t *fingerprint);

/* Writes the IV of packet `seq` of an SA, as many octets as the cipher has: the number, or with
 * AES-CBC, which needs one that nobody can predict, both numbers encrypted with the key (NIST SP
 * 800-38A, appendix C). False when libgcrypt refuses. */
bool iptfs_aead_iv(struct iptfs_aead *aead, uint32_t sa, uint64_t seq, uint8_t *iv);

/* What ESP protects but does not encrypt. */
struct iptfs_aead_head {
    uint8_t nonce[IPTFS_AEAD_NONCE_MAX_OCTETS]; /* salt and IV; AES-CBC: the IV */
    /* SPI and sequence number; with ESN SPI, upper and lower half of the number. AES-CBC needs
     * them, and authenticates the upper half behind all else (RFC 4303, 2.8). */
    uint8_t aad[IPTFS_AEAD_AAD_MAX_OCTETS];
    uint32_t aad_octets;
};

/* Encrypts `bytes` in place, and writes the ICV over them and the head. A nonce must never be used
 * twice with a key. False when libgcrypt refuses, or `octets` is no multiple of the block. */
bool iptfs_aead_seal(struct iptfs_aead *aead, const struct iptfs_aead_head *head, uint8_t *bytes,
                     uint32_t octets, uint8_t *icv);

/* Decrypts `bytes` in place; false when the ICV does not match: then `bytes` must not be used. */
bool iptfs_aead_open(struct iptfs_aead *aead, const struct iptfs_aead_head *head, uint8_t *bytes,
                     uint32_t octets, const uint8_t *icv);

#endif
