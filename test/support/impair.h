/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Impairments without a link: their effect on a sequence of packets. */
#ifndef IPTFS_TEST_SUPPORT_IMPAIR_H
#define IPTFS_TEST_SUPPORT_IMPAIR_H

#include "link/impairments.h"

#include <stddef.h>
#include <stdint.h>

/* The sum of the effects on all packets. */
struct impaired {
    uint64_t lost;
    uint64_t duplicated;
    uint64_t marked;
    uint64_t no_delay;
};

/* Applies the impairments, with streams of this seed, to `count` packets of this ECN field,
 * numbered from 1, whose transmissions end at 1, 2, 3 ... milliseconds. Of the effects, if they are
 * wanted, lost_by may only be compared with NULL. */
struct impaired impair_packets(const struct iptfs_impairments_config *config, uint64_t seed,
                               size_t count, uint8_t ecn, struct iptfs_impair_effect *effects);

#endif
