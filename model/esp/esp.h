/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes of ESP packets in tunnel mode (RFC 4303). */
#ifndef IPTFS_ESP_H
#define IPTFS_ESP_H

#include <stdint.h>

#define IPTFS_ESP_HEADER_OCTETS 8u  /* SPI and sequence number */
#define IPTFS_ESP_TRAILER_OCTETS 2u /* pad length and next header */

/* A cipher: its names in files and lists, and its sizes. */
struct iptfs_cipher {
    const char *name;
    const char *meaning; /* one line */
    const char *source;  /* where it is defined */
    uint32_t iv_octets;
    uint32_t icv_octets;
};

/* The cipher of this name ("null", "aes-gcm-16"), or NULL. Static storage. A cipher is one row of
 * the table in esp.c. */
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

/* The largest payload of packets of exactly `pkt_size_octets`; 0 when there is none, since ESP ends
 * on a multiple of 4. With pkt_size_octets 0: the largest that the MTU allows. */
uint32_t iptfs_esp_fixed_payload(const struct iptfs_esp *esp, uint32_t pkt_size_octets,
                                 uint32_t mtu_octets);

/* The size of packets of one size on a path with this MTU: `pkt_size_octets`, adjusted downward
 * where it is longer than the longest packet that ESP can have within the MTU (RFC 9348,
 * use-path-mtu-discovery). With pkt_size_octets 0: that longest one. */
uint32_t iptfs_esp_fixed_octets(const struct iptfs_esp *esp, uint32_t pkt_size_octets,
                                uint32_t mtu_octets);

#endif
