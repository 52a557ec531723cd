/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outer packets: counts, sizes and how evenly they leave. */
#include "base/units.h"
#include "packet/drop_cause.h"
#include "stats/burstiness.h"
#include "summary/measures.h"
#include "summary/row.h"

/* The causes for which the link drops packets, in the order of their table. */
static enum iptfs_drop_cause link_cause(size_t part)
{
    enum iptfs_drop_cause cause;
    for (size_t i = 0; (cause = iptfs_drop_cause_at(i)) != IPTFS_DROP_NONE; i++)
        if (iptfs_drop_cause_place(cause) == IPTFS_DROP_AT_LINK && part-- == 0)
            return cause;
    return IPTFS_DROP_NONE;
}

static const char *link_cause_name(size_t part)
{
    enum iptfs_drop_cause cause = link_cause(part);
    return cause != IPTFS_DROP_NONE ? iptfs_drop_cause_name(cause) : NULL;
}

static const char *link_cause_meaning(size_t part)
{
    return iptfs_drop_cause_meaning(link_cause(part));
}

static const struct iptfs_summary_parts link_causes = {
    .placeholder = "CAUSE",
    .name = link_cause_name,
    .caption = link_cause_name,
    .meaning = link_cause_meaning,
};

static struct iptfs_figure sent_pkts(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->link.sent.pkts);
}

static struct iptfs_figure sent_octets(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->link.sent.octets);
}

static struct iptfs_figure received_pkts(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->link.received.pkts);
}

static struct iptfs_figure received_octets(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->link.received.octets);
}

static struct iptfs_figure lost_pkts(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(iptfs_link_lost(&subject->totals->link).pkts);
}

static struct iptfs_figure lost_octets(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(iptfs_link_lost(&subject->totals->link).octets);
}

static struct iptfs_figure lost_by(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->link.lost[link_cause(subject->part)].pkts);
}

static struct iptfs_figure lost_in_bursts(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->lost_in_bursts);
}

static struct iptfs_figure reordered(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->link.reordered_pkts);
}

static struct iptfs_figure duplicated(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->link.duplicated.pkts);
}

static struct iptfs_figure ce_marked(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->link.ce_marked_pkts);
}

static struct iptfs_figure in_flight(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->link.in_flight.pkts);
}

static struct iptfs_figure in_flight_before(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(iptfs_link_in_flight(&subject->before->link).pkts);
}

static struct iptfs_figure late(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->late_pkts);
}

static struct iptfs_figure duplicate(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->duplicate_pkts);
}

static struct iptfs_figure held_max(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(iptfs_tunnel_held_max(subject->tunnel));
}

static bool adapts(const struct iptfs_summary_subject *subject)
{
    return subject->tunnel->receiver.depth->adapts;
}

static const struct iptfs_summary_condition with_adaptive_window = {
    "with reorder-window = adaptive", adapts};

static double reorder_window_now(const struct iptfs_summary_subject *subject)
{
    return subject->tunnel->receiver.depth->window;
}

static struct iptfs_figure reorder_window(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->tunnel->receiver.depth->window);
}

static struct iptfs_figure reorder_window_max(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->tunnel->receiver.depth->window_max);
}

static struct iptfs_figure empty_pkts(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->empty_pkts);
}

static struct iptfs_figure rekeys(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->rekeys);
}

static struct iptfs_figure sa_ended(const struct iptfs_summary_subject *subject)
{
    int64_t ended_ps = subject->tunnel->sender.ended_ps;
    return iptfs_figure_real(ended_ps != IPTFS_NEVER ? iptfs_seconds(ended_ps) : (double)NAN);
}

static struct iptfs_figure payload_octets(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->tunnel->sender.packer.payload_octets);
}

static struct iptfs_figure mean_fill(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(iptfs_summary_mean_fill(subject->totals));
}

static struct iptfs_figure overhead(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(iptfs_summary_overhead(subject->totals));
}

static struct iptfs_figure padding_share(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(
        iptfs_ratio(subject->totals->pad_octets, subject->totals->link.sent.octets));
}

static struct iptfs_figure gap_cv(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(iptfs_burstiness_gap_cv(&subject->tunnel->burst));
}

static struct iptfs_figure dispersion(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(iptfs_burstiness_dispersion(&subject->tunnel->burst));
}

static const struct iptfs_summary_row outer_rows[] = {
    {
        .name = "outer.sent.pkts",
        .unit = "packets",
        .caption = "outer packets sent",
        .meaning = "Outer packets that the sender gave to the link.",
        .get = sent_pkts,
    },
    {
        .name = "outer.sent.octets",
        .unit = "octets",
        .caption = "outer octets sent",
        .meaning = "Octets of the outer packets sent, IP headers included.",
        .get = sent_octets,
    },
    {
        .name = "outer.received.pkts",
        .unit = "packets",
        .caption = "outer packets received",
        .meaning = "Outer packets that the link delivered; duplicates count.",
        .get = received_pkts,
    },
    {
        .name = "outer.received.octets",
        .unit = "octets",
        .caption = "outer octets received",
        .meaning = "Octets of the outer packets that the link delivered.",
        .get = received_octets,
    },
    {
        .name = "outer.lost.pkts",
        .unit = "packets",
        .caption = "outer packets lost",
        .meaning = "Outer packets lost on the link, for any cause.",
        .get = lost_pkts,
    },
    {
        .name = "outer.lost.octets",
        .unit = "octets",
        .caption = "outer octets lost",
        .meaning = "Octets of the outer packets lost on the link.",
        .get = lost_octets,
    },
    {
        .name = "outer.lost_by",
        .unit = "packets",
        .caption = "outer packets lost",
        .meaning = "Outer packets lost on the link, by cause.",
        .get = lost_by,
        .parts = &link_causes,
    },
    {
        .name = "outer.lost_in_bursts",
        .unit = "packets",
        .caption = "outer packets lost in bursts",
        .meaning = "Outer packets lost by the Gilbert-Elliott model (gemodel-p); they are part of "
                   "link-loss.",
        .get = lost_in_bursts,
    },
    {
        .name = "outer.reordered",
        .unit = "packets",
        .caption = "outer packets reordered",
        .meaning = "Outer packets that the link's reorder option sent without delay.",
        .get = reordered,
    },
    {
        .name = "outer.duplicated",
        .unit = "packets",
        .caption = "outer packets duplicated",
        .meaning = "Second copies of outer packets that the link made.",
        .get = duplicated,
    },
    {
        .name = "outer.ce_marked",
        .unit = "packets",
        .caption = "outer packets marked CE",
        .meaning = "Outer packets that got a CE mark on the link.",
        .get = ce_marked,
    },
    {
        .name = "outer.in_flight",
        .unit = "packets",
        .caption = "outer packets in flight at the end",
        .meaning = "Outer packets on the link when the run ended.",
        .get = in_flight,
        .span = IPTFS_SPAN_END,
    },
    {
        .name = "outer.in_flight_before",
        .unit = "packets",
        .caption = "outer packets in flight at the end of the warm-up",
        .meaning = "Outer packets on the link when the warm-up ended.",
        .get = in_flight_before,
        .when = &iptfs_summary_with_warm_up,
    },
    {
        .name = "outer.late",
        .unit = "packets",
        .caption = "late outer packets",
        .meaning = "Outer packets that came, for the first time, after the receiver had given up "
                   "their number.",
        .get = late,
    },
    {
        .name = "outer.duplicate",
        .unit = "packets",
        .caption = "second copies received",
        .meaning = "Outer packets that the receiver recognised as second copies. Those that the "
                   "replay window refused do not count.",
        .get = duplicate,
    },
    {
        .name = "outer.held_max",
        .unit = "packets",
        .caption = "most outer packets held",
        .meaning = "The most outer packets that the receiver held at one time.",
        .get = held_max,
    },
    {
        .name = "outer.reorder_window",
        .unit = "packets",
        .caption = "reorder window",
        .meaning = "The reorder window at the end, which adapts to the reordering that is seen.",
        .get = reorder_window,
        .span = IPTFS_SPAN_END,
        .when = &with_adaptive_window,
        .series = {.kind = IPTFS_SERIES_LEVEL,
                   .get = reorder_window_now,
                   .when = &with_adaptive_window,
                   .meaning = "The reorder window."},
    },
    {
        .name = "outer.reorder_window_max",
        .unit = "packets",
        .caption = "largest reorder window",
        .meaning = "The largest that the reorder window became.",
        .get = reorder_window_max,
        .when = &with_adaptive_window,
    },
    {
        .name = "outer.empty_pkts",
        .unit = "packets",
        .caption = "empty outer packets",
        .meaning = "AGGFRAG payloads without data, sent to return congestion information over an "
                   "SA of plain ESP.",
        .get = empty_pkts,
    },
    {
        .name = "outer.rekeys",
        .unit = "1",
        .caption = "rekeyings",
        .meaning = "How often a new SA took over.",
        .get = rekeys,
    },
    {
        .name = "outer.sa_ended_s",
        .unit = "s",
        .caption = "end of the last SA",
        .meaning = "When the SA came to its hard lifetime or its last sequence number, and no "
                   "other one took over; null when it did not.",
        .get = sa_ended,
        .span = IPTFS_SPAN_WHOLE,
    },
    {
        .name = "outer.space_octets",
        .unit = "octets",
        .caption = "payload of an outer packet",
        .meaning = "Octets that one outer packet can carry at the end of the run, without its "
                   "headers and trailer.",
        .get = payload_octets,
        .span = IPTFS_SPAN_END,
    },
    {
        .name = "outer.mean_fill",
        .unit = "share",
        .caption = "mean fill of outer packets",
        .meaning =
            "Inner octets carried, divided by what the outer packets sent could have carried; null "
            "when none was sent.",
        .get = mean_fill,
    },
    {
        .name = "outer.overhead",
        .unit = "share",
        .caption = "overhead",
        .meaning = "Outer octets sent beyond the inner octets carried, divided by the inner octets "
                   "carried; null when none were carried, as in an idle tunnel.",
        .get = overhead,
    },
    {
        .name = "outer.padding_share",
        .unit = "share",
        .caption = "share of padding",
        .meaning = "AGGFRAG and TFC padding, divided by the outer octets sent; null when none were "
                   "sent.",
        .get = padding_share,
    },
    {
        .name = "outer.gap_cv",
        .unit = "1",
        .caption = "variation of gaps between outer packets",
        .meaning = "Standard deviation of the gaps between outer packets, divided by their mean: 0 "
                   "is even, 1 is Poisson.",
        .get = gap_cv,
    },
    {
        .name = "outer.dispersion",
        .unit = "1",
        .caption = "dispersion of outer packets",
        .meaning = "Variance of the number of outer packets in 10 ms, divided by its mean: 0 is "
                   "even, 1 is Poisson.",
        .get = dispersion,
    },
};

const struct iptfs_summary_group iptfs_summary_outer_group = {
    .title = "Outer packets",
    .scope = IPTFS_SUMMARY_DIRECTION,
    .prefix = "",
    .rows = outer_rows,
    .count = sizeof outer_rows / sizeof outer_rows[0],
};
