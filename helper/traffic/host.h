/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the traffic types of ns-3's applications have in common: keys, checks, and the struct that
 * ns-3's hosts are made from. */
#ifndef IPTFS_TRAFFIC_HOST_H
#define IPTFS_TRAFFIC_HOST_H

#include "ns3/hosts/hosts.h"
#include "option/limit.h"
#include "traffic/types.h"

#include <stdbool.h>

/* The rows write into the ns-3 struct what is used as given. */
struct iptfs_host_config {
    struct iptfs_ns3_hosts_traffic ns3;
    struct iptfs_limit access_queue;
    bool through_tunnel; /* else beside it, over the same link */
};

extern const struct iptfs_traffic_keys
    iptfs_keys_host; /* its config struct is that of the others */
extern const struct iptfs_traffic_keys iptfs_keys_tcp;
extern const struct iptfs_traffic_keys iptfs_keys_access;

/* The config struct of a hosted section. */
struct iptfs_host_config *iptfs_host_config_of(const struct iptfs_traffic_options *options);

/* The `complete` of types over TCP: segments as long as the access links allow. */
void iptfs_host_complete_tcp(struct iptfs_traffic_options *options);

/* What ns-3's hosts cannot do, for `check`. */
int iptfs_host_check(const struct iptfs_traffic_options *options,
                     const struct iptfs_traffic_path *path, struct iptfs_error *error);

/* The `check` of types over TCP. */
int iptfs_host_check_tcp(const struct iptfs_traffic_options *options,
                         const struct iptfs_traffic_path *path, struct iptfs_error *error);

/* Whether the packets of a section come from ns-3's applications. */
bool iptfs_traffic_hosted(const struct iptfs_traffic_options *options);

/* Whether they go beside the tunnel, over the same link. */
bool iptfs_traffic_beside(const struct iptfs_traffic_options *options);

/* What ns-3 makes the hosts of a hosted section from. */
struct iptfs_ns3_hosts_traffic iptfs_host_to_model(const struct iptfs_traffic_options *options);

#endif
