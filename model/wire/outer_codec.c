/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/outer_codec.h"

#include "base/asserts.h"
#include "base/erase.h"
#include "base/error.h"
#include "base/octets.h"
#include "packet/aggfrag.h"
#include "packet/ip_fragment.h"
#include "wire/outer_ip.h"

#include <string.h>

enum {
    IPV4_IN_IP = 4,
    IPV6_IN_IP = 41,
    NO_NEXT_HEADER = 59, /* of a dummy packet (RFC 4303, 2.6) */
    TTL = 64,
    IPV4_DF = 0x4000,
    IPV4_FLAGS_AT = 6,
    UDP_PROTOCOL = 17,
    NAT_PORT = 4500,
    FLOW_LABEL_MASK = 0xFFFFF
};

int iptfs_outer_codec_init(struct iptfs_outer_codec *wire,
                           const struct iptfs_outer_codec_config *config)
{
    *wire = (struct iptfs_outer_codec){.spi_known = config->spi != 0, .why = ""};
    wire->config = *config;
    if (config->esp.cipher->icv_octets == 0)
        return IPTFS_OK;
    return iptfs_aead_new(&wire->aead, config->esp.cipher, config->key, config->key_octets);
}

void iptfs_outer_codec_free(struct iptfs_outer_codec *wire)
{
    iptfs_aead_free(wire->aead);
    wire->aead = NULL;
    iptfs_erase(wire->config.key, sizeof wire->config.key);
    iptfs_erase(wire->config.salt, sizeof wire->config.salt);
}

void iptfs_outer_codec_salt(const struct iptfs_outer_codec_config *config, uint32_t sa,
                            uint8_t *salt)
{
    memcpy(salt, config->salt, IPTFS_AEAD_SALT_OCTETS);
    salt[2] ^= (uint8_t)(sa >> 8);
    salt[3] ^= (uint8_t)sa;
}

/* FNV-1a. */
static uint32_t hash(uint32_t state, const uint8_t *bytes, size_t octets)
{
    for (size_t i = 0; i < octets; i++)
        state = (state ^ bytes[i]) * 16777619u;
    return state;
}

/* MurmurHash3's finaliser: SPIs that follow each other get unrelated labels. */
static uint32_t mix(uint32_t state)
{
    state = (state ^ state >> 16) * 0x85EBCA6Bu;
    state = (state ^ state >> 13) * 0xC2B2AE35u;
    return state ^ state >> 16;
}

uint32_t iptfs_outer_codec_flow_label(const struct iptfs_outer_codec_config *config, uint32_t sa)
{
    uint8_t spi[4];
    if (config->flow_label != IPTFS_FLOW_LABEL_RANDOM)
        return config->flow_label;
    iptfs_put32(spi, config->spi + sa);
    uint32_t state = hash(2166136261u, config->source, sizeof config->source);
    state = hash(state, config->destination, sizeof config->destination);
    state = hash(state, spi, sizeof spi);
    uint32_t label = mix(state) & FLOW_LABEL_MASK;
    return label != 0 ? label : 1;
}

/* Nonce and additional authenticated data: salt and IV, or with AES-CBC the IV; SPI and sequence
 * number, of 64 bits with ESN (RFC 4106, 4 and 5). */
static void prepare_head(const struct iptfs_outer_codec *wire, uint32_t spi, uint64_t seq,
                         const uint8_t *iv, struct iptfs_aead_head *head)
{
    const struct iptfs_cipher *cipher = wire->config.esp.cipher;
    if (cipher->salt_octets > 0)
        iptfs_outer_codec_salt(&wire->config, spi - wire->config.spi, head->nonce);
    memcpy(head->nonce + cipher->salt_octets, iv, cipher->iv_octets);
    iptfs_put32(head->aad, spi);
    if (wire->config.esn)
        iptfs_put32(head->aad + 4, (uint32_t)(seq >> 32));
    head->aad_octets = wire->config.esn ? 12 : 8;
    iptfs_put32(head->aad + head->aad_octets - 4, (uint32_t)seq);
}

/* ------------------------------------------------------------------------------- encoding */

static int refuse(struct iptfs_outer_codec *wire, int code, const char *why)
{
    wire->why = why;
    return code;
}

static const char no_octets[] = "the octets of an inner packet are not known";
static const char no_space[] = "the buffer is too small for the packet";

static void write_ipv4(const struct iptfs_outer_codec *wire, const struct iptfs_outer *outer,
                       uint8_t *bytes)
{
    bytes[0] = 0x45;
    bytes[1] = (uint8_t)(outer->dscp << 2 | outer->ecn);
    iptfs_put16(bytes + 2, outer->ip_octets);
    iptfs_put16(bytes + 4, (uint32_t)outer->seq);
    iptfs_put16(bytes + IPV4_FLAGS_AT, IPV4_DF);
    bytes[8] = TTL;
    bytes[9] = wire->config.esp.encap->protocol;
    memcpy(bytes + 12, wire->config.source, 4);
    memcpy(bytes + 16, wire->config.destination, 4);
    iptfs_ipv4_seal(bytes, IPTFS_IPV4_HEADER_OCTETS);
}

static void write_ipv6(const struct iptfs_outer_codec *wire, const struct iptfs_outer *outer,
                       uint8_t *bytes)
{
    iptfs_put32(bytes, 0x60000000u | (uint32_t)(outer->dscp << 2 | outer->ecn) << 20 |
                           iptfs_outer_codec_flow_label(&wire->config, outer->sa));
    iptfs_put16(bytes + 4, outer->ip_octets - IPTFS_IPV6_HEADER_OCTETS);
    bytes[6] = wire->config.esp.encap->protocol;
    bytes[7] = TTL;
    memcpy(bytes + 8, wire->config.source, IPTFS_ADDRESS_OCTETS);
    memcpy(bytes + 24, wire->config.destination, IPTFS_ADDRESS_OCTETS);
}

/* The link marks the outer header, which without a tunnel is the inner packet's own. */
static uint8_t tos_of(const struct iptfs_outer *outer, const struct iptfs_inner *inner)
{
    uint8_t tos = iptfs_inner_sent_tos(inner);
    return outer->ecn == IPTFS_ECN_CE ? tos | IPTFS_ECN_CE : tos;
}

/* The payload of plain modes: one inner packet, or an IP fragment of it. */
struct piece {
    const struct iptfs_inner *inner;
    uint8_t tos;
    uint32_t from;   /* its offset in the inner packet */
    uint32_t header; /* octets of an IP header of its own */
    uint32_t octets; /* of the inner packet in it */
};

/* `outer` is not empty. */
static void find_piece(const struct iptfs_outer *outer, uint8_t tos, struct piece *piece)
{
    struct iptfs_slice_walk walk;
    struct iptfs_slice slice;
    iptfs_slices(outer, &walk);
    bool found = iptfs_slice_next(&walk, &slice);
    IPTFS_ASSERT(found);
    *piece = (struct piece){
        .inner = slice.inner,
        .tos = tos,
        .from = slice.offset,
        .header = slice.offset > 0 ? IPTFS_IPV4_HEADER_OCTETS : 0,
        .octets = slice.octets,
    };
}

static bool is_whole(const struct piece *piece)
{
    return piece->octets == piece->inner->octets;
}

/* Changes the header at `bytes`, a copy of the packet's own, to that of this fragment (RFC 791,
 * 3.2). */
static int write_fragment_header(struct iptfs_outer_codec *wire, const struct piece *piece,
                                 uint8_t *bytes)
{
    if (bytes[0] != 0x45)
        return refuse(wire, IPTFS_E_INVALID,
                      "only IPv4 packets without options are cut into IP fragments");
    uint32_t from = piece->from > 0 ? piece->from - IPTFS_IPV4_HEADER_OCTETS : 0;
    iptfs_ip_fragment_write_header(bytes, piece->header + piece->octets, from,
                                   piece->from + piece->octets < piece->inner->octets);
    return IPTFS_OK;
}

/* Writes the packet or fragment; returns its octets. */
static int write_piece(struct iptfs_outer_codec *wire, const struct piece *piece, uint8_t *bytes,
                       size_t size)
{
    const struct iptfs_octets *source = &wire->octets;
    if (size < piece->header + piece->octets)
        return refuse(wire, IPTFS_E_SHORT, no_space);
    if (iptfs_inner_copy(source, piece->inner, piece->tos, 0, piece->header, bytes) != IPTFS_OK ||
        iptfs_inner_copy(source, piece->inner, piece->tos, piece->from, piece->octets,
                         bytes + piece->header) != IPTFS_OK)
        return refuse(wire, IPTFS_E_INVALID, no_octets);
    int error = is_whole(piece) ? IPTFS_OK : write_fragment_header(wire, piece, bytes);
    return error != IPTFS_OK ? error : (int)(piece->header + piece->octets);
}

/* Without ESP: the inner packet itself. */
static int encode_bare(struct iptfs_outer_codec *wire, const struct iptfs_outer *outer,
                       uint8_t *bytes, size_t size)
{
    struct piece piece;
    if (outer->first == NULL)
        return 0;
    find_piece(outer, tos_of(outer, outer->first), &piece);
    return write_piece(wire, &piece, bytes, size);
}

/* What ESP encrypts, before padding and trailer. */
struct body {
    int octets; /* or a negative code */
    uint8_t next_header;
};

static struct body write_aggfrag(struct iptfs_outer_codec *wire, const struct iptfs_outer *outer,
                                 uint8_t *bytes, size_t size)
{
    struct iptfs_aggfrag header = outer->info;
    header.sub_type = outer->sub_type;
    struct body body = {iptfs_payload_encode(outer, header, &wire->octets, bytes, size),
                        IPTFS_AGGFRAG_NEXT_HEADER};
    if (body.octets == IPTFS_E_TOO_BIG)
        refuse(wire, body.octets,
               "more than 65535 octets of an inner packet are left, which BlockOffset cannot hold");
    else if (body.octets < 0)
        refuse(wire, body.octets, body.octets == IPTFS_E_SHORT ? no_space : no_octets);
    return body;
}

/* The packet or fragment, and TFC padding (RFC 4303, 2.7). */
static struct body write_plain(struct iptfs_outer_codec *wire, const struct iptfs_outer *outer,
                               uint8_t *bytes, size_t size)
{
    struct piece piece;
    struct body body = {0, NO_NEXT_HEADER};
    if (outer->first != NULL) {
        find_piece(outer, iptfs_inner_sent_tos(outer->first), &piece);
        body.next_header = piece.inner->ip_version == 6 ? IPV6_IN_IP : IPV4_IN_IP;
        body.octets = write_piece(wire, &piece, bytes, size);
    }
    if (body.octets < 0)
        return body;
    if (size - (size_t)body.octets < outer->pad_octets)
        return (struct body){refuse(wire, IPTFS_E_SHORT, no_space), 0};
    memset(bytes + body.octets, 0, outer->pad_octets);
    body.octets += (int)outer->pad_octets;
    return body;
}

/* In transport mode the packet's own header stands before ESP (RFC 4303, 3.1.1). */
static struct body write_transport(struct iptfs_outer_codec *wire, const struct iptfs_outer *outer,
                                   uint8_t *head, uint8_t *bytes, size_t size)
{
    struct piece piece;
    uint32_t header = wire->config.esp.ip_octets;
    if (outer->first != NULL)
        find_piece(outer, tos_of(outer, outer->first), &piece);
    if (outer->first == NULL || !is_whole(&piece))
        return (struct body){
            refuse(wire, IPTFS_E_INVALID, "transport mode sends whole inner packets only"), 0};
    bool fits = piece.inner->octets >= header && size >= piece.inner->octets - header;
    if (!fits || iptfs_inner_copy(&wire->octets, piece.inner, piece.tos, 0, header, head) != 0 ||
        iptfs_inner_copy(&wire->octets, piece.inner, piece.tos, header,
                         piece.inner->octets - header, bytes) != 0)
        return (struct body){refuse(wire, IPTFS_E_INVALID, no_octets), 0};
    bool v6 = header == IPTFS_IPV6_HEADER_OCTETS;
    if (head[0] >> 4 != (v6 ? 6 : 4) || (!v6 && head[0] != 0x45))
        return (struct body){refuse(wire, IPTFS_E_INVALID,
                                    "in transport mode all inner packets have the IP version of "
                                    "the outer ones, and no IPv4 options"),
                             0};
    uint8_t *protocol = head + (v6 ? 6 : 9);
    struct body body = {(int)(piece.inner->octets - header), *protocol};
    *protocol = wire->config.esp.encap->protocol;
    iptfs_put16(head + (v6 ? 4 : 2), v6 ? outer->ip_octets - header : outer->ip_octets);
    if (!v6)
        iptfs_ipv4_seal(head, header);
    return body;
}

static bool is_transport(const struct iptfs_outer_codec *wire)
{
    return wire->config.mode->transport;
}

static struct body write_body(struct iptfs_outer_codec *wire, const struct iptfs_outer *outer,
                              uint8_t *packet, uint8_t *bytes, size_t size)
{
    /* An SA of plain ESP returns congestion information in empty AGGFRAG payloads. */
    if (wire->config.mode->aggfrag || outer->sub_type == 1)
        return write_aggfrag(wire, outer, bytes, size);
    if (is_transport(wire))
        return write_transport(wire, outer, packet, bytes, size);
    return write_plain(wire, outer, bytes, size);
}

/* Padding 1, 2, 3 and so on, its length, next header (RFC 4303, 2.4); returns all the octets to be
 * encrypted. */
static uint32_t write_trailer(const struct iptfs_esp *esp, const struct body *body, uint8_t *bytes)
{
    uint32_t pad = iptfs_esp_pad_octets(esp, (uint32_t)body->octets);
    uint8_t *end = bytes + body->octets;
    for (uint32_t i = 0; i < pad; i++)
        end[i] = (uint8_t)(i + 1);
    end[pad] = (uint8_t)pad;
    end[pad + 1] = body->next_header;
    return (uint32_t)body->octets + pad + IPTFS_ESP_TRAILER_OCTETS;
}

/* Encrypts what stands behind the IV, and adds the ICV. */
static bool seal(struct iptfs_outer_codec *wire, const struct iptfs_outer *outer, uint8_t *iv,
                 uint32_t sealed)
{
    struct iptfs_aead_head head;
    uint8_t *bytes = iv + wire->config.esp.cipher->iv_octets;
    if (!iptfs_aead_iv(wire->aead, outer->sa, outer->seq, iv))
        return false;
    prepare_head(wire, wire->config.spi + outer->sa, outer->seq, iv, &head);
    return iptfs_aead_seal(wire->aead, &head, bytes, sealed, bytes + sealed);
}

/* The outer headers up to the sequence number. */
static void write_head(const struct iptfs_outer_codec *wire, const struct iptfs_outer *outer,
                       uint8_t *bytes)
{
    const struct iptfs_esp *esp = &wire->config.esp;
    uint8_t *header = bytes + esp->ip_octets + esp->encap->octets;
    if (esp->ip_octets == IPTFS_IPV6_HEADER_OCTETS)
        write_ipv6(wire, outer, bytes);
    else
        write_ipv4(wire, outer, bytes);
    iptfs_put32(header, wire->config.spi + outer->sa);
    iptfs_put32(header + 4, (uint32_t)outer->seq);
}

/* With IPv6's pseudo-header (RFC 8200, 8.1); never 0. */
static uint16_t udp_checksum(const uint8_t *ipv6, const uint8_t *udp, uint32_t octets)
{
    uint32_t sum = iptfs_checksum_add(octets + UDP_PROTOCOL, ipv6 + 8, 2 * IPTFS_ADDRESS_OCTETS);
    uint16_t checksum = iptfs_checksum_end(iptfs_checksum_add(sum, udp, octets));
    return checksum != 0 ? checksum : 0xFFFF;
}

/* The checksum of UDP is zero over IPv4 (RFC 3948, 2.1), and needed over IPv6. */
static void write_udp(const struct iptfs_outer_codec *wire, uint8_t *bytes, uint32_t octets)
{
    const struct iptfs_esp *esp = &wire->config.esp;
    uint8_t *udp = bytes + esp->ip_octets;
    iptfs_put16(udp, NAT_PORT);
    iptfs_put16(udp + 2, NAT_PORT);
    iptfs_put16(udp + 4, octets - esp->ip_octets);
    iptfs_put16(udp + 6, 0);
    if (esp->ip_octets == IPTFS_IPV6_HEADER_OCTETS)
        iptfs_put16(udp + 6, udp_checksum(bytes, udp, octets - esp->ip_octets));
}

static int encode_esp(struct iptfs_outer_codec *wire, const struct iptfs_outer *outer,
                      uint8_t *bytes)
{
    const struct iptfs_esp *esp = &wire->config.esp;
    uint32_t head = iptfs_esp_head_octets(esp);
    uint32_t least = head + IPTFS_ESP_TRAILER_OCTETS + esp->cipher->icv_octets;
    if (outer->ip_octets < least)
        return refuse(wire, IPTFS_E_UNBALANCED, "the packet is shorter than its headers");
    write_head(wire, outer, bytes);
    struct body body = write_body(wire, outer, bytes, bytes + head, outer->ip_octets - least);
    if (body.octets < 0)
        return body.octets;
    uint32_t octets = iptfs_esp_outer_octets(esp, (uint32_t)body.octets);
    if (octets != outer->ip_octets)
        return refuse(wire, IPTFS_E_UNBALANCED, "octets and size of the packet disagree");
    uint32_t sealed = write_trailer(esp, &body, bytes + head);
    if (wire->aead != NULL && !seal(wire, outer, bytes + head - esp->cipher->iv_octets, sealed))
        return refuse(wire, IPTFS_E_INVALID, "the cipher refuses");
    if (esp->encap->octets > 0)
        write_udp(wire, bytes, octets);
    return (int)octets;
}

int iptfs_outer_codec_encode(struct iptfs_outer_codec *wire, const struct iptfs_outer *outer,
                             uint8_t *bytes, size_t size)
{
    uint32_t most = UINT16_MAX;
    if (wire->config.esp.ip_octets == IPTFS_IPV6_HEADER_OCTETS || !wire->config.mode->encrypted)
        most += IPTFS_IPV6_HEADER_OCTETS;
    if (outer->ip_octets > most)
        return refuse(wire, IPTFS_E_TOO_BIG, "the packet is longer than IP allows");
    if (outer->ip_octets > size)
        return refuse(wire, IPTFS_E_SHORT, no_space);
    if (!wire->config.mode->encrypted) {
        int octets = encode_bare(wire, outer, bytes, size);
        if (octets >= 0 && (uint32_t)octets != outer->ip_octets)
            return refuse(wire, IPTFS_E_INVALID, "IP fragments without headers are no packets");
        return octets;
    }
    if (wire->config.esp.encap->octets > IPTFS_UDP_HEADER_OCTETS)
        return refuse(wire, IPTFS_E_INVALID, "of ESP in TCP only the sizes are known");
    if (!wire->config.esn && outer->seq > UINT32_MAX)
        return refuse(wire, IPTFS_E_TOO_BIG, "sequence numbers above 4294967295 need ESN");
    return encode_esp(wire, outer, bytes);
}

/* ------------------------------------------------------------------------------- decoding */

/* The number of 64 bits with these lower 32 bits that is nearest to `top`. */
static uint64_t infer_number(uint64_t top, uint32_t low)
{
    uint64_t number = (top & ~(uint64_t)UINT32_MAX) | low;
    const uint64_t wrap = UINT64_C(1) << 32, half = wrap / 2;
    if (number > top && number - top > half && number >= wrap)
        return number - wrap;
    if (number < top && top - number > half && number <= UINT64_MAX - wrap)
        return number + wrap;
    return number;
}

static bool decrypt(struct iptfs_outer_codec *wire, const struct iptfs_outer_codec_found *found,
                    const uint8_t *iv, uint8_t *plain, uint32_t octets, const uint8_t *icv)
{
    struct iptfs_aead_head head;
    if (wire->aead == NULL)
        return true;
    prepare_head(wire, found->spi, found->seq, iv, &head);
    return iptfs_aead_open(wire->aead, &head, plain, octets, icv);
}

static enum iptfs_outer_codec_verdict read_trailer(struct iptfs_outer_codec_found *found,
                                                   const uint8_t *plain, uint32_t octets)
{
    uint32_t pad = plain[octets - 2];
    if (pad + IPTFS_ESP_TRAILER_OCTETS > octets)
        return IPTFS_OUTER_CODEC_BAD_TRAILER;
    found->next_header = plain[octets - 1];
    found->pad_octets = (uint8_t)pad;
    found->payload = plain;
    found->payload_octets = octets - IPTFS_ESP_TRAILER_OCTETS - pad;
    return IPTFS_OUTER_CODEC_GOOD;
}

/* `esp` is the ESP packet, of `octets` octets. */
static enum iptfs_outer_codec_verdict open_esp(struct iptfs_outer_codec *wire, const uint8_t *esp,
                                               uint32_t octets, uint8_t *plain,
                                               struct iptfs_outer_codec_found *found)
{
    const struct iptfs_cipher *cipher = wire->config.esp.cipher;
    uint32_t head = IPTFS_ESP_HEADER_OCTETS + cipher->iv_octets;
    if (octets < head + IPTFS_ESP_TRAILER_OCTETS + cipher->icv_octets)
        return IPTFS_OUTER_CODEC_SHORT;
    found->spi = iptfs_get32(esp);
    found->seq = iptfs_get32(esp + 4);
    if (wire->spi_known && found->spi != wire->config.spi)
        return IPTFS_OUTER_CODEC_OTHER_SPI;
    if (!wire->spi_known)
        wire->config.spi = found->spi; /* the nonce depends on it */
    if (wire->config.esn)
        found->seq = infer_number(wire->top, (uint32_t)found->seq);
    uint32_t sealed = octets - head - cipher->icv_octets;
    IPTFS_ASSERT(sealed >= IPTFS_ESP_TRAILER_OCTETS);
    memcpy(plain, esp + head, sealed);
    if (!decrypt(wire, found, esp + IPTFS_ESP_HEADER_OCTETS, plain, sealed,
                 esp + octets - cipher->icv_octets))
        return IPTFS_OUTER_CODEC_BAD_ICV;
    enum iptfs_outer_codec_verdict verdict = read_trailer(found, plain, sealed);
    if (verdict != IPTFS_OUTER_CODEC_GOOD)
        return verdict;
    wire->spi_known = true;
    if (found->seq > wire->top)
        wire->top = found->seq;
    return verdict;
}

enum iptfs_outer_codec_verdict iptfs_outer_codec_decode(struct iptfs_outer_codec *wire,
                                                        const uint8_t *bytes, uint32_t octets,
                                                        uint8_t *plain,
                                                        struct iptfs_outer_codec_found *found)
{
    struct iptfs_outer_ip ip;
    enum iptfs_outer_codec_verdict verdict = iptfs_outer_ip_read(&ip, bytes, octets);
    *found = (struct iptfs_outer_codec_found){.ecn = ip.ecn, .protocol = ip.protocol};
    if (verdict != IPTFS_OUTER_CODEC_GOOD)
        return verdict;
    found->ip_octets = ip.end;
    return open_esp(wire, bytes + ip.esp_at, ip.end - ip.esp_at, plain, found);
}
