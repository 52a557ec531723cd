/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts of inner packets: where each one ended. */
#include "packet/drop_cause.h"
#include "summary/row.h"

static const char *cause_name(size_t part)
{
    enum iptfs_drop_cause cause = iptfs_drop_cause_at(part);
    return cause != IPTFS_DROP_NONE ? iptfs_drop_cause_name(cause) : NULL;
}

static const char *cause_meaning(size_t part)
{
    return iptfs_drop_cause_meaning(iptfs_drop_cause_at(part));
}

static const struct iptfs_summary_parts causes = {
    .placeholder = "CAUSE",
    .name = cause_name,
    .caption = cause_name,
    .meaning = cause_meaning,
};

static struct iptfs_figure offered_pkts(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->ledger.offered.pkts);
}

static struct iptfs_figure offered_octets(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->ledger.offered.octets);
}

static struct iptfs_figure delivered_pkts(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->ledger.delivered.pkts);
}

static struct iptfs_figure delivered_octets(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->ledger.delivered.octets);
}

static struct iptfs_figure dropped(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(
        subject->totals->ledger.dropped[iptfs_drop_cause_at(subject->part)].pkts);
}

static struct iptfs_figure inner_in_flight(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->tunnel->in_flight_pkts);
}

static struct iptfs_figure inner_in_flight_before(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(iptfs_ledger_in_flight(&subject->before->ledger));
}

static struct iptfs_figure delivered_again(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->delivered_again);
}

static struct iptfs_figure inner_ce_marked(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->ce_marked_pkts);
}

static struct iptfs_figure ecn_dangerous(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->ecn_dangerous);
}

static struct iptfs_figure ecn_possibly_dangerous(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->ecn_possibly_dangerous);
}

static bool by_rfc6040(const struct iptfs_summary_subject *subject)
{
    return subject->tunnel->receiver.config.ecn_decap == IPTFS_ECN_DECAP_RFC6040;
}

static const struct iptfs_summary_condition with_rfc6040 = {"with ecn-decap = rfc6040", by_rfc6040};

static struct iptfs_figure ip_fragmented(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->ip_cut_pkts);
}

static struct iptfs_figure ip_fragments(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->ip_fragments);
}

static struct iptfs_figure icmp_sent(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->icmp_sent);
}

static struct iptfs_figure local_errors(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->local_errors);
}

static struct iptfs_figure skipped(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->view->direction[subject->direction].skipped_pkts);
}

static const struct iptfs_summary_row inner_rows[] = {
    {
        .name = "inner.offered.pkts",
        .unit = "packets",
        .caption = "inner packets offered",
        .meaning = "Inner packets that arrived at the sender.",
        .get = offered_pkts,
    },
    {
        .name = "inner.offered.octets",
        .unit = "octets",
        .caption = "inner octets offered",
        .meaning = "Octets of the inner packets that arrived at the sender.",
        .get = offered_octets,
    },
    {
        .name = "inner.delivered.pkts",
        .unit = "packets",
        .caption = "inner packets delivered",
        .meaning = "Inner packets delivered at the far end; second copies do not count.",
        .get = delivered_pkts,
    },
    {
        .name = "inner.delivered.octets",
        .unit = "octets",
        .caption = "inner octets delivered",
        .meaning = "Octets of the inner packets delivered.",
        .get = delivered_octets,
    },
    {
        .name = "inner.dropped",
        .unit = "packets",
        .caption = "inner packets dropped",
        .meaning = "Inner packets that were not delivered, by the first cause.",
        .get = dropped,
        .parts = &causes,
    },
    {
        .name = "inner.in_flight",
        .unit = "packets",
        .caption = "inner packets in flight at the end",
        .meaning = "Inner packets inside the tunnel when the run ended.",
        .get = inner_in_flight,
        .span = IPTFS_SPAN_END,
    },
    {
        .name = "inner.in_flight_before",
        .unit = "packets",
        .caption = "inner packets in flight at the end of the warm-up",
        .meaning = "Inner packets inside the tunnel when the warm-up ended: with those offered "
                   "since they are the ones delivered, dropped and in flight.",
        .get = inner_in_flight_before,
        .when = &iptfs_summary_with_warm_up,
    },
    {
        .name = "inner.delivered_again",
        .unit = "packets",
        .caption = "inner packets delivered again",
        .meaning = "Second copies of inner packets that no replay or reorder window discarded.",
        .get = delivered_again,
    },
    {
        .name = "inner.ce_marked",
        .unit = "packets",
        .caption = "inner packets marked CE",
        .meaning = "Inner packets that got a CE mark in the sender's queue.",
        .get = inner_ce_marked,
    },
    {
        .name = "inner.ecn_dangerous",
        .unit = "packets",
        .caption = "inner packets with dangerous ECN fields",
        .meaning = "Inner packets that came in outer packets with an ECN field that RFC 6040, 4.2, "
                   "calls dangerous (!!!) beside their own. With AGGFRAG and ecn = on all that are "
                   "not ECN-capable are among them: outer packets have ECT(0) whatever is inside.",
        .get = ecn_dangerous,
        .when = &with_rfc6040,
    },
    {
        .name = "inner.ecn_possibly_dangerous",
        .unit = "packets",
        .caption = "inner packets with possibly dangerous ECN fields",
        .meaning = "The same for what RFC 6040 calls possibly dangerous (!): ECT(1) inside ECT(0).",
        .get = ecn_possibly_dangerous,
        .when = &with_rfc6040,
    },
    {
        .name = "inner.ip_fragmented",
        .unit = "packets",
        .caption = "inner packets cut into IP fragments",
        .meaning = "Inner packets that the sender cut into IP fragments (RFC 9347, 2.2.6).",
        .get = ip_fragmented,
    },
    {
        .name = "inner.ip_fragments",
        .unit = "packets",
        .caption = "IP fragments",
        .meaning = "IP fragments that the sender made of them.",
        .get = ip_fragments,
    },
    {
        .name = "inner.icmp_sent",
        .unit = "packets",
        .caption = "ICMP errors sent",
        .meaning =
            "Forwarded inner packets that were too big and were answered with an ICMP error.",
        .get = icmp_sent,
    },
    {
        .name = "inner.local_errors",
        .unit = "packets",
        .caption = "inner packets refused to local senders",
        .meaning =
            "Inner packets of local senders that were too big and were refused with an error.",
        .get = local_errors,
    },
    {
        .name = "inner.skipped",
        .unit = "packets",
        .caption = "packets of captures skipped",
        .meaning = "Packets of capture files that were skipped: not IP, truncated before the "
                   "length field, or longer than IP allows.",
        .get = skipped,
        .span = IPTFS_SPAN_WHOLE,
    },
};

const struct iptfs_summary_group iptfs_summary_inner_group = {
    .title = "Inner packets",
    .scope = IPTFS_SUMMARY_DIRECTION,
    .prefix = "",
    .rows = inner_rows,
    .count = sizeof inner_rows / sizeof inner_rows[0],
};
