/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outer packets as octets: all modes and ciphers to the octet, known answers, and what is refused.
 */
#include "base/error.h"

#include "base/octets.h"
#include "base/units.h"
#include "packet/aggfrag.h"
#include "packet/ip_octets.h"
#include "sender/sender.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/samples.h"
#include "wire/inbound_sa.h"
#include "wire/outer_codec.h"

#include <stdio.h>
#include <string.h>

static uint8_t wire_bytes[IPTFS_OUTER_CODEC_MAX_OCTETS];
static uint8_t plain_bytes[IPTFS_OUTER_CODEC_MAX_OCTETS];

/* The sum of 16-bit words by RFC 1071, written apart from the model's. */
static uint32_t sum_words(const uint8_t *bytes, uint32_t octets)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < octets; i++) {
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return sum;
}

/* --------------------------------------------------------------------- inner packets' octets */

static const struct iptfs_octets made_up = {NULL, NULL};

static struct iptfs_inner hollow(unsigned version, uint32_t octets)
{
    return (struct iptfs_inner){
        .ip_version = (uint8_t)version, .octets = octets, .id = 0x54321, .flow = 6, .tos = 0xB8};
}

static void check_udp(const uint8_t *bytes, uint32_t octets, uint32_t header)
{
    uint32_t addresses = header == 20 ? 12 : 8;
    uint32_t sum = sum_words(bytes + addresses, octets - addresses) + 17 + (octets - header);
    CHECK_INT((sum & 0xFFFF) + (sum >> 16), 0xFFFF);
    CHECK_INT(iptfs_get16(bytes + header + 4), octets - header);
    CHECK_TRUE(iptfs_get16(bytes + header + 6) != 0);
}

static void check_made_up(unsigned version, uint32_t octets)
{
    struct iptfs_inner inner = hollow(version, octets);
    uint32_t header = version == 6 ? 40 : 20;
    CHECK_INT(iptfs_inner_copy(&made_up, &inner, inner.tos, 0, octets, plain_bytes), IPTFS_OK);
    CHECK_INT(iptfs_inner_total(plain_bytes, octets), octets);
    uint8_t protocol = plain_bytes[version == 6 ? 6 : 9];
    if (version == 4)
        CHECK_INT(sum_words(plain_bytes, 20), 0xFFFF);
    if (octets >= header + 8)
        check_udp(plain_bytes, octets, header);
    CHECK_INT(protocol, octets >= header + 8 ? 17 : version == 6 ? 59 : 253);
    inner.bytes = plain_bytes;
    inner.tos = 0;
    iptfs_inner_read_header(&inner);
    CHECK_INT(inner.tos, 0xB8);
    CHECK_INT(inner.id, version == 6 ? 0x54321 : 0x4321);
}

static void test_made_up_packets_are_valid(void)
{
    for (uint32_t octets = 20; octets < 700; octets++)
        check_made_up(4, octets);
    for (uint32_t octets = 40; octets < 700; octets++)
        check_made_up(6, octets);
    check_made_up(4, 65535);
    check_made_up(6, 65575);
    check_made_up(6, 65574);
}

static void test_pieces_are_those_of_the_whole(void)
{
    uint8_t whole[100], piece[100], own[100];
    sample_ip(own, 4, 100, 7);
    own[1] = 1; /* ECT(1) */
    iptfs_ipv4_seal(own, 20);
    for (int kind = 0; kind < 3; kind++) {
        struct iptfs_inner inner = hollow(kind == 0 ? 6 : 4, 100);
        inner.bytes = kind == 2 ? own : NULL;
        inner.tos = kind == 2 ? 3 : 0xB8;
        iptfs_inner_copy(&made_up, &inner, inner.tos, 0, 100, whole);
        for (uint32_t from = 0; from < 100; from++)
            for (uint32_t octets = 0; octets <= 100 - from; octets++) {
                memset(piece, 0xA5, sizeof piece);
                iptfs_inner_copy(&made_up, &inner, inner.tos, from, octets, piece);
                if (memcmp(piece, whole + from, octets) != 0 ||
                    (octets < 100 && piece[octets] != 0xA5))
                    CHECK_FAIL("kind %d: %u octets from %u are others", kind, octets, from);
            }
    }
}

/* A mark changes TOS and checksum, and nothing else; packets that are not capable keep theirs. */
static void test_marks_change_the_header(void)
{
    uint8_t own[60], marked[60];
    for (unsigned ecn = 0; ecn < 4; ecn++)
        for (uint32_t id = 0; id < 300; id++) {
            sample_ip(own, 4, sizeof own, id);
            own[1] = (uint8_t)(0x20 | ecn);
            iptfs_ipv4_seal(own, 20);
            struct iptfs_inner inner = {.bytes = own, .octets = sizeof own, .ip_version = 4};
            iptfs_inner_copy(NULL, &inner, 0x23, 0, sizeof own, marked);
            CHECK_INT(marked[1], ecn == 0 ? 0x20 : 0x23);
            CHECK_INT(sum_words(marked, 20), 0xFFFF);
            marked[1] = own[1];
            memcpy(marked + 10, own + 10, 2);
            CHECK_BYTES(marked, own, sizeof own);
        }
    sample_ip(own, 6, sizeof own, 1);
    own[0] = 0x6A;
    own[1] = (uint8_t)(0x10 | (own[1] & 0xF));
    struct iptfs_inner inner = {.bytes = own, .octets = sizeof own, .ip_version = 6};
    iptfs_inner_copy(NULL, &inner, 0xA3, 0, sizeof own, marked);
    CHECK_INT(marked[1], 0x30 | (own[1] & 0xF));
    marked[1] = own[1];
    CHECK_BYTES(marked, own, sizeof own);
}

static bool letters(void *ctx, const struct iptfs_inner *inner, uint32_t offset, uint32_t octets,
                    uint8_t *bytes)
{
    memcpy(bytes, (const uint8_t *)inner->handle + offset, octets);
    return ctx != NULL;
}

static void test_handles_are_asked_for_octets(void)
{
    uint8_t own[40], got[40];
    int ctx;
    sample_ip(own, 4, sizeof own, 3);
    struct iptfs_octets source = {letters, &ctx};
    struct iptfs_inner inner = {.handle = own, .octets = sizeof own, .ip_version = 4};
    CHECK_INT(iptfs_inner_copy(&source, &inner, 0, 0, 40, got), IPTFS_OK);
    CHECK_BYTES(got, own, 40);
    CHECK_INT(iptfs_inner_copy(&source, &inner, 0, 15, 9, got), IPTFS_OK);
    CHECK_BYTES(got, own + 15, 9);
    source.ctx = NULL;
    CHECK_INT(iptfs_inner_copy(&source, &inner, 0, 0, 40, got), IPTFS_E_INVALID);
    CHECK_INT(iptfs_inner_copy(NULL, &inner, 0, 0, 40, got), IPTFS_E_INVALID);
}

/* -------------------------------------------------------------------------- all modes, ciphers */

/* A sender whose outer packets are written, checked, and read again by an inbound SA. */
struct pass {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_sender sender;
    struct iptfs_congestion congestion;
    struct iptfs_outer_codec wire;
    struct iptfs_inbound_sa *inbound;
    const struct iptfs_inner *sent[400]; /* each with a reference of ours */
    uint32_t count;
    uint32_t delivered;
    uint32_t outers;
};

static struct iptfs_inbound_sa inbound_memory;

static struct iptfs_outer_codec_config wire_config(const struct iptfs_mode *mode,
                                                   const char *cipher, int version, bool esn)
{
    struct iptfs_outer_codec_config config = {
        .mode = mode,
        .spi = 0x1000,
        .esn = esn,
        .source = {192, 0, 2, 1},
        .destination = {198, 51, 100, 1},
        .key = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
        .salt = {0xCA, 0xFE, 0xBA, 0xBE},
    };
    iptfs_esp_init(&config.esp, iptfs_cipher_named(cipher), version);
    config.key_octets =
        config.esp.cipher->key_octets[0] + 0u + config.esp.cipher->authentication_octets;
    return config;
}

/* Ports 4500; the checksum is 0 over IPv4, and right over IPv6. */
static void check_outer_udp(const uint8_t *bytes, uint32_t octets, int version)
{
    const uint32_t head = version == 6 ? 40 : 20;
    const uint8_t *udp = bytes + head;
    uint32_t sum = 0xFFFF;
    bool good = iptfs_get16(udp) == 4500 && iptfs_get16(udp + 2) == 4500 &&
                iptfs_get16(udp + 4) == octets - head;
    if (version == 6)
        sum = iptfs_checksum_add(iptfs_checksum_add(octets - head + 17, bytes + 8, 32), udp,
                                 octets - head);
    else
        good = good && iptfs_get16(udp + 6) == 0;
    if (!good || iptfs_checksum_end(sum) != 0)
        CHECK_FAIL("bad UDP header of a packet of %u octets", octets);
}

static void check_outer_header(const struct iptfs_esp *esp, const uint8_t *bytes, uint32_t octets)
{
    int version = esp->ip_octets == 40 ? 6 : 4, protocol = esp->encap->octets > 0 ? 17 : 50;
    if (protocol == 17)
        check_outer_udp(bytes, octets, version);
    if (version == 6) {
        CHECK_INT(bytes[0] >> 4, 6);
        CHECK_INT(iptfs_get16(bytes + 4), octets - 40);
        CHECK_INT(bytes[6], protocol);
        return;
    }
    CHECK_INT(bytes[0], 0x45);
    CHECK_INT(iptfs_get16(bytes + 2), octets);
    CHECK_INT(sum_words(bytes, 20), 0xFFFF);
    CHECK_INT(bytes[9], protocol);
}

static void write_and_read(void *ctx, int64_t now_ps, struct iptfs_outer *outer)
{
    struct pass *pass = ctx;
    const struct iptfs_outer_codec_config *config = &pass->wire.config;
    int octets = iptfs_outer_codec_encode(&pass->wire, outer, wire_bytes, sizeof wire_bytes);
    if (!CHECK_INT(octets, outer->ip_octets))
        printf("%s: %s\n", config->mode->name, pass->wire.why);
    if (octets > 0 && config->mode->encrypted)
        check_outer_header(&config->esp, wire_bytes, (uint32_t)octets);
    if (octets > 0 && pass->inbound != NULL)
        CHECK_INT(iptfs_inbound_sa_input(pass->inbound, now_ps, wire_bytes, (uint32_t)octets),
                  IPTFS_OUTER_CODEC_GOOD);
    if (octets > 0 && !config->mode->encrypted) {
        CHECK_INT(iptfs_inner_total(wire_bytes, (uint32_t)octets), octets);
        if (wire_bytes[0] >> 4 == 4)
            CHECK_INT(sum_words(wire_bytes, 20), 0xFFFF);
    }
    pass->outers++;
    iptfs_outer_processed(&pass->store, outer);
}

/* Without fragments each delivered packet is the next one sent, to the octet. */
static void compare_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct pass *pass = ctx;
    (void)now_ps, (void)again;
    const struct iptfs_inner *sent = pass->sent[pass->delivered++];
    if (!CHECK_INT(inner->octets, sent->octets))
        printf("%s, packet %u\n", pass->wire.config.mode->name, pass->delivered);
    iptfs_inner_copy(&made_up, sent, sent->tos, 0, sent->octets, plain_bytes);
    CHECK_BYTES(inner->bytes, plain_bytes, sent->octets);
}

static void note_arrival(void *ctx, struct iptfs_inner *inner)
{
    struct pass *pass = ctx;
    inner->refs++;
    pass->sent[pass->count++] = inner;
}

static struct iptfs_sender_config sender_config(const struct iptfs_outer_codec_config *wire)
{
    struct iptfs_sender_config config = plain_sender();
    config.mode = wire->mode;
    config.esp = wire->esp;
    config.pkt_size_octets =
        wire->mode->fixed_size ? iptfs_esp_fixed_octets(&wire->esp, 0, 600) : 0;
    config.max_queue_size_octets = UINT32_MAX;
    config.ip_fragment_headers = true;
    config.slot_numerator = IPTFS_PS_PER_MS;
    config.slot_denominator = 1;
    config.tfc_pad_octets = strcmp(wire->mode->name, "esp") == 0 ? 300 : 0;
    return config;
}

static void open_pass(struct pass *pass, const struct iptfs_outer_codec_config *wire)
{
    struct iptfs_sender_config config = sender_config(wire);
    bool readable = wire->mode->encrypted && !wire->mode->transport;
    memset(pass, 0, sizeof *pass);
    iptfs_store_init(&pass->store);
    CHECK_INT(
        iptfs_sender_init(&pass->sender, &config, &pass->store, &pass->counters, &pass->trace),
        IPTFS_OK);
    if (wire->mode->congestion) {
        struct iptfs_tfrc_config tfrc = {.packet_octets = 600, .rtt_ps = IPTFS_PS_PER_MS};
        iptfs_congestion_init(&pass->congestion, &tfrc, 0);
        iptfs_sender_set_congestion(&pass->sender, &pass->congestion);
    }
    CHECK_INT(iptfs_outer_codec_init(&pass->wire, wire), IPTFS_OK);
    pass->sender.hooks =
        (struct iptfs_sender_hooks){.send = write_and_read, .arrived = note_arrival, .ctx = pass};
    if (!readable)
        return;
    /* Without feedback TFRC soon sends a packet a minute. */
    struct iptfs_receiver_config receiver = {.reorder_window = 3,
                                             .drop_time_ps = 10000 * IPTFS_PS_PER_S};
    pass->inbound = &inbound_memory;
    CHECK_INT(iptfs_inbound_sa_init(pass->inbound, wire, &receiver), IPTFS_OK);
    iptfs_inbound_sa_deliver_to(pass->inbound, compare_delivered, pass);
}

static void close_pass(struct pass *pass)
{
    for (uint32_t i = 0; i < pass->count; i++)
        iptfs_inner_unref(&pass->store, (struct iptfs_inner *)(uintptr_t)pass->sent[i]);
    iptfs_sender_clear(&pass->sender);
    iptfs_outer_codec_free(&pass->wire);
    iptfs_store_free(&pass->store);
    if (pass->inbound == NULL)
        return;
    CHECK_INT(iptfs_inbound_sa_close(pass->inbound), IPTFS_OK);
    iptfs_inbound_sa_free(pass->inbound);
}

/* Whether this packet may be sent in this mode: plain ESP does not cut IPv6. */
static uint32_t longest(const struct iptfs_outer_codec_config *wire, unsigned version)
{
    if (wire->mode->aggfrag)
        return version == 6 ? 65575 : 65535;
    return wire->mode->packer == &iptfs_packer_none || wire->mode->packer == &iptfs_packer_esp
               ? (version == 6 ? 1200 : 4000)
               : 500;
}

static void run_mode(const struct iptfs_outer_codec_config *wire, bool cut)
{
    struct pass pass;
    struct dice dice = {wire->esp.ip_octets};
    bool transport = wire->mode->transport;
    open_pass(&pass, wire);
    for (uint32_t i = 0; i < 120; i++) {
        unsigned version = dice_percent(&dice, 50) ? 6 : 4;
        if (transport)
            version = wire->esp.ip_octets == 40 ? 6 : 4;
        uint32_t most = i % 40 == 39 && cut ? longest(wire, version) : 400;
        struct iptfs_arrival arrival =
            arrival_of((int64_t)i * IPTFS_PS_PER_MS,
                       (uint32_t)dice_between(&dice, version == 6 ? 40 : 20, most), i);
        if (i % 40 == 39 && cut)
            arrival.octets = most;
        arrival.ip_version = (uint8_t)version;
        iptfs_sender_wake(&pass.sender, arrival.at_ps);
        iptfs_sender_offer(&pass.sender, &arrival);
        iptfs_sender_wake(&pass.sender, arrival.at_ps);
    }
    for (int i = 0;
         i < 3000 && (pass.sender.queue.head != NULL || pass.sender.packer.partial != NULL); i++)
        iptfs_sender_wake(&pass.sender, iptfs_sender_next_ps(&pass.sender));
    CHECK_TRUE(pass.outers > 0);
    CHECK_TRUE(pass.sender.queue.head == NULL);
    if (pass.inbound != NULL && !(cut && !wire->mode->aggfrag))
        CHECK_INT(pass.delivered, pass.count);
    close_pass(&pass);
}

static void test_all_modes_have_the_models_sizes(void)
{
    const struct iptfs_mode *mode;
    for (unsigned i = 0; (mode = iptfs_mode_at(i)) != NULL; i++)
        for (unsigned variant = 0; variant < 8; variant++) {
            struct iptfs_outer_codec_config wire = wire_config(
                mode, iptfs_cipher_at(variant & 3)->name, variant & 4 ? 6 : 4, (variant & 2) != 0);
            wire.esp.encap = iptfs_encap_at((variant ^ variant >> 2) & 1);
            run_mode(&wire, false);
            if (mode->with_rate != NULL) {
                wire.mode = mode->with_rate;
                run_mode(&wire, false);
            }
        }
}

/* The upper half of the number is authenticated and not sent: with ESN no packet is longer. */
static void test_esn_changes_no_size(void)
{
    const struct iptfs_cipher *cipher;
    for (unsigned i = 0; (cipher = iptfs_cipher_at(i)) != NULL; i++) {
        uint8_t packets[2][200];
        int octets[2];
        for (int esn = 0; esn < 2; esn++) {
            struct iptfs_outer_codec_config config =
                wire_config(iptfs_mode_at(0), cipher->name, 4, esn == 1);
            struct iptfs_outer outer = {.seq = 7, .pad_octets = 96};
            struct iptfs_outer_codec wire;
            outer.ip_octets = iptfs_esp_outer_octets(&config.esp, 100);
            CHECK_INT(iptfs_outer_codec_init(&wire, &config), IPTFS_OK);
            octets[esn] =
                iptfs_outer_codec_encode(&wire, &outer, packets[esn], sizeof packets[esn]);
            iptfs_outer_codec_free(&wire);
        }
        CHECK_TRUE(octets[0] > 100);
        CHECK_INT(octets[0], octets[1]);
        /* But for the ICV, all octets are the same too. */
        CHECK_BYTES(packets[0], packets[1], (uint32_t)octets[0] - cipher->icv_octets);
        CHECK_INT(memcmp(packets[0], packets[1], (size_t)octets[0]) != 0, cipher->icv_octets > 0);
    }
}

static void test_esp_in_tcp_has_sizes_only(void)
{
    struct iptfs_outer_codec_config config = wire_config(iptfs_mode_at(0), "null", 4, false);
    struct iptfs_outer_codec wire;
    config.esp.encap = iptfs_encap_at(2);
    struct iptfs_outer outer = {.seq = 7, .pad_octets = 96};
    outer.ip_octets = iptfs_esp_outer_octets(&config.esp, 100);
    CHECK_INT(iptfs_outer_codec_init(&wire, &config), IPTFS_OK);
    CHECK_INT(iptfs_outer_codec_encode(&wire, &outer, wire_bytes, sizeof wire_bytes),
              IPTFS_E_INVALID);
    CHECK_STR(wire.why, "of ESP in TCP only the sizes are known");
    iptfs_outer_codec_free(&wire);
}

static void test_large_packets_in_pieces(void)
{
    static const char *const modes[] = {"on-demand", "fixed-rate"};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct iptfs_outer_codec_config wire =
            wire_config(iptfs_mode_named(modes[i]), "aes-gcm-16", 4, false);
        run_mode(&wire, true);
    }
}

/* IP fragments leave an SA of plain ESP as they are: valid packets that add up to the whole. */
struct fragments {
    uint8_t whole[4000];
    uint32_t got;
    uint32_t pieces;
    bool last;
    uint8_t tos;
};

static void take_fragment(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct fragments *fragments = ctx;
    (void)now_ps, (void)again;
    const uint8_t *bytes = inner->bytes;
    uint32_t place = (iptfs_get16(bytes + 6) & 0x1FFF) * 8;
    CHECK_INT(sum_words(bytes, 20), 0xFFFF);
    CHECK_INT(iptfs_get16(bytes + 2), inner->octets);
    if (place == 0)
        memcpy(fragments->whole, bytes, 20);
    memcpy(fragments->whole + 20 + place, bytes + 20, inner->octets - 20);
    fragments->got += inner->octets - 20;
    fragments->pieces++;
    fragments->tos = inner->tos;
    fragments->last |= (iptfs_get16(bytes + 6) & 0x2000) == 0;
}

static void test_ip_fragments_add_up(void)
{
    struct pass pass;
    struct fragments fragments = {.got = 0};
    struct iptfs_outer_codec_config wire = wire_config(iptfs_mode_named("esp"), "null", 4, false);
    struct iptfs_arrival arrival = arrival_of(0, 4000, 9);
    open_pass(&pass, &wire);
    iptfs_inbound_sa_deliver_to(pass.inbound, take_fragment, &fragments);
    iptfs_sender_offer(&pass.sender, &arrival);
    iptfs_sender_wake(&pass.sender, 0);
    CHECK_INT(fragments.pieces, 3);
    CHECK_INT(fragments.got, 3980);
    CHECK_TRUE(fragments.last);
    iptfs_inner_copy(&made_up, pass.sent[0], 0, 0, 4000, plain_bytes);
    CHECK_BYTES(fragments.whole + 20, plain_bytes + 20, 3980);
    close_pass(&pass);
}

/* --------------------------------------------------------------------------- known answers */

static uint32_t from_hex(const char *hex, uint8_t *bytes)
{
    uint32_t octets = 0;
    unsigned octet;
    for (; sscanf(hex, "%2x", &octet) == 1; hex += 2)
        bytes[octets++] = (uint8_t)octet;
    return octets;
}

/* Key, salt, IV, text and result of draft-mcgrew-gcm-test-01: AES-128, a number of 64 bits, of
 * which the lower half, on the wire, is 0. */
static void test_known_answer_with_esn(void)
{
    static const char key[] = "4c80cdefbb5d10da906ac73c3613a634";
    static const char esp[] = "00004321000000004956ed7e3b244cfe"
                              "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34"
                              "cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5ff6247aeabb786b93bce"
                              "61bc17d768fd9732459018148f6cbe722fd04796562dfdb4";
    static const char inner[] = "45000048699a000080114db7c0a80102c0a801010a9bf15638d3010000010000"
                                "00000000045f736970045f756470037369700963796265726369747902646b00"
                                "0021000101020201";
    uint8_t packet[200] = {0x45, 0, 0, 0, 0, 0, 0, 0, 64, 50}, expected[100];
    struct iptfs_outer_codec_config config =
        wire_config(iptfs_mode_named("esp"), "aes-gcm-16", 4, true);
    struct iptfs_outer_codec_found found;
    struct iptfs_outer_codec wire;
    config.spi = 0x4321;
    from_hex(key, config.key);
    from_hex("2e443b68", config.salt);
    uint32_t octets = 20 + from_hex(esp, packet + 20);
    packet[3] = (uint8_t)octets;
    CHECK_INT(iptfs_outer_codec_init(&wire, &config), IPTFS_OK);
    wire.top = UINT64_C(0x87654320FFFFFF00);
    CU_ASSERT_EQUAL_FATAL(iptfs_outer_codec_decode(&wire, packet, octets, plain_bytes, &found),
                          IPTFS_OUTER_CODEC_GOOD);
    CHECK_U64(found.seq, UINT64_C(0x8765432100000000));
    CHECK_INT(found.payload_octets, 68);
    CHECK_INT(found.next_header, 1);
    CHECK_INT(from_hex(inner, expected), 72);
    CHECK_BYTES(found.payload, expected, 68);
    for (uint32_t at = 20; at < octets; at++) { /* every octet counts */
        packet[at] ^= 0x10;
        enum iptfs_outer_codec_verdict verdict =
            iptfs_outer_codec_decode(&wire, packet, octets, plain_bytes, &found);
        if (verdict != (at < 24 ? IPTFS_OUTER_CODEC_OTHER_SPI : IPTFS_OUTER_CODEC_BAD_ICV))
            CHECK_FAIL("a change of octet %u gives %d", at, verdict);
        packet[at] ^= 0x10;
    }
    iptfs_outer_codec_free(&wire);
}

/* Written by hand: IPv4, ESP, AGGFRAG; one packet, 4 octets of padding; ESP's own padding. */
static void test_outer_packet_to_the_octet(void)
{
    static const char expected[] = "450000640007400040 32 4e2b c0000201 c6336401"
                                   "00001000 00000007"
                                   "00 00 0000";
    uint8_t head[40], inner[60];
    char hex[120];
    size_t length = 0;
    for (const char *at = expected; *at != '\0'; at++)
        if (*at != ' ')
            hex[length++] = *at;
    hex[length] = '\0';
    struct iptfs_outer_codec_config config = wire_config(iptfs_mode_at(0), "null", 4, false);
    struct iptfs_store store;
    struct iptfs_outer_codec wire;
    iptfs_store_init(&store);
    CHECK_INT(iptfs_outer_codec_init(&wire, &config), IPTFS_OK);
    sample_ip(inner, 4, 60, 1);
    struct iptfs_outer *outer = iptfs_outer_new(&store);
    struct iptfs_inner *packet = sample_inner(&store, inner, 60);
    outer->seq = 7;
    iptfs_outer_add(outer, packet, 0, 60);
    outer->ip_octets = 100;
    outer->pad_octets = 4;
    CHECK_INT(iptfs_outer_codec_encode(&wire, outer, wire_bytes, sizeof wire_bytes), 100);
    CHECK_INT(from_hex(hex, head), 32);
    CHECK_BYTES(wire_bytes, head, 32);
    CHECK_BYTES(wire_bytes + 32, inner, 60);
    const uint8_t tail[] = {0, 0, 0, 0, 1, 2, 2, 144};
    CHECK_BYTES(wire_bytes + 92, tail, 8);
    iptfs_inner_unref(&store, packet);
    iptfs_outer_processed(&store, outer);
    iptfs_store_free(&store);
    iptfs_outer_codec_free(&wire);
}

/* ----------------------------------------------------------------------------- refusals */

static void test_what_cannot_be_written_is_refused(void)
{
    struct iptfs_outer_codec_config config = wire_config(iptfs_mode_at(0), "null", 4, false);
    struct iptfs_store store;
    struct iptfs_outer_codec wire;
    iptfs_store_init(&store);
    iptfs_outer_codec_init(&wire, &config);
    struct iptfs_outer *outer = iptfs_outer_new(&store);
    struct iptfs_inner *inner = sample_hollow(&store, 65575, 1);
    inner->ip_version = 6;
    outer->seq = 1;
    outer->block_offset = 65555;
    iptfs_outer_add(outer, inner, 20, 20);
    outer->ip_octets = iptfs_esp_outer_octets(&config.esp, 24);
    CHECK_INT(iptfs_outer_codec_encode(&wire, outer, wire_bytes, sizeof wire_bytes),
              IPTFS_E_TOO_BIG);
    CHECK_TRUE(strstr(wire.why, "BlockOffset") != NULL);
    outer->block_offset = 65535;
    CHECK_INT(iptfs_outer_codec_encode(&wire, outer, wire_bytes, sizeof wire_bytes),
              outer->ip_octets);
    CHECK_INT(iptfs_outer_codec_encode(&wire, outer, wire_bytes, outer->ip_octets - 1),
              IPTFS_E_SHORT);
    outer->seq = UINT64_C(1) << 32;
    CHECK_INT(iptfs_outer_codec_encode(&wire, outer, wire_bytes, sizeof wire_bytes),
              IPTFS_E_TOO_BIG);
    CHECK_TRUE(strstr(wire.why, "ESN") != NULL);
    outer->seq = 1;
    outer->ip_octets += 4;
    CHECK_INT(iptfs_outer_codec_encode(&wire, outer, wire_bytes, sizeof wire_bytes),
              IPTFS_E_UNBALANCED);
    outer->ip_octets = 65536;
    CHECK_INT(iptfs_outer_codec_encode(&wire, outer, wire_bytes, sizeof wire_bytes),
              IPTFS_E_TOO_BIG);
    iptfs_inner_unref(&store, inner);
    iptfs_outer_processed(&store, outer);
    iptfs_store_free(&store);
    iptfs_outer_codec_free(&wire);
    config = wire_config(iptfs_mode_at(0), "aes-gcm-16", 4, false);
    config.key_octets = 20;
    CHECK_INT(iptfs_outer_codec_init(&wire, &config), IPTFS_E_INVALID);
    iptfs_outer_codec_free(&wire);
}

/* What a packet of this mode gives: its octets, or the code, and `why` what the codec says. */
static int encode_one(const char *mode, const struct iptfs_octets *source,
                      struct iptfs_outer *outer, size_t size, const char *why)
{
    struct iptfs_outer_codec_config config = wire_config(iptfs_mode_named(mode), "null", 4, false);
    struct iptfs_outer_codec wire;
    CHECK_INT(iptfs_outer_codec_init(&wire, &config), IPTFS_OK);
    wire.octets = *source;
    outer->seq = 1;
    int code = iptfs_outer_codec_encode(&wire, outer, wire_bytes, size);
    if (strstr(wire.why, why) == NULL || (*why == '\0' && *wire.why != '\0'))
        CHECK_FAIL("%s: '%s' has not '%s'", mode, wire.why, why);
    iptfs_outer_codec_free(&wire);
    return code;
}

static bool unknown(void *ctx, const struct iptfs_inner *inner, uint32_t offset, uint32_t octets,
                    uint8_t *bytes)
{
    (void)ctx, (void)inner, (void)offset, (void)octets, (void)bytes;
    return false;
}

/* Packets whose octets are not known, of each way to write them. */
static void test_unknown_octets_are_refused(void)
{
    static const char why[] = "octets of an inner packet are not known";
    static const char *const modes[] = {"on-demand", "esp", "esp-transport", "none"};
    const struct iptfs_octets source = {unknown, NULL};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct iptfs_inner inner = hollow(4, 100);
        struct iptfs_outer outer = {.ip_octets = 200, .refs = 1};
        inner.handle = &inner;
        iptfs_outer_add(&outer, &inner, 0, 100);
        CHECK_INT(encode_one(modes[i], &source, &outer, sizeof wire_bytes, why), IPTFS_E_INVALID);
    }
}

/* A packet that is shorter than what is in it. */
static void test_packets_too_short_are_refused(void)
{
    static const struct {
        const char *mode;
        uint32_t octets, pad_octets;
        int code;
        const char *why;
    } cases[] = {
        {"on-demand", 20, 0, IPTFS_E_UNBALANCED, "shorter than its headers"},
        {"on-demand", 90, 0, IPTFS_E_SHORT, "too small"},
        {"esp", 90, 0, IPTFS_E_SHORT, "too small"},
        {"esp", 140, 60, IPTFS_E_SHORT, "too small"},
        {"esp", 140, 0, IPTFS_E_UNBALANCED, "disagree"},
        {"none", 90, 0, IPTFS_E_INVALID, "no packets"},
        {"none", 100, 0, 100, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct iptfs_inner inner = hollow(4, 100);
        struct iptfs_outer outer = {
            .ip_octets = cases[i].octets, .pad_octets = cases[i].pad_octets, .refs = 1};
        iptfs_outer_add(&outer, &inner, 0, 100);
        CHECK_INT(encode_one(cases[i].mode, &made_up, &outer, sizeof wire_bytes, cases[i].why),
                  cases[i].code);
    }
    struct iptfs_inner inner = hollow(4, 100);
    struct iptfs_outer outer = {.ip_octets = 60, .refs = 1}; /* less than the piece in it */
    iptfs_outer_add(&outer, &inner, 0, 100);
    CHECK_INT(encode_one("none", &made_up, &outer, 60, "too small"), IPTFS_E_SHORT);
}

/* Transport mode and packets without ESP have no octets for fragments and dummies. */
static void test_modes_without_fragments_refuse_them(void)
{
    struct iptfs_outer empty = {.ip_octets = 60, .refs = 1};
    struct iptfs_inner inner = hollow(4, 100), v6 = hollow(6, 100);
    struct iptfs_outer part = {.ip_octets = 80, .refs = 1}, other = {.ip_octets = 120, .refs = 1};
    iptfs_outer_add(&part, &inner, 0, 48);
    iptfs_outer_add(&other, &v6, 0, 100);
    CHECK_INT(encode_one("esp-transport", &made_up, &empty, 60, "whole inner packets only"),
              IPTFS_E_INVALID);
    CHECK_INT(encode_one("esp-transport", &made_up, &part, 80, "whole inner packets only"),
              IPTFS_E_INVALID);
    CHECK_INT(encode_one("esp-transport", &made_up, &other, 120, "IP version"), IPTFS_E_INVALID);
    CHECK_INT(encode_one("none", &made_up, &empty, 60, "no packets"), IPTFS_E_INVALID);
}

/* An IPv4 header with options is not cut: each option says whether it goes into all fragments. */
static void test_fragments_with_options_are_refused(void)
{
    uint8_t bytes[100];
    struct iptfs_inner inner = hollow(4, sizeof bytes);
    struct iptfs_outer outer = {.ip_octets = 92, .refs = 1};
    sample_ip(bytes, 4, sizeof bytes, 5);
    bytes[0] = 0x46;
    inner.bytes = bytes;
    iptfs_outer_add(&outer, &inner, 0, 60);
    CHECK_INT(encode_one("esp", &made_up, &outer, sizeof wire_bytes, "without options"),
              IPTFS_E_INVALID);
}

/* The upper half of a number is inferred across the wrap, in both directions. */
static void test_numbers_of_64_bits_wrap(void)
{
    static const uint64_t numbers[] = {1,          UINT32_MAX - 1u,   UINT64_C(1) << 32 | 5,
                                       UINT32_MAX, UINT64_C(1) << 32, UINT64_C(2) << 32};
    struct iptfs_outer_codec_config config = wire_config(iptfs_mode_at(0), "aes-gcm-16", 4, true);
    struct iptfs_outer_codec out, in;
    struct iptfs_outer_codec_found found;
    struct iptfs_outer outer = {.ip_octets = iptfs_esp_outer_octets(&config.esp, 4)};
    iptfs_outer_codec_init(&out, &config);
    iptfs_outer_codec_init(&in, &config);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        outer.seq = numbers[i];
        /* Too far to infer: the receiver has followed in between. */
        if (numbers[i] > in.top + (UINT64_C(1) << 31))
            in.top = numbers[i] - 1000;
        int octets = iptfs_outer_codec_encode(&out, &outer, wire_bytes, sizeof wire_bytes);
        CHECK_INT(iptfs_outer_codec_decode(&in, wire_bytes, (uint32_t)octets, plain_bytes, &found),
                  IPTFS_OUTER_CODEC_GOOD);
        CHECK_U64(found.seq, numbers[i]);
    }
    iptfs_outer_codec_free(&out);
    iptfs_outer_codec_free(&in);
}

static void ignore(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    (void)now_ps, (void)again;
    *(uint32_t *)ctx += inner->octets > 0;
}

/* Random octets, and good packets with changes: whatever is received, all packets are accounted
 * for. */
static void test_garbage_does_no_harm(void)
{
    struct dice dice = {42};
    uint32_t delivered = 0;
    uint8_t packet[300];
    for (int round = 0; round < 4; round++) {
        const char *mode = round % 2 == 0 ? "on-demand" : "esp";
        struct iptfs_outer_codec_config config =
            wire_config(iptfs_mode_named(mode), "null", 4, false);
        struct iptfs_receiver_config receiver = {.reorder_window = 3,
                                                 .drop_time_ps = IPTFS_PS_PER_MS,
                                                 .ecn_decap = (enum iptfs_ecn_decap)(round % 3),
                                                 .immediate = round == 2};
        CHECK_INT(iptfs_inbound_sa_init(&inbound_memory, &config, &receiver), IPTFS_OK);
        iptfs_inbound_sa_deliver_to(&inbound_memory, ignore, &delivered);
        for (int i = 0; i < 20000; i++) {
            uint32_t octets = (uint32_t)dice_between(&dice, 0, sizeof packet);
            for (uint32_t at = 0; at < octets; at++)
                packet[at] = (uint8_t)dice_next(&dice);
            const uint8_t head[] = {0x45,
                                    3,
                                    (uint8_t)(octets >> 8),
                                    (uint8_t)octets,
                                    0,
                                    0,
                                    0,
                                    0,
                                    64,
                                    50,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0x10,
                                    0,
                                    0,
                                    0,
                                    (uint8_t)dice_between(&dice, 0, 255), /* the number */
                                    (uint8_t)dice_between(&dice, 0, 255),
                                    0,
                                    0,
                                    0};
            if (octets > 40 && i % 8 != 0) {
                memcpy(packet, head, sizeof head);
                packet[31] = (uint8_t)dice_between(&dice, 0, 64);
                packet[32] = (uint8_t)(dice_percent(&dice, 50) ? 0x45 : 0x60);
                packet[octets - 1] = round % 2 == 0 ? 144 : 4;
                packet[octets - 2] = (uint8_t)dice_between(&dice, 0, 4);
            }
            iptfs_inbound_sa_input(&inbound_memory, (int64_t)i * IPTFS_PS_PER_US, packet, octets);
        }
        CHECK_TRUE(inbound_memory.verdicts[IPTFS_OUTER_CODEC_GOOD] > 1000);
        CHECK_INT(iptfs_inbound_sa_close(&inbound_memory), IPTFS_OK);
        iptfs_inbound_sa_free(&inbound_memory);
    }
    CHECK_TRUE(delivered > 0);
}

/* A mark on any of the outer packets that brought an inner one comes out on it. */
static void test_marks_pass_on_to_octets(void)
{
    for (int marked = 0; marked < 3; marked++) {
        struct iptfs_outer_codec_config config = wire_config(iptfs_mode_at(0), "null", 4, false);
        struct iptfs_receiver_config receiver = {
            .reorder_window = 3,
            .drop_time_ps = IPTFS_PS_PER_S,
            .ecn_decap = marked != 2 ? IPTFS_ECN_DECAP_MARK : IPTFS_ECN_DECAP_NOTHING};
        struct iptfs_inner inner = hollow(4, 200);
        struct fragments got = {.got = 0};
        struct iptfs_store store;
        struct iptfs_outer_codec wire;
        iptfs_store_init(&store);
        iptfs_outer_codec_init(&wire, &config);
        iptfs_inbound_sa_init(&inbound_memory, &config, &receiver);
        iptfs_inbound_sa_deliver_to(&inbound_memory, take_fragment, &got);
        inner.tos = 2;
        inner.refs = 1;
        for (uint32_t i = 0; i < 2; i++) {
            struct iptfs_outer outer = {.seq = i + 1, .block_offset = i * 100, .refs = 1};
            iptfs_outer_add(&outer, &inner, i * 100, 100);
            outer.ip_octets = iptfs_esp_outer_octets(&config.esp, 104);
            outer.ecn = marked == (int)i || marked == 2 ? 3 : 2;
            int octets = iptfs_outer_codec_encode(&wire, &outer, wire_bytes, sizeof wire_bytes);
            iptfs_inbound_sa_input(&inbound_memory, 0, wire_bytes, (uint32_t)octets);
        }
        CHECK_INT(got.pieces, 1);
        CHECK_INT(got.whole[1], 2); /* the octets are those that came; iptfs_inner_copy marks */
        CHECK_INT(got.tos, marked == 2 ? 2 : 3);
        CHECK_INT(inbound_memory.store.ledger.delivered.pkts, 1);
        CHECK_INT(iptfs_inbound_sa_close(&inbound_memory), IPTFS_OK);
        iptfs_inbound_sa_free(&inbound_memory);
        iptfs_outer_codec_free(&wire);
        iptfs_store_free(&store);
    }
}

/* One label for each SA, spread evenly over 16 classes: chi-square with 15 degrees of freedom stays
 * below 37.7 in 99.9 % of all cases. */
static void test_flow_labels_are_of_the_sa(void)
{
    enum {
        SAS = 4096,
        CLASSES = 16
    };
    struct iptfs_outer_codec_config config = wire_config(iptfs_mode_at(0), "null", 6, false);
    uint32_t counts[CLASSES] = {0}, same = 0;
    double deviation = 0;
    CHECK_U64(iptfs_outer_codec_flow_label(&config, 3), 0);
    config.flow_label = 0xABCDE;
    CHECK_U64(iptfs_outer_codec_flow_label(&config, 3), 0xABCDE);
    config.flow_label = IPTFS_FLOW_LABEL_RANDOM;
    for (uint32_t sa = 0; sa < SAS; sa++) {
        uint32_t label = iptfs_outer_codec_flow_label(&config, sa);
        CHECK_TRUE(label > 0 && label <= 0xFFFFF);
        same += label == iptfs_outer_codec_flow_label(&config, sa + 1);
        counts[label >> 16]++;
    }
    for (int i = 0; i < CLASSES; i++) {
        double more = (double)counts[i] - (double)SAS / CLASSES;
        deviation += more * more / ((double)SAS / CLASSES);
    }
    CHECK_U64(same, 0);
    CHECK_TRUE(deviation < 37.7);
    uint32_t label = iptfs_outer_codec_flow_label(&config, 0);
    config.destination[15] ^= 1;
    CHECK_TRUE(iptfs_outer_codec_flow_label(&config, 0) != label);
}

const CU_TestInfo iptfs_tests_outer_codec[] = {
    {"made-up packets are valid", test_made_up_packets_are_valid},
    {"pieces are those of the whole", test_pieces_are_those_of_the_whole},
    {"marks change the header", test_marks_change_the_header},
    {"handles are asked for octets", test_handles_are_asked_for_octets},
    {"all modes have the model's sizes", test_all_modes_have_the_models_sizes},
    {"ESN changes no size", test_esn_changes_no_size},
    {"ESP in TCP has sizes only", test_esp_in_tcp_has_sizes_only},
    {"large packets in pieces", test_large_packets_in_pieces},
    {"IP fragments add up", test_ip_fragments_add_up},
    {"known answer with ESN", test_known_answer_with_esn},
    {"outer packet to the octet", test_outer_packet_to_the_octet},
    {"what cannot be written is refused", test_what_cannot_be_written_is_refused},
    {"unknown octets are refused", test_unknown_octets_are_refused},
    {"packets too short are refused", test_packets_too_short_are_refused},
    {"modes without fragments refuse them", test_modes_without_fragments_refuse_them},
    {"fragments with options are refused", test_fragments_with_options_are_refused},
    {"numbers of 64 bits wrap", test_numbers_of_64_bits_wrap},
    {"garbage does no harm", test_garbage_does_no_harm},
    {"marks pass on to octets", test_marks_pass_on_to_octets},
    {"flow labels are of the SA", test_flow_labels_are_of_the_sa},
    CU_TEST_INFO_NULL,
};
