/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/periods.h"

#include "base/units.h"
#include "text/quantity.h"
#include "text/real.h"
#include "traffic/types.h"

#define SHAPE_MIN 1.01

static const struct iptfs_word distribution_words[] = {
    {"exponential", IPTFS_PERIODS_EXPONENTIAL, "exponential lengths", NULL},
    {"pareto", IPTFS_PERIODS_PARETO, "Pareto lengths: many short ones, few very long ones",
     "Willinger et al. 1997"},
    {NULL, 0, NULL, NULL},
};

#define FIELD(member) IPTFS_OPTION_FIELD(iptfs_periods, member)

static const struct iptfs_option rows[] = {
    {
        .key = "on",
        .kind = &iptfs_kind_time,
        FIELD(on_ps),
        .minimum = IPTFS_PS_PER_US,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard_note = "required",
        .required = true,
        .meaning = "mean length of an on period; the long-run rate is rate * on / (on + off)",
    },
    {
        .key = "off",
        .kind = &iptfs_kind_time,
        FIELD(off_ps),
        .minimum = IPTFS_PS_PER_US,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard_note = "required",
        .required = true,
        .meaning = "mean length of an off period",
    },
    {
        .key = "periods",
        .kind = &iptfs_kind_word,
        FIELD(distribution),
        .words = distribution_words,
        .standard = "exponential",
        .meaning = "how the lengths of on and off periods are distributed",
    },
    {
        .key = "shape",
        .kind = &iptfs_kind_factor,
        FIELD(shape),
        .minimum = 1,
        .maximum = 100,
        .standard = "1.5",
        .meaning = "tail index with periods pareto; up to 2 the variance is infinite",
        .names = "ns-2 shape_",
        .source = "Willinger et al. 1997",
    },
};

const struct iptfs_traffic_keys iptfs_keys_periods = {
    IPTFS_TRAFFIC_ROWS(rows), .config_octets = sizeof(struct iptfs_periods)};

const struct iptfs_periods *iptfs_periods_of(const struct iptfs_traffic_options *options)
{
    return iptfs_traffic_config(options, &iptfs_keys_periods);
}

int iptfs_periods_check(const struct iptfs_traffic_options *options, struct iptfs_error *error)
{
    const struct iptfs_periods *periods = iptfs_periods_of(options);
    if (periods->distribution == IPTFS_PERIODS_PARETO && periods->shape < SHAPE_MIN)
        return iptfs_traffic_refuse(options, error, "shape", "%s to 100",
                                    iptfs_exact_factor(SHAPE_MIN).text);
    int64_t packet_ps = iptfs_tx_time_ps(options->size.high_octets, options->rate_bps);
    int64_t least_ps = (packet_ps + 999) / 1000;
    if (periods->on_ps >= least_ps)
        return IPTFS_OK;
    return iptfs_traffic_refuse(options, error, "on",
                                "%s (a thousandth of the time of a packet at this rate) or more",
                                iptfs_exact_time(least_ps).text);
}
