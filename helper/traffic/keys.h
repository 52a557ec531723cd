/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of [traffic.NAME], in groups. A traffic type uses some of the groups; most have one of
 * their own, whose rows fill a config struct that only the type knows. */
#ifndef IPTFS_TRAFFIC_KEYS_H
#define IPTFS_TRAFFIC_KEYS_H

#include "option/option.h"

#include <stddef.h>

struct iptfs_traffic_options;

struct iptfs_traffic_keys {
    const struct iptfs_option *rows;
    size_t count;
    /* Of the struct that the rows fill; 0: struct iptfs_traffic_options. */
    size_t config_octets;
    /* The group whose config struct these rows fill too; NULL: they have one of their own. */
    const struct iptfs_traffic_keys *shares;
};

/* The initialiser of a group: its array of rows, and the struct that they fill. */
#define IPTFS_TRAFFIC_ROWS(array) .rows = (array), .count = sizeof(array) / sizeof(array)[0]

/* Groups of struct iptfs_traffic_options. All types use the keys type, start, stop and direction;
 * the others are used by the types that name them. */
extern const struct iptfs_traffic_keys iptfs_keys_type;
extern const struct iptfs_traffic_keys iptfs_keys_size;
extern const struct iptfs_traffic_keys iptfs_keys_rate;
extern const struct iptfs_traffic_keys iptfs_keys_file;
extern const struct iptfs_traffic_keys iptfs_keys_time; /* start, stop */
extern const struct iptfs_traffic_keys iptfs_keys_count;
extern const struct iptfs_traffic_keys iptfs_keys_ip;
extern const struct iptfs_traffic_keys iptfs_keys_tos;
extern const struct iptfs_traffic_keys iptfs_keys_df;
extern const struct iptfs_traffic_keys iptfs_keys_origin;
extern const struct iptfs_traffic_keys iptfs_keys_direction;

/* What types that make up their packets have in common. */
#define IPTFS_KEYS_SYNTHETIC                                                                       \
    &iptfs_keys_count, &iptfs_keys_ip, &iptfs_keys_tos, &iptfs_keys_df, &iptfs_keys_origin

/* The config struct of a section that the rows of a group fill; NULL for groups of struct
 * iptfs_traffic_options. */
void *iptfs_traffic_config(const struct iptfs_traffic_options *options,
                           const struct iptfs_traffic_keys *keys);

#endif
