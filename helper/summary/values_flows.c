/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single flows: each traffic section by its name, and what ns-3's applications measured. */
#include "summary/measures.h"
#include "summary/row.h"

static bool lists_flows(const struct iptfs_summary_subject *subject)
{
    return iptfs_summary_lists_flows(subject->view->scenario);
}

static bool is_hosted(const struct iptfs_summary_subject *subject)
{
    return subject->hosts != NULL;
}

static bool is_tcp(const struct iptfs_summary_subject *subject)
{
    return subject->hosts != NULL && subject->hosts->tcp;
}

static const struct iptfs_summary_condition listed = {
    "with several traffic sections or with ns-3's applications, for the first 255 sections",
    lists_flows,
};

static const struct iptfs_summary_condition hosted = {"for ns-3's applications", is_hosted};

static const struct iptfs_summary_condition tcp = {"for ns-3's TCP applications", is_tcp};

/* Data for ns-3's applications, else whole inner packets. */
static double received(const struct iptfs_summary_subject *subject)
{
    return (double)(subject->hosts != NULL ? subject->hosts->received_octets
                                           : iptfs_flow_octets(subject->flow));
}

static double cwnd(const struct iptfs_summary_subject *subject)
{
    return (double)subject->hosts->cwnd_octets;
}

static double retransmitted(const struct iptfs_summary_subject *subject)
{
    return (double)subject->hosts->retransmissions;
}

static struct iptfs_figure offered_pkts(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(iptfs_flow_offered(subject->flow).pkts);
}

static struct iptfs_figure offered_octets(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(iptfs_flow_offered(subject->flow).octets);
}

static struct iptfs_figure delivered_pkts(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->flow->delivered.delays.count);
}

static struct iptfs_figure delivered_octets(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->flow->delivered.octets);
}

static struct iptfs_figure lost(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->flow->lost.pkts);
}

static struct iptfs_figure in_flight(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->flow->in_flight.pkts);
}

static struct iptfs_figure in_flight_before(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->flow->in_flight_before.pkts);
}

static struct iptfs_figure loss(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(iptfs_flow_loss(subject->flow));
}

static struct iptfs_figure delay(const struct iptfs_summary_subject *subject)
{
    return iptfs_summary_delay(&subject->flow->delivered.delays, subject->part);
}

static struct iptfs_figure jitter_mean(const struct iptfs_summary_subject *subject)
{
    return iptfs_summary_jitter(&subject->tunnel->flows, subject->flow,
                                &subject->flow->delivered.delays);
}

static struct iptfs_figure jitter_spread(const struct iptfs_summary_subject *subject)
{
    return iptfs_summary_spread(&subject->flow->delivered.delays);
}

static struct iptfs_figure goodput(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(subject->hosts->goodput_bps);
}

static struct iptfs_figure sent_octets(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->hosts->sent_octets);
}

static struct iptfs_figure received_octets(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->hosts->received_octets);
}

static struct iptfs_figure fairness(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(subject->hosts->fairness);
}

static struct iptfs_figure acked_octets(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->hosts->acked_octets);
}

static struct iptfs_figure segments(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->hosts->segments);
}

static struct iptfs_figure retransmissions(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->hosts->retransmissions);
}

static struct iptfs_figure timeouts(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->hosts->timeouts);
}

static struct iptfs_figure transfers(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->hosts->transfers);
}

static struct iptfs_figure completion(const struct iptfs_summary_subject *subject)
{
    return iptfs_summary_delay(subject->hosts->completion, subject->part);
}

static struct iptfs_figure rtt(const struct iptfs_summary_subject *subject)
{
    return iptfs_summary_delay(subject->hosts->rtt, subject->part);
}

static const struct iptfs_summary_row flow_rows[] = {
    {
        .name = "offered.pkts",
        .unit = "packets",
        .caption = "packets offered",
        .meaning = "Packets of the flow that arrived at the sender.",
        .get = offered_pkts,
    },
    {
        .name = "offered.octets",
        .unit = "octets",
        .caption = "octets offered",
        .meaning = "Octets of these packets.",
        .get = offered_octets,
    },
    {
        .name = "delivered.pkts",
        .unit = "packets",
        .caption = "packets delivered",
        .meaning = "Packets of the flow delivered at the far end.",
        .get = delivered_pkts,
    },
    {
        .name = "delivered.octets",
        .unit = "octets",
        .caption = "octets delivered",
        .meaning = "Octets of these packets.",
        .get = delivered_octets,
    },
    {
        .name = "lost",
        .unit = "packets",
        .caption = "inner packets lost",
        .meaning = "Packets of the flow that were not delivered, for any cause.",
        .get = lost,
    },
    {
        .name = "in_flight",
        .unit = "packets",
        .caption = "inner packets in flight",
        .meaning = "Packets of the flow inside the tunnel when the run ended.",
        .get = in_flight,
        .span = IPTFS_SPAN_END,
    },
    {
        .name = "in_flight_before",
        .unit = "packets",
        .caption = "inner packets in flight at the end of the warm-up",
        .meaning = "Packets of the flow inside the tunnel when the warm-up ended.",
        .get = in_flight_before,
        .when = &iptfs_summary_with_warm_up,
    },
    {
        .name = "loss",
        .unit = "share",
        .caption = "loss of inner packets",
        .meaning = "Packets lost, divided by those offered and those in flight before.",
        .get = loss,
    },
    {
        .name = "delay_s",
        .unit = "s",
        .caption = "delay",
        .meaning = "Delay of the flow's delivered packets.",
        .get = delay,
        .parts = &iptfs_summary_statistics,
    },
    {
        .name = "jitter_s.mean",
        .unit = "s",
        .caption = "jitter, mean",
        .meaning = "Mean difference between the delays of successive packets.",
        .get = jitter_mean,
    },
    {
        .name = "jitter_s.p99_p50",
        .unit = "s",
        .caption = "jitter, 99th percentile less median",
        .meaning = "The 99th percentile of the delay less its median.",
        .get = jitter_spread,
    },
    {
        .name = "goodput_bps",
        .unit = "bit/s",
        .caption = "goodput",
        .meaning = "Data that the applications received in order and without gap, per second from "
                   "the section's start, or the end of the warm-up, to its end or its last "
                   "transfer; null when that was before the warm-up ended.",
        .get = goodput,
        .when = &hosted,
        .series = {IPTFS_SERIES_RATE, IPTFS_SERIES_PLOT_RATES, received, NULL,
                   "Data that ns-3's applications received in order and without gap; for other "
                   "sections the delivered inner packets."},
    },
    {
        .name = "sent_octets",
        .unit = "octets",
        .caption = "data sent",
        .meaning = "Data that the applications gave to their sockets.",
        .get = sent_octets,
        .when = &hosted,
    },
    {
        .name = "received_octets",
        .unit = "octets",
        .caption = "data received",
        .meaning = "Data that the applications received in order and without gap.",
        .get = received_octets,
        .when = &hosted,
    },
    {
        .name = "fairness",
        .unit = "1",
        .caption = "fairness",
        .meaning =
            "Jain's index of the goodput of the section's flows; null when nothing was received.",
        .get = fairness,
        .when = &hosted,
    },
    {
        .name = "acked_octets",
        .unit = "octets",
        .caption = "data acknowledged",
        .meaning = "Data that TCP receivers acknowledged.",
        .get = acked_octets,
        .when = &tcp,
    },
    {
        .name = "segments",
        .unit = "segments",
        .caption = "segments",
        .meaning = "TCP segments with data that were sent.",
        .get = segments,
        .when = &tcp,
    },
    {
        .name = "cwnd_octets",
        .unit = "octets",
        .caption = "congestion windows",
        .meaning = "The congestion windows of all flows of the section together.",
        .series = {IPTFS_SERIES_LEVEL, IPTFS_SERIES_PLOT_CWND, cwnd, &tcp, NULL},
    },
    {
        .name = "retransmissions",
        .unit = "segments",
        .caption = "segments retransmitted",
        .meaning = "TCP segments with data that were sent again; they are part of segments.",
        .get = retransmissions,
        .when = &tcp,
        .series = {IPTFS_SERIES_INCREASE, IPTFS_SERIES_PLOT_NONE, retransmitted, &tcp, NULL},
    },
    {
        .name = "timeouts",
        .unit = "1",
        .caption = "timeouts",
        .meaning = "How often a retransmission timeout began a recovery.",
        .get = timeouts,
        .when = &tcp,
    },
    {
        .name = "transfers",
        .unit = "1",
        .caption = "transfers",
        .meaning = "Transfers or requests that were finished.",
        .get = transfers,
        .when = &tcp,
    },
    {
        .name = "completion_s",
        .unit = "s",
        .caption = "completion",
        .meaning = "Time from the flow's start or the request to the last octet, of finished "
                   "transfers or requests.",
        .get = completion,
        .parts = &iptfs_summary_statistics,
        .when = &tcp,
    },
    {
        .name = "rtt_s",
        .unit = "s",
        .caption = "round trip",
        .meaning = "Time from sending a TCP segment to its acknowledgement; segments sent again do "
                   "not count.",
        .get = rtt,
        .parts = &iptfs_summary_statistics,
        .when = &tcp,
    },
};

const struct iptfs_summary_group iptfs_summary_flows_group = {
    .title = "Flows",
    .scope = IPTFS_SUMMARY_FLOW,
    .prefix = "flows",
    .when = &listed,
    .rows = flow_rows,
    .count = sizeof flow_rows / sizeof flow_rows[0],
};
