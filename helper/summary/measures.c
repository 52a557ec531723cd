/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary/measures.h"

#include "option/time_or_word.h"
#include "packet/drop_cause.h"
#include "stats/flows.h"
#include "traffic/host.h"

bool iptfs_summary_has_warm_up(const struct iptfs_summary_view *view)
{
    return view->scenario->warm_up_ps != 0;
}

bool iptfs_summary_finds_warm_up(const struct iptfs_summary_view *view)
{
    return view->scenario->warm_up_ps == IPTFS_TIME_BY_WORD;
}

double iptfs_summary_overhead(const struct iptfs_totals *totals)
{
    return iptfs_ratio(totals->link.sent.octets, totals->data_octets) - 1.0;
}

double iptfs_summary_mean_fill(const struct iptfs_totals *totals)
{
    return iptfs_ratio(totals->data_octets, totals->payload_octets);
}

double iptfs_summary_loss_amplification(const struct iptfs_totals *totals)
{
    uint64_t inner = 0, outer = iptfs_link_lost(&totals->link).pkts;
    enum iptfs_drop_cause cause;
    for (size_t i = 0; (cause = iptfs_drop_cause_at(i)) != IPTFS_DROP_NONE; i++)
        if (iptfs_drop_cause_place(cause) != IPTFS_DROP_AT_SENDER)
            inner += totals->ledger.dropped[cause].pkts;
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
