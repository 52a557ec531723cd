/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outer packets as octets: IP header, ESP (RFC 4303) with the null cipher or AES-GCM (RFC 4106),
 * AGGFRAG or plain payload. The sizes are those of the model to the octet; the fields are Linux's
 * where the RFCs leave a choice: DF set, TTL 64, the IV is the sequence number, ESP padding
 * 1, 2, 3 and so on. */
#ifndef IPTFS_WIRE_OUTER_CODEC_H
#define IPTFS_WIRE_OUTER_CODEC_H

#include "esp/aead.h"
#include "esp/esp.h"
#include "packet/ip_octets.h"
#include "packet/packet.h"
#include "sender/mode.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IPTFS_ADDRESS_OCTETS = 16,
    IPTFS_FLOW_LABEL_RANDOM = 1 << 20 /* as a flow label: see iptfs_outer_codec_flow_label */
};

/* The fields of an SA that appear in its octets. */
struct iptfs_outer_codec_config {
    const struct iptfs_mode *mode;
    struct iptfs_esp esp;
    uint32_t spi;                              /* each SA that takes over has the next one; when
                                                  decoding 0: that of the first packet */
    bool esn;                                  /* numbers of 64 bits (RFC 4303, 2.2.1) */
    uint32_t flow_label;                       /* of an outer IPv6 header: 20 bits, or
                                                  IPTFS_FLOW_LABEL_RANDOM */
    uint8_t source[IPTFS_ADDRESS_OCTETS];      /* of the outer header; IPv4: the first 4 */
    uint8_t destination[IPTFS_ADDRESS_OCTETS]; /* likewise */
    uint8_t key[IPTFS_AEAD_KEY_MAX_OCTETS];
    uint32_t key_octets;                  /* 16, 24 or 32, without the salt; null cipher: 0 */
    uint8_t salt[IPTFS_AEAD_SALT_OCTETS]; /* SA n changes the last 2 octets by n, so that no nonce
                                             is used twice with the key */
};

struct iptfs_outer_codec {
    struct iptfs_outer_codec_config config;
    struct iptfs_octets octets; /* gives the octets of inner packets */
    struct iptfs_aead *aead;    /* NULL with the null cipher */
    uint64_t top;               /* when decoding: highest number of an authentic packet */
    bool spi_known;             /* when decoding: config.spi has been set or received */
    const char *why;            /* why the last encoding failed: static text */
};

/* Prepares an SA. IPTFS_E_INVALID for a key of a wrong length, IPTFS_E_NO_MEMORY. To be freed with
 * iptfs_outer_codec_free, whatever the outcome, which erases the key. */
int iptfs_outer_codec_init(struct iptfs_outer_codec *wire,
                           const struct iptfs_outer_codec_config *config);
void iptfs_outer_codec_free(struct iptfs_outer_codec *wire);

/* The salt of the n-th SA, from 0; IPTFS_AEAD_SALT_OCTETS of them. */
void iptfs_outer_codec_salt(const struct iptfs_outer_codec_config *config, uint32_t sa,
                            uint8_t *salt);

/* The flow label of the n-th SA, from 0: the one that is set, or one for the SA alone, never of
 * inner flows. With IPTFS_FLOW_LABEL_RANDOM it is a hash of addresses and SPI, which is not 0 (RFC
 * 6437, 3 and appendix A): all of them are visible, so the label tells nothing new. */
uint32_t iptfs_outer_codec_flow_label(const struct iptfs_outer_codec_config *config, uint32_t sa);

/* The largest packet that iptfs_outer_codec_encode writes. */
#define IPTFS_OUTER_CODEC_MAX_OCTETS IPTFS_PACKET_MAX_OCTETS

/* Writes an outer packet of slices as it is now: as sent, or with the CE mark it got on the link.
 * Returns its octets, which are outer->ip_octets; or, with wire->why: IPTFS_E_TOO_BIG when a field
 * cannot hold its value (BlockOffset, IP length, sequence number without ESN), IPTFS_E_INVALID
 * when there are no such octets (an inner packet has none, IP fragments without headers),
 * IPTFS_E_SHORT when `size` is too small, IPTFS_E_UNBALANCED when the sizes disagree, which is
 * an internal error. */
int iptfs_outer_codec_encode(struct iptfs_outer_codec *wire, const struct iptfs_outer *outer,
                             uint8_t *bytes, size_t size);

/* The result of decoding a received packet. */
enum iptfs_outer_codec_verdict {
    IPTFS_OUTER_CODEC_GOOD,
    IPTFS_OUTER_CODEC_NOT_IP,    /* no IP header, or one with an impossible length */
    IPTFS_OUTER_CODEC_NOT_ESP,   /* another protocol */
    IPTFS_OUTER_CODEC_IKE,       /* UDP of ports 500 and 4500 (RFC 7296, 2.23) */
    IPTFS_OUTER_CODEC_KEEPALIVE, /* of NAT (RFC 3948, 2.3) */
    IPTFS_OUTER_CODEC_CUT,       /* shorter than the length in its IP header */
    IPTFS_OUTER_CODEC_FRAGMENT,  /* an IP fragment of an outer packet */
    IPTFS_OUTER_CODEC_SHORT,     /* too short for ESP (XfrmInHdrError) */
    IPTFS_OUTER_CODEC_OTHER_SPI, /* of another SA (XfrmInNoStates) */
    IPTFS_OUTER_CODEC_BAD_ICV, /* not authentic: another key, or changed (XfrmInStateProtoError) */
    IPTFS_OUTER_CODEC_BAD_TRAILER, /* more padding than payload (XfrmInStateProtoError) */
    IPTFS_OUTER_CODEC_VERDICT_COUNT
};

/* The parts of a received packet. */
struct iptfs_outer_codec_found {
    uint32_t spi;
    uint64_t seq; /* with ESN: of 64 bits, the upper ones inferred */
    uint8_t ecn;
    uint8_t protocol; /* of the IP packet, also when it is not ESP */
    uint8_t next_header;
    uint8_t pad_octets; /* ESP's */
    uint32_t ip_octets;
    const uint8_t *payload; /* in `plain` */
    uint32_t payload_octets;
};

/* Decodes an outer IP packet of which `octets` are at `bytes`; these may be any octets. ESP may
 * stand in UDP (RFC 3948). What follows the IP packet (Ethernet padding) is ignored. `plain`, of
 * the same size, takes the decrypted octets. With ESN the upper half of the number is the one that
 * brings it nearest to the highest one yet (RFC 4303, A2). */
enum iptfs_outer_codec_verdict iptfs_outer_codec_decode(struct iptfs_outer_codec *wire,
                                                        const uint8_t *bytes, uint32_t octets,
                                                        uint8_t *plain,
                                                        struct iptfs_outer_codec_found *found);

#endif
