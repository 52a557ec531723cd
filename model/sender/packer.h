/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packer makes outer packets out of queued inner packets. A mode names one of the tables below:
 * packer_aggfrag.c aggregates and fragments (RFC 9347), packer_plain.c puts one inner packet into
 * each outer packet, to compare with. */
#ifndef IPTFS_SENDER_PACKER_H
#define IPTFS_SENDER_PACKER_H

#include "base/asserts.h"
#include "esp/esp.h"
#include "packet/packet.h"
#include "sender/queue.h"
#include "stats/counters.h"
#include "stats/trace.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_packer;

/* How a mode packs. */
struct iptfs_packer_ops {
    /* Inner octets that one outer packet carries; 0 when pkt-size or path MTU are too small. The
     * options of `packer` are set already. */
    uint32_t (*payload_octets)(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                               uint32_t mtu_octets);
    /* The next outer packet. NULL when there is nothing to send (never, with `dummies`) or memory
     * ran out. */
    struct iptfs_outer *(*next)(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                int64_t now_ps);
};

struct iptfs_packer {
    const struct iptfs_packer_ops *ops;
    struct iptfs_store *store;
    struct iptfs_counters *counters;
    const struct iptfs_trace *trace;
    const struct iptfs_esp *esp;
    uint32_t payload_octets; /* inner octets in an outer packet */
    bool dont_fragment;      /* no fragments in consecutive outer packets: drop longer packets */
    bool ip_fragment;        /* ... but IP-fragment IPv4 packets without DF (RFC 9347, 2.2.6) */
    bool by_ip;   /* plain: what IP must not fragment is dropped, see iptfs_packer_cuts */
    bool dummies; /* make all-pad packets when nothing is queued */
    /* AGGFRAG */
    uint8_t sub_type;             /* of the header: 0, or 1 for congestion control */
    bool fill_full;               /* start a packet in the rest of an outer one */
    bool pad_to_avoid_fragment;   /* ... but not one that fits whole into the next (2.2.3.1) */
    uint32_t min_fragment_octets; /* ... nor where fewer octets remain */
    uint32_t all_pad_every;       /* every Nth packet is all padding; 0: only when idle */
    /* plain */
    uint32_t tfc_pad_octets;     /* pad shorter payloads up to this (RFC 4303, 2.7) */
    bool ip_fragment_headers;    /* each IP fragment has an IP header (RFC 791) */
    struct iptfs_inner *partial; /* a packet of which fragments were sent, reference held */
    uint32_t partial_octets;     /* how much of it was sent */
    uint64_t ip_cut_pkts;        /* inner packets that were cut into IP fragments */
    uint64_t ip_fragments;       /* and these */
    uint64_t seq;                /* of the last outer packet; the first has 1 */
    uint64_t number;             /* the same, counting on over all SAs */
    uint32_t sa;                 /* which SA, from 0 */
    bool finishing; /* the SA ends, or a probe is sent, when the partial packet, if any, is sent */
};

/* AGGFRAG as Linux sizes it: pkt-size excludes trailer and ICV, and padding is only ESP's. */
extern const struct iptfs_packer_ops iptfs_packer_linux;
/* AGGFRAG in packets of exactly pkt-size octets, trailer and ICV included (RFC 9347, 2.4.1); with
 * pkt-size 0 of as many as the path MTU allows. */
extern const struct iptfs_packer_ops iptfs_packer_fixed;
/* No tunnel: the inner packets themselves. */
extern const struct iptfs_packer_ops iptfs_packer_none;
/* ESP, tunnel and transport mode (RFC 4303, 3.1). */
extern const struct iptfs_packer_ops iptfs_packer_esp;
extern const struct iptfs_packer_ops iptfs_packer_esp_transport;
/* ESP tunnel mode with each packet padded to exactly pkt-size octets (RFC 4303, 2.7). */
extern const struct iptfs_packer_ops iptfs_packer_esp_pad;

/* Whether a packet that is longer than an outer packet carries is sent in pieces: as AGGFRAG
 * fragments, or as IP fragments where IP allows them. */
bool iptfs_packer_cuts(const struct iptfs_packer *packer, uint8_t ip_version, bool df);

/* For the packers. A new outer packet with the next sequence number; NULL when memory ran out. */
struct iptfs_outer *iptfs_packer_new_outer(struct iptfs_packer *packer, int64_t now_ps);

/* For the packers. The packet whose octets come first in the next outer packet: the partial one, or
 * the first in the queue that may be sent. A longer one is cut into IP fragments, where these are
 * allowed, and its first fragment is sent; otherwise it is dropped, since it became too long when
 * the path MTU shrank. NULL when there is none. */
struct iptfs_inner *iptfs_packer_first(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                       int64_t now_ps);

/* For the packers. The last octets of the packet are in an outer packet, which holds a reference:
 * counts the packet, and drops the queue's reference. */
void iptfs_packer_sent(struct iptfs_packer *packer, struct iptfs_inner *inner);

/* Drops the partial packet: the end of the run or of the SA. */
void iptfs_packer_clear(struct iptfs_packer *packer);

#endif
