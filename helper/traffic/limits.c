/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/limits.h"

#include "base/octets.h"
#include "packet/packet.h"
#include "traffic/types.h"

uint32_t iptfs_traffic_max_octets(unsigned ip_version)
{
    return ip_version == 4 ? UINT16_MAX : IPTFS_PACKET_MAX_OCTETS;
}

bool iptfs_traffic_octets_fit(uint64_t octets, unsigned ip_version)
{
    return octets >= iptfs_ip_header_octets(ip_version) &&
           octets <= iptfs_traffic_max_octets(ip_version);
}

int iptfs_traffic_check_size(const struct iptfs_traffic_options *options,
                             const struct iptfs_traffic_path *path, struct iptfs_error *error)
{
    (void)path;
    if (iptfs_traffic_octets_fit(options->size.low_octets, options->ip_version) &&
        iptfs_traffic_octets_fit(options->size.high_octets, options->ip_version))
        return IPTFS_OK;
    return iptfs_traffic_refuse(options, error, "size", "%uB to %uB with ip %u",
                                iptfs_ip_header_octets(options->ip_version),
                                iptfs_traffic_max_octets(options->ip_version), options->ip_version);
}
