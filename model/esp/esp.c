/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "esp/esp.h"

#include "base/asserts.h"
#include "base/octets.h"

#include <string.h>

static const struct iptfs_cipher ciphers[] = {
    {
        .name = "null",
        .meaning = "no encryption: no IV, no ICV",
        .source = "RFC 2410",
        .kind = IPTFS_CIPHER_NULL,
        .align_octets = 4,
        .wireshark = {"NULL", "NULL"},
    },
    {
        .name = "aes-gcm-16",
        .meaning = "AES-GCM with an IV of 8 and an ICV of 16 octets",
        .source = "RFC 4106",
        .kind = IPTFS_CIPHER_AES_GCM,
        .iv_octets = 8,
        .icv_octets = 16,
        .align_octets = 4,
        .key_octets = {16, 24, 32},
        .salt_octets = 4,
        .wireshark = {"AES-GCM with 16 octet ICV [RFC4106]", "NULL"},
    },
    {
        .name = "chacha20-poly1305",
        .meaning = "ChaCha20-Poly1305 with an IV of 8 and an ICV of 16 octets",
        .source = "RFC 7634",
        .kind = IPTFS_CIPHER_CHACHA20_POLY1305,
        .iv_octets = 8,
        .icv_octets = 16,
        .align_octets = 4,
        .key_octets = {32},
        .salt_octets = 4,
        .wireshark = {"ChaCha20 with Poly1305 [RFC7634]", "NULL"},
    },
    {
        .name = "aes-cbc-hmac-sha256",
        .meaning = "AES-CBC with HMAC-SHA-256-128, all of 16 octets",
        .source = "RFC 3602, RFC 4868",
        .kind = IPTFS_CIPHER_AES_CBC_HMAC_SHA256,
        .iv_octets = 16,
        .icv_octets = 16,
        .align_octets = 16,
        .key_octets = {16, 24, 32},
        .authentication_octets = 32,
        .wireshark = {"AES-CBC [RFC3602]", "HMAC-SHA-256-128 [RFC4868]"},
    },
};

const struct iptfs_cipher *iptfs_cipher_at(unsigned index)
{
    return index < sizeof ciphers / sizeof ciphers[0] ? &ciphers[index] : NULL;
}

const struct iptfs_cipher *iptfs_cipher_named(const char *name)
{
    const struct iptfs_cipher *cipher;
    for (unsigned i = 0; (cipher = iptfs_cipher_at(i)) != NULL; i++)
        if (strcmp(cipher->name, name) == 0)
            return cipher;
    return NULL;
}

bool iptfs_cipher_takes_key(const struct iptfs_cipher *cipher, uint32_t octets)
{
    for (size_t i = 0; i < IPTFS_CIPHER_KEYS && cipher->key_octets[i] > 0; i++)
        if (octets == (uint32_t)cipher->key_octets[i] + cipher->authentication_octets)
            return true;
    return false;
}

enum {
    UDP_OCTETS = 8,
    TCP_OCTETS = 20 + 12, /* with time stamps (RFC 7323), which TCP of today sends */
    TCP_LENGTH_OCTETS = 2
};

static const struct iptfs_encap encaps[] = {
    {"none", "ESP follows the IP header", "RFC 4303", 0, 50},
    {"udp", "UDP of port 4500, 8 octets: NAT traversal", "RFC 3948", UDP_OCTETS, 17},
    {"tcp", "sizes only: TCP with time stamps and a length, 34 octets, one packet a segment",
     "RFC 9329, 3", TCP_OCTETS + TCP_LENGTH_OCTETS, 6},
};

const struct iptfs_encap *iptfs_encap_at(unsigned index)
{
    return index < sizeof encaps / sizeof encaps[0] ? &encaps[index] : NULL;
}

void iptfs_esp_init(struct iptfs_esp *esp, const struct iptfs_cipher *cipher, int outer_version)
{
    esp->cipher = cipher;
    esp->encap = &encaps[0];
    esp->ip_octets = iptfs_ip_header_octets((unsigned)outer_version);
}

uint32_t iptfs_esp_head_octets(const struct iptfs_esp *esp)
{
    return esp->ip_octets + esp->encap->octets + IPTFS_ESP_HEADER_OCTETS + esp->cipher->iv_octets;
}

uint32_t iptfs_esp_pad_octets(const struct iptfs_esp *esp, uint32_t payload_octets)
{
    uint32_t align = esp->cipher->align_octets;
    IPTFS_ASSERT((align & (align - 1)) == 0);
    return (align - (payload_octets + IPTFS_ESP_TRAILER_OCTETS)) & (align - 1);
}

uint32_t iptfs_esp_outer_octets(const struct iptfs_esp *esp, uint32_t payload_octets)
{
    return iptfs_esp_head_octets(esp) + payload_octets + iptfs_esp_pad_octets(esp, payload_octets) +
           IPTFS_ESP_TRAILER_OCTETS + esp->cipher->icv_octets;
}

uint32_t iptfs_esp_payload_max(const struct iptfs_esp *esp, uint32_t mtu_octets)
{
    uint32_t fixed = iptfs_esp_head_octets(esp) + esp->cipher->icv_octets;
    uint32_t align = esp->cipher->align_octets;
    if (mtu_octets < fixed + align)
        return 0;
    uint32_t encrypted = (mtu_octets - fixed) / align * align;
    uint32_t payload_octets = encrypted - IPTFS_ESP_TRAILER_OCTETS;
    IPTFS_ASSERT(iptfs_esp_outer_octets(esp, payload_octets) <= mtu_octets);
    return payload_octets;
}

uint32_t iptfs_esp_fixed_payload(const struct iptfs_esp *esp, uint32_t pkt_size_octets,
                                 uint32_t mtu_octets)
{
    if (pkt_size_octets == 0)
        return iptfs_esp_payload_max(esp, mtu_octets);
    uint32_t payload = iptfs_esp_payload_max(esp, pkt_size_octets);
    return iptfs_esp_outer_octets(esp, payload) == pkt_size_octets ? payload : 0;
}

uint32_t iptfs_esp_fixed_octets(const struct iptfs_esp *esp, uint32_t pkt_size_octets,
                                uint32_t mtu_octets)
{
    uint32_t longest = iptfs_esp_outer_octets(esp, iptfs_esp_payload_max(esp, mtu_octets));
    return pkt_size_octets == 0 || pkt_size_octets > longest ? longest : pkt_size_octets;
}
