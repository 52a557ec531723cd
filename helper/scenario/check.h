/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of a scenario with all its values: each is allowed by itself, but not all go together. */
#ifndef IPTFS_SCENARIO_CHECK_H
#define IPTFS_SCENARIO_CHECK_H

#include "scenario/settings.h"

#include <stddef.h>

/* All checks. IPTFS_E_INVALID for the first value that does not go with others. */
int iptfs_scenario_check(struct iptfs_settings *settings);

/* Its parts, a file each: of one direction, or of the traffic section of this index. */
int iptfs_check_tunnel(struct iptfs_settings *settings, size_t direction);
int iptfs_check_negotiation(struct iptfs_settings *settings, size_t direction);
int iptfs_check_impairments(struct iptfs_settings *settings, size_t direction);
int iptfs_check_p2p(struct iptfs_settings *settings, size_t direction);
int iptfs_check_traffic(struct iptfs_settings *settings, size_t index);

#endif
