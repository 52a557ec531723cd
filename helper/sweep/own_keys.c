/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/own_keys.h"

#include "sweep/cases.h"
#include "sweep/compare_key.h"
#include "sweep/key.h"
#include "sweep/until_key.h"
#include "sweep/values.h"
#include "sweep/zip.h"

#include <string.h>

static const struct iptfs_sweep_own_key keys[] = {
    {.name = IPTFS_SWEEP_SEED,
     .form = IPTFS_SWEEP_SEED,
     .meaning = "the seeds of the replications of each combination, as 1 .. 20",
     .stage = IPTFS_SWEEP_STAGE_AXES,
     .read = iptfs_sweep_add_values},
    {.name = "zip",
     .form = "zip",
     .meaning = "keys of this section, with as many values each, that move together",
     .stage = IPTFS_SWEEP_STAGE_ZIPS,
     .read = iptfs_sweep_zip},
    {.name = IPTFS_SWEEP_CASE_PREFIX,
     .form = "case.NAME",
     .meaning = "a named alternative: key=value; key=value",
     .stage = IPTFS_SWEEP_STAGE_AXES,
     .read = iptfs_sweep_add_case},
    {.name = "compare",
     .form = "compare",
     .meaning = "two cases, as case.a, case.b, or two values, as link.loss: 0, 1%: their "
                "difference with its interval, from pairs of runs with the same seed; may be "
                "repeated",
     .stage = IPTFS_SWEEP_STAGE_COMPARE,
     .read = iptfs_sweep_read_compare},
    {.name = "until",
     .form = "until",
     .meaning = "replications are added to each combination until half of the 95 % interval is at "
                "most this part of the mean, as 2 % of goodput_bps",
     .stage = IPTFS_SWEEP_STAGE_ZIPS,
     .read = iptfs_sweep_read_until},
    {.name = "until-min",
     .form = "until-min",
     .meaning = "with until: replications before the first look (default 5, the least; more make "
                "the interval more honest)",
     .stage = IPTFS_SWEEP_STAGE_ZIPS,
     .read = iptfs_sweep_read_until},
    {.name = "until-max",
     .form = "until-max",
     .meaning = "with until: most replications of a combination (default: as many as the line "
                "seed has, 100 without one)",
     .stage = IPTFS_SWEEP_STAGE_ZIPS,
     .read = iptfs_sweep_read_until},
};

const struct iptfs_sweep_own_key *iptfs_sweep_own_key_at(size_t index)
{
    return index < sizeof keys / sizeof keys[0] ? &keys[index] : NULL;
}

const struct iptfs_sweep_own_key *iptfs_sweep_own_key_find(const char *key)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t length = strlen(keys[i].name);
        bool family = keys[i].name[length - 1] == '.';
        if (family ? strncmp(keys[i].name, key, length) == 0 : strcmp(keys[i].name, key) == 0)
            return &keys[i];
    }
    return NULL;
}
