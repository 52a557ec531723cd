/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Impairments of single packets, listed by sequence number. */
#ifndef IPTFS_LINK_IMPAIRMENTS_LIST_H
#define IPTFS_LINK_IMPAIRMENTS_LIST_H

#include "link/impairment.h"

enum iptfs_impair_action {
    IPTFS_IMPAIR_DROP,
    IPTFS_IMPAIR_DELAY,     /* by extra_ps in addition to the link's delay */
    IPTFS_IMPAIR_DUPLICATE, /* a second copy, extra_ps later than the link's delay */
    IPTFS_IMPAIR_CE         /* the outer header arrives with congestion experienced */
};

struct iptfs_impair_item {
    uint64_t seq; /* the packet's number, from 1 (struct iptfs_outer's `number`) */
    enum iptfs_impair_action action;
    int64_t extra_ps;
};

/* The items are copied. Several may name the same packet; they act in the order given. */
struct iptfs_impair_list_config {
    const struct iptfs_impair_item *items;
    size_t count; /* 0: off */
};

extern const struct iptfs_impair_kind iptfs_impair_list;

#endif
