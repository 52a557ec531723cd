/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A source of inner packets as traffic sections make it: one flow, or several merged. */
#ifndef IPTFS_TRAFFIC_TRAFFIC_SOURCE_H
#define IPTFS_TRAFFIC_TRAFFIC_SOURCE_H

#include "sender/source.h"
#include "text/progress.h"

#include <stdint.h>

/* Embedded first in flows and merged sources. */
struct iptfs_traffic_source {
    struct iptfs_source source;
    void (*free)(struct iptfs_traffic_source *source);
    uint64_t (*skipped_pkts)(const struct iptfs_traffic_source *source);
    void (*note)(const struct iptfs_traffic_source *source, const struct iptfs_progress *progress);
};

/* Frees a source from iptfs_traffic_new or iptfs_traffic_merge, with the sources it was merged
 * from. NULL is allowed. */
void iptfs_traffic_free(struct iptfs_source *source);

/* How many packets of its captures a source does not use: they are not IP, or their length is not
 * known. Packets that a filter rejects do not count. 0 for NULL. */
uint64_t iptfs_traffic_skipped(const struct iptfs_source *source);

/* Reports why, a line for each kind of packets, as messages. NULL is allowed. */
void iptfs_traffic_note(const struct iptfs_source *source, const struct iptfs_progress *progress);

#endif
