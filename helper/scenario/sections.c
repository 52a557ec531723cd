/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/sections.h"

#include <string.h>

static const struct iptfs_section *const sections[] = {
    &iptfs_section_scenario,
    &iptfs_section_tunnel,
    &iptfs_section_link,
    &iptfs_section_traffic,
};

const struct iptfs_section *iptfs_section_at(size_t index)
{
    return index < sizeof sections / sizeof sections[0] ? sections[index] : NULL;
}

const struct iptfs_option *iptfs_section_option_named(const char *name)
{
    const char *dot = strchr(name, '.'), *last = strrchr(name, '.');
    const struct iptfs_section *candidate;
    for (size_t i = 0; dot != NULL && (candidate = iptfs_section_at(i)) != NULL; i++) {
        size_t length = strlen(candidate->name);
        if (length == (size_t)(dot - name) && strncmp(candidate->name, name, length) == 0)
            return iptfs_section_find(candidate, last + 1, NULL);
    }
    return NULL;
}
