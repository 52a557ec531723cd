/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an observer of the outer packets learns. */
#include "base/units.h"
#include "stats/leak.h"
#include "summary/row.h"

static const struct iptfs_leak_report *leak_of(const struct iptfs_summary_subject *subject)
{
    return subject->view->direction[subject->direction].leak;
}

static bool is_measured(const struct iptfs_summary_subject *subject)
{
    return leak_of(subject) != NULL;
}

static const struct iptfs_summary_condition measured = {"with leak = on", is_measured};

static struct iptfs_figure size_entropy(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->size_bits);
}

static struct iptfs_figure gap_entropy(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->gap_bits);
}

static struct iptfs_figure tos_entropy(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->tos_bits);
}

static struct iptfs_figure outer_pps(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->rate_pps);
}

static struct iptfs_figure outer_bps(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->rate_bps);
}

static struct iptfs_figure outer_size(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->size_mean_octets);
}

static struct iptfs_figure presence(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->presence);
}

static struct iptfs_figure load_entropy(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->load_bits);
}

/* 0 stands for independence, which is known without any estimate. */
static struct iptfs_figure shared_bits(const struct iptfs_dependence *dependence)
{
    bool known = dependence->finding == IPTFS_FINDING_INDEPENDENT || dependence->bits > 0;
    return iptfs_figure_real(known ? dependence->bits : (double)NAN);
}

static struct iptfs_figure lag_s(const struct iptfs_summary_subject *subject,
                                 const struct iptfs_dependence *dependence)
{
    int64_t interval_ps = subject->view->scenario->leak_interval_ps;
    bool known = dependence->finding == IPTFS_FINDING_FOUND;
    return iptfs_figure_real(known ? iptfs_seconds((int64_t)dependence->lag * interval_ps)
                                   : (double)NAN);
}

static struct iptfs_figure pkts_finding(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_text(iptfs_finding_name(leak_of(subject)->pkts.finding));
}

static struct iptfs_figure pkts_bits(const struct iptfs_summary_subject *subject)
{
    return shared_bits(&leak_of(subject)->pkts);
}

static struct iptfs_figure pkts_noise_bits(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->pkts.noise_bits);
}

static struct iptfs_figure pkts_lag(const struct iptfs_summary_subject *subject)
{
    return lag_s(subject, &leak_of(subject)->pkts);
}

static struct iptfs_figure octets_finding(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_text(iptfs_finding_name(leak_of(subject)->octets.finding));
}

static struct iptfs_figure octets_bits(const struct iptfs_summary_subject *subject)
{
    return shared_bits(&leak_of(subject)->octets);
}

static struct iptfs_figure octets_noise_bits(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->octets.noise_bits);
}

static struct iptfs_figure octets_lag(const struct iptfs_summary_subject *subject)
{
    return lag_s(subject, &leak_of(subject)->octets);
}

static struct iptfs_figure information_rate(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->information_bps);
}

static struct iptfs_figure lag_max(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(leak_of(subject)->lag_max);
}

static struct iptfs_figure intervals(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(leak_of(subject)->intervals);
}

static const struct iptfs_summary_row leak_rows[] = {
    {
        .name = "leak.outer_size_entropy_bits",
        .unit = "bits",
        .caption = "entropy of outer sizes",
        .meaning = "Entropy of the outer packets' sizes.",
        .get = size_entropy,
    },
    {
        .name = "leak.outer_gap_entropy_bits",
        .unit = "bits",
        .caption = "entropy of outer gaps",
        .meaning = "Entropy of the gaps between outer packets, in bins of an eighth of an octave.",
        .get = gap_entropy,
    },
    {
        .name = "leak.outer_tos_entropy_bits",
        .unit = "bits",
        .caption = "entropy of DSCP and ECN",
        .meaning = "Entropy of the outer packets' DSCP and ECN.",
        .get = tos_entropy,
    },
    {
        .name = "leak.outer_rate_pps",
        .unit = "packets/s",
        .caption = "outer packets, as an observer counts them",
        .meaning = "Outer packets per second: an observer sees this rate, whatever else leaks.",
        .get = outer_pps,
    },
    {
        .name = "leak.outer_rate_bps",
        .unit = "bit/s",
        .caption = "outer rate, as an observer sees it",
        .meaning = "Rate of outer octets, IP headers included, as an observer sees it.",
        .get = outer_bps,
    },
    {
        .name = "leak.outer_size_octets",
        .unit = "octets",
        .caption = "outer size, as an observer sees it",
        .meaning = "Mean size of outer packets, as an observer sees it.",
        .get = outer_size,
    },
    {
        .name = "leak.outer_presence",
        .unit = "share",
        .caption = "intervals with outer packets",
        .meaning = "Share of the intervals with an outer packet: where it is below 1, an observer "
                   "sees when the tunnel is used.",
        .get = presence,
    },
    {
        .name = "leak.load_entropy_bits",
        .unit = "bits",
        .caption = "entropy of the load",
        .meaning = "Entropy of the inner octets offered per interval (leak-interval), in up to 16 "
                   "bins: the most that mutual information can be.",
        .get = load_entropy,
    },
    {
        .name = "leak.mutual_information_bits",
        .unit = "bits",
        .caption = "mutual information with outer packets",
        .meaning = "Mutual information of the inner octets of an interval and the number of outer "
                   "packets in the same one or a later one: the most over all lags. 0 where it "
                   "cannot depend on traffic; null without an estimate.",
        .get = pkts_bits,
    },
    {
        .name = "leak.mutual_information_noise_bits",
        .unit = "bits",
        .caption = "mutual information with outer packets, noise",
        .meaning = "What the most over all lags stays below in 95 % of all cases, when traffic and "
                   "outer packets are unrelated.",
        .get = pkts_noise_bits,
    },
    {
        .name = "leak.mutual_information_lag",
        .unit = "s",
        .caption = "lag of the mutual information with outer packets",
        .meaning = "The lag of that most; null unless it was found.",
        .get = pkts_lag,
    },
    {
        .name = "leak.mutual_information_finding",
        .unit = "1",
        .caption = "whether outer packets depend on the load",
        .meaning =
            "Whether the number of outer packets depends on the load: independent (it cannot "
            "depend on it), found, not-found, undecided-constant (load or outer packets are the "
            "same in each interval), undecided-short (too few intervals), undecided-ambiguous "
            "(unrelated traffic of the same period or schedule would show as much).",
        .get = pkts_finding,
    },
    {
        .name = "leak.mutual_information_octets_bits",
        .unit = "bits",
        .caption = "mutual information with outer octets",
        .meaning = "The same for outer octets in place of outer packets.",
        .get = octets_bits,
    },
    {
        .name = "leak.mutual_information_octets_noise_bits",
        .unit = "bits",
        .caption = "mutual information with outer octets, noise",
        .meaning = "Noise of the mutual information with outer octets, computed likewise.",
        .get = octets_noise_bits,
    },
    {
        .name = "leak.mutual_information_octets_lag",
        .unit = "s",
        .caption = "lag of the mutual information with outer octets",
        .meaning =
            "The lag of the most mutual information with outer octets; null unless it was found.",
        .get = octets_lag,
    },
    {
        .name = "leak.mutual_information_octets_finding",
        .unit = "1",
        .caption = "whether outer octets depend on the load",
        .meaning = "Whether outer octets depend on the load, in the same words.",
        .get = octets_finding,
    },
    {
        .name = "leak.information_rate_bps",
        .unit = "bit/s",
        .caption = "information rate",
        .meaning = "Estimate of the information about the load that outer octets give per second: "
                   "the integral of -log2(1 - coherence) over frequency (normal scores, Welch "
                   "spectra), load_entropy_bits per interval at most. 0 where it cannot depend on "
                   "traffic, null unless a dependence was found.",
        .get = information_rate,
    },
    {
        .name = "leak.intervals",
        .unit = "1",
        .caption = "intervals compared",
        .meaning = "Intervals compared; few of them mean coarse bins and much noise.",
        .get = intervals,
    },
    {
        .name = "leak.lag_max",
        .unit = "intervals",
        .caption = "highest lag compared",
        .meaning = "Highest lag tried: the longest wait of an inner packet, init-delay included, "
                   "10 intervals at least.",
        .get = lag_max,
    },
};

const struct iptfs_summary_group iptfs_summary_leak_group = {
    .title = "What an observer learns",
    .scope = IPTFS_SUMMARY_DIRECTION,
    .prefix = "",
    .when = &measured,
    .rows = leak_rows,
    .count = sizeof leak_rows / sizeof leak_rows[0],
};
