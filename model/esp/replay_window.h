/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The replay window of an incoming SA (RFC 4303, 3.4.3) over 64-bit sequence numbers: a bitmap of
 * the last `size` of them. */
#ifndef IPTFS_ESP_REPLAY_WINDOW_H
#define IPTFS_ESP_REPLAY_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#define IPTFS_REPLAY_WINDOW_MAX 4096u

struct iptfs_replay_window {
    uint32_t size; /* 0: no check */
    uint64_t top;  /* highest number accepted */
    uint64_t seen[IPTFS_REPLAY_WINDOW_MAX / 64];
};

/* size at most IPTFS_REPLAY_WINDOW_MAX; 0 turns the check off. */
void iptfs_replay_window_init(struct iptfs_replay_window *window, uint32_t size);

/* True, and `seq` is recorded, when it is new and not older than the window. The first
 * number is 1. */
bool iptfs_replay_window_accept(struct iptfs_replay_window *window, uint64_t seq);

#endif
