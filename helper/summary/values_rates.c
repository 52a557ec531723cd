/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rates of a direction, and what a loss costs. */
#include "base/units.h"
#include "summary/measures.h"
#include "summary/row.h"

static double outer_octets(const struct iptfs_summary_subject *subject)
{
    return (double)subject->tunnel->link->stats.sent.octets;
}

static double inner_octets(const struct iptfs_summary_subject *subject)
{
    return (double)subject->tunnel->store.ledger.delivered.octets;
}

static double queue_octets(const struct iptfs_summary_subject *subject)
{
    return (double)subject->tunnel->sender.queue.octets;
}

static double link_wait_s(const struct iptfs_summary_subject *subject)
{
    const struct iptfs_link *link = subject->tunnel->link;
    int64_t now_ps = subject->view->now_ps;
    return iptfs_seconds(link->ops->idle_ps(link, now_ps) - now_ps);
}

static struct iptfs_figure loss_amplification(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(iptfs_summary_loss_amplification(subject->totals));
}

static struct iptfs_figure goodput(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(iptfs_bits_per_second(subject->totals->ledger.delivered.octets,
                                                   iptfs_summary_measured_ps(subject->view)));
}

static struct iptfs_figure outer_rate(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(iptfs_bits_per_second(subject->totals->link.sent.octets,
                                                   iptfs_summary_measured_ps(subject->view)));
}

static const struct iptfs_summary_row rates_rows[] = {
    {
        .name = "loss_amplification",
        .unit = "1",
        .caption = "inner packets lost per outer packet lost",
        .meaning = "Inner packets lost behind the sender for each outer packet lost on the link; "
                   "null when none was lost.",
        .get = loss_amplification,
    },
    {
        .name = "goodput_bps",
        .unit = "bit/s",
        .caption = "goodput",
        .meaning = "Rate of delivered inner packets, over the simulated time without the warm-up.",
        .get = goodput,
    },
    {
        .name = "outer_bps",
        .unit = "bit/s",
        .caption = "rate of outer packets",
        .meaning = "Rate of outer packets sent, over the simulated time without the warm-up.",
        .get = outer_rate,
        .series = {IPTFS_SERIES_RATE, IPTFS_SERIES_PLOT_RATES, outer_octets, NULL,
                   "Rate of outer packets sent."},
    },
    {
        .name = "inner_bps",
        .unit = "bit/s",
        .caption = "rate of inner packets",
        .meaning = "Rate of delivered inner packets.",
        .series = {IPTFS_SERIES_RATE, IPTFS_SERIES_PLOT_NONE, inner_octets, NULL, NULL},
    },
    {
        .name = "queue_octets",
        .unit = "octets",
        .caption = "sender's queue",
        .meaning = "Octets of inner packets in the sender's queue.",
        .series = {IPTFS_SERIES_LEVEL, IPTFS_SERIES_PLOT_NONE, queue_octets, NULL, NULL},
    },
    {
        .name = "link_wait_s",
        .unit = "s",
        .caption = "wait before the link",
        .meaning = "How long a packet would wait until the link begins to send it.",
        .series = {IPTFS_SERIES_LEVEL, IPTFS_SERIES_PLOT_WAIT, link_wait_s, NULL, NULL},
    },
};

const struct iptfs_summary_group iptfs_summary_rates_group = {
    .title = "Rates and the cost of losses",
    .scope = IPTFS_SUMMARY_DIRECTION,
    .prefix = "",
    .rows = rates_rows,
    .count = sizeof rates_rows / sizeof rates_rows[0],
};
