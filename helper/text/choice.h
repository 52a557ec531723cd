/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A word that chooses a row of a table. */
#ifndef IPTFS_TEXT_CHOICE_H
#define IPTFS_TEXT_CHOICE_H

#include "base/error.h"

#include <stddef.h>

/* The index of the row whose name is `found`; name_at gives the names in order, NULL behind the
 * last. IPTFS_E_INVALID with "found '...', allowed: a, b, c", and the nearest name if one is near.
 */
int iptfs_choose(const char *found, const char *(*name_at)(size_t index), size_t *index,
                 struct iptfs_error *error);

#endif
