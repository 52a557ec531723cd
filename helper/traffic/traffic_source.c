/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/traffic_source.h"

#include <stddef.h>

void iptfs_traffic_free(struct iptfs_source *source)
{
    struct iptfs_traffic_source *traffic = (struct iptfs_traffic_source *)source;
    if (traffic != NULL)
        traffic->free(traffic);
}

uint64_t iptfs_traffic_skipped(const struct iptfs_source *source)
{
    const struct iptfs_traffic_source *traffic = (const struct iptfs_traffic_source *)source;
    return traffic != NULL ? traffic->skipped_pkts(traffic) : 0;
}

void iptfs_traffic_note(const struct iptfs_source *source, const struct iptfs_progress *progress)
{
    const struct iptfs_traffic_source *traffic = (const struct iptfs_traffic_source *)source;
    if (traffic != NULL)
        traffic->note(traffic, progress);
}
