/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Duplication: some packets arrive twice, the copy right behind its original (netem duplicate). */
#ifndef IPTFS_LINK_IMPAIRMENTS_DUPLICATE_H
#define IPTFS_LINK_IMPAIRMENTS_DUPLICATE_H

#include "link/impairment.h"

struct iptfs_impair_duplicate_config {
    double probability; /* 0: off */
    double correlation; /* probability that a packet is treated like the one before it */
};

extern const struct iptfs_impair_kind iptfs_impair_duplicate;

#endif
