/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of a scenario: a table that lists, parsing, printing and sweeps walk. */
#ifndef IPTFS_SCENARIO_SECTIONS_H
#define IPTFS_SCENARIO_SECTIONS_H

#include "option/section.h"
#include "traffic/options.h"

#include <stddef.h>

extern const struct iptfs_section iptfs_section_scenario; /* struct iptfs_scenario */
extern const struct iptfs_section iptfs_section_tunnel;   /* struct iptfs_tunnel_options */
extern const struct iptfs_section iptfs_section_link;     /* struct iptfs_link_options */

/* The sections in their order, iptfs_section_traffic last; NULL behind it. */
const struct iptfs_section *iptfs_section_at(size_t index);

/* The option that "section.key" or "section.NAME.key" names; NULL when there is none. */
const struct iptfs_option *iptfs_section_option_named(const char *name);

#endif
