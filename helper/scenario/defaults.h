/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Defaults: what a scenario has where nothing is given. */
#ifndef IPTFS_SCENARIO_DEFAULTS_H
#define IPTFS_SCENARIO_DEFAULTS_H

#include "scenario/settings.h"

/* Fills in what was not given: for the reverse direction the value of the forward one, otherwise
 * the default of the option's row. Defaults that depend on other values (the name, the end of
 * traffic, the flags of USE_AGGFRAG) follow. IPTFS_E_INVALID for a required key that is missing and
 * for one that the section's kind does not use, IPTFS_E_NO_MEMORY. */
int iptfs_scenario_fill(struct iptfs_settings *settings);

#endif
