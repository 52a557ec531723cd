/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole outer packets: each is counted once, and only authentic ones are accepted. */
#include "wire/inbound_sa.h"

#include "base/units.h"
#include "fuzz/fuzz.h"
#include "fuzz/received.h"

#include <string.h>

enum {
    WINDOW_MAX = 40,
    PAYLOAD_MAX = 1023,
    IV_OCTETS = 8,
    ICV_OCTETS = 16,
    IP_MAX_OCTETS = 40,
    ESP_OCTETS = 8,
    PACKET_MAX = IP_MAX_OCTETS + ESP_OCTETS + IV_OCTETS + PAYLOAD_MAX + ICV_OCTETS
};

/* Key and SPI are those of encap's defaults and of seeds.py. */
static const uint8_t key[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const uint8_t salt[IPTFS_AEAD_SALT_OCTETS] = {0xa0, 0xa1, 0xa2, 0xa3};
static const uint32_t spi = 0x1000;

struct end {
    struct iptfs_inbound_sa inbound;
    struct iptfs_aead *aead; /* a sender's, to seal with */
    int64_t now_ps;
    int64_t delivered_ps; /* the last time */
    struct fuzz_received received;
    uint64_t given_pkts;
    uint64_t seq;
};

static struct end end; /* large */

static void on_deliver(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    (void)ctx;
    MUST(now_ps >= end.delivered_ps && now_ps <= end.now_ps);
    MUST(!again);
    end.delivered_ps = now_ps;
    fuzz_take_inner(&end.received, inner);
}

static void open_end(struct fuzz_input *input)
{
    uint64_t flags = fuzz_take(input, 1);
    memset(&end, 0, sizeof end);
    const struct iptfs_receiver_config receiver = {
        .immediate = (flags & 1) != 0,
        .ecn = (flags & 2) != 0,
        .ecn_decap = (enum iptfs_ecn_decap)((flags >> 3) % 3),
        .replay_window = (flags & 4) != 0 ? 64 : 0,
        .reorder_window = (uint32_t)fuzz_between(input, 0, WINDOW_MAX),
        .drop_time_ps = (int64_t)fuzz_take(input, 1) * IPTFS_PS_PER_MS,
    };
    struct iptfs_outer_codec_config wire = {
        .mode = iptfs_mode_named((flags & 8) != 0 ? "esp" : "on-demand"),
        .esn = (flags & 32) != 0,
        .spi = (flags & 64) != 0 ? spi : 0,
    };
    bool encrypted = (flags & 16) != 0;
    iptfs_esp_init(&wire.esp, iptfs_cipher_named(encrypted ? "aes-gcm-16" : "null"), 4);
    if (encrypted) {
        memcpy(wire.key, key, sizeof key);
        memcpy(wire.salt, salt, sizeof salt);
        wire.key_octets = sizeof key;
        MUST(iptfs_aead_new(&end.aead, key, sizeof key) == 0);
    }
    MUST(iptfs_inbound_sa_init(&end.inbound, &wire, &receiver) == 0);
    iptfs_inbound_sa_deliver_to(&end.inbound, on_deliver, NULL);
}

static void put(uint8_t *bytes, uint64_t value, uint32_t octets)
{
    while (octets > 0) {
        bytes[--octets] = (uint8_t)value;
        value >>= 8;
    }
}

/* Octets of ESP around this text, trailer and all, with a right ICV where there is one. */
static uint32_t seal(const uint8_t *text, uint32_t octets, uint8_t *esp)
{
    uint8_t nonce[IPTFS_AEAD_NONCE_OCTETS], aad[12];
    bool esn = end.inbound.wire.config.esn;
    put(esp, spi, 4);
    put(esp + 4, end.seq, 4);
    memcpy(esp + ESP_OCTETS, text, octets);
    if (end.aead == NULL)
        return ESP_OCTETS + octets;
    uint8_t *sealed = esp + ESP_OCTETS + IV_OCTETS;
    put(esp + ESP_OCTETS, end.seq, IV_OCTETS);
    memcpy(sealed, text, octets);
    memcpy(nonce, salt, sizeof salt);
    put(nonce + sizeof salt, end.seq, IV_OCTETS);
    put(aad, spi, 4);
    put(aad + 4, end.seq, esn ? 8 : 4);
    MUST(iptfs_aead_seal(end.aead, nonce, aad, esn ? 12 : 8, sealed, octets, sealed + octets));
    return ESP_OCTETS + IV_OCTETS + octets + ICV_OCTETS;
}

/* An outer packet of either version around the octets. */
static uint32_t wrap(uint64_t what, struct fuzz_input *input, uint32_t octets, uint8_t *packet)
{
    bool v6 = (what & 4) != 0;
    uint8_t ecn = (uint8_t)(what >> 3 & 3);
    uint32_t ip_octets = v6 ? 40 : 20;
    memset(packet, 0, ip_octets);
    uint32_t total = ip_octets + seal(input->next, octets, packet + ip_octets);
    packet[0] = v6 ? 0x60 : 0x45;
    packet[1] = (uint8_t)(v6 ? ecn << 4 : ecn);
    packet[v6 ? 6 : 9] = 50;
    put(packet + (v6 ? 4 : 2), v6 ? total - ip_octets : total, 2);
    return total;
}

static enum iptfs_outer_codec_verdict give(const uint8_t *packet, uint32_t octets)
{
    uint64_t good = end.inbound.verdicts[IPTFS_OUTER_CODEC_GOOD];
    enum iptfs_outer_codec_verdict verdict =
        iptfs_inbound_sa_input(&end.inbound, end.now_ps, packet, octets);
    MUST((end.inbound.verdicts[IPTFS_OUTER_CODEC_GOOD] - good == 1) ==
         (verdict == IPTFS_OUTER_CODEC_GOOD));
    end.given_pkts++;
    end.received.given_octets += octets;
    return verdict;
}

static void check_end(void)
{
    const struct iptfs_inbound_sa *inbound = &end.inbound;
    uint64_t counted = 0;
    for (int i = 0; i < IPTFS_OUTER_CODEC_VERDICT_COUNT; i++)
        counted += inbound->verdicts[i];
    MUST(counted == end.given_pkts);
    MUST(inbound->verdicts[IPTFS_OUTER_CODEC_GOOD] ==
         inbound->dummies + inbound->other_headers + inbound->counters.value[IPTFS_YANG_RX_PKTS]);
    MUST(iptfs_inbound_sa_next_ps(inbound) >= end.now_ps);
    fuzz_check_received(&end.received, &inbound->store, &inbound->receiver);
}

/* A packet as it comes, or one of a sender that has the key: whole, or with a changed octet. */
static void step(struct fuzz_input *input)
{
    enum {
        AS_IT_COMES,
        SEALED,
        CHANGED,
        KINDS
    };
    static uint8_t packet[PACKET_MAX];
    uint64_t what = fuzz_take(input, 1), kind = (what & 3) % KINDS;
    end.now_ps += (int64_t)(what >> 5) * (IPTFS_PS_PER_MS * 2);
    if (kind != AS_IT_COMES)
        end.seq += (uint64_t)(int64_t)(int8_t)fuzz_take(input, 1);
    uint64_t place = kind == CHANGED ? fuzz_take(input, 2) : 0;
    uint32_t octets = (uint32_t)fuzz_between(input, 0, PAYLOAD_MAX);
    if (octets > input->left)
        octets = (uint32_t)input->left;
    if (kind == AS_IT_COMES) {
        give(input->next, octets);
    } else {
        uint32_t total = wrap(what, input, octets, packet), ip = packet[0] == 0x60 ? 40 : 20;
        if (kind == CHANGED)
            packet[ip + place % (total - ip)] ^= (uint8_t)(1 + place % 255);
        enum iptfs_outer_codec_verdict verdict = give(packet, total);
        if (kind == CHANGED && end.aead != NULL)
            MUST(verdict != IPTFS_OUTER_CODEC_GOOD);
        if (kind == SEALED)
            MUST(verdict == IPTFS_OUTER_CODEC_GOOD || verdict == IPTFS_OUTER_CODEC_SHORT ||
                 verdict == IPTFS_OUTER_CODEC_BAD_TRAILER ||
                 verdict == IPTFS_OUTER_CODEC_OTHER_SPI || end.inbound.wire.config.esn);
    }
    input->next += octets;
    input->left -= octets;
    check_end();
    iptfs_inbound_sa_wake(&end.inbound, end.now_ps);
    check_end();
}

void fuzz_inbound(const uint8_t *bytes, size_t octets)
{
    struct fuzz_input input = {bytes, octets};
    open_end(&input);
    while (input.left > 0)
        step(&input);
    MUST(iptfs_inbound_sa_close(&end.inbound) == 0);
    iptfs_inbound_sa_free(&end.inbound);
    iptfs_aead_free(end.aead);
}
