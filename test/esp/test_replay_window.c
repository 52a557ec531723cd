/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The replay window against a model that stores every number. */
#include "esp/replay_window.h"

#include "support/check.h"
#include "support/samples.h"

#include <stdlib.h>

enum {
    NUMBERS = 1 << 17
};

/* Stores every number from `base` on. */
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
    static struct iptfs_replay_window window;
    struct memory memory = {.base = base, .top = 0, .size = size};
    memory.seen = calloc(NUMBERS, sizeof *memory.seen);
    iptfs_replay_window_init(&window, size);
    uint64_t state = seed;
    uint64_t top = base > 0 ? base + 3 * size + 200 : 0; /* so that no draw goes below the base */
    for (int i = 0; i < 5000; i++) {
        uint64_t seq = i == 0 && base > 0 ? top : draw_seq(&state, top, size);
        if (seq - base >= NUMBERS)
            break;
        bool expected = memory_accept(&memory, seq);
        bool found = iptfs_replay_window_accept(&window, seq);
        if (found != expected)
            CHECK_FAIL("window %u, top %llu, number %llu: found %d, expected %d", size,
                       (unsigned long long)top, (unsigned long long)seq, found, expected);
        if (found != expected)
            break;
        top = seq > top ? seq : top;
    }
    free(memory.seen);
}

static void test_it_equals_perfect_memory(void)
{
    static const uint32_t sizes[] = {0,  1,   2,   31,  32,   33,   63,  64,
                                     65, 127, 128, 129, 1000, 4095, 4096};
    static const uint64_t bases[] = {0, UINT64_C(0xFFFFC000), UINT64_C(0x7FFFFFFFFFFF0000)};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (size_t b = 0; b < sizeof bases / sizeof bases[0]; b++)
            for (uint64_t seed = 1; seed <= 5; seed++)
                compare_with_memory(sizes[s], bases[b], seed);
}

static void test_size_0_accepts_all(void)
{
    struct iptfs_replay_window window;
    iptfs_replay_window_init(&window, 0);
    CHECK_TRUE(iptfs_replay_window_accept(&window, 5));
    CHECK_TRUE(iptfs_replay_window_accept(&window, 5));
    CHECK_TRUE(iptfs_replay_window_accept(&window, 1));
    CHECK_TRUE(iptfs_replay_window_accept(&window, UINT64_MAX));
}

static void test_edges(void)
{
    struct iptfs_replay_window window;
    iptfs_replay_window_init(&window, 64);
    CHECK_TRUE(!iptfs_replay_window_accept(&window, 0)); /* numbers begin at 1 */
    CHECK_TRUE(iptfs_replay_window_accept(&window, 100));
    CHECK_TRUE(!iptfs_replay_window_accept(&window, 100));
    CHECK_TRUE(iptfs_replay_window_accept(&window, 37));  /* the oldest of 64 */
    CHECK_TRUE(!iptfs_replay_window_accept(&window, 36)); /* one older */
    CHECK_TRUE(iptfs_replay_window_accept(&window, UINT64_MAX));
    CHECK_TRUE(!iptfs_replay_window_accept(&window, UINT64_MAX));
    CHECK_TRUE(iptfs_replay_window_accept(&window, UINT64_MAX - 63));
    CHECK_TRUE(!iptfs_replay_window_accept(&window, UINT64_MAX - 64));
}

const CU_TestInfo iptfs_tests_replay_window[] = {
    {"it equals perfect memory", test_it_equals_perfect_memory},
    {"size 0 accepts all", test_size_0_accepts_all},
    {"edges", test_edges},
    CU_TEST_INFO_NULL,
};
