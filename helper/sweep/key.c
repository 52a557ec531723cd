/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/key.h"

#include "scenario/sections.h"

#include <string.h>

const struct iptfs_option *iptfs_sweep_option(const char *key)
{
    return iptfs_section_option_named(key);
}

bool iptfs_sweep_number(const char *key, const char *value, double *number, const char **unit)
{
    const struct iptfs_option *option =
        iptfs_sweep_option(strcmp(key, IPTFS_SWEEP_SEED) == 0 ? IPTFS_SWEEP_SEED_KEY : key);
    *unit = option != NULL ? option->kind->unit : "";
    return option != NULL && iptfs_option_number(option, value, number);
}
