/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The impairments of a link: the table of all kinds, their configuration, and those that are on. */
#ifndef IPTFS_LINK_IMPAIRMENTS_H
#define IPTFS_LINK_IMPAIRMENTS_H

#include "link/impairment.h"
#include "link/impairments/blackouts.h"
#include "link/impairments/ce.h"
#include "link/impairments/duplicate.h"
#include "link/impairments/gemodel.h"
#include "link/impairments/jitter.h"
#include "link/impairments/list.h"
#include "link/impairments/loss.h"
#include "link/impairments/reorder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One row a kind, in the order in which they act on a packet. For each NAME the file
 * link/impairments/NAME.h declares struct iptfs_impair_NAME_config and iptfs_impair_NAME. */
#define IPTFS_IMPAIR_KINDS(ROW)                                                                    \
    ROW(list)                                                                                      \
    ROW(loss)                                                                                      \
    ROW(ce)                                                                                        \
    ROW(gemodel)                                                                                   \
    ROW(jitter)                                                                                    \
    ROW(reorder)                                                                                   \
    ROW(duplicate)                                                                                 \
    ROW(blackouts)

/* The configuration of each kind, under the kind's name. All zero: everything is off. */
#define IPTFS_IMPAIR_MEMBER(name) struct iptfs_impair_##name##_config name;
struct iptfs_impairments_config {
    IPTFS_IMPAIR_KINDS(IPTFS_IMPAIR_MEMBER)
};
#undef IPTFS_IMPAIR_MEMBER

#define IPTFS_IMPAIR_ONE(name) +1
enum {
    IPTFS_IMPAIR_KINDS_COUNT = 0 IPTFS_IMPAIR_KINDS(IPTFS_IMPAIR_ONE)
};
#undef IPTFS_IMPAIR_ONE

/* The impairments that are on, in the order of the table. */
struct iptfs_impairments {
    struct iptfs_impairment *active[IPTFS_IMPAIR_KINDS_COUNT];
    size_t count;
};

/* Sets up the impairments that are on, each with its random stream. The list is copied; blackouts
 * must outlive the impairments. 0 or IPTFS_E_NO_MEMORY; then there is nothing to free. */
int iptfs_impairments_init(struct iptfs_impairments *impairments,
                           const struct iptfs_impairments_config *config,
                           const struct iptfs_random_streams *streams);
void iptfs_impairments_free(struct iptfs_impairments *impairments);

/* What happens to a packet whose last bit is sent at depart_ps, into *effect. To be called once for
 * each packet, in the order in which they enter the link. */
void iptfs_impairments_apply(struct iptfs_impairments *impairments, const struct iptfs_outer *outer,
                             int64_t depart_ps, struct iptfs_impair_effect *effect);

/* Whether a packet may arrive before the link's delay has passed. */
bool iptfs_impairments_shorten_delay(const struct iptfs_impairments *impairments);

/* Packets lost by this kind and by none before it in the table. */
uint64_t iptfs_impairments_lost_pkts(const struct iptfs_impairments *impairments,
                                     const struct iptfs_impair_kind *kind);

#endif
