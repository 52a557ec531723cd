/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim list`: what a scenario can say, out of the table of options. */
#ifndef IPTFS_CLI_LIST_H
#define IPTFS_CLI_LIST_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

/* The topics as "modes, traffic, ..."; static storage. */
const char *iptfs_list_topics(void);

/* Lists one topic, or with NULL all of them: for people in at most 100 columns, or as CSV with a
 * line of names first (with NULL: the keys). IPTFS_E_INVALID for an unknown topic. */
int iptfs_list(const char *topic, bool csv, FILE *out, struct iptfs_error *error);

#endif
