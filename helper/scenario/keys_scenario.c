/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of [scenario]. */
#include "base/units.h"
#include "scenario/scenario.h"
#include "scenario/sections.h"

#define FIELD(member) IPTFS_OPTION_FIELD(iptfs_scenario, member)

static const struct iptfs_option rows[] = {
    {
        .key = "name",
        .kind = &iptfs_kind_name,
        FIELD(name),
        .maximum = IPTFS_SCENARIO_NAME_MAX,
        .standard_note = "the file's",
        .meaning = "name of the results and of their folder",
    },
    {
        .key = "description",
        .kind = &iptfs_kind_line,
        FIELD(description),
        .maximum = IPTFS_OPTION_LINE_MAX,
        .standard = "",
        .meaning = "free text for the summary",
    },
    {
        .key = "duration",
        .kind = &iptfs_kind_time,
        FIELD(duration_ps),
        .minimum = 1,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "1s",
        .caption = "simulated time",
        .meaning = "simulated time",
    },
    {
        .key = "warm-up",
        .kind = &iptfs_kind_warm_up,
        FIELD(warm_up_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "0",
        .caption = "warm-up",
        .meaning = "time at the start that is left out of all measures; auto: MSER-5 finds it",
        .source = "K. P. White Jr., Simulation 69(6), 1997",
    },
    {
        .key = "warm-up-series",
        .kind = &iptfs_kind_line,
        FIELD(warm_up_series),
        .maximum = IPTFS_OPTION_LINE_MAX,
        .standard = "forward.outer_bps",
        .meaning = "with warm-up = auto: the column of series.csv that has to settle",
    },
    {
        .key = "warm-up-interval",
        .kind = &iptfs_kind_warm_up,
        FIELD(warm_up_interval_ps),
        .minimum = 1,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "auto",
        .meaning = "with warm-up = auto: time of an observation; auto: duration / 1000",
    },
    {
        .key = "seed",
        .kind = &iptfs_kind_number,
        FIELD(seed),
        .minimum = 1,
        .maximum = UINT32_MAX,
        .standard = "1",
        .meaning = "seed of all random streams: the same seed gives the same run",
    },
    {
        .key = "classes",
        .kind = &iptfs_kind_line,
        FIELD(classes),
        .maximum = IPTFS_OPTION_LINE_MAX,
        .standard = "",
        .meaning = "attack: [traffic.NAME] sections to distinguish, NAME.* belong to NAME",
    },
    {
        .key = "class",
        .kind = &iptfs_kind_line,
        FIELD(class),
        .maximum = IPTFS_OPTION_LINE_MAX,
        .standard = "",
        .meaning = "the one of classes that runs; attack sets it, without it all run together",
    },
    {
        .key = "leak",
        .kind = &iptfs_kind_switch,
        FIELD(leak),
        .standard = "off",
        .meaning = "measure for the summary what the outer packets reveal about the inner ones",
        .source = "RFC 9347, 1",
    },
    {
        .key = "leak-interval",
        .kind = &iptfs_kind_time,
        FIELD(leak_interval_ps),
        .minimum = 1,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "10ms",
        .meaning = "with leak: interval over which inner load and outer packets are compared",
    },
};

static const struct iptfs_option *row_at(size_t index)
{
    return iptfs_option_row(rows, sizeof rows / sizeof rows[0], index);
}

const struct iptfs_section iptfs_section_scenario = {
    .name = "scenario",
    .title = "scenario",
    .option_at = row_at,
};
