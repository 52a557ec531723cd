/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts the packets of a capture in the order of time. Captures of several interfaces or queues are
 * nearly in that order: a packet is given out when so many behind it have been read that it is very
 * likely the earliest. Packets of the same time keep the order of the file. */
#ifndef IPTFS_CAPTURE_WINDOW_H
#define IPTFS_CAPTURE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IPTFS_CAPTURE_WINDOW_PKTS = 1024,      /* a power of 2 */
    IPTFS_CAPTURE_WINDOW_OCTETS = 4194304, /* a window of more is full, too */
};

/* A packet, from its IP header on. */
struct iptfs_capture_waiting {
    int64_t second;
    uint32_t ns;
    uint64_t number; /* in the file, from 1 */
    uint32_t captured;
    uint32_t wire_octets;
    uint8_t *bytes; /* a copy */
    uint32_t capacity;
};

/* All 0 at first. */
struct iptfs_capture_window {
    struct iptfs_capture_waiting *ring[IPTFS_CAPTURE_WINDOW_PKTS]; /* `count` from `head` on; then
                                                                      spare ones, or NULL */
    struct iptfs_capture_waiting *current;                         /* the one given out last */
    size_t head;
    size_t count;
    uint64_t octets;
};

/* True when no packet may be added before one is taken. */
bool iptfs_capture_window_full(const struct iptfs_capture_window *window);

/* Adds a copy of a packet, whose octets are at `bytes`; `packet`'s own are not used. The window is
 * not full. False when memory ran out. */
bool iptfs_capture_window_add(struct iptfs_capture_window *window,
                              const struct iptfs_capture_waiting *packet, const uint8_t *bytes);

/* Takes the earliest packet, which is valid until the next is taken; NULL when there is none. */
const struct iptfs_capture_waiting *iptfs_capture_window_take(struct iptfs_capture_window *window);

/* Frees what the window holds, and empties it. */
void iptfs_capture_window_free(struct iptfs_capture_window *window);

#endif
