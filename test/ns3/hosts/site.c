/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/hosts/site.h"

#include "base/units.h"
#include "support/check.h"

const struct iptfs_ns3_p2p_config site_link = {
    .rate_bps = 10000000,
    .delay_ps = 5 * IPTFS_PS_PER_MS,
    .mtu_octets = 1500,
    .queue_packets = 100,
};

static void on_rtt(void *ctx, int64_t rtt_ps)
{
    struct observed *observed = ctx;
    if (observed->rtts++ == 0)
        observed->rtt_min_ps = rtt_ps;
    observed->rtt_min_ps = iptfs_earlier(observed->rtt_min_ps, rtt_ps);
    observed->rtt_max_ps = iptfs_later(observed->rtt_max_ps, rtt_ps);
}

static void on_finished(void *ctx, int64_t took_ps)
{
    struct observed *observed = ctx;
    observed->finished++;
    observed->took_max_ps = iptfs_later(observed->took_max_ps, took_ps);
}

struct iptfs_ns3_hosts_traffic site_bulk(uint64_t octets)
{
    return (struct iptfs_ns3_hosts_traffic){
        .type = IPTFS_NS3_HOSTS_BULK,
        .flows = 1,
        .ip_version = 4,
        .stop_ps = 20 * IPTFS_PS_PER_S,
        .access = {100000000, 0, 1500, 10000, 0},
        .tcp = IPTFS_NS3_TCP_CUBIC,
        .sack = true,
        .segment_octets = 1448,
        .buffer_octets = 1 << 20,
        .min_rto_ps = IPTFS_PS_PER_S,
        .octets = octets,
    };
}

struct iptfs_ns3_hosts_traffic site_request(void)
{
    struct iptfs_ns3_hosts_traffic traffic = site_bulk(0);
    traffic.type = IPTFS_NS3_HOSTS_REQUEST;
    return traffic;
}

struct iptfs_ns3_hosts_traffic site_onoff(void)
{
    struct iptfs_ns3_hosts_traffic traffic = site_bulk(0);
    traffic.type = IPTFS_NS3_HOSTS_ONOFF;
    traffic.packet_octets = 500;
    traffic.rate_bps = 1000000;
    return traffic;
}

void open_site(struct site *site, const struct iptfs_ns3_hosts_traffic *traffic,
               const struct iptfs_ns3_p2p_config *link)
{
    const struct iptfs_ns3_hosts_observer observer = {on_rtt, on_finished, &site->observed};
    *site = (struct site){0};
    CHECK_INT(iptfs_ns3_open(), 0);
    CHECK_INT(iptfs_ns3_seed(7, 3), 0);
    CHECK_INT(iptfs_ns3_hosts_new(&site->hosts), 0);
    CHECK_INT(iptfs_ns3_hosts_join_p2p(site->hosts, link), 0);
    CHECK_INT(iptfs_ns3_hosts_add(site->hosts, 3, traffic, &observer, &site->section), 0);
}

void close_site(struct site *site)
{
    iptfs_ns3_hosts_free(site->hosts);
    CHECK_INT(iptfs_ns3_close(), 0);
}

struct iptfs_ns3_hosts_flow run_site(const struct iptfs_ns3_hosts_traffic *traffic,
                                     const struct iptfs_ns3_p2p_config *link, int64_t until_ps,
                                     struct observed *observed)
{
    struct site site;
    open_site(&site, traffic, link);
    CHECK_INT(iptfs_ns3_run_until(until_ps), 0);
    struct iptfs_ns3_hosts_flow flow = *iptfs_ns3_section_flow(site.section, 0);
    if (observed != NULL)
        *observed = site.observed;
    close_site(&site);
    return flow;
}
