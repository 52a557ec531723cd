/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/counters.h"

#define LINUX(end, text, what)                                                                     \
    {                                                                                              \
        "linux", "", text, end, what                                                               \
    }
#define SA(end, text, what)                                                                        \
    {                                                                                              \
        "yang", "ipsec-stats", text, end, what                                                     \
    }
#define INNER(end, text, what)                                                                     \
    {                                                                                              \
        "yang", "iptfs-inner-pkt-stats", text, end, what                                           \
    }
#define OUTER(end, text, what)                                                                     \
    {                                                                                              \
        "yang", "iptfs-outer-pkt-stats", text, end, what                                           \
    }
enum {
    TX = 0,
    RX = 1
};

static const struct iptfs_counter_name names[IPTFS_COUNTER_COUNT] = {
    [IPTFS_XFRM_IN_BUFFER_ERROR] =
        LINUX(RX, "XfrmInBufferError", "data blocks with an unknown type"),
    [IPTFS_XFRM_IN_HDR_ERROR] =
        LINUX(RX, "XfrmInHdrError",
              "AGGFRAG headers that are invalid, and data blocks with an impossible length"),
    [IPTFS_XFRM_IN_STATE_SEQ_ERROR] =
        LINUX(RX, "XfrmInStateSeqError", "outer packets that the replay window refused"),
    [IPTFS_XFRM_IN_IPTFS_ERROR] =
        LINUX(RX, "XfrmInIptfsError",
              "inner packets given up because the next outer packet did not continue them"),
    [IPTFS_XFRM_OUT_ERROR] = LINUX(TX, "XfrmOutError", "inner packets too long for the tunnel"),
    [IPTFS_XFRM_OUT_NO_QUEUE_SPACE] =
        LINUX(TX, "XfrmOutNoQueueSpace", "inner packets that the queue did not take"),
    [IPTFS_XFRM_OUT_STATE_EXPIRED] =
        LINUX(TX, "XfrmOutStateExpired", "inner packets that an SA past its hard lifetime dropped"),
    [IPTFS_XFRM_OUT_STATE_SEQ_ERROR] =
        LINUX(TX, "XfrmOutStateSeqError", "inner packets dropped when sequence numbers ran out"),
    [IPTFS_YANG_TX_PKTS] = SA(TX, "tx-pkts", "outer packets sent"),
    [IPTFS_YANG_TX_OCTETS] = SA(TX, "tx-octets", "octets of outer IP packets sent"),
    [IPTFS_YANG_TX_DROP_PKTS] =
        SA(TX, "tx-drop-pkts", "inner packets dropped before they were sent"),
    [IPTFS_YANG_RX_PKTS] = SA(RX, "rx-pkts", "outer packets received, refused ones too"),
    [IPTFS_YANG_RX_OCTETS] = SA(RX, "rx-octets", "octets of outer IP packets received"),
    [IPTFS_YANG_RX_DROP_PKTS] =
        SA(RX, "rx-drop-pkts", "outer packets dropped as replayed, duplicate or late"),
    [IPTFS_YANG_INNER_TX_PKTS] =
        INNER(TX, "tx-pkts", "inner packets sent; one in fragments counts once, with its last"),
    [IPTFS_YANG_INNER_TX_OCTETS] =
        INNER(TX, "tx-octets", "octets of inner packets sent, without padding"),
    [IPTFS_YANG_INNER_RX_PKTS] = INNER(RX, "rx-pkts", "inner packets delivered"),
    [IPTFS_YANG_INNER_RX_OCTETS] =
        INNER(RX, "rx-octets", "octets of inner packets delivered, without padding"),
    [IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS] =
        INNER(RX, "rx-incomplete-pkts",
              "inner packets of which a fragment was received and another was not; each counts "
              "once, also when its first fragment is the one that is missing"),
    [IPTFS_YANG_OUTER_TX_ALL_PAD_PKTS] =
        OUTER(TX, "tx-all-pad-pkts", "outer packets that were all padding"),
    [IPTFS_YANG_OUTER_TX_ALL_PAD_OCTETS] =
        OUTER(TX, "tx-all-pad-octets",
              "octets of padding in packets that were all padding, without headers"),
    [IPTFS_YANG_OUTER_TX_EXTRA_PAD_PKTS] =
        OUTER(TX, "tx-extra-pad-pkts", "outer packets with data and padding"),
    [IPTFS_YANG_OUTER_TX_EXTRA_PAD_OCTETS] =
        OUTER(TX, "tx-extra-pad-octets", "octets of padding in packets with data"),
    [IPTFS_YANG_OUTER_RX_ALL_PAD_PKTS] =
        OUTER(RX, "rx-all-pad-pkts", "outer packets that were all padding"),
    [IPTFS_YANG_OUTER_RX_ALL_PAD_OCTETS] =
        OUTER(RX, "rx-all-pad-octets",
              "octets of padding in packets that were all padding, without headers"),
    [IPTFS_YANG_OUTER_RX_EXTRA_PAD_PKTS] =
        OUTER(RX, "rx-extra-pad-pkts", "outer packets with data and padding"),
    [IPTFS_YANG_OUTER_RX_EXTRA_PAD_OCTETS] =
        OUTER(RX, "rx-extra-pad-octets", "octets of padding in packets with data"),
    [IPTFS_YANG_OUTER_RX_ERRORED_PKTS] =
        OUTER(RX, "rx-errored-pkts", "outer packets with an invalid header or data block"),
    [IPTFS_YANG_OUTER_RX_MISSED_PKTS] = OUTER(
        RX, "rx-missed-pkts",
        "sequence numbers given up: when the reorder window passes them or the drop timer fires, "
        "without a window when a higher one arrives; a packet that comes later does not lower it"),
};

const struct iptfs_counter_name *iptfs_counter_name(enum iptfs_counter counter)
{
    return &names[counter];
}
