/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sizes and rates inner packets may have. */
#ifndef IPTFS_TRAFFIC_LIMITS_H
#define IPTFS_TRAFFIC_LIMITS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_traffic_options;

/* The shortest IP packet: the header alone. */
uint32_t iptfs_traffic_min_octets(unsigned ip_version);

/* The longest IP packet; IPv6's payload length does not count the header. An ip_version other than
 * 4 stands for both. */
uint32_t iptfs_traffic_max_octets(unsigned ip_version);

bool iptfs_traffic_octets_fit(uint64_t octets, unsigned ip_version);

/* Checks the sizes of a section. IPTFS_E_INVALID with the field, the found and allowed values. */
int iptfs_traffic_check_size(const struct iptfs_traffic_options *options,
                             struct iptfs_error *error);

/* Checks the sizes and the rate. IPTFS_E_INVALID likewise. */
int iptfs_traffic_check_rate(const struct iptfs_traffic_options *options,
                             struct iptfs_error *error);

#endif
