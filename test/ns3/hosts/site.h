/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A section of traffic on hosts of ns-3, between gateways joined by a link of ns-3's own: what
 * every tunnel is compared with. */
#ifndef IPTFS_TEST_NS3_HOSTS_SITE_H
#define IPTFS_TEST_NS3_HOSTS_SITE_H

#include "ns3/hosts/hosts.h"

#include <stdint.h>

/* What the observer of a section was called with. */
struct observed {
    uint64_t rtts;
    int64_t rtt_min_ps;
    int64_t rtt_max_ps;
    uint64_t finished;
    int64_t took_max_ps;
};

struct site {
    struct iptfs_ns3_hosts *hosts;
    struct iptfs_ns3_section *section;
    struct observed observed;
};

/* 10 Mb/s and 5 ms between the gateways, a queue of 100 packets. */
extern const struct iptfs_ns3_p2p_config site_link;

/* A flow of TCP that sends `octets` until 20 s; 0: without end. Access links of 100 Mb/s. */
struct iptfs_ns3_hosts_traffic site_bulk(uint64_t octets);

/* The same flow as TCP requests without sizes, and as UDP packets of 500 octets at 1 Mb/s. */
struct iptfs_ns3_hosts_traffic site_request(void);
struct iptfs_ns3_hosts_traffic site_onoff(void);

/* Opens a simulation with the section in it, number 3; closes both. The site must not move. */
void open_site(struct site *site, const struct iptfs_ns3_hosts_traffic *traffic,
               const struct iptfs_ns3_p2p_config *link);
void close_site(struct site *site);

/* Opens a site, runs it until this time, closes it: what the first flow did, and what the observer
 * of all was called with (NULL: not asked for). */
struct iptfs_ns3_hosts_flow run_site(const struct iptfs_ns3_hosts_traffic *traffic,
                                     const struct iptfs_ns3_p2p_config *link, int64_t until_ps,
                                     struct observed *observed);

#endif
