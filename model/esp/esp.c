/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "esp/esp.h"

#include <string.h>

enum {
    ESP_HEADER_OCTETS = 8,  /* SPI and sequence number */
    ESP_TRAILER_OCTETS = 2, /* pad length and next header */
    ESP_ALIGN_OCTETS = 4,
    OUTER_IPV4_OCTETS = 20,
    OUTER_IPV6_OCTETS = 40
};

static const struct iptfs_cipher ciphers[] = {
    {"null", 0, 0},
    {"aes-gcm-16", 8, 16},
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
    esp->ip_octets = outer_version == 6 ? OUTER_IPV6_OCTETS : OUTER_IPV4_OCTETS;
}

uint32_t iptfs_esp_head_octets(const struct iptfs_esp *esp)
{
    return esp->ip_octets + ESP_HEADER_OCTETS + esp->cipher->iv_octets;
}

uint32_t iptfs_esp_pad_octets(uint32_t payload_octets)
{
    uint32_t tail = (payload_octets + ESP_TRAILER_OCTETS) % ESP_ALIGN_OCTETS;
    return tail == 0 ? 0 : ESP_ALIGN_OCTETS - tail;
}

uint32_t iptfs_esp_outer_octets(const struct iptfs_esp *esp, uint32_t payload_octets)
{
    return iptfs_esp_head_octets(esp) + payload_octets + iptfs_esp_pad_octets(payload_octets) +
           ESP_TRAILER_OCTETS + esp->cipher->icv_octets;
}

uint32_t iptfs_esp_payload_max(const struct iptfs_esp *esp, uint32_t mtu_octets)
{
    uint32_t fixed = iptfs_esp_head_octets(esp) + esp->cipher->icv_octets;
    if (mtu_octets < fixed + ESP_ALIGN_OCTETS)
        return 0;
    uint32_t encrypted = (mtu_octets - fixed) / ESP_ALIGN_OCTETS * ESP_ALIGN_OCTETS;
    return encrypted - ESP_TRAILER_OCTETS;
}

void iptfs_replay_init(struct iptfs_replay *replay, uint32_t size)
{
    *replay = (struct iptfs_replay){.size = size};
}

/* One bit a number, in a ring of `size` rounded up to whole words. */
static uint64_t ring_bits(const struct iptfs_replay *replay)
{
    return ((uint64_t)replay->size + 63) / 64 * 64;
}

static void move_up(struct iptfs_replay *replay, uint64_t seq)
{
    uint64_t bits = ring_bits(replay);
    uint64_t fresh = seq - replay->top;
    if (fresh >= bits) {
        memset(replay->seen, 0, sizeof replay->seen);
    } else {
        for (uint64_t number = replay->top + 1; number <= seq; number++)
            replay->seen[number % bits / 64] &= ~(UINT64_C(1) << (number % 64));
    }
    replay->top = seq;
}

bool iptfs_replay_accept(struct iptfs_replay *replay, uint64_t seq)
{
    if (replay->size == 0)
        return true;
    if (seq == 0)
        return false;
    if (seq > replay->top)
        move_up(replay, seq);
    else if (replay->top - seq >= replay->size)
        return false;
    uint64_t *word = &replay->seen[seq % ring_bits(replay) / 64];
    uint64_t bit = UINT64_C(1) << (seq % 64);
    if ((*word & bit) != 0)
        return false;
    *word |= bit;
    return true;
}
