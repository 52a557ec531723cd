/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An incoming SA that takes octets: what it refuses, counts, orders and delivers. */
#include "wire/inbound_sa.h"

#include "base/error.h"
#include "base/octets.h"
#include "base/units.h"
#include "support/check.h"

#include <string.h>

#define MS IPTFS_PS_PER_MS

/* Both ends of an SA with the null cipher; what comes out is noted. */
struct pass {
    struct iptfs_outer_codec wire;
    uint8_t bytes[2000];
    uint32_t delivered;
    uint32_t ids[8];
};

static struct iptfs_inbound_sa inbound; /* large */

static void on_deliver(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct pass *pass = ctx;
    (void)now_ps;
    CHECK_TRUE(!again && inner->bytes != NULL);
    if (pass->delivered < 8)
        pass->ids[pass->delivered] = inner->id;
    pass->delivered++;
}

static struct iptfs_outer_codec_config config_of(const char *mode)
{
    struct iptfs_outer_codec_config config = {.mode = iptfs_mode_named(mode), .spi = 0x1000};
    iptfs_esp_init(&config.esp, iptfs_cipher_named("null"), 4);
    return config;
}

static void open_pass(struct pass *pass)
{
    struct iptfs_outer_codec_config config = config_of("on-demand");
    const struct iptfs_receiver_config receiver = {.reorder_window = 3, .drop_time_ps = MS};
    memset(pass, 0, sizeof *pass);
    CHECK_INT(iptfs_outer_codec_init(&pass->wire, &config), IPTFS_OK);
    CHECK_INT(iptfs_inbound_sa_init(&inbound, &config, &receiver), IPTFS_OK);
    iptfs_inbound_sa_deliver_to(&inbound, on_deliver, pass);
}

static void close_pass(struct pass *pass)
{
    CHECK_INT(iptfs_inbound_sa_close(&inbound), IPTFS_OK);
    iptfs_inbound_sa_free(&inbound);
    iptfs_outer_codec_free(&pass->wire);
}

/* Writes outer packet `seq` with one inner packet, whose id is the number. */
static uint32_t encode(struct pass *pass, uint64_t seq)
{
    struct iptfs_inner inner = {.ip_version = 4, .octets = 200, .id = (uint32_t)seq, .refs = 1};
    struct iptfs_outer outer = {.seq = seq, .refs = 1};
    iptfs_outer_add(&outer, &inner, 0, 200);
    outer.ip_octets = iptfs_esp_outer_octets(&pass->wire.config.esp, 204);
    int octets = iptfs_outer_codec_encode(&pass->wire, &outer, pass->bytes, sizeof pass->bytes);
    CHECK_INT(octets, outer.ip_octets);
    return (uint32_t)octets;
}

static enum iptfs_outer_codec_verdict send(struct pass *pass, int64_t now_ps, uint64_t seq)
{
    uint32_t octets = encode(pass, seq);
    return iptfs_inbound_sa_input(&inbound, now_ps, pass->bytes, octets);
}

static void test_modes_without_tunnel_are_refused(void)
{
    static const char *const modes[] = {"none", "esp-transport"};
    const struct iptfs_receiver_config receiver = {.reorder_window = 3};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct iptfs_outer_codec_config config = config_of(modes[i]);
        if (!CHECK_TRUE(config.mode != NULL))
            continue;
        CHECK_INT(iptfs_inbound_sa_init(&inbound, &config, &receiver), IPTFS_E_INVALID);
        iptfs_inbound_sa_free(&inbound);
    }
}

/* Number 2 has overtaken number 1, with which every SA begins. */
static void test_first_packet_overtaken(void)
{
    static struct pass pass;
    open_pass(&pass);
    CHECK_INT(send(&pass, 0, 2), IPTFS_OUTER_CODEC_GOOD);
    CHECK_U64(pass.delivered, 0);
    CHECK_INT(send(&pass, 1, 1), IPTFS_OUTER_CODEC_GOOD);
    CHECK_U64(pass.delivered, 2);
    CHECK_U64(pass.ids[0], 1);
    CHECK_U64(pass.ids[1], 2);
    close_pass(&pass);
}

/* A timer that is due fires also when what comes next is no packet of the SA. */
static void test_timers_fire_whatever_comes(void)
{
    static struct pass pass;
    open_pass(&pass);
    send(&pass, 0, 3); /* waits for 1 and 2 */
    CHECK_U64(pass.delivered, 0);
    CHECK_INT(iptfs_inbound_sa_next_ps(&inbound), MS);
    iptfs_inbound_sa_input(&inbound, 5 * MS, pass.bytes, 1);
    CHECK_U64(pass.delivered, 1);
    CHECK_INT(iptfs_inbound_sa_next_ps(&inbound), IPTFS_NEVER);
    close_pass(&pass);
}

/* Each packet counts once: good ones, those that are no packets of the SA, and among the good ones
 * dummies and other next headers. */
static void test_what_is_counted(void)
{
    static struct pass pass;
    open_pass(&pass);
    uint32_t octets = encode(&pass, 1), trailer = octets - 1;
    CHECK_INT(iptfs_inbound_sa_input(&inbound, 0, pass.bytes, octets - 1), IPTFS_OUTER_CODEC_CUT);
    CHECK_INT(iptfs_inbound_sa_input(&inbound, 0, pass.bytes, 0), IPTFS_OUTER_CODEC_NOT_IP);
    pass.bytes[20] ^= 1; /* of the SPI */
    CHECK_INT(iptfs_inbound_sa_input(&inbound, 0, pass.bytes, octets), IPTFS_OUTER_CODEC_OTHER_SPI);
    pass.bytes[20] ^= 1;
    pass.bytes[trailer] = 59;
    CHECK_INT(iptfs_inbound_sa_input(&inbound, 0, pass.bytes, octets), IPTFS_OUTER_CODEC_GOOD);
    pass.bytes[trailer] = 4;
    CHECK_INT(iptfs_inbound_sa_input(&inbound, 0, pass.bytes, octets), IPTFS_OUTER_CODEC_GOOD);
    CHECK_U64(inbound.dummies, 1);
    CHECK_U64(inbound.other_headers, 1);
    CHECK_U64(inbound.verdicts[IPTFS_OUTER_CODEC_GOOD], 2);
    CHECK_U64(inbound.verdicts[IPTFS_OUTER_CODEC_CUT], 1);
    CHECK_U64(pass.delivered, 0);
    close_pass(&pass);
}

/* What is held at the end is in flight. */
/* Octets behind the packet, more than any packet has, do not matter. */
static void test_octets_behind_the_packet(void)
{
    static struct pass pass;
    static uint8_t long_bytes[IPTFS_PACKET_MAX_OCTETS + 100];
    open_pass(&pass);
    uint32_t octets = encode(&pass, 1);
    memcpy(long_bytes, pass.bytes, octets);
    CHECK_INT(iptfs_inbound_sa_input(&inbound, 0, long_bytes, sizeof long_bytes),
              IPTFS_OUTER_CODEC_GOOD);
    CHECK_U64(pass.delivered, 1);
    CHECK_U64(pass.ids[0], 1);
    close_pass(&pass);
}

static void test_close(void)
{
    static struct pass pass;
    open_pass(&pass);
    send(&pass, 0, 2);
    CHECK_INT(iptfs_inbound_sa_close(&inbound), IPTFS_OK);
    CHECK_U64(inbound.store.ledger.delivered.pkts, 0);
    CHECK_U64(inbound.store.live_outer, 0);
    iptfs_inbound_sa_free(&inbound);
    iptfs_outer_codec_free(&pass.wire);
}

const CU_TestInfo iptfs_tests_inbound_sa[] = {
    {"modes without a tunnel are refused", test_modes_without_tunnel_are_refused},
    {"the first packet is overtaken", test_first_packet_overtaken},
    {"timers fire whatever comes", test_timers_fire_whatever_comes},
    {"what is counted", test_what_is_counted},
    {"octets behind the packet", test_octets_behind_the_packet},
    {"packets held at the end", test_close},
    CU_TEST_INFO_NULL,
};
