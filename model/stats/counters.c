/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/counters.h"

#define LINUX(end, text)                                                                           \
    {                                                                                              \
        "linux", "", text, end                                                                     \
    }
#define SA(end, text)                                                                              \
    {                                                                                              \
        "yang", "ipsec-stats", text, end                                                           \
    }
#define INNER(end, text)                                                                           \
    {                                                                                              \
        "yang", "iptfs-inner-pkt-stats", text, end                                                 \
    }
#define OUTER(end, text)                                                                           \
    {                                                                                              \
        "yang", "iptfs-outer-pkt-stats", text, end                                                 \
    }
enum {
    TX = 0,
    RX = 1
};

static const struct iptfs_counter_name names[IPTFS_COUNTER_COUNT] = {
    [IPTFS_XFRM_IN_BUFFER_ERROR] = LINUX(RX, "XfrmInBufferError"),
    [IPTFS_XFRM_IN_HDR_ERROR] = LINUX(RX, "XfrmInHdrError"),
    [IPTFS_XFRM_IN_STATE_SEQ_ERROR] = LINUX(RX, "XfrmInStateSeqError"),
    [IPTFS_XFRM_IN_IPTFS_ERROR] = LINUX(RX, "XfrmInIptfsError"),
    [IPTFS_XFRM_OUT_ERROR] = LINUX(TX, "XfrmOutError"),
    [IPTFS_XFRM_OUT_NO_QUEUE_SPACE] = LINUX(TX, "XfrmOutNoQueueSpace"),
    [IPTFS_YANG_TX_PKTS] = SA(TX, "tx-pkts"),
    [IPTFS_YANG_TX_OCTETS] = SA(TX, "tx-octets"),
    [IPTFS_YANG_TX_DROP_PKTS] = SA(TX, "tx-drop-pkts"),
    [IPTFS_YANG_RX_PKTS] = SA(RX, "rx-pkts"),
    [IPTFS_YANG_RX_OCTETS] = SA(RX, "rx-octets"),
    [IPTFS_YANG_RX_DROP_PKTS] = SA(RX, "rx-drop-pkts"),
    [IPTFS_YANG_INNER_TX_PKTS] = INNER(TX, "tx-pkts"),
    [IPTFS_YANG_INNER_TX_OCTETS] = INNER(TX, "tx-octets"),
    [IPTFS_YANG_INNER_RX_PKTS] = INNER(RX, "rx-pkts"),
    [IPTFS_YANG_INNER_RX_OCTETS] = INNER(RX, "rx-octets"),
    [IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS] = INNER(RX, "rx-incomplete-pkts"),
    [IPTFS_YANG_OUTER_TX_ALL_PAD_PKTS] = OUTER(TX, "tx-all-pad-pkts"),
    [IPTFS_YANG_OUTER_TX_ALL_PAD_OCTETS] = OUTER(TX, "tx-all-pad-octets"),
    [IPTFS_YANG_OUTER_TX_EXTRA_PAD_PKTS] = OUTER(TX, "tx-extra-pad-pkts"),
    [IPTFS_YANG_OUTER_TX_EXTRA_PAD_OCTETS] = OUTER(TX, "tx-extra-pad-octets"),
    [IPTFS_YANG_OUTER_RX_ALL_PAD_PKTS] = OUTER(RX, "rx-all-pad-pkts"),
    [IPTFS_YANG_OUTER_RX_ALL_PAD_OCTETS] = OUTER(RX, "rx-all-pad-octets"),
    [IPTFS_YANG_OUTER_RX_EXTRA_PAD_PKTS] = OUTER(RX, "rx-extra-pad-pkts"),
    [IPTFS_YANG_OUTER_RX_EXTRA_PAD_OCTETS] = OUTER(RX, "rx-extra-pad-octets"),
    [IPTFS_YANG_OUTER_RX_ERRORED_PKTS] = OUTER(RX, "rx-errored-pkts"),
    [IPTFS_YANG_OUTER_RX_MISSED_PKTS] = OUTER(RX, "rx-missed-pkts"),
};

const struct iptfs_counter_name *iptfs_counter_name(enum iptfs_counter counter)
{
    return &names[counter];
}
