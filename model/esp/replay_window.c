/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "esp/replay_window.h"

#include "base/asserts.h"

#include <string.h>

void iptfs_replay_window_init(struct iptfs_replay_window *window, uint32_t size)
{
    IPTFS_ASSERT(size <= IPTFS_REPLAY_WINDOW_MAX);
    *window = (struct iptfs_replay_window){.size = size};
}

/* One bit a number, in a ring of `size` rounded up to whole words. */
static uint64_t ring_bits(const struct iptfs_replay_window *window)
{
    return ((uint64_t)window->size + 63) / 64 * 64;
}

static void move_up(struct iptfs_replay_window *window, uint64_t seq)
{
    uint64_t bits = ring_bits(window);
    uint64_t fresh = seq - window->top;
    if (fresh >= bits) {
        memset(window->seen, 0, sizeof window->seen);
    } else {
        for (uint64_t number = window->top + 1; number <= seq; number++)
            window->seen[number % bits / 64] &= ~(UINT64_C(1) << (number % 64));
    }
    window->top = seq;
}

bool iptfs_replay_window_accept(struct iptfs_replay_window *window, uint64_t seq)
{
    if (window->size == 0)
        return true;
    if (seq == 0)
        return false;
    if (seq > window->top)
        move_up(window, seq);
    else if (window->top - seq >= window->size)
        return false;
    uint64_t *word = &window->seen[seq % ring_bits(window) / 64];
    uint64_t bit = UINT64_C(1) << (seq % 64);
    if ((*word & bit) != 0)
        return false;
    *word |= bit;
    IPTFS_ASSERT(seq <= window->top);
    return true;
}
