/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "esp/esp.h"

#include "base/asserts.h"
#include "base/octets.h"

#include <string.h>

enum {
    ESP_ALIGN_OCTETS = 4
};

static const struct iptfs_cipher ciphers[] = {
    {
        .name = "null",
        .meaning = "no encryption: no IV, no ICV",
        .source = "RFC 2410",
    },
    {
        .name = "aes-gcm-16",
        .meaning = "AES-GCM with an IV of 8 and an ICV of 16 octets",
        .source = "RFC 4106",
        .iv_octets = 8,
        .icv_octets = 16,
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

void iptfs_esp_init(struct iptfs_esp *esp, const struct iptfs_cipher *cipher, int outer_version)
{
    esp->cipher = cipher;
    esp->ip_octets = iptfs_ip_header_octets((unsigned)outer_version);
}

uint32_t iptfs_esp_head_octets(const struct iptfs_esp *esp)
{
    return esp->ip_octets + IPTFS_ESP_HEADER_OCTETS + esp->cipher->iv_octets;
}

uint32_t iptfs_esp_pad_octets(uint32_t payload_octets)
{
    uint32_t tail = (payload_octets + IPTFS_ESP_TRAILER_OCTETS) % ESP_ALIGN_OCTETS;
    return tail == 0 ? 0 : ESP_ALIGN_OCTETS - tail;
}

uint32_t iptfs_esp_outer_octets(const struct iptfs_esp *esp, uint32_t payload_octets)
{
    return iptfs_esp_head_octets(esp) + payload_octets + iptfs_esp_pad_octets(payload_octets) +
           IPTFS_ESP_TRAILER_OCTETS + esp->cipher->icv_octets;
}

uint32_t iptfs_esp_payload_max(const struct iptfs_esp *esp, uint32_t mtu_octets)
{
    uint32_t fixed = iptfs_esp_head_octets(esp) + esp->cipher->icv_octets;
    if (mtu_octets < fixed + ESP_ALIGN_OCTETS)
        return 0;
    uint32_t encrypted = (mtu_octets - fixed) / ESP_ALIGN_OCTETS * ESP_ALIGN_OCTETS;
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
