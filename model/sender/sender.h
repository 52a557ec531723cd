/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sender: source, queue, packer and pacer of an outgoing SA. */
#ifndef IPTFS_SENDER_H
#define IPTFS_SENDER_H

#include "congestion/congestion.h"
#include "congestion/plpmtud.h"
#include "esp/esp.h"
#include "packet/packet.h"
#include "sender/mode.h"
#include "sender/pacer.h"
#include "sender/packer.h"
#include "sender/queue.h"
#include "sender/sa_life.h"
#include "sender/source.h"
#include "stats/counters.h"
#include "stats/trace.h"

#include <stdbool.h>
#include <stdint.h>

/* The least payload without AGGFRAG: an IP header and 8 octets of an IP fragment, of IPv6 too, or
 * congestion information. */
#define IPTFS_PLAIN_PAYLOAD_MIN 48u

/* The options of an outgoing SA, under Linux's names, or RFC 9348's where Linux has none. */
struct iptfs_sender_config {
    const struct iptfs_mode *mode; /* NULL: on-demand */
    struct iptfs_esp esp;
    uint32_t pkt_size_octets;    /* 0: the path MTU */
    uint32_t mtu_octets;         /* of the path */
    bool use_path_mtu_discovery; /* packets of one size: a pkt-size above the MTU is lowered */
    bool plpmtud; /* with congestion information from the peer: probes find the path MTU (RFC 8899)
                   */
    uint32_t plpmtud_max_octets; /* up to this size */
    uint64_t max_queue_size_octets;
    int64_t init_delay_ps;
    uint32_t tunnel_mtu_octets; /* longest inner packet (RFC 9347, 2.2.7); 0: any is sent */
    bool dont_frag;
    bool ip_fragment;           /* with dont_frag or tunnel_mtu_octets: IPv4 packets without DF that
                                 * are too long are cut into IP fragments, and not refused */
    bool fill_whole;            /* fill = whole: never start a packet in the rest of an outer one */
    bool fill_full;             /* fill = full; with neither, the default of the mode */
    bool pad_to_avoid_fragment; /* these as in struct iptfs_packer */
    uint32_t min_fragment_octets;
    uint32_t all_pad_every;
    uint32_t tfc_pad_octets;
    bool ip_fragment_headers;
    int64_t max_aggregation_time_ps; /* packets that waited longer are dropped; 0: no limit */
    /* Slots of a paced mode come every slot_numerator / slot_denominator picoseconds. */
    uint64_t slot_numerator;
    uint64_t slot_denominator;
    /* With plpmtud, where the rate is one of octets: numerator for each octet of a packet, and
     * octets of framing around it. 0: the slots stay when the size changes. */
    uint64_t slot_per_octet;
    uint32_t slot_framing_octets;
    int64_t slot_phase_ps; /* when the first slot is, from 0 */
    struct iptfs_sa_life_config sa_life;
    /* Returns congestion information: in the header of each AGGFRAG packet (sub-type 1); on demand
     * and with plain ESP also in empty payloads. Always on where the mode is congestion-controlled.
     */
    bool congestion_info;
    uint32_t dscp; /* of outer packets, 0 to 63, or IPTFS_DSCP_COPY */
    bool ecn; /* outer packets are ECN-capable: with AGGFRAG each has ECT(0), whatever is inside;
               * plain ESP copies the field of its inner packet (RFC 6040, 4.1). Off: Not-ECT, the
               * compatibility mode of RFC 6040 that RFC 9347, 3.1, asks for */
};

/* As the DSCP of outer packets: that of the first inner packet in each. */
#define IPTFS_DSCP_COPY 64u

/* The MTU of the path from a time on, which the sender knows from that time on. */
struct iptfs_mtu_change {
    int64_t at_ps;
    uint32_t mtu_octets;
    uint64_t slot_numerator; /* of a paced mode from then on; 0: as before */
};

/* Callbacks of a sender; `ctx` is passed back. */
struct iptfs_sender_hooks {
    /* An outer packet leaves; the callee gets its reference. Required. */
    void (*send)(void *ctx, int64_t now_ps, struct iptfs_outer *outer);
    /* When the link will have transmitted what it has; for sources that fill it. NULL: now. */
    int64_t (*idle_ps)(void *ctx, int64_t now_ps);
    /* A packet came in (before it is queued or dropped). NULL: not called. */
    void (*arrived)(void *ctx, struct iptfs_inner *inner);
    /* A forwarded packet was too big for a tunnel that may not fragment: its sender gets ICMP
     * "fragmentation needed" or ICMPv6 "packet too big" with this MTU. NULL: not called. */
    void (*icmp)(void *ctx, int64_t now_ps, const struct iptfs_inner *inner, uint32_t mtu_octets);
    void *ctx;
};

struct iptfs_sender {
    struct iptfs_store *store;
    struct iptfs_counters *counters;
    const struct iptfs_trace *trace;
    struct iptfs_source *source; /* NULL: packets come only by iptfs_sender_offer */
    struct iptfs_sender_hooks hooks;
    struct iptfs_sender_config config;
    struct iptfs_queue queue;
    struct iptfs_packer packer;
    struct iptfs_pacer pacer;
    struct iptfs_plpmtud plpmtud;        /* with config.plpmtud */
    struct iptfs_congestion *congestion; /* of this end; NULL: no congestion information */
    int64_t empty_ps;       /* when the next empty payload is due; IPTFS_NEVER: none are sent */
    uint64_t empty_pkts;    /* empty payloads sent */
    uint64_t reported_pkts; /* packets received when the last one was sent */
    struct iptfs_sa_life sa_life; /* of the present SA */
    /* Why nothing is sent and what arrives is dropped; IPTFS_DROP_NONE: no such reason. Until
     * sa_life.rekey_ps where the SA awaits the next one. */
    enum iptfs_drop_cause refusal;
    int64_t ended_ps; /* when the last SA ended without a next one; IPTFS_NEVER: it has not */
    uint32_t tunnel_mtu_octets; /* of the config; UINT32_MAX: none */
    uint32_t window_octets;     /* what sources may keep queued, see struct iptfs_free_space */
    bool stopped;               /* sends nothing more: a breaker tripped, or the SA ended */
    bool eager;                 /* wake for each arrival: traces come in the order of time */
    uint64_t icmp_sent;         /* forwarded packets too big, answered by ICMP */
    uint64_t local_errors;      /* local packets too big, answered by an error value */
};

/* IPTFS_E_INVALID when nothing fits (pkt-size not above the headers or not possible with ESP, or a
 * path MTU too small), or a paced mode has no slots. The store, counters and trace must outlive the
 * sender.
 */
int iptfs_sender_init(struct iptfs_sender *sender, const struct iptfs_sender_config *config,
                      struct iptfs_store *store, struct iptfs_counters *counters,
                      const struct iptfs_trace *trace);

/* Gives the sender the congestion information of its end, which must outlive it and which the
 * receiver of that end updates. A sender that has to return it and may be silent (on demand, plain
 * ESP) then reports to the peer in empty payloads, twice in a round trip, as long as packets come.
 * To be called before the first wake-up. */
void iptfs_sender_set_congestion(struct iptfs_sender *sender, struct iptfs_congestion *congestion);

/* Offers one packet to the tunnel. 0 when it is queued; IPTFS_E_NO_SPACE (dropped, counted);
 * IPTFS_E_TOO_BIG where it is longer than iptfs_sender_tunnel_mtu: the error a local sender gets at
 * its socket, while for a forwarded packet the hook `icmp` is called. IPv4 packets without DF may
 * be queued as IP fragments instead; IPTFS_E_NO_SPACE then when any of them is dropped.
 * IPTFS_E_STOPPED after a breaker has tripped, or while the SA may send nothing.
 * IPTFS_E_NO_MEMORY: not counted either. A handle is released by the store if the packet does not
 * come out at the other end, in each of these cases. */
int iptfs_sender_offer(struct iptfs_sender *sender, const struct iptfs_arrival *arrival);

/* The MTU of the tunnel for inner packets that may not be fragmented: tunnel_mtu_octets, or what
 * one outer packet carries where packets are not fragmented; UINT32_MAX: packets of any length are
 * sent. */
uint32_t iptfs_sender_tunnel_mtu(const struct iptfs_sender *sender);

/* True when a packet of this length, IP version and DF would be refused as too big now: it is
 * longer than that MTU. */
bool iptfs_sender_too_big(const struct iptfs_sender *sender, uint32_t octets, uint8_t ip_version,
                          bool df);

/* When iptfs_sender_wake must be called next, if nothing is offered before; IPTFS_NEVER for not. */
int64_t iptfs_sender_next_ps(const struct iptfs_sender *sender);

/* Takes the arrivals up to now and sends what is due. At the same time arrivals come before the
 * timer. */
void iptfs_sender_wake(struct iptfs_sender *sender, int64_t now_ps);

/* Takes the arrivals up to now and sends nothing: at the end of a run, what has arrived since the
 * last wake-up counts as offered. */
void iptfs_sender_collect(struct iptfs_sender *sender, int64_t now_ps);

/* The path has another MTU from now on, this instant included. With pkt-size 0, on demand, and with
 * use_path_mtu_discovery, the payload of outer packets changes with it. A packet of which fragments
 * were sent continues in payloads of the new size; queued packets that became too long are dropped
 * when they come to be sent. The packets per second of a congestion-controlled sender stay.
 * IPTFS_E_INVALID, and nothing changes, when nothing would fit. With config.plpmtud the sender does
 * not learn of it. */
int iptfs_sender_set_mtu(struct iptfs_sender *sender, const struct iptfs_mtu_change *change);

/* The circuit breaker has tripped: from now on, this instant included, nothing is sent. Queued
 * packets are dropped as IPTFS_DROP_TUNNEL_STOPPED, and so are those that arrive later. */
void iptfs_sender_stop(struct iptfs_sender *sender, int64_t now_ps);

/* Drops all packets that the sender holds: the end of the run or of the SA. */
void iptfs_sender_clear(struct iptfs_sender *sender);

#endif
