/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far packets are reordered, and the reorder window that suits it (RFC 9347, 2.2.3: the window
 * may be adjusted to the misordering that is seen).
 *
 * The depth of a packet that comes after higher numbers is the highest number received, less its
 * own: the window that keeps it. The window is the second largest depth of the last 1000 to 2000
 * packets, at least 3, which RFC 9347 suggests, and at most 1024. So one packet alone changes
 * nothing, two raise the window at once, and it falls when the path has been better for a time.
 *
 * Only first copies count, which come in time for some window: lost packets and second copies do
 * not raise the window, and neither do packets beyond the most, or beyond drop-time. */
#ifndef IPTFS_RECEIVER_REORDER_DEPTH_H
#define IPTFS_RECEIVER_REORDER_DEPTH_H

#include <stdbool.h>
#include <stdint.h>

enum {
    IPTFS_REORDER_WINDOW_ADAPTIVE = 65536, /* in place of a window, one above the largest */
    IPTFS_REORDER_DEPTH_LEAST = 3,
    IPTFS_REORDER_DEPTH_MOST = 1024,
    IPTFS_REORDER_DEPTH_PERIOD = 1000 /* packets */
};

/* The two largest depths of a period. */
struct iptfs_reorder_depths {
    uint32_t largest;
    uint32_t second;
};

struct iptfs_reorder_depth {
    bool adapts;
    uint32_t window;
    uint32_t window_max; /* largest so far */
    uint32_t pkts;       /* in this period */
    struct iptfs_reorder_depths now;
    struct iptfs_reorder_depths before;
};

/* `window` as given: a number that stays, or IPTFS_REORDER_WINDOW_ADAPTIVE. */
void iptfs_reorder_depth_init(struct iptfs_reorder_depth *depth, uint32_t window);

/* The largest that the window can become. */
uint32_t iptfs_reorder_depth_limit(const struct iptfs_reorder_depth *depth);

/* A first copy has arrived, of this depth: 0 for one in order. Returns the window from now on. */
uint32_t iptfs_reorder_depth_take(struct iptfs_reorder_depth *depth, uint64_t packets);

#endif
