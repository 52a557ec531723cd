/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ESP in tunnel mode (RFC 4303): what it adds to a payload, its numbers, its replay window. */
#ifndef IPTFS_ESP_H
#define IPTFS_ESP_H

#include <stdbool.h>
#include <stdint.h>

/* A cipher as far as sizes go. */
struct iptfs_cipher {
    const char *name;
    uint32_t iv_octets;
    uint32_t icv_octets;
};

/* The cipher of this name ("null", "aes-gcm-16"), or NULL. Static storage. */
const struct iptfs_cipher *iptfs_cipher_named(const char *name);

/* The i-th cipher, NULL behind the last: for lists and messages. */
const struct iptfs_cipher *iptfs_cipher_at(unsigned index);

/* The fixed part of every outer packet of an SA. */
struct iptfs_esp {
    const struct iptfs_cipher *cipher;
    uint32_t ip_octets; /* outer IP header: 20 or 40 */
};

/* outer_version: 4 or 6. */
void iptfs_esp_init(struct iptfs_esp *esp, const struct iptfs_cipher *cipher, int outer_version);

/* Octets before the ESP payload: outer IP header, SPI and sequence number, IV. */
uint32_t iptfs_esp_head_octets(const struct iptfs_esp *esp);

/* ESP padding behind a payload, so that with pad length and next header it ends on 4 octets. */
uint32_t iptfs_esp_pad_octets(uint32_t payload_octets);

/* Octets of the whole outer IP packet around a payload. */
uint32_t iptfs_esp_outer_octets(const struct iptfs_esp *esp, uint32_t payload_octets);

/* The largest payload whose outer packet is no longer than `mtu_octets`; 0 when none fits. */
uint32_t iptfs_esp_payload_max(const struct iptfs_esp *esp, uint32_t mtu_octets);

/* Replay window (RFC 4303, 3.4.3) over 64-bit numbers, a bitmap of the last `size` of them. */
#define IPTFS_REPLAY_MAX 4096u
struct iptfs_replay {
    uint32_t size; /* 0: no check */
    uint64_t top;  /* highest number accepted */
    uint64_t seen[IPTFS_REPLAY_MAX / 64];
};

/* size at most IPTFS_REPLAY_MAX; 0 switches the check off. */
void iptfs_replay_init(struct iptfs_replay *replay, uint32_t size);

/* True, and remembered, when `seq` is new and not older than the window; numbers begin at 1. */
bool iptfs_replay_accept(struct iptfs_replay *replay, uint64_t seq);

#endif
