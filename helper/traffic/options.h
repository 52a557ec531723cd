/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a [traffic.NAME] section says, and the section's rows. */
#ifndef IPTFS_TRAFFIC_OPTIONS_H
#define IPTFS_TRAFFIC_OPTIONS_H

#include "ns3/hosts/hosts.h"
#include "option/direction.h"
#include "option/limit.h"
#include "option/section.h"
#include "option/sizes.h"

#include <stdbool.h>
#include <stdint.h>

/* Its struct is struct iptfs_traffic_options. */
extern const struct iptfs_section iptfs_section_traffic;

enum iptfs_traffic_type {
    IPTFS_TRAFFIC_CBR,
    IPTFS_TRAFFIC_POISSON,
    IPTFS_TRAFFIC_SATURATE,
    IPTFS_TRAFFIC_LIST,
    IPTFS_TRAFFIC_ON_OFF,
    IPTFS_TRAFFIC_VOICE,
    IPTFS_TRAFFIC_GAMES,
    IPTFS_TRAFFIC_PCAP,
    IPTFS_TRAFFIC_TCP_BULK, /* from here on: ns-3's applications, on hosts of ns-3 */
    IPTFS_TRAFFIC_TCP_REQUEST,
    IPTFS_TRAFFIC_UDP_ONOFF
};

enum iptfs_periods {
    IPTFS_PERIODS_EXPONENTIAL,
    IPTFS_PERIODS_PARETO
};

enum iptfs_codec {
    IPTFS_CODEC_G711,
    IPTFS_CODEC_G729
};

enum iptfs_games_side {
    IPTFS_GAMES_CLIENT,
    IPTFS_GAMES_SERVER
};

/* One [traffic.NAME] section. What its type does not use is 0. */
struct iptfs_traffic_options {
    char *name;
    enum iptfs_traffic_type type;
    struct iptfs_sizes size; /* of the whole inner IP packet; not for list, voice, games, pcap */
    uint64_t rate_bps;       /* of inner IP octets; cbr, poisson and on-off, above 0 */
    int64_t on_ps;           /* on-off, udp-onoff: means, and how the lengths are distributed */
    int64_t off_ps;
    enum iptfs_periods periods;
    double shape;           /* with IPTFS_PERIODS_PARETO, above 1 */
    enum iptfs_codec codec; /* voice */
    uint32_t calls;         /* voice, at least 1 */
    bool vad;               /* voice: nothing is sent in pauses */
    int64_t talk_ps;        /* with vad: means of exponential lengths */
    int64_t pause_ps;
    enum iptfs_games_side side;
    uint32_t players; /* games, at least 1 */
    bool loop;        /* pcap */
    double speed;     /* pcap: times go by so much faster */
    char *filter;     /* pcap: libpcap's filter; "" for none */
    int64_t start_ps;
    int64_t stop_ps;     /* no packet at or after it; above start_ps */
    uint64_t count;      /* 0: no limit */
    uint32_t ip_version; /* 4 or 6; pcap: as each packet has it, and TOS too */
    uint8_t tos;
    bool local;                     /* sent by the gateway itself, not forwarded */
    enum iptfs_direction direction; /* which tunnel[] and link[] it takes */
    char *file_path;                /* list, pcap: absolute, was readable; otherwise "" */
    /* From here on of ns-3's applications alone. */
    bool through_tunnel; /* else beside it, over the same link */
    uint32_t flows;      /* at least 1 */
    int64_t stagger_ps;  /* each flow starts so much later than the one before it */
    enum iptfs_ns3_tcp tcp;
    bool sack;
    bool tcp_ecn;
    uint32_t segment_octets; /* of data */
    uint32_t buffer_octets;
    int64_t min_rto_ps;
    uint64_t octets;         /* tcp-bulk: of each flow; 0: no end */
    uint32_t request_octets; /* tcp-request */
    uint32_t response_octets;
    int64_t think_ps;
    uint64_t requests;        /* of each flow; 0: no end */
    uint64_t access_rate_bps; /* the links between hosts and gateways, at both ends */
    int64_t access_delay_ps;
    uint32_t access_mtu_octets;
    struct iptfs_limit access_queue;
};

/* Whether the packets of a section come from ns-3's applications. */
static inline bool iptfs_traffic_hosted(const struct iptfs_traffic_options *traffic)
{
    return traffic->type >= IPTFS_TRAFFIC_TCP_BULK;
}

/* Least shape of Pareto periods: below, hardly any run would come near the mean. */
#define IPTFS_SHAPE_MIN 1.01

/* Most [traffic.NAME] sections a scenario may have: packets carry the index in 16 bits. */
#define IPTFS_TRAFFIC_MAX 65535u

#endif
