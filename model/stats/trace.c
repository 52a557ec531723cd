/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/trace.h"

static const struct {
    const char *name;
    const char *value;
} points[IPTFS_TRACE_POINT_COUNT] = {
    [IPTFS_TRACE_EGRESS_RECV] = {"iptfs_egress_recv", "blkoff"},
    [IPTFS_TRACE_ENQUEUE] = {"iptfs_enqueue", "qsize"},
    [IPTFS_TRACE_NO_QUEUE_SPACE] = {"iptfs_no_queue_space", "qsize"},
    [IPTFS_TRACE_TOO_BIG] = {"iptfs_too_big", "pmtu"},
    [IPTFS_TRACE_FIRST_DEQUEUE] = {"iptfs_first_dequeue", "mtu"},
    [IPTFS_TRACE_FIRST_FRAGMENTING] = {"iptfs_first_fragmenting", "blkoff"},
    [IPTFS_TRACE_FIRST_FINAL_FRAGMENT] = {"iptfs_first_final_fragment", "blkoff"},
    [IPTFS_TRACE_FIRST_TOOBIG] = {"iptfs_first_toobig", "mtu"},
    [IPTFS_TRACE_NTH_PEEK] = {"iptfs_ingress_nth_peek", "remaining"},
    [IPTFS_TRACE_NTH_ADD] = {"iptfs_ingress_nth_add", "remaining"},
    [IPTFS_TRACE_TIMER_START] = {"iptfs_timer_start", "time_ps"},
    [IPTFS_TRACE_TIMER_EXPIRE] = {"iptfs_timer_expire", "time_ps"},
};

const char *iptfs_trace_point_name(enum iptfs_trace_point point)
{
    return points[point].name;
}

const char *iptfs_trace_value_name(enum iptfs_trace_point point)
{
    return points[point].value;
}
