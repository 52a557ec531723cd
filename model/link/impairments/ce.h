/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Congestion on the path: each ECN-capable packet is marked with the same probability (RFC 3168).
 */
#ifndef IPTFS_LINK_IMPAIRMENTS_CE_H
#define IPTFS_LINK_IMPAIRMENTS_CE_H

#include "link/impairment.h"

struct iptfs_impair_ce_config {
    double probability; /* 0: off */
};

extern const struct iptfs_impair_kind iptfs_impair_ce;

#endif
