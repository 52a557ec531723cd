/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Congestion control and the circuit breaker. */
#include "base/units.h"
#include "scenario/to_model.h"
#include "summary/measures.h"
#include "summary/row.h"

static bool is_controlled(const struct iptfs_summary_subject *subject)
{
    return iptfs_summary_controlled(subject->tunnel);
}

static bool is_informed(const struct iptfs_summary_subject *subject)
{
    return subject->tunnel->sender.congestion != NULL &&
           subject->view->scenario->tunnel[subject->direction].require_cc;
}

static bool has_event_breaker(const struct iptfs_summary_subject *subject)
{
    return subject->tunnel->congestion.breaker.config.rate > 0;
}

static bool has_breaker(const struct iptfs_summary_subject *subject)
{
    return iptfs_circuit_breaker_used(&subject->tunnel->breaker);
}

static const struct iptfs_summary_condition controlled = {
    "in mode congestion-controlled, when the other direction returns congestion information",
    is_controlled,
};

static const struct iptfs_summary_condition with_breaker = {"with the option circuit-breaker",
                                                            has_breaker};

static const struct iptfs_summary_condition informed = {
    "with require-cc, which mode congestion-controlled implies", is_informed};

static const struct iptfs_summary_condition with_event_breaker = {
    "with the option loss-event-breaker", has_event_breaker};

static double allowed_bps(const struct iptfs_summary_subject *subject)
{
    const struct iptfs_scenario *scenario = subject->view->scenario;
    uint32_t octets = iptfs_config_pkt_octets(&scenario->tunnel[subject->direction],
                                              &scenario->link[subject->direction]);
    return subject->tunnel->congestion.tfrc.rate_pps * 8.0 * (double)octets;
}

static struct iptfs_figure rtt(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(subject->tunnel->congestion.tfrc.rtt_ps > 0
                                 ? iptfs_seconds(subject->tunnel->congestion.tfrc.rtt_ps)
                                 : (double)NAN);
}

static struct iptfs_figure loss_event_rate(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(subject->tunnel->congestion.tfrc.p);
}

static struct iptfs_figure allowed_pps(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(subject->tunnel->congestion.tfrc.rate_pps);
}

static struct iptfs_figure halvings(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->halvings);
}

static struct iptfs_figure collapsed(const struct iptfs_summary_subject *subject)
{
    int64_t measured_ps = iptfs_summary_measured_ps(subject->view);
    return iptfs_figure_flag(iptfs_collapse_lasted((int64_t)subject->totals->collapsed_ps,
                                                   measured_ps, &subject->tunnel->congestion.tfrc));
}

static struct iptfs_figure collapsed_share(const struct iptfs_summary_subject *subject)
{
    uint64_t measured_ps = (uint64_t)iptfs_summary_measured_ps(subject->view);
    return iptfs_figure_real(iptfs_ratio(subject->totals->collapsed_ps, measured_ps));
}

static const struct iptfs_summary_row congestion_rows[] = {
    {
        .name = "congestion.rtt_s",
        .unit = "s",
        .caption = "round trip",
        .meaning =
            "The round-trip time as the sender knows it at the end; null when it is not known.",
        .get = rtt,
        .span = IPTFS_SPAN_END,
    },
    {
        .name = "congestion.loss_event_rate",
        .unit = "share",
        .caption = "loss event rate",
        .meaning = "The loss event rate (RFC 5348) that the sender knows at the end.",
        .get = loss_event_rate,
        .span = IPTFS_SPAN_END,
    },
    {
        .name = "congestion.allowed_pps",
        .unit = "packets/s",
        .caption = "allowed packets per second",
        .meaning = "The rate of outer packets that TFRC allows at the end.",
        .get = allowed_pps,
        .span = IPTFS_SPAN_END,
        .when = &controlled,
    },
    {
        .name = "allowed_bps",
        .unit = "bit/s",
        .caption = "allowed rate of outer packets",
        .meaning = "The rate of outer packets that TFRC allows.",
        .series = {IPTFS_SERIES_LEVEL, IPTFS_SERIES_PLOT_RATES, allowed_bps, &controlled, NULL},
    },
    {
        .name = "congestion.halvings",
        .unit = "1",
        .caption = "halvings of the rate",
        .meaning = "How often TFRC halved the rate because no feedback came.",
        .get = halvings,
        .when = &controlled,
    },
    {
        .name = "congestion.collapsed",
        .unit = "boolean",
        .caption = "collapse of the rate",
        .meaning = "A warning: the rate was collapsed for a fifth of the run or more, and for 100 "
                   "round trips of the path or more.",
        .get = collapsed,
        .when = &controlled,
    },
    {
        .name = "congestion.collapsed_share",
        .unit = "share",
        .caption = "share of time with a collapsed rate",
        .meaning =
            "Share of the run in which the rate was collapsed: after a loss, below half of "
            "max-rate and below one packet in a round trip of the path, with an own send interval "
            "of a quarter of R or more. Then a lower rate makes R larger (RFC 9347, 3).",
        .get = collapsed_share,
        .when = &controlled,
    },
};

const struct iptfs_summary_group iptfs_summary_congestion_group = {
    .title = "Congestion control",
    .scope = IPTFS_SUMMARY_DIRECTION,
    .prefix = "",
    .when = &informed,
    .rows = congestion_rows,
    .count = sizeof congestion_rows / sizeof congestion_rows[0],
};

static struct iptfs_figure tripped(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_flag(subject->tunnel->breaker.tripped);
}

static struct iptfs_figure tripped_at(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(subject->tunnel->breaker.tripped
                                 ? iptfs_seconds(subject->tunnel->breaker.tripped_ps)
                                 : (double)NAN);
}

static struct iptfs_figure tripped_loss(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(
        subject->tunnel->breaker.tripped ? subject->tunnel->breaker.tripped_loss : (double)NAN);
}

static const struct iptfs_summary_row breaker_rows[] = {
    {
        .name = "breaker.tripped",
        .unit = "boolean",
        .caption = "circuit breaker tripped",
        .meaning = "Whether the circuit breaker stopped the tunnel.",
        .get = tripped,
        .span = IPTFS_SPAN_WHOLE,
    },
    {
        .name = "breaker.at_s",
        .unit = "s",
        .caption = "time at which the circuit breaker tripped",
        .meaning = "When the circuit breaker tripped; null when it did not.",
        .get = tripped_at,
        .span = IPTFS_SPAN_WHOLE,
    },
    {
        .name = "breaker.loss",
        .unit = "share",
        .caption = "loss at which the circuit breaker tripped",
        .meaning = "The loss measured when the circuit breaker tripped; null when it did not.",
        .get = tripped_loss,
        .span = IPTFS_SPAN_WHOLE,
    },
};

const struct iptfs_summary_group iptfs_summary_breaker_group = {
    .title = "Circuit breaker",
    .scope = IPTFS_SUMMARY_DIRECTION,
    .prefix = "",
    .when = &with_breaker,
    .rows = breaker_rows,
    .count = sizeof breaker_rows / sizeof breaker_rows[0],
};

static const struct iptfs_report_breaker *reports_of(const struct iptfs_summary_subject *subject)
{
    return &subject->tunnel->congestion.breaker;
}

static struct iptfs_figure event_tripped(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_flag(reports_of(subject)->tripped);
}

static struct iptfs_figure event_tripped_at(const struct iptfs_summary_subject *subject)
{
    const struct iptfs_report_breaker *breaker = reports_of(subject);
    return iptfs_figure_real(breaker->tripped ? iptfs_seconds(breaker->tripped_ps) : (double)NAN);
}

static struct iptfs_figure event_tripped_rate(const struct iptfs_summary_subject *subject)
{
    const struct iptfs_report_breaker *breaker = reports_of(subject);
    bool known = breaker->tripped && !breaker->silence;
    return iptfs_figure_real(known ? breaker->rate : (double)NAN);
}

static const struct iptfs_summary_row event_breaker_rows[] = {
    {
        .name = "event_breaker.tripped",
        .unit = "boolean",
        .caption = "loss event breaker tripped",
        .meaning = "Whether the breaker on the peer's reports stopped the tunnel.",
        .get = event_tripped,
        .span = IPTFS_SPAN_WHOLE,
    },
    {
        .name = "event_breaker.at_s",
        .unit = "s",
        .caption = "time at which the loss event breaker tripped",
        .meaning = "When the loss event breaker tripped; null when it did not.",
        .get = event_tripped_at,
        .span = IPTFS_SPAN_WHOLE,
    },
    {
        .name = "event_breaker.loss_event_rate",
        .unit = "share",
        .caption = "loss event rate at which the loss event breaker tripped",
        .meaning =
            "The loss event rate reported when the breaker tripped; null when it did not, or "
            "when it tripped because no report came.",
        .get = event_tripped_rate,
        .span = IPTFS_SPAN_WHOLE,
    },
};

const struct iptfs_summary_group iptfs_summary_event_breaker_group = {
    .title = "Loss event breaker",
    .scope = IPTFS_SUMMARY_DIRECTION,
    .prefix = "",
    .when = &with_event_breaker,
    .rows = event_breaker_rows,
    .count = sizeof event_breaker_rows / sizeof event_breaker_rows[0],
};

static bool probes_mtu(const struct iptfs_summary_subject *subject)
{
    return subject->tunnel->sender.config.plpmtud;
}

static const struct iptfs_summary_condition with_plpmtud = {"with the option plpmtud", probes_mtu};

static struct iptfs_figure plpmtu(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->tunnel->sender.plpmtud.octets);
}

static struct iptfs_figure plpmtud_probes(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->plpmtud_probes);
}

static struct iptfs_figure plpmtud_lost(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->plpmtud_lost);
}

static struct iptfs_figure plpmtud_black_holes(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->totals->plpmtud_black_holes);
}

static const struct iptfs_summary_row plpmtud_rows[] = {
    {
        .name = "plpmtud.octets",
        .unit = "octets",
        .caption = "size of outer packets found by probes",
        .meaning = "Outer IP packet that path MTU discovery had found at the end (RFC 8899).",
        .get = plpmtu,
        .span = IPTFS_SPAN_END,
    },
    {
        .name = "plpmtud.probes",
        .unit = "packets",
        .caption = "probes of the path MTU",
        .meaning = "Probes sent.",
        .get = plpmtud_probes,
    },
    {
        .name = "plpmtud.lost",
        .unit = "packets",
        .caption = "probes lost",
        .meaning = "Probes that the peer did not echo in time.",
        .get = plpmtud_lost,
    },
    {
        .name = "plpmtud.black_holes",
        .unit = "1",
        .caption = "black holes found",
        .meaning = "How often echoes stopped and the size was lowered (RFC 8899, 4.3).",
        .get = plpmtud_black_holes,
    },
};

const struct iptfs_summary_group iptfs_summary_plpmtud_group = {
    .title = "Path MTU discovery",
    .scope = IPTFS_SUMMARY_DIRECTION,
    .prefix = "",
    .when = &with_plpmtud,
    .rows = plpmtud_rows,
    .count = sizeof plpmtud_rows / sizeof plpmtud_rows[0],
};
