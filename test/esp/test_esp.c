/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes by RFC 4303 and Linux's arithmetic; the replay window against one that forgets nothing. */
#include "esp/esp.h"
#include "support/check.h"
#include "support/samples.h"

#include <stdlib.h>

static struct iptfs_esp esp_of(const char *cipher, int outer_version)
{
    struct iptfs_esp esp;
    iptfs_esp_init(&esp, iptfs_cipher_named(cipher), outer_version);
    return esp;
}

static void test_ciphers_by_name_and_number(void)
{
    const struct iptfs_cipher *null = iptfs_cipher_named("null");
    const struct iptfs_cipher *gcm = iptfs_cipher_named("aes-gcm-16");
    CHECK_INT(null->iv_octets, 0);
    CHECK_INT(null->icv_octets, 0);
    CHECK_INT(gcm->iv_octets, 8);
    CHECK_INT(gcm->icv_octets, 16);
    CHECK_TRUE(iptfs_cipher_named("rot13") == NULL);
    CHECK_TRUE(iptfs_cipher_named("") == NULL);
    unsigned count = 0;
    while (iptfs_cipher_at(count) != NULL) {
        CHECK_TRUE(iptfs_cipher_named(iptfs_cipher_at(count)->name) == iptfs_cipher_at(count));
        count++;
    }
    CHECK_INT(count, 2);
    CHECK_TRUE(iptfs_cipher_at(count + 1) == NULL);
}

static void test_head_is_ip_and_spi_and_number_and_iv(void)
{
    static const struct {
        const char *cipher;
        int version;
        uint32_t head;
    } rows[] = {
        {"null", 4, 20 + 8},
        {"null", 6, 40 + 8},
        {"aes-gcm-16", 4, 20 + 8 + 8},
        {"aes-gcm-16", 6, 40 + 8 + 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_esp esp = esp_of(rows[i].cipher, rows[i].version);
        CHECK_INT(iptfs_esp_head_octets(&esp), rows[i].head);
    }
}

static void test_padding_ends_on_four_octets(void)
{
    CHECK_INT(iptfs_esp_pad_octets(0), 2);
    CHECK_INT(iptfs_esp_pad_octets(1), 1);
    CHECK_INT(iptfs_esp_pad_octets(2), 0);
    CHECK_INT(iptfs_esp_pad_octets(3), 3);
    for (uint32_t payload = 0; payload < 70000; payload++) {
        uint32_t pad = iptfs_esp_pad_octets(payload);
        if (pad > 3 || (payload + pad + 2) % 4 != 0)
            CHECK_FAIL("payload %u gets %u octets of padding", payload, pad);
    }
}

/* Lengths that the specification names, or that follow from it by hand. */
static void test_outer_lengths_known_by_hand(void)
{
    static const struct {
        const char *cipher;
        int version;
        uint32_t payload, outer;
    } rows[] = {
        {"aes-gcm-16", 4, 1446, 1446 + 54},      /* plain ESP adds 54 */
        {"aes-gcm-16", 6, 1446, 1446 + 74},      /* and 20 more over IPv6 */
        {"aes-gcm-16", 4, 4 + 1442, 1442 + 58},  /* AGGFRAG sub-type 0 */
        {"aes-gcm-16", 4, 24 + 1422, 1422 + 78}, /* AGGFRAG sub-type 1 */
        {"null", 4, 4 + 528, 564},               /* pkt-size 560 */
        {"null", 4, 0, 20 + 8 + 4},
        {"null", 4, 1, 20 + 8 + 4},
        {"null", 4, 2, 20 + 8 + 4},
        {"null", 4, 3, 20 + 8 + 8},
        {"null", 6, 4 + 40, 40 + 8 + 48},
        {"aes-gcm-16", 4, 4 + 40, 20 + 8 + 8 + 48 + 16},
        {"aes-gcm-16", 6, 4 + 40, 40 + 8 + 8 + 48 + 16},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_esp esp = esp_of(rows[i].cipher, rows[i].version);
        CHECK_INT(iptfs_esp_outer_octets(&esp, rows[i].payload), rows[i].outer);
    }
}

static uint32_t outer_by_the_book(const struct iptfs_esp *esp, uint32_t payload)
{
    uint32_t encrypted = (payload + 2 + 3) / 4 * 4;
    return esp->ip_octets + 8 + esp->cipher->iv_octets + encrypted + esp->cipher->icv_octets;
}

static void test_outer_lengths_for_every_payload(void)
{
    for (unsigned c = 0; iptfs_cipher_at(c) != NULL; c++) {
        for (int version = 4; version <= 6; version += 2) {
            struct iptfs_esp esp = esp_of(iptfs_cipher_at(c)->name, version);
            for (uint32_t payload = 0; payload < 10000; payload++) {
                uint32_t found = iptfs_esp_outer_octets(&esp, payload);
                if (found != outer_by_the_book(&esp, payload))
                    CHECK_INT(found, outer_by_the_book(&esp, payload));
            }
        }
    }
}

/* The largest payload by trying: it fits, and one octet more does not. */
static void test_largest_payload_for_every_mtu(void)
{
    for (unsigned c = 0; iptfs_cipher_at(c) != NULL; c++) {
        for (int version = 4; version <= 6; version += 2) {
            struct iptfs_esp esp = esp_of(iptfs_cipher_at(c)->name, version);
            uint32_t largest = 0;
            for (uint32_t mtu = 0; mtu <= 9100; mtu++) {
                while (outer_by_the_book(&esp, largest + 1) <= mtu)
                    largest++;
                if (iptfs_esp_payload_max(&esp, mtu) != largest)
                    CHECK_INT(iptfs_esp_payload_max(&esp, mtu), largest);
            }
            CHECK_INT(iptfs_esp_payload_max(&esp, 9100), largest);
        }
    }
}

/* --- replay --- */

enum {
    REPLAY_NUMBERS = 1 << 17
};

/* Remembers every number from `base` on. */
struct memory {
    bool *seen;
    uint64_t base;
    uint64_t top;
    uint32_t size;
};

static bool memory_accept(struct memory *memory, uint64_t seq)
{
    if (memory->size == 0)
        return true;
    if (seq == 0)
        return false;
    if (seq + memory->size <= memory->top)
        return false;
    if (memory->seen[seq - memory->base])
        return false;
    memory->seen[seq - memory->base] = true;
    memory->top = seq > memory->top ? seq : memory->top;
    return true;
}

/* A number near the window: mostly the next ones and those inside, at times its edges and jumps. */
static uint64_t draw_seq(uint64_t *state, uint64_t top, uint32_t size)
{
    uint32_t reach = size + 70;
    switch (sample_between(state, 0, 9)) {
    case 0:
        return top + sample_between(state, 1, 2 * reach);
    case 1:
        return top + size - 1 + sample_between(state, 0, 2);
    case 2:
    case 3:
        return top < size + 2 ? top : top - size + sample_between(state, 0, 2);
    case 4:
    case 5:
    case 6:
        return top < reach ? sample_between(state, 0, reach)
                           : top - sample_between(state, 0, reach);
    default:
        return top + sample_between(state, 1, 3);
    }
}

static void compare_with_memory(uint32_t size, uint64_t base, uint64_t seed)
{
    static struct iptfs_replay replay;
    struct memory memory = {.base = base, .top = 0, .size = size};
    memory.seen = calloc(REPLAY_NUMBERS, sizeof *memory.seen);
    iptfs_replay_init(&replay, size);
    uint64_t state = seed;
    uint64_t top = base > 0 ? base + 3 * size + 200 : 0; /* so that no draw goes below the base */
    for (int i = 0; i < 5000; i++) {
        uint64_t seq = i == 0 && base > 0 ? top : draw_seq(&state, top, size);
        if (seq - base >= REPLAY_NUMBERS)
            break;
        bool expected = memory_accept(&memory, seq);
        bool found = iptfs_replay_accept(&replay, seq);
        if (found != expected)
            CHECK_FAIL("window %u, top %llu, number %llu: found %d, expected %d", size,
                       (unsigned long long)top, (unsigned long long)seq, found, expected);
        if (found != expected)
            break;
        top = seq > top ? seq : top;
    }
    free(memory.seen);
}

static void test_replay_window_equals_perfect_memory(void)
{
    static const uint32_t sizes[] = {0,  1,   2,   31,  32,   33,   63,  64,
                                     65, 127, 128, 129, 1000, 4095, 4096};
    static const uint64_t bases[] = {0, UINT64_C(0xFFFFC000), UINT64_C(0x7FFFFFFFFFFF0000)};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (size_t b = 0; b < sizeof bases / sizeof bases[0]; b++)
            for (uint64_t seed = 1; seed <= 5; seed++)
                compare_with_memory(sizes[s], bases[b], seed);
}

static void test_replay_window_of_none_accepts_all(void)
{
    struct iptfs_replay replay;
    iptfs_replay_init(&replay, 0);
    CHECK_TRUE(iptfs_replay_accept(&replay, 5));
    CHECK_TRUE(iptfs_replay_accept(&replay, 5));
    CHECK_TRUE(iptfs_replay_accept(&replay, 1));
    CHECK_TRUE(iptfs_replay_accept(&replay, UINT64_MAX));
}

static void test_replay_window_edges(void)
{
    struct iptfs_replay replay;
    iptfs_replay_init(&replay, 64);
    CHECK_TRUE(!iptfs_replay_accept(&replay, 0)); /* numbers begin at 1 */
    CHECK_TRUE(iptfs_replay_accept(&replay, 100));
    CHECK_TRUE(!iptfs_replay_accept(&replay, 100));
    CHECK_TRUE(iptfs_replay_accept(&replay, 37));  /* the oldest of 64 */
    CHECK_TRUE(!iptfs_replay_accept(&replay, 36)); /* one older */
    CHECK_TRUE(iptfs_replay_accept(&replay, UINT64_MAX));
    CHECK_TRUE(!iptfs_replay_accept(&replay, UINT64_MAX));
    CHECK_TRUE(iptfs_replay_accept(&replay, UINT64_MAX - 63));
    CHECK_TRUE(!iptfs_replay_accept(&replay, UINT64_MAX - 64));
}

const CU_TestInfo iptfs_tests_esp[] = {
    {"ciphers by name and number", test_ciphers_by_name_and_number},
    {"head is IP and SPI and number and IV", test_head_is_ip_and_spi_and_number_and_iv},
    {"padding ends on four octets", test_padding_ends_on_four_octets},
    {"outer lengths known by hand", test_outer_lengths_known_by_hand},
    {"outer lengths for every payload", test_outer_lengths_for_every_payload},
    {"largest payload for every MTU", test_largest_payload_for_every_mtu},
    {"replay window equals perfect memory", test_replay_window_equals_perfect_memory},
    {"replay window of none accepts all", test_replay_window_of_none_accepts_all},
    {"replay window edges", test_replay_window_edges},
    CU_TEST_INFO_NULL,
};
