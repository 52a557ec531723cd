/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An impairment of a link: what each kind of link/impairments/ consists of. To add a kind: its file
 * there, its row in link/impairments.h, and its keys. */
#ifndef IPTFS_LINK_IMPAIRMENT_H
#define IPTFS_LINK_IMPAIRMENT_H

#include "base/random.h"
#include "packet/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iptfs_impairment;

/* What happens to one outer packet on the link. Without impairments all is 0. */
struct iptfs_impair_effect {
    /* Which impairment loses the packet itself, the first of several; a duplicate may still arrive.
     * NULL: it is not lost. */
    struct iptfs_impairment *lost_by;
    bool duplicate;
    bool ce;          /* the outer header is marked congestion experienced */
    bool no_delay;    /* it arrives without the link's delay (netem reorder) */
    bool in_order;    /* it arrives no earlier than the packets before it */
    int64_t extra_ps; /* added to the link's delay, which cannot become negative */
    int64_t duplicate_extra_ps;
};

/* A kind of impairment. `config` is the kind's own struct, such as iptfs_impair_loss_config. */
struct iptfs_impair_kind {
    size_t state_octets; /* of the kind's own state, which starts with a struct iptfs_impairment */
    unsigned stream;     /* number of its random stream (base/random.h); 0: it draws nothing */
    enum iptfs_drop_cause drop_cause; /* of packets that it loses */
    bool shortens_delay;              /* a packet may arrive before the link's delay has passed */
    /* Whether the impairment does anything. One that is off costs nothing. */
    bool (*is_on)(const void *config);
    /* Copies what it needs from the configuration into its state, which is all zero but for the
     * common part. 0 or IPTFS_E_NO_MEMORY. */
    int (*init)(struct iptfs_impairment *impairment, const void *config);
    /* Adds what it does to `outer`, whose last bit is sent at depart_ps. Called once for each
     * packet, in the order in which they enter the link. It draws the same random numbers whatever
     * other impairments have done, so that no setting shifts the draws of another. */
    void (*apply)(struct iptfs_impairment *impairment, const struct iptfs_outer *outer,
                  int64_t depart_ps, struct iptfs_impair_effect *effect);
    /* Frees what init allocated; NULL: nothing. */
    void (*deinit)(struct iptfs_impairment *impairment);
};

/* The part common to the states of all kinds. */
struct iptfs_impairment {
    const struct iptfs_impair_kind *kind;
    struct iptfs_random *stream; /* NULL where the kind draws nothing */
    uint64_t lost_pkts;          /* lost by this one and by none before it */
};

/* The packet is lost, if no impairment before has lost it. */
static inline void iptfs_impair_lose(struct iptfs_impairment *impairment,
                                     struct iptfs_impair_effect *effect)
{
    if (effect->lost_by == NULL)
        effect->lost_by = impairment;
}

#endif
