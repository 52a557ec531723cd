/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary/measures.h"

#include "packet/drop_cause.h"
#include "stats/flows.h"
#include "traffic/host.h"

double iptfs_summary_overhead(const struct iptfs_tunnel *tunnel)
{
    uint64_t outer = tunnel->link->stats.sent.octets;
    return iptfs_ratio(outer, tunnel->data_octets) - 1.0;
}

double iptfs_summary_mean_fill(const struct iptfs_tunnel *tunnel)
{
    return iptfs_ratio(tunnel->data_octets, tunnel->payload_octets);
}

double iptfs_summary_loss_amplification(const struct iptfs_tunnel *tunnel)
{
    uint64_t inner = 0, outer = iptfs_link_lost(&tunnel->link->stats).pkts;
    enum iptfs_drop_cause cause;
    for (size_t i = 0; (cause = iptfs_drop_cause_at(i)) != IPTFS_DROP_NONE; i++)
        if (iptfs_drop_cause_place(cause) != IPTFS_DROP_AT_SENDER)
            inner += tunnel->store.ledger.dropped[cause].pkts;
    return iptfs_ratio(inner, outer);
}

bool iptfs_summary_controlled(const struct iptfs_tunnel *tunnel)
{
    return tunnel->sender.config.mode->congestion && tunnel->sender.congestion != NULL;
}

bool iptfs_summary_lists_flows(const struct iptfs_scenario *scenario)
{
    return scenario->traffic_count > 1 ||
           (scenario->traffic_count == 1 && iptfs_traffic_hosted(&scenario->traffic[0]));
}

size_t iptfs_summary_flow_count(const struct iptfs_scenario *scenario)
{
    return scenario->traffic_count < IPTFS_FLOWS_MAX ? scenario->traffic_count
                                                     : IPTFS_FLOWS_MAX - 1;
}
