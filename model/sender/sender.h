/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sender: source, queue, packer and pacer of an outgoing SA. */
#ifndef IPTFS_SENDER_H
#define IPTFS_SENDER_H

#include "congestion/congestion.h"
#include "esp/esp.h"
#include "packet/packet.h"
#include "sender/mode.h"
#include "sender/pacer.h"
#include "sender/packer.h"
#include "sender/queue.h"
#include "sender/source.h"
#include "stats/counters.h"
#include "stats/trace.h"

#include <stdbool.h>
#include <stdint.h>

/* Without AGGFRAG packets are cut into IP fragments, which hold a header and at least 8 octets;
 * more are asked for here, so that also an IPv6 header and congestion information fit. */
#define IPTFS_PLAIN_SPACE_MIN 48u

/* The options of an outgoing SA, under Linux's names, or RFC 9348's where Linux has none. */
struct iptfs_sender_config {
    const struct iptfs_mode *mode; /* NULL: on-demand */
    struct iptfs_esp esp;
    uint32_t pkt_size_octets; /* 0: the path MTU */
    uint32_t mtu_octets;      /* of the path */
    uint64_t max_queue_size_octets;
    int64_t init_delay_ps;
    bool dont_frag;
    bool fill_whole;            /* fill = whole: never begin a packet in the rest of an outer one */
    bool fill_full;             /* fill = full; with neither, as is usual for the mode */
    bool pad_to_avoid_fragment; /* these as in struct iptfs_packer */
    uint32_t min_fragment_octets;
    uint32_t all_pad_every;
    uint32_t tfc_pad_octets;
    bool ip_fragment_headers;
    int64_t max_aggregation_time_ps; /* packets that waited longer are dropped; 0: no limit */
    /* Slots of a paced mode come every slot_numerator / slot_denominator picoseconds. */
    uint64_t slot_numerator;
    uint64_t slot_denominator;
    uint64_t rekey_after_pkts; /* a new SA after so many packets; 0: not by their number */
    int64_t rekey_after_ps;    /* ... or so much time; 0: not by time */
    bool ecn; /* outer packets carry the marks of inner ones (RFC 6040), and are ECN-capable: those
               * of AGGFRAG all, those of plain ESP when their inner packet is */
};

/* The path's MTU from some time on, which the sender learns at once. */
struct iptfs_mtu_change {
    int64_t at_ps;
    uint32_t mtu_octets;
    uint64_t slot_numerator; /* of a paced mode from then on; 0: as before */
};

/* What a sender calls; `ctx` is passed back. */
struct iptfs_sender_hooks {
    /* An outer packet leaves; the callee takes it over. Required. */
    void (*send)(void *ctx, int64_t now_ps, struct iptfs_outer *outer);
    /* When the link will have transmitted what it has; for sources that fill it. NULL: now. */
    int64_t (*idle_ps)(void *ctx, int64_t now_ps);
    /* A packet came in (before it is queued or refused). NULL: not told. */
    void (*arrived)(void *ctx, struct iptfs_inner *inner);
    /* A forwarded packet was too big for a tunnel that may not fragment: its sender gets ICMP
     * "fragmentation needed" or ICMPv6 "packet too big" with this MTU. NULL: not told. */
    void (*icmp)(void *ctx, int64_t now_ps, const struct iptfs_inner *inner, uint32_t mtu_octets);
    void *ctx;
};

struct iptfs_sender {
    struct iptfs_store *store;
    struct iptfs_counters *counters;
    const struct iptfs_trace *trace;
    struct iptfs_source *source; /* NULL: packets come by iptfs_sender_offer alone */
    struct iptfs_sender_hooks hooks;
    struct iptfs_sender_config config;
    struct iptfs_queue queue;
    struct iptfs_packer packer;
    struct iptfs_pacer pacer;
    struct iptfs_congestion *congestion; /* of this end; NULL: no congestion information */
    int64_t empty_ps;       /* when the next empty payload is due; IPTFS_NEVER: none are sent */
    uint64_t empty_pkts;    /* empty payloads sent */
    uint64_t told_pkts;     /* what had arrived when the last one was sent */
    int64_t sa_begun_ps;    /* when the present SA began */
    uint32_t window_octets; /* what sources may keep waiting, see struct iptfs_room */
    bool stopped;           /* sends nothing more */
    bool eager;             /* wake for each arrival: traces come in the order of time */
    uint64_t icmp_sent;     /* forwarded packets too big, answered by ICMP */
    uint64_t local_errors;  /* local packets too big, answered by an error value */
};

/* IPTFS_E_INVALID when nothing fits (pkt-size not above the headers or not to be had, or a path MTU
 * too small), or a paced mode has no slots. The store, counters and trace must outlive the sender.
 */
int iptfs_sender_init(struct iptfs_sender *sender, const struct iptfs_sender_config *config,
                      struct iptfs_store *store, struct iptfs_counters *counters,
                      const struct iptfs_trace *trace);

/* Gives the sender its end's congestion control, which must outlive it; what the receiver of that
 * end learns goes there too. A sender of another mode, plain ESP, tells the peer what arrives from
 * it in empty payloads, twice in a round trip. To be called before the first wake-up. */
void iptfs_sender_set_congestion(struct iptfs_sender *sender, struct iptfs_congestion *congestion);

/* Offers one packet to the tunnel. 0 when it is queued; IPTFS_E_NO_SPACE (dropped, counted);
 * IPTFS_E_TOO_BIG under dont-frag: the error a local sender gets at its socket, while for a
 * forwarded packet the hook `icmp` is called; the inner MTU is sender->packer.payload_octets.
 * IPTFS_E_STOPPED behind a circuit breaker.
 * IPTFS_E_NO_MEMORY: not even counted. A handle is released by the store if the packet does not
 * come out at the other end, in each of these cases. */
int iptfs_sender_offer(struct iptfs_sender *sender, const struct iptfs_arrival *arrival);

/* True when a packet of this length and IP version would be refused as too big now: it is longer
 * than an outer packet holds, and may not be cut. */
bool iptfs_sender_too_big(const struct iptfs_sender *sender, uint32_t octets, uint8_t ip_version);

/* When iptfs_sender_wake must be called next, if nothing is offered before; IPTFS_NEVER for not. */
int64_t iptfs_sender_next_ps(const struct iptfs_sender *sender);

/* Takes the arrivals up to now and sends what is due. At one instant arrivals come before the
 * timer. */
void iptfs_sender_wake(struct iptfs_sender *sender, int64_t now_ps);

/* Takes the arrivals up to now and sends nothing: the end of a run, where what came in since the
 * last wake-up counts as offered. */
void iptfs_sender_collect(struct iptfs_sender *sender, int64_t now_ps);

/* The path has another MTU from now on, this instant included: with pkt-size 0, and on demand, the
 * space follows it. A packet of which fragments have gone goes on in the new space; packets queued
 * that became too long to be sent are dropped when their turn comes. What a congestion-controlled
 * sender may send, in packets per second, stays. IPTFS_E_INVALID, and nothing changes, when nothing
 * would fit. */
int iptfs_sender_set_mtu(struct iptfs_sender *sender, const struct iptfs_mtu_change *change);

/* The circuit breaker has tripped: from now on, this instant included, nothing is sent. What is
 * inside ends as IPTFS_DROP_TUNNEL_STOPPED, and so does what will arrive. */
void iptfs_sender_stop(struct iptfs_sender *sender, int64_t now_ps);

/* Lets go of all packets inside. */
void iptfs_sender_clear(struct iptfs_sender *sender);

#endif
