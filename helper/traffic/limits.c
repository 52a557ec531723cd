/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/limits.h"

#include "packet/packet.h"
#include "scenario/scenario.h"
#include "text/quantity.h"

/* Up to this rate a gap and its remainder fit 64 bits. */
#define RATE_MAX_BPS UINT64_C(1000000000000000000)

uint32_t iptfs_traffic_min_octets(unsigned ip_version)
{
    return ip_version == 6 ? IPTFS_IPV6_HEADER_OCTETS : IPTFS_IPV4_HEADER_OCTETS;
}

uint32_t iptfs_traffic_max_octets(unsigned ip_version)
{
    return ip_version == 4 ? UINT16_MAX : IPTFS_PACKET_MAX_OCTETS;
}

bool iptfs_traffic_octets_fit(uint64_t octets, unsigned ip_version)
{
    return octets >= iptfs_traffic_min_octets(ip_version) &&
           octets <= iptfs_traffic_max_octets(ip_version);
}

int iptfs_traffic_check_size(const struct iptfs_traffic_options *options, struct iptfs_error *error)
{
    const struct iptfs_sizes *size = &options->size;
    if (iptfs_traffic_octets_fit(size->low_octets, options->ip_version) &&
        iptfs_traffic_octets_fit(size->high_octets, options->ip_version) &&
        size->low_octets <= size->high_octets)
        return IPTFS_OK;
    return iptfs_fail(
        error, IPTFS_E_INVALID, "[traffic.%s] size: found '%s', allowed: %u to %u octets for IPv%u",
        options->name, iptfs_exact_sizes(*size).text, iptfs_traffic_min_octets(options->ip_version),
        iptfs_traffic_max_octets(options->ip_version), options->ip_version);
}

int iptfs_traffic_check_rate(const struct iptfs_traffic_options *options, struct iptfs_error *error)
{
    int code = iptfs_traffic_check_size(options, error);
    if (code != IPTFS_OK || (options->rate_bps > 0 && options->rate_bps <= RATE_MAX_BPS))
        return code;
    return iptfs_fail(error, IPTFS_E_INVALID, "[traffic.%s] rate: found '%s', allowed: 1bps to %s",
                      options->name, iptfs_exact_rate(options->rate_bps).text,
                      iptfs_exact_rate(RATE_MAX_BPS).text);
}
