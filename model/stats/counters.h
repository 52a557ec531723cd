/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters that an operator reads: Linux's (/proc/net/xfrm_stat) and those of RFC 9348, section
 * 4. */
#ifndef IPTFS_STATS_COUNTERS_H
#define IPTFS_STATS_COUNTERS_H

#include <stdint.h>

enum iptfs_counter {
    /* Linux, in the order of xfrm_stat */
    IPTFS_XFRM_IN_BUFFER_ERROR,
    IPTFS_XFRM_IN_HDR_ERROR,
    IPTFS_XFRM_IN_STATE_SEQ_ERROR,
    IPTFS_XFRM_IN_IPTFS_ERROR,
    IPTFS_XFRM_OUT_ERROR,
    IPTFS_XFRM_OUT_NO_QUEUE_SPACE,
    IPTFS_XFRM_OUT_STATE_EXPIRED,
    IPTFS_XFRM_OUT_STATE_SEQ_ERROR,
    /* RFC 9348: ipsec-stats */
    IPTFS_YANG_TX_PKTS,
    IPTFS_YANG_TX_OCTETS,
    IPTFS_YANG_TX_DROP_PKTS,
    IPTFS_YANG_RX_PKTS,
    IPTFS_YANG_RX_OCTETS,
    IPTFS_YANG_RX_DROP_PKTS,
    /* RFC 9348: iptfs-inner-pkt-stats */
    IPTFS_YANG_INNER_TX_PKTS,
    IPTFS_YANG_INNER_TX_OCTETS,
    IPTFS_YANG_INNER_RX_PKTS,
    IPTFS_YANG_INNER_RX_OCTETS,
    IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS,
    /* RFC 9348: iptfs-outer-pkt-stats */
    IPTFS_YANG_OUTER_TX_ALL_PAD_PKTS,
    IPTFS_YANG_OUTER_TX_ALL_PAD_OCTETS,
    IPTFS_YANG_OUTER_TX_EXTRA_PAD_PKTS,
    IPTFS_YANG_OUTER_TX_EXTRA_PAD_OCTETS,
    IPTFS_YANG_OUTER_RX_ALL_PAD_PKTS,
    IPTFS_YANG_OUTER_RX_ALL_PAD_OCTETS,
    IPTFS_YANG_OUTER_RX_EXTRA_PAD_PKTS,
    IPTFS_YANG_OUTER_RX_EXTRA_PAD_OCTETS,
    IPTFS_YANG_OUTER_RX_ERRORED_PKTS,
    IPTFS_YANG_OUTER_RX_MISSED_PKTS,
    IPTFS_COUNTER_COUNT
};

struct iptfs_counters {
    uint64_t value[IPTFS_COUNTER_COUNT];
};

/* Where a counter stands in results: "linux" or "yang", its group ("" for Linux, else the YANG
 * container such as "ipsec-stats"), its own name, whether the receiving end counts it, and what it
 * counts. */
struct iptfs_counter_name {
    const char *family;
    const char *group;
    const char *name;
    int receiver;
    const char *meaning;
};

/* Static storage. */
const struct iptfs_counter_name *iptfs_counter_name(enum iptfs_counter counter);

static inline void iptfs_count(struct iptfs_counters *counters, enum iptfs_counter counter,
                               uint64_t by)
{
    counters->value[counter] += by;
}

#endif
