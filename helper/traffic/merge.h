/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several flows as one source. */
#ifndef IPTFS_TRAFFIC_MERGE_H
#define IPTFS_TRAFFIC_MERGE_H

#include "base/error.h"
#include "sender/source.h"

#include <stddef.h>

/* Makes one source of several: packets in the order of time and, at the same time, in the order of
 * the sources. What the sender can accept is divided equally among the sources that wait for it.
 * A single source is returned as it is; none at all give a source that never sends. All must come
 * from iptfs_traffic_new. The result owns them; on failure (IPTFS_E_NO_MEMORY) the caller still
 * does. */
int iptfs_traffic_merge(struct iptfs_source **merged, struct iptfs_source *const *sources,
                        size_t count, struct iptfs_error *error);

#endif
