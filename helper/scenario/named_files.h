/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that a scenario names. */
#ifndef IPTFS_SCENARIO_NAMED_FILES_H
#define IPTFS_SCENARIO_NAMED_FILES_H

#include "scenario/settings.h"

/* Makes the paths absolute (relative ones start in the scenario's folder) and reads the lists of
 * impairments. Texts that are not given become "". IPTFS_E_IO, IPTFS_E_INVALID, IPTFS_E_NO_MEMORY.
 */
int iptfs_scenario_open_files(struct iptfs_settings *settings);

#endif
