/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blackouts: periods in which the link loses every packet. */
#ifndef IPTFS_LINK_IMPAIRMENTS_BLACKOUTS_H
#define IPTFS_LINK_IMPAIRMENTS_BLACKOUTS_H

#include "base/units.h"
#include "link/impairment.h"

struct iptfs_impair_blackouts_config {
    /* At the start of each period, its length in ps as the value. A packet is lost when its
     * transmission ends in the period, the first moment included and the moment after the last
     * not. The periods do not overlap and are in the order of time; none ends after twice
     * IPTFS_TIME_MAX_PS. The array must outlive the link. */
    const struct iptfs_timed *periods;
    size_t count; /* 0: off */
};

extern const struct iptfs_impair_kind iptfs_impair_blackouts;

#endif
