/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of `impair-list`: impairments of single outer packets, by sequence number. */
#ifndef IPTFS_SCENARIO_IMPAIR_LIST_H
#define IPTFS_SCENARIO_IMPAIR_LIST_H

#include "base/error.h"
#include "link/impairments/list.h"

#include <stddef.h>

/* Reads CSV lines "drop,SEQ", "delay,SEQ,TIME", "dup,SEQ,TIME" or "dup,SEQ" (no time later), and
 * "ce,SEQ"; blank lines and comments after '#' are skipped. SEQ is the ESP sequence number, from
 * 1; TIME has a unit. The caller frees *items (NULL when the list is empty). Returns IPTFS_E_IO,
 * IPTFS_E_NO_MEMORY or IPTFS_E_INVALID with "FILE:LINE: found '...', allowed: ...". */
int iptfs_impair_list_load(const char *path, struct iptfs_impair_item **items, size_t *count,
                           struct iptfs_error *error);

#endif
