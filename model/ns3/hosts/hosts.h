/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts of ns-3 behind two gateways, and the TCP and UDP applications that run on them:
 *
 *   host - access link - gateway 0 = whatever joins them = gateway 1 - access link - host
 *
 * A section of traffic has a host of its own on each side, with any number of flows between them.
 * Nothing is known here of tunnels: the caller joins the gateways by two devices of his own, or by
 * a link of ns-3's.
 *
 * Sockets, congestion control, IP and the access links are ns-3's, without queue disciplines.
 * Functions that return int give 0 or a code of enum iptfs_ns3_error, and need an open simulation.
 */
#ifndef IPTFS_NS3_HOSTS_HOSTS_H
#define IPTFS_NS3_HOSTS_HOSTS_H

#include "ns3/sim.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    IPTFS_NS3_HOSTS_SIDES = 2
};

/* Most sections behind a pair of gateways, and most flows of a section. */
#define IPTFS_NS3_HOSTS_SECTIONS_MAX 255u
#define IPTFS_NS3_HOSTS_FLOWS_MAX 1000u

/* Limits of what a section says. */
#define IPTFS_NS3_HOSTS_MTU_MIN 1280u
#define IPTFS_NS3_HOSTS_SEGMENT_MIN 64u
#define IPTFS_NS3_HOSTS_BUFFER_MIN 4096u
#define IPTFS_NS3_HOSTS_BUFFER_MAX 1073741824u

enum iptfs_ns3_hosts_type {
    IPTFS_NS3_HOSTS_BULK,    /* TCP: `octets` from the host of side `from`, or all it can */
    IPTFS_NS3_HOSTS_REQUEST, /* TCP: requests from side `from`, and answers to them */
    IPTFS_NS3_HOSTS_ONOFF    /* UDP: packets of one size at a constant rate, in on periods */
};

/* Variants of TCP, after the names of ns-3's classes. */
enum iptfs_ns3_tcp {
    IPTFS_NS3_TCP_NEWRENO,
    IPTFS_NS3_TCP_LINUXRENO,
    IPTFS_NS3_TCP_CUBIC,
    IPTFS_NS3_TCP_BBR,
    IPTFS_NS3_TCP_BIC,
    IPTFS_NS3_TCP_DCTCP,
    IPTFS_NS3_TCP_HIGHSPEED,
    IPTFS_NS3_TCP_HTCP,
    IPTFS_NS3_TCP_HYBLA,
    IPTFS_NS3_TCP_ILLINOIS,
    IPTFS_NS3_TCP_LEDBAT,
    IPTFS_NS3_TCP_LP,
    IPTFS_NS3_TCP_SCALABLE,
    IPTFS_NS3_TCP_VEGAS,
    IPTFS_NS3_TCP_VENO,
    IPTFS_NS3_TCP_YEAH,
    IPTFS_NS3_TCP_COUNT
};

struct iptfs_ns3_hosts_traffic {
    enum iptfs_ns3_hosts_type type;
    unsigned from;  /* 0 or 1: the side that sends, or asks */
    unsigned flows; /* 1 to IPTFS_NS3_HOSTS_FLOWS_MAX */
    int ip_version; /* 4 or 6 */
    /* Flow k starts at start_ps + k * stagger_ps; nothing more is given to a socket from stop_ps
     * on. */
    int64_t start_ps;
    int64_t stagger_ps;
    int64_t stop_ps;
    /* The access links of both hosts. The queue is in packets or octets, as in
     * iptfs_ns3_p2p_config.
     */
    struct iptfs_ns3_p2p_config access;
    /* TCP. */
    enum iptfs_ns3_tcp tcp;
    bool sack;
    bool ecn;
    uint32_t segment_octets; /* of data, options not counted */
    uint32_t buffer_octets;  /* of each socket, to send and to receive */
    int64_t min_rto_ps;
    uint64_t octets;         /* BULK: 0 for no end */
    uint32_t request_octets; /* REQUEST: at least 1, as the next */
    uint32_t response_octets;
    uint64_t requests; /* of each flow; 0 for no end */
    int64_t think_ps;  /* mean of the exponential time from a response to the next request */
    /* ONOFF. */
    uint32_t packet_octets; /* whole IP packet */
    uint64_t rate_bps;      /* of IP packets, within on periods */
    int64_t on_ps;          /* means of the lengths; off 0: always on */
    int64_t off_ps;
    double pareto_shape; /* of both, above 1; 0: exponential */
};

/* What the applications and sockets of a flow have done until now. */
struct iptfs_ns3_hosts_flow {
    uint64_t sent_octets;     /* given to the sockets by the applications of both sides */
    uint64_t received_octets; /* handed out by the sockets, in order, without gap or repetition */
    uint64_t acked_octets;    /* TCP: of what was sent */
    uint64_t segments;        /* TCP: with data, sent */
    uint64_t retransmissions; /* TCP: of these, those sent again */
    uint64_t timeouts;        /* TCP: recoveries that a retransmission timer began */
    uint64_t transfers;       /* finished: all octets of a BULK flow, or of a response, have come */
    uint32_t cwnd_octets;     /* TCP: congestion window of the socket with most to send */
    int64_t started_ps;       /* -1: not yet */
    int64_t finished_ps;      /* of the last transfer, when there will be no more; -1: not yet */
    int64_t last_ps;          /* when the last octets were handed out; -1: never */
};

/* Who wants to hear of single events; each hook may be NULL. */
struct iptfs_ns3_hosts_observer {
    /* A round trip from the sending of a segment to the arrival of the acknowledgement, the delay
     * of acknowledgements within; segments sent again are left out (RFC 6298, 3). */
    void (*rtt)(void *ctx, int64_t rtt_ps);
    /* A transfer has finished, which began so long ago: with the flow, or the request. */
    void (*finished)(void *ctx, int64_t took_ps);
    void *ctx;
};

struct iptfs_ns3_hosts;
struct iptfs_ns3_section;

/* Two gateways without hosts, in the open simulation. IPTFS_NS3_EINVAL, _ESTATE, _ENOMEM, _EENGINE;
 * *out is NULL after them. */
int iptfs_ns3_hosts_new(struct iptfs_ns3_hosts **out);

/* The gateway of a side (0 or 1), an ns3::Node that belongs to the hosts. */
void *iptfs_ns3_hosts_gateway(const struct iptfs_ns3_hosts *hosts, unsigned side);

/* Gives addresses to two devices of the gateways, each ns3::NetDevice and known by its index on the
 * node, and leads packets for the other side through them. Once. IPTFS_NS3_EINVAL, _ESTATE,
 * _EENGINE.
 */
int iptfs_ns3_hosts_join(struct iptfs_ns3_hosts *hosts,
                         const uint32_t index[IPTFS_NS3_HOSTS_SIDES]);

/* Joins the gateways by a link of ns-3's in place of that, the same in both directions. */
int iptfs_ns3_hosts_join_p2p(struct iptfs_ns3_hosts *hosts,
                             const struct iptfs_ns3_p2p_config *config);

/* Adds a section of traffic. `number`, below IPTFS_NS3_HOSTS_SECTIONS_MAX, tells its addresses and
 * random streams from those of others, and must be new. The random numbers follow iptfs_ns3_seed.
 * *section belongs to the hosts. IPTFS_NS3_EINVAL when a value is out of its range, _ESTATE,
 * _ENOMEM, _EENGINE. */
int iptfs_ns3_hosts_add(struct iptfs_ns3_hosts *hosts, unsigned number,
                        const struct iptfs_ns3_hosts_traffic *traffic,
                        const struct iptfs_ns3_hosts_observer *observer,
                        struct iptfs_ns3_section **section);

/* What a flow of a section has done; flow below the section's flows. Also after the simulation. */
const struct iptfs_ns3_hosts_flow *iptfs_ns3_section_flow(const struct iptfs_ns3_section *section,
                                                          unsigned flow);

/* The number of the section that an IP packet between the gateways belongs to, told by its
 * addresses; an ICMP message by the gateway itself belongs to that of the host it goes to. -1 for
 * none. `octets` of the packet are there. */
int iptfs_ns3_hosts_number(const uint8_t *head, uint32_t octets);

/* Frees the hosts: before or after the simulation ends. Observers hear nothing more. NULL is
 * allowed. */
void iptfs_ns3_hosts_free(struct iptfs_ns3_hosts *hosts);

#ifdef __cplusplus
}
#endif

#endif
