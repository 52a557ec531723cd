/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What befalls an outer packet on the link: chance, a list by sequence number, blackouts. */
#ifndef IPTFS_LINK_IMPAIR_H
#define IPTFS_LINK_IMPAIR_H

#include "base/random.h"
#include "base/units.h"
#include "link/random_process.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum iptfs_impair_action {
    IPTFS_IMPAIR_DROP,
    IPTFS_IMPAIR_DELAY,     /* by extra_ps in addition to the link's delay */
    IPTFS_IMPAIR_DUPLICATE, /* a second copy, extra_ps later than the link's delay */
    IPTFS_IMPAIR_CE         /* the outer header arrives with congestion experienced */
};

struct iptfs_impair_item {
    uint64_t seq;
    enum iptfs_impair_action action;
    int64_t extra_ps;
};

/* What happens to one packet. Without impairment all is 0. */
struct iptfs_verdict {
    bool lost;     /* the packet itself; a duplicate may still arrive */
    bool blackout; /* lost for that, and nothing else befell it */
    bool duplicate;
    bool ce;
    bool ce_if_capable; /* only when the packet is ECN-capable */
    bool at_once;       /* it arrives without the link's delay (netem reorder) */
    bool in_order;      /* it arrives no earlier than those before it */
    int64_t extra_ps;   /* may be negative: it never takes more away than the link's delay */
    int64_t duplicate_extra_ps;
};

/* What befell packets; each has one cause of its loss. */
struct iptfs_impair_counts {
    uint64_t lost_by_chance;
    uint64_t lost_by_list;
    uint64_t lost_by_gemodel; /* not lost otherwise */
    uint64_t reordered;
    uint64_t delayed;
    uint64_t duplicated;
    uint64_t marked; /* counted by the link, which knows who is ECN-capable */
};

struct iptfs_impair {
    struct iptfs_impair_counts counts;
    const struct iptfs_timed *blackout; /* the next to end; the values are lengths */
    size_t blackouts_left;
    struct iptfs_gemodel gemodel; /* the four below: off while their stream is NULL */
    struct iptfs_random *gemodel_stream;
    struct iptfs_coin reorder;
    struct iptfs_random *reorder_stream;
    struct iptfs_jitter jitter;
    struct iptfs_random *jitter_stream;
    bool keeps_order; /* jitter delays later packets too, rather than let them overtake */
    struct iptfs_coin duplicate; /* the copy comes right behind its original */
    struct iptfs_random *duplicate_stream;
    double loss; /* probability, 0 to 1 */
    struct iptfs_random *loss_stream;
    double ce; /* probability that an ECN-capable packet is marked, 0 to 1 */
    struct iptfs_random *ce_stream;
    struct iptfs_impair_item *items; /* sorted by seq, in their given order where equal */
    size_t item_count;
};

/* The list is copied; `loss_stream` (NULL only when loss is 0) passes to the impairment.
 * IPTFS_E_NO_MEMORY: then the stream is freed too. */
int iptfs_impair_init(struct iptfs_impair *impair, double loss, struct iptfs_random *loss_stream,
                      const struct iptfs_impair_item *items, size_t item_count);
/* Marks ECN-capable packets with this probability; the stream (NULL only when it is 0) passes to
 * the impairment. */
void iptfs_impair_set_ce(struct iptfs_impair *impair, double ce, struct iptfs_random *ce_stream);

/* Loses all packets whose transmission ends in one of these periods, their first moment included,
 * that after their last not. They do not overlap and are in the order of time, and none ends
 * after twice IPTFS_TIME_MAX_PS; the array must outlive the impairment. */
void iptfs_impair_set_blackouts(struct iptfs_impair *impair, const struct iptfs_timed *blackouts,
                                size_t count);

void iptfs_impair_free(struct iptfs_impair *impair);

/* The verdict on the packet of this number, of which the last bit is sent at depart_ps; to be asked
 * once for each packet, in the order they enter the link, since each asks the random stream once:
 * also in a blackout, so that it changes nothing for the packets behind it. */
struct iptfs_verdict iptfs_impair_judge(struct iptfs_impair *impair, int64_t depart_ps,
                                        uint64_t seq);

#endif
