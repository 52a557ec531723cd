/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP and UDP on hosts of ns-3 in a run: hosts on both sides of the tunnel, hosts whose traffic
 * goes beside it, and what is measured of them. */
#ifndef IPTFS_RUN_HOSTS_H
#define IPTFS_RUN_HOSTS_H

#include "ns3/device_pair.h"
#include "ns3/engine.h"
#include "ns3/hosts/hosts.h"
#include "scenario/scenario.h"
#include "stats/delays.h"
#include "summary/hosts_report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The two paths between the gateways. */
enum iptfs_path {
    IPTFS_PATH_TUNNEL,
    IPTFS_PATH_BYPASS, /* without the tunnel, over the same link */
    IPTFS_PATHS
};

/* A traffic section of ns-3's applications. */
struct iptfs_hosts_section {
    struct iptfs_ns3_section *ns3;  /* NULL: a section of another type */
    struct iptfs_delays rtt;        /* as TCP's senders see it */
    struct iptfs_delays completion; /* of finished transfers, or of requests */
    struct iptfs_ns3_hosts_flow
        *before; /* what each flow had done at iptfs_hosts_restart; or NULL */
};

/* All hosts of a run; must not move in memory. */
struct iptfs_hosts {
    const struct iptfs_scenario *scenario;
    struct iptfs_ns3_hosts *gateways[IPTFS_PATHS]; /* NULL: no traffic takes this path */
    struct iptfs_device_pair device[IPTFS_PATHS];
    struct iptfs_hosts_section *section; /* one for each traffic section */
    uint16_t
        traffic_of[IPTFS_NS3_HOSTS_SECTIONS_MAX]; /* traffic section by its number in ns3/hosts */
};

/* Whether a scenario has traffic of hosts on this path. */
bool iptfs_hosts_wanted(const struct iptfs_scenario *scenario, enum iptfs_path path);

/* Makes the hosts of a scenario, which must outlive them, in the open simulation, and joins them by
 * the tunnels of these engines: [path][direction]; those of a path without traffic are not used.
 * IPTFS_E_NO_MEMORY, IPTFS_E_ENGINE. Whatever the outcome, they are freed with iptfs_hosts_free. */
int iptfs_hosts_init(struct iptfs_hosts *hosts, const struct iptfs_scenario *scenario,
                     struct iptfs_engine *engine[IPTFS_PATHS][IPTFS_DIRECTIONS], uint64_t seed,
                     uint64_t run);

/* Whether ns-3's packets add up once the tunnels are closed: each was delivered or released. */
bool iptfs_hosts_balanced(const struct iptfs_hosts *hosts);

/* A warm-up ends: round trips and completions start anew, and what the flows have done by now is
 * noted. IPTFS_E_NO_MEMORY. */
int iptfs_hosts_restart(struct iptfs_hosts *hosts);

/* What the section of this index did from from_ps to now_ps; `hosted` is false when it is of
 * another type. from_ps is 0, or the time of iptfs_hosts_restart. */
void iptfs_hosts_report(const struct iptfs_hosts *hosts, size_t index, int64_t from_ps,
                        int64_t now_ps, struct iptfs_hosts_report *report);

/* Frees the hosts, after the tunnels; an all-zero one is allowed. */
void iptfs_hosts_free(struct iptfs_hosts *hosts);

#endif
