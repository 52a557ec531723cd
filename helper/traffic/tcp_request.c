/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clients and servers over ns-3's TCP: a request, its response, a time to think. */
#include "traffic/host.h"

#define FIELD(member) IPTFS_OPTION_FIELD(iptfs_host_config, member)

static const struct iptfs_option rows[] = {
    {
        .key = "request",
        .kind = &iptfs_kind_octets,
        FIELD(ns3.request_octets),
        .minimum = 1,
        .maximum = 1000000000,
        .standard = "300B",
        .meaning = "size of a request, sent in the direction of the section",
    },
    {
        .key = "response",
        .kind = &iptfs_kind_octets,
        FIELD(ns3.response_octets),
        .minimum = 1,
        .maximum = 1000000000,
        .standard = "100kB",
        .meaning = "size of a response, sent the other way",
    },
    {
        .key = "think",
        .kind = &iptfs_kind_time,
        FIELD(ns3.think_ps),
        .maximum = IPTFS_NS3_DELAY_MAX_PS,
        .standard = "1s",
        .meaning = "mean of the exponential time from a response to the next request",
    },
    {
        .key = "requests",
        .kind = &iptfs_kind_number,
        FIELD(ns3.requests),
        .maximum = UINT64_MAX,
        .standard = "0",
        .meaning = "requests of each flow, one after the other; 0: until stop",
    },
};

const struct iptfs_traffic_keys iptfs_keys_tcp_request = {IPTFS_TRAFFIC_ROWS(rows),
                                                          .shares = &iptfs_keys_host};

static void to_model(const struct iptfs_traffic_options *options,
                     struct iptfs_ns3_hosts_traffic *ns3)
{
    (void)options;
    ns3->type = IPTFS_NS3_HOSTS_REQUEST;
}

const struct iptfs_traffic_type iptfs_traffic_tcp_request = {
    .name = "tcp-request",
    .meaning = "ns-3's TCP, requests and responses as for web pages",
    .source = "ns-3",
    .hosted = true,
    .tcp = true,
    .keys = {&iptfs_keys_ip, &iptfs_keys_host, &iptfs_keys_tcp, &iptfs_keys_tcp_request,
             &iptfs_keys_access},
    .complete = iptfs_host_complete_tcp,
    .check = iptfs_host_check_tcp,
    .to_model = to_model,
};
