/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sizes inner packets may have. */
#ifndef IPTFS_TRAFFIC_LIMITS_H
#define IPTFS_TRAFFIC_LIMITS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_traffic_options;
struct iptfs_traffic_path;

/* The longest IP packet; IPv6's payload length does not count the header. An ip_version other than
 * 4 stands for both. */
uint32_t iptfs_traffic_max_octets(unsigned ip_version);

bool iptfs_traffic_octets_fit(uint64_t octets, unsigned ip_version);

/* The `check` of types whose only limit is that their sizes fit the IP version. */
int iptfs_traffic_check_size(const struct iptfs_traffic_options *options,
                             const struct iptfs_traffic_path *path, struct iptfs_error *error);

#endif
