/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/types.h"

/* Each is defined in the file of its name. */
extern const struct iptfs_traffic_type iptfs_traffic_cbr, iptfs_traffic_poisson,
    iptfs_traffic_saturate, iptfs_traffic_list, iptfs_traffic_on_off, iptfs_traffic_voice,
    iptfs_traffic_games, iptfs_traffic_pcap;

static const struct iptfs_traffic_type *const types[] = {
    &iptfs_traffic_cbr,    &iptfs_traffic_poisson, &iptfs_traffic_saturate, &iptfs_traffic_list,
    &iptfs_traffic_on_off, &iptfs_traffic_voice,   &iptfs_traffic_games,    &iptfs_traffic_pcap,
};

const struct iptfs_traffic_type *iptfs_traffic_type_at(size_t index)
{
    return index < sizeof types / sizeof types[0] ? types[index] : NULL;
}
