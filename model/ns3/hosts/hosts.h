/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file
 * Hosts of ns-3 behind two gateways, and the TCP and UDP applications that run on them:
 *
 *     host - access link - gateway 0 = any path = gateway 1 - access link - host
 *
 * A section of traffic has a host of its own on each side, with any number of flows between them.
 * The caller joins the gateways by two devices, such as those of a tunnel, or by a link of ns-3.
 *
 * Sockets, congestion control, IP and the access links are ns-3's, without queue disciplines.
 * Functions that return int return 0 or a negative code of enum iptfs_ns3_error, and need an open
 * simulation whose clock counts picoseconds. */
#ifndef IPTFS_NS3_HOSTS_HOSTS_H
#define IPTFS_NS3_HOSTS_HOSTS_H

#include "ns3/p2p.h"
#include "ns3/sim.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    IPTFS_NS3_HOSTS_SIDES = 2 /**< gateways, each with its hosts */
};

#define IPTFS_NS3_HOSTS_SECTIONS_MAX 255u      /**< most sections behind a pair of gateways */
#define IPTFS_NS3_HOSTS_FLOWS_MAX 1000u        /**< most flows of a section */
#define IPTFS_NS3_HOSTS_MTU_MIN 1280u          /**< least MTU of an access link */
#define IPTFS_NS3_HOSTS_SEGMENT_MIN 64u        /**< least octets of a TCP segment */
#define IPTFS_NS3_HOSTS_BUFFER_MIN 4096u       /**< least octets of a socket's buffer */
#define IPTFS_NS3_HOSTS_BUFFER_MAX 1073741824u /**< most octets of a socket's buffer */

/** What the applications of a section do. */
enum iptfs_ns3_hosts_type {
    IPTFS_NS3_HOSTS_BULK,    /**< TCP: side `from` sends `octets`, or as much as it can */
    IPTFS_NS3_HOSTS_REQUEST, /**< TCP: side `from` sends requests, the other responds */
    IPTFS_NS3_HOSTS_ONOFF    /**< UDP: packets of one size at a constant rate, in on periods */
};

/** Variants of TCP, after the names of ns-3's classes. */
enum iptfs_ns3_tcp {
    IPTFS_NS3_TCP_NEWRENO,   /**< ns3::TcpNewReno */
    IPTFS_NS3_TCP_LINUXRENO, /**< ns3::TcpLinuxReno */
    IPTFS_NS3_TCP_CUBIC,     /**< ns3::TcpCubic */
    IPTFS_NS3_TCP_BBR,       /**< ns3::TcpBbr */
    IPTFS_NS3_TCP_BIC,       /**< ns3::TcpBic */
    IPTFS_NS3_TCP_DCTCP,     /**< ns3::TcpDctcp */
    IPTFS_NS3_TCP_HIGHSPEED, /**< ns3::TcpHighSpeed */
    IPTFS_NS3_TCP_HTCP,      /**< ns3::TcpHtcp */
    IPTFS_NS3_TCP_HYBLA,     /**< ns3::TcpHybla */
    IPTFS_NS3_TCP_ILLINOIS,  /**< ns3::TcpIllinois */
    IPTFS_NS3_TCP_LEDBAT,    /**< ns3::TcpLedbat */
    IPTFS_NS3_TCP_LP,        /**< ns3::TcpLp */
    IPTFS_NS3_TCP_SCALABLE,  /**< ns3::TcpScalable */
    IPTFS_NS3_TCP_VEGAS,     /**< ns3::TcpVegas */
    IPTFS_NS3_TCP_VENO,      /**< ns3::TcpVeno */
    IPTFS_NS3_TCP_YEAH,      /**< ns3::TcpYeah */
    IPTFS_NS3_TCP_COUNT      /**< number of variants */
};

/** What a section of traffic is to do. Fields of other types than its own are ignored. */
struct iptfs_ns3_hosts_traffic {
    enum iptfs_ns3_hosts_type type;     /**< what the applications do */
    unsigned from;                      /**< 0 or 1: the side that sends, or requests */
    unsigned flows;                     /**< 1 to IPTFS_NS3_HOSTS_FLOWS_MAX */
    int ip_version;                     /**< 4 or 6 */
    int64_t start_ps;                   /**< start of flow 0 */
    int64_t stagger_ps;                 /**< flow k starts at start_ps + k * stagger_ps */
    int64_t stop_ps;                    /**< from here on applications send nothing more */
    struct iptfs_ns3_p2p_config access; /**< the access links of both hosts */
    enum iptfs_ns3_tcp tcp;             /**< TCP: the congestion control */
    bool sack;                          /**< TCP: selective acknowledgements (RFC 2018) */
    bool ecn;                           /**< TCP: explicit congestion notification (RFC 3168) */
    uint32_t segment_octets;            /**< TCP: data of a segment, without options */
    uint32_t buffer_octets;             /**< TCP: of each socket, to send and to receive */
    int64_t min_rto_ps;                 /**< TCP: least retransmission timeout */
    uint64_t octets;                    /**< BULK: 0 for no end */
    uint32_t request_octets;            /**< REQUEST: at least 1 */
    uint32_t response_octets;           /**< REQUEST: at least 1 */
    uint64_t requests;                  /**< REQUEST: of each flow; 0 for no end */
    int64_t think_ps;       /**< REQUEST: mean of the exponential time from response to request */
    uint32_t packet_octets; /**< ONOFF: whole IP packet */
    uint64_t rate_bps;      /**< ONOFF: of IP packets, within on periods */
    int64_t on_ps;          /**< ONOFF: mean length of on periods */
    int64_t off_ps;         /**< ONOFF: mean length of off periods; 0: always on */
    double pareto_shape;    /**< ONOFF: of both lengths, above 1; 0: exponential */
};

/** What the applications and sockets of a flow have done until now. */
struct iptfs_ns3_hosts_flow {
    uint64_t sent_octets;     /**< given to the sockets by the applications of both sides */
    uint64_t received_octets; /**< read from the sockets: in order, without gap or repetition */
    uint64_t acked_octets;    /**< TCP: acknowledged of what was sent */
    uint64_t segments;        /**< TCP: sent with data */
    uint64_t retransmissions; /**< TCP: of these, those sent again */
    uint64_t timeouts;        /**< TCP: recoveries that a retransmission timeout started */
    uint64_t transfers;   /**< finished: all octets of a BULK flow, or of a response, received */
    uint32_t cwnd_octets; /**< TCP: congestion window of the socket that sends the most */
    int64_t started_ps;   /**< -1: not yet */
    int64_t finished_ps;  /**< of the last transfer, when there will be no more; -1: not yet */
    int64_t last_ps;      /**< when octets were read last; -1: never */
};

/** Functions that are called for single events; each may be NULL. */
struct iptfs_ns3_hosts_observer {
    /** A round trip, from sending a segment to the arrival of its acknowledgement, delayed
     * acknowledgements included. Segments sent again give none (RFC 6298, section 3). */
    void (*rtt)(void *ctx, int64_t rtt_ps);
    /** A transfer, or a request with its response, has finished after this time. */
    void (*finished)(void *ctx, int64_t took_ps);
    void *ctx; /**< passed to both */
};

/** Two gateways with their hosts. */
struct iptfs_ns3_hosts;

/** A section of traffic. */
struct iptfs_ns3_section;

/** Makes two gateways without hosts, in the open simulation.
 *
 * @param out the gateways, to be freed with iptfs_ns3_hosts_free; NULL on failure
 * @return 0; IPTFS_NS3_EINVAL; IPTFS_NS3_ESTATE; IPTFS_NS3_ENOMEM; IPTFS_NS3_EENGINE */
int iptfs_ns3_hosts_new(struct iptfs_ns3_hosts **out);

/** The gateway of a side.
 *
 * @param hosts may be NULL
 * @param side 0 or 1
 * @return an ns3::Node that belongs to the hosts; NULL for bad arguments */
void *iptfs_ns3_hosts_gateway(const struct iptfs_ns3_hosts *hosts, unsigned side);

/** Gives addresses to a device of each gateway, and routes packets for the other side through them.
 * Only once.
 *
 * @param hosts not NULL
 * @param index of each device on its node, as ns3::Node::GetDevice takes it
 * @return 0; IPTFS_NS3_EINVAL; IPTFS_NS3_ESTATE; IPTFS_NS3_ENOMEM; IPTFS_NS3_EENGINE */
int iptfs_ns3_hosts_join(struct iptfs_ns3_hosts *hosts,
                         const uint32_t index[IPTFS_NS3_HOSTS_SIDES]);

/** Joins the gateways by a link of ns-3 instead, the same in both directions. Only once.
 *
 * @param hosts not NULL
 * @param config not NULL
 * @return as iptfs_ns3_hosts_join */
int iptfs_ns3_hosts_join_p2p(struct iptfs_ns3_hosts *hosts,
                             const struct iptfs_ns3_p2p_config *config);

/** Adds a section of traffic. The random numbers follow iptfs_ns3_seed.
 *
 * @param hosts not NULL
 * @param number below IPTFS_NS3_HOSTS_SECTIONS_MAX and unused: addresses and random streams depend
 * on it
 * @param traffic is copied
 * @param observer is copied; may be NULL
 * @param section belongs to the hosts; NULL on failure
 * @return 0; IPTFS_NS3_EINVAL also when a value is out of its range; IPTFS_NS3_ESTATE when the
 * simulation has run; IPTFS_NS3_ENOMEM; IPTFS_NS3_EENGINE */
int iptfs_ns3_hosts_add(struct iptfs_ns3_hosts *hosts, unsigned number,
                        const struct iptfs_ns3_hosts_traffic *traffic,
                        const struct iptfs_ns3_hosts_observer *observer,
                        struct iptfs_ns3_section **section);

/** What a flow of a section has done. It may be called after the simulation has ended.
 *
 * @param section may be NULL
 * @param flow from 0
 * @return valid as long as the hosts; NULL for bad arguments */
const struct iptfs_ns3_hosts_flow *iptfs_ns3_section_flow(const struct iptfs_ns3_section *section,
                                                          unsigned flow);

/** The number of the section that an IP packet between the gateways belongs to, by its addresses.
 *
 * An ICMP message that a gateway sends belongs to the section of the host it goes to.
 *
 * @param head the beginning of the packet
 * @param octets of `head`: at least 20 for IPv4, 40 for IPv6
 * @return the number; -1 for none */
int iptfs_ns3_hosts_number(const uint8_t *head, uint32_t octets);

/** Frees the hosts, before or after the simulation ends. Observers are called no more.
 *
 * @param hosts may be NULL */
void iptfs_ns3_hosts_free(struct iptfs_ns3_hosts *hosts);

#ifdef __cplusplus
}
#endif

#endif
