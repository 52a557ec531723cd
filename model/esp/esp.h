/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes of ESP packets in tunnel mode (RFC 4303). Extended sequence numbers change none of them:
 * the upper half of a number is not sent. */
#ifndef IPTFS_ESP_H
#define IPTFS_ESP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPTFS_ESP_HEADER_OCTETS 8u  /* SPI and sequence number */
#define IPTFS_ESP_TRAILER_OCTETS 2u /* pad length and next header */

enum iptfs_cipher_kind {
    IPTFS_CIPHER_NULL,
    IPTFS_CIPHER_AES_GCM,
    IPTFS_CIPHER_CHACHA20_POLY1305,
    IPTFS_CIPHER_AES_CBC_HMAC_SHA256,
};

enum {
    IPTFS_CIPHER_KEYS = 3
};

/* A cipher: its names in files and lists, its sizes, and its keys. */
struct iptfs_cipher {
    const char *name;
    const char *meaning; /* one line */
    const char *source;  /* where it is defined */
    enum iptfs_cipher_kind kind;
    uint32_t iv_octets;
    uint32_t icv_octets;
    uint32_t align_octets;                 /* what is encrypted ends on a multiple of this */
    uint8_t key_octets[IPTFS_CIPHER_KEYS]; /* allowed lengths; 0 ends the list */
    uint8_t authentication_octets;         /* of a key of its own for the ICV */
    uint8_t salt_octets;
    const char *wireshark[2]; /* encryption and authentication in Wireshark's table esp_sa */
};

/* The cipher of this name ("null", "aes-gcm-16"), or NULL. Static storage. A cipher is one row of
 * the table in esp.c; its octets are made in aead.c. */
const struct iptfs_cipher *iptfs_cipher_named(const char *name);

/* The i-th cipher, NULL behind the last: for lists and messages. */
const struct iptfs_cipher *iptfs_cipher_at(unsigned index);

/* Whether a key of this length, with that for the ICV and without the salt, is allowed. */
bool iptfs_cipher_takes_key(const struct iptfs_cipher *cipher, uint32_t octets);

/* What stands between the outer IP header and ESP. */
struct iptfs_encap {
    const char *name; /* "none", "udp", "tcp" */
    const char *meaning;
    const char *source;
    uint32_t octets;
    uint8_t protocol; /* of the outer IP header */
};

/* The i-th encapsulation, NULL behind the last; the first is "none". Static storage. */
const struct iptfs_encap *iptfs_encap_at(unsigned index);

/* The fixed part of every outer packet of an SA. */
struct iptfs_esp {
    const struct iptfs_cipher *cipher;
    const struct iptfs_encap *encap;
    uint32_t ip_octets; /* outer IP header: 20 or 40 */
};

/* outer_version: 4 or 6. Without encapsulation; the caller may set another. */
void iptfs_esp_init(struct iptfs_esp *esp, const struct iptfs_cipher *cipher, int outer_version);

/* Octets before the ESP payload: outer IP header, encapsulation, SPI and sequence number, IV. */
uint32_t iptfs_esp_head_octets(const struct iptfs_esp *esp);

/* ESP padding behind a payload, so that with pad length and next header it ends on a multiple of 4
 * octets, or of the cipher's block. */
uint32_t iptfs_esp_pad_octets(const struct iptfs_esp *esp, uint32_t payload_octets);

/* Octets of the whole outer IP packet around a payload. */
uint32_t iptfs_esp_outer_octets(const struct iptfs_esp *esp, uint32_t payload_octets);

/* The largest payload whose outer packet is no longer than `mtu_octets`; 0 when none fits. */
uint32_t iptfs_esp_payload_max(const struct iptfs_esp *esp, uint32_t mtu_octets);

/* The largest payload of packets of exactly `pkt_size_octets`; 0 when there is none, since ESP ends
 * on a multiple of 4, or of the cipher's block. With pkt_size_octets 0: the largest that the MTU
 * allows. */
uint32_t iptfs_esp_fixed_payload(const struct iptfs_esp *esp, uint32_t pkt_size_octets,
                                 uint32_t mtu_octets);

/* The size of packets of one size on a path with this MTU: `pkt_size_octets`, adjusted downward
 * where it is longer than the longest packet that ESP can have within the MTU (RFC 9348,
 * use-path-mtu-discovery). With pkt_size_octets 0: that longest one. */
uint32_t iptfs_esp_fixed_octets(const struct iptfs_esp *esp, uint32_t pkt_size_octets,
                                uint32_t mtu_octets);

#endif
