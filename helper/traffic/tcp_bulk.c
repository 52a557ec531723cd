/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ns-3's TCP with all that it can send, or a number of octets for each flow. */
#include "traffic/host.h"

static const struct iptfs_option rows[] = {{
    .key = "octets",
    .kind = &iptfs_kind_octets,
    IPTFS_OPTION_FIELD(iptfs_host_config, ns3.octets),
    .maximum = UINT64_MAX / 2,
    .standard = "0",
    .meaning = "octets that a flow sends before it closes; 0: until stop",
}};

const struct iptfs_traffic_keys iptfs_keys_tcp_bulk = {IPTFS_TRAFFIC_ROWS(rows),
                                                       .shares = &iptfs_keys_host};

static void to_model(const struct iptfs_traffic_options *options,
                     struct iptfs_ns3_hosts_traffic *ns3)
{
    (void)options;
    ns3->type = IPTFS_NS3_HOSTS_BULK;
}

const struct iptfs_traffic_type iptfs_traffic_tcp_bulk = {
    .name = "tcp-bulk",
    .meaning = "ns-3's TCP, sending as much as it can",
    .source = "ns-3",
    .hosted = true,
    .tcp = true,
    .keys = {&iptfs_keys_ip, &iptfs_keys_host, &iptfs_keys_tcp, &iptfs_keys_tcp_bulk,
             &iptfs_keys_access},
    .complete = iptfs_host_complete_tcp,
    .check = iptfs_host_check_tcp,
    .to_model = to_model,
};
