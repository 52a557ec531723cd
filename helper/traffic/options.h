/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A [traffic.NAME] section: the values that several types use, and the config structs of the types'
 * own keys. */
#ifndef IPTFS_TRAFFIC_OPTIONS_H
#define IPTFS_TRAFFIC_OPTIONS_H

#include "base/error.h"
#include "option/direction.h"
#include "option/section.h"
#include "option/sizes.h"

#include <stdbool.h>
#include <stdint.h>

/* Its struct is struct iptfs_traffic_options. */
extern const struct iptfs_section iptfs_section_traffic;

/* Values whose key the type does not use are 0. */
struct iptfs_traffic_options {
    char *name;
    unsigned type;           /* index for iptfs_traffic_type_at */
    struct iptfs_sizes size; /* of the whole inner IP packet */
    uint64_t rate_bps;       /* of inner IP octets, above 0 */
    char *file_path;         /* absolute, was readable; "" where the type has no file */
    int64_t start_ps;
    int64_t stop_ps;     /* no packet at or after it; above start_ps */
    uint64_t count;      /* packets; 0: no limit */
    uint32_t ip_version; /* 4 or 6; pcap: 0, as each packet has its own, and its TOS too */
    uint8_t tos;
    bool df;                        /* IPv4's Don't Fragment; pcap: each packet's own */
    bool local;                     /* sent by the gateway itself, not forwarded */
    enum iptfs_direction direction; /* index of tunnel[] and link[] */
    void *configs;                  /* of all groups of keys; see iptfs_traffic_config */
};

/* Makes an empty section with a copy of the name. IPTFS_E_NO_MEMORY; then it holds nothing. */
int iptfs_traffic_options_init(struct iptfs_traffic_options *options, const char *name);

/* Frees what the section holds, and empties it. */
void iptfs_traffic_options_free(struct iptfs_traffic_options *options);

/* Most [traffic.NAME] sections of a scenario: packets carry the index in 16 bits. */
#define IPTFS_TRAFFIC_MAX 65535u

#endif
