/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packer: makes outer packets out of queued inner ones. A function for each way: AGGFRAG
 * aggregates and fragments; the plain ones, to compare it with, put one inner packet into each. */
#ifndef IPTFS_SENDER_PACKER_H
#define IPTFS_SENDER_PACKER_H

#include "esp/esp.h"
#include "packet/aggfrag.h"
#include "packet/packet.h"
#include "sender/queue.h"
#include "stats/counters.h"
#include "stats/trace.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_packer;

/* How a mode packs. */
struct iptfs_packer_ops {
    /* Inner octets that one outer packet takes; 0 when pkt-size or path MTU leave no room. `packer`
     * has its options already. */
    uint32_t (*space)(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                      uint32_t mtu_octets);
    /* The next outer packet. NULL when there is nothing to send (never, when packets are padded to
     * a fixed size) or memory ran out. */
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
    bool dont_fragment;      /* drop what is longer */
    bool cuts_ipv4_alone;    /* ... and IPv6 packets that are longer (RFC 8200, 4.5) */
    bool dummies;            /* make packets of padding alone when nothing is queued */
    /* AGGFRAG */
    uint8_t sub_type;             /* of the header: 0, or 1 for congestion control */
    bool fill_full;               /* begin a packet in the rest of an outer one */
    bool pad_to_avoid_fragment;   /* ... but not one that fits whole into the next (2.2.3.1) */
    uint32_t min_fragment_octets; /* ... nor where fewer octets remain */
    uint32_t all_pad_every;       /* each so manieth packet is padding alone; 0: only when idle */
    /* plain */
    uint32_t tfc_pad_octets;   /* pad shorter payloads up to this (RFC 4303, 2.7) */
    bool ip_fragment_headers;  /* IP fragments carry a header each, as they do (RFC 791) */
    struct iptfs_inner *begun; /* a packet of which fragments have gone, reference held */
    uint32_t begun_octets;     /* how much of it has gone */
    uint64_t seq;              /* of the last outer packet; the first has 1 */
    uint64_t number;           /* the same, counting on over all SAs */
    uint32_t sa;               /* which SA, from 0 */
    bool finishing;            /* the SA ends with the packet that is begun, if any */
};

/* AGGFRAG as Linux sizes it: pkt-size leaves trailer and ICV out, and padding is ESP's alone. */
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

/* Inner octets that one outer packet takes on demand, as Linux computes them: what the path MTU
 * leaves after headers and trailer, or, when pkt_size is not 0, pkt_size less the headers alone if
 * that is smaller. 0 when nothing fits. */
uint32_t iptfs_packer_space(const struct iptfs_esp *esp, uint32_t pkt_size_octets,
                            uint32_t mtu_octets);

/* What IP, ESP and AGGFRAG put in front of the inner octets; pkt-size must be larger. */
uint32_t iptfs_packer_head_octets(const struct iptfs_esp *esp);

/* The largest payload of ESP, of which the packet has exactly `pkt_size` octets; 0 when there is
 * none, since ESP ends on a multiple of 4. */
uint32_t iptfs_packer_exact_payload(const struct iptfs_esp *esp, uint32_t pkt_size_octets);

/* Makes the next outer packet of AGGFRAG: what is left of a begun packet, then whole packets while
 * the next one fits; with fill_full the beginning of one that does not. A packet longer than the
 * space is always fragmented, from the start of an outer packet. */
struct iptfs_outer *iptfs_packer_aggfrag(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                         int64_t now_ps);

/* A packet that carries congestion information alone: an AGGFRAG payload of sub-type 1 without data
 * blocks (RFC 9347, 2.2.4). NULL when memory ran out. */
struct iptfs_outer *iptfs_packer_empty(struct iptfs_packer *packer, int64_t now_ps);

/* Lets go of a begun packet (end of the run). */
void iptfs_packer_clear(struct iptfs_packer *packer);

#endif
