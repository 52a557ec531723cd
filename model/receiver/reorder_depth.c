/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "receiver/reorder_depth.h"

void iptfs_reorder_depth_init(struct iptfs_reorder_depth *depth, uint32_t window)
{
    bool adapts = window == IPTFS_REORDER_WINDOW_ADAPTIVE;
    *depth = (struct iptfs_reorder_depth){
        .adapts = adapts,
        .window = adapts ? IPTFS_REORDER_DEPTH_LEAST : window,
    };
    depth->window_max = depth->window;
}

uint32_t iptfs_reorder_depth_limit(const struct iptfs_reorder_depth *depth)
{
    return depth->adapts ? IPTFS_REORDER_DEPTH_MOST : depth->window;
}

static void add(struct iptfs_reorder_depths *depths, uint32_t packets)
{
    if (packets >= depths->largest) {
        depths->second = depths->largest;
        depths->largest = packets;
    } else if (packets > depths->second) {
        depths->second = packets;
    }
}

static void set_window(struct iptfs_reorder_depth *depth)
{
    struct iptfs_reorder_depths both = depth->before;
    add(&both, depth->now.largest);
    add(&both, depth->now.second);
    depth->window =
        both.second > IPTFS_REORDER_DEPTH_LEAST ? both.second : IPTFS_REORDER_DEPTH_LEAST;
    if (depth->window > depth->window_max)
        depth->window_max = depth->window;
}

uint32_t iptfs_reorder_depth_take(struct iptfs_reorder_depth *depth, uint64_t packets)
{
    if (!depth->adapts)
        return depth->window;
    if (packets > 0 && packets <= IPTFS_REORDER_DEPTH_MOST) {
        add(&depth->now, (uint32_t)packets);
        set_window(depth);
    }
    depth->pkts++;
    if (depth->pkts < IPTFS_REORDER_DEPTH_PERIOD)
        return depth->window;
    depth->before = depth->now;
    depth->now = (struct iptfs_reorder_depths){0};
    depth->pkts = 0;
    set_window(depth);
    return depth->window;
}
