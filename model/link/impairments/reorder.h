/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reordering: some packets arrive without the link's delay, before others (netem reorder). */
#ifndef IPTFS_LINK_IMPAIRMENTS_REORDER_H
#define IPTFS_LINK_IMPAIRMENTS_REORDER_H

#include "link/impairment.h"

struct iptfs_impair_reorder_config {
    double probability; /* 0: off */
    double correlation; /* probability that a packet is treated like the one before it */
};

extern const struct iptfs_impair_kind iptfs_impair_reorder;

#endif
