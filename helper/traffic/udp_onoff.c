/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ns-3's OnOffApplication over UDP: packets of one size at a constant rate in on periods. */
#include "base/octets.h"
#include "text/quantity.h"
#include "traffic/host.h"
#include "traffic/periods.h"

static int check_limits(const struct iptfs_traffic_options *options, struct iptfs_error *error)
{
    const struct iptfs_periods *periods = iptfs_periods_of(options);
    const struct iptfs_sizes *size = &options->size;
    uint32_t least = iptfs_ip_header_octets(options->ip_version) + IPTFS_UDP_HEADER_OCTETS + 1;
    if (size->low_octets != size->high_octets || size->low_octets < least ||
        size->low_octets > UINT16_MAX)
        return iptfs_traffic_refuse(options, error, "size",
                                    "one size from %uB to %uB (with IP and UDP headers)", least,
                                    UINT16_MAX);
    if (options->rate_bps > IPTFS_NS3_RATE_MAX_BPS)
        return iptfs_traffic_refuse(options, error, "rate", "up to %s",
                                    iptfs_exact_rate(IPTFS_NS3_RATE_MAX_BPS).text);
    const bool long_on = periods->on_ps > IPTFS_NS3_DELAY_MAX_PS;
    if (long_on || periods->off_ps > IPTFS_NS3_DELAY_MAX_PS)
        return iptfs_traffic_refuse(options, error, long_on ? "on" : "off", "up to %s",
                                    iptfs_exact_time(IPTFS_NS3_DELAY_MAX_PS).text);
    return IPTFS_OK;
}

static int check(const struct iptfs_traffic_options *options, const struct iptfs_traffic_path *path,
                 struct iptfs_error *error)
{
    int code = iptfs_periods_check(options, error);
    if (code == IPTFS_OK)
        code = iptfs_host_check(options, path, error);
    return code == IPTFS_OK ? check_limits(options, error) : code;
}

static void to_model(const struct iptfs_traffic_options *options,
                     struct iptfs_ns3_hosts_traffic *ns3)
{
    const struct iptfs_periods *periods = iptfs_periods_of(options);
    ns3->type = IPTFS_NS3_HOSTS_ONOFF;
    ns3->packet_octets = options->size.high_octets;
    ns3->rate_bps = options->rate_bps;
    ns3->on_ps = periods->on_ps;
    ns3->off_ps = periods->off_ps;
    ns3->pareto_shape = periods->distribution == IPTFS_PERIODS_PARETO ? periods->shape : 0.0;
}

const struct iptfs_traffic_type iptfs_traffic_udp_onoff = {
    .name = "udp-onoff",
    .meaning = "ns-3's OnOffApplication over UDP",
    .source = "ns-3",
    .hosted = true,
    .keys = {&iptfs_keys_size, &iptfs_keys_rate, &iptfs_keys_periods, &iptfs_keys_ip,
             &iptfs_keys_host, &iptfs_keys_access},
    .check = check,
    .to_model = to_model,
};
