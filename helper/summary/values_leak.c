/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an observer of the outer packets learns. */
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

static struct iptfs_figure load_entropy(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->load_bits);
}

static struct iptfs_figure pkts_bits(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->pkts.bits);
}

static struct iptfs_figure pkts_noise_bits(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->pkts.noise_bits);
}

static struct iptfs_figure octets_bits(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->octets.bits);
}

static struct iptfs_figure octets_noise_bits(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(leak_of(subject)->octets.noise_bits);
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
        .name = "leak.load_entropy_bits",
        .unit = "bits",
        .caption = "entropy of the load",
        .meaning = "Entropy of the inner octets offered per interval (leak-interval): the "
                   "most that can leak.",
        .get = load_entropy,
    },
    {
        .name = "leak.mutual_information_bits",
        .unit = "bits",
        .caption = "mutual information with outer packets",
        .meaning = "Mutual information of the inner octets and the number of outer packets in the "
                   "same interval.",
        .get = pkts_bits,
    },
    {
        .name = "leak.mutual_information_noise_bits",
        .unit = "bits",
        .caption = "mutual information with outer packets, noise",
        .meaning = "Noise of the mutual information: the 95th percentile over time shifts of one "
                   "series against the other. Smaller values are noise.",
        .get = pkts_noise_bits,
    },
    {
        .name = "leak.mutual_information_octets_bits",
        .unit = "bits",
        .caption = "mutual information with outer octets",
        .meaning =
            "Mutual information of the inner octets and the outer octets in the same interval.",
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
        .name = "leak.intervals",
        .unit = "1",
        .caption = "intervals compared",
        .meaning = "Intervals compared; few of them mean coarse bins and much noise.",
        .get = intervals,
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
